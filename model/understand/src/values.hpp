// Which value each request that stores carries, said in the reading: understand/protocol.hpp, R4.
#pragma once

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// REQUIRES: the operation's kind is set.
void say_values(Segment& segment, Reading& reading);

}  // namespace stalemate::model
