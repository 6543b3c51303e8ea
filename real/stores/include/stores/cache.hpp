// The seam for caches. For Redis and memcached an area is the keys under a prefix.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/store.hpp"
#include "stores/work_area.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class CacheSession : public StoreSession {
 public:
  using Seconds = std::optional<std::int64_t>;  // a time to live, if any

  Answer get(const std::string& product) { return ask({"get", product}); }
  Answer set(const std::string& product, std::int64_t value, Seconds ttl) { return ask({"set", product, value, ttl}); }
  Answer erase(const std::string& product) { return ask({"delete", product}); }
};

class Cache : public Store {
 public:
  virtual std::unique_ptr<CacheSession> connect() = 0;
  // What the traces from now on call their entries, for who cannot list what there is.
  virtual void set_names(const std::vector<std::string>&) {}
  // What befalls an entry in the server itself. drop(): whether it was there. expire(): its time to live is over at
  // once; returns when it is gone, or "" as the reason why it cannot be: "absent", "without a time to live".
  // end_lease(): its lease alone is over; whether there was one.
  virtual bool drop(const std::string& product) = 0;
  virtual std::string expire(const std::string& product) = 0;
  virtual bool end_lease(const std::string& product) = 0;
};

// Keys of runs that were killed ("stalemate:1f:*"), as each new area removes them; none where the user may not see the
// server's clients.
std::vector<std::string> abandoned_keys(const RedisAddress& address);
void remove_abandoned_keys(const RedisAddress& address);

// Connects to learn the version; writes nothing. With a mapping, contents() has the area's names alone.
std::unique_ptr<Cache> open_redis(const RedisAddress& address, const WorkArea& area);
// Whether a Redis is asked so. `watch`: as in Wanted.
bool redis_knows(std::string_view verb, std::string_view watch);

// A session alone, under the prefix of that run.
std::unique_ptr<CacheSession> connect_redis(const RedisAddress& address, const WorkArea& area);

// The same for a memcached: contents() has what set_names() and fill() name, and takes leases that nobody has. What a
// run that was killed leaves there is gone after a day. REQUIRES: the area has no mapping with commands of a cache.
std::unique_ptr<Cache> open_memcached(const MemcachedAddress& address, const WorkArea& area);
bool memcached_knows(std::string_view verb, std::string_view watch);
std::unique_ptr<CacheSession> connect_memcached(const MemcachedAddress& address, const WorkArea& area);

}  // namespace stalemate::real
