// Connections without a client library.
#pragma once

#include <chrono>
#include <string>

#include "os/owned_file.hpp"

namespace stalemate::real {

using StreamPatience = std::chrono::milliseconds;

// To the first of the host's addresses that takes it, without blocking from then on. Its get() is negative, and errno
// says why, where none does in time.
OwnedFile connect_to(const std::string& host, int port, StreamPatience patience);

// Whether `what` (POLLIN, POLLOUT), or the connection's end, comes in time.
bool is_ready(int socket, short what, StreamPatience patience);

}  // namespace stalemate::real
