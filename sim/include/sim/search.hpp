// Exhaustive search: breadth-first, exact unless asked otherwise, parallel, and the same result byte for byte for any
// number of threads. Finds a shortest violation, or exhausts the space within the limits.
//
// What "the same" rests on: the states of a level are a set, and all that is counted are sums over such sets. The trace
// is a shortest one and, among those, the greatest by the order of actions, first step first; it is found after the
// search from the depths of the states (sim/detail/shortest_path.hpp), so no state has a parent pointer.
//
// Cost of a state: its own bytes and 2 for its depth, divided by a load of about 0.43 (compact: at most 8 bytes, and
// 0.73); and once more its own bytes while it is in one of the two levels at hand. At most 32,765 levels; more end like
// a depth limit.
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
  // Memory before speed: a denser table, and in place of each state that is larger a fingerprint of 64 bits. Then two
  // states are taken for one with a chance of at most omission_bound(states). What is found is real all the same.
  bool compact = false;
  // Limits; reaching one is an outcome. 0 or none: no limit.
  std::optional<int> depth_max = std::nullopt;  // states at this depth are judged but not expanded
  // Of the visited set and the two levels at hand, at any moment: while a table grows, too. A level that would exceed
  // it is dropped whole, so the search ends at the same point for any number of threads. Buffers come on top: 1 MiB or
  // two a thread.
  std::uint64_t memory_bytes_max = 0;
  // Called before every batch of 4,096 to 65,792 states and again and again in it, with the progress of its beginning,
  // from the calling thread; returning false interrupts. Where a time limit lives. Between two calls lie at most 64
  // states and 512 successors.
  std::function<bool(const Progress&)> keep_going = nullptr;
};

// kViolation: ended because of the violation, its level finished. A limit or an interruption may come before that; then
// what was found so far is reported, a counterexample included, but another property may break at the same depth.
// At most so many levels: the depth of a state is kept in two bytes with it.
inline constexpr int kLevelsMax = 0x7ffd;

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
  // None though a property is violated: `compact` took two states for one, and the path is lost; or it was interrupted
  // while it looked for the path (end is kInterrupted).
  // The shortest violation found; among equally short ones that of the first property, then the greatest in the stated
  // order. Without `exhaust` the search ends with the level in which one is found.
  std::optional<Counterexample<Action>> counterexample;
  Marks marks;
  std::uint64_t memory_bytes = 0;  // peak of what memory_bytes_max limits
};

// Whether `compact` saves anything: a state that is no larger than a fingerprint is kept whole.
template <System S>
inline constexpr bool kCompactable = sizeof(typename S::State) > sizeof(std::uint64_t);

// With `compact`, an upper bound on the chance that any state was taken for another and so missed: n (n - 1) / 2 pairs,
// each with a chance of 2^-64 if fingerprints are uniform.
double omission_bound(std::uint64_t states);

// A system may have more than the four functions; results do not depend on the first two:
//   static std::uint64_t hash(const State&)    which the visited set then uses instead of its own hash of the bytes
//   Expander                                   a class that each worker makes from a `const S&`; its expand(state,
//                                              marks, successors) appends the state each action leads to, in the stated
//                                              order, and returns what any of the steps violates
//   State representative(const State&) const   the one state kept for all that are symmetric to it: the same for all of
//                                              them, with the same judgement and, up to symmetry, the same successors
//   bool may_be_symmetric(const State&, const State&) const   where representative() may keep several of them: true for
//                                              all that are symmetric, and for few others
//   void enabled(const State&, std::vector<Action>&) const   where actions() leaves out some that are enabled: all
//
// REQUIRES: options.threads >= 1. Throws what the system or an allocation throws, on the calling thread.
template <System S>
SearchResult<typename S::Action> search(const S& system, const SearchOptions& options);

}  // namespace stalemate::sim

#include "sim/detail/search_impl.hpp"
