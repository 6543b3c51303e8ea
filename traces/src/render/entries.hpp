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

// A sequence diagram with slanted arrows and the stores' values, as an SVG file that needs nothing else.
std::string as_svg(const Trace& trace, const Highlights& highlights);

// Apalache's Informal Trace Format.
std::string as_itf(const Trace& trace, const Highlights& highlights);

}  // namespace stalemate::traces::render
