// See scene.hpp.
#include "scene.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "os/fresh.hpp"
#include "stores/removal.hpp"

namespace stalemate::real {
namespace {

struct Maker {
  std::string_view kind;  // of server
  std::unique_ptr<SceneStore> (*make)(const Servers& servers, const WorkArea& area);
};
constexpr std::string_view kDatabase = "database";
constexpr Maker kMakers[] = {{kDatabase, make_postgres_store},
                             {to_string(traces::CacheServer::kRedis), make_redis_store},
                             {to_string(traces::CacheServer::kMemcached), make_memcached_store},
                             {"cache-replica", make_redis_replica_store}};

// Which kind of server a kind of store stands in. What is published goes by a Redis.
std::string_view server_of(const std::string& kind, traces::CacheServer cache) {
  if (kind == "cache") return to_string(cache);
  return kind == "channel" ? to_string(traces::CacheServer::kRedis) : std::string_view(kind);
}

}  // namespace

Scene::Scene(const Servers& servers, std::shared_ptr<AppHost> host, WorkArea area)
    : servers_(servers), area_(std::move(area)), host_(std::move(host)) {
  area_.run = fresh_hex(6);
  of_kind(kDatabase);
}

void Scene::set(const std::vector<traces::Store>& stores, traces::CacheServer cache, const Shapes& shapes) {
  shapes_ = shapes;
  named_.clear();
  channels_.clear();
  for (const traces::Store& store : stores) {
    if (store.app != 0) continue;  // it is in a process
    const bool is_channel = store.kind == "channel";
    SceneStore& standing = of_kind(server_of(store.kind, cache));
    for (const auto& [name, other] : named_)
      if (other == &standing && !is_channel && !channels_.contains(name))
        throw InputError(fmt::format("replay: {} and {} are both a {}, and one of a kind can be replayed", name,
                                     store.name, store.kind));
    standing.prepare(shapes);
    named_[store.name] = &standing;
    if (is_channel) channels_.insert(store.name);
  }
}

DriverPlace Scene::place_in_process(const std::string& store) {
  DriverPlace place;
  place.server = store;
  place.product = "process";
  place.called = store;
  place.timeout = std::chrono::seconds(kServerTimeoutSeconds);
  return place;
}

DriverPlace Scene::listeners_place(const std::string& store) {
  SceneStore& standing = at(store);
  DriverPlace place = standing.listeners_place();
  place.server = "listener to the " + store;
  place.product = fmt::format("{}-listener", standing.product());
  place.called = standing.called();
  place.area = area_.run;
  place.timeout = timeout(store);
  return place;
}

SceneStore& Scene::of_kind(std::string_view kind) {
  const auto found =
      std::find_if(standing_.begin(), standing_.end(), [&](const Standing& one) { return one.kind == kind; });
  if (found != standing_.end()) return *found->store;
  const auto* const maker =
      std::find_if(std::begin(kMakers), std::end(kMakers), [&](const Maker& one) { return one.kind == kind; });
  if (maker == std::end(kMakers)) throw InputError(fmt::format("replay: no server here can be a {}", kind));
  return *standing_.emplace_back(Standing{std::string(kind), maker->make(servers_, area_)}).store;
}

SceneStore* Scene::find(const std::string& store) {
  const auto found = named_.find(store);
  return found == named_.end() ? nullptr : found->second;
}

SceneStore& Scene::at(const std::string& store) {
  SceneStore* const found = find(store);
  STALEMATE_INVARIANT(found != nullptr, "a store that is asked is one of the trace's");
  return *found;
}

AppInstance& Scene::app(int number) { return apps_.try_emplace(number, *host_, number).first->second; }

DriverPlace Scene::place(const std::string& store) {
  SceneStore& standing = at(store);
  DriverPlace place = standing.place();
  place.server = store;
  place.product = standing.product();
  place.called = standing.called();
  place.area = area_.run;
  if (area_.mapping) place.mapping = area_.mapping->lines();
  place.timeout = timeout(store);
  return place;
}

Link::Milliseconds Scene::timeout(const std::string& store) {
  return at(store).drivers_timeout() + std::chrono::seconds(2);
}

std::string Scene::clean_up(const Silence& silence) {
  kill_apps();
  std::string left;
  for (const Standing& standing : standing_) {
    SceneStore& one = *standing.store;
    const bool is_silent = one.is_silent(silence);
    if (silence.any() || silence.is_in_haste) one.store().set_patience(kBriefSeconds);
    Removal removal(is_silent);
    // A teardown is the user's, and is tried in servers that are thrown away, too.
    if (mapping() != nullptr && !(is_silent && one.is_throw_away()))
      removal.attempt("what the mapping's teardown takes away", [&] { one.store().tear_down(); });
    if (!one.is_throw_away()) removal.attempt(one.area_called(), [&] { one.store().remove(); });
    left += removal.left();
  }
  return left;
}

}  // namespace stalemate::real
