// A store as it stands in a scene: our area in a real server, the proxy before that server, and what may befall it. A
// kind of server is one file (scene_postgres.cpp, scene_redis.cpp, scene_memcached.cpp) and one line in the table of
// scene.cpp; whoever directs a trace knows of no kind.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "app_instance.hpp"
#include "stores/decode.hpp"
#include "stores/store.hpp"
#include "stores/work_area.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

// What befalls a server and its entries. Errors as in sandbox/sandbox.hpp.
class Misfortunes {
 public:
  virtual ~Misfortunes() = default;
  // As in stores/cache.hpp.
  virtual bool drop(const std::string& product) = 0;
  virtual std::string expire(const std::string& product) = 0;
  virtual bool end_lease(const std::string& product) = 0;
  // Killed and started again, empty. False: it is not ours to kill, and only our entries are gone, and what connections
  // of ours have watched.
  virtual bool restart() = 0;
  // A replica of it, which follows it until detach_replica(); returns when it has caught up. REQUIRES, of all three:
  // the server is ours, and its lock is held alone.
  virtual void start_replica() = 0;
  virtual void detach_replica() = 0;
  virtual void fail_over() = 0;
};

// A store that has what another one had some changes ago.
class Follower {
 public:
  virtual ~Follower() = default;
  // Returns when it has everything; from then on it gets nothing more.
  virtual void catch_up() = 0;
  // Everything passes until the next catch_up().
  virtual void open() = 0;
  // Where the stream of changes has come to by now; and returns when it has come to there.
  virtual std::int64_t now() = 0;
  virtual void apply(std::int64_t until) = 0;
};

class SceneStore {
 public:
  virtual ~SceneStore() = default;

  virtual std::string_view product() const = 0;  // "redis"
  virtual std::string called() const = 0;        // "Redis at 127.0.0.1:6379"
  virtual std::string area_called() const = 0;   // "keys stalemate:1f:*"
  virtual Store& store() = 0;
  // For the next trace, which needs these: looks whether its server is still where it was.
  virtual void prepare(const Shapes&) {}
  // As in stores/cache.hpp; before its store is filled.
  virtual void set_names(const std::vector<std::string>&) {}

  // Where drivers connect: the proxy, its address, and the server's epoch.
  virtual DriverPlace place() = 0;
  // Where who listens to what it tells connects: the server itself. REQUIRES: it can be listened to.
  virtual DriverPlace listeners_place() { return {}; }
  // How long its driver waits for an answer; whether it gives up then, or has to see its connection broken.
  virtual std::chrono::seconds drivers_timeout() const = 0;
  virtual bool driver_gives_up() const = 0;
  virtual bool knows(const Wanted& wanted) const = 0;
  // What a set-if-unchanged compares whose operation has watched nothing: by its server's own means.
  virtual traces::Watch compares() const { return traces::Watch::kKey; }
  virtual Decoded decode(const Wanted& wanted, const Held& reply) const = 0;
  // What of the request a command is that its driver sends.
  virtual CommandPart part_of(const Wanted& /*wanted*/, const Held& /*command*/) const { return CommandPart::kWhole; }
  // A request that it answers with an error, and does nothing.
  virtual std::string mistaken_request() const = 0;
  // Asked by the director itself, over a connection of its own.
  virtual Answer ask(const Wanted& wanted) = 0;

  // Null: nothing does; it follows none.
  virtual Misfortunes* misfortunes() { return nullptr; }
  virtual Follower* follower() { return nullptr; }

  // Whether the server is thrown away after the scene; whether it is known not to answer.
  virtual bool is_throw_away() const = 0;
  virtual bool is_silent(const Silence& silence) const = 0;
};

std::unique_ptr<SceneStore> make_postgres_store(const Servers& servers, const WorkArea& area);
// REQUIRES: there is a Redis.
std::unique_ptr<SceneStore> make_redis_store(const Servers& servers, const WorkArea& area);
// A replica of the Redis, anew for each trace. REQUIRES: the Redis is a sandbox's.
std::unique_ptr<SceneStore> make_redis_replica_store(const Servers& servers, const WorkArea& area);
// REQUIRES: there is a memcached.
std::unique_ptr<SceneStore> make_memcached_store(const Servers& servers, const WorkArea& area);

}  // namespace stalemate::real
