// See server_process.hpp.
#include "server_process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "os/local.hpp"
#include "sandbox_folder.hpp"

namespace stalemate::real {
namespace {

// REQUIRES: fd is a stream socket.
bool connect_loopback(int fd, int port) {
  const sockaddr_in address = loopback(port);
  return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

pid_t spawn(const Spawning& what) {
  const pid_t supervisor = ::getpid();
  const pid_t pid = ::fork();
  if (pid < 0) throw StartupFailure{std::string("no further process can be started: ") + std::strerror(errno)};
  if (pid > 0) return pid;
  ::setpgid(0, 0);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2}) {
    std::signal(signal, SIG_DFL);
  }
  ::prctl(PR_SET_PDEATHSIG, what.death_signal);
  if (::getppid() != supervisor) ::_exit(127);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  const int out = ::open(what.log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  ::dup2(out, 1);
  ::dup2(out, 2);
  std::vector<std::string> environment = {"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC", "HOME=" + what.home,
                                          "TMPDIR=" + what.home};
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (const std::string& argument : what.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  for (std::string& variable : environment) envp.push_back(variable.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  ::execve(argv[0], argv.data(), envp.data());
  static_cast<void>(!::write(2, "cannot be executed\n", 19));
  ::_exit(127);
}

void close_other_files(std::vector<int> kept) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  std::sort(kept.begin(), kept.end());
  unsigned first = 3;
  for (const int fd : kept) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) ::close_range(first, next - 1, 0);
    first = next + 1;
  }
  ::close_range(first, ~0U, 0);
  for (const int fd : kept) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void kill_now(pid_t& pid) {
  if (pid <= 0) return;
  ::kill(pid, SIGKILL);
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  pid = 0;
}

std::vector<pid_t> children_of(pid_t parent) {
  const std::string name = std::to_string(parent);
  const std::string children = read_all("/proc/" + name + "/task/" + name + "/children");
  std::vector<pid_t> found;
  const char* at = children.data();
  const char* const end = at + children.size();
  while (at != end) {
    pid_t pid = 0;
    const auto parsed = std::from_chars(at, end, pid);
    if (parsed.ec == std::errc() && pid > 1) found.push_back(pid);
    at = parsed.ptr == at ? at + 1 : parsed.ptr;
  }
  return found;
}

void signal_children(pid_t parent, int signal) {
  for (const pid_t pid : children_of(parent)) ::kill(pid, signal);
}

// Of the process's line in /proc: its number, its program in parentheses, its state.
std::string stopped_below(pid_t parent) {
  for (const pid_t pid : children_of(parent)) {
    const std::string line = read_all("/proc/" + std::to_string(pid) + "/stat");
    const std::size_t open = line.find('(');
    const std::size_t close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close + 2 >= line.size()) continue;
    if (line[close + 2] == 'T') return line.substr(open + 1, close - open - 1) + ", process " + std::to_string(pid);
    if (std::string below = stopped_below(pid); !below.empty()) return below;
  }
  return {};
}

int pick_free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  int port = 0;
  if (fd >= 0 && ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    port = ntohs(address.sin_port);
  }
  if (fd >= 0) ::close(fd);
  return port;
}

bool takes_login(int port, const std::string& login, std::string_view answer) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  const timeval patience = {0, 200'000};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  std::string reply(answer.size(), '\0');
  const bool answers = connect_loopback(fd, port) &&
                       ::write(fd, login.data(), login.size()) == static_cast<ssize_t>(login.size()) &&
                       ::read(fd, reply.data(), reply.size()) == static_cast<ssize_t>(reply.size()) && reply == answer;
  ::close(fd);
  return answers;
}

}  // namespace stalemate::real
