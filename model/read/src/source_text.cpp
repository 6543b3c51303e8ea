// See source_text.hpp.
#include "read/source_text.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::vector<SourceLine> split_lines(std::string_view text) {
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) text.remove_prefix(kByteOrderMark.size());
  std::vector<SourceLine> lines;
  int number = 1;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    lines.push_back({text.substr(0, end), {number++, 1}});
    if (end == std::string_view::npos) break;
    const bool two_bytes = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
    text.remove_prefix(end + (two_bytes ? 2 : 1));
  }
  return lines;
}

}  // namespace stalemate::model
