// Counting schedules: how many paths a system has from its initial state to an end, how many of them end in a
// violation, and how many pass through one. An end is a state where no step is left that must happen: a path that ends
// there and those that go on, by a step that need not happen, all count. Exact, by dynamic programming over the state
// graph in topological order; numbers of any size.
//
// A step that breaks a property has happened for good: a path with one ends in a violation. What a state breaks, a
// later state may have mended: a path ends in that violation only if its last state breaks a property.
//
// Two actions of one state are two steps, and so make different schedules, even where they lead to the same state.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <optional>

#include "sim/search.hpp"
#include "sim/state_graph.hpp"
#include "sim/system.hpp"

namespace stalemate::sim {

using Count = boost::multiprecision::cpp_int;

struct ScheduleCount {
  Count total = 0;            // paths from the initial state to an end
  Count violating = 0;        // those whose last state, or some step, breaks a checked property
  Count passing_through = 0;  // those with a step or a state that does
};

// None where the graph has a cycle (then schedules are infinitely many), a limit of `options` was hit or it was
// interrupted. Of the options, memory_bytes_max (the graph included) and keep_going count.
std::optional<ScheduleCount> count_schedules(const StateGraph& graph, const SearchOptions& options);

// None where the graph has a cycle, a limit of `options` was hit or it was interrupted.
template <System S>
std::optional<ScheduleCount> count_schedules(const S& system, const SearchOptions& options) {
  const std::optional<StateGraph> graph = build_state_graph(system, options);
  return graph ? count_schedules(*graph, options) : std::nullopt;
}

}  // namespace stalemate::sim
