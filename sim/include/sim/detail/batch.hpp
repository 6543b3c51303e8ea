// A batch: the successors of up to kBatchStates states of one level, on their way into the state store. It is cut into
// chunks of kChunkStates consecutive states; a chunk is filled by one worker, and read by all once it is filled. The
// cut is fixed, so buffers, their sizes and every order in them are the same for any number of threads.
//
// A successor is named by its chunk and its ordinal there; chunk by chunk, ordinal by ordinal is the sequential order.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "sim/detail/arrays.hpp"
#include "sim/invariant.hpp"
#include "sim/system.hpp"

namespace stalemate::sim::detail {

constexpr std::uint32_t kChunkStates = 64;
constexpr std::uint32_t kChunks = 64;
constexpr std::uint32_t kBatchStates = kChunkStates * kChunks;

// Shards of the visited set, by the highest bits of the hash. Fixed: it bounds the parallelism of looking up, and 64
// empty shards cost 8 KiB.
constexpr std::uint32_t kShards = 64;
constexpr std::uint32_t shard_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 58); }
constexpr std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }

// What a slot of the visited set refers to: a state's index, or, with the highest bit set, a successor of the batch at
// hand whose index is not known yet. So there are at most 2^31 states.
constexpr std::uint32_t kPending = std::uint32_t{1} << 31;
constexpr std::uint32_t kOrdinalBits = 25;
constexpr std::uint32_t kOrdinalMax = (std::uint32_t{1} << kOrdinalBits) - 2;
constexpr std::uint32_t pending_reference(std::uint32_t chunk, std::uint32_t ordinal) {
  return kPending | chunk << kOrdinalBits | ordinal;
}
constexpr std::uint32_t pending_chunk(std::uint32_t reference) { return (reference & ~kPending) >> kOrdinalBits; }
constexpr std::uint32_t pending_ordinal(std::uint32_t reference) {
  return reference & ((std::uint32_t{1} << kOrdinalBits) - 1);
}

// The fate of a successor: kKnown, or the position of its new entry in its shard.
constexpr std::uint32_t kKnown = ~std::uint32_t{0};

// A successor that breaks a property, by its state or by the step to it.
struct Violation {
  std::uint32_t property;
  std::uint32_t ordinal;
};

// All of a chunk that does not depend on the type of a state.
struct ChunkIndex {
  std::uint32_t first_state = 0;  // states first_state … first_state + state_count - 1 are expanded
  std::uint32_t state_count = 0;
  std::uint32_t size = 0;                               // successors
  std::array<std::uint32_t, kChunkStates> ends;         // ordinals from ends[i-1] to ends[i] come from the i-th state
  RawArray<std::uint64_t> hashes;                       // by ordinal
  RawArray<std::uint32_t> fates;                        // by ordinal
  RawArray<std::uint64_t> entries;                      // tag and pending reference, by shard, then by ordinal
  std::array<std::uint32_t, kShards + 1> shard_begins;  // in entries
  std::array<std::uint32_t, kShards> fresh;             // new states found in each shard
  std::uint32_t first_fresh = 0;                        // index of the chunk's first new state
  PropertyMask violated = 0;                            // by any state or step offered
  Violation violation;  // if any: that of the lowest property, then of the lowest ordinal
  std::array<std::uint32_t, 32> label_counts;
  std::array<std::uint32_t, 32> violating_states;

  void begin(std::uint32_t first, std::uint32_t count);
  // Makes room for `added` more successors.
  void reserve(std::uint32_t added);
  // Sorts the successors into entries. REQUIRES: size, hashes are final.
  void sort_by_shard(std::uint32_t chunk);
  // Keeps the violation if it goes before the one kept. REQUIRES: mask is not 0.
  void offer(PropertyMask mask, std::uint32_t ordinal);
  void count(const Judgement& judgement);
  std::size_t bytes() const { return hashes.bytes() + fates.bytes() + entries.bytes(); }
};

template <class State>
struct Chunk : ChunkIndex {
  RawArray<State> states;  // by ordinal

  void reserve(std::uint32_t added) {
    states.reserve(std::size_t{size} + added, size);
    ChunkIndex::reserve(added);
  }
  std::size_t bytes() const { return ChunkIndex::bytes() + states.bytes(); }
};

}  // namespace stalemate::sim::detail
