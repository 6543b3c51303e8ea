// Servers as processes: how one is started so that it cannot outlive its supervisor, killed, and asked whether it is
// ours. Nothing here knows what a sandbox is.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace stalemate::real {

struct Spawning {
  std::vector<std::string> arguments;  // the program first
  std::string log;                     // where its output goes
  std::string home;                    // its HOME and TMPDIR
  int death_signal = 0;                // what it gets if this process dies
};

// Throws StartupFailure.
pid_t spawn(const Spawning& what);

// All but `kept`, which the processes that are spawned do not get. Standard output included: whoever reads it must see
// its end when the program ends.
void close_other_files(std::vector<int> kept);

// Kills and waits; 0 is nobody, and `pid` becomes that.
void kill_now(pid_t& pid);
void signal_children(pid_t parent, int signal);
// The first of its children, their children and so on that somebody stopped (SIGSTOP): "initdb, process 71"; or "".
std::string stopped_below(pid_t parent);

// A loopback port that is free now.
int pick_free_port();

// Whether what listens there answers a login, as its protocol has it, so. Only our own server takes our password.
bool takes_login(int port, const std::string& login, std::string_view answer);

}  // namespace stalemate::real
