// State graphs read back by Boost.Graph's readers, as plain attributes: for tests that compare what was written with
// what another reader of the format finds.
#pragma once

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/lexical_cast.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace stalemate::traces::read_back {

struct Attributes : std::map<std::string, std::string> {
  // "" where there is none.
  std::string of(const std::string& name) const {
    const auto found = find(name);
    return found == end() ? "" : found->second;
  }
};
struct Edge {
  std::size_t from = 0;
  std::size_t to = 0;
  Attributes attributes;
};
struct Graph {
  std::vector<Attributes> nodes;  // by index
  std::vector<Edge> edges;        // by source, each source's in the file's order
};

namespace detail {

// Every attribute that the files may hold, as one map: the readers want each one named before.
using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, Attributes, Attributes>;

template <class Key, class Value>
class AttributeMap {
 public:
  using key_type = Key;
  using value_type = Value;
  using reference = Value;
  using category = boost::read_write_property_map_tag;
  AttributeMap(BoostGraph& graph, std::string name) : graph_(&graph), name_(std::move(name)) {}
  friend Value get(const AttributeMap& map, const Key& key) {
    const std::string& text = (*map.graph_)[key][map.name_];
    return text.empty() ? Value() : boost::lexical_cast<Value>(text);
  }
  friend void put(const AttributeMap& map, const Key& key, const Value& value) {
    (*map.graph_)[key][map.name_] = boost::lexical_cast<std::string>(value);
  }

 private:
  BoostGraph* graph_;
  std::string name_;
};
template <class Value>
using NodeMap = AttributeMap<boost::graph_traits<BoostGraph>::vertex_descriptor, Value>;
template <class Value>
using EdgeMap = AttributeMap<boost::graph_traits<BoostGraph>::edge_descriptor, Value>;

// `index`: of a vertex among the nodes.
template <class Index>
Graph plain(const BoostGraph& graph, Index index) {
  Graph read;
  read.nodes.resize(boost::num_vertices(graph));
  std::vector<std::size_t> vertex(boost::num_vertices(graph));
  for (std::size_t v = 0; v < boost::num_vertices(graph); ++v) {
    read.nodes.at(index(v)) = graph[v];
    vertex.at(index(v)) = v;
  }
  for (const std::size_t v : vertex) {
    const auto out = boost::out_edges(v, graph);
    for (auto e = out.first; e != out.second; ++e)
      read.edges.push_back({index(v), index(boost::target(*e, graph)), graph[*e]});
  }
  return read;
}

}  // namespace detail

// Throws what the reader throws.
inline Graph dot(const std::string& text) {
  detail::BoostGraph graph;
  boost::dynamic_properties known(boost::ignore_other_properties);
  for (const char* name : {"node_id", "label", "shape", "peripheries", "penwidth"})
    known.property(name, detail::NodeMap<std::string>(graph, name));
  for (const char* name : {"label", "tooltip", "penwidth", "style"})
    known.property(name, detail::EdgeMap<std::string>(graph, name));
  std::istringstream in(text);
  boost::read_graphviz(in, graph, known, "node_id");
  return detail::plain(graph, [&](std::size_t v) { return std::stoul(graph[v].of("node_id")); });
}

inline Graph graphml(const std::string& text) {
  detail::BoostGraph graph;
  boost::dynamic_properties known(boost::ignore_other_properties);
  for (const char* name : {"label", "violates"}) known.property(name, detail::NodeMap<std::string>(graph, name));
  for (const char* name : {"at_rest", "on_path"}) known.property(name, detail::NodeMap<bool>(graph, name));
  for (const char* name : {"label", "kind", "actor", "operation", "key", "drawn", "violates"})
    known.property(name, detail::EdgeMap<std::string>(graph, name));
  known.property("arrow", detail::EdgeMap<int>(graph, "arrow"));
  known.property("on_path", detail::EdgeMap<bool>(graph, "on_path"));
  std::istringstream in(text);
  boost::read_graphml(in, graph, known);
  return detail::plain(graph, [](std::size_t v) { return v; });
}

// What Graphviz shows for a label as it stands in the file: "\n" is a line's end, "\\" a backslash, "&amp;" an
// ampersand; anything else that begins with a backslash or an ampersand would be one of its own sequences: "?!".
inline std::string shown(const std::string& label) {
  std::string text;
  for (std::size_t i = 0; i < label.size(); ++i) {
    if (label[i] == '&') {
      text += label.compare(i, 5, "&amp;") == 0 ? "&" : "?!";
      i += 4;
    } else if (label[i] == '\\') {
      ++i;
      text += i < label.size() && label[i] == 'n' ? "\n" : i < label.size() && label[i] == '\\' ? "\\" : "?!";
    } else {
      text += label[i];
    }
  }
  return text;
}

}  // namespace stalemate::traces::read_back
