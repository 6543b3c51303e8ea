// Lines of a file with their positions, and the small text questions that both the Markdown and the Mermaid reader ask.
// Deterministic and independent of the locale: letters are ASCII letters, every byte above 127 is an ordinary
// character. Safe on any bytes, valid UTF-8 or not. Not for meaning: see mermaid_parser.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "model/diagram.hpp"
#include "traces/text.hpp"

namespace stalemate::model {

// A line, or what is left of it inside a block quote. `at` is the position of text's first character.
struct SourceLine {
  std::string_view text;  // without its line end
  Position at;
};

// Splits at LF, CR LF and lone CR. A byte order mark at the start is left out. Views into `text`.
std::vector<SourceLine> split_lines(std::string_view text);

// Number of code points in UTF-8 (of bytes that begin one, where it is not valid).
int count_code_points(std::string_view text);

using traces::space_length;
using traces::trim;
using traces::trim_left;

// The parts between separators, each trimmed; one part where there is none.
std::vector<std::string> split(std::string_view text, char separator);

bool is_word_byte(char c);  // letter, digit, underscore, or any byte of a character above 127
bool is_digit(char c);
char lower(char c);  // of ASCII letters alone, whatever the locale
std::string lower(std::string_view text);
bool equals_ignoring_case(std::string_view text, std::string_view lower_case);
bool starts_ignoring_case(std::string_view text, std::string_view lower_case);

// The start of `text` in quotation marks for an error: at most 40 code points of traces::excerpt().
std::string excerpt(std::string_view text);

// Throws traces::InputError "file:line:column: what".
[[noreturn]] void fail_at(const std::string& file, Position at, std::string_view what);

}  // namespace stalemate::model
