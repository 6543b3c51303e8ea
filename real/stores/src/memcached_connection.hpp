// A connection to a memcached by its text protocol: one request, one reply. No client library that Debian has speaks
// the meta commands with what leases need, and little is needed: what arrives is framed by wire/wire.hpp.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "connection.hpp"
#include "os/owned_file.hpp"
#include "wire/servers.hpp"
#include "wire/wire.hpp"

namespace stalemate::real::memcached {

class Connection {
 public:
  Connection(const MemcachedAddress& address, Purpose purpose);

  int socket() const { return socket_.get(); }
  void set_patience(std::chrono::milliseconds patience) { patience_ = patience; }

  // `request` as it is on the wire; the whole reply, as it came. Throws if there is none.
  std::string ask(const std::string& request);

  // `command`: the request's first word.
  [[noreturn]] void throw_refused(const std::string& command, const std::string& why) const;

 private:
  using Clock = std::chrono::steady_clock;
  void send(std::string_view bytes, Clock::time_point until);
  std::string receive(Clock::time_point until);
  void wait(short what, Clock::time_point until) const;

  std::string place_;
  int timeout_seconds_;
  Purpose purpose_;
  std::chrono::milliseconds patience_;
  std::unique_ptr<Framer> framer_ = make_framer(Protocol::kMemcached, Side::kServer, {});
  OwnedFile socket_;
};

}  // namespace stalemate::real::memcached
