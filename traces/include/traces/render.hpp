// Renderers: a trace as text, as a diagram, in formats of other tools. Each renders what it is handed and decides
// nothing about the model. Add one: README.md says how.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace stalemate::traces {

// What to point out in a trace besides its steps; found by whoever analysed it. Steps are indices into Trace::steps.
struct RacingPair {
  std::size_t first = 0;  // first < second: the two steps whose order decides
  std::size_t second = 0;
  bool operator==(const RacingPair&) const = default;
};
struct Highlights {
  std::optional<RacingPair> racing_pair;
  std::optional<std::size_t> point_of_no_return;
  bool operator==(const Highlights&) const = default;
};

struct Renderer {
  std::string_view name;     // as in `show --as NAME`
  std::string_view summary;  // one line for --help
  std::string (*render)(const Trace& trace, const Highlights& highlights);
  bool points_out = false;  // whether it draws highlights
};

// All renderers, in the order --help lists them: text, mermaid, svg, itf, json.
std::span<const Renderer> renderers();

// The one called `name`; null where there is none.
const Renderer* find_renderer(std::string_view name);

// One line for one step, as the text renderer, the stepper and the replay print it: who does what to which message,
// what it answers, sends and ends. No state. E.g. "app1  handle   cache: get k1 -> miss".
std::string step_line(const Trace& trace, const Step& step);

// Both stores on one line: "cache k1=1000  database k1=1".
std::string state_line(const State& state);

}  // namespace stalemate::traces
