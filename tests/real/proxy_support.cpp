// See proxy_support.hpp.
#include "real/proxy_support.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>

namespace stalemate::real::support {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

timeval time_of(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

// Writes what can be read to the other side and to `record`; whether there will be more.
bool pass_on(int from, int to, std::string& record) {
  std::array<char, 4096> buffer;
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count <= 0) {
    ::shutdown(to, SHUT_WR);
    return false;
  }
  const std::string bytes(buffer.data(), static_cast<std::size_t>(count));
  record += bytes;
  return write_all(to, bytes);
}

int entries(const std::string& folder, const std::function<bool(const std::filesystem::path&)>& counts) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) found += counts(entry.path()) ? 1 : 0;
  return found;
}

}  // namespace

Listener::Listener(std::function<void(int)> serve, const std::string& path) : serve_(std::move(serve)) {
  listen_at(path);
  acceptor_ = std::thread([this] { accept_all(); });
}

void Listener::listen_at(const std::string& path) {
  if (!path.empty()) {
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un local = {};
    local.sun_family = AF_UNIX;
    path.copy(local.sun_path, sizeof local.sun_path - 1);
    if (::bind(socket_, reinterpret_cast<const sockaddr*>(&local), sizeof local) == 0 && ::listen(socket_, 16) == 0)
      return;
    throw std::runtime_error("a test cannot listen");
  }
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket_, 16) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("a test cannot listen");
  }
  port_ = ntohs(address.sin_port);
}

Listener::~Listener() {
  ::shutdown(socket_, SHUT_RDWR);
  acceptor_.join();
  for (std::thread& thread : threads_) thread.join();
  ::close(socket_);
}

void Listener::accept_all() {
  for (;;) {
    const int client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    threads_.emplace_back([this, client] {
      serve_(client);
      ::close(client);
    });
  }
}

Relay::Relay(int server_port, const std::string& path)
    : listener_([this, server_port](int client) { serve(client, server_port); }, path) {}

std::vector<Passed> Relay::passed() const {
  const std::lock_guard lock(mutex_);
  std::vector<Passed> all;
  for (const auto& one : passed_) all.push_back(*one);
  return all;
}

void Relay::serve(int client, int server_port) {
  const int server = connect_to(server_port);
  Passed* record = nullptr;
  {
    const std::lock_guard lock(mutex_);
    record = passed_.emplace_back(std::make_unique<Passed>()).get();
  }
  std::array<pollfd, 2> ends = {{{client, POLLIN, 0}, {server, POLLIN, 0}}};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    if (::poll(ends.data(), ends.size(), -1) < 0) break;
    if (ends[0].fd >= 0 && ends[0].revents != 0 && !pass_on(client, server, record->from_client)) ends[0].fd = -1;
    if (ends[1].fd >= 0 && ends[1].revents != 0 && !pass_on(server, client, record->from_server)) ends[1].fd = -1;
  }
  ::close(server);
}

Babbler::Babbler(std::string bytes, bool endless)
    : listener_([bytes = std::move(bytes), endless](int client) {
        while (write_all(client, bytes) && endless) continue;
        read_all(client);
      }) {}

int connect_to(int port) {
  const int client = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    throw std::runtime_error("a test cannot connect");
  }
  return client;
}

bool write_all(int socket, const std::string& bytes) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

std::string read_all(int socket) {
  std::string all;
  std::array<char, 4096> buffer;
  for (;;) {
    const ssize_t count = ::read(socket, buffer.data(), buffer.size());
    if (count <= 0) return all;
    all.append(buffer.data(), static_cast<std::size_t>(count));
  }
}

RedisDriver::RedisDriver(const RedisAddress& address, std::chrono::milliseconds timeout) {
  context_.reset(redisConnectWithTimeout(address.host.c_str(), address.port, time_of(timeout)));
  if (!context_ || context_->err != 0) throw std::runtime_error("hiredis cannot connect");
  give_up_after(timeout);
  if (!address.password.empty()) run({"AUTH", address.password});
}

void RedisDriver::give_up_after(std::chrono::milliseconds timeout) {
  redisSetTimeout(context_.get(), time_of(timeout));
}

std::string RedisDriver::run(const std::vector<std::string>& words) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    arguments.push_back(word.data());
    sizes.push_back(word.size());
  }
  errno = 0;
  auto* const reply = static_cast<redisReply*>(
      redisCommandArgv(context_.get(), static_cast<int>(words.size()), arguments.data(), sizes.data()));
  if (reply == nullptr) return context_->err == REDIS_ERR_IO && errno == EAGAIN ? "(timeout)" : "(broken)";
  std::string text = text_of(*reply);
  freeReplyObject(reply);
  return text;
}

std::future<std::string> RedisDriver::begin(const std::vector<std::string>& words) {
  return std::async(std::launch::async, [this, words] { return run(words); });
}

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER:
      return std::to_string(reply.integer);
    case REDIS_REPLY_NIL:
      return "(nil)";
    case REDIS_REPLY_ARRAY: {
      std::string text;
      for (std::size_t i = 0; i < reply.elements; ++i) text += text_of(*reply.element[i]) + " ";
      return text;
    }
    default:
      return std::string(reply.str, reply.len);
  }
}

std::string connection_string(const PostgresAddress& address) {
  return fmt::format("host={} port={} user={} password={} dbname={} sslmode=disable gssencmode=disable", address.host,
                     address.port, address.user, address.password, address.database);
}

int count_sockets() {
  return entries("/proc/self/fd", [](const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::read_symlink(path, error).string().starts_with("socket:");
  });
}

int count_threads() {
  return entries("/proc/self/task", [](const std::filesystem::path&) { return true; });
}

}  // namespace stalemate::real::support
