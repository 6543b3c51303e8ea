// See memcached_connection.hpp.
#include "memcached_connection.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "os/signals.hpp"
#include "stores/text.hpp"
#include "stream.hpp"

namespace stalemate::real::memcached {

Connection::Connection(const MemcachedAddress& address, Purpose purpose)
    : place_(place(address)),
      timeout_seconds_(address.timeout_seconds),
      purpose_(purpose),
      patience_(std::chrono::seconds(address.timeout_seconds)),
      socket_(connect_to(address.host, address.port, patience_)) {
  const int cause = errno;
  if (purpose == Purpose::kWork) throw_if_stopped();
  if (socket_.get() < 0)
    throw EnvironmentError(fmt::format("{}: cannot connect: {}; check that it runs and what --memcached says", place_,
                                       std::strerror(cause)));
  if (address.user.empty()) return;
  // As doc/protocol.txt has it: a set, whose key and flags do not matter.
  const std::string login = address.user + " " + address.password;
  const std::string reply = first_line(ask(fmt::format("set auth 0 0 {}\r\n{}\r\n", login.size(), login)));
  if (reply != "STORED") throw_refused("a login", reply);
}

std::string Connection::ask(const std::string& request) {
  const Clock::time_point until = Clock::now() + patience_;
  send(request, until);
  return receive(until);
}

void Connection::throw_refused(const std::string& command, const std::string& why) const {
  const bool lacks_password = why == "CLIENT_ERROR unauthenticated" || why == "CLIENT_ERROR authentication failure";
  throw EnvironmentError(fmt::format("{}: it refuses {}: {}; {}", place_, command, why,
                                     lacks_password   ? "check the user and the password of --memcached"
                                     : why == "ERROR" ? "it takes a memcached 1.6 or later, with its meta commands"
                                                      : "check what --memcached says"));
}

void Connection::send(std::string_view bytes, Clock::time_point until) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      wait(POLLOUT, until);
    } else if (errno != EINTR) {
      throw_broken(place_, std::strerror(errno));
    }
  }
}

std::string Connection::receive(Clock::time_point until) {
  std::string reply;
  for (;;) {
    std::array<char, 4096> buffer;
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (count == 0) throw_broken(place_, "Server closed the connection");
    if (count < 0 && errno == EAGAIN) wait(POLLIN, until);
    if (count < 0 && errno != EAGAIN && errno != EINTR) throw_broken(place_, std::strerror(errno));
    std::string_view chunk(buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    try {
      while (!chunk.empty()) {
        const std::optional<Message> message = framer_->next(chunk);
        if (!message) continue;
        reply += message->bytes;
        if (reply.size() > WireLimits().message_bytes)
          throw EnvironmentError(fmt::format("{}: a reply of more than {} bytes; check that it is a memcached", place_,
                                             WireLimits().message_bytes));
        if (message->role == Role::kEnd) return reply;
      }
    } catch (const WireError& error) {
      throw error.at(place_);
    }
  }
}

// Looks up now and then whether the user wants to stop.
void Connection::wait(short what, Clock::time_point until) const {
  constexpr std::chrono::milliseconds kLookUp(200);
  for (;;) {
    if (purpose_ == Purpose::kWork) throw_if_stopped();
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() < 0) throw_timeout(place_, timeout_seconds_);
    if (is_ready(socket_.get(), what, std::min(left, kLookUp))) return;
  }
}

}  // namespace stalemate::real::memcached
