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

// `context` tells of the scenario alone; `before` is the state that the step is taken in.
StepSentence step_sentence(const Trace& context, const State& before, const Step& step);

// The request that a step is about, as it is in flight in the state before; null for an invoke.
const Request* subject_of(const State& before, const Step& step);

}  // namespace stalemate::traces::lesson
