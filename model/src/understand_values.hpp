// Which value each request that stores carries, said in the reading: model/protocol.hpp, R4.
#pragma once

#include "understand_reading.hpp"
#include "understand_steps.hpp"

namespace stalemate::model {

// REQUIRES: the operation's kind is set.
void say_values(const Segment& segment, Reading& reading);

}  // namespace stalemate::model
