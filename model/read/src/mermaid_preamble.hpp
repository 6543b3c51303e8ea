// The kind of a Mermaid block. Not for statements: see mermaid_parser.hpp.
#pragma once

#include <string>

#include "mermaid_parser.hpp"
#include "mermaid_source.hpp"

namespace stalemate::model {

// What the block whose text is `source` turned out to be, statements not looked at; `at` is where the block stands.
// Where its first word is not sequenceDiagram, but the block looks like a sequence diagram, fails: a misspelt one is
// not passed over.
ParsedBlock parse_preamble(const MermaidText& source, Position at, const std::string& file);

}  // namespace stalemate::model
