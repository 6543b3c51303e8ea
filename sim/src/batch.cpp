// The part of a batch that is the same for every type of state.
#include "sim/detail/batch.hpp"

namespace stalemate::sim::detail {

namespace {

void count_bits(std::uint32_t bits, std::array<std::uint32_t, 32>& counts) {
  for (; bits != 0; bits &= bits - 1) ++counts[static_cast<std::size_t>(std::countr_zero(bits))];
}

}  // namespace

void ChunkIndex::begin(std::uint32_t first, std::uint32_t count) {
  first_state = first;
  state_count = count;
  size = 0;
  violated = 0;
  fresh.fill(0);
  label_counts.fill(0);
  violating_states.fill(0);
}

void ChunkIndex::reserve(std::uint32_t added) {
  const std::size_t needed = std::size_t{size} + added;
  STALEMATE_INVARIANT(needed <= kOrdinalMax, "the states of one chunk have too many actions");
  hashes.reserve(needed, size);
  fates.reserve(needed, 0);
  entries.reserve(needed, 0);
}

void ChunkIndex::sort_by_shard(std::uint32_t chunk) {
  std::array<std::uint32_t, kShards> counts{};
  for (std::uint32_t i = 0; i < size; ++i) ++counts[shard_of(hashes[i])];
  std::array<std::uint32_t, kShards> next;
  std::uint32_t begin = 0;
  for (std::uint32_t shard = 0; shard < kShards; ++shard) {
    shard_begins[shard] = next[shard] = begin;
    begin += counts[shard];
  }
  shard_begins[kShards] = begin;
  for (std::uint32_t i = 0; i < size; ++i) {
    const std::uint64_t tag = tag_of(hashes[i]);
    entries[next[shard_of(hashes[i])]++] = tag << 32 | pending_reference(chunk, i);
  }
}

void ChunkIndex::offer(PropertyMask mask, std::uint32_t ordinal) {
  const Violation offered{static_cast<std::uint32_t>(std::countr_zero(mask)), ordinal};
  const bool first = violated == 0 || offered.property < violation.property ||
                     (offered.property == violation.property && offered.ordinal < violation.ordinal);
  if (first) violation = offered;
  violated |= mask;
}

void ChunkIndex::count(const Judgement& judgement) {
  count_bits(judgement.labels, label_counts);
  count_bits(judgement.violated, violating_states);
}

}  // namespace stalemate::sim::detail
