// The cache: an entry for a key, or none; with a time to live, or for ever.
//
// Where it may fail over, the replica has what the cache had before the last command that changed it; before the first
// one, what it had at the start; after a failover, what it has then. What the cache drops of itself (an eviction, a
// restart, an expiry) the replica keeps. An entry of the replica that is to expire expires by itself: as long as nobody
// asks the replica, that is the same as to expire right after the failover, so it is no step.
#include <algorithm>

#include "base/invariant.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class Cache final : public Server {
 public:
  Cache(ServerId self, const ServerSetting& setting)
      : Server(self), timers_are_held_(setting.scenario.words.no_expiry) {
    const Scenario& scenario = setting.scenario;
    const bool expiring = std::any_of(setting.program.instructions.begin(), setting.program.instructions.end(),
                                      [&](const Instruction& one) { return one.server == self && one.ttl != 0; });
    const bool fails_over = scenario.allows(FaultEffect::kRollBack);
    const std::uint64_t values = scenario.values + std::uint64_t{1};
    for (int key = 0; key < scenario.keys; ++key) {
      entries_.push_back(setting.layout.add(values, Meaning::kCoded));
      if (expiring) expiring_.push_back(setting.layout.add(2));
      if (fails_over) replica_.push_back(setting.layout.add(values, Meaning::kCoded));
      if (fails_over && expiring) replica_expiring_.push_back(setting.layout.add(2));
    }
    std::vector<StoreFields::Entry>& watched = setting.fields.caches.emplace_back();
    for (std::size_t key = 0; key < entries_.size(); ++key)
      watched.push_back({entries_[key], expiring ? expiring_[key] : Field{}});
  }

  CodedValue entry(StateView words, std::size_t key) const override {
    return static_cast<CodedValue>(get(words, entries_[key]));
  }

  bool expires(StateView words, std::size_t key) const override {
    return !expiring_.empty() && get(words, expiring_[key]) != 0;
  }

  void fill(StateRef words) const override {
    for (const Field& entry : entries_) set(words, entry, 1);
    for (const Field& entry : replica_) set(words, entry, 1);
  }

  Answer peek(StateView words, const Query& query) const override {
    switch (query.instruction.verb) {
      case Verb::kGet: {
        const CodedValue held = entry(words, query.key);
        return held == 0 ? Answer{Outcome::kMiss, 0} : Answer{Outcome::kValue, held};
      }
      case Verb::kAdd:
        return {entry(words, query.key) == 0 ? Outcome::kOk : Outcome::kConflict, 0};
      case Verb::kSetIfUnchanged:
        return {query.unchanged ? Outcome::kOk : Outcome::kConflict, 0};
      case Verb::kSet:
      case Verb::kDelete:
        return {Outcome::kOk, 0};
    }
    STALEMATE_INVARIANT(false, "every verb is answered");
    return {};
  }

  // A command changes an entry, or nothing. The one that does is the one that a replica which takes over misses.
  void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const override {
    if (answer.outcome != Outcome::kOk) return;
    const bool stores = query.instruction.verb != Verb::kDelete;
    const CodedValue value = stores ? query.carried : 0;
    const bool expires = stores && query.instruction.ttl != 0;
    // To set the same value again is a change to who watches; to delete nothing is none.
    if (stores || entry(step.words, query.key) != 0) touch(step, std::uint64_t{1} << query.key);
    const bool changes = entry(step.words, query.key) != value ||
                         (!expiring_.empty() && this->expires(step.words, query.key) != expires);
    if (!changes) return;
    if (step.may_fail_over) {
      for (std::size_t key = 0; key < replica_.size(); ++key) {
        set(step.words, replica_[key], get(step.words, entries_[key]));
        if (!replica_expiring_.empty()) set(step.words, replica_expiring_[key], get(step.words, expiring_[key]));
      }
    }
    put(step, query.key, value, entries_[query.key], value);
    if (!expiring_.empty()) set(step.words, expiring_[query.key], expires ? 1 : 0);
  }

  bool acts_freely() const override { return !expiring_.empty() && !timers_are_held_; }

  // An entry's time to live is over.
  void free_steps(StateView words, std::vector<std::uint16_t>& choices) const override {
    for (std::size_t key = 0; key < expiring_.size() && !timers_are_held_; ++key)
      if (expires(words, key)) choices.push_back(static_cast<std::uint16_t>(key));
  }

  void happen(const ServerStep& step, std::uint16_t choice) const override { drop(step, choice); }

  // A restart and a failover end the connections, so whatever is watched is so no more.
  void strikes(StateView words, FaultEffect effect, bool watched, std::vector<std::uint16_t>& choices) const override {
    bool changes = watched;
    for (std::size_t key = 0; key < entries_.size(); ++key) {
      const bool here = effect == FaultEffect::kRollBack ? !agrees_with_replica(words, key) : entry(words, key) != 0;
      changes |= here;
      if (here && effect == FaultEffect::kDropEntry) choices.push_back(static_cast<std::uint16_t>(key));
    }
    if (changes && effect != FaultEffect::kDropEntry) choices.push_back(0);
  }

  void strike(const ServerStep& step, FaultEffect effect, std::uint16_t choice) const override {
    if (effect == FaultEffect::kDropEntry) return drop(step, choice);
    touch(step, kEveryKey);
    for (std::size_t key = 0; key < entries_.size(); ++key) {
      if (effect == FaultEffect::kDropAll) {
        drop(step, key);
      } else {
        const std::uint64_t kept = get(step.words, replica_[key]);
        put(step, key, static_cast<CodedValue>(kept), entries_[key], kept);
        if (!expiring_.empty()) set(step.words, expiring_[key], get(step.words, replica_expiring_[key]));
      }
    }
  }

  void forget(StateRef words) const override {
    for (const Field& entry : replica_) set(words, entry, 0);
    for (const Field& bit : replica_expiring_) set(words, bit, 0);
  }

 private:
  // Of itself: the replica keeps it.
  void drop(const ServerStep& step, std::size_t key) const {
    touch(step, std::uint64_t{1} << key);
    put(step, key, 0, entries_[key], 0);
    if (!expiring_.empty()) set(step.words, expiring_[key], 0);
  }

  bool agrees_with_replica(StateView words, std::size_t key) const {
    return get(words, replica_[key]) == get(words, entries_[key]) &&
           (expiring_.empty() || get(words, replica_expiring_[key]) == get(words, expiring_[key]));
  }

  bool timers_are_held_;                           // nothing expires
  std::vector<Field> entries_;                     // by key: 0 absent, else value + 1
  std::vector<Field> expiring_;                    // by key, where something has a time to live
  std::vector<Field> replica_, replica_expiring_;  // by key, where it may fail over: what the replica has
};

}  // namespace

std::unique_ptr<const Server> cache(ServerId self, const ServerSetting& setting) {
  return std::make_unique<Cache>(self, setting);
}

}  // namespace stalemate::model
