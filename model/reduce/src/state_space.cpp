// The engine's graph, and one pass over it in the order of its states that tells each state from its predecessor.
#include "reduce/state_space.hpp"

#include <algorithm>

#include "base/invariant.hpp"
#include "reduce/packed_system.hpp"

namespace stalemate::model {
namespace {

sim::SearchOptions limited_to(std::uint64_t states_max) {
  sim::SearchOptions options;
  options.exhaust = true;
  options.keep_going = [states_max](const sim::Progress& progress) { return progress.states <= states_max; };
  return options;
}

// What StateSpace holds besides the graph.
std::uint64_t bytes_beside(const sim::StateGraph& graph, std::size_t words_per_state) {
  return graph.target.size() * sizeof(Action) +
         graph.state_count() * std::uint64_t{words_per_state * sizeof(std::uint64_t) + 1};
}

// The same with the states and the actions. None: it was interrupted.
std::optional<StateSpace> fill_in(const Machine& machine, sim::StateGraph graph, const sim::SearchOptions& options) {
  constexpr std::uint32_t kStatesBetweenChecks = 4096;
  StateSpace space;
  space.graph = std::move(graph);
  space.words_per_state = machine.words();
  space.words.resize(space.words_per_state * space.state_count());
  space.at_rest.resize(space.state_count());
  space.actions.reserve(space.graph.target.size());
  sim::Marks unused;
  machine.initial(space.words.data(), unused);
  std::vector<Action> actions;
  std::uint32_t known = 1;  // states below this one have their words
  for (std::uint32_t from = 0; from < space.state_count(); ++from) {
    STALEMATE_INVARIANT(from < known, "a state is reached from one with a smaller number");
    if (from % kStatesBetweenChecks == 0 && options.keep_going && !options.keep_going(space.progress()))
      return std::nullopt;
    space.at_rest[from] = (machine.judge(space.state(from), unused).labels & kAtRest) != 0;
    actions.clear();
    machine.actions(space.state(from), actions);
    STALEMATE_INVARIANT(actions.size() == space.first_edge(from + 1) - space.first_edge(from),
                        "the graph has an edge for each enabled action");
    for (const Action& action : actions) {
      const std::uint32_t to = space.graph.target[space.actions.size()];
      space.actions.push_back(action);
      if (to < known) continue;
      STALEMATE_INVARIANT(to == known, "states are numbered in the order of discovery");
      std::copy_n(space.state(from), space.words_per_state, space.words.data() + to * space.words_per_state);
      machine.apply(space.words.data() + to * space.words_per_state, action, unused);
      ++known;
    }
  }
  return space;
}

}  // namespace

std::optional<StateSpace> build_state_space(const Machine& machine, std::uint64_t states_max) {
  std::optional<StateSpace> space = build_state_space(machine, limited_to(states_max));
  if (space && space->state_count() > states_max) return std::nullopt;
  return space;
}

std::optional<StateSpace> build_state_space(const Machine& machine, const sim::SearchOptions& options) {
  std::optional<sim::StateGraph> graph =
      with_packed_system(machine, [&](const auto& system) { return sim::build_state_graph(system, options); });
  if (!graph) return std::nullopt;
  const std::uint64_t bytes = graph->target.size() * (sizeof(std::uint32_t) + sizeof(sim::PropertyMask)) +
                              graph->state_count() * std::uint64_t{sizeof(std::uint64_t) + sizeof(sim::PropertyMask)} +
                              bytes_beside(*graph, machine.words());
  if (options.memory_bytes_max != 0 && bytes > options.memory_bytes_max) return std::nullopt;
  return fill_in(machine, std::move(*graph), options);
}

SpaceSize measure_state_space(const Machine& machine, std::uint64_t count_max) {
  const auto result = search(machine, limited_to(count_max));
  return {result.states, result.end == sim::SearchEnd::kExhausted};
}

}  // namespace stalemate::model
