// See freshness.hpp.
//
// Which values are old is told by what happens to a key, and by nothing else. A commit counts for its Write if the
// session awaits the answer to that very request, or if the request is asynchronous (a copy of it, too); what comes
// late or twice of an awaited one does not count.
//   O1. A Write is invoked: what it is to supersede are the values committed so far, the initial one included, and
//       those of the Writes acknowledged so far; not its own, which it may have written before, where it is a retry.
//   O2. A value is committed: it is the newest, so it is old no longer, it leaves what any Write under way is to
//       supersede, and Reads under way may return it. If the commit counts for its Write, that one also supersedes all
//       other values committed so far, and if it was acknowledged before, these are old from now on.
//   O3. A Write is acknowledged (understand/protocol.hpp, R3): what it supersedes is old: for everybody, or for its own
//       session.
//   O4. A Read must not return what was old for it when it was invoked.
//
// The monitor keeps sets of values, one bit each, never clocks:
//   committed[k]  values the database has had, the initial one included
//   before[s]     while session s runs a Write: the values it supersedes (O1, O2)
//   standing[s]   whether it has written, and knows of it
//   old[k]        what a read invoked now must not return (of everybody's Writes; else old[s][k])
//   told[k]       acknowledged Writes, by their numbers, which are their values where these are their own
//   key[s]        the key of the operation under way
//   floor[s]      while session s runs a Read: what is old for it at its invocation (shares its room with before[s])
// Where no Write can be acknowledged but by the answer to a commit (Program::may_tell_early), O1 never matters: told[k]
// has no room. F1: all of it is zero once no Read is left to be invoked or run again (but for reads under way): it can
// no longer matter.
#include "freshness.hpp"

#include <utility>

#include "acknowledging.hpp"
#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

class Freshness final : public Monitor {
 public:
  Freshness(const MonitorSetting& setting, WhoseWrites whose)
      : operation_(setting.fields.operation),
        tells_early_(setting.program.may_tell_early),
        own_values_(!setting.scenario.amounts.any()),
        retries_(setting.scenario.words.retries != 0),
        acknowledging_(setting.program) {
    const unsigned bits = setting.scenario.values;
    const auto keys = static_cast<std::size_t>(setting.scenario.keys);
    const bool own = whose == WhoseWrites::kOwn;
    std::vector<Field> old;
    for (std::size_t key = 0; key < keys; ++key) {
      committed_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      if (!own) old.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      if (tells_early_)
        told_.push_back(own_values_ ? setting.layout.add_bits(bits, Meaning::kSet)
                                    : setting.layout.add_bits(setting.scenario.amounts.writes() + 1));
    }
    for (const Session& session : setting.scenario.sessions) {
      setting.layout.begin_session(sets_.size(), bits + acknowledging_.width() + LayoutBuilder::width_of(keys) +
                                                     (own ? bits * static_cast<unsigned>(keys) : 0));
      sets_.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      acknowledging_.lay_out_session(setting.layout);
      key_.push_back(setting.layout.add(keys));
      if (own) {
        old.clear();
        for (std::size_t key = 0; key < keys; ++key) old.push_back(setting.layout.add_bits(bits, Meaning::kSet));
      }
      if (own || old_.empty()) old_.push_back(old);
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
          set(words, sets_[s], get(words, old(s)[event.key]));
        else if (tells_early_)
          set(words, sets_[s], to_supersede(event, words));
        if (!reads_to_come(words)) forget(words);
        return {};
      case EventKind::kCommitted:
        commit(event, words);
        return {};
      case EventKind::kWriteAsked:
      case EventKind::kWriteAnswered:
      case EventKind::kWriteInDoubt:
        if (reads_to_come(words)) acknowledging_.hear(event, words);
        return {};
      case EventKind::kTold:
        if (acknowledging_.acknowledges(event, words)) acknowledge(event, words);
        return {};
      case EventKind::kReturned: {
        const std::uint64_t floor = get(words, sets_[s]);
        return {.violated = event.received && (floor >> event.value & 1) != 0,
                .relevant = event.received && floor != 0};
      }
      case EventKind::kEnded:
        set(words, sets_[s], 0);
        acknowledging_.hear(event, words);
        set(words, key_[s], 0);
        if (retries_ && !reads_to_come(words)) forget(words);
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

  // O1.
  std::uint64_t to_supersede(const Event& event, StateView words) const {
    if (!own_values_) return committed(event.key, words);
    return (committed(event.key, words) | get(words, told_[event.key])) & ~(std::uint64_t{1} << event.write);
  }

  // By key: what is old for a session.
  const std::vector<Field>& old(std::size_t session) const { return old_.size() == 1 ? old_.front() : old_[session]; }

  // O3.
  void acknowledge(const Event& event, StateRef words) const {
    if (tells_early_ && !reads_to_come(words)) return;  // else F1 has made the standing nothing
    const Field mine = old(event.session)[event.key];
    set(words, mine, get(words, mine) | get(words, sets_[event.session]));
    if (tells_early_) set(words, told_[event.key], get(words, told_[event.key]) | std::uint64_t{1} << event.write);
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
    const bool acknowledged = counts && tells_early_ && (get(words, told_[event.key]) >> event.write & 1) != 0;
    for (const std::vector<Field>& of_keys : old_)
      set(words, of_keys[event.key], get(words, of_keys[event.key]) & ~bit);
    const Field mine = old(event.session)[event.key];
    if (acknowledged) set(words, mine, get(words, mine) | superseded);
    set(words, committed_[event.key], superseded | bit);
  }

  // F1.
  void forget(StateRef words) const {
    for (std::size_t s = 0; s < sets_.size(); ++s) {
      const std::uint64_t invoked = get(words, operation_[s]);
      if (invoked == 0 || kinds_[s][invoked - 1] == OperationKind::kRead) continue;
      set(words, sets_[s], 0);
      acknowledging_.forget(s, words);
      set(words, key_[s], 0);
    }
    for (const std::vector<Field>& of_keys : old_)
      for (const Field& field : of_keys) set(words, field, 0);
    for (std::size_t key = 0; key < committed_.size(); ++key) {
      set(words, committed_[key], 0);
      if (tells_early_) set(words, told_[key], 0);
    }
  }

  std::vector<Field> operation_;
  std::vector<std::vector<OperationKind>> kinds_;  // by session, by ordinal
  std::vector<std::size_t> reads_until_;           // by session: the ordinal of its last Read, 0 if none
  bool tells_early_;
  bool own_values_;  // each Write writes a value of its own, which its number tells
  bool retries_;     // a Read that may be run again is to come until it ends well
  Acknowledging acknowledging_;
  std::vector<Field> committed_, told_;  // by key
  std::vector<std::vector<Field>> old_;  // of everybody's Writes, or by session; by key
  std::vector<Field> sets_, key_;        // by session
};

}  // namespace

std::unique_ptr<Monitor> watch_freshness(const MonitorSetting& setting, WhoseWrites whose) {
  return std::make_unique<Freshness>(setting, whose);
}

}  // namespace stalemate::model
