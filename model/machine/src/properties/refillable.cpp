// refillable: at rest, no entry is marked as stale while somebody has its lease: then nobody can win its refill, and
// the old value is all that anybody gets. Keeps nothing in the state.
#include <algorithm>

#include "caches_at_rest.hpp"

namespace stalemate::model {

PropertyKind refillable() {
  return {
      .name = "refillable",
      .claim = "at rest, no entry is marked as stale that nobody can win the refill of",
      .antecedent = "a cached entry at rest",
      .applies =
          [](const Program& program) {
            return std::any_of(program.instructions.begin(), program.instructions.end(),
                               [](const Instruction& one) { return one.verb == Verb::kMarkStale; });
          },
      .hears_events = false,
      .says_something = [](const Scenario&) { return true; },
      .not_said = whether_locks_run_out,
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_caches_at_rest(setting, &Coherence::refillable);
      },
  };
}

}  // namespace stalemate::model
