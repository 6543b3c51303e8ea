// What stays between the replays of a stage: areas, proxies, app instances; and what can befall the cache as a whole.
// Knows servers, not traces: director.hpp decides when.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "app_host.hpp"
#include "app_instance.hpp"
#include "proxy/proxy.hpp"
#include "replay/stage.hpp"
#include "stores/cache.hpp"
#include "stores/database.hpp"
#include "stores/work_area.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class Scene {
 public:
  // `area`: its run is made here.
  Scene(const Servers& servers, std::shared_ptr<AppHost> host, WorkArea area);

  // For the next trace: opens the cache if it needs one, and looks whether it is still where it was.
  void set(bool needs_cache);
  const model::Mapping* mapping() const { return area_.mapping.get(); }  // null: the tutorial's table and keys
  const std::vector<std::string>& names() const { return area_.names; }
  Database& database() { return *database_; }
  Cache* cache() { return needs_cache_ ? cache_.get() : nullptr; }

  AppInstance& app(int number);
  void kill_app(int number) { apps_.erase(number); }
  void kill_apps() { apps_.clear(); }
  LanePlace place(const std::string& server);
  std::string called(const std::string& server) const;  // "Redis at 127.0.0.1:6379"
  // How long a driver waits for an answer, and how long its director does: a little longer, because the driver says
  // best what is wrong.
  Link::Milliseconds drivers_timeout(const std::string& server) const;
  Link::Milliseconds timeout(const std::string& server) const;

  // Whether the Redis is ours to kill. REQUIRES of the rest: it is, and its lock is held alone.
  bool owns_cache() const { return servers_.sandbox != nullptr; }
  std::shared_mutex& cache_lock() const;
  void restart_cache();
  // A replica of the cache, which follows it until detach_replica(); returns when it has caught up.
  void start_replica();
  void detach_replica();
  void fail_over();

  // See Stage::close().
  std::string clean_up(const Silence& silence = {});

 private:
  void open_cache();

  Servers servers_;
  WorkArea area_;
  std::shared_ptr<AppHost> host_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Cache> cache_;  // of the latest trace that needed one: its keys are still to be removed
  bool needs_cache_ = false;
  std::optional<RedisAddress> replica_;
  int cache_epoch_ = 0;
  std::optional<Proxy> database_proxy_;
  std::map<int, Proxy>
      cache_proxies_;                // by the server's port; what a former Redis still answered passes the older ones
  std::map<int, AppInstance> apps_;  // after the proxies that their connections pass
};

}  // namespace stalemate::real
