// Whether a server is on this machine: by the addresses its name stands for, not by the name.
#pragma once

#include <string>

namespace stalemate::real {

// Throws InputError if the host (a name, an address, or the folder of a socket) is not this machine alone, and
// EnvironmentError if nobody knows it. `option` gave it.
void refuse_remote(const std::string& host, const std::string& option);

}  // namespace stalemate::real
