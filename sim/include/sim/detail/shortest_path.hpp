// The shortest path to a violation, found after a search that kept no parents: a walk from the initial state, depth
// first and the actions in the system's order, over the steps that lead one level deeper, until it meets the violation.
// The first path it finds is therefore the smallest in the order of actions, first step first. A state is walked from
// at most once: from one that was left without success nothing leads on. So the walk takes at most as many steps as the
// search did, and in practice a tenth; it needs no memory but the path, because the bit that says "walked" lies beside
// the depth.
//
// It steps through the states themselves and looks up their representatives, so under a symmetry the path is one of
// concrete actions.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

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
    enter(levels[0], system_.initial(), depth, length, property);
    while (!levels[depth].goal) {
      Level& level = levels[depth];
      if (level.next == level.steps.size()) {
        if (depth == 0) return {};
        --depth;
        continue;
      }
      const Step step = level.steps[level.next++];
      if (step.depth->walked()) continue;
      step.depth->walk();
      ++depth;
      enter(levels[depth], step.state, depth, length, property);
    }
    std::vector<Action> path;
    for (std::size_t d = 0; d <= depth; ++d) path.push_back(action(levels[d]));
    return path;
  }

 private:
  struct Step {
    State state;
    Depth* depth;
    std::size_t ordinal;  // of its action
  };
  struct Level {
    State from;
    std::vector<Step> steps;  // those that lead one level deeper
    std::size_t next = 0;
    bool goal = false;  // the action `goal_ordinal` is the last of the path
    std::size_t goal_ordinal = 0;
  };
  struct Found {
    State state;
    std::uint64_t hash;
    std::size_t ordinal;
  };

  // All successors are asked of the memory before the first is looked at.
  void enter(Level& level, const State& state, std::size_t depth, std::size_t length, PropertyMask property) {
    level.from = state;
    level.steps.clear();
    level.next = 0;
    level.goal = false;
    found_.clear();
    std::size_t ordinal = 0;
    Marks unused;
    expander_.expand(state, unused, [&](const State& next, PropertyMask violated) {
      if (depth + 1 < length) {
        const std::uint64_t hash = Keeping::hash(representative_of(system_, next));
        visited_[shard_of(hash)].prefetch(hash);
        visited_[shard_of(hash)].prefetch_depth(hash);
        found_.push_back({next, hash, ordinal});
      } else if (!level.goal && ((violated | system_.judge(next, unused).violated) & property) != 0) {
        level.goal = true;
        level.goal_ordinal = ordinal;
      }
      ++ordinal;
    });
    for (const Found& found : found_) {
      const auto& representative = representative_of(system_, found.state);
      Depth* known = visited_[shard_of(found.hash)].find(Keeping::keep(representative, found.hash), found.hash);
      STALEMATE_INVARIANT(known != nullptr || !Keeping::kExact, "a successor was visited: apply() is a pure function");
      if (known != nullptr && known->value() == depth + 1 && !known->walked()) level.steps.push_back({found.state, known, found.ordinal});
    }
  }

  Action action(const Level& level) const {
    std::vector<Action> actions;
    system_.actions(level.from, actions);
    return actions[level.goal ? level.goal_ordinal : level.steps[level.next - 1].ordinal];
  }

  const S& system_;
  Expander<S> expander_;
  std::vector<VisitedSet<Keeping>>& visited_;
  std::vector<Found> found_;
};

}  // namespace stalemate::sim::detail
