// A place in a Mermaid diagram, and the pieces of its grammar that are a run of characters: words, names, arrows,
// texts. What Mermaid does with each character follows the lexer of its sequenceDiagram.jison (11.17). Every scan moves
// forward or fails, so reading a diagram takes time linear in its length. Not for statements: see mermaid_parser.hpp.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

// An arrow as written, with its length in bytes.
struct ArrowToken {
  Arrow arrow;
  std::size_t length = 0;
  // Whether its head is a character that names have, too: x and ).
  bool could_be_name() const { return arrow.head == ArrowHead::kCross || arrow.head == ArrowHead::kOpen; }
};

// The arrow `text` starts with.
std::optional<ArrowToken> arrow_at(std::string_view text);

// Length of what newer Mermaid reads as a half arrow (-|\ -// \\- ...) or a central connection () at the start of
// `text`.
std::size_t unsupported_arrow_length(std::string_view text);

// What a name may be followed by.
enum class NameRole {
  kSender,    // an arrow
  kReceiver,  // a colon
  kMention,   // a comma or colon, as in a note: nothing in it can be an arrow
};

// Bytes of the participant's name at the start of `text`, trailing spaces included; 0 if none. "-" is part of a name
// unless it begins an arrow: web-x->>db is an arrow -x for Mermaid, unless `declared` holds "web-x" (Mermaid refuses
// the line then, so no diagram it draws is read differently).
std::size_t name_length(std::string_view text, NameRole role, const std::set<std::string, std::less<>>& declared);

class Cursor {
 public:
  // Both must outlive the cursor.
  Cursor(const std::vector<SourceLine>& lines, const std::string& file) : lines_(lines), file_(file) {}

  bool at_end() const { return line_ >= lines_.size(); }
  // What is left of the current line; empty at the end.
  std::string_view rest() const { return at_end() ? std::string_view() : lines_[line_].text.substr(offset_); }
  Position position() const;
  // REQUIRES: bytes <= rest().size().
  void advance(std::size_t bytes);
  void next_line();
  void skip_spaces();
  // Skips spaces, then `literal` if it stands there.
  bool take(std::string_view literal);

  // The letters, digits and underscores at the cursor.
  std::string_view word() const;

  // At the end of a statement: nothing, ";" or a comment is left of the line.
  bool at_statement_end();
  // The text from here to the end of the statement: ";", "#" that is no entity, end of line.
  std::string_view peek_text() const;
  // The same, which is passed.
  std::string_view take_text();
  // The text from here to the end of the line, which is passed.
  std::string_view take_line();
  // The text up to `close`, across lines (joined by a line feed), which is passed together with `close`. Fails at
  // `opened` where there is none: `what` is never closed.
  std::string take_until(std::string_view close, Position opened, std::string_view what);

  [[noreturn]] void fail(std::string_view what) const { fail_at(file_, position(), what); }
  [[noreturn]] void fail(Position at, std::string_view what) const { fail_at(file_, at, what); }

 private:
  const std::vector<SourceLine>& lines_;
  const std::string& file_;
  std::size_t line_ = 0;    // index into lines_
  std::size_t offset_ = 0;  // bytes passed of the current line
  int columns_ = 0;         // code points passed of the current line
};

}  // namespace stalemate::model
