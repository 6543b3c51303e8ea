// The seam for caches: what a replay needs of one. A Cache is an area of our own inside a server (for Redis the keys
// under a prefix), a CacheSession one connection. Errors as in real/database.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "real/database.hpp"
#include "real/servers.hpp"

namespace stalemate::real {

class CacheSession {
 public:
  virtual ~CacheSession() = default;
  virtual Answer get(const std::string& product) = 0;                      // value or miss
  virtual Answer set(const std::string& product, std::int64_t value) = 0;  // ok
  virtual Answer add(const std::string& product, std::int64_t value) = 0;  // ok, or conflict: it was there
  virtual Answer erase(const std::string& product) = 0;                    // ok, whether or not it was there
};

class Cache {
 public:
  virtual ~Cache() = default;
  virtual std::string version() const = 0;  // "Redis 7.0.15"
  virtual std::unique_ptr<CacheSession> connect() = 0;
  // Every entry under the prefix, sorted by name, without the prefix, over a connection of its own.
  virtual std::vector<StoredValue> contents() = 0;
  // Deletes every key under the prefix, over a connection of its own, and makes sure that none is left.
  virtual void remove() = 0;
};

// Connects to learn the version; writes nothing. `run` names the area: keys "stalemate:RUN:...".
std::unique_ptr<Cache> open_redis(const RedisAddress& address, const std::string& run);

}  // namespace stalemate::real
