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
// states themselves, each time by the last enabled action that leads to the next representative. Where several states
// that are symmetric may be kept, and no action leads to the next one itself, those that may lead to one symmetric to
// it are tried, and taken back where they turn out not to: one of them goes on to the violation, or symmetry is none.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/invariant.hpp"
#include "sim/detail/arrays.hpp"
#include "sim/detail/expander.hpp"
#include "sim/detail/visited_set.hpp"
#include "sim/system.hpp"

namespace stalemate::sim::detail {

template <System S, class Keeping>
class ShortestPath {
 public:
  using State = typename S::State;
  using Action = typename S::Action;

  // `go_on`, where there is one, is asked now and then, but not before a path that is found within a second or so;
  // false: the search stops.
  ShortestPath(const S& system, std::vector<VisitedSet<Keeping>>& visited, const std::function<bool()>& go_on)
      : system_(system), expander_(system), visited_(visited), go_on_(go_on) {}

  // Why there is no path.
  bool was_stopped() const { return stopped_; }

  // REQUIRES: every state of depth below `length` was visited, and the first violation of `property` has that length.
  // Empty with length > 0: it was stopped, or two states have the same fingerprint.
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
      if (is_stopped()) return {};
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
  std::vector<Action> concrete(const std::vector<Level>& levels, PropertyMask property) {
    struct Place {
      State state;
      std::vector<Action> untried;  // the best last
    };
    std::vector<Place> places;
    std::vector<Action> path;
    Marks unused;
    const auto arrive = [&](const State& state) {
      places.push_back(
          {state, path.size() < levels.size() ? ways(levels, path.size(), state, property) : std::vector<Action>()});
    };
    arrive(system_.initial());
    while (path.size() < levels.size()) {
      if (is_stopped()) return {};
      Place& place = places.back();
      if (place.untried.empty()) {
        places.pop_back();
        STALEMATE_INVARIANT(!places.empty(), "a step can be taken again: apply() is a pure function");
        path.pop_back();
        continue;
      }
      path.push_back(place.untried.back());
      place.untried.pop_back();
      arrive(system_.apply(place.state, path.back(), unused).next);
    }
    return path;
  }

  // The actions of `state` that go on along the levels: those that may, and behind them those that do.
  std::vector<Action> ways(const std::vector<Level>& levels, std::size_t depth, const State& state,
                           PropertyMask property) const {
    std::vector<Action> actions;
    std::vector<Action> maybe;
    std::vector<Action> surely;
    Marks unused;
    all_actions(state, actions);
    for (const Action& action : actions) {
      const Applied<State> applied = system_.apply(state, action, unused);
      if (depth + 1 == levels.size()) {
        if (((applied.violated | system_.judge(applied.next, unused).violated) & property) != 0)
          surely.push_back(action);
        continue;
      }
      const State& next = levels[depth + 1].from;
      if (representative_of(system_, applied.next) == next) {
        surely.push_back(action);
      } else if constexpr (requires { system_.may_be_symmetric(applied.next, next); }) {
        if (system_.may_be_symmetric(applied.next, next)) maybe.push_back(action);
      }
    }
    maybe.insert(maybe.end(), surely.begin(), surely.end());
    return maybe;
  }

  bool is_stopped() {
    constexpr std::uint64_t kStepsUnasked = std::uint64_t{1} << 13;
    constexpr std::uint64_t kStepsBetweenAsks = 64;
    ++steps_;
    if (steps_ > kStepsUnasked && steps_ % kStepsBetweenAsks == 0 && go_on_ && !go_on_()) stopped_ = true;
    return stopped_;
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
  std::function<bool()> go_on_;
  std::uint64_t steps_ = 0;
  bool stopped_ = false;
  RawVector<State> successors_;
  std::vector<Found> found_;
};

}  // namespace stalemate::sim::detail
