// coherent-at-rest: when nothing is in flight and every invoked operation has ended, a cached entry equals the
// database. Keeps nothing in the state.
#include "properties/properties.hpp"

namespace stalemate::model {
namespace {

class CoherentAtRest final : public Monitor {
 public:
  explicit CoherentAtRest(const StoreFields& fields) : fields_(fields) {}

  Finding on(const Event&, StateRef) const override { return {}; }

  Finding at_rest(StateView words) const override {
    Finding finding;
    for (std::size_t key = 0; key < fields_.cache.size(); ++key) {
      const std::uint64_t entry = get(words, fields_.cache[key]);
      if (entry == 0) continue;
      finding.relevant = true;
      if (entry != get(words, fields_.database[key]) + 1) finding.violated = true;
    }
    return finding;
  }

 private:
  StoreFields fields_;
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
        return std::make_unique<CoherentAtRest>(setting.fields);
      },
  };
}

}  // namespace stalemate::model
