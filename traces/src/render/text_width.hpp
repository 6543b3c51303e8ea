// How wide text is when a browser draws it, well enough to lay a drawing out without one: an upper bound for the usual
// sans-serif fonts. Integers only, so that the same text is as wide everywhere. REQUIRES: well-formed UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stalemate::traces::render {

// In pixels, rounded up, bold or not.
int text_width(std::string_view text, int font_pixels);

// `text`, or as much of its beginning as fits `width_max` with an ellipsis; "" if not even that fits.
std::string fitted(std::string_view text, int font_pixels, int width_max);

// `text` broken at its blanks into lines of at most `width_max`, a word too wide for a line fitted into it; at most
// `lines_max`, the last one fitted if there is more. No lines for no text. REQUIRES: lines_max >= 1.
std::vector<std::string> wrapped(std::string_view text, int font_pixels, int width_max, std::size_t lines_max);

}  // namespace stalemate::traces::render
