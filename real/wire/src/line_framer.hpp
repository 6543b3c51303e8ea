// What the framers of protocols share whose messages are lines, some of which say how many bytes follow. Beside their
// sources; nobody else includes it.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "framers.hpp"

namespace stalemate::real {

inline std::string_view without_newline(std::string_view line) {
  line.remove_suffix(1);
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

class LineFramer : public Framer {
 public:
  using Framer::Framer;

 protected:
  // The first byte says, or rules out, what it is.
  Need first() override { return bytes_needed(1); }

  // The line without its end, which is CR LF.
  std::string_view content(std::string_view line, std::string_view mend) const {
    if (!line.ends_with("\r\n")) fail(fmt::format("{} does not end in CR LF", shown(line)), std::string(mend));
    return line.substr(0, line.size() - 2);
  }

  // A string without its end, and never shown: it may be a password.
  std::string_view bulk(std::string_view bytes, std::string_view mend) const {
    if (!bytes.ends_with("\r\n")) fail("a string that does not end in CR LF where it should", std::string(mend));
    return bytes.substr(0, bytes.size() - 2);
  }

  // A length or a count, -1 for null. What cannot fit into a message, each element taking `least` bytes, is refused.
  std::int64_t length(std::string_view text, std::size_t least, std::string_view mend) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < -1) {
      fail(fmt::format("{} is no length", shown(text)), std::string(mend));
    }
    constexpr std::uint64_t kSure = std::uint64_t{1} << 60;  // far above any limit, and no product of it overflows
    const std::uint64_t count = std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0)), kSure);
    if (count > room() / least) fail_too_long(limits().message_bytes - room() + count * least);
    return value;
  }
};

}  // namespace stalemate::real
