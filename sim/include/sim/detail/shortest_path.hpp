// The shortest path to a violation, found after a search that kept no parents: a walk from the initial state, depth
// first and the actions in the reverse of the system's order, over the steps that lead one level deeper, until it meets
// the violation. The first path it finds is therefore the greatest in the order of actions, first step first. A state
// is walked from at most once: from one that was left without success nothing leads on. So the walk takes at most as
// many steps as the search did; it needs no memory but the path, because the bit that says "walked" lies beside the
// depth.
//
// Why the reverse: what breaks a property is mostly that somebody is overtaken. Scenarios name those who read first; a
// walk that lets the last one go first therefore meets a violation soon (on cache-aside with 3 readers and 3 writers
// after 1,500 states, the other way round after 720,000).
//
// Where only representatives are kept, the path found is one of representatives; then it is taken once more through the
// states themselves, each time by the last enabled action that leads to the next representative.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/detail/arrays.hpp"
#include "sim/detail/expander.hpp"
#include "sim/detail/visited_set.hpp"
#include "sim/invariant.hpp"
#include "sim/system.hpp"

namespace stalemate::sim::detail {

template <System S, class Keeping>
class ShortestPath {
 public:
  using State = typename S::State;
  using Action = typename S::Action;

  ShortestPath(const S& system, std::vector<VisitedSet<Keeping>>& visited)
      : system_(system), expander_(system), visited_(visited) {}

  // REQUIRES: every state of depth below `length` was visited, and the first violation of `property` has that length.
  // Empty with length > 0: two states have the same fingerprint.
  std::vector<Action> find(std::size_t length, PropertyMask property) {
    if (length == 0) return {};
    std::vector<Level> levels(length);
    std::size_t depth = 0;
    enter(levels[0], representative_of(system_, system_.initial()), depth, length, property);
    while (!levels[depth].goal) {
      Level& level = levels[depth];
      if (level.next == level.steps.size()) {
        if (depth == 0) return {};
        --depth;
        continue;
      }
      const Step step = level.steps[level.next++];
      if (step.known.walked()) continue;
      step.known.walk();
      ++depth;
      enter(levels[depth], step.state, depth, length, property);
    }
    levels.resize(depth + 1);
    return concrete(levels, property);
  }

 private:
  struct Step {
    State state;
    typename VisitedSet<Keeping>::Found known;
  };
  struct Level {
    State from;
    std::vector<Step> steps;  // those that lead one level deeper
    std::size_t next = 0;
    bool goal = false;  // an action of `from` is the last of the path
  };
  struct Found {
    State state;
    std::uint64_t hash;
  };
  // All successors are asked of the memory before the first is looked at.
  void enter(Level& level, const State& state, std::size_t depth, std::size_t length, PropertyMask property) {
    level.from = state;
    level.steps.clear();
    level.next = 0;
    level.goal = false;
    successors_.clear();
    Marks unused;
    const PropertyMask violated = expander_.expand(state, unused, successors_);
    if (depth + 1 == length) {
      level.goal = (violated & property) != 0;
      for (const State& next : successors_) level.goal |= (system_.judge(next, unused).violated & property) != 0;
      return;
    }
    found_.clear();
    for (const State& next : successors_) {
      const State& kept = representative_of(system_, next);
      const std::uint64_t hash = Keeping::hash(kept);
      visited_[shard_of(hash)].prefetch(hash);
      found_.push_back({kept, hash});
    }
    for (auto found = found_.rbegin(); found != found_.rend(); ++found) {
      const auto known = visited_[shard_of(found->hash)].find(Keeping::keep(found->state, found->hash), found->hash);
      STALEMATE_INVARIANT(known || !Keeping::kExact, "a successor was visited: apply() is a pure function");
      if (known && known->depth() == depth + 1 && !known->walked()) level.steps.push_back({found->state, *known});
    }
  }

  // The actions that take the initial state through these levels and then break the property.
  std::vector<Action> concrete(const std::vector<Level>& levels, PropertyMask property) const {
    std::vector<Action> path;
    std::vector<Action> actions;
    Marks unused;
    State state = system_.initial();
    for (std::size_t depth = 0; depth < levels.size(); ++depth) {
      const bool last = depth + 1 == levels.size();
      actions.clear();
      all_actions(state, actions);
      const auto fits = [&](const Action& action) {
        const Applied<State> applied = system_.apply(state, action, unused);
        if (last) return ((applied.violated | system_.judge(applied.next, unused).violated) & property) != 0;
        return representative_of(system_, applied.next) == levels[depth + 1].from;
      };
      const auto chosen = std::find_if(actions.rbegin(), actions.rend(), fits);
      STALEMATE_INVARIANT(chosen != actions.rend(), "a step can be taken again: apply() is a pure function");
      path.push_back(*chosen);
      state = system_.apply(state, *chosen, unused).next;
    }
    return path;
  }

  void all_actions(const State& state, std::vector<Action>& out) const {
    if constexpr (requires { system_.enabled(state, out); }) {
      system_.enabled(state, out);
    } else {
      system_.actions(state, out);
    }
  }

  const S& system_;
  Expander<S> expander_;
  std::vector<VisitedSet<Keeping>>& visited_;
  RawVector<State> successors_;
  std::vector<Found> found_;
};

}  // namespace stalemate::sim::detail
