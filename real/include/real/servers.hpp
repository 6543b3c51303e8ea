// Where real servers are: addresses, the URLs they are given as, and how messages name them. Messages never hold a
// password. Nothing here connects to them.
#pragma once

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
};

// "postgresql://[user[:password]@]host[:port][/database][?keyword=value&...]", or with postgres://; parts may be
// percent-encoded, an IPv6 host stands in brackets. Throws traces::InputError.
// `option` gave it.
PostgresAddress parse_postgres_url(std::string_view url, std::string_view option = "--postgres");

// "redis://[[user][:password]@]host[:port][/database number]"; the host may be a socket: redis://%2Frun%2Fredis.sock.
// Throws traces::InputError.
RedisAddress parse_redis_url(std::string_view url);

// "PostgreSQL at 127.0.0.1:5432", "Redis at 127.0.0.1:6379".
std::string place(const PostgresAddress& address);
std::string place(const RedisAddress& address);

// Servers that exist, as a user names them. Of the databases at most one.
struct ServerUrls {
  std::optional<std::string> postgres = {};
  std::optional<std::string> redis = {};
  std::optional<std::string> cockroach = {};
  bool allow_remote = false;  // else each must lead to this machine
};

// Where they are.
struct GivenServers {
  std::optional<PostgresAddress> database;
  std::optional<RedisAddress> redis;
};

// Throws traces::InputError (a URL, or a server elsewhere that was not allowed) and traces::EnvironmentError (a name
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
};

}  // namespace stalemate::real
