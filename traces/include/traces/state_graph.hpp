// The state graph of a small scenario: every state, every step between them, and which of them break a property. Plain
// data, told by model/; written here in the formats of other tools. For a graph that somebody looks at: some thousand
// states at most.
//
// Determinism: equal graphs give equal bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces {

// A session that is between operations: what its messages in flight do not tell.
struct IdleSession {
  int app = 1;
  int session = 1;
  int begun = 0;                      // operations of its script so far
  int of = 1;                         // operations of its script
  std::optional<std::int64_t> value;  // what its latest operation returned
  bool operator==(const IdleSession&) const = default;
};

struct StateNode {
  State state;
  std::vector<IdleSession> idle;
  bool at_rest = false;
  bool on_path = false;               // of StateGraph::property's shortest violation
  std::vector<std::string> violates;  // properties that this very state breaks
  bool operator==(const StateNode&) const = default;
};

struct StateEdge {
  std::size_t from = 0;  // indices into StateGraph::nodes
  std::size_t to = 0;
  bool on_path = false;
  Step step;  // step.violates: properties that this very step breaks
  bool operator==(const StateEdge&) const = default;
};

// I1: nodes[0] is the initial state. I2: nodes and edges on the path are none, or one walk from nodes[0].
struct StateGraph {
  std::string protocol;  // name of the file, without folders
  Scenario scenario;
  std::string property;  // the one whose shortest violation is on the path; "" where nothing is violated
  std::vector<StateNode> nodes;
  std::vector<StateEdge> edges;
  bool operator==(const StateGraph&) const = default;
};

// Graphviz's language, with shapes, colours and a legend. A vertex for each node, named by its index; an edge for each
// edge, in order.
std::string write_dot(const StateGraph& graph);

// GraphML, for Gephi, yEd, NetworkX: the same in typed attributes, nothing of how it looks.
std::string write_graphml(const StateGraph& graph);

}  // namespace stalemate::traces
