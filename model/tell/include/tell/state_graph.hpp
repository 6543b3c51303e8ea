// The whole state space of a small scenario in the words of traces/state_graph.hpp: told, with the shortest violation
// marked. Decides nothing; see reduce/state_space.hpp for the space itself.
#pragma once

#include "machine/machine.hpp"
#include "reduce/state_space.hpp"
#include "traces/state_graph.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The step of one edge, which leads from state `from`; it breaks `violated`.
traces::Step tell_edge(const Machine& machine, const StateSpace& space, std::uint32_t from, std::size_t edge,
                       sim::PropertyMask violated);

// Nodes are the space's states and edges its edges, in their order. The path is that of shortest_violation().
// REQUIRES: `space` is the machine's, and the machine's steps are plain.
traces::StateGraph tell_state_graph(const Machine& machine, const Protocol& protocol, const StateSpace& space);

}  // namespace stalemate::model
