// no-lost-update: where Writes change what is there, at rest each row has the change of every acknowledged Write
// exactly once, and that of any other at most once. And of acknowledged-survives the part about such Writes: at least
// once. The monitor keeps, for each key, which Writes were acknowledged.
#include "acknowledged_changes.hpp"
#include "acknowledging.hpp"

namespace stalemate::model {
namespace {

class AcknowledgedChanges final : public Monitor {
 public:
  AcknowledgedChanges(const MonitorSetting& setting, HowOften how_often)
      : how_often_(how_often),
        amounts_(setting.scenario.amounts),
        acknowledging_(setting.program),
        rows_(setting.fields.database) {
    if (!setting.program.has_database) rows_.clear();  // nothing says what was lost
    for (std::size_t key = 0; key < rows_.size(); ++key)
      acknowledged_.push_back(setting.layout.add_bits(amounts_.any() ? amounts_.writes() : 0));
    for (std::size_t s = 0; s < setting.scenario.sessions.size(); ++s) {
      setting.layout.begin_session(s, acknowledging_.width());
      acknowledging_.lay_out_session(setting.layout);
    }
    setting.layout.end_session();
  }

  Observation on(const Event& event, StateRef words) const override {
    if (!amounts_.any()) return {};
    if (event.kind != EventKind::kTold) {
      if (event.kind != EventKind::kCommitted && event.kind != EventKind::kReturned) acknowledging_.hear(event, words);
      return {};
    }
    if (!acknowledging_.acknowledges(event, words)) return {};
    if (event.key < acknowledged_.size()) {
      const Field field = acknowledged_[event.key];
      set(words, field, get(words, field) | std::uint64_t{1} << (event.write - 1));
    }
    return {.relevant = true};
  }

  Observation at_rest(StateView words) const override {
    Observation observed;
    for (std::size_t key = 0; key < acknowledged_.size() && amounts_.any(); ++key) {
      const auto value = static_cast<unsigned>(get(words, rows_[key]));
      const std::uint64_t acknowledged = get(words, acknowledged_[key]);
      for (unsigned write = 1; write <= amounts_.writes(); ++write) {
        const unsigned times = amounts_.times(value, write);
        const bool owed = (acknowledged >> (write - 1) & 1) != 0;
        observed.violated |= (owed && times == 0) || (how_often_ == HowOften::kOnce && times > 1);
      }
    }
    return observed;
  }

 private:
  HowOften how_often_;
  Amounts amounts_;
  Acknowledging acknowledging_;
  std::vector<Field> rows_;          // by key
  std::vector<Field> acknowledged_;  // by key: bit w - 1 for Write number w
};

}  // namespace

std::unique_ptr<Monitor> watch_acknowledged_changes(const MonitorSetting& setting, HowOften how_often) {
  return std::make_unique<AcknowledgedChanges>(setting, how_often);
}

PropertyKind no_lost_update() {
  return {
      .name = "no-lost-update",
      .claim = "at rest, each row has the change of every acknowledged write exactly once, of any other at most once",
      .antecedent = "an acknowledged write that changes what is there",
      .applies = [](const Program& program) { return program.has_database && program.changes_values; },
      .says_something = [](const Scenario& scenario) { return scenario.amounts.any(); },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_acknowledged_changes(setting, HowOften::kOnce);
      },
  };
}

}  // namespace stalemate::model
