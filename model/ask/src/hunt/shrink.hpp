// Shrinking: a case made smaller until nothing can be left out. RapidCheck's Shrinkable is walked over re-executed
// cases; then exhaustive searches, within a limit, look for what no reordering of this very run could show: a shorter
// trace in the same scenario, and any trace in a smaller one.
//
// Determinism: a function of the case and the limit; an interruption leaves the smallest case so far.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "hunt/case.hpp"

namespace stalemate::model::hunting {

struct ShrinkOptions {
  // What is left has the faults that are needed for this very run; else, any violation in a smaller scenario is taken,
  // one without faults before one with.
  bool keep_faults = false;
  std::uint64_t states_max = 0;  // of all searches together
  std::function<bool()> go_on;   // asked now and then; false interrupts
};

struct Shrunk {
  Case smallest;
  std::size_t smaller_cases = 0;  // times that something was left out
  bool exhausted = false;         // this and what follows: see HuntFound
  bool shortest = false;
  bool smallest_scenario = false;
  bool cut_short = false;
};

// REQUIRES: the case's machine has one property.
Shrunk shrink(const std::shared_ptr<const Program>& program, Case found, const ShrinkOptions& options);

}  // namespace stalemate::model::hunting
