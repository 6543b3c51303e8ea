// The questions of a cursor. What a file holds is shown clipped and on one line.
#include "json_cursor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

constexpr std::size_t kShownSizeMax = 60;  // code points of what is wrong

std::string shown(const std::string& text) { return clipped(printable(text), kShownSizeMax); }

// `token` as one part of a JSON pointer.
std::string escaped(std::string_view token) {
  std::string part;
  for (const char c : token) {
    if (c == '~') {
      part += "~0";
    } else if (c == '/') {
      part += "~1";
    } else {
      part += c;
    }
  }
  return part;
}

// `"a", "b"`
std::string list_of(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", word);
  return list;
}

}  // namespace

Cursor Cursor::inner(const json& value, std::string_view token) const {
  return {value, fmt::format("{}/{}", pointer_, escaped(token))};
}

std::optional<Cursor> Cursor::find(std::string_view name) {
  if (!value_->is_object()) refuse_type("object");
  asked_.push_back(name);
  const auto found = value_->find(name);
  if (found == value_->end()) return std::nullopt;
  return inner(*found, name);
}

Cursor Cursor::at(std::string_view name) {
  std::optional<Cursor> found = find(name);
  if (!found) refuse(fmt::format("\"{}\" is missing; is the file complete?", name));
  return *std::move(found);
}

void Cursor::done() const {
  if (!value_->is_object()) refuse_type("object");
  for (const auto& [name, unused] : value_->items()) {
    if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) {
      refuse(fmt::format("unknown field \"{}\"; known here: {}", shown(name), list_of(asked_)));
    }
  }
}

std::vector<std::pair<std::string, Cursor>> Cursor::entries() const {
  if (!value_->is_object()) refuse_type("object");
  std::vector<std::pair<std::string, Cursor>> entries;
  entries.reserve(value_->size());
  for (const auto& [name, value] : value_->items()) entries.emplace_back(name, inner(value, name));
  return entries;
}

std::vector<Cursor> Cursor::items() const {
  if (!value_->is_array()) refuse_type("array");
  std::vector<Cursor> items;
  items.reserve(value_->size());
  for (const json& value : *value_) items.push_back(inner(value, fmt::format_int(items.size()).str()));
  return items;
}

std::vector<Cursor> Cursor::some_items() const {
  if (value_->is_array() && value_->empty()) refuse("must not be empty");
  return items();
}

bool Cursor::is_object() const { return value_->is_object(); }

bool Cursor::boolean() const {
  if (!value_->is_boolean()) refuse_type("boolean");
  return value_->get<bool>();
}

std::int64_t Cursor::integer() const {
  if (!value_->is_number_integer()) refuse_type("integer");
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
    refuse("too large; at most 9223372036854775807");
  }
  return value_->get<std::int64_t>();
}

int Cursor::integer_between(int low, int high) const {
  if (!value_->is_number_integer()) refuse_type("integer");
  const bool fits_64_bits = !value_->is_number_unsigned() || value_->get<std::uint64_t>() <= std::uint64_t{INT64_MAX};
  const std::int64_t number = fits_64_bits ? value_->get<std::int64_t>() : INT64_MAX;
  if (number < low || number > high) refuse(fmt::format("expected a number from {} to {}", low, high));
  return static_cast<int>(number);
}

std::optional<std::int64_t> Cursor::integer_or_null() const {
  if (value_->is_null()) return std::nullopt;
  if (!value_->is_number_integer()) refuse_type("integer or null");
  return integer();
}

const std::string& Cursor::text() const {
  if (!value_->is_string()) refuse_type("string");
  return value_->get_ref<const std::string&>();
}

std::string Cursor::some_text() const {
  if (text().empty()) refuse("must not be empty");
  return text();
}

std::string Cursor::some_text_or_null() const {
  if (value_->is_null()) return "";
  if (!value_->is_string()) refuse_type("string or null");
  return some_text();
}

std::size_t Cursor::word(std::span<const std::string_view> words) const {
  const auto found = std::find(words.begin(), words.end(), text());
  if (found == words.end()) refuse_value("one of " + list_of(words));
  return static_cast<std::size_t>(found - words.begin());
}

void Cursor::refuse(const std::string& problem) const { throw Refusal{pointer_, problem}; }

void Cursor::refuse_value(const std::string& expected) const {
  refuse(fmt::format("found {}; expected {}", shown(value_->dump()), expected));
}

void Cursor::refuse_type(std::string_view expected) const {
  const char* found = value_->type_name();
  if (value_->is_number()) found = "a number";
  if (value_->is_number_float()) found = "a number with a fraction or an exponent, or beyond 64 bits";
  refuse(fmt::format("expected {}, found {}", expected, found));
}

}  // namespace stalemate::traces
