// The renderers behind the table in src/render.cpp, one file each.
#pragma once

#include <string>

#include "traces/render.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::render {

// A table for a terminal: a line a step, both stores beside it, and in words what the steps show.
std::string as_text(const Trace& trace, const Highlights& highlights);

// A Mermaid sequence diagram (without a Markdown fence).
std::string as_mermaid(const Trace& trace, const Highlights& highlights);

}  // namespace stalemate::traces::render
