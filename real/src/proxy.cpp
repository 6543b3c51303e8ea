// See real/proxy.hpp. The listening socket, the thread, and the connections there are.
#include "real/proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "proxied_connection.hpp"
#include "real/signals.hpp"

namespace stalemate::real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = ProxiedConnection::Clock;

constexpr std::chrono::milliseconds kRetryAccept(100);
constexpr std::size_t kFailedKept = 64;

Clock::time_point from_now(Link::Milliseconds timeout) {
  return Clock::now() + std::min<Link::Milliseconds>(timeout, std::chrono::hours(24));
}

std::vector<StreamEndpoint> resolve(const std::string& host, int port, const std::string& place) {
  asio::io_context context;
  tcp::resolver resolver(context);
  error_code error;
  std::vector<StreamEndpoint> endpoints;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error)) {
    endpoints.emplace_back(entry.endpoint());
  }
  if (endpoints.empty()) {
    throw traces::EnvironmentError(fmt::format("{}: no such host: {}; check its name", place, error.message()));
  }
  return endpoints;
}

bool demands_encryption(const std::string& keyword, const std::string& value) {
  return (keyword == "sslmode" && (value == "require" || value.starts_with("verify"))) ||
         (keyword == "gssencmode" && value == "require");
}

// The proxy reads what passes, so nothing may be encrypted.
void refuse_encryption(const PostgresAddress& address) {
  for (const auto& [keyword, value] : address.parameters) {
    if (!demands_encryption(keyword, value)) continue;
    throw traces::InputError(fmt::format(
        "{}: {}={} asks for encryption, but faults are made by a proxy that must read the messages; take a server that "
        "accepts connections without it",
        place(address), keyword, value));
  }
}

StreamEndpoint socket_at(const std::string& path, const std::string& place) {
  try {
    return asio::local::stream_protocol::endpoint(path);
  } catch (const boost::system::system_error& error) {
    throw traces::EnvironmentError(
        fmt::format("{}: no socket can be called {}: {}; give a shorter folder", place, path, error.code().message()));
  }
}

std::shared_ptr<const Upstream> upstream_of(const PostgresAddress& server, const WireLimits& limits) {
  refuse_encryption(server);
  const std::string where = place(server);
  const auto endpoints = server.host.starts_with('/')
                             ? std::vector{socket_at(fmt::format("{}/.s.PGSQL.{}", server.host, server.port), where)}
                             : resolve(server.host, server.port, where);
  return std::make_shared<Upstream>(Upstream{Protocol::kPostgres, where, endpoints, limits});
}

std::shared_ptr<const Upstream> upstream_of(const RedisAddress& server, const WireLimits& limits) {
  const std::string where = place(server);
  const auto endpoints = server.host.starts_with('/') ? std::vector{socket_at(server.host, where)}
                                                      : resolve(server.host, server.port, where);
  return std::make_shared<Upstream>(Upstream{Protocol::kRedis, where, endpoints, limits});
}

}  // namespace

struct Proxy::Impl {
  explicit Impl(std::shared_ptr<const Upstream> to) : upstream(std::move(to)), acceptor(*context), retry(*context) {
    try {
      const tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
      acceptor.open(loopback.protocol());
      ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
      acceptor.bind(loopback);
      acceptor.listen();
      port = acceptor.local_endpoint().port();
    } catch (const boost::system::system_error& error) {
      throw traces::EnvironmentError(
          fmt::format("the proxy before {}: it cannot listen on a loopback port: {}; check the limit on open files",
                      upstream->place, error.code().message()));
    }
    accept();
    start_thread();
  }

  ~Impl() {
    asio::post(*context, [this] {
      error_code ignored;
      acceptor.close(ignored);
      retry.cancel();
      for (const auto& connection : all()) connection->shut_down();
    });
    thread.join();  // run() returns when nothing is under way any more
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // With all signals blocked: handlers run on the program's own threads.
  void start_thread() {
    sigset_t every;
    sigset_t before;
    sigfillset(&every);
    pthread_sigmask(SIG_SETMASK, &every, &before);
    thread = std::thread([this] { context->run(); });
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void accept() {
    acceptor.async_accept(client, client_end, [this](const error_code& error) {
      if (!acceptor.is_open()) return;
      if (!error) {
        add(std::move(client), client_end.port());
      } else if (error != asio::error::connection_aborted) {  // no file left to open: clients wait in the kernel
        retry.expires_after(kRetryAccept);
        retry.async_wait([this](const error_code& cancelled) {
          if (!cancelled) accept();
        });
        return;
      }
      accept();
    });
  }

  void add(tcp::socket socket, int client_port) {
    const auto number = ++last_number;
    auto connection = std::make_shared<ProxiedConnection>(context, upstream, StreamSocket(std::move(socket)),
                                                          client_port, [this, number] { closed(number); });
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

  std::shared_ptr<asio::io_context> context = std::make_shared<asio::io_context>(1);
  std::shared_ptr<const Upstream> upstream;
  tcp::acceptor acceptor;
  asio::steady_timer retry;
  tcp::socket client{*context};
  tcp::endpoint client_end;
  int port = 0;
  std::uint64_t last_number = 0;

  mutable std::mutex mutex;
  std::condition_variable accepted;
  std::map<std::uint64_t, std::shared_ptr<ProxiedConnection>> connections;
  std::vector<std::uint64_t> failed;
  std::thread thread;
};

Proxy::Proxy(const PostgresAddress& server, const WireLimits& limits)
    : impl_(std::make_unique<Impl>(upstream_of(server, limits))) {}
Proxy::Proxy(const RedisAddress& server, const WireLimits& limits)
    : impl_(std::make_unique<Impl>(upstream_of(server, limits))) {}
Proxy::~Proxy() = default;

int Proxy::port() const { return impl_->port; }

std::optional<Link> Proxy::link(int client_port, Link::Milliseconds timeout) {
  constexpr std::chrono::milliseconds kLookUp(200);
  const Clock::time_point until = from_now(timeout);
  std::unique_lock lock(impl_->mutex);
  for (;;) {
    if (auto found = impl_->find(client_port)) return Link(std::move(found));
    throw_if_stopped();
    const Clock::time_point now = Clock::now();
    if (now >= until) return {};
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

bool asks_for_encryption(const PostgresAddress& address) {
  return std::any_of(address.parameters.begin(), address.parameters.end(),
                     [](const auto& parameter) { return demands_encryption(parameter.first, parameter.second); });
}

PostgresAddress through(const Proxy& proxy, PostgresAddress server) {
  server.shown_as = place(server);
  server.host = "127.0.0.1";
  server.port = proxy.port();
  std::erase_if(server.parameters,
                [](const auto& parameter) { return parameter.first == "sslmode" || parameter.first == "gssencmode"; });
  server.parameters.insert(server.parameters.end(), {{"sslmode", "disable"}, {"gssencmode", "disable"}});
  return server;
}

RedisAddress through(const Proxy& proxy, RedisAddress server) {
  server.shown_as = place(server);
  server.host = "127.0.0.1";
  server.port = proxy.port();
  return server;
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
