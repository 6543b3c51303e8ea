// See proxy/gate.hpp. One thread; it is woken by a pipe when more may pass.
#include "proxy/gate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "os/local.hpp"
#include "os/owned_file.hpp"

namespace stalemate::real {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

OwnedFile stream_socket() { return OwnedFile(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

bool write_all(int socket, const char* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t written = ::send(socket, bytes, count, MSG_NOSIGNAL);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    count -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

struct Gate::Impl {
  explicit Impl(int port) : server_port(port) {
    int both[2];
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::pipe2(both, O_CLOEXEC | O_NONBLOCK) == 0) {
      woken = OwnedFile(both[0]);
      wakes = OwnedFile(both[1]);
    }
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (woken.get() < 0 || ::bind(listening.get(), any, sizeof address) != 0 || ::listen(listening.get(), 1) != 0 ||
        ::getsockname(listening.get(), any, &size) != 0)
      throw EnvironmentError(fmt::format("the gate before a Redis: no port to listen on: {}", std::strerror(errno)));
    own_port = ntohs(address.sin_port);
    thread = std::thread([this] { run(); });
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex);
      ends = true;
    }
    wake();
    thread.join();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void wake() const {
    if (::write(wakes.get(), "w", 1) < 0) return;  // it is full, and so awake
  }

  void set_allowed(std::uint64_t bytes) {
    {
      const std::lock_guard lock(mutex);
      allowed = bytes;
    }
    wake();
  }

  void run() {
    for (;;) {
      std::uint64_t room = 0;
      {
        const std::lock_guard lock(mutex);
        if (ends) return;
        room = allowed - passed;
      }
      pollfd waiting[4] = {{woken.get(), POLLIN, 0},
                           {listening.get(), POLLIN, 0},
                           {client.get(), POLLIN, 0},
                           {room > 0 ? server.get() : -1, POLLIN, 0}};
      if (::poll(waiting, 4, -1) < 0) continue;
      if (waiting[0].revents != 0) forget_wakes();
      if (waiting[1].revents != 0)
        accept_one();
      else if (waiting[2].revents != 0)
        to_server();
      else if (waiting[3].revents != 0)
        to_client();
    }
  }

  void forget_wakes() const {
    std::array<char, 64> buffer;
    while (::read(woken.get(), buffer.data(), buffer.size()) > 0) continue;
  }

  // One that connects anew begins anew.
  void accept_one() {
    hang_up();
    client = OwnedFile(::accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC));
    server = stream_socket();
    const sockaddr_in address = loopback(server_port);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) hang_up();
  }

  void hang_up() {
    client.close();
    server.close();
    const std::lock_guard lock(mutex);
    passed = 0;
  }

  void to_server() {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(client.get(), buffer.data(), buffer.size(), 0);
    if (count <= 0 || !write_all(server.get(), buffer.data(), static_cast<std::size_t>(count))) hang_up();
  }

  // What is read passes: under the lock, so that hold() knows all that has.
  void to_client() {
    bool is_well = false;
    {
      const std::lock_guard lock(mutex);
      std::array<char, 16'384> buffer;
      const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), allowed - passed));
      if (most == 0) return;
      const ssize_t count = ::recv(server.get(), buffer.data(), most, 0);
      is_well = count > 0 && write_all(client.get(), buffer.data(), static_cast<std::size_t>(count));
      if (is_well) passed += static_cast<std::uint64_t>(count);
    }
    if (!is_well) hang_up();
  }

  const int server_port;
  int own_port = 0;
  OwnedFile listening = stream_socket();
  OwnedFile woken, wakes;
  OwnedFile client, server;  // the thread's
  std::mutex mutex;
  bool ends = false;
  std::uint64_t allowed = kAll;  // I1: at least `passed`
  std::uint64_t passed = 0;
  std::thread thread;
};

Gate::Gate(int server_port) : impl_(std::make_unique<Impl>(server_port)) {}
Gate::~Gate() = default;

int Gate::port() const { return impl_->own_port; }

void Gate::open() { impl_->set_allowed(kAll); }

std::uint64_t Gate::hold() {
  const std::lock_guard lock(impl_->mutex);
  impl_->allowed = impl_->passed;
  return impl_->passed;
}

void Gate::allow(std::uint64_t bytes) { impl_->set_allowed(bytes); }

}  // namespace stalemate::real
