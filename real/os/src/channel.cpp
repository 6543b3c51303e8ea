// See channel.hpp.
#include "os/channel.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace stalemate::real {
namespace {

constexpr std::size_t kMessageBytesMax = std::size_t{64} << 10;

}  // namespace

bool Channel::send(const std::string& text, int file) const {
  iovec bytes = {const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> along = {};
  msghdr message = {};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  if (file >= 0) {
    message.msg_control = along.data();
    message.msg_controllen = along.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &file, sizeof file);
  }
  ssize_t sent = -1;
  do {
    sent = ::sendmsg(file_.get(), &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(text.size());
}

Channel::Incoming Channel::receive(int timeout_ms) const {
  pollfd waiting = {file_.get(), POLLIN, 0};
  if (::poll(&waiting, 1, timeout_ms) <= 0) return Incoming();
  std::string text(kMessageBytesMax, '\0');
  iovec bytes = {text.data(), text.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> along = {};
  msghdr message = {};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = along.data();
  message.msg_controllen = along.size();
  const ssize_t count = ::recvmsg(file_.get(), &message, MSG_CMSG_CLOEXEC);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return Incoming();
  if (count <= 0) return {Incoming::What::kEnd, "", OwnedFile()};
  text.resize(static_cast<std::size_t>(count));
  int file = -1;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) std::memcpy(&file, CMSG_DATA(header), sizeof file);
  return {Incoming::What::kMessage, std::move(text), OwnedFile(file)};
}

std::pair<Channel, Channel> make_channel() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
    throw EnvironmentError(
        fmt::format("no channel to a process can be opened: {}; check the limit on open files", std::strerror(errno)));
  }
  return {Channel(ends[0]), Channel(ends[1])};
}

}  // namespace stalemate::real
