// What the words and numbers of a trace mean, for a reader who sees one for the first time. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces::render {

// A line for each thing that this trace's table, or the verdict below it, says without explaining it; nothing that the
// trace does not use.
std::vector<std::string> legend_lines(const Trace& trace);

}  // namespace stalemate::traces::render
