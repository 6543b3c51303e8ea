// See changes.hpp. The columns of an UPDATE are looked at one by one; those that only say that a row has changed, as a
// version does, say nothing of its value.
#include "vocabulary/changes.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kBookkeeping[] = {"version", "ver",     "rev",     "revision", "updated", "modified", "at",
                                             "etag",    "touched", "changed", "lock",     "time",    "timestamp"};
constexpr std::string_view kRead[] = {"read", "fetched", "loaded", "got", "gotten", "received", "seen", "selected"};
constexpr std::string_view kBefore[] = {"old", "previous", "current", "cached", "existing"};
constexpr std::string_view kSums[] = {"plus", "minus", "less", "increased", "decreased", "incremented", "decremented"};

bool any_of(const std::vector<std::string>& words, const auto& table) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(table, word); });
}

// "+ 1", "-:qty", "* 2", "|| ','"; a minus within a word or before a number alone is no sum.
bool computes(std::string_view text) {
  text = trim(text);
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '+' || c == '*' || (c == '|' && text[i - 1] == '|')) return true;
    if (c == '-' && (text[i - 1] == ' ' || text[i - 1] == ')' ||
                     (i + 1 < text.size() && (is_digit(text[i + 1]) || text[i + 1] == ':' || text[i + 1] == ' '))))
      return true;
  }
  return any_of(split_words(text), kSums);
}

bool speaks_of_reading(const std::vector<std::string>& words) { return any_of(words, kRead) || any_of(words, kBefore); }

// The names in an expression, without what stands before a dot; a parameter (":n") is one with its sign.
std::vector<std::string> names_in(std::string_view expression) {
  std::vector<std::string> names;
  std::string name;
  const auto end = [&] {
    if (!name.empty()) names.push_back(name);
    name.clear();
  };
  for (const char c : lower(expression)) {
    if (is_word_byte(c) || c == '_')
      name += c;
    else
      end();
    if (c == ':' || c == '$' || c == '@') name = c;
  }
  end();
  return names;
}

MadeOf column_made_of(std::string_view column, std::string_view expression) {
  const bool onto = column.ends_with('+') || column.ends_with('-') || column.ends_with('*');  // "n += 1"
  if (onto) return MadeOf::kWhatIsThere;
  if (!computes(expression)) return MadeOf::kItself;
  const std::vector<std::string> words = split_words(expression);
  if (any_of(words, kRead)) return MadeOf::kWhatWasRead;
  const std::vector<std::string> names = names_in(expression);
  const std::vector<std::string> changed = names_in(column);
  const std::string name = changed.empty() ? "" : changed.back();
  if (is_in(names, name)) return MadeOf::kWhatIsThere;
  const bool by_parameter = is_in(names, ":" + name) || is_in(names, "$" + name) || is_in(names, "@" + name);
  return by_parameter || any_of(words, kBefore) ? MadeOf::kWhatWasRead : MadeOf::kItself;
}

bool is_bookkeeping(std::string_view column) {
  const std::vector<std::string> words = split_words(column);
  return !words.empty() && is_in(kBookkeeping, words.back());
}

// The assignments of "UPDATE t SET a = 1, b = f(b, 2) WHERE …".
std::vector<std::string_view> assignments_in(std::string_view label) {
  const std::string small = lower(label);
  const std::size_t update = small.find("update ");
  const std::size_t set = update == std::string::npos ? update : small.find(" set ", update);
  if (set == std::string::npos) return {};
  std::size_t end = small.size();
  for (const std::string_view clause : {" where ", " returning ", " from "})
    end = std::min(end, small.find(clause, set));
  std::vector<std::string_view> found;
  std::size_t begin = set + 5;
  int depth = 0;
  for (std::size_t i = begin; i <= end; ++i) {
    const char c = i < end ? label[i] : ',';
    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c != ',' || (depth > 0 && i < end)) continue;
    found.push_back(trim(label.substr(begin, i - begin)));
    begin = i + 1;
  }
  return found;
}

}  // namespace

MadeOf made_of(std::string_view label, const std::vector<std::string>& words) {
  if (label.find_first_of("=+-*|") == std::string_view::npos && !any_of(words, kSums)) return MadeOf::kItself;
  const std::vector<std::string_view> assignments = assignments_in(label);
  if (assignments.empty())
    return speaks_of_reading(words) && computes(label) && any_of(words, kRead) ? MadeOf::kWhatWasRead : MadeOf::kItself;
  std::optional<MadeOf> made;
  for (const std::string_view assignment : assignments) {
    const std::size_t equals = assignment.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view column = trim(assignment.substr(0, equals));
    if (is_bookkeeping(column)) continue;
    const MadeOf one = column_made_of(column, assignment.substr(equals + 1));
    made = !made || *made == one ? one : MadeOf::kSeveral;
  }
  return made.value_or(MadeOf::kItself);
}

}  // namespace stalemate::model
