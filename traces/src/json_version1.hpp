// What a trace of version 1 leaves out, found by looking along its steps: which operation each message in flight
// belongs to and which copy it is, and that its stores are a cache, if it has one, and a database.
#pragma once

#include "traces/trace.hpp"

namespace stalemate::traces {

void complete_version_1(Trace& trace);

}  // namespace stalemate::traces
