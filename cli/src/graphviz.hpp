// Graphviz's `dot` as a function: a process that this one starts and outlives. The only process of this room.
#pragma once

#include <string>

namespace stalemate::cli {

// The drawing of a graph in Graphviz's language. What it looks like is up to the `dot` that PATH finds.
// SIGINT, SIGTERM and SIGHUP end `dot`, and then this process in their own way; no file is left behind.
// Throws EnvironmentError: no `dot`, or it fails, or there is no room for its result.
std::string draw_svg(const std::string& dot_text);

}  // namespace stalemate::cli
