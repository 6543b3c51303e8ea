// See stream.hpp.
#include "stream.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace stalemate::real {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* first) const { ::freeaddrinfo(first); }
};

// 0, or the reason why it does not come about.
int connect_one(int socket, const addrinfo& address, StreamPatience patience) {
  if (::connect(socket, address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  if (!is_ready(socket, POLLOUT, patience)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

}  // namespace

bool is_ready(int socket, short what, StreamPatience patience) {
  pollfd waiting = {socket, what, 0};
  return ::poll(&waiting, 1, static_cast<int>(patience.count())) == 1 &&
         (waiting.revents & (what | POLLHUP | POLLERR)) != 0;
}

OwnedFile connect_to(const std::string& host, int port, StreamPatience patience) {
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found) != 0) {
    errno = EHOSTUNREACH;
    return OwnedFile();
  }
  const std::unique_ptr<addrinfo, FreeAddresses> all(found);
  int error = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    OwnedFile socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    error = socket.get() < 0 ? errno : connect_one(socket.get(), *address, patience);
    if (error == 0) return socket;
  }
  errno = error;
  return OwnedFile();
}

}  // namespace stalemate::real
