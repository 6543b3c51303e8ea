// What the reference model's servers answer and keep, whose a lease is, and what an outcome is to an operation that
// does not tell it from another.
#include <algorithm>
#include <utility>

#include "model/reference/reference_faults.hpp"
#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {
namespace {

template <class Call>
void each_act(const std::vector<Act>& body, const Call& call) {
  for (const Act& act : body) {
    call(act);
    if (const auto* choice = std::get_if<Choice>(&act.node))
      for (const Branch& branch : choice->branches) each_act(branch.body, call);
  }
}

}  // namespace

// Whether something in an operation looks at this outcome of a request.
bool Model::tells(std::size_t operation, int arrow, Outcome outcome) const {
  bool found = false;
  each_act(protocol_.operations[operation].body, [&](const Act& act) {
    if (const auto* guard = std::get_if<Guard>(&act.node))
      found |= guard->about == arrow && guard->outcomes.has(outcome);
    if (const auto* choice = std::get_if<Choice>(&act.node))
      for (const Branch& branch : choice->branches)
        found |= !choice->free && choice->about == arrow && branch.tests.has(outcome);
  });
  return found;
}

// What an outcome is to whoever tells it from no other.
Outcome Model::counted(const Message& message, Outcome outcome) const {
  const Request& asked = request(message);
  if (asked.verb != Verb::kGet || tells(message.operation, asked.arrow, outcome)) return outcome;
  if (outcome == Outcome::kStale || outcome == Outcome::kNoRow || outcome == Outcome::kLoaded) return Outcome::kValue;
  if (outcome == Outcome::kWon && tells(message.operation, asked.arrow, Outcome::kGranted)) return Outcome::kGranted;
  const bool missed = outcome == Outcome::kWon || outcome == Outcome::kGranted || outcome == Outcome::kDenied ||
                      outcome == Outcome::kMarker;
  return missed ? Outcome::kMiss : outcome;
}

// What a get that may take a lease is when its answer is lost.
Outcome Model::missed_lease(std::size_t operation, int arrow) const {
  for (const Outcome outcome : {Outcome::kDenied, Outcome::kGranted})
    if (tells(operation, arrow, outcome)) return outcome;
  return Outcome::kMiss;
}

bool Model::takes_leases(std::size_t operation) const {
  bool found = false;
  each_act(protocol_.operations[operation].body, [&](const Act& act) {
    const auto* asked = std::get_if<Request>(&act.node);
    found |= asked != nullptr && asked->watch == Watch::kLease;
  });
  return found;
}

// Whether each of what Reads keep there, or Writes where no Read does, is given a time to live.
bool Model::fills_expire(std::size_t shelf, std::size_t entry) const {
  for (const OperationKind kind : {OperationKind::kRead, OperationKind::kWrite}) {
    std::vector<int> given;
    for (const Operation& operation : protocol_.operations) {
      if (operation.kind != kind) continue;
      visit_requests(operation.body, [&](const Request& asked) {
        if (asked.to != Role::kCache || asked.cache != shelves_[shelf].cache) return;
        const bool here = asked.entry == entry || std::count(asked.also.begin(), asked.also.end(), entry) > 0;
        if (here && carries_value(asked.verb) && !increases(asked.verb)) given.push_back(asked.ttl);
        for (const Request& next : asked.passes_on)
          if (here && asked.verb == Verb::kGet && next.fills) given.push_back(next.ttl);
      });
    }
    if (!given.empty()) return std::count(given.begin(), given.end(), 0) == 0;
  }
  return false;
}

// A lease that nobody can use any more is like any other such.
void Model::forget_owners(World& world) const {
  const auto in_use = [&](const Owner& owner) {
    if (owner == kNobody) return false;
    const Runner& runner = world.runners[owner.first];
    const auto has = [&](const Message& message) { return message.leased && message.ordinal == owner.second; };
    return (runner.running && runner.begun == owner.second) ||
           std::any_of(runner.asynchronous.begin(), runner.asynchronous.end(), has) ||
           std::any_of(runner.ghosts.begin(), runner.ghosts.end(), has);
  };
  const auto look_through = [&](Cache& cache) {
    for (Spot& spot : cache)
      if (spot.lease && !in_use(*spot.lease)) spot.lease = kNobody;
  };
  look_through(world.cache);
  for (Cache& replica : world.replicas) look_through(replica);
}

// Every app instance that is up will hear of it, unless it is told at its own hands.
void Model::tell_all(World& world, std::size_t r, const Message& message) const {
  const Request::Tells& tells = *request(message).tells;
  for (std::size_t shelf = 0; shelf < shelves_.size(); ++shelf) {
    if (shelves_[shelf].cache != tells.cache) continue;
    bool up = false;
    for (std::size_t s = 0; s < places_.size(); ++s)
      up |= places_[s].app == shelves_[shelf].app && !world.runners[s].crashed;
    if (!up || (!tells.its_own && places_[r].app == shelves_[shelf].app)) continue;
    ++world.told[shelf * shelf_size() + tells.entry * setting_.keys + message.key];
  }
}

// Whether an operation stores what the database has made of its change.
bool Model::needs_sum(std::size_t operation) const {
  bool found = false;
  visit_requests(protocol_.operations[operation].body, [&](const Request& asked) {
    found |= asked.adds || (asked.to == Role::kCache && carries_value(asked.verb) && !increases(asked.verb));
  });
  return found;
}

Reply Model::serve_row(World& world, std::size_t r, const Message& message, bool counts) const {
  const Request& asked = request(message);
  Reply reply;
  Value& stored = world.database[message.key];
  const bool versioned = !world.versions.empty();
  if (asked.verb == Verb::kSetIfVersion && world.versions[message.key] != message.version) {
    reply.outcome = Outcome::kConflict;
    return reply;
  }
  if (versioned && changes_row(asked)) ++world.versions[message.key];
  if (versioned && asked.awaited) reply.version = world.versions[message.key];
  if (asked.verb == Verb::kGet) {
    reply.outcome = stored == kNoRow ? Outcome::kNoRow : Outcome::kValue;
    reply.value = stored;
  } else if (asked.verb == Verb::kLookAgain) {
    reply.outcome = message.seen == stored ? Outcome::kOk : Outcome::kConflict;
    reply.version.reset();
  } else if (changes_row(asked)) {
    stored = message.value.value() + (increases(asked.verb) ? stored : 0);
    if (increases(asked.verb) && asked.awaited && needs_sum(message.operation)) reply.value = stored;
    if (keep_history_) {
      History& history = world.history[message.key];
      history.commits.push_back({stored, counts ? std::optional(WriteId(r, message.ordinal)) : std::nullopt});
      history.returned_early.erase(stored);
    }
  }
  return reply;
}

// What is asked of several entries at once, done to all but the first.
void Model::do_to_others(World& world, std::size_t r, const Message& message) const {
  const Request& asked = request(message);
  for (const std::size_t entry : asked.also) {
    const std::size_t place = shelf_of(r, message) * shelf_size() + entry * setting_.keys + message.key;
    Spot& spot = world.cache[place];
    if (asked.verb == Verb::kSet || spot.there()) touch(world, place);
    if (asked.verb == Verb::kMarkStale) {
      spot.stale = spot.value.has_value();
      spot.lease.reset();
      spot.lease_runs_out = false;
      continue;
    }
    spot = {};
    if (asked.verb != Verb::kSet) continue;
    spot.value = message.value;
    spot.expiring = asked.ttl != 0;
  }
}

// `counts`: a commit is the one that its Write knows of. What arrives late or twice of an awaited request is not.
Reply Model::serve(World& world, std::size_t r, const Message& message, bool counts) const {
  const Request& asked = request(message);
  Reply reply;
  if (asked.tells) tell_all(world, r, message);
  if (asked.to == Role::kQueue) return reply;
  if (asked.to == Role::kDatabase) return serve_row(world, r, message, counts);
  const Cache before = world.cache;
  const bool by_replica = is_of_replica(asked);
  Spot& spot = by_replica ? world.followed[spot_of(r, message) % shelf_size()] : world.cache[spot_of(r, message)];
  const auto put = [&] {
    spot = {puts_marker(asked.verb) ? std::nullopt : message.value,
            puts_marker(asked.verb),
            asked.ttl != 0,
            message.version,
            0,
            false,
            {},
            false};
    touch(world, spot_of(r, message));  // the same again is a change, too
  };
  switch (asked.verb) {
    case Verb::kMarkStale:
      if (spot.there()) touch(world, spot_of(r, message));
      spot.stale = spot.value.has_value();
      spot.lease.reset();
      spot.lease_runs_out = false;
      break;
    case Verb::kGet:
      if (asked.watch == Watch::kLease) {
        const bool taken = spot.lease.has_value();
        if (spot.value && !spot.stale)
          reply.outcome = Outcome::kValue;
        else if (taken)
          reply.outcome = spot.value ? Outcome::kStale : Outcome::kDenied;
        else
          reply.outcome = spot.value ? Outcome::kWon : Outcome::kGranted;
        if (reply.outcome == Outcome::kWon || reply.outcome == Outcome::kGranted) {
          spot.lease = counts ? Owner(r, message.ordinal) : kNobody;
          spot.lease_runs_out = asked.ttl != 0 && (reply.outcome == Outcome::kGranted || !asked.of_placeholder);
        }
      } else
        reply.outcome = spot.value ? Outcome::kValue : spot.marker ? Outcome::kMarker : Outcome::kMiss;
      reply.value = spot.value;
      if (spot.value && by_version_[asked.entry] &&
          protocol_.operations[message.operation].kind == OperationKind::kRead)
        reply.version = spot.version;
      break;
    case Verb::kIncreaseIfThere:
      if (!spot.value) {
        reply.outcome = Outcome::kConflict;
        break;
      }
      [[fallthrough]];
    case Verb::kIncrease:
      spot.value = spot.value.value_or(0) + message.value.value();
      touch(world, spot_of(r, message));
      break;
    case Verb::kWait:
      if (followed_ == shelf_of(r, message) && !world.to_apply.empty()) {
        world.followed = world.to_apply.back();
        world.to_apply.clear();
      }
      if (may_fail_over(world) && shelves_[shelf_of(r, message)].app == 0) {
        const auto shelf = static_cast<std::ptrdiff_t>(shelf_of(r, message) * shelf_size());
        for (Cache& replica : world.replicas)
          std::copy_n(world.cache.begin() + shelf, shelf_size(), replica.begin() + shelf);
      }
      break;
    case Verb::kGetVersion:
    case Verb::kPublish:
    case Verb::kSetIfVersion:
    case Verb::kRemove:
    case Verb::kLookAgain:
      break;
    case Verb::kGetGeneration:
      reply.generation = spot.generation;
      break;
    case Verb::kSetIfGeneration: {
      const Spot fence = world.cache[spot_of(r, message, true)];
      if (fence.generation != message.generation) {
        reply.outcome = Outcome::kConflict;
        break;
      }
      const bool keeps_alive = asked.other == asked.entry && spot.expiring;
      put();
      if (asked.other == asked.entry) spot.generation = fence.generation;
      spot.expiring |= keeps_alive;
      break;
    }
    case Verb::kDeleteAndCountUp:
    case Verb::kCountUp: {
      const bool deletes = asked.verb == Verb::kDeleteAndCountUp;
      Spot& counter = deletes ? world.cache[spot_of(r, message, true)] : spot;
      const bool lived = counter.expiring;
      const unsigned generation = counter.generation;
      if (deletes && spot.there()) touch(world, spot_of(r, message));
      if (deletes) spot = {};
      counter.generation = generation + 1;
      counter.expiring = lived || asked.ttl != 0;
      touch(world, deletes ? spot_of(r, message, true) : spot_of(r, message));
      break;
    }
    case Verb::kSetIfNewer:
    case Verb::kMarkIfNewer:
      if (spot.there() && spot.version >= message.version)
        reply.outcome = Outcome::kConflict;
      else
        put();
      break;
    case Verb::kExists:
      reply.outcome = spot.there() ? Outcome::kMarker : Outcome::kMiss;
      break;
    case Verb::kAdd:
    case Verb::kMarkIfAbsent:
      if (spot.there())
        reply.outcome = Outcome::kConflict;
      else
        put();
      break;
    case Verb::kSetUnless:
      if (world.cache[spot_of(r, message, true)].there())
        reply.outcome = Outcome::kConflict;
      else
        put();
      break;
    case Verb::kSetIfUnchanged:
      if (takes_leases(message.operation) ? !message.leased || spot.lease != Owner(r, message.ordinal)
                                          : !message.unchanged)
        reply.outcome = Outcome::kConflict;
      else
        put();
      break;
    case Verb::kSet:
    case Verb::kMark:
      put();
      break;
    case Verb::kDelete:
      if (spot.there()) touch(world, spot_of(r, message));  // deleting nothing is none
      spot = {};
      break;
  }
  do_to_others(world, r, message);
  if (world.cache != before && may_fail_over(world)) {
    const auto shelf = static_cast<std::ptrdiff_t>(shelf_of(r, message) * shelf_size());
    if (shelves_[shelf_of(r, message)].app == 0) {
      for (std::size_t i = world.replicas.size(); i-- > 0;)
        std::copy_n((i == 0 ? before : world.replicas[i - 1]).begin() + shelf, shelf_size(),
                    world.replicas[i].begin() + shelf);
    }
  }
  return reply;
}

}  // namespace stalemate::model::reference
