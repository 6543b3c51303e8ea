// A gate before a server, for one client that is sent a stream without end: what a Redis sends its replica. It counts
// bytes and understands none; from the client everything passes, to it so much as is allowed. Both are on loopback, and
// any user is let in: who must not be, does not know the server's password.
#pragma once

#include <cstdint>
#include <memory>

namespace stalemate::real {

class Gate {
 public:
  // Throws EnvironmentError (no port to listen on).
  explicit Gate(int server_port);
  // Closes its connections; no thread is left.
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  int port() const;  // on 127.0.0.1
  // From now on everything passes, or nothing more. hold() returns how many bytes have passed on the present
  // connection, after which no other passes.
  void open();
  std::uint64_t hold();
  // So many may pass, of the present connection, counted from its begin.
  void allow(std::uint64_t bytes);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate::real
