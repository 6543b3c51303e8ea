// The whole state space of a small scenario, with what the engine's graph leaves out: the states themselves and the
// action of every edge. For whatever looks at all of it at once: explanations, drawings, the lesson's game.
//
// Determinism: states are numbered as sim/state_graph.hpp says; a function of the machine alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "machine/machine.hpp"
#include "sim/search.hpp"
#include "sim/state_graph.hpp"

namespace stalemate::model {

// I1: actions[e] leads from the state whose edge e is to graph.target[e].
// I2: words holds words_per_state words of every state, state 0 (the initial one) first.
struct StateSpace {
  sim::StateGraph graph;
  std::vector<Action> actions;  // by edge
  std::vector<std::uint64_t> words;
  std::vector<bool> at_rest;  // by state
  std::size_t words_per_state = 0;

  std::uint32_t state_count() const { return graph.state_count(); }
  const std::uint64_t* state(std::uint32_t index) const { return words.data() + index * words_per_state; }
  sim::Progress progress() const {  // of work on all of it
    return {.states = state_count(), .transitions = graph.target.size(), .memory_bytes = graph.bytes()};
  }
  // Edges of a state: from first_edge(s) to first_edge(s + 1).
  std::size_t first_edge(std::uint32_t state) const { return graph.first_edge[state]; }
};

// None where there are more than `states_max` states.
std::optional<StateSpace> build_state_space(const Machine& machine, std::uint64_t states_max);

// None where a limit of `options` was hit or it was interrupted, as sim::build_state_graph(); what is kept besides the
// graph is counted, too.
std::optional<StateSpace> build_state_space(const Machine& machine, const sim::SearchOptions& options);

// How many states there are, counted up to `count_max` (rounded up to the engine's batches).
struct SpaceSize {
  std::uint64_t states = 0;
  bool complete = true;  // false: there are more
};
SpaceSize measure_state_space(const Machine& machine, std::uint64_t count_max);

}  // namespace stalemate::model
