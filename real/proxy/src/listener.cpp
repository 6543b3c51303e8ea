// See listener.hpp.
#include "listener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <sstream>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::milliseconds kRetryAccept(100);

// The kernel's table of IPv4 sockets has a line for each: its number, its own end, the other end, its state, two
// queues, a timer, retransmissions, whose it is, a timeout, its inode. One that its process has closed already has no
// inode, and may bear the name of root: it is nobody's.
bool is_of_this_user(int client_port, int listening_port) {
  constexpr const char* kTable = "/proc/net/tcp";
  std::ifstream table(kTable);
  if (!table) return ::access(kTable, F_OK) != 0;
  const std::string client = fmt::format("0100007F:{:04X}", client_port);
  const std::string listening = fmt::format("0100007F:{:04X}", listening_port);
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::string number, own, other, skipped;
    unsigned user = 0;
    std::uint64_t inode = 0;
    words >> number >> own >> other >> skipped >> skipped >> skipped >> skipped >> user >> skipped >> inode;
    if (words && own == client && other == listening) return inode != 0 && user == ::geteuid();
  }
  return false;
}

}  // namespace

std::vector<StreamEndpoint> endpoints_of(const std::string& host, int port, const std::string& place) {
  if (host.starts_with('/')) {
    try {
      return {asio::local::stream_protocol::endpoint(host)};
    } catch (const boost::system::system_error& error) {
      throw EnvironmentError(fmt::format("{}: no socket can be called {}: {}; give a shorter folder", place, host,
                                         error.code().message()));
    }
  }
  asio::io_context context;
  tcp::resolver resolver(context);
  error_code error;
  std::vector<StreamEndpoint> endpoints;
  for (const auto& entry : resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, error)) {
    endpoints.emplace_back(entry.endpoint());
  }
  if (endpoints.empty()) {
    throw EnvironmentError(fmt::format("{}: no such host: {}; check its name", place, error.message()));
  }
  return endpoints;
}

void prepare(StreamSocket& socket) {
  const int on = 1;
  ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Listener::Listener(const std::string& who, Accepted accepted) : accepted_(std::move(accepted)) {
  try {
    const tcp::endpoint loopback(asio::ip::address_v4::loopback(), 0);
    acceptor_.open(loopback.protocol());
    ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor_.bind(loopback);
    acceptor_.listen();
    port_ = acceptor_.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    throw EnvironmentError(fmt::format("{}: it cannot listen on a loopback port: {}; check the limit on open files",
                                       who, error.code().message()));
  }
  accept();
  start_thread();
}

Listener::~Listener() = default;

void Listener::end(const std::function<void()>& close) {
  asio::post(*context_, [this, &close] {
    error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    close();
  });
  thread_.join();  // run() returns when nothing is under way any more
}

// With all signals blocked: handlers run on the program's own threads.
void Listener::start_thread() {
  sigset_t every;
  sigset_t before;
  sigfillset(&every);
  pthread_sigmask(SIG_SETMASK, &every, &before);
  thread_ = std::thread([this] { context_->run(); });
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void Listener::accept() {
  acceptor_.async_accept(client_, client_end_, [this](const error_code& error) {
    if (!acceptor_.is_open()) return;
    if (!error && is_of_this_user(client_end_.port(), port_)) {
      StreamSocket client(std::move(client_));
      prepare(client);
      accepted_(std::move(client), client_end_.port());
    } else if (!error) {
      error_code ignored;
      client_.close(ignored);
    } else if (error != asio::error::connection_aborted) {  // no file left to open: clients wait in the kernel
      retry_.expires_after(kRetryAccept);
      retry_.async_wait([this](const error_code& cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    accept();
  });
}

}  // namespace stalemate::real
