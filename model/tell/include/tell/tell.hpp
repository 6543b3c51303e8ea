// Telling: a state and a step of a machine in the words of traces/trace.hpp. Decides nothing; reads the machine's
// tables.
#pragma once

#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

traces::State tell_state(const Machine& machine, const std::uint64_t* words);

// One plain (not fused) step. `violated` is what applying it, and judging where it leads, broke.
// REQUIRES: `action` is enabled in `before` and leads to `after`.
traces::Step tell_step(const Machine& machine, const std::uint64_t* before, const Action& action,
                       const std::uint64_t* after, sim::PropertyMask violated);

// The trace of a path from the initial state; fused actions are told as the plain ones they stand for.
traces::Trace tell_trace(const Machine& machine, const Protocol& protocol, const traces::Scenario& words,
                         const std::vector<Action>& actions, const std::string& property);

// The value as people see it: the initial one is kInitialValue, write number w wrote w.
std::int64_t shown(unsigned value);

}  // namespace stalemate::model
