// The state graph of small scenarios: the counts of independent checkers, found again by Boost.Graph's readers in the
// files that are written, and the path of the search's own counterexample.
#include "tell/state_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "ask/check.hpp"
#include "traces/read_back.hpp"

namespace stalemate::model {
namespace {

traces::Scenario one_each(bool all_invoked) {
  traces::Scenario words;
  words.apps = {"read", "write"};
  words.all_invoked = all_invoked;
  return words;
}

traces::StateGraph graph_of(const Protocol& protocol, const traces::Scenario& words,
                            const std::vector<std::string>& properties) {
  const Machine machine = make_machine(protocol, words, properties, Granularity::kPlain);
  const std::optional<StateSpace> space = build_state_space(machine, 100000);
  if (!space) {
    ADD_FAILURE() << "the space is small";
    return {};
  }
  return tell_state_graph(machine, protocol, *space);
}

std::vector<traces::Step> steps_on_path(const traces::StateGraph& graph) {
  std::vector<traces::Step> steps;
  std::size_t at = 0;
  for (bool more = true; more;) {
    more = false;
    for (const traces::StateEdge& edge : graph.edges) {
      if (!edge.on_path || edge.from != at) continue;
      steps.push_back(edge.step);
      at = edge.to;
      more = true;
      break;
    }
  }
  return steps;
}

// SPIN, TLC, Stateright and two hand-written searches agree on these figures: one key, all first requests in flight.
struct Row {
  int lost;
  std::size_t states, transitions, at_rest, incoherent, shortest;
};
constexpr Row kRows[] = {{0, 59, 90, 4, 1, 10}, {1, 149, 307, 11, 2, 9}};

TEST(StateGraph, cache_aside_has_the_published_states_and_steps_in_both_files) {
  for (const Row& row : kRows) {
    traces::Scenario words = one_each(true);
    words.on_database_timeout = "continue";
    if (row.lost > 0) words.faults = {"lost-message=" + std::to_string(row.lost)};
    const traces::StateGraph graph = graph_of(read_page("cache-aside").value(), words, {"coherent-at-rest"});
    const traces::read_back::Graph dot = traces::read_back::dot(write_dot(graph));
    const traces::read_back::Graph graphml = traces::read_back::graphml(write_graphml(graph));
    for (const auto* read : {&dot, &graphml}) {
      EXPECT_EQ(read->nodes.size(), row.states);
      EXPECT_EQ(read->edges.size(), row.transitions);
    }
    const auto count = [](const auto& among, auto is) {
      return static_cast<std::size_t>(std::count_if(among.begin(), among.end(), is));
    };
    EXPECT_EQ(count(dot.nodes, [](const auto& node) { return node.of("peripheries") == "2"; }), row.at_rest);
    EXPECT_EQ(count(dot.nodes, [](const auto& node) { return node.of("shape") == "octagon"; }), row.incoherent);
    EXPECT_EQ(count(graphml.nodes, [](const auto& node) { return node.of("at_rest") == "1"; }), row.at_rest);
    EXPECT_EQ(count(graphml.nodes, [](const auto& node) { return node.of("violates") == "coherent-at-rest"; }),
              row.incoherent);
    EXPECT_EQ(count(graphml.edges, [](const auto& edge) { return edge.attributes.of("on_path") == "1"; }),
              row.shortest);
    EXPECT_EQ(count(graphml.nodes, [](const auto& node) { return node.of("on_path") == "1"; }), row.shortest + 1);
  }
}

TEST(StateGraph, the_marked_path_is_the_trace_that_check_finds) {
  struct Case {
    const char* page;
    std::vector<std::string> apps;
    std::vector<std::string> faults;
    std::vector<std::string> properties;
  };
  const Case cases[] = {{"cache-aside", {"read", "write"}, {}, {}},
                        {"cache-aside", {"read", "write"}, {"lost-message"}, {}},
                        {"cache-aside", {"read; read", "write"}, {}, {"fresh-reads"}},
                        {"delete-before-write", {"read", "write"}, {}, {"coherent-at-rest"}},
                        {"write-through", {"write", "write"}, {}, {}}};
  for (const Case& one : cases) {
    const Protocol protocol = read_page(one.page).value();
    traces::Scenario words;
    words.apps = one.apps;
    words.faults = one.faults;
    CheckOptions options;
    options.properties = one.properties;
    options.reductions = Reductions::all();  // as by default
    const Report report = check(protocol, words, options);
    ASSERT_TRUE(report.trace) << one.page;
    const traces::StateGraph graph = graph_of(protocol, words, one.properties);
    EXPECT_EQ(graph.property, report.property);
    std::vector<traces::Step> expected = report.trace->steps;
    // A step of a trace also tells what is broken by the state it leads to; in the graph that is the node's.
    for (traces::Step& step : expected) step.violates.clear();
    std::vector<traces::Step> told = steps_on_path(graph);
    for (traces::Step& step : told) step.violates.clear();
    EXPECT_EQ(told, expected) << one.page;
  }
}

TEST(StateGraph, where_nothing_is_violated_no_path_is_marked) {
  const traces::StateGraph graph = graph_of(read_page("database-only").value(), one_each(false), {});
  EXPECT_EQ(graph.property, "");
  EXPECT_TRUE(std::none_of(graph.nodes.begin(), graph.nodes.end(), [](const auto& node) { return node.on_path; }));
  EXPECT_TRUE(std::none_of(graph.edges.begin(), graph.edges.end(), [](const auto& edge) { return edge.on_path; }));
}

// Every edge leads where its step says: the state after the step is that of the node.
TEST(StateGraph, an_edge_leads_to_the_state_after_its_step) {
  const traces::StateGraph graph = graph_of(read_page("cache-aside").value(), one_each(false), {});
  ASSERT_GT(graph.edges.size(), 0U);
  for (const traces::StateEdge& edge : graph.edges) EXPECT_EQ(edge.step.after, graph.nodes[edge.to].state);
}

// A stale read is a fact about a step, an incoherent cache one about a state.
TEST(StateGraph, a_step_that_breaks_fresh_reads_is_an_edge_and_not_a_node) {
  traces::Scenario words;
  words.apps = {"read; read", "write"};
  const traces::StateGraph graph = graph_of(read_page("cache-aside").value(), words, {"fresh-reads"});
  const std::vector<traces::Step> path = steps_on_path(graph);
  ASSERT_FALSE(path.empty());
  EXPECT_EQ(path.back().violates, std::vector<std::string>{"fresh-reads"});
  for (const traces::StateNode& node : graph.nodes) EXPECT_TRUE(node.violates.empty());
}

}  // namespace
}  // namespace stalemate::model
