// Generations: a key of its own ("gen:product:1"), or a field of the hash that holds the value.
#include <algorithm>

#include "base/text.hpp"
#include "vocabulary/commands.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kGenerations[] = {"gen", "generation", "generations", "epoch", "fence", "fencing"};
// "GET gen:product:1", "HGET product:1 generation".
std::optional<RequestWords> of_reading(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 2 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::string command = lower(tokens[0]);
  const bool of_key = tokens.size() == 2 && names_generation(tokens[1]) &&
                      (command == "get" || command == "read" || command == "fetch");
  const bool of_field = tokens.size() == 3 && command == "hget" && is_in(kGenerations, lower(tokens[2]));
  if (!of_key && !of_field) return std::nullopt;
  RequestWords asks = command_about(Verb::kGetGeneration, tokens[1], label, "get " + tokens[1]);
  asks.assumed =
      "where no answer comes and no branch says what happens then, the generation is not known, and nothing is stored "
      "by it";
  return asks;
}

// "INCR gen:product:1", "HINCRBY product:1 generation 1".
std::optional<RequestWords> of_counting(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 2 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::string command = lower(tokens[0]);
  const std::size_t plain = without_expiry(tokens).size();
  const bool of_key = plain == 2 && names_generation(tokens[1]) && (command == "incr" || command == "increment");
  const bool of_field = plain == 4 && command == "hincrby" && is_in(kGenerations, lower(tokens[2])) && tokens[3] == "1";
  if (!of_key && !of_field) return std::nullopt;
  return command_about(Verb::kCountUp, tokens[1], label, "set " + tokens[1]);
}

// "purge product:1: delete it and count its generation up (one script)", "MULTI, DEL product:1, INCR gen:product:1,
// EXEC".
std::optional<RequestWords> of_deleting(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kPlain[] = {
      "delete", "del",    "unlink", "remove",     "purge", "invalidate", "it",   "and",  "count",      "incr",
      "bump",   "up",     "its",    "the",        "then",  "increment",  "in",   "one",  "a",          "script",
      "lua",    "atomic", "exec",   "atomically", "multi", "of",         "step", "same", "transaction"};
  constexpr std::string_view kDeletes[] = {"delete", "del", "unlink", "remove", "purge", "invalidate"};
  constexpr std::string_view kCounts[] = {"count", "incr", "bump", "increment"};
  const std::vector<std::string> left = without_expiry(tokens);
  const std::vector<std::string> words = split_words(label);
  const bool counts =
      std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kCounts, word); });
  std::size_t verb = 0;
  while (verb < left.size() && lower(left[verb]) == "multi") ++verb;
  if (verb + 1 >= left.size() || !is_in(kDeletes, lower(left[verb])) || !counts) return {};
  const std::string& key = left[verb + 1];
  std::string other;
  bool spoken_of = false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (i == verb + 1) continue;
    const std::string word = lower(left[i]);
    if (is_plainly_a_key(left[i]) && names_generation(left[i]) && other.empty())
      other = left[i];
    else if (is_in(kGenerations, word))
      spoken_of = true;
    else if (!is_in(kPlain, word))
      return {};
  }
  if (names_generation(key) || (other.empty() && !spoken_of)) return {};
  RequestWords asks = command_about(Verb::kDeleteAndCountUp, key, label, "delete " + key);
  asks.other = other;
  if (!says_at_once(words)) {
    asks.kind = RequestWords::Kind::kAmbiguous;
    asks.question = "deletes one thing and counts up another; say \"in one step\", or draw an arrow for each";
  }
  return asks;
}

// "save product:1 only if the generation is as read (one script)".
std::optional<RequestWords> of_storing(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kPlain[] = {"only", "if",   "the",  "its",    "is",    "was",    "still",      "as",
                                         "read", "same", "has",  "not",    "it",    "hasnt",  "unchanged",  "changed",
                                         "in",   "one",  "a",    "script", "lua",   "atomic", "atomically", "before",
                                         "that", "step", "been", "equals", "equal", "to",     "since",      "matches",
                                         "with", "what", "then", "and",    "taken"};
  constexpr std::string_view kStores[] = {"set", "save", "store", "put", "hset"};
  const std::vector<std::string> left = without_expiry(tokens);
  const std::vector<std::string> words = split_words(label);
  if (left.size() < 3 || !is_in(kStores, lower(left[0])) || !is_in(words, "if")) return std::nullopt;
  RequestWords asks = command_about(Verb::kSetIfGeneration, left[1], label, "set " + left[1]);
  bool spoken_of = false;
  for (std::size_t i = 2; i < left.size(); ++i) {
    const bool is_key = is_plainly_a_key(left[i]) && names_generation(left[i]);
    spoken_of = spoken_of || is_key || is_in(kGenerations, lower(left[i]));
    if (is_key)
      asks.other = left[i];
    else if (!is_in(kGenerations, lower(left[i])) && !is_in(kPlain, lower(left[i])))
      return std::nullopt;
  }
  const bool kept = is_in(words, "read") || is_in(words, "same") || is_in(words, "unchanged") ||
                    is_in(words, "equals") || is_in(words, "matches") || is_in(words, "before") ||
                    (is_in(words, "changed") && (is_in(words, "not") || is_in(words, "hasnt")));
  if (!says_at_once(words)) asks.assumed = kTakenAtOnce;
  return spoken_of && kept ? std::optional(asks) : std::nullopt;
}

}  // namespace

bool says_at_once(const std::vector<std::string>& words) {
  constexpr std::string_view kAtOnce[] = {"script", "step", "lua", "atomic", "atomically", "multi", "transaction"};
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kAtOnce, word); });
}

bool names_generation(const std::string& key) {
  const std::vector<std::string> parts = entry_of_key(key).key;
  return std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return is_in(kGenerations, part); });
}

std::optional<RequestWords> generation_request(std::string_view label, const std::vector<std::string>& tokens) {
  for (const auto& read : {of_reading, of_counting, of_deleting, of_storing})
    if (auto words = read(label, tokens)) return words;
  return std::nullopt;
}

}  // namespace stalemate::model
