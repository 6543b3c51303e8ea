// See proxy/proxy.hpp. The connections there are.
#include "proxy/proxy.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "proxied_connection.hpp"

namespace stalemate::real {
namespace {

using Clock = ProxiedConnection::Clock;

constexpr std::size_t kFailedKept = 64;

Clock::time_point from_now(Link::Milliseconds timeout) {
  return Clock::now() + std::min<Link::Milliseconds>(timeout, std::chrono::hours(24));
}

std::shared_ptr<const Upstream> upstream_of(const PostgresAddress& server, const WireLimits& limits) {
  const std::string where = place(server);
  const std::string host =
      server.host.starts_with('/') ? fmt::format("{}/.s.PGSQL.{}", server.host, server.port) : server.host;
  return std::make_shared<Upstream>(
      Upstream{Protocol::kPostgres, where, endpoints_of(host, server.port, where), limits});
}

// Of a Redis or a memcached.
template <class Address>
std::shared_ptr<const Upstream> upstream_of(Protocol protocol, const Address& server, const WireLimits& limits) {
  const std::string where = place(server);
  return std::make_shared<Upstream>(Upstream{protocol, where, endpoints_of(server.host, server.port, where), limits});
}

}  // namespace

struct Proxy::Impl {
  explicit Impl(std::shared_ptr<const Upstream> to)
      : upstream(std::move(to)),
        listener("the proxy before " + upstream->place,
                 [this](StreamSocket client, int client_port) { add(std::move(client), client_port); }) {}

  ~Impl() {
    listener.end([this] {
      for (const auto& connection : all()) connection->shut_down();
    });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void add(StreamSocket socket, int client_port) {
    const auto number = ++last_number;
    auto connection = std::make_shared<ProxiedConnection>(listener.context(), upstream, std::move(socket), client_port,
                                                          [this, number] { closed(number); });
    {
      const std::lock_guard lock(mutex);
      connections.emplace(number, connection);
    }
    accepted.notify_all();
    connection->start();
  }

  // One that failed stays to be asked for; of these the latest.
  void closed(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    if (!connections.at(number)->has_failed()) {
      connections.erase(number);
      return;
    }
    failed.push_back(number);
    if (failed.size() <= kFailedKept) return;
    connections.erase(failed.front());
    failed.erase(failed.begin());
  }

  std::vector<std::shared_ptr<ProxiedConnection>> all() const {
    const std::lock_guard lock(mutex);
    std::vector<std::shared_ptr<ProxiedConnection>> found;
    for (const auto& [number, connection] : connections) found.push_back(connection);
    return found;
  }

  // The latest: ports come again. REQUIRES: the lock.
  std::shared_ptr<ProxiedConnection> find(int client_port) const {
    for (auto at = connections.rbegin(); at != connections.rend(); ++at) {
      if (at->second->client_port() == client_port) return at->second;
    }
    return nullptr;
  }

  std::shared_ptr<const Upstream> upstream;
  std::uint64_t last_number = 0;
  mutable std::mutex mutex;
  std::condition_variable accepted;
  std::map<std::uint64_t, std::shared_ptr<ProxiedConnection>> connections;
  std::vector<std::uint64_t> failed;
  Listener listener;  // last: its thread uses the others
};

Proxy::Proxy(const PostgresAddress& server, const WireLimits& limits)
    : impl_(std::make_unique<Impl>(upstream_of(server, limits))) {}
Proxy::Proxy(const RedisAddress& server, const WireLimits& limits)
    : impl_(std::make_unique<Impl>(upstream_of(Protocol::kRedis, server, limits))) {}
Proxy::Proxy(const MemcachedAddress& server, const WireLimits& limits)
    : impl_(std::make_unique<Impl>(upstream_of(Protocol::kMemcached, server, limits))) {}
Proxy::~Proxy() = default;

int Proxy::port() const { return impl_->listener.port(); }

Link Proxy::link(int client_port, Link::Milliseconds timeout) {
  constexpr std::chrono::milliseconds kLookUp(200);
  const Clock::time_point until = from_now(timeout);
  std::unique_lock lock(impl_->mutex);
  for (;;) {
    if (auto found = impl_->find(client_port)) return Link(std::move(found));
    throw_if_stopped();
    const Clock::time_point now = Clock::now();
    if (now >= until)
      throw EnvironmentError(fmt::format(
          "{}: the connection was closed as soon as it was made; check that the server still runs, then run it again",
          impl_->upstream->place));
    impl_->accepted.wait_until(lock, std::min(until, now + kLookUp));
  }
}

std::optional<WireError> Proxy::wire_error() const {
  for (const auto& connection : impl_->all()) {
    if (auto error = connection->wire_error()) return error;
  }
  return {};
}

int Proxy::open_links() const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<int>(impl_->connections.size() - impl_->failed.size());
}

int local_port(int socket) {
  sockaddr_in address = {};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void Link::hold() { connection_->set_hold(true); }
void Link::pass() { connection_->set_hold(false); }

std::optional<Held> Link::wait_request(Milliseconds timeout) { return connection_->wait_request(from_now(timeout)); }
void Link::release_request() { connection_->release_request(); }
void Link::drop_request() { connection_->drop_request(); }
void Link::replace_request(std::string bytes) { connection_->replace_request(std::move(bytes)); }
void Link::cut_request(std::size_t bytes) { connection_->release_request(bytes); }

Link::Ghost Link::keep_request() { return connection_->make_ghost(true); }
Link::Ghost Link::copy_request() { return connection_->make_ghost(false); }
void Link::release_ghost(Ghost ghost) { connection_->release_ghost(ghost); }
void Link::drop_ghost(Ghost ghost) { connection_->drop_ghost(ghost); }
std::optional<Held> Link::wait_ghost(Ghost ghost, Milliseconds timeout) {
  return connection_->wait_ghost(ghost, from_now(timeout));
}
Link::Ghost Link::release_request_twice() {
  const Ghost ghost = copy_request();
  release_request();
  release_ghost(ghost);
  return ghost;
}

std::optional<Held> Link::wait_reply(Milliseconds timeout) { return connection_->wait_reply(from_now(timeout)); }
void Link::release_reply() { connection_->release_reply(); }
void Link::drop_reply() { connection_->drop_reply(); }
void Link::cut_reply(std::size_t bytes) { connection_->release_reply(bytes); }

void Link::lose(const Loss& loss) { connection_->lose(loss); }
void Link::cut() { connection_->cut(); }
int Link::client_port() const { return connection_->client_port(); }
bool Link::wait_closed(Milliseconds timeout) { return connection_->wait_closed(from_now(timeout)); }

}  // namespace stalemate::real
