// The state graph: what a search reached and every step between, for whatever needs the whole of it at once. States are
// numbered in the search's order, edges are sorted by source and then by the order of the source's actions.
//
// Determinism: a function of the system alone, the same for any number of threads.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/search.hpp"
#include "sim/system.hpp"

namespace stalemate::sim {

// I1: first_edge has one element more than there are states; edges of s are first_edge[s] … first_edge[s + 1] - 1.
// I2: state 0 is the initial one, and every state can be reached from it.
struct StateGraph {
  std::vector<std::uint64_t> first_edge;
  std::vector<std::uint32_t> target;            // by edge
  std::vector<PropertyMask> violated_by_step;   // by edge; checked properties only
  std::vector<PropertyMask> violated_by_state;  // by state; checked properties only
  std::vector<bool> may_end;                    // by state: no step, or none that must happen, is left

  std::uint32_t state_count() const { return static_cast<std::uint32_t>(violated_by_state.size()); }
  std::uint64_t bytes() const {
    return first_edge.capacity() * sizeof(first_edge[0]) + target.capacity() * sizeof(target[0]) +
           violated_by_step.capacity() * sizeof(violated_by_step[0]) +
           violated_by_state.capacity() * sizeof(violated_by_state[0]) + may_end.capacity() / 8;
  }
};

// None where a limit of `options` was hit or it was interrupted. options.exhaust is taken as set; keep_going hears of
// the states and transitions of the search that comes first.
template <System S>
std::optional<StateGraph> build_state_graph(const S& system, const SearchOptions& options);

}  // namespace stalemate::sim

#include "sim/detail/state_graph_impl.hpp"
