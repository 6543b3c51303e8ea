// In which order the steps of a found trace are told. A search finds a shortest trace; other orders of the very same
// steps often do the same harm, and of those the smallest is the easiest to follow: the first session goes on until it
// has to wait for another.
#pragma once

#include <vector>

#include "machine/machine.hpp"

namespace stalemate::model {

// The smallest arrangement, in the order of Machine::actions, of these actions that keeps every session's own order,
// can be taken from the initial state and breaks the property with its last step. Deterministic; where there are more
// than some ten thousand beginnings to try, the actions as they are. REQUIRES: they do that as they are.
std::vector<Action> smallest_arrangement(const Machine& machine, const std::vector<Action>& actions, int property);

}  // namespace stalemate::model
