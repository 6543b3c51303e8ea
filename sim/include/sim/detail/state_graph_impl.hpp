// The definition of build_state_graph(): a breadth-first search that numbers states in the order it discovers them.
#pragma once

#include <algorithm>
#include <cstring>

#include "base/invariant.hpp"
#include "sim/detail/arrays.hpp"
#include "sim/detail/hash.hpp"
#include "sim/detail/index_table.hpp"

namespace stalemate::sim {

namespace detail {

// Whether a run may end here, although something is enabled: whatever may happen need not.
template <System S>
bool may_end(const S& system, const std::vector<typename S::Action>& enabled) {
  return std::all_of(enabled.begin(), enabled.end(), [&](const auto& action) {
    if constexpr (requires { system.need_not_happen(action); }) return system.need_not_happen(action);
    return false;
  });
}

}  // namespace detail

template <System S>
std::optional<StateGraph> build_state_graph(const S& system, const SearchOptions& options) {
  using State = typename S::State;
  constexpr std::uint32_t kStatesBetweenChecks = 4096;
  StateGraph graph;
  std::vector<State> states;
  detail::IndexTable known;
  Marks unused;
  const auto number_of = [&](const State& state) {
    const auto tag = static_cast<std::uint32_t>(detail::hash_of<S>(state));
    known.make_room(1);
    const std::uint32_t position =
        known.probe(tag, [&](std::uint32_t other) { return std::memcmp(&states[other], &state, sizeof(State)) == 0; });
    if (!known.empty_at(position)) return known.reference_at(position);
    STALEMATE_INVARIANT(states.size() < ~std::uint32_t{0}, "the number of a state fits 32 bits");
    const auto number = static_cast<std::uint32_t>(states.size());
    known.insert_at(position, tag, number);
    states.push_back(state);
    graph.violated_by_state.push_back(system.judge(state, unused).violated & options.checked);
    return number;
  };
  const auto bytes = [&] {
    // Of what grows by half or twice, the old stands beside the new for a moment.
    return 3 * (known.bytes() + states.size() * (sizeof(State) + sizeof(PropertyMask) + sizeof(std::uint64_t)) +
                graph.target.size() * (sizeof(std::uint32_t) + sizeof(PropertyMask)));
  };

  number_of(system.initial());
  std::vector<typename S::Action> actions;
  int depth = 0;
  std::size_t level_end = 1;
  for (std::uint32_t from = 0; from < states.size(); ++from) {
    const bool new_level = from == level_end;
    if (new_level) {
      ++depth;
      level_end = states.size();
    }
    if (new_level || from % kStatesBetweenChecks == 0) {
      const Progress progress{.states = states.size(),
                              .transitions = graph.target.size(),
                              .frontier = states.size() - from,
                              .memory_bytes = bytes(),
                              .depth = depth};
      if (options.memory_bytes_max != 0 && progress.memory_bytes > options.memory_bytes_max) return std::nullopt;
      if (options.keep_going && !options.keep_going(progress)) return std::nullopt;
    }
    graph.first_edge.push_back(graph.target.size());
    actions.clear();
    system.actions(states[from], actions);
    if (options.depth_max && depth >= *options.depth_max && !actions.empty()) return std::nullopt;
    graph.may_end.push_back(detail::may_end(system, actions));
    for (const auto& action : actions) {
      const State state = states[from];
      const auto applied = system.apply(state, action, unused);
      graph.target.push_back(number_of(applied.next));
      graph.violated_by_step.push_back(applied.violated & options.checked);
    }
  }
  graph.first_edge.push_back(graph.target.size());
  return graph;
}

}  // namespace stalemate::sim
