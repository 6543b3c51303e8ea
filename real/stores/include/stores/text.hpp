// Small text helpers of the adapters.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace stalemate::real {

// What to do where a server says that its user may not do something.
inline constexpr const char* kGrantRight =
    "grant it; real/README.md lists the rights that are needed (in a sandbox nobody can: name a server of your own)";

// The first line of a server's or library's message, without spaces at the ends and without a final full stop.
inline std::string first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  while (!message.empty() && (message.back() == ' ' || message.back() == '.' || message.back() == '\r')) {
    message.remove_suffix(1);
  }
  return std::string(message);
}

inline std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

// A value as libpq's connection strings take it, whatever it contains.
inline std::string connection_value(std::string_view value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'' || c == '\\') text += '\\';
    text += c;
  }
  return text + "'";
}

}  // namespace stalemate::real
