// A loopback port, the thread on which everything happens that comes of it, and where its connections lead: what a
// proxy and a tunnel have in common.
#pragma once

#include <utility>  // Boost 1.74's Asio forgets it

#include <boost/asio.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace stalemate::real {

using StreamSocket = boost::asio::generic::stream_protocol::socket;
using StreamEndpoint = boost::asio::generic::stream_protocol::endpoint;

// Where `host` is; `place` is what errors call it. A host that begins with '/' is a socket's path. Throws
// EnvironmentError (no such host; a path that is too long).
std::vector<StreamEndpoint> endpoints_of(const std::string& host, int port, const std::string& place);

// Not inherited by programs that are started later; no waiting for more to send. A local socket has no such delay.
void prepare(StreamSocket& socket);

// Only processes of the same user get in, where the system tells (Linux): what stands behind the port may take its
// clients for that user without a password, because the one connection that it sees has shown a certificate.
class Listener {
 public:
  using Context = boost::asio::io_context;
  // On the listener's thread; `port` is the client's.
  using Accepted = std::function<void(StreamSocket client, int port)>;

  // `who` listens, for errors: "the proxy before Redis at ...". Throws EnvironmentError.
  Listener(const std::string& who, Accepted accepted);
  // REQUIRES: end() was called.
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // Listens no more, runs `close` on the thread, and waits until nothing is under way there any more.
  void end(const std::function<void()>& close);

  // On 127.0.0.1.
  int port() const { return port_; }
  const std::shared_ptr<Context>& context() const { return context_; }

 private:
  void accept();
  void start_thread();

  std::shared_ptr<Context> context_ = std::make_shared<Context>(1);
  boost::asio::ip::tcp::acceptor acceptor_{*context_};
  boost::asio::steady_timer retry_{*context_};
  boost::asio::ip::tcp::socket client_{*context_};
  boost::asio::ip::tcp::endpoint client_end_;
  Accepted accepted_;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace stalemate::real
