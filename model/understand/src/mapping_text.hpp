// The text of a mapping's statements: where parameters stand, and what quotes hide from them. Errors as in
// understand/mapping.hpp; `what` is how they name the statement, "sql set".
#pragma once

#include <string>
#include <string_view>

#include "understand/mapping.hpp"

namespace stalemate::model {

std::string_view word_of(Parameter parameter);  // ":key", ":value", ...

// One statement alone can be sent with parameters.
enum class Statements { kOne, kAny };

// Quotes, dollar quotes, comments and casts (::) are PostgreSQL's. A last semicolon is left out.
SqlStatement parse_sql(const std::string& name, Position at, const std::string& what, std::string_view text,
                       Statements count);
// What begins or ends a transaction, or copies.
void refuse_what_is_no_verb(const std::string& name, Position at, const std::string& what, const std::string& sql);

// Words and quotes as redis-cli has them.
CacheCommand parse_cache_command(const std::string& name, Position at, const std::string& what, std::string_view text);

[[noreturn]] void throw_empty(const std::string& name);

}  // namespace stalemate::model
