// Takes the events of many threads, gives each its index and time, and hands them in that order to the judge and the
// history file on a thread of its own, so that no worker waits for a disk. At most kWaitingMax events wait; beyond that
// workers do.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/file.hpp"
#include "live/history.hpp"
#include "live/judge.hpp"

namespace stalemate::real {

class Recorder {
 public:
  // `file`: none if null; this finishes it.
  Recorder(const HistorySetup& setup, std::unique_ptr<StreamedFile> file);
  // Without finish() before, nothing has happened yet, and the file is not kept.
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Stamps and keeps the event. The value of a write that is invoked is chosen here: one more than the last write's,
  // so that values increase in the order of the history. Returns the event as it stands there.
  HistoryEvent record(HistoryEvent event);

  // When index 0 could have been; workers' intervals count from it.
  std::chrono::steady_clock::time_point start() const { return start_; }
  bool has_failed() const;
  Judgement snapshot() const;
  // Writes the last line and names the file. Where the disk failed on the way, `failure` says so, and the file ends
  // with what could be written.
  Judgement finish(std::string& failure);

 private:
  static constexpr std::size_t kWaitingMax = 1 << 16;

  void hand_on();
  void end_thread();
  std::string keep_the_beginning();

  HistorySetup setup_;
  std::unique_ptr<StreamedFile> file_;
  std::chrono::steady_clock::time_point start_;

  std::mutex waiting_lock_;  // of the next five
  std::condition_variable changed_;
  std::vector<HistoryEvent> waiting_;
  bool is_ending_ = false;
  std::int64_t next_index_ = 0;
  std::int64_t last_value_;

  mutable std::mutex judge_lock_;  // of the next two
  Judge judge_;
  std::exception_ptr failure_;

  std::thread thread_;  // last: it uses all of the above
};

}  // namespace stalemate::real
