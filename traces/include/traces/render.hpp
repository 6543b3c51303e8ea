// Renderers: a trace as text or as a Mermaid sequence diagram. Each renders what it is handed and decides nothing about
// the model. Add one: a file in src/render/ and a line in the table in src/render.cpp.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace stalemate::traces {

struct Renderer {
  std::string_view name;     // as in `show --as NAME`
  std::string_view summary;  // one line for --help
  std::string (*render)(const Trace& trace);
};

// All renderers, in the order --help lists them: text, mermaid, json.
std::span<const Renderer> renderers();

// The one called `name`; null where there is none.
const Renderer* find_renderer(std::string_view name);

// One line for one step, as the text renderer, the stepper and the replay print it: who does what to which message,
// what it answers, sends and ends. No state. E.g. "app1  handle   cache: get k1 -> miss".
std::string step_line(const Trace& trace, const Step& step);

// Both stores on one line: "cache k1=1000  database k1=1".
std::string state_line(const State& state);

}  // namespace stalemate::traces
