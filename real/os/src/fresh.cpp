// See fresh.hpp.
#include "os/fresh.hpp"

#include <unistd.h>

#include <array>

#include "base/invariant.hpp"

namespace stalemate::real {

std::string fresh_hex(int bytes) {
  std::array<unsigned char, 64> raw;
  const auto count = static_cast<std::size_t>(bytes);
  STALEMATE_INVARIANT(count <= raw.size() && ::getentropy(raw.data(), count) == 0, "the kernel gives random bytes");
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += "0123456789abcdef"[raw[i] >> 4U];
    text += "0123456789abcdef"[raw[i] & 15U];
  }
  return text;
}

}  // namespace stalemate::real
