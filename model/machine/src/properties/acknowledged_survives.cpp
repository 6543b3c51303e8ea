// acknowledged-survives: at rest, the database has had the value of every acknowledged write. The monitor keeps, for
// each key, the values committed, and those acknowledged before they were. (Where Writes change what is there, see
// no_lost_update.cpp.)
#include "acknowledged_changes.hpp"
#include "acknowledging.hpp"
#include "applying.hpp"

namespace stalemate::model {
namespace {

class AcknowledgedSurvives final : public Monitor {
 public:
  explicit AcknowledgedSurvives(const MonitorSetting& setting) : acknowledging_(setting.program) {
    for (int key = 0; key < setting.scenario.keys; ++key) {
      committed_.push_back(setting.layout.add_bits(setting.scenario.values, Meaning::kSet));
      owed_.push_back(setting.layout.add_bits(setting.scenario.values, Meaning::kSet));
    }
    for (std::size_t s = 0; s < setting.scenario.sessions.size(); ++s) {
      setting.layout.begin_session(s, acknowledging_.width());
      acknowledging_.lay_out_session(setting.layout);
    }
    setting.layout.end_session();
  }

  Observation on(const Event& event, StateRef words) const override {
    const std::uint64_t bit = std::uint64_t{1} << event.write;
    const Field committed = committed_[event.key];
    const Field owed = owed_[event.key];
    if (event.kind == EventKind::kCommitted) {
      set(words, committed, get(words, committed) | bit);
      set(words, owed, get(words, owed) & ~bit);
    } else if (event.kind == EventKind::kTold) {
      if (!acknowledging_.acknowledges(event, words)) return {};
      if ((get(words, committed) & bit) == 0) set(words, owed, get(words, owed) | bit);
      return {.relevant = true};
    } else {
      acknowledging_.hear(event, words);
    }
    return {};
  }

  Observation at_rest(StateView words) const override {
    Observation observed;
    for (const Field& owed : owed_) observed.violated |= get(words, owed) != 0;
    return observed;
  }

 private:
  Acknowledging acknowledging_;
  std::vector<Field> committed_, owed_;  // by key
};

}  // namespace

PropertyKind acknowledged_survives() {
  return {
      .name = "acknowledged-survives",
      .claim = "at rest, the database has had every acknowledged write",
      .antecedent = "an acknowledged write",
      .applies =
          [](const Program& program) { return program.has_database && has_operation(program, OperationKind::kWrite); },
      .says_something =
          [](const Scenario& scenario) {
            return std::any_of(scenario.sessions.begin(), scenario.sessions.end(), [](const Session& session) {
              return std::any_of(
                  session.operations.begin(), session.operations.end(),
                  [](const ScriptedOperation& operation) { return operation.kind == OperationKind::kWrite; });
            });
          },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        if (setting.scenario.amounts.any()) return watch_acknowledged_changes(setting, HowOften::kAtLeastOnce);
        return std::make_unique<AcknowledgedSurvives>(setting);
      },
  };
}

}  // namespace stalemate::model
