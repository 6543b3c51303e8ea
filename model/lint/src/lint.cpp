// Many pages, on several threads: each takes the next that nobody has taken, and leaves its result in its place.
#include "lint/lint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/exit_code.hpp"
#include "base/file.hpp"
#include "files.hpp"

namespace stalemate::model {
namespace {

class Work {
 public:
  Work(std::vector<std::string> files, const LintOptions& options)
      : files_(std::move(files)), options_(options), pages_(files_.size()) {}

  Lint run() {
    {
      std::vector<std::jthread> threads;
      const std::size_t count = std::min<std::size_t>(std::max(1U, options_.jobs), files_.size());
      for (std::size_t i = 0; i < count; ++i) threads.emplace_back([this] { take_pages(); });
      watch();
    }
    if (error_) std::rethrow_exception(error_);
    Lint result;
    result.stopped = stopped_;
    for (PageJudged& page : pages_) {
      if (page.file.empty()) continue;  // not reached
      if (page.skipped == kNoDiagram)
        ++result.without_diagram;
      else
        result.pages.push_back(std::move(page));
    }
    return result;
  }

 private:
  static constexpr const char* kNoDiagram = "no sequence diagram";

  // Waits for the threads, and asks now and then whether they are to stop.
  void watch() {
    constexpr std::chrono::milliseconds kPause(50);
    std::unique_lock lock(mutex_);
    while (done_ < files_.size() && !error_) {
      changed_.wait_for(lock, kPause);
      if (!options_.interrupt || is_stopped_) continue;
      const std::size_t done = done_;
      lock.unlock();
      const std::optional<std::string> why = options_.interrupt(done, files_.size());
      lock.lock();
      if (!why) continue;
      stopped_ = *why;
      is_stopped_ = true;
      break;
    }
    is_stopped_ = is_stopped_ || error_;
  }

  void take_pages() {
    for (;;) {
      const std::size_t index = next_++;
      if (index >= files_.size() || is_stopped_) return;
      try {
        PageJudged page = judged(files_[index]);
        const std::lock_guard lock(mutex_);
        pages_[index] = std::move(page);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!error_) error_ = std::current_exception();
      }
      const std::lock_guard lock(mutex_);
      ++done_;
      changed_.notify_all();
    }
  }

  PageJudged judged(const std::string& file) const {
    const auto interrupt = [this](const sim::Progress&) -> std::optional<std::string> {
      return is_stopped_ ? std::optional<std::string>("interrupted") : std::nullopt;
    };
    try {
      if (file == "-") return lint_page(options_.standard_input, file, options_.config, interrupt);
      if (names_a_sequence_diagram(file))
        return lint_page(read_text_file(file, kDiagramBytesMax), file, options_.config, interrupt);
    } catch (const InputError& error) {
      return unreadable(file, error);
    }
    PageJudged page;
    page.file = file;
    page.skipped = kNoDiagram;
    return page;
  }

  static PageJudged unreadable(const std::string& file, const InputError& error) {
    PageJudged page;
    page.file = file;
    Problem problem;
    problem.code = "unreadable-file";
    problem.file = file;
    if (error.findings().empty()) {
      problem.what = error.what();
      if (problem.what.starts_with(file + ": ")) problem.what.erase(0, file.size() + 2);
    } else {
      problem.at = error.findings().front().at;
      problem.what = error.findings().front().what;
    }
    page.problems.push_back(std::move(problem));
    return page;
  }

  const std::vector<std::string> files_;
  const LintOptions& options_;
  std::vector<PageJudged> pages_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> is_stopped_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t done_ = 0;
  std::string stopped_;
  std::exception_ptr error_;
};

}  // namespace

Lint lint(const std::vector<std::string>& paths, const LintOptions& options) {
  return Work(files_of(paths, options.config), options).run();
}

int Lint::exit_code() const {
  std::vector<int> codes;
  for (const PageJudged& page : pages) {
    for (const Problem& problem : page.problems) {
      if (!problem.is_known) codes.push_back(problem.exit_code);
    }
  }
  if (!stopped.empty()) codes.push_back(3);
  return exit_code_of(codes);
}

}  // namespace stalemate::model
