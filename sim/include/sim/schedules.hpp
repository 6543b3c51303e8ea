// Counting schedules: how many maximal paths a system has and how many of them break a property. Exact, by dynamic
// programming over the state graph in topological order (Boost.Graph); numbers of any size.
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
  Count total = 0;      // paths from the initial state to a terminal one
  Count violating = 0;  // those with a step or a state that breaks a checked property
};

// None where the graph has a cycle: then schedules are infinitely many.
std::optional<ScheduleCount> count_schedules(const StateGraph& graph);

// None where the graph has a cycle, a limit of `options` was hit or it was interrupted.
template <System S>
std::optional<ScheduleCount> count_schedules(const S& system, const SearchOptions& options) {
  const std::optional<StateGraph> graph = build_state_graph(system, options);
  return graph ? count_schedules(*graph) : std::nullopt;
}

}  // namespace stalemate::sim
