// The breadth-first search behind search() and build_state_graph(): the state store, the visited set, and the level by
// level, batch by batch loop that fills them.
//
// A batch, in steps: (1) expand, by chunks: successors and their hashes into the chunk's buffers; (2) look up, by
// shards: every successor meets the known states and the earlier successors of the batch, in the sequential order,
// because all equal states fall into one shard; (3) append, by chunks: the new states get the numbers that the
// sequential search would give them, are written to the store and judged. Each step ends before the next begins.
//
// A state costs its own size, 4 bytes for its parent, and 11 to 22 bytes in the visited set; the action that led to it
// is not kept but found again, as the first of its parent's that leads there.
//
// I1: states are stored in the order in which the sequential search discovers them; a level is a range of indices.
// I2: parent(s) < s, and parents never decrease.
// I3: between batches, the visited set holds every stored state once and no pending reference.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "sim/detail/batch.hpp"
#include "sim/detail/hash.hpp"
#include "sim/detail/index_table.hpp"
#include "sim/detail/workers.hpp"
#include "sim/invariant.hpp"
#include "sim/search.hpp"

namespace stalemate::sim::detail {

template <System S>
class Explorer {
 public:
  using State = typename S::State;
  using Action = typename S::Action;

  // Keeps references to both. REQUIRES: options.threads >= 1.
  Explorer(const S& system, const SearchOptions& options)
      : system_(system), options_(options), workers_(options.threads), own_(options.threads), shards_(kShards) {
    STALEMATE_INVARIANT(options.threads >= 1, "a search needs a thread");
  }

  // REQUIRES: called once.
  SearchResult<Action> run() {
    result_.label_counts.assign(32, 0);
    result_.violating_states.assign(32, 0);
    add_initial();
    result_.end = explore();
    result_.states = count_;
    note_memory(memory_bytes());
    for (const Own& own : own_) result_.marks.merge(own.marks);
    if (best_) result_.counterexample = counterexample();
    return std::move(result_);
  }

  std::uint32_t state_count() const { return count_; }
  const State& state(std::uint32_t index) const { return states_[index]; }
  std::uint64_t memory_bytes() const { return table_bytes() + batch_bytes() + states_.bytes() + parents_.bytes(); }

  // The index of a state. REQUIRES: run() ended as kExhausted or kViolation, and the state was reached.
  std::uint32_t index_of(const State& state) const {
    const std::uint64_t hash = hash_of(state);
    const IndexTable& shard = shards_[shard_of(hash)];
    const std::uint32_t position =
        shard.probe(tag_of(hash), [&](std::uint32_t index) { return equal(states_[index], state); });
    STALEMATE_INVARIANT(!shard.empty_at(position), "a state was asked for that the search has not reached");
    return shard.reference_at(position);
  }

 private:
  // What a worker keeps for itself.
  struct alignas(64) Own {
    std::vector<Action> actions;
    std::vector<std::uint64_t> entries;
    Marks marks;
  };
  // The best violation so far: of all of `length` steps, that of the lowest property, then the first in the order.
  struct Best {
    std::uint32_t property;
    int length;
    std::uint32_t parent = 0;  // with length > 0: the state whose action number `ordinal` is the last step
    std::uint32_t ordinal = 0;
  };

  static std::uint64_t hash_of(const State& state) {
    if constexpr (requires { S::hash(state); }) {
      return S::hash(state);
    } else {
      return hash_bytes(&state, sizeof(State));
    }
  }
  static bool equal(const State& a, const State& b) { return std::memcmp(&a, &b, sizeof(State)) == 0; }

  void add_initial() {
    const State initial = system_.initial();
    const std::uint64_t hash = hash_of(initial);
    IndexTable& shard = shards_[shard_of(hash)];
    shard.insert_at(shard.probe(tag_of(hash), [](std::uint32_t) { return false; }), tag_of(hash), 0);
    states_.extend_to(1);
    parents_.extend_to(1);
    states_[0] = initial;
    parents_[0] = 0;
    count_ = 1;
    Judgement judgement = system_.judge(initial, own_[0].marks);
    judgement.violated &= options_.checked;
    ChunkIndex counts;
    counts.begin(0, 1);
    counts.count(judgement);
    add_counts(counts);
    result_.violated_properties = judgement.violated;
    if (judgement.violated != 0) {
      best_ = Best{static_cast<std::uint32_t>(std::countr_zero(judgement.violated)), 0};
    }
  }

  // Owns the order of a search: level by level, batch by batch, and what may end it.
  SearchEnd explore() {
    std::uint32_t level_begin = 0;
    for (int depth = 0;; ++depth) {
      const std::uint32_t level_end = count_;
      if (level_begin < level_end) result_.depth = depth;
      if (best_ && !options_.exhaust) return SearchEnd::kViolation;
      if (level_begin == level_end) return SearchEnd::kExhausted;
      if (options_.depth_max && depth >= *options_.depth_max) {
        return all_terminal(level_begin, level_end) ? SearchEnd::kExhausted : SearchEnd::kDepthLimit;
      }
      for (std::uint32_t begin = level_begin; begin < level_end; begin += kBatchStates) {
        if (!keep_going(depth, level_end - begin)) return SearchEnd::kInterrupted;
        const std::uint32_t size = std::min(kBatchStates, level_end - begin);
        if (!do_batch(begin, size, depth)) return SearchEnd::kMemoryLimit;
      }
      level_begin = level_end;
    }
  }

  bool keep_going(int depth, std::uint32_t frontier) const {
    if (!options_.keep_going) return true;
    return options_.keep_going({.states = count_,
                                .transitions = result_.transitions,
                                .frontier = frontier,
                                .memory_bytes = memory_bytes(),
                                .depth = depth});
  }

  bool all_terminal(std::uint32_t begin, std::uint32_t end) {
    std::vector<Action>& actions = own_[0].actions;
    for (std::uint32_t i = begin; i < end; ++i) {
      actions.clear();
      system_.actions(states_[i], actions);
      if (!actions.empty()) return false;
    }
    return true;
  }

  // Expands `size` states from index `begin` on. False: a limit of memory forbids to add what was found, and nothing of
  // the batch is counted.
  bool do_batch(std::uint32_t begin, std::uint32_t size, int depth) {
    const std::uint32_t chunks = (size + kChunkStates - 1) / kChunkStates;
    while (chunks_.size() < chunks) chunks_.push_back(std::make_unique<Chunk<State>>());
    const bool parallel = size >= kParallelStates;
    workers_.run(chunks, parallel, [&](unsigned worker, std::size_t chunk) {
      const auto offset = static_cast<std::uint32_t>(chunk) * kChunkStates;
      expand(own_[worker], static_cast<std::uint32_t>(chunk), begin + offset, std::min(kChunkStates, size - offset));
    });
    if (!fits(table_bytes_after(chunks) + batch_bytes() + states_.bytes() + parents_.bytes())) return false;
    workers_.run(kShards, parallel, [&](unsigned worker, std::size_t shard) {
      look_up(own_[worker], static_cast<std::uint32_t>(shard), chunks);
    });
    const std::uint64_t count = number_fresh(chunks);
    if (count > kPending) return false;
    if (!fits(table_bytes() + batch_bytes() + states_.bytes_for(count) + parents_.bytes_for(count))) return false;
    states_.extend_to(count);
    parents_.extend_to(count);
    workers_.run(chunks, parallel, [&](unsigned worker, std::size_t chunk) { append(own_[worker], *chunks_[chunk]); });
    count_ = static_cast<std::uint32_t>(count);
    for (std::uint32_t chunk = 0; chunk < chunks; ++chunk) conclude(*chunks_[chunk], depth + 1);
    note_memory(memory_bytes());
    return true;
  }

  void expand(Own& own, std::uint32_t number, std::uint32_t first, std::uint32_t state_count) {
    Chunk<State>& chunk = *chunks_[number];
    chunk.begin(first, state_count);
    for (std::uint32_t i = 0; i < state_count; ++i) {
      const State& state = states_[first + i];
      own.actions.clear();
      system_.actions(state, own.actions);
      chunk.reserve(static_cast<std::uint32_t>(own.actions.size()));
      for (const Action& action : own.actions) {
        const Applied<State> applied = system_.apply(state, action, own.marks);
        chunk.states[chunk.size] = applied.next;
        chunk.hashes[chunk.size] = hash_of(applied.next);
        if (const PropertyMask violated = applied.violated & options_.checked; violated != 0) {
          chunk.offer(violated, chunk.size);
        }
        ++chunk.size;
      }
      chunk.ends[i] = chunk.size;
    }
    chunk.sort_by_shard(number);
  }

  // Looks up the batch's successors of one shard, in order. Far memory is asked for ahead: the slot when the entry is
  // gathered, the state it refers to kAhead entries before the comparison.
  void look_up(Own& own, std::uint32_t number, std::uint32_t chunks) {
    constexpr std::size_t kAhead = 8;
    IndexTable& shard = shards_[number];
    std::vector<std::uint64_t>& entries = own.entries;
    entries.clear();
    for (std::uint32_t c = 0; c < chunks; ++c) {
      const ChunkIndex& chunk = *chunks_[c];
      const std::uint64_t* all = chunk.entries.data();
      entries.insert(entries.end(), all + chunk.shard_begins[number], all + chunk.shard_begins[number + 1]);
    }
    shard.make_room(entries.size());
    for (const std::uint64_t entry : entries) shard.prefetch(static_cast<std::uint32_t>(entry >> 32));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i + kAhead < entries.size()) {
        const auto tag = static_cast<std::uint32_t>(entries[i + kAhead] >> 32);
        const std::uint64_t slot = shard.home_slot(tag);
        if (slot != IndexTable::kEmpty) __builtin_prefetch(&state_at(static_cast<std::uint32_t>(slot)));
      }
      const auto tag = static_cast<std::uint32_t>(entries[i] >> 32);
      const auto reference = static_cast<std::uint32_t>(entries[i]);
      const State& successor = state_at(reference);
      const std::uint32_t position =
          shard.probe(tag, [&](std::uint32_t other) { return equal(state_at(other), successor); });
      ChunkIndex& chunk = *chunks_[pending_chunk(reference)];
      std::uint32_t fate = kKnown;
      if (shard.empty_at(position)) {
        shard.insert_at(position, tag, reference);
        ++chunk.fresh[number];
        fate = position;
      }
      chunk.fates[pending_ordinal(reference)] = fate;
    }
  }

  // Gives each chunk the index of its first new state; returns the number of states there will be.
  std::uint64_t number_fresh(std::uint32_t chunks) {
    std::uint64_t next = count_;
    for (std::uint32_t c = 0; c < chunks; ++c) {
      chunks_[c]->first_fresh = static_cast<std::uint32_t>(next);
      for (const std::uint32_t fresh : chunks_[c]->fresh) next += fresh;
    }
    return next;
  }

  void append(Own& own, Chunk<State>& chunk) {
    std::uint32_t index = chunk.first_fresh;
    std::uint32_t ordinal = 0;
    for (std::uint32_t i = 0; i < chunk.state_count; ++i) {
      for (; ordinal < chunk.ends[i]; ++ordinal) {
        if (chunk.fates[ordinal] == kKnown) continue;
        const State& state = chunk.states[ordinal];
        states_[index] = state;
        parents_[index] = chunk.first_state + i;
        shards_[shard_of(chunk.hashes[ordinal])].refer_at(chunk.fates[ordinal], index);
        Judgement judgement = system_.judge(state, own.marks);
        judgement.violated &= options_.checked;
        chunk.count(judgement);
        if (judgement.violated != 0) chunk.offer(judgement.violated, ordinal);
        ++index;
      }
    }
  }

  // Takes over what an appended chunk has counted and found. Called in the order of the chunks.
  void conclude(const Chunk<State>& chunk, int length) {
    result_.transitions += chunk.size;
    add_counts(chunk);
    if (chunk.violated == 0) return;
    result_.violated_properties |= chunk.violated;
    if (best_ && (best_->length < length || best_->property <= chunk.violation.property)) return;
    std::uint32_t i = 0;
    while (chunk.ends[i] <= chunk.violation.ordinal) ++i;
    const std::uint32_t first_ordinal = i == 0 ? 0 : chunk.ends[i - 1];
    best_ = Best{chunk.violation.property, length, chunk.first_state + i, chunk.violation.ordinal - first_ordinal};
  }

  void add_counts(const ChunkIndex& chunk) {
    for (std::size_t i = 0; i < 32; ++i) {
      result_.label_counts[i] += chunk.label_counts[i];
      result_.violating_states[i] += chunk.violating_states[i];
    }
  }

  Counterexample<Action> counterexample() {
    Counterexample<Action> found{.property = static_cast<int>(best_->property), .actions = {}};
    if (best_->length == 0) return found;
    std::vector<std::uint32_t> path;  // from the last step's state back to, but without, the initial one
    for (std::uint32_t index = best_->parent; index != 0; index = parents_[index]) path.push_back(index);
    std::uint32_t from = 0;
    for (std::size_t i = path.size(); i-- > 0; from = path[i]) found.actions.push_back(action_between(from, path[i]));
    std::vector<Action> actions;
    system_.actions(states_[from], actions);
    found.actions.push_back(actions[best_->ordinal]);
    return found;
  }

  // The first action that leads from one state to the other, whose parent it is.
  Action action_between(std::uint32_t parent, std::uint32_t child) const {
    Marks unused;
    std::vector<Action> actions;
    system_.actions(states_[parent], actions);
    for (const Action& action : actions) {
      if (equal(system_.apply(states_[parent], action, unused).next, states_[child])) return action;
    }
    STALEMATE_INVARIANT(false, "a state cannot be reached again: actions() or apply() is not a pure function");
    std::abort();
  }

  // A stored state or, by a pending reference, a successor of the batch.
  const State& state_at(std::uint32_t reference) const {
    if ((reference & kPending) == 0) return states_[reference];
    return chunks_[pending_chunk(reference)]->states[pending_ordinal(reference)];
  }

  bool fits(std::uint64_t bytes) const { return options_.memory_bytes_max == 0 || bytes <= options_.memory_bytes_max; }
  void note_memory(std::uint64_t bytes) { result_.memory_bytes = std::max(result_.memory_bytes, bytes); }
  std::uint64_t table_bytes() const {
    std::uint64_t bytes = 0;
    for (const IndexTable& shard : shards_) bytes += shard.bytes();
    return bytes;
  }
  std::uint64_t table_bytes_after(std::uint32_t chunks) const {
    std::uint64_t bytes = 0;
    for (std::uint32_t shard = 0; shard < kShards; ++shard) {
      std::size_t added = 0;
      for (std::uint32_t c = 0; c < chunks; ++c) {
        added += chunks_[c]->shard_begins[shard + 1] - chunks_[c]->shard_begins[shard];
      }
      bytes += shards_[shard].capacity_for(added) * sizeof(std::uint64_t);
    }
    return bytes;
  }
  std::uint64_t batch_bytes() const {
    std::uint64_t bytes = 0;
    for (const auto& chunk : chunks_) bytes += chunk->bytes();
    return bytes;
  }

  // Batches below this size are not worth waking a thread.
  static constexpr std::uint32_t kParallelStates = 256;

  const S& system_;
  const SearchOptions& options_;
  Workers workers_;
  std::vector<Own> own_;
  std::vector<IndexTable> shards_;
  std::vector<std::unique_ptr<Chunk<State>>> chunks_;
  BlockArray<State> states_;
  BlockArray<std::uint32_t> parents_;
  std::uint32_t count_ = 0;
  std::optional<Best> best_;
  SearchResult<Action> result_;
};

}  // namespace stalemate::sim::detail
