// See app_host.hpp: the host's life, and the program's half.
#include "app_host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <vector>

#include "app_child.hpp"
#include "base/error.hpp"

namespace stalemate::real {
namespace {

constexpr int kAnswerTimeoutMs = 10'000;

// The files of the program are none of its children's business: a socket that stays open in one would never close.
void keep_only(int kept) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(null, fd);
  const auto fd = static_cast<unsigned>(kept);
  if (fd > 3) ::close_range(3, fd - 1, 0);
  ::close_range(fd + 1, ~0U, 0);
}

void become(const char* name) {
  ::prctl(PR_SET_NAME, name);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGALRM, SIGUSR1, SIGUSR2}) {
    std::signal(signal, SIG_IGN);
  }
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

class Host {
 public:
  explicit Host(int channel) : channel_(channel) {}

  [[noreturn]] void run() {
    for (;;) {
      Channel::Incoming command = channel_.receive(-1);
      reap();
      if (command.what == Channel::Incoming::What::kEnd) end();
      if (command.what == Channel::Incoming::What::kNothing) continue;
      if (command.text == "start") {
        start(command.file.get());
      } else {  // "kill PID"
        pid_t pid = 0;
        std::from_chars(command.text.data() + 5, command.text.data() + command.text.size(), pid);
        kill(pid);
        channel_.send("ended");
      }
    }
  }

 private:
  void start(int to_program) {
    const pid_t host = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != host) ::_exit(0);
      keep_only(to_program);
      become("stalemate-app");
      live_as_app(to_program);
    }
    if (pid > 0) apps_.push_back(pid);
    channel_.send(pid > 0 ? fmt::format("started {}", pid) : fmt::format("failed {}", std::strerror(errno)));
  }

  void kill(pid_t pid) {
    if (std::erase(apps_, pid) == 0) return;  // it had ended before
    ::kill(pid, SIGKILL);
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  }

  void reap() {
    std::erase_if(apps_, [](pid_t pid) { return ::waitpid(pid, nullptr, WNOHANG) == pid; });
  }

  [[noreturn]] void end() {
    while (!apps_.empty()) kill(apps_.back());
    ::_exit(0);
  }

  Channel channel_;
  std::vector<pid_t> apps_;
};

[[noreturn]] void host_apps(int channel) {
  ::setsid();
  keep_only(channel);
  become("stalemate-apps");
  static_cast<void>(::chdir("/") == 0);  // it holds no folder in use
  Host(channel).run();
}

}  // namespace

AppHost::AppHost() : made_by_(::getpid()) {
  auto [own, theirs] = make_channel();
  host_ = ::fork();
  if (host_ == 0) host_apps(theirs.fd());
  if (host_ < 0) {
    throw EnvironmentError(fmt::format("no process for app instances can be started: {}; check the limit on processes",
                                       std::strerror(errno)));
  }
  channel_ = std::move(own);
}

AppHost::~AppHost() {
  if (::getpid() != made_by_) return;
  channel_.close();
  while (::waitpid(host_, nullptr, 0) < 0 && errno == EINTR) continue;
}

AppHost::App AppHost::start() {
  auto [own, theirs] = make_channel();
  const Channel::Incoming answer = ask("start", theirs.fd());
  pid_t pid = 0;
  const std::string_view word = "started ";
  if (answer.text.starts_with(word)) {
    std::from_chars(answer.text.data() + word.size(), answer.text.data() + answer.text.size(), pid);
  }
  if (pid <= 0) {
    throw EnvironmentError(
        fmt::format("no process for an app instance can be started ({}); check the limit on processes", answer.text));
  }
  return {pid, std::move(own)};
}

void AppHost::kill(pid_t app) { ask(fmt::format("kill {}", app)); }

Channel::Incoming AppHost::ask(const std::string& command, int file) {
  const std::lock_guard lock(mutex_);
  if (channel_.send(command, file)) {
    // In slices: a signal to this program ends a wait, but must not end this one.
    for (int waited = 0; waited < kAnswerTimeoutMs; waited += 50) {
      Channel::Incoming answer = channel_.receive(50);
      if (answer.what == Channel::Incoming::What::kMessage) return answer;
      if (answer.what == Channel::Incoming::What::kEnd) break;
    }
  }
  throw EnvironmentError("the process that owns the app instances was killed or does not answer; replay again");
}

}  // namespace stalemate::real
