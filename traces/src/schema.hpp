// Checking a JSON document against the embedded trace schema. The only part that knows valijson.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace stalemate::traces {

// The first thing in a document that is off the schema.
struct SchemaFault {
  std::string pointer;  // JSON pointer of where it is: "/steps/3/kind"; "" is the whole document
  std::string problem;  // what is wrong and what would be right
};

// None: `document` satisfies trace_schema(). REQUIRES: nested no deeper than kJsonDepthMax (the check recurses).
std::optional<SchemaFault> find_schema_fault(const nlohmann::json& document);

inline constexpr int kJsonDepthMax = 64;

// `token` as one part of a JSON pointer ("~" and "/" escaped).
std::string pointer_token(const std::string& token);

}  // namespace stalemate::traces
