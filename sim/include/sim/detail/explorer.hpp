// The breadth-first search behind search(): the visited set, the frontier, and the level by level, batch by batch loop.
//
// The visited set is cut into shards by the hash, and all workers insert into all of them at once; the frontier stays
// in the order of discovery. A batch is a number of blocks of the frontier. A worker takes a block and, a stride of
// states at a time, (1) expands them and drops the successors that it saw lately: in this order most are found again
// soon; (2) inserts the others, whose buckets are asked of the memory a few successors ahead; those that are new are
// judged and put into its part of the next frontier. Between batches, when no worker is at work, shards grow. A worker
// may put into a shard only its share of the shard's room; a successor that comes when that is spent waits for the end
// of the batch.
//
// Which worker makes a successor is up to chance, and with it the order within a frontier. No result depends on it:
// counts are sums over sets of states, levels are sets, and the trace is found from the depths afterwards.
//
// E1: between levels, the visited set holds exactly the states of depth up to the frontier's, each with its depth, and
//     the frontier those of its own.
// E2: a worker's `recent` holds states that are in the visited set, or that it is about to put there.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "base/invariant.hpp"
#include "sim/detail/arrays.hpp"
#include "sim/detail/counts.hpp"
#include "sim/detail/expander.hpp"
#include "sim/detail/shortest_path.hpp"
#include "sim/detail/visited_set.hpp"
#include "sim/detail/workers.hpp"
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
    for (std::uint32_t shard = 0; shard < kShards; ++shard)
      visited_.emplace_back(shard, options.compact ? kDense : kRoomy);
  }

  // REQUIRES: called once.
  SearchResult<Action> run() {
    const State initial = representative_of(system_, system_.initial());
    const std::uint64_t hash = Keeping::hash(initial);
    visited_[shard_of(hash)].insert_alone(Keeping::keep(initial, hash), hash, 0);
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

  // A batch is a fixed part of the states known: the larger, the less often workers wait for each other; the smaller,
  // the less can pile up before a shard grows.
  static constexpr std::size_t kBatchStatesMin = 4096;
  static constexpr std::size_t kBatchStatesMax = std::size_t{1} << 16;
  static constexpr std::uint64_t kStatesPerBatchState = 128;
  static constexpr std::uint64_t kPartKeptFree = 16;   // of the memory allowed
  static constexpr std::size_t kParallelStates = 512;  // smaller batches are not worth waking a thread
  static constexpr std::size_t kStride = 64;           // its successors fit the first cache
  static constexpr std::ptrdiff_t kSuccessorsBetweenAsks = 512;
  static constexpr std::size_t kAhead = 12;  // covers the time that a line of memory takes
  static constexpr std::size_t kRecentMax =
      std::bit_floor(std::max((std::size_t{1} << 19) / sizeof(State), std::size_t{64}));  // half the second cache

  struct Found {
    State state;
    std::uint64_t hash;
  };
  // What a worker keeps for itself.
  struct alignas(128) Own {
    Own(const S& system, const State& initial) : expander(system) { remember(64, initial); }
    void remember(std::size_t states, const State& initial) {
      recent = RawArray<State>(states);
      std::fill_n(recent.data(), states, initial);
    }
    Expander<S> expander;
    RawArray<State> recent;       // by hash; a power of two of them
    RawVector<State> successors;  // of a stride
    RawVector<Found> found;       // those that are not recent
    RawVector<Found> waiting;     // for their shards to grow
    std::array<std::size_t, kShards> room{};
    std::array<std::size_t, kShards> added{};
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
      if (depth >= std::min(options_.depth_max.value_or(kLevelsMax), kLevelsMax))
        return all_terminal() ? SearchEnd::kExhausted : SearchEnd::kDepthLimit;
      if (const auto end = expand_level(depth, states)) return *end;
    }
  }

  // None where the level was expanded whole. At a limit of memory, nothing of what the level brought is counted: so the
  // search ends at the same point for any number of threads. What is counted as memory grows within a level, whatever
  // its order.
  std::optional<SearchEnd> expand_level(int depth, std::size_t states) {
    const Counts before = counts_;
    remember_more();
    frontier_bytes_ = Queue::bytes_for(states);
    const std::size_t batch_states = next_batch();
    std::vector<Chunk> batch;
    std::size_t size = 0;
    for (std::size_t worker = 0; worker < frontier_.size(); ++worker) {
      for (std::size_t block = 0; block < frontier_[worker].block_count(); ++block) {
        batch.push_back({worker, block});
        size += frontier_[worker].elements_in(block);
        if (size < batch_states && size < states) continue;
        batch_began_ = progress(depth, states);
        if (!is_stopped(0)) do_batch(batch, size, depth);
        if (stopped_.load(std::memory_order_relaxed)) {
          look_for_violation(depth + 1);
          return SearchEnd::kInterrupted;
        }
        states -= size;
        size = 0;
        batch.clear();
        if (has_outgrown()) {
          counts_ = before;
          return SearchEnd::kMemoryLimit;
        }
      }
    }
    look_for_violation(depth + 1);
    result_.memory_bytes = std::max(result_.memory_bytes, memory_bytes());
    return std::nullopt;
  }

  // In states. Where memory is limited, what a batch may bring stays below the room that has_outgrown() keeps for it.
  std::size_t next_batch() const {
    const auto states =
        std::clamp<std::size_t>(counts_.states / kStatesPerBatchState, kBatchStatesMin, kBatchStatesMax);
    if (options_.memory_bytes_max == 0) return states;
    constexpr std::uint64_t kBytesPerState = 8 * (sizeof(State) + 8);  // more than a state ever costs
    const std::uint64_t successors = 4 * (counts_.transitions / counts_.states + 2);
    return std::clamp<std::size_t>(options_.memory_bytes_max / kPartKeptFree / (kBytesPerState * successors), 1,
                                   states);
  }

  // Counts what grows while a level is expanded, whatever its order; a shard that grows next, which stands twice in
  // memory for a moment (one at a time, where memory is limited); and the room for a batch.
  bool has_outgrown() const {
    if (options_.memory_bytes_max == 0) return false;
    std::uint64_t largest = 0;
    for (const auto& shard : visited_) largest = std::max<std::uint64_t>(largest, shard.bytes());
    return memory_bytes() + 2 * largest + options_.memory_bytes_max / kPartKeptFree > options_.memory_bytes_max;
  }

  // Worker 0 is the calling thread: it asks for all, until it is told to stop. Kept out of the loops that ask: inlined,
  // what it calls takes their registers.
  [[gnu::noinline]] bool is_stopped(unsigned worker) {
    if (stopped_.load(std::memory_order_relaxed)) return true;
    if (worker != 0 || !options_.keep_going || options_.keep_going(batch_began_)) return false;
    stopped_.store(true, std::memory_order_relaxed);
    return true;
  }

  // What is remembered grows with the search, so that a small one costs little.
  void remember_more() {
    std::size_t states = own_[0].recent.capacity();
    const std::size_t most = options_.compact ? kRecentMax / 2 : kRecentMax;
    if (states >= most || counts_.states < 4 * states) return;
    while (states < most && counts_.states >= 4 * states) states *= 2;
    const State initial = representative_of(system_, system_.initial());
    for (Own& own : own_) own.remember(states, initial);
  }

  void do_batch(const std::vector<Chunk>& batch, std::size_t states, int depth) {
    const bool parallel = states >= kParallelStates;
    const auto next_depth = static_cast<std::uint32_t>(depth) + 1;
    for (std::size_t shard = 0; shard < kShards; ++shard)
      for (Own& own : own_) own.room[shard] = visited_[shard].room() / own_.size();
    workers_.run(batch.size(), parallel, [&](unsigned worker, std::size_t item) {
      Queue& queue = frontier_[batch[item].worker];
      const std::size_t block = batch[item].block;
      expand_block(worker, queue.block(block), queue.elements_in(block), next_depth);
      queue.drop(block);
    });
    workers_.run(kShards, parallel && options_.memory_bytes_max == 0, [&](unsigned, std::size_t shard) {
      std::size_t added = 0;
      for (Own& own : own_) added += std::exchange(own.added[shard], 0);
      visited_[shard].settle(added);
    });
    for (Own& own : own_) {
      for (const auto& [state, hash] : own.waiting)
        if (visited_[shard_of(hash)].insert_alone(Keeping::keep(state, hash), hash, next_depth)) append(own, state);
      own.waiting.clear();
    }
    collect_counts();
  }

  void expand_block(unsigned worker, const State* states, std::size_t count, std::uint32_t next_depth) {
    for (std::size_t i = 0; i < count && !is_stopped(worker); i += kStride) {
      expand(worker, states + i, std::min(kStride, count - i));
      insert(own_[worker], next_depth);
    }
  }

  // Once the search is stopped, successors are left out.
  void expand(unsigned worker, const State* states, std::size_t count) {
    Own& own = own_[worker];
    own.successors.clear();
    PropertyMask violated = 0;
    for (std::size_t i = 0; i < count; ++i) violated |= own.expander.expand(states[i], own.marks, own.successors);
    own.counts.violated |= violated & options_.checked;
    own.counts.transitions += own.successors.size();
    own.found.clear();
    Found* const found = own.found.room(own.successors.size() + 1);
    const std::size_t recent_mask = own.recent.capacity() - 1;
    std::size_t kept = 0;
    const State* const end = own.successors.end();
    for (const State* successor = own.successors.begin(); successor != end;) {
      const State* const pause = successor + std::min<std::ptrdiff_t>(end - successor, kSuccessorsBetweenAsks);
      for (; successor != pause; ++successor) {
        found[kept].state = representative_of(system_, *successor);
        found[kept].hash = Keeping::hash(found[kept].state);
        State& recent = own.recent[found[kept].hash & recent_mask];
        const bool is_recent = std::memcmp(&recent, &found[kept].state, sizeof(State)) == 0;
        recent = found[kept].state;
        kept += is_recent ? 0U : 1U;
      }
      if (successor != end && is_stopped(worker)) break;
    }
    own.found.added(kept);
  }

  // Inlined by force: a call without an effect that the compiler sees is one that it leaves out.
  [[gnu::always_inline]] void prefetch(const Found& found) const {
    visited_[shard_of(found.hash)].prefetch(found.hash);
  }

  void insert(Own& own, std::uint32_t depth) {
    const RawVector<Found>& found = own.found;
    const std::size_t size = found.size();
    for (std::size_t i = 0; i < std::min(kAhead, size); ++i) prefetch(found[i]);
    for (std::size_t i = 0; i < size; ++i) {
      if (i + kAhead < size) prefetch(found[i + kAhead]);
      const auto& [state, hash] = found[i];
      const std::uint32_t shard = shard_of(hash);
      if (own.room[shard] == 0) {
        own.waiting.push_back({state, hash});
      } else if (visited_[shard].insert(Keeping::keep(state, hash), hash, depth)) {
        --own.room[shard];
        ++own.added[shard];
        append(own, state);
      }
    }
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
          actions.clear();
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
    ShortestPath<S, Keeping> shortest(system_, visited_,
                                      [&] { return !options_.keep_going || options_.keep_going(batch_began_); });
    std::vector<Action> path = shortest.find(length, property);
    if (shortest.was_stopped()) {
      result_.end = SearchEnd::kInterrupted;
      return std::nullopt;
    }
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

  static_assert(kLevelsMax <= kDepthMax);

  const S& system_;
  const SearchOptions& options_;
  Workers workers_;
  std::vector<Own> own_;
  std::vector<VisitedSet<Keeping>> visited_;  // by shard
  std::vector<Queue> frontier_;               // by the worker that discovered it: depth d
  std::uint64_t frontier_bytes_ = 0;
  Counts counts_;
  std::optional<Violation> violation_;
  Progress batch_began_;
  std::atomic<bool> stopped_{false};
  SearchResult<Action> result_;
};

}  // namespace stalemate::sim::detail
