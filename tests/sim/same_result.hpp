// Comparing the results of two searches, field by field, bytes of actions included.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "sim/search.hpp"

namespace stalemate::sim::textbook {

// Empty where a and b are the same in every field (marks: the first `marks` of them); else names the first that
// differs.
template <class Action>
std::string difference(const SearchResult<Action>& a, const SearchResult<Action>& b, std::size_t marks = 0) {
  if (a.end != b.end) return "end";
  if (a.states != b.states) return "states";
  if (a.transitions != b.transitions) return "transitions";
  if (a.depth != b.depth) return "depth";
  if (a.label_counts != b.label_counts) return "label_counts";
  if (a.violating_states != b.violating_states) return "violating_states";
  if (a.violated_properties != b.violated_properties) return "violated_properties";
  if (a.memory_bytes != b.memory_bytes) return "memory_bytes";
  if (a.counterexample.has_value() != b.counterexample.has_value()) return "counterexample found";
  if (a.counterexample) {
    if (a.counterexample->property != b.counterexample->property) return "property";
    const auto& x = a.counterexample->actions;
    const auto& y = b.counterexample->actions;
    if (x.size() != y.size()) return "length";
    if (!x.empty() && std::memcmp(x.data(), y.data(), x.size() * sizeof(Action)) != 0) return "actions";
  }
  for (std::size_t mark = 0; mark < marks; ++mark) {
    if (a.marks.reached(mark) != b.marks.reached(mark)) return "mark " + std::to_string(mark);
  }
  return {};
}

}  // namespace stalemate::sim::textbook
