// The trace schema, compiled once, and its faults told in words. valijson says where a document is off the schema; what
// would be right is read from the schema at that place. The schema's patterns are bounded, because std::regex recurses
// with every character of an unbounded one.
#include "schema.hpp"

#include <fmt/format.h>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "text_tools.hpp"
#include "trace_schema_file.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

const json& schema_document() {
  static const json document = json::parse(trace_schema());
  return document;
}

const valijson::Schema& compiled_schema() {
  static const valijson::Schema& schema = []() -> const valijson::Schema& {
    static valijson::Schema made;
    valijson::adapters::NlohmannJsonAdapter adapter(schema_document());
    valijson::SchemaParser(valijson::SchemaParser::kDraft7).populateSchema(adapter, made);
    return made;
  }();
  return schema;
}

const json* follow_reference(const json* schema) {
  while (schema != nullptr && schema->contains("$ref")) {
    const std::string reference = (*schema)["$ref"].get<std::string>();  // "#/definitions/..."
    schema = &schema_document().at(json::json_pointer(reference.substr(1)));
  }
  return schema;
}

// The part of the schema that governs `token` inside what `schema` governs; null where there is none.
const json* descend(const json* schema, const std::string& token) {
  if (schema == nullptr) return nullptr;
  if (const auto properties = schema->find("properties"); properties != schema->end()) {
    const auto found = properties->find(token);
    return found == properties->end() ? nullptr : follow_reference(&*found);
  }
  for (const char* word : {"items", "additionalProperties"}) {
    if (const auto found = schema->find(word); found != schema->end() && found->is_object()) {
      return follow_reference(&*found);
    }
  }
  return nullptr;
}

std::string list_of(const json& values) {
  std::string list;
  for (const json& value : values) list += (list.empty() ? "" : ", ") + value.dump();
  return list;
}

// What `schema` asks of `value` and does not get, or `fallback`.
std::string describe(const json& schema, const json& value, const std::string& fallback) {
  if (const auto wanted = schema.find("const"); wanted != schema.end() && value != *wanted) {
    return "expected " + wanted->dump();
  }
  if (const auto type = schema.find("type"); type != schema.end()) {
    const json types = type->is_array() ? *type : json::array({*type});
    bool fits = false;
    std::string names;
    for (const json& one : types) {
      const std::string& name = one.get_ref<const std::string&>();
      names += (names.empty() ? "" : " or ") + name;
      fits = fits || (name == "integer" ? value.is_number_integer() : value.type_name() == name);
    }
    if (!fits) return fmt::format("expected {}, found {}", names, value.is_number() ? "a number" : value.type_name());
  }
  if (const auto words = schema.find("enum"); words != schema.end()) {
    return fmt::format("found {}; expected {}{}", clipped(printable(value.dump()), 60),
                       words->size() == 1 ? "" : "one of ", list_of(*words));
  }
  if (value.is_object()) {
    for (const json& name : schema.value("required", json::array())) {
      if (!value.contains(name.get_ref<const std::string&>())) {
        return fmt::format("{} is missing; is the file complete?", name.dump());
      }
    }
    if (const auto known = schema.find("properties"); known != schema.end()) {
      for (const auto& [name, unused] : value.items()) {
        if (known->contains(name)) continue;
        json names = json::array();
        for (const auto& [word, ignored] : known->items()) names.push_back(word);
        return fmt::format("unknown field \"{}\"; known here: {}", clipped(printable(name), 60), list_of(names));
      }
    }
  }
  if (const auto pattern = schema.find("pattern"); pattern != schema.end() && value.is_string()) {
    return fmt::format("found {}; expected text that matches {}", clipped(printable(value.dump()), 60),
                       pattern->get_ref<const std::string&>());
  }
  if (value.is_number() && schema.contains("minimum")) {
    return schema.contains("maximum")
               ? fmt::format("expected a number from {} to {}", schema["minimum"].dump(), schema["maximum"].dump())
               : fmt::format("expected a number of at least {}", schema["minimum"].dump());
  }
  if (schema.contains("minItems") || schema.contains("minLength")) return "must not be empty";
  return fallback;
}

}  // namespace

std::string_view trace_schema() { return embedded::trace_schema_file()[0].text; }

std::string pointer_token(const std::string& token) {
  std::string escaped;
  for (const char c : token) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::optional<SchemaFault> find_schema_fault(const json& document) {
  valijson::Validator validator;
  valijson::ValidationResults results;
  valijson::adapters::NlohmannJsonAdapter adapter(document);
  if (validator.validate(compiled_schema(), adapter, &results)) return std::nullopt;

  // Errors come innermost first, each with the path to it: "<root>", "[steps]", "[3]", ...
  valijson::ValidationResults::Error error;
  results.popError(error);
  SchemaFault fault;
  const json* schema = &schema_document();
  const json* value = &document;
  for (const std::string& part : error.context) {
    if (part.size() < 2 || part.front() != '[') continue;
    const std::string token = part.substr(1, part.size() - 2);
    const json* inner = nullptr;
    if (value->is_array()) {
      const std::size_t index = std::stoul(token);
      if (index < value->size()) inner = &(*value)[index];
    } else if (const auto found = value->find(token); found != value->end()) {
      inner = &*found;
    }
    if (inner == nullptr) break;
    value = inner;
    schema = descend(schema, token);
    fault.pointer += "/" + pointer_token(token);
  }
  fault.problem = schema == nullptr ? error.description : describe(*schema, *value, error.description);
  return fault;
}

}  // namespace stalemate::traces
