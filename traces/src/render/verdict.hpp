// What a trace shows, in sentences: which property is broken where, what that means for its values, and how it came to
// be. Facts of the steps only; that a property is broken is what the trace says. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces::render {

// At least one sentence, each on one line.
std::vector<std::string> verdict_lines(const Trace& trace);

// "steps 12 to 15 repeat for ever", "step 12 repeats for ever" or "nothing happens any more"; "" where there is no
// loop.
std::string loop_words(const Trace& trace);

}  // namespace stalemate::traces::render
