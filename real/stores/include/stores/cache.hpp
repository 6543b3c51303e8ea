// The seam for caches: what a replay needs of one. A Cache is an area of our own inside a server (for Redis the keys
// under a prefix), a CacheSession one connection. Errors as in stores/database.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "stores/database.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class CacheSession {
 public:
  using Seconds = std::optional<std::int64_t>;  // a time to live, if any

  virtual ~CacheSession() = default;
  virtual int socket() const = 0;
  // How long it waits for answers from now on, instead of the address's timeout.
  virtual void set_patience(std::chrono::milliseconds patience) = 0;

  virtual Answer get(const std::string& product) = 0;                                   // value or miss
  virtual Answer set(const std::string& product, std::int64_t value, Seconds ttl) = 0;  // ok
  virtual Answer add(const std::string& product, std::int64_t value, Seconds ttl) = 0;  // ok, or conflict: it was there
  virtual Answer erase(const std::string& product) = 0;  // ok, whether or not it was there
};

class Cache {
 public:
  virtual ~Cache() = default;
  virtual std::string version() const = 0;  // "Redis 7.0.15"
  virtual std::unique_ptr<CacheSession> connect() = 0;
  // Makes these the only entries under the prefix. At first it also removes the areas of runs that were killed.
  virtual void fill(const std::vector<StoredValue>& entries) = 0;
  // What befalls an entry in the server itself. drop(): whether it was there. expire(): its time to live is over at
  // once; returns when it is gone, or "" as the reason why it cannot be: "absent", "without a time to live".
  virtual bool drop(const std::string& product) = 0;
  virtual std::string expire(const std::string& product) = 0;
  // Every entry under the prefix, sorted by name, without the prefix, over another connection than the sessions'.
  virtual std::vector<StoredValue> contents() = 0;
  // How many seconds a connection that is made from now on waits for answers.
  virtual void set_patience(int seconds) = 0;
  // Both over a connection of their own. tear_down() runs a mapping's teardown, where its setup has run; remove()
  // deletes every key under the prefix, and makes sure that none is left.
  virtual void tear_down() = 0;
  virtual void remove() = 0;
};

// Keys of runs that were killed ("stalemate:1f:*"), as each new area removes them; none where the user may not see the
// server's clients.
std::vector<std::string> abandoned_keys(const RedisAddress& address);
void remove_abandoned_keys(const RedisAddress& address);

// Connects to learn the version; writes nothing. With a mapping, contents() has the area's names alone.
std::unique_ptr<Cache> open_redis(const RedisAddress& address, const WorkArea& area);
// A session alone, under the prefix of that run.
std::unique_ptr<CacheSession> connect_redis(const RedisAddress& address, const WorkArea& area);

}  // namespace stalemate::real
