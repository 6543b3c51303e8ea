// committed-reads: at rest, no read has returned, and no cache holds, a value that the database never committed. Judged
// at rest: a value that is committed later is no violation. The monitor keeps, for each key, the values committed, and
// those that reads returned before they were.
#include "applying.hpp"

namespace stalemate::model {
namespace {

class CommittedReads final : public Monitor {
 public:
  explicit CommittedReads(const MonitorSetting& setting)
      : caches_(setting.fields.caches), has_database_(setting.program.has_database) {
    for (int key = 0; key < setting.scenario.keys; ++key) {
      committed_.push_back(setting.layout.add_bits(setting.scenario.values, Meaning::kSet));
      returned_.push_back(setting.layout.add_bits(setting.scenario.values, Meaning::kSet));
    }
  }

  Observation on(const Event& event, StateRef words) const override {
    const std::uint64_t bit = std::uint64_t{1} << event.value;
    const Field returned = returned_[event.key];
    if (event.kind == EventKind::kCommitted) {
      set(words, committed_[event.key], get(words, committed_[event.key]) | bit);
      set(words, returned, get(words, returned) & ~bit);
    } else if (event.kind == EventKind::kReturned && event.received && has_database_) {
      if (!is_committed(event.value, event.key, words)) set(words, returned, get(words, returned) | bit);
      return {.relevant = true};
    }
    return {};
  }

  Observation at_rest(StateView words) const override {
    Observation observed;
    if (!has_database_) return observed;
    for (const Field& returned : returned_) observed.violated |= get(words, returned) != 0;
    for (const std::vector<StoreFields::Entry>& cache : caches_) {
      for (const StoreFields::Entry& entry : cache) {
        const std::uint64_t held = get(words, entry.value);
        if (held == 0) continue;
        observed.relevant = true;
        observed.violated |= !is_committed(static_cast<unsigned>(held - 1), entry.row, words);
      }
    }
    return observed;
  }

 private:
  // The initial value counts as committed from the start.
  bool is_committed(unsigned value, std::size_t key, StateView words) const {
    return value == 0 || (get(words, committed_[key]) >> value & 1) != 0;
  }

  std::vector<std::vector<StoreFields::Entry>> caches_;
  bool has_database_;
  std::vector<Field> committed_, returned_;  // by key
};

}  // namespace

PropertyKind committed_reads() {
  return {
      .name = "committed-reads",
      .claim = "nobody reads, and at rest no cache holds, a value that the database never commits",
      .antecedent = "a read that returned a value, or a cached entry at rest",
      .applies = [](const Program& program) { return program.has_cache && program.has_database; },
      .says_something = [](const Scenario&) { return true; },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<CommittedReads>(setting);
      },
  };
}

}  // namespace stalemate::model
