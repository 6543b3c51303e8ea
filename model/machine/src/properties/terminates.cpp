// terminates: every operation that was invoked ends. A claim about whole runs: ask/convergence.hpp decides it. Today
// nothing that is read waits without end (who waits for a lock or tries again in a loop is refused), so what it guards
// is that whoever awaits an answer gets one, or learns that none comes.
#include "machine/machine.hpp"
#include "machine/property.hpp"

namespace stalemate::model {
namespace {

class SomethingInvoked final : public Monitor {
 public:
  Observation on(const Event& event, StateRef) const override {
    return {.violated = false, .relevant = event.kind == EventKind::kInvoked};
  }
  Observation at_rest(StateView) const override { return {}; }
};

// Of an app instance that crashed nothing is under way.
bool all_have_ended(const Machine& machine, StateView words) {
  for (std::size_t session = 0; session < machine.scenario().sessions.size(); ++session)
    if (machine.program_counter(words, session) != kIdle) return false;
  return true;
}

}  // namespace

PropertyKind terminates() {
  return {
      .name = "terminates",
      .claim = "without further operations and faults, every fair run ends each operation that was invoked",
      .antecedent = "an operation that was invoked",
      .applies = [](const Program&) { return true; },
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting&) -> std::unique_ptr<Monitor> { return std::make_unique<SomethingInvoked>(); },
      .by_default = false,
      .is_good = all_have_ended,
      .goal = "the end of every operation",
  };
}

}  // namespace stalemate::model
