// A lesson's steps in sentences for a reader who sees such a diagram for the first time. Pure functions; what they
// return stands on one line, and foreign text in it is clipped.
#pragma once

#include <string>

#include "traces/trace.hpp"

namespace stalemate::traces::lesson {

// What happens, and what follows in the same instant ("" for nothing): "The cache handles app1's get k1 and answers:
// miss."; "It asks the database: get k1. "
struct StepSentence {
  std::string what;
  std::string then;
};

// `context` tells of the scenario alone; the step leads from `before` to `after`, whatever its own `after` holds.
StepSentence step_sentence(const Trace& context, const State& before, const Step& step, const State& after);

}  // namespace stalemate::traces::lesson
