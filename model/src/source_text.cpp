// Byte-wise text helpers; see source_text.hpp. No locale, no state.
#include "source_text.hpp"

#include <fmt/core.h>

#include "traces/error.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr int kExcerptCodePointsMax = 40;

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

// Length of the valid UTF-8 character `text` starts with; 0 for a broken one. REQUIRES: !text.empty().
std::size_t character_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!continues_code_point(text[i])) return 0;
  }
  return length;
}

// Start of the last character of `text`. REQUIRES: !text.empty().
std::size_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && continues_code_point(text[at])) --at;
  return at;
}

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

int count_code_points(std::string_view text) {
  int count = 0;
  for (const char c : text) count += continues_code_point(c) ? 0 : 1;
  return count;
}

std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (static_cast<unsigned char>(c) < 0xC2) return 0;
  if (text.substr(0, 2) == "\xC2\xA0") return 2;
  const std::string_view three = text.substr(0, 3);
  if (three == "\xE1\x9A\x80" || three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9" || three == "\xE2\x80\xAF" ||
      three == "\xE2\x81\x9F" || three == "\xE3\x80\x80" || three == kByteOrderMark) {
    return 3;
  }
  const bool width_space = three.size() == 3 && three.substr(0, 2) == "\xE2\x80" &&
                           static_cast<unsigned char>(three[2]) >= 0x80 && static_cast<unsigned char>(three[2]) <= 0x8A;
  return width_space ? 3 : 0;
}

std::string_view trim_left(std::string_view text) {
  while (const std::size_t length = space_length(text)) text.remove_prefix(length);
  return text;
}

std::string_view trim(std::string_view text) {
  text = trim_left(text);
  while (!text.empty()) {
    const std::size_t at = last_character(text);
    if (space_length(text.substr(at)) != text.size() - at) break;
    text.remove_suffix(text.size() - at);
  }
  return text;
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

std::string excerpt(std::string_view text) {
  text = trim_left(text);
  std::string quoted = "\"";
  int code_points = 0;
  while (!text.empty() && code_points < kExcerptCodePointsMax) {
    const std::size_t length = character_length(text);
    const bool printable = length > 1 || (length == 1 && text[0] >= ' ' && text[0] != '\x7f');
    quoted += printable ? text.substr(0, length) : text[0] == '\t' ? " " : "?";
    text.remove_prefix(length == 0 ? 1 : length);
    ++code_points;
  }
  if (!trim_left(text).empty()) {
    quoted += "…";
  } else {
    while (quoted.size() > 1 && quoted.back() == ' ') quoted.pop_back();
  }
  return quoted + "\"";
}

void fail_at(const std::string& file, Position at, std::string_view what) {
  throw traces::InputError(fmt::format("{}:{}:{}: {}", file, at.line, at.column, what));
}

}  // namespace stalemate::model
