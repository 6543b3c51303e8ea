// What must be true of a trace file beyond its schema: that its parts fit each other. Not whether the protocol allows the
// steps; only re-executing them can tell that.
#pragma once

#include <optional>

#include "schema.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces {

// The first thing that does not fit, or none. What is checked stands in FORMAT.md, "Beyond the schema".
std::optional<SchemaFault> find_inconsistency(const Trace& trace);

}  // namespace stalemate::traces
