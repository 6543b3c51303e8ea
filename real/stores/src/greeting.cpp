// See stores/greeting.hpp.
#include "stores/greeting.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <memory>

#include "base/error.hpp"
#include "proxy/proxy.hpp"
#include "proxy/tunnel.hpp"
#include "stores/cache.hpp"
#include "stores/connection_string.hpp"
#include "stores/database.hpp"
#include "stream.hpp"
#include "wire/encryption.hpp"

namespace stalemate::real {
namespace {

constexpr int kFirstContactSeconds = 3;
constexpr StreamPatience kProbe(700);
constexpr int kAfterSilenceSeconds = 4;  // all that a server which did not answer then is still given

// The first bytes that come back for `words`; "" where nothing does in time.
std::string answer_to(std::string_view words, const std::string& host, int port) {
  const OwnedFile socket = connect_to(host, port, kProbe);
  if (socket.get() < 0) return {};
  if (::send(socket.get(), words.data(), words.size(), MSG_NOSIGNAL) < 0) return {};
  char buffer[64];
  if (!is_ready(socket.get(), POLLIN, kProbe)) return {};
  const ssize_t count = ::recv(socket.get(), buffer, sizeof buffer, 0);
  return count > 0 ? std::string(buffer, static_cast<std::size_t>(count)) : std::string();
}

// What it is that keeps silent, or hangs up, when it is spoken to as something else.
std::string kind_at(const std::string& host, int port) {
  const std::string to_postgres = answer_to(kPostgresAsksForEncryption, host, port);
  if (to_postgres == "S" || to_postgres == "N") return "a PostgreSQL";
  const std::string to_redis = answer_to("PING\r\n", host, port);
  if (to_redis.starts_with("+PONG") || to_redis.starts_with("-")) return "a Redis";
  if (to_redis.starts_with("ERROR")) return "a memcached";
  return {};
}

// `asked`: whom the URL names; "a PostgreSQL".
void refuse_other_kind(const std::string& place, const std::string& asked, const std::string& host, int port) {
  if (host.starts_with('/')) return;
  const std::string kind = kind_at(host, port);
  if (kind.empty() || kind == asked) return;
  throw EnvironmentError(fmt::format("{}: {} answers there, not {}; check the port", place, kind, asked));
}

struct FinishConnection {
  void operator()(PGconn* connection) const { ::PQfinish(connection); }
};

// libpq looks for it where a connection begins, and begins without waiting for anybody.
std::string password_for(const PostgresAddress& address) {
  const std::unique_ptr<PGconn, FinishConnection> connection(::PQconnectStart(connection_string(address).c_str()));
  const char* const password = connection ? ::PQpass(connection.get()) : nullptr;
  return password == nullptr ? "" : password;
}

// What its certificate says does not matter for that.
void refuse_tls(const RedisAddress& address) {
  if (address.host.starts_with('/')) return;
  const Tunnel tunnel(address, {.checks_authority = false, .checks_name = false});
  answer_to("PING\r\n", "127.0.0.1", tunnel.port());
  if (tunnel.has_agreed())
    throw EnvironmentError(place(address) + ": TLS is spoken there; say rediss:// instead of redis://");
}

// Puts a tunnel before the server, if `encryption` is asked for.
template <class Address>
std::shared_ptr<Tunnel> enter_tunnel(Address& address, const std::optional<Encryption>& encryption) {
  if (!encryption) return nullptr;
  auto tunnel = std::make_shared<Tunnel>(address, *encryption);
  address = by_way_of(tunnel->port(), address);
  return tunnel;
}

// `asked`: whom the URL names; `host` and `port`: where.
void throw_failure_of(const std::shared_ptr<Tunnel>& tunnel, const std::string& place, const std::string& asked,
                      const std::string& host, int port) {
  if (!tunnel) return;
  const std::string why = tunnel->failure();
  if (why.empty()) return;
  if (tunnel->is_other_kind()) refuse_other_kind(place, asked, host, port);
  throw EnvironmentError(why);
}

std::shared_ptr<Tunnel> greet(PostgresAddress& address) {
  if (address.password.empty()) address.password = password_for(address);
  const std::string host = address.host;
  const int port = address.port;
  std::shared_ptr<Tunnel> tunnel = enter_tunnel(address, encryption_of(address));
  constexpr std::size_t kReplyBytesMax = std::size_t{16} << 20;
  Proxy proxy(address, {.passing_bytes = kReplyBytesMax});
  PostgresAddress first = through(proxy, address);
  first.timeout_seconds = kFirstContactSeconds;
  const auto begin = std::chrono::steady_clock::now();
  try {
    open_postgres(first, "");
  } catch (const EnvironmentError&) {
    throw_failure_of(tunnel, place(address), "a PostgreSQL", host, port);
    if (const std::optional<WireError> strange = proxy.wire_error()) throw WireError(*strange);
    const bool is_silent = std::chrono::steady_clock::now() - begin >= std::chrono::seconds(kFirstContactSeconds);
    if (is_silent) {
      refuse_other_kind(place(address), "a PostgreSQL", host, port);
      address.timeout_seconds = kAfterSilenceSeconds;
    }
    // It is slow, or it refuses this connection and perhaps not one that is encrypted. The next one says why.
  }
  return tunnel;
}

// `speaks`: else everything is made ready, and its first use will tell.
std::shared_ptr<Tunnel> greet(RedisAddress& address, bool speaks) {
  const char* const password = std::getenv("REDISCLI_AUTH");
  if (address.password.empty() && password != nullptr) address.password = password;
  if (address.password.empty() && !address.user.empty())
    throw InputError("--redis: a user needs a password; put it into REDISCLI_AUTH");
  const std::string host = address.host;
  const int port = address.port;
  std::shared_ptr<Tunnel> tunnel = enter_tunnel(address, address.encryption);
  const std::string asked = tunnel ? "a Redis that speaks TLS" : "a Redis";
  if (!speaks) return tunnel;
  RedisAddress first = address;
  first.timeout_seconds = kFirstContactSeconds;
  try {
    open_redis(first, "");
  } catch (const NoAnswer&) {
    throw_failure_of(tunnel, place(address), asked, host, port);
    if (!tunnel) refuse_tls(address);
    refuse_other_kind(place(address), asked, host, port);
    address.timeout_seconds = kAfterSilenceSeconds;
  } catch (const EnvironmentError&) {
    throw_failure_of(tunnel, place(address), asked, host, port);
    // The next one says why.
  }
  return tunnel;
}

// A user asks for a password: it is in the URL, or in MEMCACHED_AUTH.
void greet(MemcachedAddress& address, bool speaks) {
  const char* const password = std::getenv("MEMCACHED_AUTH");
  if (address.password.empty() && password != nullptr) address.password = password;
  if (address.password.empty() && !address.user.empty())
    throw InputError("--memcached: a user needs a password; put it into MEMCACHED_AUTH");
  if (!speaks) return;
  MemcachedAddress first = address;
  first.timeout_seconds = kFirstContactSeconds;
  try {
    open_memcached(first, "");
  } catch (const NoAnswer&) {
    refuse_other_kind(place(address), "a memcached", address.host, address.port);
    address.timeout_seconds = kAfterSilenceSeconds;
  } catch (const WireError&) {
    refuse_other_kind(place(address), "a memcached", address.host, address.port);
    throw;
  } catch (const EnvironmentError&) {
    // The next one says why.
  }
}

}  // namespace

void greet(GivenServers& given) {
  if (given.database) given.tunnels.push_back(greet(*given.database));
  // Where the database is silent, that alone will be said: nobody has to wait for the other one first.
  const bool is_silent = given.database && given.database->timeout_seconds == kAfterSilenceSeconds;
  if (given.redis) given.tunnels.push_back(greet(*given.redis, !is_silent));
  if (given.memcached) greet(*given.memcached, !is_silent);
}

}  // namespace stalemate::real
