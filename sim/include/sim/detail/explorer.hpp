// The breadth-first search behind search(): the visited set, the frontier, and the level by level, batch by batch loop.
//
// The visited set and the frontier are cut into shards by the hash. A batch, in steps: (1) expand, by blocks of the
// frontier: each worker sorts the successors it makes into buffers of its own, one a shard; (2) insert, by shards: the
// successors of all workers are looked up, and the new ones judged and put into the shard's next frontier. Each step
// ends before the next begins, so no shard is touched by two threads and nothing is locked.
//
// Which worker makes a successor is up to chance, and with it the order within a frontier. No result depends on it:
// counts are sums over sets of states, levels are sets, and the trace is found from the depths afterwards.
//
// E1: between levels, the visited set holds exactly the states of depth up to the frontier's, each with its depth, and
//     the frontier those of its own.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
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
      : system_(system), options_(options), workers_(options.threads), frontier_(kShards), next_(kShards) {
    STALEMATE_INVARIANT(options.threads >= 1, "a search needs a thread");
    for (unsigned worker = 0; worker < options.threads; ++worker) own_.emplace_back(system);
    for (std::uint32_t shard = 0; shard < kShards; ++shard) visited_.emplace_back(shard);
  }

  // REQUIRES: called once.
  SearchResult<Action> run() {
    const State initial = representative_of(system_, system_.initial());
    insert(own_[0], initial, Keeping::hash(initial), 0);
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

  static constexpr std::size_t kBatchStatesMin = 4096;
  static constexpr std::size_t kBatchStatesMax = std::size_t{1} << 16;
  static constexpr std::size_t kParallelStates = 512;  // smaller batches are not worth waking a thread

  struct Successor {
    State state;
    std::uint64_t hash;
  };
  // What a worker keeps for itself.
  struct alignas(64) Own {
    explicit Own(const S& system) : expander(system) {}
    Expander<S> expander;
    std::array<RawVector<Successor>, kShards> sent;
    Marks marks;
    Counts counts;
  };
  struct Chunk {
    std::uint32_t shard;
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
      for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        frontier_[shard] = std::exchange(next_[shard], {});
        states += frontier_[shard].size();
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
    frontier_bytes_ = sum(frontier_);
    // A batch is a fixed part of the states known, so that its buffers are, too.
    const std::size_t batch_states =
        std::clamp<std::size_t>(counts_.states / kBatchShare, kBatchStatesMin, kBatchStatesMax);
    std::vector<Chunk> batch;
    std::size_t size = 0;
    // The first block of every shard, the second of every shard, and so on: what was found together is expanded
    // together, so that most of the successors that are found again are still in the processor's cache.
    for (std::size_t block = 0; states != 0; ++block) {
      for (std::uint32_t shard = 0; shard < kShards; ++shard) {
        if (block >= frontier_[shard].block_count()) continue;
        batch.push_back({shard, block});
        size += frontier_[shard].elements_in(block);
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
      Queue& queue = frontier_[batch[item].shard];
      const State* block = queue.block(batch[item].block);
      const std::size_t count = queue.elements_in(batch[item].block);
      for (std::size_t i = 0; i < count; ++i) expand(own_[worker], block[i]);
      queue.drop(batch[item].block);
    });
    workers_.run(kShards, parallel, [&](unsigned worker, std::size_t shard) {
      for (Own& sender : own_) receive(own_[worker], sender.sent[shard], static_cast<std::uint32_t>(depth) + 1);
    });
    collect_counts();
  }

  void expand(Own& own, const State& state) {
    own.expander.expand(state, own.marks, [&](const State& successor, PropertyMask violated) {
      const State& next = representative_of(system_, successor);
      ++own.counts.transitions;
      own.counts.violated |= violated & options_.checked;
      const std::uint64_t hash = Keeping::hash(next);
      own.sent[shard_of(hash)].push_back({next, hash});
    });
  }

  // The slot of a successor is asked of the memory kAhead successors before it is looked at.
  void receive(Own& own, RawVector<Successor>& sent, std::uint32_t depth) {
    constexpr std::size_t kAhead = 12;
    const std::size_t size = sent.size();
    if (size == 0) return;
    const VisitedSet<Keeping>& visited = visited_[shard_of(sent[0].hash)];
    for (std::size_t i = 0; i < std::min(kAhead, size); ++i) visited.prefetch(sent[i].hash);
    for (std::size_t i = 0; i < size; ++i) {
      if (i + kAhead < size) visited.prefetch(sent[i + kAhead].hash);
      insert(own, sent[i].state, sent[i].hash, depth);
    }
    sent.clear();
  }

  void insert(Own& own, const State& state, std::uint64_t hash, std::uint32_t depth) {
    const std::uint32_t shard = shard_of(hash);
    if (!visited_[shard].insert(Keeping::keep(state, hash), hash, depth)) return;
    next_[shard].push_back(state);
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

  template <class Parts>
  static std::uint64_t sum(const Parts& parts) {
    std::uint64_t bytes = 0;
    for (const auto& part : parts) bytes += part.bytes();
    return bytes;
  }
  // The level that is expanded counts as whole.
  std::uint64_t memory_bytes() const { return sum(visited_) + sum(next_) + frontier_bytes_; }
  Progress progress(int depth, std::size_t frontier) const {
    return {.states = counts_.states,
            .transitions = counts_.transitions,
            .frontier = frontier,
            .memory_bytes = memory_bytes(),
            .depth = depth};
  }

  static constexpr std::uint64_t kBatchShare = 128;
  static constexpr int kDepthMax = Depth::kMax;

  const S& system_;
  const SearchOptions& options_;
  Workers workers_;
  std::vector<Own> own_;
  std::vector<VisitedSet<Keeping>> visited_;  // by shard
  std::vector<Queue> frontier_;               // by shard: depth d
  std::vector<Queue> next_;                   // by shard: depth d + 1, as far as it is known
  std::uint64_t frontier_bytes_ = 0;
  Counts counts_;
  std::optional<Violation> violation_;
  SearchResult<Action> result_;
};

}  // namespace stalemate::sim::detail
