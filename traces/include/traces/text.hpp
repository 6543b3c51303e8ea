// Small text tools that every room above shares: UTF-8, places in a text, and showing foreign text safely. Bytes only;
// no locale. Not for what a text means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace stalemate::traces {

// Where a byte stands, both from 1; the column counts code points.
struct Place {
  std::size_t line = 1;
  std::size_t column = 1;
};
Place place_of(std::string_view text, std::size_t offset);

// Offset of the first byte that is not part of well-formed UTF-8 (RFC 3629: no over-long forms, no surrogates, nothing
// above U+10FFFF); none if there is no such byte.
std::optional<std::size_t> find_bad_utf8(std::string_view text);

// Any bytes, fit for one line of an error message: at most `size_max` code points, then an ellipsis; what printable()
// replaces and bytes that are no UTF-8 as \x1b, tabs as spaces.
inline constexpr std::size_t kExcerptMax = 60;
std::string excerpt(std::string_view text, std::size_t size_max = kExcerptMax);

// Bytes of the white space character `text` starts with, 0 if none. Unicode's, as JavaScript's \s has it; line ends are
// white space, too. Any bytes.
std::size_t space_length(std::string_view text);

// Without white space at both ends, or at the start. Any bytes.
std::string_view trim(std::string_view text);
std::string_view trim_left(std::string_view text);

// `text` as one word of a POSIX shell, quoted where it must be.
std::string shell_word(std::string_view text);

// Number of code points. REQUIRES for this and the functions below: well-formed UTF-8; other bytes give odd but safe
// results.
std::size_t code_point_count(std::string_view text);

// The bytes of the code point that starts at `offset`: 1 to 4, never past the end.
std::size_t code_point_size(std::string_view text, std::size_t offset);

// `text` as it may stand inside one line of a message or a table: control characters, line separators and marks that
// reorder text become one space each.
std::string printable(std::string_view text);

// The first `size_max` code points, the last one replaced by an ellipsis if some were cut off. REQUIRES: size_max >= 1.
std::string clipped(std::string_view text, std::size_t size_max);

}  // namespace stalemate::traces
