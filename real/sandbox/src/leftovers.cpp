// See sandbox/leftovers.hpp. What a leftover is, is said where such things are made: sandbox_folder.hpp, postgres.cpp,
// redis.cpp.
#include "sandbox/leftovers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "os/signals.hpp"
#include "sandbox/sandbox.hpp"
#include "sandbox_folder.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "stores/greeting.hpp"

namespace stalemate::real {
namespace {

// `list` names what is there; what it still names after `remove` is kept.
template <typename List, typename Remove>
void add(Leftovers& all, bool removes, const std::string& what, const std::string& where, List list, Remove remove) {
  const auto called = [&](const std::string& name) { return fmt::format("{} {}{}", what, name, where); };
  const std::vector<std::string> before = list();
  for (const std::string& name : before) all.found.push_back(called(name));
  if (!removes || before.empty()) return;
  throw_if_stopped();
  std::string why;
  try {
    remove();
  } catch (const EnvironmentError& error) {
    why = fmt::format(" ({})", error.what());
  }
  for (const std::string& name : list()) all.kept.push_back(called(name) + why);
}

}  // namespace

Leftovers clean(const ServerUrls& urls, bool removes) {
  GivenServers given = find_servers(urls);
  const StopSignals signals;
  greet(given);
  const std::optional<PostgresAddress>& database = given.database;
  const std::optional<RedisAddress>& redis = given.redis;
  Leftovers all;
  const std::string base = sandbox_base();
  add(
      all, removes, "folder", "", [&] { return leftovers_in(base); }, [&] { remove_leftovers(base, ""); });
  if (database)
    add(
        all, removes, "schema", " at " + place(*database), [&] { return abandoned_schemas(*database); },
        [&] { remove_abandoned_schemas(*database); });
  if (redis)
    add(
        all, removes, "keys", " at " + place(*redis), [&] { return abandoned_keys(*redis); },
        [&] { remove_abandoned_keys(*redis); });
  return all;
}

}  // namespace stalemate::real
