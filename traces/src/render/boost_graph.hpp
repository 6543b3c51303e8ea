// A state graph in the form that Boost.Graph's writers take: vertices are indices into the nodes, and each edge holds
// its index into the edges.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <cstddef>

#include "traces/state_graph.hpp"

namespace stalemate::traces::render {

struct EdgeIndex {
  std::size_t index = 0;
};
using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property, EdgeIndex>;
using BoostVertex = boost::graph_traits<BoostGraph>::vertex_descriptor;
using BoostEdge = boost::graph_traits<BoostGraph>::edge_descriptor;

inline BoostGraph as_boost_graph(const StateGraph& graph) {
  BoostGraph boost_graph(graph.nodes.size());
  for (std::size_t e = 0; e < graph.edges.size(); ++e)
    boost::add_edge(graph.edges[e].from, graph.edges[e].to, EdgeIndex{e}, boost_graph);
  return boost_graph;
}

}  // namespace stalemate::traces::render
