// Which gets watch for the sets that ask whether something is unchanged.
#pragma once

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Where labels say which gets watch, these do; else every get of the cache, and the latest counts. Says so in the
// reading. An operation in which no set asks for it watches nothing. Throws InputError for two WATCH in one operation.
void settle_watches(Segment& segment, Reading& reading);

}  // namespace stalemate::model
