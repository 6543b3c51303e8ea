// See scene.hpp.
#include "scene.hpp"

#include "app_child.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "os/fresh.hpp"
#include "sandbox/sandbox.hpp"
#include "stores/redis_replica.hpp"
#include "stores/removal.hpp"

namespace stalemate::real {
Scene::Scene(const Servers& servers, std::shared_ptr<AppHost> host, WorkArea area)
    : servers_(servers), area_(std::move(area)), host_(std::move(host)) {
  area_.run = fresh_hex(6);
  database_proxy_.emplace(servers_.postgres);
  database_ = open_postgres(servers_.postgres, area_);
}

void Scene::set(bool needs_cache) {
  needs_cache_ = needs_cache;
  if (!needs_cache) return;
  STALEMATE_INVARIANT(servers_.redis, "a trace with a cache is replayed with a Redis");
  if (!cache_ || (owns_cache() && servers_.sandbox->redis_epoch() != cache_epoch_)) open_cache();
  std::erase_if(cache_proxies_, [this](const auto& proxy) { return proxy.first != servers_.redis->port; });
}

void Scene::open_cache() {
  if (owns_cache()) {
    servers_.redis = servers_.sandbox->redis();
    cache_epoch_ = servers_.sandbox->redis_epoch();
  }
  cache_ = open_redis(*servers_.redis, area_);
  cache_proxies_.try_emplace(servers_.redis->port, *servers_.redis);
}

AppInstance& Scene::app(int number) { return apps_.try_emplace(number, *host_, number).first->second; }

LanePlace Scene::place(const std::string& server) {
  LanePlace place;
  place.server = server;
  place.called = called(server);
  place.area = area_.run;
  if (area_.mapping) place.mapping = area_.mapping->lines();
  place.timeout = timeout(server);
  if (server == "database") {
    place.proxy = &*database_proxy_;
    place.address = to_json(through(*database_proxy_, servers_.postgres));
  } else {
    place.proxy = &cache_proxies_.at(servers_.redis->port);
    place.address = to_json(through(*place.proxy, *servers_.redis));
    place.epoch = cache_epoch_;
  }
  return place;
}

std::string Scene::called(const std::string& server) const {
  return server == "database" ? real::place(servers_.postgres) : real::place(*servers_.redis);
}

Link::Milliseconds Scene::drivers_timeout(const std::string& server) const {
  return std::chrono::seconds(server == "database" ? servers_.postgres.timeout_seconds
                                                   : servers_.redis->timeout_seconds);
}

Link::Milliseconds Scene::timeout(const std::string& server) const {
  return drivers_timeout(server) + std::chrono::seconds(2);
}

std::shared_mutex& Scene::cache_lock() const { return servers_.sandbox->redis_lock(); }

void Scene::restart_cache() {
  servers_.sandbox->restart_redis();
  open_cache();
}

void Scene::start_replica() {
  replica_ = servers_.sandbox->start_replica();
  await_replica(*servers_.redis, *replica_);
}

void Scene::detach_replica() {
  await_replica(*servers_.redis, *replica_);
  real::detach_replica(*replica_);
}

void Scene::fail_over() {
  servers_.sandbox->fail_over();
  open_cache();
}

std::string Scene::clean_up(const Silence& silence) {
  kill_apps();
  const bool is_brief = silence.any() || silence.is_in_haste;
  if (is_brief) database_->set_patience(kBriefSeconds);
  if (is_brief && cache_) cache_->set_patience(kBriefSeconds);
  Removal database(silence.database);
  Removal cache(silence.cache);
  // A teardown is the user's, and is tried in servers that are thrown away, too.
  const std::string torn_down = "what the mapping's teardown takes away";
  const bool has_mapping = mapping() != nullptr;
  if (has_mapping && !(silence.database && servers_.is_postgres_throw_away))
    database.attempt(torn_down, [&] { database_->tear_down(); });
  if (has_mapping && cache_ && !(silence.cache && servers_.is_redis_throw_away))
    cache.attempt(torn_down, [&] { cache_->tear_down(); });
  if (!servers_.is_postgres_throw_away) database.attempt("schema stalemate_" + area_.run, [&] { database_->remove(); });
  if (cache_ && !servers_.is_redis_throw_away)
    cache.attempt("keys stalemate:" + area_.run + ":*", [&] { cache_->remove(); });
  return database.left() + cache.left();
}

}  // namespace stalemate::real
