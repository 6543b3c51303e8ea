// See middleman_support.hpp: one thread that polls.
#include "real/middleman_support.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

namespace stalemate::real::support {
namespace {

using Clock = std::chrono::steady_clock;

sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

struct Pair {
  int client = -1;
  int server = -1;
};

void close_both(const Pair& pair) {
  ::close(pair.client);
  ::close(pair.server);
}

bool forward(int from, int to) {
  char buffer[65536];
  const ssize_t count = ::recv(from, buffer, sizeof buffer, 0);
  if (count <= 0) return false;
  for (ssize_t sent = 0; sent < count;) {
    const ssize_t more = ::send(to, buffer + sent, static_cast<std::size_t>(count - sent), MSG_NOSIGNAL);
    if (more <= 0) return false;
    sent += more;
  }
  return true;
}

}  // namespace

struct Middleman::Impl {
  Impl(Middleman& its_owner, int port_behind, Trigger its_trigger, std::function<void(Middleman&)> its_strike)
      : owner(its_owner), server_port(port_behind), trigger(its_trigger), strike(std::move(its_strike)) {}

  Middleman& owner;
  int server_port;
  Trigger trigger;
  std::function<void(Middleman&)> strike;
  int listener = -1;
  int port = 0;
  std::vector<Pair> pairs;
  int connections = 0;
  int pieces = 0;
  std::atomic<bool> refuses{false};
  std::atomic<bool> stalls{false};
  Clock::time_point back;
  std::atomic<Clock::time_point> struck{Clock::time_point()};
  std::atomic<bool> ends{false};
  std::thread thread;

  void listen_at(int wanted) {
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address = loopback(wanted);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(listener, 128), 0);
    socklen_t size = sizeof address;
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    if (wanted == 0) port = ntohs(address.sin_port);  // later it is the same one, and others read it
  }

  void look() {
    if (struck.load() != Clock::time_point()) return;
    const bool is_due = (trigger.connections > 0 && connections >= trigger.connections) ||
                        (trigger.pieces > 0 && pieces >= trigger.pieces);
    if (!is_due) return;
    struck = Clock::now();
    strike(owner);
  }

  void accept_one() {
    Pair pair;
    pair.client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (pair.client < 0) return;
    ++connections;
    pair.server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(server_port);
    const bool reaches = ::connect(pair.server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    if (reaches && !refuses)
      pairs.push_back(pair);
    else
      close_both(pair);
    look();
  }

  void run() {
    while (!ends) {
      if (listener < 0 && Clock::now() >= back) listen_at(port);
      std::vector<pollfd> waiting;
      if (listener >= 0) waiting.push_back({listener, POLLIN, 0});
      const std::size_t first = waiting.size();
      if (!stalls)
        for (const Pair& pair : pairs) {
          waiting.push_back({pair.client, POLLIN, 0});
          waiting.push_back({pair.server, POLLIN, 0});
        }
      ::poll(waiting.data(), waiting.size(), 10);
      std::vector<Pair> over;
      for (std::size_t i = first; i + 1 < waiting.size(); i += 2) {
        const Pair pair = {waiting[i].fd, waiting[i + 1].fd};
        bool goes_on = true;
        if (waiting[i].revents != 0) {
          ++pieces;
          goes_on = forward(pair.client, pair.server);
        }
        if (goes_on && waiting[i + 1].revents != 0) goes_on = forward(pair.server, pair.client);
        if (!goes_on) over.push_back(pair);
      }
      for (const Pair& pair : over) {
        std::erase_if(pairs, [&](const Pair& each) { return each.client == pair.client; });
        close_both(pair);
      }
      if (first == 1 && waiting[0].revents != 0) accept_one();
      look();
    }
    hang_up();
    if (listener >= 0) ::close(listener);
  }

  void hang_up() {
    for (const Pair& pair : pairs) close_both(pair);
    pairs.clear();
  }
};

Middleman::Middleman(int server_port, Trigger trigger, std::function<void(Middleman&)> strike)
    : impl_(std::make_unique<Impl>(*this, server_port, trigger, std::move(strike))) {
  impl_->listen_at(0);
  impl_->thread = std::thread([this] { impl_->run(); });
}

Middleman::~Middleman() {
  impl_->ends = true;
  impl_->thread.join();
}

int Middleman::port() const { return impl_->port; }

std::chrono::steady_clock::time_point Middleman::struck() const { return impl_->struck; }

void Middleman::hang_up() { impl_->hang_up(); }

void Middleman::refuse() {
  impl_->refuses = true;
  if (impl_->pairs.empty()) return;
  close_both(impl_->pairs.back());
  impl_->pairs.pop_back();
}

void Middleman::stall() { impl_->stalls = true; }

void Middleman::go_on() { impl_->refuses = impl_->stalls = false; }

void Middleman::be_away(std::chrono::milliseconds how_long) {
  impl_->hang_up();
  ::close(impl_->listener);
  impl_->listener = -1;
  impl_->back = Clock::now() + how_long;
}

}  // namespace stalemate::real::support
