// The table of servers, and what those have in common.
#include "machine/server.hpp"

#include "base/invariant.hpp"

namespace stalemate::model {

// Each in a file of its name in servers/.
std::unique_ptr<const Server> cache(ServerId self, const ServerSetting& setting);
std::unique_ptr<const Server> database(ServerId self, const ServerSetting& setting);

namespace {

struct ServerKind {
  Role role;
  std::unique_ptr<const Server> (*make)(ServerId self, const ServerSetting& setting);
};

constexpr ServerKind kKinds[] = {{Role::kCache, cache}, {Role::kDatabase, database}};

}  // namespace

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

void Server::strikes(StateView, FaultEffect, bool, std::vector<std::uint16_t>&) const {}

void Server::strike(const ServerStep&, FaultEffect, std::uint16_t) const {
  STALEMATE_INVARIANT(false, "only a fault that a server offers strikes it");
}

void Server::forget(StateRef) const {}

void Server::tell_change(const ServerStep& step, std::size_t cell, const Held& after) const {
  if (step.record != nullptr) step.record->changes.push_back({self_, cell, held(step.words, cell), after});
}

std::vector<std::unique_ptr<const Server>> make_servers(const ServerSetting& setting) {
  std::vector<std::unique_ptr<const Server>> servers;
  for (const DrawnServer& drawn : setting.program.servers)
    for (const ServerKind& kind : kKinds)
      if (kind.role == drawn.kind) servers.push_back(kind.make(static_cast<ServerId>(servers.size()), setting));
  STALEMATE_INVARIANT(servers.size() == setting.program.servers.size(), "every server that is drawn is of a kind");
  return servers;
}

}  // namespace stalemate::model
