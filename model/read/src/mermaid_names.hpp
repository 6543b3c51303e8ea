// The names of participants in the tokens of a diagram: as they are declared, and as a message or note mentions them.
#pragma once

#include <string>

#include "mermaid_participants.hpp"
#include "mermaid_tokens.hpp"

namespace stalemate::model {

// NAME, NAME as ALIAS, NAME@{ "type": "database" }, up to the end of the line, after its keyword. What the line does
// not say is left as it was.
void take_declaration(TokenReader& in, Declaration& declaration);

// The name that is all of a statement (activate A), as Mermaid knows it, up to the end of the line.
std::string take_lone_name(TokenReader& in);

// A name that a message or note mentions.
const Token& take_mentioned_name(TokenReader& in);

// Says of a keyword that none can stand there.
[[noreturn]] void fail_keyword(const TokenReader& in, const Token& keyword);

}  // namespace stalemate::model
