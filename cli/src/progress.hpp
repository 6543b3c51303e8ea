// Progress of long work on stderr, limits of time, and Ctrl-C. Never touches the result.
#pragma once

#include <termios.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace stalemate::cli {

// How long the work may take, and the words in which its user said so.
struct TimeLimit {
  std::chrono::milliseconds max;
  std::string text;
};

// When the first line of a run is said: with the first progress that is shown, or as soon as the work begins (not
// sooner: what is refused before is refused in one line).
enum class Heading { kWithProgress, kAtStart };

// While one lives, SIGINT and SIGTERM ask the work to stop; the handlers that were there come back afterwards.
class WorkProgress {
 public:
  // `heading` is the first line of the run.
  WorkProgress(std::string heading, Heading when, std::optional<TimeLimit> limit);
  ~WorkProgress();
  WorkProgress(const WorkProgress&) = delete;
  WorkProgress& operator=(const WorkProgress&) = delete;

  // Shows where the work is, at most a few times a second on a terminal, every ten seconds elsewhere: line(seconds
  // since the start). Why it should stop, if it should.
  std::optional<std::string> update(const std::function<std::string(double)>& line);

  // Makes room for other lines on stderr.
  void clear_line();

 private:
  std::string heading_;
  Heading when_;
  std::optional<TimeLimit> limit_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
  bool on_terminal_;
  bool line_open_ = false;
  bool heading_shown_ = false;
};

// Whether the latest of them was asked to stop.
bool stop_was_asked();

// While one lives, Ctrl-C drops nothing that was printed but not yet shown. A terminal's driver does so by itself
// (termios(3), NOFLSH), be it half of a table that is then erased from the wrong line on.
class UnflushedTerminal {
 public:
  UnflushedTerminal();
  ~UnflushedTerminal() { restore(); }
  UnflushedTerminal(const UnflushedTerminal&) = delete;
  UnflushedTerminal& operator=(const UnflushedTerminal&) = delete;

  // As it was before. The destructor does so, too; a process that ends by a signal has none.
  void restore() noexcept;

 private:
  std::optional<termios> before_;
};

}  // namespace stalemate::cli
