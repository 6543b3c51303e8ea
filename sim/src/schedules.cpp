// Counting the maximal paths of a state graph, from its terminal states back to the initial one.
#include "sim/schedules.hpp"

#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/topological_sort.hpp>
#include <iterator>
#include <utility>
#include <vector>

namespace stalemate::sim {

namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, std::uint32_t, std::uint64_t>;

Graph as_boost_graph(const StateGraph& graph) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  edges.reserve(graph.target.size());
  for (std::uint32_t state = 0; state < graph.state_count(); ++state) {
    for (std::uint64_t edge = graph.first_edge[state]; edge < graph.first_edge[state + 1]; ++edge) {
      edges.emplace_back(state, graph.target[edge]);
    }
  }
  return {boost::edges_are_sorted, edges.begin(), edges.end(), graph.state_count()};
}

// A path violates from the first state or step on that breaks a property: all its completions do.
ScheduleCount count_from(const StateGraph& graph, std::uint32_t state, const std::vector<ScheduleCount>& counts) {
  const std::uint64_t begin = graph.first_edge[state];
  const std::uint64_t end = graph.first_edge[state + 1];
  ScheduleCount count;
  if (begin == end) count.total = 1;
  for (std::uint64_t edge = begin; edge < end; ++edge) {
    const ScheduleCount& rest = counts[graph.target[edge]];
    count.total += rest.total;
    count.violating += graph.violated_by_step[edge] != 0 ? rest.total : rest.violating;
  }
  if (graph.violated_by_state[state] != 0) count.violating = count.total;
  return count;
}

}  // namespace

std::optional<ScheduleCount> count_schedules(const StateGraph& graph) {
  std::vector<std::uint32_t> order;  // every state after all that can follow it
  order.reserve(graph.state_count());
  try {
    Graph boost_graph = as_boost_graph(graph);
    boost::topological_sort(boost_graph, std::back_inserter(order));
  } catch (const boost::not_a_dag&) {
    return std::nullopt;
  }
  std::vector<ScheduleCount> counts(graph.state_count());
  for (const std::uint32_t state : order) counts[state] = count_from(graph, state, counts);
  return counts[0];
}

}  // namespace stalemate::sim
