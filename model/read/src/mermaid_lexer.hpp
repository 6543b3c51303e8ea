// The tokens of a sequence diagram: a transcription of the lexer of mermaid's sequenceDiagram.jison (12.3), state by
// state and rule by rule in its order, so that what is one name for Mermaid is one name here. What a token may be
// followed by is the parser's to say: see mermaid_parser.hpp. Every scan moves forward, so time is linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mermaid_keywords.hpp"
#include "mermaid_source.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {

// An arrow as written, with its length in bytes.
struct ArrowToken {
  Arrow arrow;
  std::size_t length = 0;
  // Whether its head is a character that names have, too: x and ).
  bool could_be_name() const { return arrow.head == ArrowHead::kCross || arrow.head == ArrowHead::kOpen; }
};

// The arrow `text` starts with; half arrows (-|\ -// \\- ...), which are newer than what is modelled, are none.
std::optional<ArrowToken> arrow_at(std::string_view text);
std::size_t half_arrow_length(std::string_view text);

// Bytes of the name that a message or note may mention at the start of `text`, blanks behind it included; 0 if none.
// "-" is part of it unless it begins an arrow: web-x->>db is an arrow -x.
std::size_t name_length(std::string_view text);

enum class TokenKind {
  kKeyword,
  kNewline,  // or ";"
  kName,
  kNumber,  // with a blank behind it, which makes it no name
  kArrow,
  kHalfArrow,
  kCentral,  // ()
  kPlus,
  kMinus,
  kComma,
  kText,         // ":" and the text after it
  kLine,         // the rest of a line: a label, an alias, a title
  kAs,           // "as" behind a declared name
  kConfigBegin,  // @{
  kConfig,
  kConfigEnd,  // }
  kStray,      // a sign that begins nothing
  kNoName,     // what stands where a declared name must
  kEnd,        // of the diagram
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::size_t begin = 0;  // in the prepared text
  std::size_t end = 0;
  Keyword keyword = Keyword::kNone;  // of kKeyword
  Arrow arrow;                       // of kArrow
};

// The tokens, the last one kEnd. Comments for us that stand behind a statement on its line join `block.own_comments`.
// Throws InputError with kUnsupportedSyntax for a name that Mermaid takes for part of a comment.
std::vector<Token> tokens_of(PreparedBlock& block, const std::string& file);

}  // namespace stalemate::model
