// The values that documents are made of, each read off a cursor or refused (json_cursor.hpp).
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "json_cursor.hpp"
#include "traces/trace.hpp"
#include "traces/verb.hpp"

namespace stalemate::traces {

inline constexpr int kKeyCountMax = 9999;
inline constexpr int kOrdinalMax = 1000000;

template <class Kind, std::size_t Size>
Kind read_kind(const Cursor& from, const Kind (&kinds)[Size]) {
  std::array<std::string_view, Size> words;
  std::transform(std::begin(kinds), std::end(kinds), words.begin(), [](Kind kind) { return to_string(kind); });
  return kinds[from.word(words)];
}

template <std::size_t Size>
std::string read_word(const Cursor& from, const std::string_view (&words)[Size]) {
  return std::string(words[from.word(words)]);
}

inline std::string read_verb(const Cursor& from) {
  std::array<std::string_view, std::size(kVerbs)> names;
  std::transform(std::begin(kVerbs), std::end(kVerbs), names.begin(), [](const VerbFacts& verb) { return verb.name; });
  return std::string(names[from.word(names)]);
}

template <class Read>
auto read_each(const std::vector<Cursor>& items, Read read) {
  std::vector<decltype(read(items.front()))> values;
  values.reserve(items.size());
  for (const Cursor& item : items) values.push_back(read(item));
  return values;
}

inline std::string read_text(const Cursor& from) { return from.text(); }

inline bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

inline int read_ordinal(const Cursor& from) { return from.integer_between(1, kOrdinalMax); }

// 0: absent.
inline int read_optional_ordinal(const std::optional<Cursor>& from) { return from ? read_ordinal(*from) : 0; }

// How often, or how many, where it is more than once.
inline int read_several(const Cursor& from) {
  const int several = read_ordinal(from);
  if (several == 1) from.refuse_value("a number above 1, or no such field where it is 1");
  return several;
}

// A field that is true or absent.
inline bool read_flag(const std::optional<Cursor>& from, std::string_view otherwise) {
  if (from && !from->boolean()) from->refuse_value(fmt::format("true, or no such field {}", otherwise));
  return from.has_value();
}

inline std::optional<std::int64_t> read_optional_integer(const std::optional<Cursor>& from) {
  if (!from) return std::nullopt;
  return from->integer();
}

// A version: how many commits came before. A generation: how often it was counted up.
inline std::int64_t read_number(const Cursor& from) { return from.integer_between(0, kOrdinalMax); }

inline std::string read_key(const Cursor& from) {
  const std::string& key = from.text();
  const std::string_view row = row_of(key);
  const bool fits = row.size() >= 2 && row.size() <= 5 && row[0] == 'k' && row[1] != '0' && is_digits(row.substr(1)) &&
                    (row.size() == key.size() || row.size() + 1 < key.size());
  if (!fits) from.refuse_value(fmt::format("a key, \"k1\" to \"k{}\", or \"k1/lock\" of another entry", kKeyCountMax));
  return key;
}

}  // namespace stalemate::traces
