// See cli/secrets.hpp. A URL is taken to go on up to a blank, a quotation mark or a line end, and a password in it from
// the first colon behind "://" to the last "@": one that was not encoded as it should be is hidden, too.
#include "cli/secrets.hpp"

#include <cstddef>
#include <cstring>
#include <tuple>
#include <utility>

namespace stalemate::cli {
namespace {

// Where the next password stands, from `from` on; two times npos where there is none.
std::pair<std::size_t, std::size_t> next_password(std::string_view text, std::size_t from) {
  constexpr std::string_view kScheme = "://";
  for (std::size_t at = text.find(kScheme, from); at != std::string_view::npos; at = text.find(kScheme, at)) {
    at += kScheme.size();
    const std::size_t word_end = text.find_first_of(" \t\n'\"", at);
    const std::string_view url = text.substr(at, word_end == std::string_view::npos ? word_end : word_end - at);
    const std::size_t colon = url.find(':');
    const std::size_t end = url.rfind('@');
    if (end != std::string_view::npos && colon < end) return {at + colon + 1, at + end};
  }
  return {std::string_view::npos, std::string_view::npos};
}

}  // namespace

std::string without_passwords(std::string_view text) {
  std::string shown;
  std::size_t from = 0;
  for (auto [begin, end] = next_password(text, 0); begin != std::string_view::npos;
       std::tie(begin, end) = next_password(text, end)) {
    shown += text.substr(from, begin - from);
    shown += "***";
    from = end;
  }
  return shown + std::string(text.substr(from));
}

void hide_passwords(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    for (auto [begin, end] = next_password(argument, 0); begin != std::string::npos;
         std::tie(begin, end) = next_password(argument, end))
      std::memset(argv[i] + begin, '*', end - begin);
  }
}

}  // namespace stalemate::cli
