// A state graph as GraphML, by Boost.Graph's writer, which escapes what XML would take for markup; characters that XML
// cannot hold at all are gone from the words. One attribute a fact, so that a tool can filter and count by it.
#include <fmt/format.h>

#include <boost/graph/graphml.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <locale>
#include <sstream>

#include "render/boost_graph.hpp"
#include "render/graph_words.hpp"
#include "render/words.hpp"

namespace stalemate::traces {
namespace {

std::string one_line(const std::vector<std::string>& lines) { return fmt::format("{}", fmt::join(lines, "; ")); }

std::string names(const std::vector<std::string>& properties) {
  std::vector<std::string> shown;
  for (const std::string& property : properties) shown.push_back(render::xml_text(render::foreign(property)));
  return fmt::format("{}", fmt::join(shown, " "));
}

}  // namespace

std::string write_graphml(const StateGraph& graph) {
  const render::BoostGraph boost_graph = render::as_boost_graph(graph);
  boost::dynamic_properties properties;
  const auto of_graph = [&](const char* name, const std::string& value) {
    properties.property(name, boost::make_constant_property<render::BoostGraph*>(value));
  };
  const auto of_node = [&](const char* name, auto value) {
    properties.property(name, boost::make_function_property_map<render::BoostVertex>(value));
  };
  const auto of_edge = [&](const char* name, auto value) {
    const auto at = [&graph, &boost_graph, value](const render::BoostEdge& edge) {
      return value(graph.edges[boost_graph[edge].index]);
    };
    properties.property(name, boost::make_function_property_map<render::BoostEdge>(at));
  };

  of_graph("protocol", render::xml_text(render::foreign(graph.protocol)));
  of_graph("scenario", render::xml_text(render::scenario_words(graph.scenario)));
  of_graph("property", render::xml_text(render::foreign(graph.property)));

  of_node("label", [&](render::BoostVertex v) { return one_line(render::node_lines(graph, v)); });
  of_node("at_rest", [&](render::BoostVertex v) { return graph.nodes[v].at_rest; });
  of_node("violates", [&](render::BoostVertex v) { return names(graph.nodes[v].violates); });
  of_node("on_path", [&](render::BoostVertex v) { return graph.nodes[v].on_path; });

  of_edge("label", [&](const StateEdge& e) { return one_line(render::edge_lines(graph, e)); });
  of_edge("kind", [](const StateEdge& e) { return std::string(to_string(e.step.kind)); });
  of_edge("actor", [&](const StateEdge& e) { return render::actor_words(graph, e.step.app, e.step.session); });
  of_edge("operation", [](const StateEdge& e) { return render::xml_text(render::foreign(e.step.diagram)); });
  of_edge("key", [](const StateEdge& e) { return render::xml_text(render::foreign(e.step.key)); });
  of_edge("arrow", [](const StateEdge& e) { return e.step.arrow; });
  of_edge("drawn", [&](const StateEdge& e) { return render::drawn_words(graph, e); });
  of_edge("violates", [](const StateEdge& e) { return names(e.step.violates); });
  of_edge("on_path", [](const StateEdge& e) { return e.on_path; });

  std::ostringstream out;
  out.imbue(std::locale::classic());
  boost::write_graphml(out, boost_graph, properties, true);
  return out.str();
}

}  // namespace stalemate::traces
