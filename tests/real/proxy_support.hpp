// For tests of the proxy: a relay that knows nothing of protocols and writes down what passes, a server that is a
// double (it says the bytes it was given, whatever it is asked), and drivers' connections without their adapters.
#pragma once

#include <hiredis/hiredis.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <pqxx/pqxx>
#include <string>
#include <thread>
#include <vector>

#include "proxy/proxy.hpp"
#include "real/support.hpp"

namespace stalemate::real::support {

using namespace std::chrono_literals;

// How long a test waits for what must happen.
inline constexpr std::chrono::milliseconds kPatience = 60s;

// A listening socket on loopback, or at a path, whose clients are each served by a thread.
class Listener {
 public:
  // `serve` owns nothing: the socket is closed after it returned. It ends when the peer closes.
  explicit Listener(std::function<void(int socket)> serve, const std::string& path = "");
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int port() const { return port_; }

 private:
  void listen_at(const std::string& path);
  void accept_all();

  std::function<void(int)> serve_;
  int socket_ = -1;
  int port_ = 0;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

// What passed a relay, in the order of its clients.
struct Passed {
  std::string from_client;
  std::string from_server;
};

class Relay {
 public:
  explicit Relay(int server_port, const std::string& path = "");
  int port() const { return listener_.port(); }
  // REQUIRES: every client has closed.
  std::vector<Passed> passed() const;

 private:
  void serve(int client, int server_port);

  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<Passed>> passed_;
  Listener listener_;
};

// A double of a server: to each client it says `bytes`, again and again if it is `endless`, then waits for its end.
class Babbler {
 public:
  explicit Babbler(std::string bytes, bool endless = false);
  int port() const { return listener_.port(); }

 private:
  Listener listener_;
};

int connect_to(int port);
bool write_all(int socket, const std::string& bytes);
// All until the peer closes.
std::string read_all(int socket);

// hiredis, with what a test asks of it; "(timeout)" or "(broken)" where the driver has no reply.
class RedisDriver {
 public:
  explicit RedisDriver(const RedisAddress& address, std::chrono::milliseconds timeout = kPatience);
  // How long it waits for a reply from now on.
  void give_up_after(std::chrono::milliseconds timeout);
  std::string run(const std::vector<std::string>& words);
  // The same on another thread, as a session of a replay would.
  std::future<std::string> begin(const std::vector<std::string>& words);
  int port() const { return local_port(context_->fd); }
  void close() { context_.reset(); }

 private:
  struct Free {
    void operator()(redisContext* context) const { redisFree(context); }
  };
  std::unique_ptr<redisContext, Free> context_;
};

std::string text_of(const redisReply& reply);
std::string connection_string(const PostgresAddress& address);

// Sockets and threads of this process.
int count_sockets();
int count_threads();

}  // namespace stalemate::real::support
