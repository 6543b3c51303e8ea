// Telling: a state and a step of a machine in the words of traces/trace.hpp. Decides nothing; reads the machine's
// tables.
#pragma once

#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The stores of the machine's states, in their order.
std::vector<traces::Store> tell_stores(const Machine& machine);

traces::State tell_state(const Machine& machine, const std::uint64_t* words);

// One plain (not fused) step, as the machine recorded it. `violated` is what applying it, and judging where it leads,
// broke.
traces::Step tell_step(const Machine& machine, const Action& action, const StepRecord& record,
                       const std::uint64_t* after, sim::PropertyMask violated);

// Takes the step from the state in `words` to the next one, and tells it with all that it, or where it leads, breaks.
// REQUIRES: `action` is plain and enabled there.
traces::Step take_and_tell(const Machine& machine, const Action& action, std::vector<std::uint64_t>& words);

// The trace of a path from the initial state; fused actions are told as the plain ones they stand for.
traces::Trace tell_trace(const Machine& machine, const Protocol& protocol, const traces::Scenario& words,
                         const std::vector<Action>& actions, const std::string& property);

}  // namespace stalemate::model
