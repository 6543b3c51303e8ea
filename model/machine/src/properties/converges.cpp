// converges: once no operation is invoked and no fault happens any more, every fair run reaches coherence and stays. A
// claim about whole runs: ask/convergence.hpp decides it. What can be seen state by state is its antecedent alone, so
// the monitor hears nothing and keeps nothing.
#include "machine/machine.hpp"
#include "machine/property.hpp"

namespace stalemate::model {
namespace {

class SomethingCached final : public Monitor {
 public:
  explicit SomethingCached(const StoreFields& fields) : caches_(fields.caches) {}

  Observation on(const Event&, StateRef) const override { return {}; }

  Observation at_rest(StateView words) const override {
    Observation observed;
    for (const std::vector<StoreFields::Entry>& cache : caches_)
      for (const StoreFields::Entry& entry : cache) observed.relevant |= get(words, entry.value) != 0;
    return observed;
  }

 private:
  std::vector<std::vector<StoreFields::Entry>> caches_;
};

}  // namespace

PropertyKind converges() {
  return {
      .name = kConverges,
      .claim = "without further operations and faults, every fair run reaches coherence and stays",
      .antecedent = "a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache; },
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<SomethingCached>(setting.fields);
      },
      .by_default = false,
      .is_good = [](const Machine& machine, StateView words) { return machine.is_coherent(words); },
      .goal = "coherence",
  };
}

}  // namespace stalemate::model
