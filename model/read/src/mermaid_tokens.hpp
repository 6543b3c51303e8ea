// The tokens of a diagram, taken one after the other, and what an error says of them: their place and what stands
// there in the source. Not for what may follow what: see mermaid_parser.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mermaid_lexer.hpp"
#include "mermaid_source.hpp"

namespace stalemate::model {

class TokenReader {
 public:
  // Both must outlive the reader. Throws what tokens_of() throws.
  TokenReader(PreparedBlock& block, const std::string& file)
      : file_(file), source_(block.source), tokens_(tokens_of(block, file)) {}

  const Token& token() const { return tokens_[next_]; }
  const Token& following() const { return tokens_[next_ + (is(TokenKind::kEnd) ? 0 : 1)]; }
  // The next token, which is passed; the last one, kEnd, stays.
  const Token& take() {
    const Token& taken = token();
    if (taken.kind != TokenKind::kEnd) ++next_;
    return taken;
  }
  bool is(TokenKind kind) const { return token().kind == kind; }
  bool is_keyword(Keyword keyword) const { return is(TokenKind::kKeyword) && token().keyword == keyword; }
  void skip_newlines() {
    while (is(TokenKind::kNewline)) ++next_;
  }
  // The end of a line or ";", after `what`, which also says what was expected.
  void take_line_end(std::string_view what);

  Position place() const { return place(token()); }
  Position place(const Token& of, std::size_t offset = 0) const { return source_.place(of.begin + offset); }
  // What a token says, trimmed, as Mermaid knows it: entities not decoded.
  std::string raw(const Token& of) const;
  // The same, as it was written.
  std::string text_of(const Token& of) const { return as_written(raw(of)); }
  // The source from a token to the end of its line, or of its statement.
  std::string line_from(const Token& of) const;
  std::string statement_from(const Token& of) const;
  // Whether a token follows a ";".
  bool is_after_semicolon(const Token& of) const;

  [[noreturn]] void fail(std::string_view what) const { fail(place(), what); }
  [[noreturn]] void fail(Position at, std::string_view what) const { fail_at(file_, at, what); }
  // Of what Mermaid accepts.
  [[noreturn]] void fail_unsupported(Position at, std::string_view what) const {
    fail_at(file_, at, what, kUnsupportedSyntax);
  }

 private:
  const std::string& file_;
  const MermaidText& source_;
  const std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

}  // namespace stalemate::model
