// Small text tools over UTF-8 bytes.
#include "text_tools.hpp"

#include <algorithm>

namespace stalemate::traces {
namespace {

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

}  // namespace

Place place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  Place place;
  place.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  place.column = 1 + code_point_count(before.substr(line_start));
  return place;
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

}  // namespace stalemate::traces
