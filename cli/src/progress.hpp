// Progress of a search on stderr, limits of time, and Ctrl-C. Never touches the result.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sim/search.hpp"

namespace stalemate::cli {

// How long a search may take, and the words in which its user said so.
struct TimeLimit {
  std::chrono::milliseconds max;
  std::string text;
};

// While one lives, SIGINT and SIGTERM ask the search to stop; the handlers that were there come back afterwards.
class SearchProgress {
 public:
  // `heading` is the first line of a run that takes long enough to show progress.
  SearchProgress(std::string heading, std::optional<TimeLimit> limit);
  ~SearchProgress();
  SearchProgress(const SearchProgress&) = delete;
  SearchProgress& operator=(const SearchProgress&) = delete;

  // Shows where the search is, at most a few times a second on a terminal, every ten seconds elsewhere. Why it should
  // stop, if it should.
  std::optional<std::string> update(const sim::Progress& progress);

 private:
  void show(const sim::Progress& progress, std::chrono::steady_clock::time_point now);

  std::string heading_;
  std::optional<TimeLimit> limit_;
  std::chrono::steady_clock::time_point start_;
  std::chrono::steady_clock::time_point shown_;
  bool on_terminal_;
  bool line_open_ = false;
  bool heading_shown_ = false;
};

}  // namespace stalemate::cli
