// A shard of the visited set: open addressing over what is kept of a state (all of it, or a fingerprint), and beside it
// the depth at which the state was found.
//
// Slots stand in buckets of a cache line, with their depths. A lookup compares with all of a bucket at once, which a
// processor predicts better than a probe from slot to slot, and asks one line of the memory.
//
// V1: a slot is vacant (all its bits one) or taken. A state whose bits are all one is kept apart.
// V2: a taken slot is in the bucket its hash scales to, or in one after it with no bucket between that has a vacant
//     slot; a run that reaches the end goes on at the start. The slots of a bucket are taken in order.
// V3: at least a quarter of the slots is vacant, so every lookup ends.
// Cost of a state: 10.7 bytes (for 8 kept), 21.3 (for 16), or what is kept and 8, divided by a load between 0.5 and
// 0.75. The shards start with different capacities, so that they grow one after another and the load over all of them
// is always about 0.6. Capacity is a function of the shard's number and of the number of its states alone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "sim/detail/arrays.hpp"
#include "sim/detail/hash.hpp"
#include "sim/invariant.hpp"
#include "sim/system.hpp"

namespace stalemate::sim::detail {

inline constexpr unsigned kShardBits = 6;
inline constexpr std::uint32_t kShards = 1U << kShardBits;
constexpr std::uint32_t shard_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> (64 - kShardBits)); }

// What is kept: whole states, so that the set is exact whatever the hash does, ...
template <System S>
struct WholeStates {
  using State = typename S::State;
  using Kept = State;
  static constexpr bool kExact = true;
  static std::uint64_t hash(const State& state) { return hash_of<S>(state); }
  static const Kept& keep(const State& state, std::uint64_t) { return state; }
  static std::uint64_t hash_of_kept(const Kept& kept) { return hash_of<S>(kept); }
};

// ... or 64 bits of a hash of all its bytes: two states with the same fingerprint are taken for one.
template <System S>
struct FingerprintsOf {
  using State = typename S::State;
  using Kept = std::uint64_t;
  static constexpr bool kExact = false;
  static std::uint64_t hash(const State& state) { return hash_bytes(&state, sizeof state); }
  static Kept keep(const State&, std::uint64_t hash) { return hash; }
  static std::uint64_t hash_of_kept(Kept kept) { return kept; }
};

// The depth of a state, and whether the search for a shortest path has been there.
class Depth {
 public:
  static constexpr std::uint32_t kMax = 0x7fff;

  Depth() = default;
  explicit Depth(std::uint32_t depth) : bits_(static_cast<std::uint16_t>(depth)) {}
  std::uint32_t value() const { return bits_ & kMax; }
  bool walked() const { return (bits_ & ~kMax) != 0; }
  void walk() { bits_ |= static_cast<std::uint16_t>(~kMax); }

 private:
  std::uint16_t bits_ = 0;
};

template <class Keeping>
class VisitedSet {
 public:
  using Kept = typename Keeping::Kept;

  explicit VisitedSet(std::uint32_t shard) : first_buckets_(kFirstBuckets + kFirstBuckets * shard / (2 * kShards)) {}

  // Adds a state if it is not there yet; true if it was added.
  bool insert(const Kept& kept, std::uint64_t hash, std::uint32_t depth) {
    if (buckets_ == 0) grow();
    Place place = find_place(kept, hash);
    if (place.taken) return false;
    if (size_ == size_max_) {
      grow();
      place = find_place(kept, hash);
    }
    ++size_;
    if (is_vacant(kept)) {
      apart_present_ = true;
      apart_ = Depth(depth);
      return true;
    }
    table_[place.bucket].kept[place.slot] = kept;
    table_[place.bucket].depths[place.slot] = Depth(depth);
    return true;
  }

  // Null: it is not there.
  Depth* find(const Kept& kept, std::uint64_t hash) {
    if (buckets_ == 0) return nullptr;
    const Place place = find_place(kept, hash);
    if (!place.taken) return nullptr;
    return is_vacant(kept) ? &apart_ : &table_[place.bucket].depths[place.slot];
  }

  // Hints that this hash is asked for soon.
  void prefetch(std::uint64_t hash) const {
    if (buckets_ != 0) __builtin_prefetch(&table_[home(hash)], 1);
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return table_.bytes(); }

 private:
  static constexpr std::size_t kWidth = sizeof(Kept) > 16 ? 1 : 64 / (sizeof(Kept) + sizeof(Depth));
  struct alignas(sizeof(Kept) > 16 ? alignof(Kept) : 64) Bucket {
    std::array<Kept, kWidth> kept;
    std::array<Depth, kWidth> depths;
  };
  struct Place {
    std::size_t bucket;
    std::size_t slot;
    bool taken;
  };

  static bool is_vacant(const Kept& kept) { return std::memcmp(&kept, kVacant.data(), sizeof(Kept)) == 0; }
  static bool equal(const Kept& a, const Kept& b) { return std::memcmp(&a, &b, sizeof(Kept)) == 0; }

  // The highest bits of a hash have chosen the shard and are alike in all of it.
  std::size_t home(std::uint64_t hash) const {
    return static_cast<std::size_t>(static_cast<Uint128>(hash << kShardBits) * buckets_ >> 64);
  }

  // Where it is, or else belongs.
  Place find_place(const Kept& kept, std::uint64_t hash) const {
    for (std::size_t bucket = home(hash);;) {
      const std::array<Kept, kWidth>& slots = table_[bucket].kept;
      std::size_t match = kWidth;
      for (std::size_t i = 0; i < kWidth; ++i) match = equal(slots[i], kept) ? i : match;
      if (match != kWidth) return {bucket, match, !is_vacant(kept) || apart_present_};
      if (is_vacant(slots[kWidth - 1])) {
        std::size_t taken = 0;
        for (std::size_t i = 0; i + 1 < kWidth; ++i) taken += is_vacant(slots[i]) ? 0U : 1U;
        return {bucket, taken, false};
      }
      if (++bucket == buckets_) bucket = 0;
    }
  }

  // In the order of the slots, which is nearly that of the new homes: both tables are passed through once.
  void grow() {
    const RawArray<Bucket> old = std::move(table_);
    const std::size_t old_buckets = buckets_;
    buckets_ = buckets_ == 0 ? first_buckets_ : buckets_ + buckets_ / 2;
    size_max_ = buckets_ * kWidth / 4 * 3;
    table_ = RawArray<Bucket>(buckets_);
    std::memset(static_cast<void*>(table_.data()), 0xff, buckets_ * sizeof(Bucket));
    for (std::size_t bucket = 0; bucket < old_buckets; ++bucket) {
      for (std::size_t slot = 0; slot < kWidth && !is_vacant(old[bucket].kept[slot]); ++slot) {
        const Kept& kept = old[bucket].kept[slot];
        const Place place = find_place(kept, Keeping::hash_of_kept(kept));
        table_[place.bucket].kept[place.slot] = kept;
        table_[place.bucket].depths[place.slot] = old[bucket].depths[slot];
      }
    }
  }

  static constexpr std::size_t kFirstBuckets = 16;
  static constexpr auto kVacant = [] {
    std::array<unsigned char, sizeof(Kept)> bytes{};
    bytes.fill(0xff);
    return bytes;
  }();

  std::size_t first_buckets_;
  RawArray<Bucket> table_;
  std::size_t buckets_ = 0;
  std::size_t size_ = 0;
  std::size_t size_max_ = 0;
  bool apart_present_ = false;
  Depth apart_{0};
};

}  // namespace stalemate::sim::detail
