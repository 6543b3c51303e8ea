// See recorder.hpp.
#include "recorder.hpp"

#include <csignal>
#include <utility>

#include "base/error.hpp"

namespace stalemate::real {

Recorder::Recorder(const HistorySetup& setup, std::unique_ptr<StreamedFile> file)
    : setup_(setup),
      file_(std::move(file)),
      start_(std::chrono::steady_clock::now()),
      last_value_(setup.initial),
      judge_(setup) {
  if (file_) file_->append(write_history_line(setup));
  thread_ = std::thread([this] { hand_on(); });
}

Recorder::~Recorder() { end_thread(); }

HistoryEvent Recorder::record(HistoryEvent event) {
  std::unique_lock lock(waiting_lock_);
  changed_.wait(lock, [this] { return waiting_.size() < kWaitingMax; });
  if (event.function == EventFunction::kWrite && event.type == EventType::kInvoke) event.value = ++last_value_;
  event.index = next_index_++;
  event.time_ns =
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start_).count();
  waiting_.push_back(event);
  return event;
}

void Recorder::hand_on() {
  std::vector<HistoryEvent> batch;
  std::string text;
  for (bool is_last = false; !is_last;) {
    {
      std::unique_lock lock(waiting_lock_);
      changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return is_ending_; });
      is_last = is_ending_;
      batch.swap(waiting_);
    }
    changed_.notify_all();
    const std::lock_guard lock(judge_lock_);
    if (!failure_) {
      try {
        text.clear();
        for (const HistoryEvent& event : batch) {
          judge_.add(event, "history");
          if (file_) text += write_history_line(event);
        }
        if (file_) file_->append(text);
      } catch (...) {
        failure_ = std::current_exception();
      }
    }
    batch.clear();
  }
}

void Recorder::end_thread() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(waiting_lock_);
    is_ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Recorder::has_failed() const {
  const std::lock_guard lock(judge_lock_);
  return failure_ != nullptr;
}

Judgement Recorder::snapshot() const {
  const std::lock_guard lock(judge_lock_);
  return judge_.finish();
}

Judgement Recorder::finish(std::string& failure) {
  HistoryEvent end;
  end.type = EventType::kInfo;
  end.function = EventFunction::kEnd;
  record(end);
  end_thread();
  try {
    if (failure_) std::rethrow_exception(failure_);
    if (file_) file_->finish();
  } catch (const EnvironmentError& error) {
    failure = error.what();
    if (failure_ && file_) failure += keep_the_beginning();
  }
  return judge_.finish();
}

// The disk failed: what stands there all the same. A clause about it.
std::string Recorder::keep_the_beginning() {
  try {
    file_->finish_without_the_last();
    return "; the history up to there is kept";
  } catch (const EnvironmentError&) {
    return "; nothing of the history could be kept";
  }
}

}  // namespace stalemate::real
