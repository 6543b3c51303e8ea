// See signals.hpp. Only the first signal shuts connections down: those that clean up afterwards are left alone, also
// when the signal comes twice (timeout(1) sends it to the process and to its group).
#include "os/signals.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

#include "os/watch.hpp"

namespace stalemate::real {
namespace {

constexpr std::array kStopSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<int> stop_signal{0};
std::array<struct sigaction, kStopSignals.size()> former_actions;

sigset_t pipe_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  return signals;
}

void note_signal(int signal) {
  const int errno_before = errno;
  int none = 0;
  if (stop_signal.compare_exchange_strong(none, signal)) shut_down_watched_sockets();
  errno = errno_before;
}

}  // namespace

StopSignals::StopSignals() {
  stop_signal = 0;
  const sigset_t pipe = pipe_signal();
  pthread_sigmask(SIG_BLOCK, &pipe, &mask_before_);
  struct sigaction action = {};
  action.sa_handler = note_signal;  // without SA_RESTART: our own waits return with EINTR
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    ::sigaction(kStopSignals[i], nullptr, &former_actions[i]);
    if (former_actions[i].sa_handler != SIG_IGN) ::sigaction(kStopSignals[i], &action, nullptr);
  }
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < kStopSignals.size(); ++i) {
    ::sigaction(kStopSignals[i], &former_actions[i], nullptr);
  }
  const sigset_t pipe = pipe_signal();
  const timespec now = {};
  if (sigismember(&mask_before_, SIGPIPE) == 0) sigtimedwait(&pipe, nullptr, &now);  // takes one that is pending
  pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
  stop_signal = 0;
}

void throw_if_stopped() {
  const int signal = stop_signal.load();
  if (signal == 0) return;
  const char* name = signal == SIGINT ? "SIGINT" : signal == SIGTERM ? "SIGTERM" : "SIGHUP";
  throw Interrupted(signal, std::string("interrupted by ") + name);
}

void end_by_signal(int signal) {
  std::signal(signal, SIG_DFL);
  sigset_t one;
  sigemptyset(&one);
  sigaddset(&one, signal);
  pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
  std::raise(signal);
  ::_exit(128 + signal);
}

}  // namespace stalemate::real
