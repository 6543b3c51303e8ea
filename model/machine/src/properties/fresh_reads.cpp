// fresh-reads: a read invoked after a write was acknowledged returns that write's value or a newer one.
//
// Which values are old is told by what happens to a key, and by nothing else. A commit counts for its Write if the
// session awaits the answer to that very request, or if the request is asynchronous (a copy of it, too); what comes
// late or twice of an awaited one does not count.
//   O1. A Write is invoked: what it is to supersede are the values committed so far, the initial one included, and
//   those
//       of the Writes acknowledged so far.
//   O2. A value is committed: it is the newest, so it is old no longer, it leaves what any Write under way is to
//       supersede, and Reads under way may return it. If the commit counts for its Write, that one also supersedes all
//       other values committed so far, and if it was acknowledged before, these are old from now on.
//   O3. A Write is acknowledged (understand/protocol.hpp, R3): what it supersedes is old.
//   O4. A Read must not return what was old when it was invoked.
//
// The monitor keeps sets of values, one bit each, never clocks:
//   committed[k]  values the database has had, the initial one included
//   before[s]     while session s runs a Write: the values it supersedes (O1, O2)
//   standing[s]   whether it has written, and knows of it
//   old[k]        what a read invoked now must not return
//   told[k]       the values of acknowledged Writes
//   key[s]        the key of the operation under way
//   floor[s]      while session s runs a Read: old[k] at its invocation (shares its room with before[s])
// Where no Write can be acknowledged but by the answer to a commit (Program::may_tell_early), O1 never matters: told[k]
// has no room, and a standing none for what is in doubt. F1: all of it is zero once no Read is left to be invoked (but
// for reads under way): it can no longer matter.
#include "base/invariant.hpp"
#include "machine/property.hpp"

namespace stalemate::model {
namespace {

// How a Write under way stands: it has written nothing yet; it has, and knows that its database write was done, or
// awaits no answer; it awaits one, or got none.
enum Standing : std::uint8_t { kNothing, kWritten, kInDoubt };

class FreshReads final : public Monitor {
 public:
  explicit FreshReads(const MonitorSetting& setting)
      : operation_(setting.fields.operation), tells_early_(setting.program.may_tell_early) {
    const unsigned bits = setting.scenario.values;
    for (int key = 0; key < setting.scenario.keys; ++key) {
      committed_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      old_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      if (tells_early_) told_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
    }
    const auto keys = static_cast<std::uint64_t>(setting.scenario.keys);
    const unsigned standing_width = tells_early_ ? 2 : 1;
    for (const Session& session : setting.scenario.sessions) {
      setting.layout.begin_session(sets_.size(), bits + standing_width + LayoutBuilder::width_of(keys));
      sets_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      standing_.push_back(setting.layout.add_bits(standing_width));
      key_.push_back(setting.layout.add(keys));
      std::vector<OperationKind> kinds;
      std::size_t reads_until = 0;
      for (const ScriptedOperation& operation : session.operations) {
        kinds.push_back(operation.kind);
        if (operation.kind == OperationKind::kRead) reads_until = kinds.size();
      }
      reads_until_.push_back(reads_until);
      kinds_.push_back(std::move(kinds));
    }
    setting.layout.end_session();
  }

  Observation on(const Event& event, StateRef words) const override {
    const std::size_t s = event.session;
    switch (event.kind) {
      case EventKind::kInvoked:
        set(words, key_[s], event.key);
        if (event.operation == OperationKind::kRead)
          set(words, sets_[s], get(words, old_[event.key]));
        else if (tells_early_)
          set(words, sets_[s], committed(event.key, words) | get(words, told_[event.key]));
        if (!reads_to_come(words)) forget(words);
        return {};
      case EventKind::kCommitted:
        commit(event, words);
        return {};
      case EventKind::kWriteAsked:
        if (event.awaited)
          stand(s, kInDoubt, words);
        else if (get(words, standing_[s]) == kNothing)
          stand(s, kWritten, words);
        return {};
      case EventKind::kWriteAnswered:
        stand(s, kWritten, words);
        return {};
      case EventKind::kWriteInDoubt:
        stand(s, kInDoubt, words);
        return {};
      case EventKind::kTold:
        if (acknowledges(event, words)) acknowledge(event, words);
        return {};
      case EventKind::kReturned: {
        const std::uint64_t floor = get(words, sets_[s]);
        return {.violated = event.received && (floor >> event.value & 1) != 0,
                .relevant = event.received && floor != 0};
      }
      case EventKind::kEnded:
        set(words, sets_[s], 0);
        set(words, standing_[s], kNothing);
        set(words, key_[s], 0);
        return {};
    }
    STALEMATE_INVARIANT(false, "every event is handled");
    return {};
  }

  Observation at_rest(StateView) const override { return {}; }

 private:
  bool reads_to_come(StateView words) const {
    for (std::size_t s = 0; s < operation_.size(); ++s)
      if (get(words, operation_[s]) < reads_until_[s]) return true;
    return false;
  }

  // The initial value counts as committed from the start; its bit is kept implicitly.
  std::uint64_t committed(std::size_t key, StateView words) const { return get(words, committed_[key]) | 1; }

  void stand(std::size_t session, Standing standing, StateRef words) const {
    const bool known = (tells_early_ || standing != kInDoubt) && reads_to_come(words);
    set(words, standing_[session], known ? standing : kNothing);
  }

  // Model/protocol.hpp, R3.
  bool acknowledges(const Event& event, StateView words) const {
    if (event.operation != OperationKind::kWrite) return false;
    const std::uint64_t standing = get(words, standing_[event.session]);
    return standing == kWritten || (tells_early_ && standing == kNothing && event.write_stands_behind);
  }

  // O3.
  void acknowledge(const Event& event, StateRef words) const {
    if (tells_early_ && !reads_to_come(words)) return;  // else F1 has made the standing nothing
    set(words, old_[event.key], get(words, old_[event.key]) | get(words, sets_[event.session]));
    if (tells_early_) set(words, told_[event.key], get(words, told_[event.key]) | std::uint64_t{1} << event.value);
  }

  // O2.
  void commit(const Event& event, StateRef words) const {
    const std::uint64_t bit = std::uint64_t{1} << event.value;
    for (std::size_t s = 0; s < sets_.size(); ++s)
      if (get(words, key_[s]) == event.key) set(words, sets_[s], get(words, sets_[s]) & ~bit);
    if (!reads_to_come(words)) return;
    const std::uint64_t superseded = committed(event.key, words) & ~bit;
    const bool counts = event.operation == OperationKind::kWrite && event.counts;
    if (counts && event.under_way) set(words, sets_[event.session], get(words, sets_[event.session]) | superseded);
    const bool acknowledged = counts && tells_early_ && (get(words, told_[event.key]) & bit) != 0;
    set(words, old_[event.key], (get(words, old_[event.key]) & ~bit) | (acknowledged ? superseded : 0));
    set(words, committed_[event.key], superseded | bit);
  }

  // F1.
  void forget(StateRef words) const {
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      const std::uint64_t invoked = get(words, operation_[s]);
      if (invoked == 0 || kinds_[s][invoked - 1] == OperationKind::kRead) continue;
      set(words, sets_[s], 0);
      set(words, standing_[s], kNothing);
      set(words, key_[s], 0);
    }
    for (std::size_t key = 0; key < old_.size(); ++key) {
      set(words, old_[key], 0);
      set(words, committed_[key], 0);
      if (tells_early_) set(words, told_[key], 0);
    }
  }

  std::vector<Field> operation_;
  std::vector<std::vector<OperationKind>> kinds_;  // by session, by ordinal
  std::vector<std::size_t> reads_until_;           // by session: the ordinal of its last Read, 0 if none
  bool tells_early_;
  std::vector<Field> committed_, old_, told_;  // by key
  std::vector<Field> sets_, standing_, key_;   // by session
};

}  // namespace

PropertyKind fresh_reads() {
  return {
      .name = "fresh-reads",
      .claim = "a read invoked after a write was acknowledged returns that write or a newer one",
      .antecedent = "a read invoked after an acknowledged write",
      .applies =
          [](const Program& program) {
            bool reads = false;
            bool writes = false;
            for (const ProgramOperation& operation : program.operations)
              (operation.kind == OperationKind::kRead ? reads : writes) = true;
            return reads && writes;
          },
      .hears_events = true,
      .says_something =
          [](const Scenario& scenario) {
            // A read among the first operations is invoked before any write where all of them are.
            for (const Session& session : scenario.sessions) {
              for (std::size_t i = scenario.all_invoked ? 1 : 0; i < session.operations.size(); ++i) {
                if (session.operations[i].kind == OperationKind::kRead) return true;
              }
            }
            return false;
          },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return std::make_unique<FreshReads>(setting);
      },
  };
}

}  // namespace stalemate::model
