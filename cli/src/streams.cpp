// The standard streams (POSIX), and foreign text made harmless for them. Deterministic: no locale decides what is
// printable.
#include "streams.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "traces/error.hpp"

namespace stalemate::cli {
namespace {

// The bytes of the code point at the start of `text`; 0 where there is none: a stray byte, or cut off.
std::size_t code_point_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(text[i])); };
  const unsigned lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
  if (size > text.size()) return 0;
  for (std::size_t i = 1; i < size; ++i)
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  return size;
}

// U+0000 to U+001F, U+007F, and U+0080 to U+009F, which some terminals obey, too.
bool is_control(std::string_view code_point) {
  const auto first = static_cast<unsigned char>(code_point[0]);
  if (code_point.size() == 2) return first == 0xC2 && static_cast<unsigned char>(code_point[1]) < 0xA0;
  return first < 0x20 || first == 0x7F;
}

}  // namespace

void hold_standard_streams() {
  for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number) {
    if (::fcntl(number, F_GETFD) >= 0) continue;
    // The lowest free number is the one that is missing. Only stderr may swallow what is written to it.
    if (::open("/dev/null", number == STDERR_FILENO ? O_WRONLY : O_RDONLY) < 0) return;
  }
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw traces::EnvironmentError(fmt::format("stdout: cannot write the result: {}", std::strerror(errno)));
}

void remark(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

std::string excerpt(std::string_view text, std::size_t code_points_max) {
  std::string shown;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == code_points_max) return shown + "…";
    const std::size_t size = code_point_bytes(text);
    const std::string_view code_point = text.substr(0, size == 0 ? 1 : size);
    if (code_point == "\t")
      shown += ' ';
    else if (size != 0 && !is_control(code_point))
      shown += code_point;
    else
      for (const char byte : code_point)
        shown += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text.remove_prefix(code_point.size());
  }
  return shown;
}

}  // namespace stalemate::cli
