// The definition of build_state_graph(): a search, then a second pass over its states that looks up every successor.
#pragma once

#include "sim/detail/explorer.hpp"

namespace stalemate::sim {

template <System S>
std::optional<StateGraph> build_state_graph(const S& system, const SearchOptions& options) {
  SearchOptions exhaustive = options;
  exhaustive.exhaust = true;
  detail::Explorer<S> explorer(system, exhaustive);
  const SearchResult<typename S::Action> found = explorer.run();
  if (found.end != SearchEnd::kExhausted) return std::nullopt;

  constexpr std::uint64_t kEdgeBytes = sizeof(std::uint32_t) + sizeof(PropertyMask);
  constexpr std::uint64_t kStateBytes = sizeof(std::uint64_t) + sizeof(PropertyMask);
  const std::uint64_t bytes =
      explorer.memory_bytes() + found.transitions * kEdgeBytes + (found.states + 1) * kStateBytes;
  if (options.memory_bytes_max != 0 && bytes > options.memory_bytes_max) return std::nullopt;

  StateGraph graph;
  graph.first_edge.reserve(found.states + 1);
  graph.target.reserve(found.transitions);
  graph.violated_by_step.reserve(found.transitions);
  graph.violated_by_state.reserve(found.states);
  const Progress progress{.states = found.states,
                          .transitions = found.transitions,
                          .frontier = 0,
                          .memory_bytes = bytes,
                          .depth = found.depth};
  Marks unused;
  std::vector<typename S::Action> actions;
  for (std::uint32_t index = 0; index < explorer.state_count(); ++index) {
    if (index % detail::kBatchStates == 0 && options.keep_going && !options.keep_going(progress)) return std::nullopt;
    const typename S::State& state = explorer.state(index);
    graph.first_edge.push_back(graph.target.size());
    graph.violated_by_state.push_back(system.judge(state, unused).violated & options.checked);
    actions.clear();
    system.actions(state, actions);
    for (const auto& action : actions) {
      const auto applied = system.apply(state, action, unused);
      graph.target.push_back(explorer.index_of(applied.next));
      graph.violated_by_step.push_back(applied.violated & options.checked);
    }
  }
  graph.first_edge.push_back(graph.target.size());
  return graph;
}

}  // namespace stalemate::sim
