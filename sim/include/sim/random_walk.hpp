// One random walk: from the initial state, a strategy choosing among the enabled actions, to a terminal state or to the
// first step that breaks a checked property. It steps and judges as the exhaustive search does, so what it finds the
// search finds, too.
//
// Determinism: a function of system, strategy and the numbers drawn. Not for systems with endless runs: `steps_max`
// ends those, and says so.
#pragma once

#include <cstddef>
#include <cstdint>
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
};

// Calls visit(state) with the initial state and with the one after each step, and violated(mask), which says whether to
// go on, where a step or the state it leads to breaks checked properties that were not broken before. Adds to `marks`.
template <System S, class Strategy, class Visitor, class Violated>
void random_walk(const S& system, Strategy& strategy, Random& random, const WalkOptions& options, Marks& marks,
                 WalkRecord<typename S::Action>& record, Visitor&& visit, Violated&& violated) {
  typename S::State state = system.initial();
  record.actions.clear();
  record.violated = 0;
  strategy.begin(system, random);
  PropertyMask broken_by_step = 0;
  while (true) {
    visit(state);
    const PropertyMask fresh =
        (broken_by_step | system.judge(state, marks).violated) & options.checked & ~record.violated;
    record.violated |= fresh;
    record.end = WalkEnd::kViolation;
    if (fresh != 0 && !violated(fresh)) return;
    record.enabled.clear();
    system.actions(state, record.enabled);
    record.end = WalkEnd::kRest;
    if (record.enabled.empty()) return;
    record.end = WalkEnd::kStepLimit;
    if (record.actions.size() == options.steps_max) return;
    const std::size_t chosen = record.enabled.size() == 1 ? 0 : strategy.choose(system, record.enabled, random);
    record.actions.push_back(record.enabled[chosen]);
    const auto applied = system.apply(state, record.actions.back(), marks);
    state = applied.next;
    broken_by_step = applied.violated;
  }
}

// The same, to the first violation.
template <System S, class Strategy, class Visitor>
void random_walk(const S& system, Strategy& strategy, Random& random, const WalkOptions& options, Marks& marks,
                 WalkRecord<typename S::Action>& record, Visitor&& visit) {
  random_walk(system, strategy, random, options, marks, record, visit, [](PropertyMask) { return false; });
}

}  // namespace stalemate::sim
