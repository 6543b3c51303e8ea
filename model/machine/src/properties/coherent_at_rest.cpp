// coherent-at-rest: when nothing is in flight and every invoked operation has ended, a cached entry equals the
// database. Keeps nothing in the state.
#include "machine/property.hpp"

namespace stalemate::model {
namespace {

class CoherentAtRest final : public Monitor {
 public:
  CoherentAtRest(const StoreFields& fields, bool has_database) : fields_(fields), has_database_(has_database) {}

  Observation on(const Event&, StateRef) const override { return {}; }

  Observation at_rest(StateView words) const override {
    if (!has_database_) return {};
    const Coherence found = coherence_of(words, fields_);
    return {.violated = !found.coherent, .relevant = found.any_cached};
  }

 private:
  StoreFields fields_;
  bool has_database_;  // false: none is drawn, so nothing says what the cache should equal
};

}  // namespace

PropertyKind coherent_at_rest() {
  return {
      .name = "coherent-at-rest",
      .claim = "at rest, a cached entry equals the database",
      .antecedent = "a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache; },
      .hears_events = false,
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<CoherentAtRest>(setting.fields, setting.program.has_database);
      },
  };
}

}  // namespace stalemate::model
