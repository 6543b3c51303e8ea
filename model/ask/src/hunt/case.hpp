// A case: a plan and a run of it that breaks a property; and how a run is carried over to another plan: its steps are
// recognised by what they are, taken where they are enabled or soon can be, skipped where not.
//
// Determinism: everything here is a function of its arguments; every step goes through the machine.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hunt/plan.hpp"
#include "machine/machine.hpp"
#include "traces/trace.hpp"

namespace stalemate::model::hunting {

inline constexpr int kTheCache = -1;

// What a step is, whatever else the scenario holds. `operation` and `session` are identities of the plan.
struct StepIdentity {
  int session = 0;  // kTheCache: what happens in the cache
  int operation = 0;
  std::size_t again = 0;  // which retry of it
  ActionKind kind = ActionKind::kInvoke;
  InstructionId instruction = kNoInstruction;  // of the message the step is about
  bool is_ghost = false;                       // and nobody knows of that message
  std::size_t fault = 0;                       // index in fault_kinds(), of a fault
  // How it goes on. What differs here is still the same step, if nothing fits better.
  std::uint16_t invoked = 0;  // operation of the program, of an invoke
  std::size_t key = 0;        // likewise
  std::size_t transition = 0;
};

// What a case is the smaller by, the first difference decides: app instances, operations, keys, open choices of an
// invoke, faults allowed (by kind), steps, context switches.
using Measure = std::array<std::size_t, 7>;

struct Case {
  Plan plan;
  std::shared_ptr<const Machine> machine;
  std::vector<Action> actions;  // from the initial state; the last one breaks the property
  std::vector<StepIdentity> steps;
  Measure measure{};
};

// The machine of a plan; null where the plan makes no sense (nobody left, a property that no longer applies).
std::shared_ptr<const Machine> machine_of(const std::shared_ptr<const Program>& program, const Plan& plan,
                                          const std::vector<std::string>& properties);

// REQUIRES: `actions` is a run of the machine, which is the plan's.
Case case_of(Plan plan, std::shared_ptr<const Machine> machine, std::vector<Action> actions);

// Follows the guidance as far as it goes, then ends the run without faults. A case where the machine's only property
// breaks on the way, which is then its last step. REQUIRES: the machine is the plan's and has one property.
std::optional<Case> execute(Plan plan, std::shared_ptr<const Machine> machine,
                            const std::vector<StepIdentity>& guidance);

// The case as a trace; `seed` is of the hunt that found it. Validated: rewalk() takes every step, and the last one
// breaks the property.
traces::Trace tell(const Case& found, const Protocol& protocol, std::uint64_t seed);

}  // namespace stalemate::model::hunting
