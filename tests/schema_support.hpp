// A JSON Schema validator of somebody else's: Debian's python3-jsonschema, which must be there.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace stalemate::traces::schema {

// What the validator says of each document against the schema in the file `schema`: "ok", or what is wrong. One process
// for all. Throws if there is no validator.
std::vector<std::string> judge(const std::string& schema, const std::vector<nlohmann::json>& documents);

}  // namespace stalemate::traces::schema
