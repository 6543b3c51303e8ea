// Throw-away servers: the machine's own PostgreSQL, Redis and memcached in a temporary folder, on loopback ports the
// kernel picks, with random passwords, as an unprivileged user. A supervisor process owns them: when the program ends,
// however it ends (SIGKILL included), the supervisor stops the servers and removes the folder. An orderly end waits for
// that. Nothing of the caller's environment (locale, PG*, current directory) reaches the servers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "wire/servers.hpp"

namespace stalemate::real {

// Where to look for the servers' programs, in this order.
struct ProgramSearch {
  std::string postgres_versions = "/usr/lib/postgresql";  // holds VERSION/bin; the newest is taken
  std::optional<std::string> path;                        // instead of $PATH
};

struct Programs {
  std::string initdb;
  std::string postgres;  // beside initdb
  std::string redis_server;
  std::string memcached = {};
  std::string cockroach;
};

struct SandboxOptions {
  bool postgres = true;
  bool cockroach = false;  // one node of CockroachDB instead, in memory, insecure
  bool redis = true;
  bool memcached = false;
  ProgramSearch programs;
  // A free loopback port; by default the kernel is asked. One that turns out to be taken is given up for another.
  std::function<int()> pick_port;
};

// Full paths of the programs `options` needs. Throws EnvironmentError that names what is not installed.
Programs find_programs(const SandboxOptions& options);

// Where sandboxes have their folders: $TMPDIR, if every user that takes part may be there, or /tmp.
std::string sandbox_base();

class Sandbox {
 public:
  // Returns when every server answers. Throws EnvironmentError (not installed, does not start: with the last
  // line of its log) and Interrupted; nothing is left then. Removes what dead runs' sandboxes left behind.
  explicit Sandbox(const SandboxOptions& options);
  // Returns when every process has ended and the folder is gone. In a forked child it does nothing.
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // REQUIRES: the server was asked for; of CockroachDB this is the address, too. Its user owns the database and is no
  // superuser: statements that a trace brings cannot read files or run programs.
  const PostgresAddress& postgres() const;
  // The same server as its superuser. REQUIRES: it is a PostgreSQL.
  const PostgresAddress& postgres_owner() const;
  const RedisAddress& redis() const;
  const MemcachedAddress& memcached() const;
  const std::string& folder() const;

  // What befalls its caches. REQUIRES: caches_lock() is held alone; whoever merely uses one holds it shared. Throw
  // EnvironmentError and Interrupted.
  std::shared_mutex& caches_lock();
  void restart_redis();  // killed, and started again at the same port: empty
  // Of the Redis there is, which it reaches at this port of loopback (0: its own); empty at first (redis_replica.hpp).
  RedisAddress start_replica(int by_way_of = 0);
  void fail_over();  // the Redis is killed; the replica is the Redis from now on
  // Counts restarts and failovers: connections of an earlier epoch are broken.
  int redis_epoch() const;
  void restart_memcached();  // as restart_redis()
  int memcached_epoch() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate::real
