// What stands around the statements of a Mermaid block: front matter, the word that names the kind of diagram, comments
// and directives. Not for statements: see mermaid_parser.hpp.
#pragma once

#include <functional>
#include <string_view>

#include "mermaid_lexer.hpp"
#include "mermaid_parser.hpp"

namespace stalemate::model {

// Takes a `%% stalemate: text` line: its place and the trimmed text.
using DirectiveSink = std::function<void(Position, std::string_view)>;

// Moves to the next statement, past spaces, line ends, ";", comments (#, %%) and %%{ }%% directives, or to the end.
void skip_to_statement(Cursor& cursor, const DirectiveSink& on_directive);

// Reads a block up to and including the word that names its kind; `at` is where the block stands. Where that word is
// not sequenceDiagram, but the block looks like a sequence diagram, fails: a misspelt one is not passed over.
ParsedBlock parse_preamble(Cursor& cursor, Position at);

}  // namespace stalemate::model
