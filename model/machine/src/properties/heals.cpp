// heals: when nothing is in flight, an entry that differs from the database has a time to live, so that time alone
// mends it. Keeps nothing in the state.
#include "machine/property.hpp"

namespace stalemate::model {
namespace {

class Heals final : public Monitor {
 public:
  Heals(const StoreFields& fields, bool has_database) : fields_(fields), has_database_(has_database) {}

  Observation on(const Event&, StateRef) const override { return {}; }

  Observation at_rest(StateView words) const override {
    if (!has_database_) return {};
    const Coherence found = coherence_of(words, fields_);
    return {.violated = !found.heals, .relevant = found.any_cached};
  }

 private:
  StoreFields fields_;
  bool has_database_;
};

}  // namespace

PropertyKind heals() {
  return {
      .name = "heals",
      .claim = "at rest, a cached entry that differs from the database has a time to live",
      .antecedent = "a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache; },
      .hears_events = false,
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<Heals>(setting.fields, setting.program.has_database);
      },
      .by_default = false,
  };
}

}  // namespace stalemate::model
