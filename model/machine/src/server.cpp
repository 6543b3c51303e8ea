// The table of servers, and what those have in common.
#include "machine/server.hpp"

#include <algorithm>
#include <optional>

#include "base/invariant.hpp"

namespace stalemate::model {

// Each in a file of its name in servers/.
std::unique_ptr<const Server> cache(const Place& place, const ServerSetting& setting);
std::unique_ptr<const Server> cache_replica(const Place& place, const ServerSetting& setting);
std::unique_ptr<const Server> database(const Place& place, const ServerSetting& setting);
std::unique_ptr<const Server> channel(const Place& place, const ServerSetting& setting);

namespace {

struct ServerKind {
  Role role;
  std::unique_ptr<const Server> (*make)(const Place& place, const ServerSetting& setting);
};

constexpr ServerKind kKinds[] = {
    {Role::kCache, cache}, {Role::kReplica, cache_replica}, {Role::kDatabase, database}, {Role::kQueue, channel}};

std::unique_ptr<const Server> make(const Place& place, const ServerSetting& setting) {
  for (const ServerKind& kind : kKinds)
    if (kind.role == setting.program.servers[place.drawn].kind) return kind.make(place, setting);
  STALEMATE_INVARIANT(false, "every server that is drawn is of a kind");
  return nullptr;
}

// The only session of an app instance; none where it has several.
std::optional<std::size_t> only_session(const Scenario& scenario, int app) {
  std::optional<std::size_t> found;
  for (std::size_t s = 0; s < scenario.sessions.size(); ++s) {
    if (scenario.sessions[s].app != app) continue;
    if (found) return std::nullopt;
    found = s;
  }
  return found;
}

}  // namespace

std::vector<Held> Server::contents(StateView words) const {
  std::vector<Held> all;
  for (std::size_t cell = 0; cell < cells(); ++cell) all.push_back(held(words, cell));
  return all;
}

void Server::fill(StateRef) const {}

Touches Server::touches(const Instruction& instruction) const {
  const bool reads = !changes(instruction.verb);
  return {.reads = reads ? 1U : 0U, .writes = reads ? 0U : 1U};
}

bool Server::acts_freely() const { return false; }

void Server::free_steps(StateView, std::vector<std::uint16_t>&) const {}

void Server::happen(const ServerStep&, std::uint16_t) const {
  STALEMATE_INVARIANT(false, "only what a server offers happens in it");
}

void Server::expect(StateRef, std::size_t) const {
  STALEMATE_INVARIANT(false, "only a cache in an app instance is told of changes");
}

unsigned Server::expected(StateView, std::size_t) const { return 0; }

void Server::hear(const ServerStep&, std::size_t) const {
  STALEMATE_INVARIANT(false, "only what is expected is heard");
}

std::vector<Field> Server::busy() const { return {}; }

void Server::fall_behind(const ServerStep&, const std::vector<Held>&) const {
  STALEMATE_INVARIANT(false, "only a replica follows another server");
}

void Server::catch_up(const ServerStep&) const { STALEMATE_INVARIANT(false, "only a replica follows another server"); }

unsigned Server::unapplied(StateView) const { return 0; }

void Server::strikes(StateView, FaultEffect, bool, std::vector<std::uint16_t>&) const {}

void Server::strike(const ServerStep&, FaultEffect, std::uint16_t) const {
  STALEMATE_INVARIANT(false, "only a fault that a server offers strikes it");
}

bool Server::is_same_where_missed(StateView, std::size_t, std::size_t) const { return true; }

void Server::forget(StateRef) const {}

void Server::tell_change(const ServerStep& step, std::size_t cell, const Held& after) const {
  if (step.record != nullptr) tell_change(step, cell, held(step.words, cell), after);
}

void Server::tell_change(const ServerStep& step, std::size_t cell, const Held& before, const Held& after) const {
  if (step.record != nullptr) step.record->changes.push_back({place_.number, cell, before, after});
}

std::vector<std::unique_ptr<const Server>> make_servers(const ServerSetting& setting) {
  std::vector<std::unique_ptr<const Server>> servers;
  for (std::size_t drawn = 0; drawn < setting.program.servers.size(); ++drawn) {
    const std::optional<ServerId> follows = setting.program.servers[drawn].follows;
    const auto followed = std::find_if(servers.begin(), servers.end(),
                                       [&](const auto& before) { return before->place().drawn == follows; });
    STALEMATE_INVARIANT(!follows || followed != servers.end(), "a replica stands behind what it follows");
    const Server* const of = follows ? followed->get() : nullptr;
    const auto stand = [&](int app) {
      servers.push_back(make({servers.size(), static_cast<ServerId>(drawn), app, of}, setting));
    };
    if (!setting.program.servers[drawn].local) {
      stand(0);
      continue;
    }
    // What is in the process of a session's own goes with it where app instances are exchanged (reduce/symmetry.hpp).
    for (int app = 1; app <= setting.scenario.sessions.back().app; ++app) {
      if (const auto session = only_session(setting.scenario, app)) setting.layout.begin_session(*session, 0);
      stand(app);
      setting.layout.end_session();
    }
  }
  return servers;
}

}  // namespace stalemate::model
