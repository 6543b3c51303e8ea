// A bucket of the visited set: a cache line with slots for what is kept of some states, and for the depths at which
// they were found. Any number of threads may insert at once; everything else is for one thread alone.
//
// B1: a slot is vacant, then for a moment claimed by the thread that writes it, then taken for good. Its status says
//     which: it is written last (release) and read first (acquire).
// B2: slots are claimed in order, and never given back.
// All slots are compared at once, without a branch: a processor predicts that better than a loop that ends where the
// state is found.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace stalemate::sim::detail {

template <std::size_t WordCount>
using Words = std::array<std::uint64_t, WordCount>;

inline constexpr std::uint32_t kDepthMax = 0x7ffd;

enum class Insertion : std::uint8_t { kPresent, kAdded, kFull };

// Calls task(0), task(1), ... task(Count - 1), without a loop.
template <std::size_t Count, class Task>
void unrolled(Task&& task) {
  [&]<std::size_t... Index>(std::index_sequence<Index...>) { (task(Index), ...); }
  (std::make_index_sequence<Count>());
}

template <class Word>
Word load(const Word& word, std::memory_order order = std::memory_order_relaxed) {
  return std::atomic_ref(const_cast<Word&>(word)).load(order);
}

// What a look at all slots of a bucket saw.
struct Glance {
  std::size_t match = ~std::size_t{0};  // the slot that has the state
  std::size_t taken = 0;
  bool claimed = false;  // a slot is being written, perhaps with the state
  bool found() const { return match != ~std::size_t{0}; }
};

// Zero bytes are an empty bucket.
template <std::size_t WordCount>
class alignas(WordCount < 4 ? 64 : 8) Bucket {
 public:
  static constexpr std::size_t kWidth = WordCount < 4 ? 64 / (8 * WordCount + 2) : 1;

  Insertion insert(const Words<WordCount>& state, std::uint32_t depth) {
    while (true) {
      const Glance glance = glance_at(state);
      if (glance.found()) return Insertion::kPresent;
      if (glance.claimed) continue;
      if (glance.taken == kWidth) return Insertion::kFull;
      std::atomic_ref status(status_[glance.taken]);
      std::uint16_t vacant = 0;
      if (!status.compare_exchange_strong(vacant, kClaimed, std::memory_order_relaxed)) continue;
      for (std::size_t w = 0; w < WordCount; ++w)
        std::atomic_ref(kept_[glance.taken][w]).store(state[w], std::memory_order_relaxed);
      status.store(static_cast<std::uint16_t>(depth + 1), std::memory_order_release);
      return Insertion::kAdded;
    }
  }

  Glance glance_at(const Words<WordCount>& state) const {
    Glance glance;
    unrolled<kWidth>([&](std::size_t i) {
      const std::uint16_t status = load(status_[i], std::memory_order_acquire);
      std::uint64_t differing = 0;
      for (std::size_t w = 0; w < WordCount; ++w) differing |= load(kept_[i][w]) ^ state[w];
      const bool claimed = status == kClaimed;
      glance.match = differing == 0 && status != 0 && !claimed ? i : glance.match;
      glance.taken += status != 0 ? 1U : 0U;
      glance.claimed |= claimed;
    });
    return glance;
  }

  // REQUIRES: `slot` is the first vacant one, and the state is not there.
  void append(std::size_t slot, const Words<WordCount>& state, std::uint32_t depth) {
    kept_[slot] = state;
    status_[slot] = static_cast<std::uint16_t>(depth + 1);
  }
  std::size_t size() const {
    std::size_t taken = 0;
    for (const std::uint16_t status : status_) taken += status != 0 ? 1U : 0U;
    return taken;
  }
  Words<WordCount> state(std::size_t slot) const { return kept_[slot]; }
  std::uint32_t depth(std::size_t slot) const { return (status_[slot] & ~std::uint32_t{kWalked}) - 1; }
  bool walked(std::size_t slot) const { return (status_[slot] & kWalked) != 0; }
  void walk(std::size_t slot) { status_[slot] |= kWalked; }

 private:
  // A status is 0 (vacant), a depth and 1, or kClaimed; with kWalked where a walk over the states has been.
  static constexpr std::uint16_t kClaimed = 0x7fff;
  static constexpr std::uint16_t kWalked = 0x8000;

  std::array<Words<WordCount>, kWidth> kept_;
  std::array<std::uint16_t, kWidth> status_;
};

}  // namespace stalemate::sim::detail
