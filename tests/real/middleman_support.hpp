// What may stand between a program and its servers without being one: a forwarder of bytes, as a pooler or a firewall
// is, that can be told to fail. A stand-in for those; the servers behind it are real.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace stalemate::real::support {

class Middleman {
 public:
  // Forwards to the server at `server_port`. Once so many connections have come, or so many pieces of data from clients
  // have passed, `strike` is called, once, by a thread of the middleman's own, which forwards nothing meanwhile; it may
  // call what is below. 0: never for that reason.
  struct Trigger {
    int connections = 0;
    int pieces = 0;
  };
  Middleman(int server_port, Trigger trigger, std::function<void(Middleman&)> strike);
  ~Middleman();
  Middleman(const Middleman&) = delete;
  Middleman& operator=(const Middleman&) = delete;

  int port() const;
  // When strike was called; a default-made time if it was not.
  std::chrono::steady_clock::time_point struck() const;

  void hang_up();                                    // ends every connection there is
  void refuse();                                     // closes the latest connection, and each that comes, at once
  void stall();                                      // forwards nothing any more, and takes what comes
  void be_away(std::chrono::milliseconds how_long);  // ends every connection, and refuses new ones so long
  // Ends refuse() and stall(). May be called by any thread.
  void go_on();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate::real::support
