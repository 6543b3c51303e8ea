// The breadth-first search behind search(): the visited set, the frontier, and the level by level, batch by batch loop.
//
// The visited set is cut into shards by the hash; the frontier stays in the order of discovery. A batch, in steps: (1)
// expand, by blocks of the frontier: each worker drops the successors that it saw lately (in this order most are found
// again soon), keeps the others and sorts their hashes into buffers of its own, one a shard; (2) look up, by shards:
// the successors of all workers, the new ones are marked; (3) append, by workers: their new states are judged and put
// into the next frontier. Each step ends before the next begins, so no shard is touched by two threads and nothing is
// locked.
//
// Which worker makes a successor is up to chance, and with it the order within a frontier. No result depends on it:
// counts are sums over sets of states, levels are sets, and the trace is found from the depths afterwards.
//
// E1: between levels, the visited set holds exactly the states of depth up to the frontier's, each with its depth, and
//     the frontier those of its own.
// E2: a worker's `recent` holds states that are in the visited set or in its `found`.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "sim/detail/arrays.hpp"
#include "sim/detail/counts.hpp"
#include "sim/detail/expander.hpp"
#include "sim/detail/shortest_path.hpp"
#include "sim/detail/visited_set.hpp"
#include "sim/detail/workers.hpp"
#include "sim/invariant.hpp"
#include "sim/search.hpp"

namespace stalemate::sim::detail {

template <System S, class Keeping>
class Explorer {
 public:
  using State = typename S::State;
  using Action = typename S::Action;

  // Keeps references to both. REQUIRES: options.threads >= 1.
  Explorer(const S& system, const SearchOptions& options)
      : system_(system), options_(options), workers_(options.threads), frontier_(options.threads) {
    STALEMATE_INVARIANT(options.threads >= 1, "a search needs a thread");
    const State initial = representative_of(system_, system_.initial());
    for (unsigned worker = 0; worker < options.threads; ++worker) own_.emplace_back(system, initial);
    for (std::uint32_t shard = 0; shard < kShards; ++shard) visited_.emplace_back(shard);
  }

  // REQUIRES: called once.
  SearchResult<Action> run() {
    const State initial = representative_of(system_, system_.initial());
    const std::uint64_t hash = Keeping::hash(initial);
    visited_[shard_of(hash)].insert(Keeping::keep(initial, hash), hash, 0);
    append(own_[0], initial);
    collect_counts();
    look_for_violation(0);
    result_.end = explore();
    for (const Own& own : own_) result_.marks.merge(own.marks);
    result_.states = counts_.states;
    result_.transitions = counts_.transitions;
    result_.label_counts.assign(counts_.labels.begin(), counts_.labels.end());
    result_.violating_states.assign(counts_.violating.begin(), counts_.violating.end());
    result_.violated_properties = counts_.violated;
    if (violation_) result_.counterexample = counterexample();
    return std::move(result_);
  }

 private:
  using Queue = BlockQueue<State>;

  // A batch is a fixed part of the states known, so that its buffers are, too; the larger, the less often workers wait
  // for each other.
  static constexpr std::size_t kBatchStatesMin = 4096;
  static constexpr std::size_t kBatchStatesMax = std::size_t{1} << 16;
  static constexpr std::uint64_t kStatesPerBatchState = 128;
  static constexpr std::size_t kParallelStates = 512;  // smaller batches are not worth waking a thread
  static constexpr std::size_t kRecent =
      std::bit_floor(std::max((std::size_t{1} << 18) / sizeof(State), std::size_t{64}));

  // A successor on its way to its shard.
  struct Sent {
    std::uint64_t hash;
    std::uint32_t ordinal;  // in its worker's `found`
  };
  // What a worker keeps for itself.
  struct alignas(64) Own {
    Own(const S& system, const State& initial) : expander(system), recent(kRecent) {
      std::fill_n(recent.data(), kRecent, initial);
    }
    Expander<S> expander;
    RawArray<State> recent;        // by hash
    RawVector<State> found;        // in the order of discovery
    RawArray<std::uint8_t> fresh;  // by ordinal: the state is new
    std::array<RawVector<Sent>, kShards> sent;
    Queue next;  // depth d + 1, as far as this worker discovered it
    Marks marks;
    Counts counts;
  };
  struct Chunk {
    std::size_t worker;
    std::size_t block;
  };
  struct Violation {
    int property;
    int length;  // steps; 0: the initial state
  };

  // Owns the order of a search: level by level, and what may end it.
  SearchEnd explore() {
    for (int depth = 0;; ++depth) {
      std::size_t states = 0;
      for (std::size_t worker = 0; worker < own_.size(); ++worker) {
        frontier_[worker] = std::exchange(own_[worker].next, {});
        states += frontier_[worker].size();
      }
      if (states != 0) result_.depth = depth;
      if (violation_ && !options_.exhaust) return SearchEnd::kViolation;
      if (states == 0) return SearchEnd::kExhausted;
      if (depth >= std::min(options_.depth_max.value_or(kDepthMax), kDepthMax))
        return all_terminal() ? SearchEnd::kExhausted : SearchEnd::kDepthLimit;
      if (const auto end = expand_level(depth, states)) return *end;
    }
  }

  // None where the level was expanded whole. At a limit of memory, nothing of what the level brought is counted: so the
  // search ends at the same point for any number of threads. What is counted as memory grows within a level, whatever
  // its order.
  std::optional<SearchEnd> expand_level(int depth, std::size_t states) {
    const Counts before = counts_;
    frontier_bytes_ = Queue::bytes_for(states);
    const std::size_t batch_states =
        std::clamp<std::size_t>(counts_.states / kStatesPerBatchState, kBatchStatesMin, kBatchStatesMax);
    std::vector<Chunk> batch;
    std::size_t size = 0;
    for (std::size_t worker = 0; worker < frontier_.size(); ++worker) {
      for (std::size_t block = 0; block < frontier_[worker].block_count(); ++block) {
        batch.push_back({worker, block});
        size += frontier_[worker].elements_in(block);
        if (size < batch_states && size < states) continue;
        if (options_.keep_going && !options_.keep_going(progress(depth, states))) {
          look_for_violation(depth + 1);
          return SearchEnd::kInterrupted;
        }
        do_batch(batch, size, depth);
        states -= size;
        size = 0;
        batch.clear();
        if (options_.memory_bytes_max != 0 && memory_bytes() > options_.memory_bytes_max) {
          counts_ = before;
          return SearchEnd::kMemoryLimit;
        }
      }
    }
    look_for_violation(depth + 1);
    result_.memory_bytes = std::max(result_.memory_bytes, memory_bytes());
    return std::nullopt;
  }

  void do_batch(const std::vector<Chunk>& batch, std::size_t states, int depth) {
    const bool parallel = states >= kParallelStates;
    workers_.run(batch.size(), parallel, [&](unsigned worker, std::size_t item) {
      Queue& queue = frontier_[batch[item].worker];
      const State* block = queue.block(batch[item].block);
      const std::size_t count = queue.elements_in(batch[item].block);
      for (std::size_t i = 0; i < count; ++i) expand(own_[worker], block[i]);
      queue.drop(batch[item].block);
    });
    for (Own& own : own_) own.fresh.reserve(own.found.size(), 0);
    workers_.run(kShards, parallel, [&](unsigned, std::size_t shard) {
      for (Own& sender : own_)
        look_up(sender, static_cast<std::uint32_t>(shard), static_cast<std::uint32_t>(depth) + 1);
    });
    workers_.run(own_.size(), parallel, [&](unsigned, std::size_t worker) {
      Own& own = own_[worker];
      for (std::size_t i = 0; i < own.found.size(); ++i)
        if (own.fresh[i] != 0) append(own, own.found[i]);
      own.found.clear();
    });
    collect_counts();
  }

  void expand(Own& own, const State& state) {
    own.expander.expand(state, own.marks, [&](const State& successor, PropertyMask violated) {
      ++own.counts.transitions;
      own.counts.violated |= violated & options_.checked;
      const State& next = representative_of(system_, successor);
      const std::uint64_t hash = Keeping::hash(next);
      State& recent = own.recent[hash % kRecent];
      if (std::memcmp(&recent, &next, sizeof(State)) == 0) return;
      recent = next;
      own.sent[shard_of(hash)].push_back({hash, static_cast<std::uint32_t>(own.found.size())});
      own.found.push_back(next);
    });
  }

  // The slot of a successor is asked of the memory kAhead successors before it is looked at.
  void look_up(Own& sender, std::uint32_t shard, std::uint32_t depth) {
    constexpr std::size_t kAhead = 12;
    RawVector<Sent>& sent = sender.sent[shard];
    VisitedSet<Keeping>& visited = visited_[shard];
    const std::size_t size = sent.size();
    for (std::size_t i = 0; i < std::min(kAhead, size); ++i) visited.prefetch(sent[i].hash);
    for (std::size_t i = 0; i < size; ++i) {
      if (i + kAhead < size) visited.prefetch(sent[i + kAhead].hash);
      const auto [hash, ordinal] = sent[i];
      sender.fresh[ordinal] = visited.insert(Keeping::keep(sender.found[ordinal], hash), hash, depth) ? 1 : 0;
    }
    sent.clear();
  }

  void append(Own& own, const State& state) {
    own.next.push_back(state);
    own.counts.judge(system_.judge(state, own.marks), options_.checked);
  }

  void collect_counts() {
    for (Own& own : own_) counts_.add(std::exchange(own.counts, {}));
  }

  // The first violation is that of the first level that has one, and there of the lowest property.
  void look_for_violation(int length) {
    if (counts_.violated == 0 || (violation_ && violation_->length < length)) return;
    violation_ = Violation{std::countr_zero(counts_.violated), length};
  }

  bool all_terminal() {
    std::vector<Action> actions;
    for (const Queue& queue : frontier_) {
      for (std::size_t block = 0; block < queue.block_count(); ++block) {
        for (std::size_t i = 0; i < queue.elements_in(block); ++i) {
          system_.actions(queue.block(block)[i], actions);
          if (!actions.empty()) return false;
        }
      }
    }
    return true;
  }

  std::optional<Counterexample<Action>> counterexample() {
    const PropertyMask property = PropertyMask{1} << violation_->property;
    const auto length = static_cast<std::size_t>(violation_->length);
    std::vector<Action> path = ShortestPath<S, Keeping>(system_, visited_).find(length, property);
    if (path.size() != length) {
      STALEMATE_INVARIANT(!Keeping::kExact, "a violation is reached again");
      return std::nullopt;
    }
    return Counterexample<Action>{violation_->property, std::move(path)};
  }

  // The level that is expanded counts as whole; how the next one is spread over the workers does not matter.
  std::uint64_t memory_bytes() const {
    std::size_t next = 0;
    for (const Own& own : own_) next += own.next.size();
    std::uint64_t bytes = frontier_bytes_ + Queue::bytes_for(next);
    for (const auto& shard : visited_) bytes += shard.bytes();
    return bytes;
  }
  Progress progress(int depth, std::size_t frontier) const {
    return {.states = counts_.states,
            .transitions = counts_.transitions,
            .frontier = frontier,
            .memory_bytes = memory_bytes(),
            .depth = depth};
  }

  static constexpr int kDepthMax = Depth::kMax;

  const S& system_;
  const SearchOptions& options_;
  Workers workers_;
  std::vector<Own> own_;
  std::vector<VisitedSet<Keeping>> visited_;  // by shard
  std::vector<Queue> frontier_;               // by the worker that discovered it: depth d
  std::uint64_t frontier_bytes_ = 0;
  Counts counts_;
  std::optional<Violation> violation_;
  SearchResult<Action> result_;
};

}  // namespace stalemate::sim::detail
