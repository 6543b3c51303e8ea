// This machine: whether a server is on it, by the addresses that its name stands for and not by the name; its ports.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstdint>
#include <string>

namespace stalemate::real {

// Throws InputError if the host (a name, an address, or the folder of a socket) is not this machine alone, and
// EnvironmentError if nobody knows it. `option` gave it.
void refuse_remote(const std::string& host, const std::string& option);

// A port of this machine, as a socket is bound or connected to it.
inline sockaddr_in loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

}  // namespace stalemate::real
