// What the conditions of branches that test no reply say together.
#include <algorithm>

#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kOtherwise[] = {"otherwise", "else",     "other",      "others", "default",  "rest",
                                           "remaining", "anything", "everything", "any",    "fallback", "all"};
constexpr std::string_view kSmall[] = {"in", "the", "every", "case", "cases", "by", "if", "is", "are", "it", "of"};
constexpr std::string_view kNegations[] = {"not", "no", "never", "isnt", "arent", "doesnt", "dont", "hasnt", "without"};

bool says_otherwise(std::string_view label) {
  const std::vector<std::string> words = split_words(label);
  return std::all_of(words.begin(), words.end(),
                     [](const std::string& word) { return is_in(kOtherwise, word) || is_in(kSmall, word); });
}

struct Condition {
  std::vector<std::string> words;
  std::size_t negations = 0;
};
Condition condition(std::string_view label) {
  Condition result;
  for (std::string& word : split_words(label)) {
    if (is_in(kNegations, word))
      ++result.negations;
    else if (!is_in(kSmall, word))
      result.words.push_back(std::move(word));
  }
  return result;
}

}  // namespace

bool cover_every_case(const std::vector<std::string_view>& labels) {
  if (labels.size() < 2) return false;
  if (says_otherwise(labels.back())) return true;
  if (labels.size() > 2) return false;
  const Condition one = condition(labels.front());
  const Condition other = condition(labels.back());
  return one.words == other.words && one.negations % 2 != other.negations % 2;
}

}  // namespace stalemate::model
