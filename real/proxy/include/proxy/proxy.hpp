// A proxy before one server, that understands its protocol: it listens on a loopback port the kernel picks, and joins
// each client that connects to the server by a connection of its own. A Link is such a pair as a director sees it. It
// passes every byte on as it came, until the director holds it; from then on each whole request and each whole reply
// waits until the director releases it, drops it, repeats it, or cuts the connection. So drivers meet real faults: a
// timeout, a broken connection, a commit in doubt.
//
// Runs on one thread of its own. Memory is bounded for each link: what is held is read no further. It reaches no
// result; the caller decides whether the server may be a remote one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "wire/servers.hpp"
#include "wire/wire.hpp"

namespace stalemate::real {

// A whole request or reply.
struct Held {
  // As of Message. Of several messages the one that says most: an ErrorResponse, or the last before the end.
  std::string name;
  std::string bytes;
  bool is_whole = true;  // no: the server closed the connection in the midst of it
};

// What a driver's thread without a director decides ahead for one request: it, or its reply, never arrives.
struct Loss {
  enum class What { kRequest, kReply };
  What what = What::kRequest;
  int after = 0;  // so many requests pass before
  // The connection is cut this long after the request came: what a driver sees that has no timeout of its own. Not: the
  // driver has to give up.
  std::optional<std::chrono::milliseconds> then_cut;
};

class ProxiedConnection;

// A handle that is cheap to copy. For one director a link at a time; several links may be directed by several threads.
// Waits end with nothing after the timeout. They and every act throw WireError (a peer sent what the protocol does not
// know), EnvironmentError (the server cannot be reached; what is waited for cannot come any more, because a
// side has closed; the proxy has ended) and Interrupted. Acts on what is held REQUIRE that it is there.
class Link {
 public:
  using Milliseconds = std::chrono::milliseconds;
  using Ghost = int;

  // From the next request on; its reply is held, too. What is on its way passes.
  void hold();
  // From the next request on nothing is held. What is held stays until it is decided on.
  void pass();

  // Request: at most one is held, and the client is read no further.
  std::optional<Held> wait_request(Milliseconds timeout);
  void release_request();
  void drop_request();
  // The server is to get this instead: a whole request of its protocol.
  void replace_request(std::string bytes);
  // The server gets the first `bytes` of it, then both sides see the connection closed.
  void cut_request(std::size_t bytes);

  // A ghost is a request that the client knows nothing of any more: the held one, taken away (late) or copied
  // (duplicate). Released, it goes to the server behind what went before; the client never sees its reply. The server's
  // connection outlives the client's until every ghost is answered or dropped.
  Ghost keep_request();
  Ghost copy_request();
  void release_ghost(Ghost ghost);
  void drop_ghost(Ghost ghost);
  // The reply to a ghost that was released; once it was returned, the ghost is settled.
  std::optional<Held> wait_ghost(Ghost ghost, Milliseconds timeout);
  // The duplicate that follows at once: the request is released, then a copy of it.
  Ghost release_request_twice();

  // Reply: the oldest one held. A client that is gone gets nothing.
  std::optional<Held> wait_reply(Milliseconds timeout);
  void release_reply();
  void drop_reply();
  // The client gets the first `bytes` of it (0: none; or all), then both sides see the connection closed.
  void cut_reply(std::size_t bytes);

  // Of the requests from now on one is lost, without a director; the others pass. REQUIRES: nothing is held, and the
  // last loss that was decided on has happened.
  void lose(const Loss& loss);

  // Both sides see the connection closed now; the server's side when the last ghost is settled.
  void cut();

  int client_port() const;
  // Both sides are closed.
  bool wait_closed(Milliseconds timeout);

 private:
  friend class Proxy;
  explicit Link(std::shared_ptr<ProxiedConnection> connection) : connection_(std::move(connection)) {}
  std::shared_ptr<ProxiedConnection> connection_;
};

class Proxy {
 public:
  // Throws EnvironmentError (no such host, no port to listen on). A PostgreSQL host that begins with '/' is the
  // folder of its socket, as for libpq. REQUIRES: the server takes connections without encryption; where a user asks
  // for it, greet() puts a tunnel before the server first.
  explicit Proxy(const PostgresAddress& server, const WireLimits& limits = {});
  explicit Proxy(const RedisAddress& server, const WireLimits& limits = {});
  explicit Proxy(const MemcachedAddress& server, const WireLimits& limits = {});
  // Closes every connection; no thread and no socket is left. Links may be kept, and say that the proxy has ended.
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // On 127.0.0.1.
  int port() const;
  // The link of the client whose end of the connection has this local port (getsockname of a driver's socket). Waits
  // until it is accepted. A link that failed stays to be asked for; one that both sides closed is forgotten. Throws
  // EnvironmentError, which names the server, where after the timeout there is none.
  Link link(int client_port, Link::Milliseconds timeout);
  // What some peer sent that is not the protocol, or too much of it.
  std::optional<WireError> wire_error() const;
  // Links that are not closed.
  int open_links() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Where a driver connects instead: the same user, password and database at the proxy, without encryption.
inline PostgresAddress through(const Proxy& proxy, const PostgresAddress& server) {
  return by_way_of(proxy.port(), server);
}
inline RedisAddress through(const Proxy& proxy, const RedisAddress& server) { return by_way_of(proxy.port(), server); }
inline MemcachedAddress through(const Proxy& proxy, const MemcachedAddress& server) {
  return by_way_of(proxy.port(), server);
}

// The local port of a driver's connected socket.
int local_port(int socket);

}  // namespace stalemate::real
