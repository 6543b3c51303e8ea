// A real memcached for tests, and a client of it that sends what it is told.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "real/proxy_support.hpp"

namespace stalemate::real::support {

inline Sandbox& memcached_sandbox() {
  static Sandbox sandbox([] {
    SandboxOptions options;
    options.postgres = false;
    options.redis = false;
    options.memcached = true;
    return options;
  }());
  return sandbox;
}
inline const MemcachedAddress& memcached() { return memcached_sandbox().memcached(); }

// As a client has it: the request's lines between bars, the reply's likewise.
class RawMemcached {
 public:
  RawMemcached() : socket_(connect_to(memcached().port)) {
    const std::string login = memcached().user + " " + memcached().password;
    EXPECT_EQ(run(fmt::format("set login 0 0 {}|{}", login.size(), login)), "STORED|");
    run("flush_all");
  }
  ~RawMemcached() { ::close(socket_); }
  RawMemcached(const RawMemcached&) = delete;
  RawMemcached& operator=(const RawMemcached&) = delete;

  std::string run(std::string request) {
    for (std::size_t bar = request.find('|'); bar != std::string::npos; bar = request.find('|', bar))
      request.replace(bar, 1, "\r\n");
    write_all(socket_, request + "\r\n");
    const auto framer = make_framer(Protocol::kMemcached, Side::kServer);
    std::string reply;
    for (;;) {
      char buffer[4096];
      const ssize_t count = ::read(socket_, buffer, sizeof buffer);
      if (count <= 0) return reply + "(closed)";
      std::string_view chunk(buffer, static_cast<std::size_t>(count));
      while (!chunk.empty()) {
        const std::optional<Message> message = framer->next(chunk);
        if (!message) continue;
        for (const char c : message->bytes)
          if (c != '\r') reply += c == '\n' ? '|' : c;
        if (message->role == Role::kEnd) return reply;
      }
    }
  }
  // The number that a gets shows.
  std::string cas_of(const std::string& key) {
    const std::string reply = run("gets " + key);
    const std::string line = reply.substr(0, reply.find('|'));
    return line.substr(line.rfind(' ') + 1);
  }

 private:
  int socket_;
};

}  // namespace stalemate::real::support
