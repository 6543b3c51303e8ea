// Runs `dot`: its input and output are files without a name, so that neither side ever waits for the other and nothing
// is left behind however this ends (POSIX).
#include "graphviz.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"
#include "streams.hpp"

extern char** environ;

namespace stalemate::cli {
namespace {

// A file without a name, open for as long as this lives.
class NamelessFile {
 public:
  NamelessFile() : file_(std::tmpfile()) {
    if (file_ == nullptr) fail("cannot make a temporary file");
    ::fcntl(number(), F_SETFD, FD_CLOEXEC);
  }
  ~NamelessFile() { std::fclose(file_); }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  int number() const { return ::fileno(file_); }

  void fill(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0)
      fail("cannot write a temporary file");
    std::rewind(file_);
  }

  std::string text() {
    std::string text;
    std::rewind(file_);
    std::array<char, 65536> buffer{};
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), file_))
      text.append(buffer.data(), count);
    if (std::ferror(file_) != 0) fail("cannot read a temporary file");
    return text;
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw EnvironmentError(fmt::format("{}: {}", what, std::strerror(errno)));
  }
  std::FILE* file_;
};

// While one lives, the end of a child and the signals that ask to stop wait to be taken by next(). Signals that the
// caller's caller ignores (nohup) stay ignored.
class HeldSignals {
 public:
  HeldSignals() {
    sigemptyset(&held_);
    sigaddset(&held_, SIGCHLD);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction action = {};
      ::sigaction(signal, nullptr, &action);
      if (action.sa_handler != SIG_IGN) sigaddset(&held_, signal);
    }
    struct sigaction by_default = {};
    by_default.sa_handler = SIG_DFL;
    ::sigaction(SIGCHLD, &by_default, &child_action_);
    ::pthread_sigmask(SIG_BLOCK, &held_, &mask_);
  }
  ~HeldSignals() {
    ::sigaction(SIGCHLD, &child_action_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &mask_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

  const sigset_t& mask_before() const { return mask_; }
  int next() const {
    int signal = 0;
    while (::sigwait(&held_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t held_;
  sigset_t mask_;
  struct sigaction child_action_ = {};
};

pid_t start_dot(const NamelessFile& in, const NamelessFile& out, const NamelessFile& err, const sigset_t& mask) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in.number(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out.number(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, err.number(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setsigmask(&attributes, &mask);
  std::array<char, 4> name = {"dot"};
  std::array<char, 6> option = {"-Tsvg"};
  std::array<char*, 3> arguments = {name.data(), option.data(), nullptr};
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, name.data(), &files, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (error == ENOENT) throw EnvironmentError("dot: not found; install graphviz, or take --as dot");
  if (error != 0)
    throw EnvironmentError(
        fmt::format("dot: cannot be started: {}; look to graphviz, or take --as dot", std::strerror(error)));
  return child;
}

// How `child` ended, as waitpid says it; the signal that asked to stop, where one came first.
struct End {
  int status = 0;
  int stopped_by = 0;
};
End wait_for(pid_t child, const HeldSignals& signals) {
  End end;
  while (true) {
    const int signal = signals.next();
    if (signal != SIGCHLD) {
      end.stopped_by = signal;
      ::kill(child, SIGKILL);
      ::waitpid(child, &end.status, 0);
      return end;
    }
    const pid_t waited = ::waitpid(child, &end.status, WNOHANG);
    if (waited == child || (waited < 0 && errno != EINTR)) return end;
  }
}

std::string first_line(const std::string& text) { return excerpt(text.substr(0, text.find('\n')), 200); }

}  // namespace

std::string draw_svg(const std::string& dot_text) {
  NamelessFile in;
  NamelessFile out;
  NamelessFile err;
  in.fill(dot_text);
  End end;
  {
    const HeldSignals signals;
    end = wait_for(start_dot(in, out, err, signals.mask_before()), signals);
  }
  if (end.stopped_by != 0) std::raise(end.stopped_by);
  const std::string said = first_line(err.text());
  const std::string reason = said.empty() ? "" : ": " + said;
  if (WIFSIGNALED(end.status))
    throw EnvironmentError(
        fmt::format("dot: ended by signal {}{}; take --as dot and lay it out elsewhere", WTERMSIG(end.status), reason));
  if (WEXITSTATUS(end.status) != 0)
    throw EnvironmentError(fmt::format("dot: failed with {}{}; take --as dot", WEXITSTATUS(end.status), reason));
  std::string svg = out.text();
  if (svg.find("</svg>") == std::string::npos)
    throw EnvironmentError(fmt::format("dot: drew no SVG{}; take --as dot", reason));
  return svg;
}

}  // namespace stalemate::cli
