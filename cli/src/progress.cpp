// Progress lines, the clock and the stop signals of long work. The only clock of this room; nothing of it reaches
// stdout.
#include "progress.hpp"

#include <unistd.h>

#include <csignal>
#include <utility>

#include "streams.hpp"

namespace stalemate::cli {
namespace {

volatile std::sig_atomic_t stop_asked = 0;

extern "C" void ask_to_stop(int) { stop_asked = 1; }

// Room for the handlers of SIGINT and SIGTERM that the innermost WorkProgress replaced.
struct sigaction previous_interrupt;
struct sigaction previous_terminate;

}  // namespace

WorkProgress::WorkProgress(std::string heading, Heading when, std::optional<TimeLimit> limit)
    : heading_(std::move(heading)),
      when_(when),
      limit_(std::move(limit)),
      start_(std::chrono::steady_clock::now()),
      shown_(start_),
      on_terminal_(isatty(STDERR_FILENO) == 1) {
  stop_asked = 0;
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigaction(SIGINT, &action, &previous_interrupt);
  sigaction(SIGTERM, &action, &previous_terminate);
}

WorkProgress::~WorkProgress() {
  sigaction(SIGINT, &previous_interrupt, nullptr);
  sigaction(SIGTERM, &previous_terminate, nullptr);
  clear_line();
}

std::optional<std::string> WorkProgress::update(const std::function<std::string(double)>& line) {
  const auto now = std::chrono::steady_clock::now();
  const auto pause = on_terminal_ ? std::chrono::milliseconds(250) : std::chrono::milliseconds(10000);
  const bool show = now - shown_ >= pause;
  if (!heading_shown_ && (show || when_ == Heading::kAtStart)) {
    note("{}\n", heading_);
    heading_shown_ = true;
  }
  if (show) {
    shown_ = now;
    const std::string text = line(std::chrono::duration<double>(now - start_).count());
    if (on_terminal_)
      note("\r\033[K{}", text);
    else
      note("{}\n", text);
    line_open_ = on_terminal_;
  }
  if (stop_asked != 0) return "interrupted";
  if (limit_ && now - start_ >= limit_->max) return fmt::format("time limit of {} reached", limit_->text);
  return std::nullopt;
}

void WorkProgress::clear_line() {
  if (line_open_) remark("\r\033[K");
  line_open_ = false;
}

bool stop_was_asked() { return stop_asked != 0; }

// A process in the background is stopped if it sets its terminal; Ctrl-C is not for it, either.
UnflushedTerminal::UnflushedTerminal() {
  termios now = {};
  if (tcgetpgrp(STDERR_FILENO) != getpgrp() || tcgetattr(STDERR_FILENO, &now) != 0) return;
  termios kept = now;
  kept.c_lflag |= NOFLSH;
  if (tcsetattr(STDERR_FILENO, TCSANOW, &kept) == 0) before_ = now;
}

void UnflushedTerminal::restore() noexcept {
  if (before_ && tcgetpgrp(STDERR_FILENO) == getpgrp()) tcsetattr(STDERR_FILENO, TCSANOW, &*before_);
  before_.reset();
}

}  // namespace stalemate::cli
