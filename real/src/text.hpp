// Small text helpers of the adapters.
#pragma once

#include <string>
#include <string_view>

namespace stalemate::real {

// The first line of a server's or library's message, without spaces at the ends and without a final full stop.
inline std::string first_line(std::string_view message) {
  message = message.substr(0, message.find('\n'));
  while (!message.empty() && (message.back() == ' ' || message.back() == '.' || message.back() == '\r')) {
    message.remove_suffix(1);
  }
  return std::string(message);
}

}  // namespace stalemate::real
