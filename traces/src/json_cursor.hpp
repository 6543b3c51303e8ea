// Reading a JSON document field by field. A cursor is one value of the document with its address; each question asks
// for a shape (a member, a type, a range, one of some words) and gives it or throws the Refusal that says where the
// shape is another and what would be right. Knows no traces.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stalemate::traces {

// What is wrong with a document, thrown; the reader adds the file's name and makes it an InputError.
struct Refusal {
  std::string pointer;  // JSON pointer of where it is: "/steps/3/kind"; "" is the whole document
  std::string problem;  // what is wrong and what would be right
};

// REQUIRES: the document outlives its cursors.
class Cursor {
 public:
  explicit Cursor(const nlohmann::json& document) : Cursor(document, "") {}

  // An object's members, by names that outlive the cursor; then done(), which refuses every member not asked for.
  Cursor at(std::string_view name);                   // must be there
  std::optional<Cursor> find(std::string_view name);  // may be absent
  void done() const;

  // An object of any names, in an order that JSON does not determine; an array; an array that is not empty.
  std::vector<std::pair<std::string, Cursor>> entries() const;
  std::vector<Cursor> items() const;
  std::vector<Cursor> some_items() const;

  bool is_object() const;
  bool boolean() const;
  std::int64_t integer() const;
  int integer_between(int low, int high) const;
  std::optional<std::int64_t> integer_or_null() const;
  const std::string& text() const;
  std::string some_text() const;                                    // not empty
  std::string some_text_or_null() const;                            // null: ""
  std::size_t word(std::span<const std::string_view> words) const;  // the index of the one that it is

  [[noreturn]] void refuse(const std::string& problem) const;
  // "found X; expected `expected`"
  [[noreturn]] void refuse_value(const std::string& expected) const;
  // "expected `expected`, found a string"
  [[noreturn]] void refuse_type(std::string_view expected) const;

 private:
  Cursor(const nlohmann::json& value, std::string pointer) : value_(&value), pointer_(std::move(pointer)) {}
  Cursor inner(const nlohmann::json& value, std::string_view token) const;

  const nlohmann::json* value_;
  std::string pointer_;
  std::vector<std::string_view> asked_;  // the members asked for so far
};

}  // namespace stalemate::traces
