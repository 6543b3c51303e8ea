// Small text tools over UTF-8 bytes.
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace stalemate {
namespace {

constexpr std::size_t kQuotedMax = 40;  // code points

unsigned byte_at(std::string_view text, std::size_t offset) { return static_cast<unsigned char>(text[offset]); }

bool is_continuation(unsigned byte) { return (byte & 0xC0U) == 0x80U; }

// Bytes of the well-formed sequence at `offset`; 0 if there is none. Table 3-7 of the Unicode standard.
std::size_t well_formed_size(std::string_view text, std::size_t offset) {
  const unsigned first = byte_at(text, offset);
  if (first < 0x80) return 1;
  std::size_t size = 0;
  unsigned second_min = 0x80;
  unsigned second_max = 0xBF;
  if (first >= 0xC2 && first <= 0xDF) {
    size = 2;
  } else if (first >= 0xE0 && first <= 0xEF) {
    size = 3;
    if (first == 0xE0) second_min = 0xA0;  // over-long below
    if (first == 0xED) second_max = 0x9F;  // surrogates above
  } else if (first >= 0xF0 && first <= 0xF4) {
    size = 4;
    if (first == 0xF0) second_min = 0x90;
    if (first == 0xF4) second_max = 0x8F;  // beyond U+10FFFF above
  } else {
    return 0;
  }
  if (text.size() - offset < size) return 0;
  const unsigned second = byte_at(text, offset + 1);
  if (second < second_min || second > second_max) return 0;
  for (std::size_t i = 2; i < size; ++i) {
    if (!is_continuation(byte_at(text, offset + i))) return 0;
  }
  return size;
}

// C0 and C1 controls, DEL, the line and paragraph separators, and the marks that change the direction of text.
bool is_unprintable(std::string_view character) {
  const unsigned first = byte_at(character, 0);
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  if (character.size() == 2) {
    const unsigned last = byte_at(character, 1);
    return (first == 0xC2 && last < 0xA0) || (first == 0xD8 && last == 0x9C);
  }
  if (character.size() != 3 || first != 0xE2) return false;
  const unsigned second = byte_at(character, 1);
  const unsigned third = byte_at(character, 2);
  if (second == 0x80) return third == 0x8E || third == 0x8F || (third >= 0xA8 && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

// Start of the last character of `text`. REQUIRES: !text.empty().
std::size_t last_character(std::string_view text) {
  std::size_t at = text.size() - 1;
  while (at > 0 && text.size() - at < 4 && is_continuation(byte_at(text, at))) --at;
  return at;
}

}  // namespace

Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')), 1 + columns(before.substr(line_start))};
}

std::size_t offset_of_column(std::string_view line, int column) {
  int at = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if (!is_continuation(byte_at(line, i)) && ++at == column) return i;
  return line.size();
}

std::optional<std::size_t> find_bad_utf8(std::string_view text) {
  for (std::size_t offset = 0; offset < text.size();) {
    const std::size_t size = well_formed_size(text, offset);
    if (size == 0) return offset;
    offset += size;
  }
  return std::nullopt;
}

std::size_t code_point_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(static_cast<unsigned char>(c)); }));
}

int columns(std::string_view text) { return static_cast<int>(code_point_count(text)); }

std::size_t code_point_size(std::string_view text, std::size_t offset) {
  std::size_t size = 1;
  while (size < 4 && offset + size < text.size() && is_continuation(byte_at(text, offset + size))) ++size;
  return size;
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t offset = 0; offset < text.size();) {
    const std::string_view character = text.substr(offset, code_point_size(text, offset));
    shown += is_unprintable(character) ? std::string_view(" ") : character;
    offset += character.size();
  }
  return shown;
}

std::string excerpt(std::string_view text, std::size_t size_max) {
  std::string shown;
  for (std::size_t count = 0; !text.empty(); ++count) {
    if (count == size_max) return shown + "…";
    const std::size_t size = well_formed_size(text, 0);
    const std::string_view character = text.substr(0, size == 0 ? 1 : size);
    if (character == "\t") {
      shown += ' ';
    } else if (size != 0 && !is_unprintable(character)) {
      shown += character;
    } else {
      for (const char byte : character) shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    }
    text.remove_prefix(character.size());
  }
  return shown;
}

std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const char c = text[0];
  if (c == ' ' || (c >= '\t' && c <= '\r')) return 1;
  if (static_cast<unsigned char>(c) < 0xC2) return 0;
  if (text.substr(0, 2) == "\xC2\xA0") return 2;
  const std::string_view three = text.substr(0, 3);
  if (three == "\xE1\x9A\x80" || three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9" || three == "\xE2\x80\xAF" ||
      three == "\xE2\x81\x9F" || three == "\xE3\x80\x80" || three == "\xEF\xBB\xBF") {
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

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.emplace_back(trim(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string in_quotes(std::string_view text) { return "\"" + excerpt(trim(text), kQuotedMax) + "\""; }

std::string suggestion(std::string_view word, const std::vector<std::string>& names) {
  std::size_t best = word.size() / 2 + 1;
  const std::string* nearest = nullptr;
  for (const std::string& name : names) {
    std::vector<std::size_t> row(name.size() + 1);
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i;
      for (std::size_t j = 1; j < row.size(); ++j) {
        const std::size_t replaced = diagonal + (word[i - 1] == name[j - 1] ? 0 : 1);
        diagonal = row[j];
        row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
      }
    }
    if (row.back() < best) {
      best = row.back();
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : fmt::format(" (did you mean {}?)", *nearest);
}

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=,:@+";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

std::string clipped(std::string_view text, std::size_t size_max) {
  std::size_t offset = 0;
  std::size_t last = 0;
  for (std::size_t count = 0; offset < text.size(); ++count) {
    if (count == size_max) return std::string(text.substr(0, last)) + "…";
    last = offset;
    offset += code_point_size(text, offset);
  }
  return std::string(text);
}

// U+FFFE and U+FFFF are no characters of XML.
std::string xml_escaped(std::string_view text, XmlPlace place) {
  const std::string shown = place == XmlPlace::kLabel ? printable(text) : std::string(text);
  std::string out;
  out.reserve(shown.size());
  for (std::size_t at = 0; at < shown.size();) {
    const std::string_view character = std::string_view(shown).substr(at, code_point_size(shown, at));
    at += character.size();
    if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += place == XmlPlace::kElement ? "\"" : "&quot;";
    } else if (character == "'") {
      out += place == XmlPlace::kLabel ? "&#39;" : "'";
    } else if (character == "\n") {
      out += place == XmlPlace::kElement ? "\n" : "&#10;";
    } else if (character.size() == 1 && byte_at(character, 0) < 0x20) {
      out += '?';
    } else if (character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") {
      out += ' ';
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace stalemate
