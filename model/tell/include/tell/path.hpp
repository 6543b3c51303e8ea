// A trace as a path of a machine: the actions its steps name and the states between them. Matching is by what a step is
// alone (traces::same_step); replies and stores are predictions.
// Deterministic: a function of machine and steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

using Words = std::vector<std::uint64_t>;  // of one state

// I1: there is a state more than actions, and a told step for each action.
struct Path {
  std::vector<Action> actions;
  std::vector<Words> states;  // before the first action, then after each
  std::vector<traces::Step> told;
  traces::CopyNumbers copies;  // of those steps

  // Takes `action`, which is enabled in the last state.
  void take(const Machine& machine, const Action& action);

  // Takes the last one back. REQUIRES: there is one.
  void undo(const Machine& machine);
};

// Only the initial state.
Path start_path(const Machine& machine);

// `action` taken in `before` and told, with the properties that it or the state it leads to breaks; that state is left
// in `after`.
traces::Step try_step(const Machine& machine, const Words& before, const Action& action, Words& after);

// The path as a trace; `property` is the first that its last step breaks, if any.
traces::Trace tell_path(const Machine& machine, const Protocol& protocol, const Path& path);

// The path that a trace's steps name. Throws InputError "name: /steps/3: ..." where one is not enabled, or asks
// or sends something else than the trace says.
Path follow(const Machine& machine, const traces::Trace& trace, const std::string& name);

}  // namespace stalemate::model
