// How the reference model's states and messages are told, in the words of a trace.
#include <algorithm>

#include "model/reference/reference_faults.hpp"
#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {

std::optional<std::int64_t> Model::shown(std::optional<Value> value) const {
  if (!value) return std::nullopt;
  if (*value == kNoRow) return 0;
  if (changes_) return (from_zero_ ? 0 : 1000) + *value;
  return *value == 0 ? 1000 : *value;
}

traces::Reply Model::told_reply(const Reply& reply) const {
  const auto number = [](std::optional<unsigned> of) { return of ? std::optional<std::int64_t>(*of) : std::nullopt; };
  return {std::string(to_string(reply.outcome)), shown(reply.value), number(reply.version), number(reply.generation)};
}

traces::Request Model::tell(std::size_t r, const Message& message) const {
  const Request& sent = request(message);
  std::vector<std::string> also;
  for (const std::size_t entry : sent.also) {
    const std::string row = key_name(message.key);
    also.push_back(entry == 0 ? row : row + "/" + protocol_.entries[entry].name);
  }
  return {.arrow = sent.arrow,
          .to = is_of_replica(sent)       ? "cache replica"
                : sent.to == Role::kCache ? shelf_name(shelf_of(r, message))
                : sent.to == Role::kQueue ? "channel"
                                          : std::string(to_string(sent.to)),
          .verb = std::string(to_string(sent.verb)),
          .key = sent.to == Role::kCache ? spot_name(spot_of(r, message)) : key_name(message.key),
          .value = increases(sent.verb) ? std::optional<std::int64_t>(message.value) : shown(message.value),
          .label = sent.label,
          .awaited = sent.awaited && message.stage == 0,
          .ttl = sent.ttl == 0 || message.stage == 1 ? std::nullopt : std::optional<std::int64_t>(sent.ttl),
          .watch = std::string(to_string(sent.watch)),
          .version = takes_version(sent.verb) ? std::optional<std::int64_t>(message.version) : std::nullopt,
          .generation =
              sent.verb == Verb::kSetIfGeneration ? std::optional<std::int64_t>(message.generation) : std::nullopt,
          .other = names_other(sent.verb) ? spot_name(spot_of(r, message, true)) : "",
          .also = also,
          .other_rows = sent.finds.beside_others && message.stage == 0,
          .from = message.stage == 0   ? ""
                  : message.stage == 1 ? protocol_.caches[asked_first(message).cache].name
                                       : "database"};
}

traces::Entry Model::told_entry(std::size_t spot, const Spot& held) const {
  traces::Entry told{spot_name(spot), shown(held.value), held.expiring, held.marker};
  if (by_version_[entry_of(spot)] && held.there()) told.version = held.version;
  if (held.generation > 0) told.generation = held.generation;
  told.stale = held.stale;
  told.lease = held.lease.has_value();
  return told;
}

void Model::tell_replica(const World& world, traces::State& state) const {
  if (!followed_) return;
  std::vector<traces::Entry> has;
  for (std::size_t key = 0; key < setting_.keys; ++key)
    for (std::size_t entry = 0; entry < protocol_.entries.size(); ++entry)
      has.push_back(told_entry(entry * setting_.keys + key, world.followed[entry * setting_.keys + key]));
  state.stores.push_back({"cache replica", std::move(has)});
  if (!world.to_apply.empty()) state.unapplied.push_back({"cache replica", static_cast<int>(world.to_apply.size())});
}

traces::State Model::tell(const World& world) const {
  traces::State state;
  for (std::size_t shelf = 0; shelf < shelves_.size(); ++shelf) {
    std::vector<traces::Entry> cache;
    for (std::size_t key = 0; key < setting_.keys; ++key) {
      for (std::size_t entry = 0; entry < protocol_.entries.size(); ++entry) {
        const std::size_t spot = shelf * shelf_size() + entry * setting_.keys + key;
        const Spot& held = world.cache[spot];
        cache.push_back(told_entry(spot, held));
        if (world.told[spot] > 0)
          state.deliveries.push_back({shelf_name(shelf), spot_name(spot), static_cast<int>(world.told[spot])});
      }
    }
    state.stores.push_back({shelf_name(shelf), std::move(cache)});
  }
  tell_replica(world, state);
  std::vector<traces::Entry> database;
  for (std::size_t key = 0; key < world.database.size(); ++key) {
    database.push_back({key_name(key), shown(world.database[key])});
    if (stores_by_version_) database.back().version = world.versions[key];
  }
  bool publishes = false;
  for (const Operation& operation : protocol_.operations)
    visit_requests(operation.body, [&](const Request& asked) { publishes |= asked.to == Role::kQueue; });
  if (publishes) state.stores.push_back({"channel", {}});
  state.stores.push_back({"database", database});
  for (std::size_t r = 0; r < world.runners.size(); ++r) {
    const Runner& runner = world.runners[r];
    const auto in_flight = [&](const Message& message) {
      traces::InFlight told;
      told.app = places_[r].app;
      told.session = places_[r].session;
      told.operation = static_cast<int>(message.ordinal);
      told.request = tell(r, message);
      return told;
    };
    for (const Message& message : runner.asynchronous) {
      state.in_flight.push_back(in_flight(message));
      state.in_flight.back().is_ghost = is_left(runner, message);
    }
    for (const Message& message : runner.ghosts) {
      state.in_flight.push_back(in_flight(message));
      state.in_flight.back().is_ghost = true;
    }
    if (!runner.awaited || runner.worked) continue;
    state.in_flight.push_back(in_flight(*runner.awaited));
    if (!runner.reply) continue;
    state.in_flight.back().is_reply = true;
    state.in_flight.back().reply = told_reply(*runner.reply);
  }
  return state;
}

}  // namespace stalemate::model::reference
