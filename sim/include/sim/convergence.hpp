// Convergence: does every fair run, once nothing more comes in from outside, reach the good states and stay there? By
// strongly connected components of the state graph (Boost.Graph), so neither a loop back to a known state nor two paths
// that join hide a violation, as a bit carried along the paths of a search would let them.
//
// The runs: any path from the initial state, then only steps that are actions of their own accord (a message handled, a
// reply received; not a fault, not an invoke), fairly: an action that stays enabled for ever is taken at last (weak
// fairness). A run violates iff it is in a state that is not good infinitely often, or ends in one.
//
// Determinism: a function of graph and question alone.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "sim/state_graph.hpp"

namespace stalemate::sim {

// What fairness speaks of, by an identity that is the same in every state: "this message is handled". It is enabled in
// a state that has an edge of it; several edges of one state may be the same action, going different ways.
using FairAction = std::uint32_t;
inline constexpr FairAction kFromOutside = std::numeric_limits<FairAction>::max();

struct ConvergenceQuestion {
  std::vector<FairAction> action;  // by edge; kFromOutside: stems may take it, loops may not
  std::vector<bool> good;          // by state
};

// A violation: a path to a state that is not good, and a fair way to come back to it for ever.
struct Lasso {
  std::vector<std::uint64_t> stem;  // edges, from the initial state
  std::vector<std::uint64_t> loop;  // edges, from the stem's last state back to it; none: nothing is enabled there
  bool permanent = false;           // from the stem's last state no fair run reaches the good states and stays
};

// What find_lasso() throws where it is told to stop.
struct Interrupted {};

// The lasso with the shortest stem; of several the one whose last state has the smallest number, which is the smallest
// stem in the order of actions. None: every fair run converges.
// `go_on`, where there is one, is asked every few thousand states or edges; false: throws Interrupted.
// REQUIRES: an action for each edge and a judgement of each state.
std::optional<Lasso> find_lasso(const StateGraph& graph, const ConvergenceQuestion& question,
                                const std::function<bool()>& go_on = nullptr);

// An upper estimate of what find_lasso() takes besides its arguments.
std::uint64_t find_lasso_memory_bytes(const StateGraph& graph);

}  // namespace stalemate::sim
