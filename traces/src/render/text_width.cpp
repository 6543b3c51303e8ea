// Widths by a table of one wide font.
#include "render/text_width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace stalemate::traces::render {
namespace {

// Hundredths of the font size for U+0020 to U+007E: DejaVu Sans Bold, wider than what systems draw by default.
constexpr std::array<int, 95> kAscii = {
    35, 46, 53, 84, 70, 101, 88, 31,  46,  46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70,  70, 70,
    70, 70, 40, 40, 84, 84,  84, 59,  100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 38, 78, 64, 100, 84, 86,
    74, 86, 78, 73, 69, 82,  78, 111, 78,  73, 73, 46, 37, 46, 84, 50, 50, 68, 72, 60, 72, 68,  44, 72,
    72, 35, 35, 67, 35, 105, 72, 69,  72,  72, 50, 60, 48, 72, 66, 93, 65, 66, 59, 72, 37, 72,  84};
constexpr int kOther = 130;  // ideographs are 100, emoji more

int hundredths(std::string_view character) {
  const unsigned first = static_cast<unsigned char>(character[0]);
  return character.size() == 1 && first >= 0x20 && first < 0x7F ? kAscii[first - 0x20] : kOther;
}

int pixels(std::int64_t hundredths_sum, int font_pixels) {
  return static_cast<int>((hundredths_sum * font_pixels + 99) / 100);
}

}  // namespace

int text_width(std::string_view text, int font_pixels) {
  std::int64_t sum = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = code_point_size(text, at);
    sum += hundredths(text.substr(at, size));
    at += size;
  }
  return pixels(sum, font_pixels);
}

std::string fitted(std::string_view text, int font_pixels, int width_max) {
  if (text_width(text, font_pixels) <= width_max) return std::string(text);
  std::int64_t sum = kOther;  // the ellipsis
  if (pixels(sum, font_pixels) > width_max) return "";
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t size = code_point_size(text, end);
    sum += hundredths(text.substr(end, size));
    if (pixels(sum, font_pixels) > width_max) break;
    end += size;
  }
  while (end > 0 && text[end - 1] == ' ') --end;
  return std::string(text.substr(0, end)) + "…";
}

std::vector<std::string> wrapped(std::string_view text, int font_pixels, int width_max, std::size_t lines_max) {
  std::vector<std::string> lines;
  std::string line;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string_view word = text.substr(start, end - start);
    const std::string longer = line.empty() ? std::string(word) : line + " " + std::string(word);
    if (!line.empty() && text_width(longer, font_pixels) > width_max) {
      if (lines.size() + 1 == lines_max) {
        lines.push_back(fitted(line + " " + std::string(text.substr(start)), font_pixels, width_max));
        return lines;
      }
      lines.push_back(fitted(line, font_pixels, width_max));
      line = word;
    } else {
      line = longer;
    }
    start = end + 1;
  }
  if (!line.empty()) lines.push_back(fitted(line, font_pixels, width_max));
  return lines;
}

}  // namespace stalemate::traces::render
