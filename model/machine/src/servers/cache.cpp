// The cache: its entries about each row, each a value, a marker (a lock, a stamp, a tombstone) or nothing; with a time
// to live, or for ever.
//
// Where it may fail over, the replica has what the cache had before the last command that changed it, or before one of
// the last few; before the first one, what it had at the start; after a failover, or once somebody has waited for it,
// what it has then. What the cache drops of itself (an eviction, a restart, an expiry) the replica keeps. An entry of
// the replica that is to expire expires by itself: as long as nobody asks the replica, that is the same as to expire
// right after the failover, so it is no step.
#include <algorithm>
#include <bit>

#include "base/invariant.hpp"
#include "cells.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class Cache final : public Server {
 public:
  Cache(const Place& place, const ServerSetting& setting)
      : Server(place, static_cast<std::size_t>(setting.scenario.keys), setting.program.entries.size()),
        timers_are_held_(setting.scenario.words.no_expiry),
        fills_expire_(setting.program.servers[place.drawn].fills_expire),
        leases_run_out_(setting.program.servers[place.drawn].leases_run_out),
        stale_leases_run_out_(setting.program.servers[place.drawn].stale_leases_run_out) {
    replicas_.resize(place.app == 0 ? setting.scenario.missed() : 0);
    std::vector<StoreFields::Entry>& watched = setting.fields.caches.emplace_back();
    for (std::size_t entry = 0; entry < entries(); ++entry) {
      const CellParts parts = parts_of_cell(setting, place.drawn, entry);
      versioned_.push_back(parts.versions);
      expire_ = expire_ || (parts.expires && parts.values);
      const bool told = (setting.program.servers[place.drawn].told >> entry & 1) != 0;
      told_ = told_ || told;
      for (std::size_t key = 0; key < static_cast<std::size_t>(setting.scenario.keys); ++key) {
        const Cell& cell = cells_.emplace_back(lay_out_cell(setting, parts));
        expected_.push_back(told ? setting.layout.add(setting.deliveries) : Field{});
        for (Cells& replica : replicas_) replica.push_back(lay_out_cell(setting, parts));
        if (parts.values)
          watched.push_back(
              {key, cell.value, cell.expires, cell.stale, cell.lease, (stale_leases_run_out_ >> entry & 1) != 0});
      }
    }
  }

  Held held(StateView words, std::size_t cell) const override { return cells_[cell].held(words); }

  bool has_versions(std::size_t entry) const override { return versioned_[entry]; }

  void fill(StateRef words) const override {
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      if (cells_[cell].value.width == 0) continue;
      const Held filled{.value = 1, .expires = (fills_expire_ >> entry_of(cell) & 1) != 0};
      cells_[cell].put(words, filled);
      for (const Cells& replica : replicas_) replica[cell].put(words, filled);
    }
  }

  Answer peek(StateView words, const Query& query) const override {
    const Cell& asked = cells_[cell_of(query)];
    switch (query.instruction.verb) {
      case Verb::kGet:
        if (query.instruction.watch == Watch::kLease) return get_or_lease(words, asked);
        return asked.answer_to_get(words);
      case Verb::kExists:
        return {asked.is_there(words) ? Outcome::kMarker : Outcome::kMiss, 0};
      case Verb::kAdd:
      case Verb::kMarkIfAbsent:
        return {asked.is_there(words) ? Outcome::kConflict : Outcome::kOk, 0};
      case Verb::kSetUnless:
        return {cells_[other_cell(query)].is_there(words) ? Outcome::kConflict : Outcome::kOk, 0};
      case Verb::kSetIfUnchanged:
        return {query.unchanged ? Outcome::kOk : Outcome::kConflict, 0};
      case Verb::kSetIfNewer:
      case Verb::kMarkIfNewer:
        return {asked.is_there(words) && asked.version_in(words) >= query.number ? Outcome::kConflict : Outcome::kOk,
                0};
      case Verb::kSetIfGeneration:
        return {cells_[other_cell(query)].generation_in(words) == query.number ? Outcome::kOk : Outcome::kConflict, 0};
      case Verb::kGetGeneration:
        return {Outcome::kOk, 0, asked.generation_in(words)};
      case Verb::kIncreaseIfThere:
        return {asked.value_in(words) != 0 ? Outcome::kOk : Outcome::kConflict, 0};
      case Verb::kGetVersion:
      case Verb::kPublish:
      case Verb::kSetIfVersion:
      case Verb::kRemove:
      case Verb::kLookAgain:
        break;
      case Verb::kSet:
      case Verb::kMark:
      case Verb::kDelete:
      case Verb::kCountUp:
      case Verb::kDeleteAndCountUp:
      case Verb::kMarkStale:
      case Verb::kIncrease:
      case Verb::kWait:
        return {Outcome::kOk, 0};
    }
    STALEMATE_INVARIANT(false, "every verb is answered");
    return {};
  }

  // A command changes something, or nothing. The one that does is the one that a replica which takes over misses.
  void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const override {
    const traces::VerbFacts& verb = traces::facts_of(query.instruction.verb);
    if (verb.verb == Verb::kWait) return copy_to_all_replicas(step);
    if (!brings_lease(answer.outcome) && (answer.outcome != Outcome::kOk || !changes(verb.verb))) return;
    std::vector<std::pair<std::size_t, Held>> changed;
    for (const auto& [cell, after] : outcome_of(step.words, query)) {
      const Held before = held(step.words, cell);
      // To set the same value again is a change to who watches; to delete nothing is none.
      // To take a lease voids none: nobody has one.
      if (changes(verb.verb) && (before.is_there() || after.is_there())) touch(step, std::uint64_t{1} << cell);
      if (before != after) changed.emplace_back(cell, after);
    }
    if (!changed.empty()) copy_to_first_replica(step);
    for (const auto& [cell, after] : changed) put(step, cell, after);
  }

  Touches touches(const Instruction& instruction) const override {
    const std::uint64_t own = std::uint64_t{1} << instruction.entry;
    const std::uint64_t other = std::uint64_t{1} << instruction.other;
    if (instruction.watch == Watch::kLease) return {.reads = own, .writes = own};
    if (!changes(instruction.verb)) return {.reads = own, .writes = 0};
    if (instruction.verb == Verb::kDeleteAndCountUp) return {.reads = 0, .writes = own | other};
    const bool asks = instruction.verb == Verb::kSetUnless || instruction.verb == Verb::kSetIfGeneration;
    return {.reads = asks ? other : 0, .writes = own | instruction.also};
  }

  bool acts_freely() const override { return expires() || told_; }

  // A value's time to live is over.
  void free_steps(StateView words, std::vector<std::uint16_t>& choices) const override {
    for (std::size_t cell = 0; cell < cells_.size() && expires(); ++cell)
      if (get(words, cells_[cell].expires) != 0 && cells_[cell].value_in(words) != 0)
        choices.push_back(static_cast<std::uint16_t>(cell));
  }

  void happen(const ServerStep& step, std::uint16_t choice) const override { drop(step, choice); }

  void expect(StateRef words, std::size_t cell) const override {
    set(words, expected_[cell], get(words, expected_[cell]) + 1);
  }
  unsigned expected(StateView words, std::size_t cell) const override {
    return static_cast<unsigned>(get(words, expected_[cell]));
  }
  // As if it were deleted: what is not there has not changed.
  void hear(const ServerStep& step, std::size_t cell) const override {
    set(step.words, expected_[cell], get(step.words, expected_[cell]) - 1);
    if (cells_[cell].is_there(step.words)) drop(step, cell);
  }
  std::vector<Field> busy() const override {
    std::vector<Field> fields;
    for (const Field& expected : expected_)
      if (expected.width != 0) fields.push_back(expected);
    return fields;
  }

  // A restart and a failover end the connections, so whatever is watched is so no more.
  void strikes(StateView words, FaultEffect effect, bool watched, std::vector<std::uint16_t>& choices) const override {
    const bool of_one = effect != FaultEffect::kDropAll;
    bool changes = watched;
    for (std::size_t cell = 0; cell < cells_.size(); ++cell) {
      const Cell& here = cells_[cell];
      const bool struck = effect == FaultEffect::kExpireMarker ? may_run_out(words, cell)
                          : effect == FaultEffect::kLoseDelivery
                              ? get(words, expected_[cell]) != 0
                              : here.is_there(words) || (!of_one && get(words, expected_[cell]) != 0);
      changes |= struck;
      if (struck && of_one) choices.push_back(static_cast<std::uint16_t>(cell));
    }
    if (changes && !of_one) choices.push_back(0);
  }

  void strike(const ServerStep& step, FaultEffect effect, std::uint16_t choice) const override {
    if (effect == FaultEffect::kExpireMarker && get(step.words, cells_[choice].lease) != 0)
      return end_lease(step, choice);
    if (effect == FaultEffect::kDropEntry || effect == FaultEffect::kExpireMarker) return drop(step, choice);
    if (effect == FaultEffect::kLoseDelivery)
      return set(step.words, expected_[choice], get(step.words, expected_[choice]) - 1);
    touch(step, kEveryCell);
    // What was on its way to a process that is gone is gone with it.
    for (const Field& expected : expected_)
      if (expected.width != 0) set(step.words, expected, 0);
    for (std::size_t cell = 0; cell < cells_.size(); ++cell)
      put(step, cell, effect == FaultEffect::kDropAll ? Held{} : replicas_[choice][cell].held(step.words));
    if (effect == FaultEffect::kRollBack) copy_to_all(step);
  }

  bool is_same_where_missed(StateView words, std::size_t fewer, std::size_t more) const override {
    return more <= replicas_.size() && same(words, fewer == 0 ? cells_ : replicas_[fewer - 1], replicas_[more - 1]);
  }

  void forget(StateRef words) const override {
    for (const Cells& replica : replicas_)
      for (const Cell& cell : replica) cell.put(words, {});
  }

 private:
  std::size_t cell_of(const Query& query) const { return Server::cell_of(query.instruction.entry, query.key); }
  std::size_t other_cell(const Query& query) const { return Server::cell_of(query.instruction.other, query.key); }

  // A value, unless it is stale, is there for everybody; of what is not, the first to come has the lease.
  static Answer get_or_lease(StateView words, const Cell& asked) {
    const CodedValue found = asked.value_in(words);
    const bool leased = get(words, asked.lease) != 0;
    if (found == 0) return {leased ? Outcome::kDenied : Outcome::kGranted, 0};
    const Outcome stale = leased ? Outcome::kStale : Outcome::kWon;
    return {get(words, asked.stale) != 0 ? stale : Outcome::kValue, found, asked.version_in(words)};
  }

  // What a command that is carried out leaves in each cell that it is about.
  std::vector<std::pair<std::size_t, Held>> outcome_of(StateView words, const Query& query) const {
    std::vector<std::pair<std::size_t, Held>> cells = outcome_at(words, query, cell_of(query));
    for (std::uint64_t also = query.instruction.also; also != 0; also &= also - 1) {
      const auto entry = static_cast<std::size_t>(std::countr_zero(also));
      for (auto& at : outcome_at(words, query, Server::cell_of(entry, query.key))) cells.push_back(std::move(at));
    }
    return cells;
  }

  // Likewise, of what it is asked about one cell.
  std::vector<std::pair<std::size_t, Held>> outcome_at(StateView words, const Query& query, std::size_t cell) const {
    const Instruction& asked = query.instruction;
    const traces::VerbFacts& verb = traces::facts_of(asked.verb);
    if (asked.verb == Verb::kDelete) return {{cell, {}}};
    if (asked.verb == Verb::kGet || asked.verb == Verb::kMarkStale) {
      Held marked = held(words, cell);
      marked.lease = asked.verb == Verb::kGet;
      if (asked.verb == Verb::kMarkStale) marked.stale = marked.value != 0;
      return {{cell, marked}};
    }
    if (verb.increases()) {
      Held increased = held(words, cell);
      increased.value = query.carried + (increased.value != 0 ? increased.value - 1 : 0);
      return {{cell, increased}};
    }
    // A generation counts on, and what stores if its own is as read stores beside it: what is there lives as long.
    const bool beside = verb.counts || (asked.verb == Verb::kSetIfGeneration && asked.other == asked.entry);
    const std::size_t put = verb.counts ? Server::cell_of(put_by(asked), query.key) : cell;
    Held after;
    if (beside) after = held(words, put);
    after.expires = after.expires || asked.ttl != 0;
    if (verb.counts) ++after.generation;
    if (verb.carries || verb.marks) {
      after.value = query.carried;
      after.marker = verb.marks;
      after.version = verb.versioned() ? query.number : 0;
    }
    if (asked.verb != Verb::kDeleteAndCountUp) return {{put, after}};
    if (put != cell) return {{cell, {}}, {put, after}};
    return {{cell, {.expires = after.expires, .generation = after.generation}}};
  }

  // A command is about to change something: each replica misses one more.
  void copy_to_first_replica(const ServerStep& step) const {
    if (!step.may_fail_over || replicas_.empty()) return;
    *step.kept = Kept::kOneMore;
    move_back(step.words, replicas_);
    copy(step.words, cells_, replicas_.front());
  }

  void copy_to_all_replicas(const ServerStep& step) const {
    if (!step.may_fail_over || replicas_.empty()) return;
    *step.kept = Kept::kAllAsNow;
    copy_to_all(step);
  }

  void copy_to_all(const ServerStep& step) const {
    for (const Cells& replica : replicas_) copy(step.words, cells_, replica);
  }

  void put(const ServerStep& step, std::size_t cell, const Held& after) const {
    tell_change(step, cell, after);
    cells_[cell].put(step.words, after);
  }

  bool expires() const { return expire_ && !timers_are_held_; }

  // What is no value: a marker, or a lease, which stands beside no marker.
  bool may_run_out(StateView words, std::size_t cell) const {
    if (timers_are_held_) return false;
    const Cell& here = cells_[cell];
    const bool valued = here.value_in(words) != 0;
    if (get(words, here.lease) == 0) return get(words, here.expires) != 0 && !valued;
    return ((valued ? stale_leases_run_out_ : leases_run_out_) >> entry_of(cell) & 1) != 0;
  }

  // What is there stays; whoever had it stores nothing with it any more.
  void end_lease(const ServerStep& step, std::size_t cell) const {
    touch(step, std::uint64_t{1} << cell);
    Held after = held(step.words, cell);
    after.lease = false;
    put(step, cell, after);
  }

  // Of itself: the replica keeps it.
  void drop(const ServerStep& step, std::size_t cell) const {
    touch(step, std::uint64_t{1} << cell);
    put(step, cell, {});
  }

  bool timers_are_held_;                                                // nothing expires
  std::uint64_t fills_expire_, leases_run_out_, stale_leases_run_out_;  // DrawnServer
  bool expire_ = false;                                                 // some value has a time to live
  bool told_ = false;                                                   // it may be told that something has changed
  std::vector<bool> versioned_;  // by entry: something is stored there by version
  Cells cells_;                  // machine/server.hpp says in which order
  std::vector<Field> expected_;  // by cell: how often it is to hear that it has changed
  // The same, where it may fail over: what a replica has that misses the last command, the last two, and so on.
  std::vector<Cells> replicas_;
};

}  // namespace

std::unique_ptr<const Server> cache(const Place& place, const ServerSetting& setting) {
  return std::make_unique<Cache>(place, setting);
}

}  // namespace stalemate::model
