// The liveness properties: once no operation is invoked and no fault happens any more, every fair run reaches what is
// good (`converges`: coherence; `terminates`: the end of every operation) and stays. What sim/convergence.hpp asks of
// any graph, asked of a scenario: which steps count, what is fair, which states are good (PropertyKind::is_good).
//
// Coherent, in every state and not only at rest: each cached entry equals the database. What is in flight is no matter.
// The runs: after any path, faults and invokes included, nothing but handling requests and receiving replies.
// Fair: each request in flight that can be handled and each reply in flight is an action of its own; none waits for
// ever. Which way a free choice goes is not promised.
//
// Determinism: a function of protocol and scenario; limits change nothing but whether there is an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "sim/search.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// A violation: a path from the initial state, and how many of its steps lead to the loop that the rest of them make.
// All of them: nothing happens any more in the last state.
struct Divergence {
  std::vector<Action> actions;
  std::size_t loop = 0;
  bool permanent = false;  // from where the loop begins no fair run reaches the goal and stays
};

struct ConvergenceAnswer {
  bool complete = true;  // false: a limit of the options was hit or they interrupted
  std::optional<Divergence> divergence;
};

// The answer by the whole, unreduced state space, with nothing watched. Of several violations the one with the shortest
// way to its loop, then the smallest in the system's order. `options`: threads, memory_bytes_max and keep_going count;
// the memory is that of the states, their graph and what the components take.
// REQUIRES: a liveness property, and one that applies to the protocol. Throws as make_machine().
ConvergenceAnswer find_divergence(const Protocol& protocol, const traces::Scenario& scenario,
                                  const PropertyKind& property, const sim::SearchOptions& options);

// Tells a divergence: its trace with `loop`, whose last step breaks the property. REQUIRES: it is one of the machine's
// scenario.
traces::Trace tell_divergence(const Machine& machine, const Protocol& protocol, const PropertyKind& property,
                              const Divergence& divergence);

// Why a path with this loop does not show that a run need not reach the property's goal; "" where it does. `states` are
// those before the first action and after each.
std::string objection_to_loop(const Machine& machine, const PropertyKind& property, const std::vector<Action>& actions,
                              const std::vector<std::vector<std::uint64_t>>& states, std::size_t loop);

}  // namespace stalemate::model
