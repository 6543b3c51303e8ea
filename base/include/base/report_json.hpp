// Reports as one JSON object each, members in the order in which they are set.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace stalemate {

using Json = nlohmann::ordered_json;

// Indented, with a line feed at the end. Bytes that are no UTF-8 are replaced.
inline std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

// Null for an empty text.
inline Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace stalemate
