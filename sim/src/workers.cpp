// The crew behind Workers: threads that spin briefly for the next run, because the phases of a search follow each other
// within microseconds, and sleep when none comes.
//
// A run, in steps: (1) the caller writes the run and opens a new round; (2) a thread that sees an open round it was not
// in yet joins it and takes items from `next_item`; (3) it leaves when no item is left; (4) the caller, when no item is
// left, closes the round and waits until all who joined have left. So no thread touches a run after the caller went on,
// and one that the operating system keeps from waking up in time is not waited for.
//
// I1: `stage` holds the number of those who joined in its low half, kOpen while a round is open, and its number above.
// I2: the fields of a run change only while no round is open and nobody is in one.
#include "sim/detail/workers.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace stalemate::sim::detail {

class Workers::Crew {
 public:
  explicit Crew(unsigned threads) {
    try {
      for (unsigned worker = 1; worker < threads; ++worker) {
        members_.emplace_back([this, worker] { live(worker); });
      }
    } catch (...) {
      dismiss();
      throw;
    }
  }
  ~Crew() { dismiss(); }

  void dismiss() {
    leaving_.store(true);
    wake_all(wake_);
    for (std::thread& member : members_) member.join();
    members_.clear();
  }

  void run(std::size_t run_items, Call run_call, void* run_context) {
    items_ = run_items;
    call_ = run_call;
    context_ = run_context;
    failure_ = nullptr;
    next_item_.store(0, std::memory_order_relaxed);
    stage_.fetch_add(kOpen, std::memory_order_release);  // was closed: opens
    wake_all(wake_);
    work(0);
    stage_.fetch_add(kOpen, std::memory_order_acq_rel);  // was open: closes, and the round's number grows
    await([&] { return joined(stage_.load(std::memory_order_acquire)) == 0; }, finished_);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  static constexpr std::uint64_t kOpen = std::uint64_t{1} << 32;
  static std::uint32_t joined(std::uint64_t stage) { return static_cast<std::uint32_t>(stage); }
  static std::uint64_t round_of(std::uint64_t stage) { return stage >> 33; }

  void live(unsigned worker) {
    std::uint64_t unseen = 0;  // the first round this thread has not been in
    while (true) {
      std::uint64_t now = 0;
      await(
          [&] {
            now = stage_.load(std::memory_order_acquire);
            return leaving_.load() || ((now & kOpen) != 0 && round_of(now) >= unseen);
          },
          wake_);
      if (leaving_.load()) return;
      if (!stage_.compare_exchange_weak(now, now + 1, std::memory_order_acq_rel)) continue;
      unseen = round_of(now) + 1;
      work(worker);
      const std::uint64_t before = stage_.fetch_sub(1, std::memory_order_acq_rel);
      if ((before & kOpen) == 0 && joined(before) == 1) wake_all(finished_);
    }
  }

  void work(unsigned worker) {
    while (true) {
      const std::size_t item = next_item_.fetch_add(1, std::memory_order_relaxed);
      if (item >= items_) return;
      try {
        call_(context_, worker, item);
      } catch (...) {
        const std::lock_guard lock(mutex_);
        if (!failure_ || item < failed_item_) {
          failure_ = std::current_exception();
          failed_item_ = item;
        }
        next_item_.store(items_, std::memory_order_relaxed);
      }
    }
  }

  template <class Ready>
  void await(const Ready& ready, std::condition_variable& signal) {
    for (int i = 0; i < kSpins; ++i) {
      if (ready()) return;
      if (i >= kSpinsBeforeYield) std::this_thread::yield();
    }
    std::unique_lock lock(mutex_);
    signal.wait(lock, ready);
  }

  // The empty critical section: whoever found `ready` false under the lock sleeps by now and is woken.
  void wake_all(std::condition_variable& signal) {
    { const std::lock_guard lock(mutex_); }
    signal.notify_all();
  }

  static constexpr int kSpinsBeforeYield = 2000;
  static constexpr int kSpins = kSpinsBeforeYield + 20;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  std::atomic<std::uint64_t> stage_{0};
  std::atomic<bool> leaving_{false};
  std::atomic<std::size_t> next_item_{0};
  std::size_t items_ = 0;
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::exception_ptr failure_;
  std::size_t failed_item_ = 0;
  std::vector<std::thread> members_;
};

Workers::Workers(unsigned threads) : threads_(threads) {}
Workers::~Workers() = default;

void Workers::run_parallel(std::size_t items, Call call, void* context) {
  if (!crew_) crew_ = std::make_unique<Crew>(threads_);
  crew_->run(items, call, context);
}

}  // namespace stalemate::sim::detail
