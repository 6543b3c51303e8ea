// The course of a trace through the state space of its scenario: from where on it is doomed, the way out just before,
// and which of its states every violating run passes. Reachability and dominators are Boost.Graph's.
#include <fmt/format.h>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/dominator_tree.hpp>

#include <algorithm>
#include <queue>
#include <utility>

#include "base/invariant.hpp"
#include "explain/parts.hpp"
#include "reduce/state_space.hpp"

namespace stalemate::model::explaining {
namespace {

using Vertex = std::uint32_t;
using Arrows = std::vector<std::pair<Vertex, Vertex>>;

// The dominator tree wants to go both ways and is only asked of what leads to a violation.
using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, Vertex, std::uint64_t>;
using TwoWayGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;

// The dominator tree takes about a kilobyte a state.
constexpr std::size_t kDominatorStatesMax = 500'000;

// The vertices that can be reached from `start`.
std::vector<bool> reachable(const Arrows& arrows, Vertex vertices, Vertex start) {
  const Graph graph(boost::edges_are_unsorted_multi_pass, arrows.begin(), arrows.end(), vertices);
  std::vector<boost::default_color_type> colors(vertices);
  boost::breadth_first_search(
      graph, start,
      boost::color_map(boost::make_iterator_property_map(colors.begin(), boost::get(boost::vertex_index, graph))));
  std::vector<bool> reached(vertices);
  for (Vertex v = 0; v < vertices; ++v) reached[v] = colors[v] != boost::white_color;
  return reached;
}

class Chart {
 public:
  Chart(const Machine& machine, const StateSpace& space) : machine_(machine), space_(space) { find_doomed(); }

  bool doomed(Vertex state) const { return !saved_[state]; }
  bool is_well(Vertex state) const {
    return space_.at_rest[state] && space_.graph.violated_by_state[state] == 0 && !doomed(state);
  }

  // The states that `path` passes, the initial one first.
  std::vector<Vertex> states_of(const Path& path) const {
    std::vector<Vertex> states = {0};
    for (const Action& action : path.actions) states.push_back(space_.graph.target[edge_of(states.back(), action)]);
    return states;
  }

  std::size_t edge_of(Vertex from, const Action& action) const {
    std::size_t edge = space_.first_edge(from);
    while (edge < space_.first_edge(from + 1) && !(space_.actions[edge] == action)) ++edge;
    STALEMATE_INVARIANT(edge < space_.first_edge(from + 1), "the steps of a trace are edges of its state space");
    return edge;
  }

  // The edge by which `step` happens in a state; none where it is not enabled.
  std::optional<std::size_t> edge_named(Vertex from, const traces::Step& step) const {
    const Words words(space_.state(from), space_.state(from) + space_.words_per_state);
    Words after;
    for (std::size_t edge = space_.first_edge(from); edge < space_.first_edge(from + 1); ++edge)
      if (same_step(try_step(machine_, words, space_.actions[edge], after), step)) return edge;
    return std::nullopt;
  }

  // Whether a run that takes the edge can still go well.
  bool may_take(std::size_t edge) const {
    return space_.graph.violated_by_step[edge] == 0 && !doomed(space_.graph.target[edge]);
  }

  // How many steps of `path` are taken before one of them breaks the property by itself: all of them if none does.
  std::size_t unbroken_steps(const Path& path) const {
    Vertex at = 0;
    for (std::size_t i = 0; i < path.actions.size(); ++i) {
      const std::size_t edge = edge_of(at, path.actions[i]);
      if (space_.graph.violated_by_step[edge] != 0) return i;
      at = space_.graph.target[edge];
    }
    return path.actions.size();
  }

  // Whether some run from `start`, further Writes included, comes to a rest where the cache holds nothing but what the
  // database does.
  bool healed_by_writes(Vertex start) const {
    Arrows arrows;
    for_each_edge([&](Vertex from, std::size_t edge) { arrows.emplace_back(from, space_.graph.target[edge]); });
    const std::vector<bool> reached = reachable(arrows, space_.state_count(), start);
    for (Vertex state = 0; state < space_.state_count(); ++state)
      if (reached[state] && space_.at_rest[state] && is_coherent(state)) return true;
    return false;
  }

  struct Allowed {
    bool faults = false;     // may strike
    bool violating = false;  // states may be passed, to be mended later
  };

  // Breadth first in the system's order.
  std::optional<std::vector<Action>> way_out(Vertex start, Allowed allowed) const {
    constexpr std::size_t kUnseen = ~std::size_t{0};
    std::vector<std::size_t> by(space_.state_count(), kUnseen);  // the edge that found a state
    std::vector<Vertex> before(space_.state_count(), start);
    std::queue<Vertex> queue;
    queue.push(start);
    while (!queue.empty()) {
      const Vertex state = queue.front();
      queue.pop();
      if (is_well(state)) {
        std::vector<Action> actions;
        for (Vertex at = state; at != start; at = before[at]) actions.push_back(space_.actions[by[at]]);
        std::reverse(actions.begin(), actions.end());
        return actions;
      }
      for (std::size_t edge = space_.first_edge(state); edge < space_.first_edge(state + 1); ++edge) {
        const Vertex next = space_.graph.target[edge];
        if (!is_good(state, edge) || next == start || by[next] != kUnseen) continue;
        if (!allowed.faults && space_.actions[edge].kind == ActionKind::kFault) continue;
        if (!allowed.violating && space_.graph.violated_by_state[next] != 0) continue;
        by[next] = edge;
        before[next] = state;
        queue.push(next);
      }
    }
    return std::nullopt;
  }

  // The states of `passed`, from its second to its last but one, that every path to a violation passes: the last one's
  // index. `too_many` is set where the graph is too large to tell.
  std::optional<std::size_t> always_passed(const std::vector<Vertex>& passed, bool& too_many) const;

 private:
  template <class Visit>
  void for_each_edge(Visit&& visit) const {
    for (Vertex from = 0; from < space_.state_count(); ++from)
      for (std::size_t edge = space_.first_edge(from); edge < space_.first_edge(from + 1); ++edge) visit(from, edge);
  }

  bool is_coherent(Vertex state) const { return machine_.is_coherent(space_.state(state)); }

  // Another one: a retry belongs to what it repeats.
  bool invokes_write(Vertex from, std::size_t edge) const {
    const Action& action = space_.actions[edge];
    if (action.kind != ActionKind::kInvoke) return false;
    const std::size_t next = machine_.invoked(space_.state(from), action.session);
    const ScriptedOperation& operation = machine_.scenario().sessions[action.session].operations[next];
    return operation.kind == OperationKind::kWrite && operation.again == 0;
  }

  bool need_not_happen(std::size_t edge) const {
    const ActionKind kind = space_.actions[edge].kind;
    return kind == ActionKind::kFault || kind == ActionKind::kExpire;
  }

  // Whether a run that goes well may take the edge.
  bool is_good(Vertex from, std::size_t edge) const {
    return space_.graph.violated_by_step[edge] == 0 && !invokes_write(from, edge);
  }

  // Backwards from the ends of runs that go well.
  void find_doomed() {
    const Vertex states = space_.state_count();
    std::vector<bool> goes_on(states);
    Arrows backwards;
    for_each_edge([&](Vertex from, std::size_t edge) {
      if (!invokes_write(from, edge) && !need_not_happen(edge)) goes_on[from] = true;
      if (is_good(from, edge)) backwards.emplace_back(space_.graph.target[edge], from);
    });
    for (Vertex state = 0; state < states; ++state)
      if (!goes_on[state] && space_.graph.violated_by_state[state] == 0) backwards.emplace_back(states, state);
    saved_ = reachable(backwards, states + 1, states);
  }

  const Machine& machine_;
  const StateSpace& space_;
  std::vector<bool> saved_;  // by state: not doomed
};

std::optional<std::size_t> Chart::always_passed(const std::vector<Vertex>& passed, bool& too_many) const {
  // A sink behind every violation, and what leads there.
  const Vertex sink = space_.state_count();
  Arrows forwards;
  Arrows backwards;
  const auto connect = [&](Vertex from, Vertex to) {
    forwards.emplace_back(from, to);
    backwards.emplace_back(to, from);
  };
  for_each_edge([&](Vertex from, std::size_t edge) {
    connect(from, space_.graph.violated_by_step[edge] != 0 ? sink : space_.graph.target[edge]);
  });
  for (Vertex state = 0; state < sink; ++state)
    if (space_.graph.violated_by_state[state] != 0) connect(state, sink);
  const std::vector<bool> leads_there = reachable(backwards, sink + 1, sink);

  std::vector<Vertex> number(sink + 1);
  std::vector<Vertex> kept;
  for (Vertex state = 0; state <= sink; ++state) {
    if (!leads_there[state]) continue;
    number[state] = static_cast<Vertex>(kept.size());
    kept.push_back(state);
  }
  too_many = kept.size() > kDominatorStatesMax;
  if (too_many) return std::nullopt;
  std::erase_if(forwards, [&](const auto& arrow) { return !leads_there[arrow.first] || !leads_there[arrow.second]; });
  for (auto& [from, to] : forwards) {
    from = number[from];
    to = number[to];
  }

  const TwoWayGraph graph(forwards.begin(), forwards.end(), kept.size());
  const TwoWayGraph::vertex_descriptor entry = number[0];
  std::vector<TwoWayGraph::vertex_descriptor> dominator(kept.size(), entry);
  boost::lengauer_tarjan_dominator_tree(
      graph, entry, boost::make_iterator_property_map(dominator.begin(), boost::get(boost::vertex_index, graph)));
  for (auto v = dominator[number[sink]]; v != entry; v = dominator[v]) {
    const auto found = std::find(passed.begin(), passed.end() - 1, kept[v]);
    if (found != passed.end() - 1) return static_cast<std::size_t>(found - passed.begin());
  }
  return std::nullopt;
}

// Sets what of the course's escape, which begins in state `from`, makes the difference to `dooming`.
void find_decisive(const Chart& chart, const StateSpace& space, Vertex from, const traces::Step& dooming,
                   Course& course) {
  for (std::size_t i = 0; i < course.escape->size(); ++i) {
    from = space.graph.target[chart.edge_of(from, (*course.escape)[i])];
    const std::optional<std::size_t> edge = chart.edge_named(from, dooming);
    if (edge && !chart.may_take(*edge)) continue;
    course.decisive = i;
    course.prevents = !edge.has_value();
    return;
  }
}

}  // namespace

std::optional<Course> find_course(const Subject& subject, std::uint64_t states_max) {
  const std::optional<StateSpace> space = build_state_space(subject.machine, states_max);
  if (!space) return std::nullopt;
  const Chart chart(subject.machine, *space);
  const std::vector<Vertex> passed = chart.states_of(subject.path);

  Course course;
  const std::size_t unbroken = chart.unbroken_steps(subject.path);
  std::size_t doomed = passed.size();  // from here on
  while (doomed > 0 && (doomed - 1 > unbroken || chart.doomed(passed[doomed - 1]))) --doomed;
  course.doomed_from_start = doomed == 0;
  if (doomed > 0 && doomed < passed.size()) {
    course.no_return = doomed - 1;
    for (const bool violating : {false, true})
      for (const bool faults : {false, true})
        if (!course.escape) course.escape = chart.way_out(passed[doomed - 1], {faults, violating});
    if (course.escape) find_decisive(chart, *space, passed[doomed - 1], subject.trace.steps[doomed - 1], course);
  }
  course.writes_heal = chart.healed_by_writes(passed.back());
  bool too_many = false;
  course.always_passed = chart.always_passed(passed, too_many);
  if (too_many)
    course.limits.push_back(
        fmt::format("what every run that goes wrong passes (more than {} states lead there)", kDominatorStatesMax));
  return course;
}

}  // namespace stalemate::model::explaining
