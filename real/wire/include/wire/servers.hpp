// Where real servers are: addresses, the URLs they are given as, and how messages name them. Messages never hold a
// password. Nothing here connects to them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stalemate::real {

// How long a connect or a statement may take.
inline constexpr int kServerTimeoutSeconds = 10;
// The same for a server that may have failed: what libpq waits at least.
inline constexpr int kBriefSeconds = 2;

// How connections are encrypted (TLS 1.2 or later), and how far it is made sure who the server is. Files are PEM.
struct Encryption {
  bool checks_authority = true;  // its certificate leads to an authority that is trusted
  bool checks_name = true;       // and is the host's
  std::string authority = {};    // the file of those that are trusted; empty: the system's
  std::string revoked = {};      // a file of revocation lists; empty: none
  std::string certificate = {};  // to show; empty: none
  std::string key = {};          // its own; empty: in the file of the certificate
};

struct PostgresAddress {
  std::string host;
  int port = 5432;
  std::string user;                                             // empty: the name of the user who runs the program
  std::string password;                                         // empty: none
  std::string database;                                         // empty: as `user`
  std::vector<std::pair<std::string, std::string>> parameters;  // further libpq keywords: sslmode, sslrootcert, ...
  int timeout_seconds = kServerTimeoutSeconds;
  std::string shown_as = {};  // what place() says instead; where a proxy stands before it, the server behind
};

struct RedisAddress {
  std::string host;
  int port = 6379;
  std::string user;
  std::string password;
  int database = 0;
  int timeout_seconds = kServerTimeoutSeconds;
  std::string shown_as = {};
  std::optional<Encryption> encryption = {};  // greet() puts a tunnel before it; nobody else heeds it
};

struct MemcachedAddress {
  std::string host;
  int port = 11211;
  std::string user;  // as a memcached with -Y has them; empty: it asks for none
  std::string password;
  int timeout_seconds = kServerTimeoutSeconds;
  std::string shown_as = {};
};

// "postgresql://[user[:password]@]host[:port][/database][?keyword=value&...]", or with postgres://; parts may be
// percent-encoded, an IPv6 host stands in brackets. Throws InputError.
// `option` gave it.
PostgresAddress parse_postgres_url(std::string_view url, std::string_view option = "--postgres");

// "redis://[[user][:password]@]host[:port][/database number]"; the host may be a socket: redis://%2Frun%2Fredis.sock.
// Over TLS, with the words that redis-py has for it: "rediss://...[?ssl_ca_certs=FILE][&ssl_certfile=FILE]
// [&ssl_keyfile=FILE][&ssl_cert_reqs=none|required][&ssl_check_hostname=true|false]". Throws InputError.
RedisAddress parse_redis_url(std::string_view url);

// "memcached://[user:password@]host[:port]". Throws InputError.
MemcachedAddress parse_memcached_url(std::string_view url);

// "PostgreSQL at 127.0.0.1:5432", "Redis at 127.0.0.1:6379", "memcached at 127.0.0.1:11211".
std::string place(const PostgresAddress& address);
std::string place(const RedisAddress& address);
std::string place(const MemcachedAddress& address);

// The same server by way of a loopback port that leads to it; nothing is encrypted on that way.
PostgresAddress by_way_of(int port, PostgresAddress server);
RedisAddress by_way_of(int port, RedisAddress server);
MemcachedAddress by_way_of(int port, MemcachedAddress server);

// Servers that exist, as a user names them. Of the databases at most one.
struct ServerUrls {
  std::optional<std::string> postgres = {};
  std::optional<std::string> redis = {};
  std::optional<std::string> cockroach = {};
  bool allow_remote = false;  // else each must lead to this machine
  std::optional<std::string> memcached = {};
};

class Tunnel;

// Where they are.
struct GivenServers {
  std::optional<PostgresAddress> database;
  std::optional<RedisAddress> redis;
  std::optional<MemcachedAddress> memcached = {};
  std::vector<std::shared_ptr<Tunnel>> tunnels = {};  // the addresses lead through them as long as they are there
};

// Throws InputError (a URL, or a server elsewhere that was not allowed) and EnvironmentError (a name
// that nobody knows). Asks nobody but the resolver of names.
GivenServers find_servers(const ServerUrls& urls);

class Sandbox;

struct Servers {
  PostgresAddress postgres;
  std::optional<RedisAddress> redis;  // not needed where the trace has no cache
  // Ends with its sandbox, so that nothing in it has to be removed.
  bool is_postgres_throw_away = false;
  bool is_redis_throw_away = false;
  // Whose Redis it is, if it may be killed and started again, and have a replica.
  Sandbox* sandbox = nullptr;
  std::optional<MemcachedAddress> memcached = {};
  Sandbox* memcacheds_sandbox = nullptr;  // whose it is, if it ends with that and may be killed
};

}  // namespace stalemate::real
