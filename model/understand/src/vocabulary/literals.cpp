// Values as labels of one order write them: "SET price 10", "UPDATE price = 20", a reply "price=10" or "v2".
#include <algorithm>
#include <cstddef>
#include <set>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kSeparators = " \t,;()\"'`=";
// What a number behind, or before, one of these counts is no value.
constexpr std::string_view kBefore[] = {"ex", "px", "ttl", "exat", "limit", "where", "id", "version", "in", "after"};
constexpr std::string_view kBehind[] = {"s",    "sec",    "secs",    "second", "seconds", "m",     "min",
                                        "mins", "minute", "minutes", "h",      "hour",    "hours", "ms",
                                        "days", "row",    "rows",    "record", "records", "ok",    "created",
                                        "key",  "keys",   "item",    "time",   "deleted"};

// "10", "12.5", "v2"; not "0", which answers whether something is there.
bool is_literal(std::string_view token) {
  std::string_view digits = token;
  if (digits.size() > 1 && (digits.front() == 'v' || digits.front() == 'V' || digits.front() == '$'))
    digits.remove_prefix(1);
  const bool number = !digits.empty() && is_digit(digits.front()) &&
                      std::all_of(digits.begin(), digits.end(), [](char c) { return is_digit(c) || c == '.'; });
  return number && digits.back() != '.' && token != "0";
}

}  // namespace

std::string literal_in(std::string_view text) {
  std::vector<std::string> tokens;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t begin = rest.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    const std::size_t end = std::min(rest.find_first_of(kSeparators), rest.size());
    tokens.push_back(lower(rest.substr(0, end)));
    rest.remove_prefix(end);
  }
  std::set<std::string> literals;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] == "where") break;
    if (!is_literal(tokens[i])) continue;
    if (i > 0 && is_in(kBefore, tokens[i - 1])) continue;
    if (i + 1 < tokens.size() && is_in(kBehind, tokens[i + 1])) continue;
    literals.insert(tokens[i]);
  }
  return literals.size() == 1 ? *literals.begin() : "";
}

}  // namespace stalemate::model
