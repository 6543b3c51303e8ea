// coherent-at-rest: when nothing is in flight and every invoked operation has ended, a cached entry equals the
// database. Keeps nothing in the state.
#include "caches_at_rest.hpp"

namespace stalemate::model {

PropertyKind coherent_at_rest() {
  return {
      .name = "coherent-at-rest",
      .claim = "at rest, a cached entry equals the database",
      .antecedent = "a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache; },
      .hears_events = false,
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_caches_at_rest(setting, &Coherence::coherent);
      },
  };
}

}  // namespace stalemate::model
