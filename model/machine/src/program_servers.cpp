#include "program_servers.hpp"

#include <algorithm>

namespace stalemate::model {

ServerId ProgramServers::of(const Request& request) const {
  if (request.to == Role::kCache) return of_cache[request.cache];
  const std::size_t behind = request.to == Role::kQueue ? 2 : 1;  // the last is the database
  return static_cast<ServerId>(drawn.size() - behind);
}

// The first that is no local cache and no replica. REQUIRES: where there is a replica, there is one.
static std::size_t shared_cache(const Protocol& protocol) {
  const auto found = std::find_if(protocol.caches.begin(), protocol.caches.end(),
                                  [](const DrawnCache& drawn) { return !drawn.local && !drawn.replica; });
  return static_cast<std::size_t>(found - protocol.caches.begin());
}

ProgramServers servers_of(const Protocol& protocol) {
  ProgramServers servers;
  std::vector<std::uint64_t> asked(protocol.caches.size());  // about which entries
  std::vector<std::uint64_t> told(protocol.caches.size());   // likewise
  bool publishes = false;
  for (const Operation& operation : protocol.operations)
    visit_requests(operation.body, [&](const Request& request) {
      if (request.tells) told.at(request.tells->cache) |= std::uint64_t{1} << request.tells->entry;
      publishes = publishes || request.to == Role::kQueue;
      servers.has_cache = servers.has_cache || request.to == Role::kCache;
      servers.has_database = servers.has_database || request.to == Role::kDatabase;
      if (request.to != Role::kCache) return;
      asked.at(request.cache) |= std::uint64_t{1} << request.entry;
      for (const std::size_t entry : request.also) asked.at(request.cache) |= std::uint64_t{1} << entry;
      if (traces::facts_of(request.verb).names_other()) asked.at(request.cache) |= std::uint64_t{1} << request.other;
    });
  // What is asked of a replica is something of the cache that it follows, and it stands behind that.
  const std::size_t followed = shared_cache(protocol);
  for (std::size_t cache = 0; cache < asked.size(); ++cache)
    if (protocol.caches[cache].replica) asked[followed] |= asked[cache];
  servers.of_cache.resize(asked.size());
  for (const bool replica : {false, true})
    for (std::size_t cache = 0; cache < asked.size(); ++cache) {
      const DrawnCache& drawn = protocol.caches[cache];
      if (asked[cache] == 0 || drawn.replica != replica) continue;
      servers.of_cache[cache] = static_cast<ServerId>(servers.drawn.size());
      servers.drawn.push_back(
          {drawn.name, replica ? Role::kReplica : Role::kCache, drawn.local, asked[cache], told[cache]});
      if (replica) servers.drawn.back().follows = servers.of_cache[followed];
    }
  if (publishes) servers.drawn.push_back({"channel", Role::kQueue, false, 0, 0});
  servers.drawn.push_back({std::string(to_string(Role::kDatabase)), Role::kDatabase, false, 0, 0});
  return servers;
}

}  // namespace stalemate::model
