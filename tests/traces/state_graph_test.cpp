// A state graph as DOT and GraphML: read back by Boost.Graph it is the same graph, and foreign text is nothing but
// text.
#include "traces/state_graph.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "generators.hpp"
#include "read_back.hpp"

namespace stalemate::traces {
namespace {

// Text of at most 60 characters that both formats could take for something else; without blanks at its ends, or two in
// a row, which XML readers fold.
rc::Gen<std::string> nasty_label() {
  const auto piece =
      rc::gen::element<std::string>("<img src=x onerror=alert(1)>", "</script>", "\\", "\\\\", "\\N", "\\G", "\\n",
                                    "\\l", "\"", "\\\"", "&", "&lt;", "&amp;", "&#59;", "]]>", "<!--", "'", "<B>", "{",
                                    "|", "];", "->", "//", "/*", "#", "%", "node", "\u00e9", "\U0001F600");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string label = "x";
    for (const std::string& one : pieces)
      if (label.size() + one.size() <= 60) label += one;
    return label;
  });
}

StateNode node(const std::string& cached, const std::string& key = "k1") {
  StateNode made;
  const std::optional<std::int64_t> value =
      cached.empty() ? std::nullopt : std::optional<std::int64_t>(std::stoll(cached));
  made.state.stores = {{"cache", {{key, value}}}, {"database", {{key, 1}}}};
  return made;
}

// The step that handles a get with this text on its arrow.
Step handled(const std::string& label) {
  Step step;
  step.kind = StepKind::kHandle;
  step.diagram = "Read";
  step.key = "k1";
  step.arrow = 1;
  step.request = Request{.arrow = 1, .to = "cache", .verb = "get", .key = "k1", .value = {}, .label = label};
  step.reply = Reply{"miss", {}};
  return step;
}

StateGraph two_nodes(const Step& step) {
  StateGraph graph;
  graph.protocol = "p.md";
  graph.scenario.apps = {"read"};
  graph.nodes = {node(""), node("7")};
  graph.edges = {{.from = 0, .to = 1, .on_path = false, .step = step}};
  return graph;
}

StateGraph any_graph() {
  StateGraph graph;
  graph.protocol = *generators::text();
  graph.scenario.apps = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(generators::text()));
  graph.scenario.faults = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(generators::text()));
  graph.property = *generators::text();
  const auto nodes = *rc::gen::inRange<std::size_t>(1, 6);
  for (std::size_t n = 0; n < nodes; ++n) {
    StateNode made;
    made.state = generators::any_state(graph.scenario, *rc::gen::arbitrary<bool>());
    made.at_rest = *rc::gen::arbitrary<bool>();
    made.on_path = *rc::gen::arbitrary<bool>();
    made.violates = *rc::gen::container<std::vector<std::string>>(generators::text());
    graph.nodes.push_back(made);
  }
  const auto edges = *rc::gen::inRange<std::size_t>(0, 10);
  for (std::size_t e = 0; e < edges; ++e) {
    StateEdge made;
    made.from = *rc::gen::inRange<std::size_t>(0, nodes);
    made.to = *rc::gen::inRange<std::size_t>(0, nodes);
    made.on_path = *rc::gen::arbitrary<bool>();
    made.step = generators::any_step(graph.scenario, true);
    made.step.violates = *rc::gen::container<std::vector<std::string>>(generators::text());
    graph.edges.push_back(made);
  }
  std::stable_sort(graph.edges.begin(), graph.edges.end(),
                   [](const StateEdge& a, const StateEdge& b) { return a.from < b.from; });
  return graph;
}

// No byte that a line-based reader or XML would stumble over: control characters, U+FFFE, U+FFFF.
bool is_clean(const std::string& text) {
  return text.find("\xEF\xBF\xBE") == std::string::npos && text.find("\xEF\xBF\xBF") == std::string::npos &&
         std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20 && c != '\n'; });
}

std::string with_blanks_folded(const std::string& text) {
  std::string folded;
  for (const char c : text)
    if (c != ' ' || (!folded.empty() && folded.back() != ' ')) folded += c;
  while (!folded.empty() && folded.back() == ' ') folded.pop_back();
  return folded;
}

std::string on_one_line(const std::string& lines) {
  std::string line;
  for (const char c : lines) line += c == '\n' ? std::string("; ") : std::string(1, c);
  return line;
}

RC_GTEST_PROP(StateGraph, any_graph_reads_back_with_the_same_nodes_edges_and_labels_from_both_formats, ()) {
  const StateGraph graph = any_graph();
  const std::string dot_text = write_dot(graph);
  const std::string graphml_text = write_graphml(graph);
  RC_ASSERT(is_clean(dot_text));
  RC_ASSERT(is_clean(graphml_text));
  const read_back::Graph dot = read_back::dot(dot_text);
  const read_back::Graph graphml = read_back::graphml(graphml_text);
  RC_ASSERT(dot.nodes.size() == graph.nodes.size());
  RC_ASSERT(graphml.nodes.size() == graph.nodes.size());
  RC_ASSERT(dot.edges.size() == graph.edges.size());
  RC_ASSERT(graphml.edges.size() == graph.edges.size());
  const auto same = [](const std::string& in_dot, const std::string& in_graphml) {
    return with_blanks_folded(on_one_line(read_back::shown(in_dot))) == in_graphml;
  };
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    RC_ASSERT(same(dot.nodes[n].of("label"), graphml.nodes[n].of("label")));
    RC_ASSERT(graphml.nodes[n].of("at_rest") == (graph.nodes[n].at_rest ? "1" : "0"));
    RC_ASSERT((dot.nodes[n].of("peripheries") == "2") == graph.nodes[n].at_rest);
    RC_ASSERT((dot.nodes[n].of("shape") == "octagon") == !graph.nodes[n].violates.empty());
    RC_ASSERT((dot.nodes[n].of("penwidth") == "3") == graph.nodes[n].on_path);
  }
  for (std::size_t e = 0; e < graph.edges.size(); ++e) {
    for (const auto* read : {&dot.edges[e], &graphml.edges[e]}) {
      RC_ASSERT(read->from == graph.edges[e].from);
      RC_ASSERT(read->to == graph.edges[e].to);
    }
    const read_back::Attributes& in_dot = dot.edges[e].attributes;
    const read_back::Attributes& in_graphml = graphml.edges[e].attributes;
    RC_ASSERT(same(in_dot.of("label"), in_graphml.of("label")));
    RC_ASSERT(in_graphml.of("kind") == to_string(graph.edges[e].step.kind));
    RC_ASSERT((in_dot.of("penwidth") == "3") == graph.edges[e].on_path);
    RC_ASSERT((in_dot.of("style") == "dashed") == !graph.edges[e].step.violates.empty());
  }
}

RC_GTEST_PROP(StateGraph, the_text_on_an_arrow_reads_back_as_it_was_drawn, ()) {
  const std::string label = *nasty_label();
  const StateGraph graph = two_nodes(handled(label));
  RC_ASSERT(read_back::graphml(write_graphml(graph)).edges.at(0).attributes.of("drawn") == label);
  // A tooltip is read twice by Graphviz: every backslash is there twice as often as in a label.
  const std::string tooltip = read_back::dot(write_dot(graph)).edges.at(0).attributes.of("tooltip");
  std::string once;
  for (std::size_t i = 0; i < tooltip.size(); ++i) {
    once += tooltip[i];
    if (tooltip[i] != '\\') continue;
    ++i;
    RC_ASSERT(i < tooltip.size());
    RC_ASSERT(tooltip[i] == '\\');
  }
  RC_ASSERT(read_back::shown(once) == label);
}

RC_GTEST_PROP(StateGraph, a_branchs_label_shows_as_it_was_drawn, ()) {
  const std::string label = *nasty_label();
  Step step = handled("Get value");
  step.choice = 1;
  step.chosen = label;
  const StateGraph graph = two_nodes(step);
  const std::string expected = "app1 handle\ncache: get k1 -> miss (" + label + ")";
  RC_ASSERT(read_back::shown(read_back::dot(write_dot(graph)).edges.at(0).attributes.of("label")) == expected);
  RC_ASSERT(read_back::graphml(write_graphml(graph)).edges.at(0).attributes.of("label") == on_one_line(expected));
}

TEST(StateGraph, characters_that_no_xml_file_may_hold_become_blanks) {
  const StateGraph graph =
      two_nodes(handled("a\xEF\xBF\xBF"
                        "b\x01"
                        "c\xEF\xBF\xBE"
                        "d"));
  EXPECT_EQ(read_back::graphml(write_graphml(graph)).edges.at(0).attributes.of("drawn"), "a b c d");
  EXPECT_TRUE(is_clean(write_dot(graph)));
}

TEST(StateGraph, a_node_says_both_stores_what_is_in_flight_and_who_is_idle) {
  StateGraph graph = two_nodes(handled("Get value"));
  graph.scenario.apps = {"read", "write; read", "read; read", "write"};
  InFlight message;
  message.app = 1;
  message.request = Request{.arrow = 1, .to = "cache", .verb = "set", .key = "k1", .value = 5, .label = "Set"};
  graph.nodes[1].state.in_flight = {message};
  message.app = 2;
  message.is_reply = true;
  message.request = Request{.arrow = 2, .to = "database", .verb = "get", .key = "k1", .value = {}, .label = "Get"};
  message.reply = Reply{"value", 1};
  graph.nodes[1].state.in_flight.push_back(message);
  graph.nodes[1].idle = {{.app = 3, .session = 1, .begun = 1, .of = 2, .value = 7},
                         {.app = 4, .session = 1, .begun = 1, .of = 1, .value = {}}};
  graph.nodes[1].violates = {"coherent-at-rest"};
  graph.nodes[0].idle = {{.app = 1, .session = 1, .begun = 0, .of = 1, .value = {}}};
  const read_back::Graph read = read_back::dot(write_dot(graph));
  EXPECT_EQ(read_back::shown(read.nodes.at(0).of("label")), "start\ncache k1=-\ndatabase k1=1\napp1 has not begun");
  EXPECT_EQ(read_back::shown(read.nodes.at(1).of("label")),
            "cache k1=7\ndatabase k1=1\napp1 asks cache: set k1=5\ndatabase answers app2: get k1 -> 1\n"
            "app3 did 1 of 2, read 7\napp4 is done\nbreaks coherent-at-rest");
}

TEST(StateGraph, a_reply_that_is_received_or_lost_is_named_by_the_request_in_flight_before) {
  for (const StepKind kind : {StepKind::kReceive, StepKind::kLoseReply}) {
    Step step = handled("");
    step.kind = kind;
    step.request.reset();
    step.endings = {{Ending::Kind::kReturned, 7}};
    StateGraph graph = two_nodes(step);
    InFlight message;
    message.app = 1;
    message.is_reply = true;
    message.request = Request{.arrow = 1, .to = "cache", .verb = "get", .key = "k1", .value = {}, .label = "Look up"};
    message.reply = step.reply;
    graph.nodes[0].state.in_flight = {message};
    const read_back::Graph read = read_back::dot(write_dot(graph));
    EXPECT_EQ(read_back::shown(read.edges.at(0).attributes.of("label")),
              "app1 " + std::string(to_string(kind)) + "\ncache: get k1 -> miss\nreturns 7");
    EXPECT_EQ(read.edges.at(0).attributes.of("tooltip"), "Look up");
  }
}

// The legend explains what is drawn and nothing else.
TEST(StateGraph, the_legend_names_only_marks_that_are_there) {
  StateGraph graph = two_nodes(handled("Get value"));
  const std::string plain = write_dot(graph);
  EXPECT_EQ(plain.find("octagon"), std::string::npos);
  EXPECT_EQ(plain.find("dashed"), std::string::npos);
  EXPECT_EQ(plain.find("thick"), std::string::npos);
  graph.nodes[1].violates = {"coherent-at-rest"};
  graph.edges[0].step.violates = {"fresh-reads"};
  graph.property = "fresh-reads";
  const std::string marked = write_dot(graph);
  EXPECT_NE(marked.find("octagon, orange: breaks a property"), std::string::npos);
  EXPECT_NE(marked.find("dashed, to a box: a step that breaks one"), std::string::npos);
  EXPECT_NE(marked.find("thick: the shortest way to break fresh-reads"), std::string::npos);
}

}  // namespace
}  // namespace stalemate::traces
