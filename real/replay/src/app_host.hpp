// The processes that play app instances, and the one that owns them: forked from this program while it still has few
// threads, single-threaded, in a session of its own. It forks an app instance on request, kills one on request (a crash
// is SIGKILL, nothing softer), and kills all when the program ends, whatever ended it; if it is killed itself, its
// children get SIGKILL from the kernel.
#pragma once

#include <sys/types.h>

#include <mutex>

#include "os/channel.hpp"

namespace stalemate::real {

class AppHost {
 public:
  struct App {
    pid_t pid = 0;
    Channel channel;  // to app_child.hpp's commands
  };

  // Throws EnvironmentError.
  AppHost();
  // Returns when every process has ended. In a forked child it does nothing.
  ~AppHost();
  AppHost(const AppHost&) = delete;
  AppHost& operator=(const AppHost&) = delete;

  // By any thread. Throw EnvironmentError (no process can be started, the host was killed).
  App start();
  void kill(pid_t app);  // returns when it has ended

 private:
  Channel::Incoming ask(const std::string& command, int file = -1);

  std::mutex mutex_;
  pid_t made_by_;
  pid_t host_ = 0;
  Channel channel_;
};

}  // namespace stalemate::real
