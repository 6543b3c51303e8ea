// Small text tools that every room shares: UTF-8, positions in a text, letters and words, and showing foreign text
// safely. Bytes only, no locale: letters are ASCII letters, every byte above 127 is an ordinary character. Not for what
// a text means.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace stalemate {

Position position_of(std::string_view text, std::size_t offset);

// The byte where the code point at `column` (from 1) of this line begins; its size where the line is shorter.
std::size_t offset_of_column(std::string_view line, int column);

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

bool is_digit(char c);
bool is_word_byte(char c);  // letter, digit, underscore, or any byte of a character above 127
char lower(char c);
std::string lower(std::string_view text);
bool equals_ignoring_case(std::string_view text, std::string_view lower_case);
bool starts_ignoring_case(std::string_view text, std::string_view lower_case);

// Without white space at both ends, or at the start. Any bytes.
std::string_view trim(std::string_view text);
std::string_view trim_left(std::string_view text);

// The parts between separators, each trimmed; one part where there is none.
std::vector<std::string> split(std::string_view text, char separator);

// The start of `text`, trimmed, in quotation marks for an error: at most 40 code points of excerpt().
std::string in_quotes(std::string_view text);

// The one of `names` closest to `word`, as " (did you mean X?)", or "" where none is close.
std::string suggestion(std::string_view word, const std::vector<std::string>& names);

// `text` as one word of a POSIX shell, quoted where it must be.
std::string shell_word(std::string_view text);

// Number of code points, as a size and as a difference of columns. REQUIRES for these and the functions below:
// well-formed UTF-8; other bytes give odd but safe results.
std::size_t code_point_count(std::string_view text);
int columns(std::string_view text);

// The bytes of the code point that starts at `offset`: 1 to 4, never past the end.
std::size_t code_point_size(std::string_view text, std::size_t offset);

// `text` as it may stand inside one line of a message or a table: control characters, line separators and marks that
// reorder text become one space each.
std::string printable(std::string_view text);

// The first `size_max` code points, the last one replaced by an ellipsis if some were cut off. REQUIRES: size_max >= 1.
std::string clipped(std::string_view text, std::size_t size_max);

// `text` in XML or HTML, where it is no markup.
enum class XmlPlace {
  kLabel,  // within one line that somebody reads, in an element or an attribute: what printable() replaces is a space
  kAttribute,  // a value kept as it is: line ends are &#10;, other control characters '?'
  kElement,    // likewise; line ends and quotation marks stand as they are
};
std::string xml_escaped(std::string_view text, XmlPlace place = XmlPlace::kLabel);

}  // namespace stalemate
