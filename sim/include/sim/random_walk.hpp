// One random walk: from the initial state, a strategy choosing among the enabled actions, to a terminal state or to the
// first step that breaks a checked property. It steps and judges as the exhaustive search does, so what it finds the
// search finds, too.
//
// Determinism: a function of system, strategy and the numbers drawn. Not for systems with endless runs: `steps_max`
// ends those, and says so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sim/random.hpp"
#include "sim/system.hpp"

namespace stalemate::sim {

struct WalkOptions {
  PropertyMask checked = ~PropertyMask{0};
  std::size_t steps_max = 1'000'000;
};

enum class WalkEnd { kRest, kViolation, kStepLimit };

// The buffers of one walk after another; made once, because a walk is short.
template <class Action>
struct WalkRecord {
  WalkEnd end = WalkEnd::kRest;
  PropertyMask violated = 0;    // checked ones that were broken
  std::vector<Action> actions;  // from the initial state
  std::vector<Action> enabled;  // room to work in
  Marks marks;                  // that were reached, by all walks so far
};

// Who is told of a walk: visit(state) of the initial state and of the one after each step; violated(mask), which says
// whether to go on, where a step or the state it leads to breaks checked properties that were not broken before.
template <class Visit, class Violated>
struct WalkListener {
  Visit visit;
  Violated violated;
};
template <class Visit, class Violated>
WalkListener(Visit, Violated) -> WalkListener<Visit, Violated>;

// One that ends the walk with the first violation.
template <class Visit>
auto until_violation(Visit visit) {
  return WalkListener{std::move(visit), [](PropertyMask) { return false; }};
}

template <System S, class Strategy, class Listener>
void random_walk(const S& system, Strategy& strategy, Random& random, const WalkOptions& options,
                 WalkRecord<typename S::Action>& record, Listener&& listener) {
  typename S::State state = system.initial();
  record.actions.clear();
  record.violated = 0;
  strategy.begin(system, random);
  PropertyMask broken_by_step = 0;
  while (true) {
    listener.visit(state);
    const PropertyMask fresh =
        (broken_by_step | system.judge(state, record.marks).violated) & options.checked & ~record.violated;
    record.violated |= fresh;
    record.end = WalkEnd::kViolation;
    if (fresh != 0 && !listener.violated(fresh)) return;
    record.enabled.clear();
    system.actions(state, record.enabled);
    record.end = WalkEnd::kRest;
    if (record.enabled.empty()) return;
    record.end = WalkEnd::kStepLimit;
    if (record.actions.size() == options.steps_max) return;
    const std::size_t chosen = record.enabled.size() == 1 ? 0 : strategy.choose(system, record.enabled, random);
    record.actions.push_back(record.enabled[chosen]);
    const auto applied = system.apply(state, record.actions.back(), record.marks);
    state = applied.next;
    broken_by_step = applied.violated;
  }
}

}  // namespace stalemate::sim
