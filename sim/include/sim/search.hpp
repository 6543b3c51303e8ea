// Exhaustive search: breadth-first, exact (whole states are kept), parallel, and the same result byte for byte for any
// number of threads. Finds a shortest violation, or exhausts the space within the limits.
//
// Order (what "the same" rests on): states are numbered as a sequential breadth-first search that expands each state's
// actions in the system's order would discover them. The frontier is cut into batches of a fixed size; within one,
// successors are computed in parallel, looked up in parallel by shards of the hash, and appended in that order.
// Hence the trace is a shortest one and, among those, the smallest by the order of actions, first step first.
//
// Cost of a state: its own bytes, 4 for the number of its parent, 11 to 22 in the visited set. At most 2^31 states;
// more end the search like a memory limit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim {

struct Progress {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t frontier = 0;  // states of the current level not yet expanded
  std::uint64_t memory_bytes = 0;
  int depth = 0;
};

struct SearchOptions {
  unsigned threads = 1;  // at least 1; never changes a result
  bool exhaust = false;  // go on after the first violation, to count everything
  PropertyMask checked = ~PropertyMask{0};
  // Limits; reaching one is an outcome. 0 or none: no limit.
  std::optional<int> depth_max = std::nullopt;  // states at this depth are judged but not expanded
  // Of the state store, the visited set and the batch buffers. A batch that would exceed it is dropped whole, so the
  // search ends below it and at the same point for any number of threads; only the buffers of that last batch, a few
  // megabytes at most for ordinary systems, are seen when they have been filled.
  std::uint64_t memory_bytes_max = 0;
  // Called before every batch of at most 4,096 states, from the calling thread; returning false interrupts. Where a
  // time limit lives.
  std::function<bool(const Progress&)> keep_going = nullptr;
};

// kViolation: ended because of the violation, its level finished. A limit or an interruption may come before that; then
// what was found so far is reported, a counterexample included, but another property may break at the same depth.
enum class SearchEnd { kExhausted, kViolation, kDepthLimit, kMemoryLimit, kInterrupted };

template <class Action>
struct Counterexample {
  int property = 0;             // index in the system's order of properties
  std::vector<Action> actions;  // from the initial state; the last one leads to, or is, the violation
};

template <class Action>
struct SearchResult {
  SearchEnd end = SearchEnd::kExhausted;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;                // generated successors, those to known states included
  int depth = 0;                                // the longest shortest path to a state found
  std::vector<std::uint64_t> label_counts;      // 32: states with label l
  std::vector<std::uint64_t> violating_states;  // 32: states whose judge() breaks checked property p
  PropertyMask violated_properties = 0;         // checked ones that any state or step found breaks
  // The shortest violation found; among equally short ones that of the first property, then the smallest in the stated
  // order. Without `exhaust` the search ends with the level in which one is found.
  std::optional<Counterexample<Action>> counterexample;
  Marks marks;
  std::uint64_t memory_bytes = 0;  // peak of what memory_bytes_max limits
};

// REQUIRES: options.threads >= 1. Throws what the system or an allocation throws, on the calling thread.
template <System S>
SearchResult<typename S::Action> search(const S& system, const SearchOptions& options);

}  // namespace stalemate::sim

#include "sim/detail/search_impl.hpp"
