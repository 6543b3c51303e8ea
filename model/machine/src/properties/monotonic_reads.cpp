// monotonic-reads: a read returns nothing older than what its session has read of that key before.
//
// Older is by the order of commits: of two values the one whose latest commit came first. A value that was never
// committed is older than nothing. The monitor keeps
//   order[k]    the values committed, the newest first; the initial value, older than all of them, is not listed
//   read[s][k]  the values that reads of session s returned
// Both are zero once they cannot matter: read[s] when the session has no read left to invoke, order[k] when no session
// has any and nothing is kept for one under way.
#include <algorithm>

#include "applying.hpp"

namespace stalemate::model {
namespace {

class MonotonicReads final : public Monitor {
 public:
  explicit MonotonicReads(const MonitorSetting& setting)
      : operation_(setting.fields.operation),
        initial_may_come_back_(setting.program.rows_start_absent && setting.program.removes_rows) {
    const unsigned values = setting.scenario.values;
    for (int key = 0; key < setting.scenario.keys; ++key) {
      order_.emplace_back();
      for (unsigned place = initial_may_come_back_ ? 0 : 1; place < values; ++place)
        order_.back().push_back(setting.layout.add(values + std::uint64_t{1}, Meaning::kCoded));
    }
    for (const Session& session : setting.scenario.sessions) {
      setting.layout.begin_session(read_.size(), values * static_cast<unsigned>(setting.scenario.keys));
      read_.emplace_back();
      for (int key = 0; key < setting.scenario.keys; ++key)
        read_.back().push_back(setting.layout.add_bits(values, Meaning::kSet));
      std::size_t last_read = 0;
      for (std::size_t i = 0; i < session.operations.size(); ++i)
        if (session.operations[i].kind == OperationKind::kRead) last_read = i + 1;
      last_read_.push_back(last_read);
    }
    setting.layout.end_session();
  }

  Observation on(const Event& event, StateRef words) const override {
    switch (event.kind) {
      case EventKind::kCommitted:
        commit(event, words);
        return {};
      case EventKind::kReturned:
        return event.received ? returned(event, words) : Observation{};
      case EventKind::kEnded:
        if (get(words, operation_[event.session]) == last_read_[event.session]) forget(event.session, words);
        return {};
      default:
        return {};
    }
  }

  Observation at_rest(StateView) const override { return {}; }

 private:
  Observation returned(const Event& event, StateRef words) const {
    const Field field = read_[event.session][event.key];
    const std::uint64_t before = get(words, field);
    const Observation observed{.violated = is_older(event.value, before, event.key, words), .relevant = before != 0};
    if (get(words, operation_[event.session]) < last_read_[event.session])
      set(words, field, before | std::uint64_t{1} << event.value);
    return observed;
  }

  // Whether a value was committed, and one of `values` after it.
  bool is_older(unsigned value, std::uint64_t values, std::size_t key, StateView words) const {
    bool any_newer = false;
    for (const Field& place : order_[key]) {
      const std::uint64_t committed = get(words, place);
      if (committed == 0) break;
      if (committed == value + 1ULL) return any_newer;
      any_newer = any_newer || (values >> (committed - 1) & 1) != 0;
    }
    return value == 0 && any_newer;
  }

  void commit(const Event& event, StateRef words) const {
    if ((event.value == 0 && !initial_may_come_back_) || !matters(words)) return;
    std::uint64_t moved = event.value + 1ULL;
    for (const Field& place : order_[event.key]) {
      const std::uint64_t stood = get(words, place);
      set(words, place, moved);
      if (stood == 0 || stood == event.value + 1ULL) return;
      moved = stood;
    }
  }

  bool matters(StateView words) const {
    for (std::size_t s = 0; s < read_.size(); ++s) {
      if (get(words, operation_[s]) < last_read_[s]) return true;
      if (std::any_of(read_[s].begin(), read_[s].end(), [&](Field field) { return get(words, field) != 0; }))
        return true;
    }
    return false;
  }

  void forget(std::size_t session, StateRef words) const {
    for (const Field& field : read_[session]) set(words, field, 0);
    if (matters(words)) return;
    for (const std::vector<Field>& places : order_)
      for (const Field& place : places) set(words, place, 0);
  }

  std::vector<Field> operation_;           // by session
  bool initial_may_come_back_;             // by a commit: no row is there at first, and one is removed
  std::vector<std::size_t> last_read_;     // by session: the ordinal of its last Read, 0 if none
  std::vector<std::vector<Field>> order_;  // by key, the newest first
  std::vector<std::vector<Field>> read_;   // by session, by key
};

}  // namespace

PropertyKind monotonic_reads() {
  return {
      .name = "monotonic-reads",
      .claim = "a read returns nothing older than what its own session has read before",
      .antecedent = "a read in a session that has read before",
      .applies = reads_and_writes,
      .says_something = [](const Scenario& scenario) { return reads_after(scenario, OperationKind::kRead); },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<MonotonicReads>(setting);
      },
      // What was read before may be committed while a reply is on its way: then that is older than it, and was not.
      .fuses = false,
  };
}

}  // namespace stalemate::model
