// A shard of the visited set: buckets (sim/detail/bucket.hpp) with what is kept of each state, all of it or a
// fingerprint, and with the depth at which it was found. Any number of threads may insert at once; growing is for one
// thread alone.
//
// V1: a state is in the bucket its hash scales to, or in one after it with only full buckets between; a run that
//     reaches the end goes on at the start.
// V2: some slot is vacant, so every lookup ends: room() says how many states may be inserted before it is asked again.
// V3: capacity is a function of the shard's number and of the number of its states alone, whenever settle() returns.
// Cost of a state: what a slot takes (10.7 bytes for a state of 8, 21.3 for 16, and 8 more than the state for larger
// ones) divided by the load: between 0.31 and 0.63 where speed counts, between 0.63 and 0.84 where memory does. The
// shards start with different capacities, so that they grow one after another and the load over all of them is always
// about 0.43, or 0.73. Full buckets are what costs time: at a load of 0.84 every third lookup needs a second line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>

#include "base/invariant.hpp"
#include "sim/detail/arrays.hpp"
#include "sim/detail/bucket.hpp"
#include "sim/detail/hash.hpp"
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

// How full a shard gets before it grows, in slots of 32, and by which part of itself it grows.
struct Packing {
  std::size_t fullest;
  std::size_t growth;
};
inline constexpr Packing kRoomy{20, 1};
inline constexpr Packing kDense{27, 3};

template <class Keeping>
class VisitedSet {
  static constexpr std::size_t kWords = (sizeof(typename Keeping::Kept) + 7) / 8;
  using Bucket = detail::Bucket<kWords>;

 public:
  using Kept = typename Keeping::Kept;

  VisitedSet(std::uint32_t shard, Packing packing)
      : packing_(packing), first_buckets_(kFirstBuckets + kFirstBuckets * shard / (packing.growth * kShards)) {}

  // Adds a state if it is not there yet; true if it was added. Threads may do so at once, as long as together they add
  // no more than room() said; what they added is then told to settle().
  bool insert(const Kept& kept, std::uint64_t hash, std::uint32_t depth) {
    const Words<kWords> words = words_of(kept);
    for (std::size_t at = home(hash);; at = after(at)) {
      const Insertion insertion = table_[at].insert(words, depth);
      if (insertion != Insertion::kFull) return insertion == Insertion::kAdded;
    }
  }

  // How many more states fit before settle().
  std::size_t room() const { return buckets_ * Bucket::kWidth / 16 * 15 - size_; }

  // Counts what was inserted, and grows if it is time. For one thread alone.
  void settle(std::size_t added) {
    size_ += added;
    while (size_ > size_max_) grow();
  }
  // As insert() and settle(), whatever room() says. For one thread alone.
  bool insert_alone(const Kept& kept, std::uint64_t hash, std::uint32_t depth) {
    if (buckets_ == 0) grow();
    const bool added = insert(kept, hash, depth);
    settle(added ? 1 : 0);
    return added;
  }

  // A state that is there, until the next insertion.
  class Found {
   public:
    Found(Bucket& bucket, std::size_t slot) : bucket_(&bucket), slot_(slot) {}
    std::uint32_t depth() const { return bucket_->depth(slot_); }
    bool walked() const { return bucket_->walked(slot_); }
    void walk() const { bucket_->walk(slot_); }

   private:
    Bucket* bucket_;
    std::size_t slot_;
  };
  // None: it is not there. For one thread alone.
  std::optional<Found> find(const Kept& kept, std::uint64_t hash) {
    if (buckets_ == 0) return std::nullopt;
    const Words<kWords> words = words_of(kept);
    for (std::size_t at = home(hash);; at = after(at)) {
      const Glance glance = table_[at].glance_at(words);
      if (glance.found()) return Found(table_[at], glance.match);
      if (glance.taken != Bucket::kWidth) return std::nullopt;
    }
  }

  // Hints that this hash is asked for soon. Inlined by force, as what calls it has to be: a compiler that sees no
  // effect in a call leaves it out.
  [[gnu::always_inline]] void prefetch(std::uint64_t hash) const {
    if (buckets_ != 0) __builtin_prefetch(&table_[home(hash)], 1);
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return table_.bytes(); }

 private:
  static Words<kWords> words_of(const Kept& kept) {
    Words<kWords> words{};
    std::memcpy(words.data(), &kept, sizeof(Kept));
    return words;
  }
  static Kept kept_of(const Words<kWords>& words) {
    Kept kept;
    std::memcpy(static_cast<void*>(&kept), words.data(), sizeof(Kept));
    return kept;
  }

  // The highest bits of a hash have chosen the shard and are alike in all of it.
  std::size_t home(std::uint64_t hash) const {
    return static_cast<std::size_t>(static_cast<Uint128>(hash << kShardBits) * buckets_ >> 64);
  }

  std::size_t after(std::size_t bucket) const { return bucket + 1 == buckets_ ? 0 : bucket + 1; }

  // In the order of the slots, which is nearly that of the new homes: both tables are passed through once.
  void grow() {
    const RawArray<Bucket> old = std::move(table_);
    const std::size_t old_buckets = buckets_;
    buckets_ = buckets_ == 0 ? first_buckets_ : buckets_ + buckets_ / packing_.growth;
    size_max_ = buckets_ * Bucket::kWidth / 32 * packing_.fullest;
    table_ = RawArray<Bucket>(buckets_);
    std::memset(static_cast<void*>(table_.data()), 0, buckets_ * sizeof(Bucket));
    for (std::size_t bucket = 0; bucket < old_buckets; ++bucket) {
      for (std::size_t slot = 0; slot < old[bucket].size(); ++slot) {
        const Words<kWords> words = old[bucket].state(slot);
        std::size_t at = home(Keeping::hash_of_kept(kept_of(words)));
        while (table_[at].size() == Bucket::kWidth) at = after(at);
        table_[at].append(table_[at].size(), words, old[bucket].depth(slot));
      }
    }
  }

  static constexpr std::size_t kFirstBuckets = 32;

  Packing packing_;
  std::size_t first_buckets_;
  RawArray<Bucket> table_;
  std::size_t buckets_ = 0;
  std::size_t size_ = 0;
  std::size_t size_max_ = 0;
};

}  // namespace stalemate::sim::detail
