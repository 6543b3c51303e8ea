// Byte-wise text helpers; see source_text.hpp. No locale, no state.
#include "source_text.hpp"

#include <fmt/core.h>

#include "traces/error.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kExcerptCodePointsMax = 40;

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

int count_code_points(std::string_view text) { return static_cast<int>(traces::code_point_count(text)); }

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower(c);
  return result;
}

bool starts_ignoring_case(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  for (std::size_t i = 0; i < lower_case.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower_case) {
  return text.size() == lower_case.size() && starts_ignoring_case(text, lower_case);
}

std::string excerpt(std::string_view text) { return "\"" + traces::excerpt(trim(text), kExcerptCodePointsMax) + "\""; }

void fail_at(const std::string& file, Position at, std::string_view what) {
  throw traces::InputError(fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
}

}  // namespace stalemate::model
