// The one place of real/ that asks the kernel for randomness: passwords and names that no other run has. Never a
// result.
#pragma once

#include <string>

namespace stalemate::real {

// 2 * bytes lower-case hexadecimal digits. REQUIRES: bytes <= 64.
std::string fresh_hex(int bytes);

}  // namespace stalemate::real
