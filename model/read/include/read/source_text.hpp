// Lines of a file with their positions. Deterministic; safe on any bytes, valid UTF-8 or not. Not for meaning: see
// mermaid_parser.hpp.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace stalemate::model {

// A line, or what is left of it inside a block quote. `at` is the position of text's first character.
struct SourceLine {
  std::string_view text;  // without its line end
  Position at;
};

// Splits at LF, CR LF and lone CR. A byte order mark at the start is left out. Views into `text`.
std::vector<SourceLine> split_lines(std::string_view text);

}  // namespace stalemate::model
