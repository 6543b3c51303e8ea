// Telling a whole state space: each state and each edge by tell.hpp, then the shortest violation walked along the
// edges.
#include "tell/state_graph.hpp"

#include <optional>

#include "base/invariant.hpp"
#include "tell/shortest.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

std::vector<std::string> names(const Machine& machine, sim::PropertyMask violated) {
  std::vector<std::string> properties;
  for (std::size_t p = 0; p < machine.properties().size(); ++p)
    if ((violated >> p & 1) != 0) properties.emplace_back(machine.properties()[p]->name);
  return properties;
}

std::vector<traces::IdleSession> idle_sessions(const Machine& machine, const std::uint64_t* words) {
  std::vector<traces::IdleSession> idle;
  for (std::size_t s = 0; s < machine.scenario().sessions.size(); ++s) {
    if (machine.location(words, s).instruction != kNoInstruction) continue;
    const Session& session = machine.scenario().sessions[s];
    traces::IdleSession told;
    told.app = session.app;
    told.session = session.session;
    const int tries = 1 + machine.scenario().words.retries;
    told.begun = (static_cast<int>(machine.invoked(words, s)) + tries - 1) / tries;
    told.of = static_cast<int>(session.operations.size()) / tries;
    if (const unsigned held = machine.held(words, s); held != 0) told.value = machine.scenario().shown(held - 1);
    idle.push_back(told);
  }
  return idle;
}

void mark_path(const Machine& machine, const Protocol& protocol, const StateSpace& space, traces::StateGraph& graph) {
  const std::optional<traces::Trace> trace = shortest_violation(machine, protocol);
  if (!trace) return;
  graph.property = trace->property;
  std::uint32_t state = 0;
  graph.nodes[state].on_path = true;
  for (const traces::Step& step : trace->steps) {
    std::size_t edge = space.first_edge(state);
    while (edge < space.first_edge(state + 1) && !same_step(graph.edges[edge].step, step)) ++edge;
    STALEMATE_INVARIANT(edge < space.first_edge(state + 1), "a counterexample walks along the graph's edges");
    graph.edges[edge].on_path = true;
    state = space.graph.target[edge];
    graph.nodes[state].on_path = true;
  }
}

}  // namespace

traces::Step tell_edge(const Machine& machine, const StateSpace& space, std::uint32_t from, std::size_t edge,
                       sim::PropertyMask violated) {
  std::vector<std::uint64_t> state(space.state(from), space.state(from) + machine.words());
  sim::Marks unused;
  StepRecord record;
  machine.apply(state.data(), space.actions[edge], unused, &record);
  return tell_step(machine, space.actions[edge], record, state.data(), violated);
}

traces::StateGraph tell_state_graph(const Machine& machine, const Protocol& protocol, const StateSpace& space) {
  traces::StateGraph graph;
  graph.protocol = protocol.name;
  graph.scenario = machine.scenario().words;
  graph.nodes.resize(space.state_count());
  graph.edges.resize(space.actions.size());
  for (std::uint32_t from = 0; from < space.state_count(); ++from) {
    traces::StateNode& node = graph.nodes[from];
    node.state = tell_state(machine, space.state(from));
    node.idle = idle_sessions(machine, space.state(from));
    node.at_rest = space.at_rest[from];
    node.violates = names(machine, space.graph.violated_by_state[from]);
    for (std::size_t e = space.first_edge(from); e < space.first_edge(from + 1); ++e) {
      const std::uint32_t to = space.graph.target[e];
      graph.edges[e].from = from;
      graph.edges[e].to = to;
      graph.edges[e].step = tell_edge(machine, space, from, e, space.graph.violated_by_step[e]);
    }
  }
  mark_path(machine, protocol, space, graph);
  return graph;
}

}  // namespace stalemate::model
