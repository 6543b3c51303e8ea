// What goes wrong in a scenario, each cause once: `check --all`.
//
// Determinism: a function of the machine.
#pragma once

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "machine/machine.hpp"
#include "sim/search.hpp"

namespace stalemate::model {

struct Causes {
  std::vector<Cause> causes;  // by the length of their traces
  bool complete = false;
  std::string limit;  // why it is not, where that is neither a limit of the search nor an interruption
};

// REQUIRES: none of the properties is about whole runs.
Causes find_causes(const Machine& machine, const Protocol& protocol, const traces::Scenario& scenario,
                   const sim::SearchOptions& options);

}  // namespace stalemate::model
