// See mermaid_tokens.hpp.
#include "mermaid_tokens.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace stalemate::model {

void TokenReader::take_line_end(std::string_view what) {
  if (is(TokenKind::kNewline)) {
    ++next_;
    return;
  }
  const Token& before = tokens_[next_ - 1];
  const Position line_end = source_.place(before.end);
  if (!is(TokenKind::kEnd) && line_end.line < place().line) {
    fail(line_end, "Mermaid overlooks the end of a line that spaces stand before; remove them");
  }
  fail(fmt::format("{} after {}", in_quotes(statement_from(token())), what));
}

std::string TokenReader::raw(const Token& of) const {
  return std::string(trim(std::string_view(source_.text).substr(of.begin, of.end - of.begin)));
}

std::string TokenReader::line_from(const Token& of) const {
  const std::string_view rest = std::string_view(source_.text).substr(of.begin);
  return as_written(rest.substr(0, rest.find('\n')));
}

std::string TokenReader::statement_from(const Token& of) const {
  const std::string_view rest = std::string_view(source_.text).substr(of.begin);
  return as_written(rest.substr(0, rest.find_first_of("\n;")));
}

bool TokenReader::is_after_semicolon(const Token& of) const {
  const std::size_t before = std::string_view(source_.text).substr(0, of.begin).find_last_not_of(" \t");
  return before != std::string_view::npos && source_.text[before] == ';';
}

}  // namespace stalemate::model
