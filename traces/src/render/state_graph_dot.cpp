// A state graph in Graphviz's language, by Boost.Graph's writer. What a state is can be told without seeing colours:
// shape, border and words say it, too. Colours are of Okabe and Ito's palette, which the colour-blind tell apart.
#include <fmt/format.h>

#include <boost/graph/graphviz.hpp>
#include <locale>
#include <sstream>
#include <utility>

#include "render/boost_graph.hpp"
#include "render/graph_words.hpp"
#include "render/words.hpp"

namespace stalemate::traces {
namespace {

using Attributes = std::vector<std::pair<std::string_view, std::string>>;  // values as they stand in the file

// Text as a quoted string whose every character is shown. An ampersand would begin an entity; a backslash begins
// Graphviz's own sequences (\N is the vertex's name), which it reads once in a label and, as of 2.43, twice in a
// tooltip.
std::string quoted(std::string_view text, std::string_view backslash) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"')
      out += "\\\"";
    else if (c == '&')
      out += "&amp;";
    else if (c == '\\')
      out += backslash;
    else if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out + "\"";
}

// Centred lines.
std::string label(const std::vector<std::string>& lines) {
  return quoted(fmt::format("{}", fmt::join(lines, "\n")), "\\\\");
}
std::string tooltip(std::string_view line) { return quoted(line, "\\\\\\\\"); }

void write(std::ostream& out, const Attributes& attributes) {
  out << " [";
  std::string_view separator;
  for (const auto& [name, value] : attributes) {
    out << separator << name << '=' << value;
    separator = ", ";
  }
  out << ']';
}

Attributes node_attributes(const StateGraph& graph, std::size_t index) {
  const StateNode& node = graph.nodes[index];
  Attributes attributes = {{"label", label(render::node_lines(graph, index))}};
  if (!node.violates.empty()) {
    attributes.emplace_back("shape", "octagon");
    attributes.emplace_back("fillcolor", "\"#e69f00\"");
  } else if (index == 0) {
    attributes.emplace_back("shape", "invhouse");
    attributes.emplace_back("fillcolor", "\"#f0e442\"");
  } else if (node.at_rest) {
    attributes.emplace_back("fillcolor", "\"#b8def5\"");
  }
  if (node.at_rest) attributes.emplace_back("peripheries", "2");
  if (node.on_path) attributes.emplace_back("penwidth", "3");
  return attributes;
}

Attributes edge_attributes(const StateGraph& graph, const StateEdge& edge) {
  Attributes attributes = {{"label", label(render::edge_lines(graph, edge))}};
  const std::string drawn = render::drawn_words(graph, edge);
  if (!drawn.empty()) {
    attributes.emplace_back("tooltip", tooltip(drawn));
    attributes.emplace_back("labeltooltip", tooltip(drawn));
  }
  if (!edge.step.violates.empty()) {
    attributes.emplace_back("color", "\"#d55e00\"");
    attributes.emplace_back("fontcolor", "\"#a04000\"");
    attributes.emplace_back("style", "dashed");
    attributes.emplace_back("arrowhead", "box");
  }
  if (edge.on_path) {
    attributes.emplace_back("penwidth", "3");
    attributes.emplace_back("fontname", "\"Helvetica-Bold\"");
  }
  return attributes;
}

// What is drawn, and the legend: as the graph's own label, so that every vertex is a state.
std::vector<std::string> heading(const StateGraph& graph) {
  std::vector<std::string> lines = {fmt::format("{} {}", render::xml_text(render::foreign(graph.protocol)),
                                                render::xml_text(render::scenario_words(graph.scenario))),
                                    fmt::format("{} states, {} steps", graph.nodes.size(), graph.edges.size()),
                                    "pentagon: the start; double border: at rest"};
  bool states = false;
  bool steps = false;
  for (const StateNode& node : graph.nodes) states |= !node.violates.empty();
  for (const StateEdge& edge : graph.edges) steps |= !edge.step.violates.empty();
  if (states) lines.back() += "; octagon, orange: breaks a property";
  if (steps) lines.back() += "; dashed, to a box: a step that breaks one";
  if (!graph.property.empty())
    lines.push_back(
        fmt::format("thick: the shortest way to break {}", render::xml_text(render::foreign(graph.property))));
  return lines;
}

}  // namespace

std::string write_dot(const StateGraph& graph) {
  const render::BoostGraph boost_graph = render::as_boost_graph(graph);
  std::ostringstream out;
  out.imbue(std::locale::classic());
  boost::write_graphviz(
      out, boost_graph,
      [&](std::ostream& to, render::BoostVertex vertex) { write(to, node_attributes(graph, vertex)); },
      [&](std::ostream& to, const render::BoostEdge& edge) {
        write(to, edge_attributes(graph, graph.edges[boost_graph[edge].index]));
      },
      [&](std::ostream& to) {
        to << "graph [label=" << label(heading(graph)) << ", labelloc=t, fontname=Helvetica, fontsize=14];\n"
           << "node [shape=box, style=filled, fillcolor=white, fontname=Helvetica, fontsize=10];\n"
           << "edge [fontname=Helvetica, fontsize=9];\n";
      });
  return out.str();
}

}  // namespace stalemate::traces
