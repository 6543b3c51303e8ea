// heals: when nothing is in flight, an entry that differs from the database has a time to live, so that time alone
// mends it. Keeps nothing in the state.
#include "caches_at_rest.hpp"

namespace stalemate::model {

PropertyKind heals() {
  return {
      .name = "heals",
      .claim = "at rest, a cached entry that differs from the database has a time to live",
      .antecedent = "a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache && program.has_database; },
      .hears_events = false,
      .says_something = [](const Scenario&) { return true; },
      .not_said = whether_locks_run_out,
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_caches_at_rest(setting, &Coherence::heals);
      },
      .by_default = false,  // what does not heal is not coherent
  };
}

}  // namespace stalemate::model
