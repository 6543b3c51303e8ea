// A JSON document out of text that may be anything. Hostile text ends in InputError, cheaply.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace stalemate::traces {

// Throws InputError "name: pointer: problem".
[[noreturn]] void refuse(const std::string& name, const std::string& pointer, const std::string& problem);

// Throws InputError, with line and column where the text is not JSON, nested too deeply or cut off, and where a name
// stands twice in one object.
nlohmann::json parse_document(std::string_view text, const std::string& name);

}  // namespace stalemate::traces
