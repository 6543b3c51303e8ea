// Which violation is shown where several are as short: the same by every way of looking at a scenario.
// Deterministic: a function of the protocol and the machine.
#pragma once

#include <optional>

#include "machine/machine.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The trace that check() tells by default, of the machine's scenario and properties. Where reductions find only a
// longer one, or one without a fault where the plain search meets one, the plain search's; none where nothing is
// broken. REQUIRES: the machine is of this protocol and its steps are plain; its states are few enough to be searched
// at once.
std::optional<traces::Trace> shortest_violation(const Machine& machine, const Protocol& protocol);

}  // namespace stalemate::model
