// The cause of a violation, in one line: property, faults that happened, what races. Two traces of one cause are two
// examples of one mistake; a hunt for all keeps one of each.
//
// Determinism: a function of the trace.
#pragma once

#include <string>

#include "traces/trace.hpp"

namespace stalemate::model::hunting {

// "coherent-at-rest; lost-reply of write:2; write:2 before read:5": what raced, where something did. REQUIRES: the
// trace was accepted by rewalk() and breaks its property.
std::string cause_of(const traces::Trace& trace);

}  // namespace stalemate::model::hunting
