// Names of several that do the same thing at the same time: "Reader 2", "App B", "[T1] GET", "Request 1 continues".
#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kInstances[] = {"instance", "thread",    "process",  "reader", "writer",  "transaction",
                                           "session",  "request",   "pod",      "fiber",  "replica", "client",
                                           "user",     "caller",    "server",   "node",   "host",    "app",
                                           "tx",       "goroutine", "coroutine"};
// Of a label or note these tell whose it is; others tell what it is about ("user 7").
constexpr std::string_view kTellWhose[] = {"thread", "process",  "reader",      "writer", "session", "request",
                                           "client", "instance", "transaction", "tx",     "pod",     "goroutine"};

bool is_number(std::string_view word) {
  return !word.empty() && (word.size() == 1 || std::all_of(word.begin(), word.end(), is_digit));
}

// "t1" is "t" and "1"; without a number the second is empty.
std::pair<std::string, std::string> parted(const std::string& word) {
  const std::size_t letters = word.find_last_not_of("0123456789") + 1;
  return {word.substr(0, letters), word.substr(letters)};
}

}  // namespace

std::string name_without_number(std::string_view name) {
  std::vector<std::string> words = split_words(name);
  const auto number = std::find_if(words.begin(), words.end(), is_number);
  if (number != words.end()) {
    words.erase(number);
  } else {
    if (words.empty()) return {};
    const auto [stem, digits] = parted(words.back());
    if (digits.empty() || stem.empty()) return {};
    words.back() = stem;
  }
  std::string rest;
  for (const std::string& word : words) rest += word + " ";
  return rest;
}

bool names_instance(std::string_view name) {
  const std::vector<std::string> words = split_words(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kInstances, word); });
}

std::string whose(std::string_view text) {
  const std::vector<std::string> words = split_words(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto [stem, digits] = parted(words[i]);
    if (is_in(kTellWhose, stem) && !digits.empty()) return stem + " " + digits;
    const bool follows = i + 1 < words.size() && is_number(words[i + 1]) && words[i + 1] != "a";
    if (is_in(kTellWhose, words[i]) && follows) return words[i] + " " + words[i + 1];
  }
  // "[T1] GET", "T1: GET": a letter with a number before anything else.
  const std::string_view trimmed = trim(text);
  if (words.empty() || trimmed.empty()) return {};
  const auto [letter, digits] = parted(words.front());
  const std::size_t bracket = trimmed.front() == '[' || trimmed.front() == '(' ? 1 : 0;
  const std::size_t end = bracket + words.front().size();
  const bool apart = end < trimmed.size() && (trimmed[end] == ':' || trimmed[end] == ']' || trimmed[end] == ')');
  if (letter.size() == 1 && !digits.empty() && apart) return letter + digits;
  return {};
}

}  // namespace stalemate::model
