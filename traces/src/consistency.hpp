// What must be true of a trace file beyond its schema: that its parts fit each other. Not whether the protocol allows
// the steps; only re-executing them can tell that.
#pragma once

#include "traces/trace.hpp"

namespace stalemate::traces {

// Throws the Refusal (json_cursor.hpp) of the first thing that does not fit, with its address in a file of `version`.
// What is checked stands in FORMAT.md,
// "Beyond the schema". REQUIRES: every key in a request or a step is "k" and a number from 1 to 9999 without leading
// zeros.
void check_consistency(const Trace& trace, int version);

}  // namespace stalemate::traces
