// Sockets on which this process may be waiting inside a client library that neither knows our deadline nor stops for a
// signal. Shutting the socket down ends such a wait: the library sees a closed connection. Deadlines are kept by one
// background thread with all signals blocked, so that the signal handler always runs on a thread of the program's own.
#pragma once

namespace stalemate::real {

class WatchedSocket {
 public:
  WatchedSocket(int fd, int timeout_seconds);
  // REQUIRES: the socket is still open.
  ~WatchedSocket();
  WatchedSocket(const WatchedSocket&) = delete;
  WatchedSocket& operator=(const WatchedSocket&) = delete;

  // Between the two the socket is shut down once the timeout has passed (within half a second).
  void begin_wait();
  void end_wait();
  bool timed_out() const;

 private:
  int slot_;
  int timeout_seconds_;
};

// Ends every wait. Async-signal-safe.
void shut_down_watched_sockets() noexcept;

}  // namespace stalemate::real
