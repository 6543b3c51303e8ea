// Which strongly connected components a fair run can stay in, and a lasso out of the first that is not all good.
//
// Why maximal components suffice. Let I be the states and edges that a run visits infinitely often. I is strongly
// connected, so it lies in one maximal component C of the graph of the edges that count (a run that ends: C is the one
// state, without any such edge). Weak fairness says of each action: infinitely often disabled or infinitely often
// taken; that is, disabled in some state of I or taken by an edge of I.
//   F: C is called fair if each action is disabled in some state of C or taken by some edge inside C.
//   - A fair run makes its C fair: what is disabled in I or taken in I is so in C.
//   - In a fair C, a run that visits all its states and edges over and over is fair.
// So a violating run exists iff a fair maximal component that can be reached holds a state that is not good. Where C is
// not fair for some action, that action is enabled everywhere in C and always leaves, hence in every part of C, too:
// looking into parts would find nothing. A single state without an edge to itself is fair iff nothing is enabled in it.
//
// The same with the edges between good states alone gives the components in which a fair run can stay good.
#include "sim/convergence.hpp"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/property_map/property_map.hpp>
#include <utility>

#include "base/invariant.hpp"

namespace stalemate::sim {
namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, std::uint32_t, std::uint64_t>;
using Actions = std::vector<FairAction>;  // sorted, each once

constexpr std::uint64_t kNoEdge = std::numeric_limits<std::uint64_t>::max();

// Asks now and then whether to go on.
class Asking {
 public:
  explicit Asking(const std::function<bool()>& go_on) : go_on_(go_on) {}
  void one_more() {
    constexpr std::uint32_t kBetweenAsks = 4096;
    if (++count_ % kBetweenAsks == 0 && go_on_ && !go_on_()) throw Interrupted{};
  }

 private:
  const std::function<bool()>& go_on_;
  std::uint32_t count_ = 0;
};

// Boost's map from states to their components, asked for each state that its search comes to.
struct ComponentMap {
  using key_type = std::uint32_t;
  using value_type = std::uint32_t;
  using reference = std::uint32_t;
  using category = boost::read_write_property_map_tag;
  std::vector<std::uint32_t>* of;
  Asking* asking;
  friend std::uint32_t get(const ComponentMap& map, std::uint32_t state) { return (*map.of)[state]; }
  friend void put(const ComponentMap& map, std::uint32_t state, std::uint32_t component) {
    (*map.of)[state] = component;
    map.asking->one_more();
  }
};

class Convergence {
 public:
  Convergence(const StateGraph& graph, const ConvergenceQuestion& question, const std::function<bool()>& go_on)
      : graph_(graph), question_(question), asking_(go_on) {
    STALEMATE_INVARIANT(question.action.size() == graph.target.size(), "every edge says which action it is");
    STALEMATE_INVARIANT(question.good.size() == graph.state_count(), "every state is good or not");
  }

  std::optional<Lasso> find() const {
    const Components all = components([](std::uint32_t) { return true; });
    const std::vector<bool> fair = fair_components(all);
    // Breadth-first numbers: the smallest is among the nearest, and its path the smallest of theirs.
    for (std::uint32_t state = 0; state < graph_.state_count(); ++state) {
      if (question_.good[state] || !fair[all.of[state]]) continue;
      return Lasso{stem(state), loop(all, state), !may_stay_good(state)};
    }
    return std::nullopt;
  }

 private:
  struct Components {
    std::vector<std::uint32_t> of;  // by state
    std::uint32_t count = 0;
  };

  bool counts(std::uint64_t edge) const { return question_.action[edge] != kFromOutside; }

  // Of the edges that count and join two states that are `allowed`.
  template <class Allowed>
  Components components(const Allowed& allowed) const {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
    edges.reserve(graph_.target.size());
    for (std::uint32_t from = 0; from < graph_.state_count(); ++from) {
      asking_.one_more();
      for (std::uint64_t edge = graph_.first_edge[from]; edge < graph_.first_edge[from + 1]; ++edge) {
        const std::uint32_t to = graph_.target[edge];
        if (counts(edge) && allowed(from) && allowed(to)) edges.emplace_back(from, to);
      }
    }
    const Graph boost_graph(boost::edges_are_sorted, edges.begin(), edges.end(), graph_.state_count());
    Components found;
    found.of.resize(graph_.state_count());
    found.count = boost::strong_components(boost_graph, ComponentMap{&found.of, &asking_});
    return found;
  }

  // The actions enabled in a state.
  Actions enabled(std::uint32_t state) const {
    Actions actions;
    for (std::uint64_t edge = graph_.first_edge[state]; edge < graph_.first_edge[state + 1]; ++edge) {
      if (counts(edge)) actions.push_back(question_.action[edge]);
    }
    std::sort(actions.begin(), actions.end());
    actions.erase(std::unique(actions.begin(), actions.end()), actions.end());
    return actions;
  }

  static void keep_only(Actions& actions, const Actions& kept) {
    std::erase_if(actions, [&](FairAction a) { return !std::binary_search(kept.begin(), kept.end(), a); });
  }

  // F, by component.
  std::vector<bool> fair_components(const Components& components) const {
    std::vector<bool> seen(components.count);
    std::vector<Actions> unserved(components.count);  // enabled in every state so far and taken by no edge so far
    std::vector<Actions> taken(components.count);
    for (std::uint32_t state = 0; state < graph_.state_count(); ++state) {
      asking_.one_more();
      const std::uint32_t c = components.of[state];
      for (std::uint64_t edge = graph_.first_edge[state]; edge < graph_.first_edge[state + 1]; ++edge) {
        if (!counts(edge) || components.of[graph_.target[edge]] != c) continue;
        const auto at = std::lower_bound(taken[c].begin(), taken[c].end(), question_.action[edge]);
        if (at == taken[c].end() || *at != question_.action[edge]) taken[c].insert(at, question_.action[edge]);
      }
      if (!seen[c]) {
        unserved[c] = enabled(state);
        seen[c] = true;
      } else if (!unserved[c].empty()) {
        keep_only(unserved[c], enabled(state));
      }
    }
    std::vector<bool> fair(components.count);
    for (std::uint32_t c = 0; c < components.count; ++c) {
      fair[c] = std::includes(taken[c].begin(), taken[c].end(), unserved[c].begin(), unserved[c].end());
    }
    return fair;
  }

  // Whether some fair run from `state` comes to states that are all good and stays there.
  bool may_stay_good(std::uint32_t state) const {
    const auto good = [this](std::uint32_t s) { return question_.good[s]; };
    Components stays = components(good);
    // An edge from a good state to itself or another one of its component joins good states: components hold no others
    // but single states that are not good.
    const std::vector<bool> fair = fair_components(stays);
    std::vector<bool> seen(graph_.state_count());
    std::vector<std::uint32_t> open = {state};
    seen[state] = true;
    while (!open.empty()) {
      asking_.one_more();
      const std::uint32_t at = open.back();
      open.pop_back();
      if (good(at) && fair[stays.of[at]]) return true;
      for (std::uint64_t edge = graph_.first_edge[at]; edge < graph_.first_edge[at + 1]; ++edge) {
        const std::uint32_t to = graph_.target[edge];
        if (!counts(edge) || seen[to]) continue;
        seen[to] = true;
        open.push_back(to);
      }
    }
    return false;
  }

  // The edges by which a breadth-first search first came to each state.
  std::vector<std::uint64_t> stem(std::uint32_t state) const {
    std::vector<std::uint64_t> first(graph_.state_count(), kNoEdge);
    std::vector<std::uint32_t> source(graph_.state_count());
    std::uint32_t known = 1;  // states are numbered as they are discovered
    for (std::uint32_t from = 0; from < graph_.state_count() && known <= state; ++from) {
      for (std::uint64_t edge = graph_.first_edge[from]; edge < graph_.first_edge[from + 1]; ++edge) {
        if (graph_.target[edge] != known) continue;
        first[known] = edge;
        source[known] = from;
        ++known;
        if (known == graph_.state_count()) break;
      }
    }
    std::vector<std::uint64_t> edges;
    for (std::uint32_t at = state; at != 0; at = source[at]) edges.push_back(first[at]);
    std::reverse(edges.begin(), edges.end());
    return edges;
  }

  // The shortest path from `from` inside its component whose last edge satisfies `wanted`; the first in the order of
  // edges. At least one edge. REQUIRES: there is one.
  template <class Wanted>
  std::vector<std::uint64_t> path_inside(const Components& all, std::uint32_t from, const Wanted& wanted) const {
    std::vector<std::pair<std::uint32_t, std::uint64_t>> reached = {{from, kNoEdge}};  // a state, the edge to it
    std::vector<std::size_t> parent = {0};
    std::vector<bool> seen(graph_.state_count());
    seen[from] = true;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      asking_.one_more();
      const std::uint32_t at = reached[i].first;
      for (std::uint64_t edge = graph_.first_edge[at]; edge < graph_.first_edge[at + 1]; ++edge) {
        const std::uint32_t to = graph_.target[edge];
        if (!counts(edge) || all.of[to] != all.of[from]) continue;
        if (wanted(edge)) {
          std::vector<std::uint64_t> path = {edge};
          for (std::size_t back = i; back != 0; back = parent[back]) path.push_back(reached[back].second);
          std::reverse(path.begin(), path.end());
          return path;
        }
        if (seen[to]) continue;
        seen[to] = true;
        reached.emplace_back(to, edge);
        parent.push_back(i);
      }
    }
    STALEMATE_INVARIANT(false, "a fair component serves every action");
    return {};
  }

  // A closed walk from `start` that is fair when it is repeated: always on to the nearest edge that serves an action
  // which is still owed (taken by no edge of the walk and enabled in all its states), then home.
  std::vector<std::uint64_t> loop(const Components& all, std::uint32_t start) const {
    std::vector<std::uint64_t> walk;
    Actions owed = enabled(start);
    if (owed.empty()) return walk;
    const auto serves = [&](std::uint64_t edge) {
      if (std::binary_search(owed.begin(), owed.end(), question_.action[edge])) return true;
      const Actions next = enabled(graph_.target[edge]);
      return !std::includes(next.begin(), next.end(), owed.begin(), owed.end());
    };
    const auto go = [&](const std::vector<std::uint64_t>& path) {
      for (const std::uint64_t edge : path) {
        walk.push_back(edge);
        std::erase(owed, question_.action[edge]);
        keep_only(owed, enabled(graph_.target[edge]));
      }
    };
    const auto at = [&] { return walk.empty() ? start : graph_.target[walk.back()]; };
    while (!owed.empty()) go(path_inside(all, at(), serves));
    if (at() != start) go(path_inside(all, at(), [&](std::uint64_t edge) { return graph_.target[edge] == start; }));
    return walk;
  }

  const StateGraph& graph_;
  const ConvergenceQuestion& question_;
  mutable Asking asking_;
};

}  // namespace

std::optional<Lasso> find_lasso(const StateGraph& graph, const ConvergenceQuestion& question,
                                const std::function<bool()>& go_on) {
  return Convergence(graph, question, go_on).find();
}

std::uint64_t find_lasso_memory_bytes(const StateGraph& graph) {
  // Edges: as pairs and in Boost's graph. States: the maps of its depth-first search and a stack as deep as there are
  // states; or, after that, the lists of actions of components of one state each.
  constexpr std::uint64_t kEdgeBytes = 12;
  constexpr std::uint64_t kStateBytes = 128;
  return graph.target.size() * kEdgeBytes + graph.state_count() * kStateBytes;
}

}  // namespace stalemate::sim
