// Requests about markers: entries of a cache that are there or not, and are no value, such as a lock, a stamp or a
// tombstone; and a set that such an entry keeps away. Only commands whose key is plainly one count: in plain English
// "lock" is an ordinary word.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "vocabulary/commands.hpp"
#include "vocabulary/signs.hpp"

namespace stalemate::model {
namespace {

// By a part of its name an entry is known as a marker.
constexpr std::string_view kMarkerNames[] = {"lock",  "locks",  "locked",    "mutex",   "marker",     "stamp",
                                             "flag",  "purged", "tombstone", "dirty",   "invalid",    "invalidated",
                                             "guard", "busy",   "updating",  "writing", "refreshing", "deleted"};
// What is stored where a value would be, as it is written there.
constexpr std::string_view kMarkerValues[] = {"LOCKED",  "LOCK", "DELETED",  "TOMBSTONE", "MARKER",     "INVALID",
                                              "PENDING", "BUSY", "UPDATING", "PURGED",    "INVALIDATED"};
constexpr std::string_view kBesideMarkers[] = {"to",  "=",      "1", "as",     "true", "nx",
                                               "one", "script", "a", "marker", "the"};

}  // namespace

std::vector<std::string> tokens_in(std::string_view label) {
  constexpr std::string_view kBehind = ",);:";
  std::vector<std::string> tokens;
  for (const std::string& part : split(std::string(label), ' ')) {
    std::string_view token = trim(part);
    while (!token.empty() && kBehind.find(token.back()) != std::string_view::npos) token.remove_suffix(1);
    while (!token.empty() && token.front() == '(') token.remove_prefix(1);
    if (!token.empty()) tokens.emplace_back(token);
  }
  return tokens;
}

bool is_plainly_a_key(const std::string& token) {
  const std::size_t colon = token.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < token.size();
}

std::vector<std::string> without_expiry(const std::vector<std::string>& tokens) {
  std::vector<std::string> left;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string token = lower(tokens[i]);
    if ((token == "ex" || token == "px" || token == "ttl") && i + 1 < tokens.size())
      ++i;
    else
      left.push_back(tokens[i]);
  }
  return left;
}

bool names_marker(const std::string& key) {
  const std::vector<std::string> parts = entry_of_key(key).key;
  return std::any_of(parts.begin(), parts.end(), [](const std::string& part) { return is_in(kMarkerNames, part); });
}

RequestWords command_about(Verb verb, const std::string& key, std::string_view label, std::string inner) {
  RequestWords words;
  words.kind = RequestWords::Kind::kVerb;
  words.verb = verb;
  words.key = key;
  words.inner = std::move(inner);
  if (traces::facts_of(verb).puts()) {
    const TimeToLive lives = time_to_live(label);
    words.ttl = lives.seconds;
    if (lives.unsaid)
      words.assumed_ttl = "how long it lives is not said: a minute is taken; write TTL 300 or EX 300 to say it";
  }
  return words;
}

namespace {

// "SET lock:product:1 NX EX 60", "EXISTS lock:product:1", "DEL lock:product:1".
std::optional<RequestWords> of_marker_key(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 2 || !is_plainly_a_key(tokens[1]) || !names_marker(tokens[1])) return std::nullopt;
  const std::string command = lower(tokens[0]);
  const std::string& key = tokens[1];
  const std::vector<std::string> left = without_expiry(tokens);
  const bool plain = std::all_of(left.begin() + 2, left.end(),
                                 [](const std::string& token) { return is_in(kBesideMarkers, lower(token)); });
  if (!plain) return std::nullopt;
  const bool absent = std::any_of(left.begin(), left.end(), [](const auto& token) { return lower(token) == "nx"; });
  if (command == "exists" || command == "get" || command == "check")
    return command_about(Verb::kExists, key, label, "get " + key);
  if (command == "set" && !absent) return command_about(Verb::kMark, key, label, "set " + key);
  if (command == "set" || command == "setnx" || command == "add")
    return command_about(Verb::kMarkIfAbsent, key, label, "SET " + key + " NX");
  if (command == "del" || command == "delete" || command == "unlink" || command == "remove")
    return command_about(Verb::kDelete, key, label, "delete " + key);
  return std::nullopt;
}

// "SADD tag:products product:1", "SMEMBERS tag:products": whether the key is in the set.
std::optional<RequestWords> of_set_of_keys(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 2 || tokens.size() > 3 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::string& key = tokens[1];
  std::optional<RequestWords> words;
  if (tokens[0] == "SADD" && tokens.size() == 3 && is_plainly_a_key(tokens[2]))
    words = command_about(Verb::kMark, key, label, "set " + key);
  if ((tokens[0] == "SMEMBERS" && tokens.size() == 2) || (tokens[0] == "SISMEMBER" && tokens.size() == 3))
    words = command_about(Verb::kExists, key, label, "get " + key);
  if (words) words->assumed = "of the set, what is modelled is whether the key is in it";
  return words;
}

// "set product:1 to DELETED EX 1000", "add product:1 LOCKED".
std::optional<RequestWords> of_marker_value(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 3 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::string command = lower(tokens[0]);
  if (command != "set" && command != "add" && command != "setex") return std::nullopt;
  const std::vector<std::string> left = without_expiry(tokens);
  bool marks = false;
  bool absent = command == "add";
  for (std::size_t i = 2; i < left.size(); ++i) {
    if (is_in(kMarkerValues, left[i]))
      marks = true;
    else if (!is_in(kBesideMarkers, lower(left[i])))
      return std::nullopt;
    absent = absent || lower(left[i]) == "nx";
  }
  if (!marks) return std::nullopt;
  const std::string& key = tokens[1];
  return absent ? command_about(Verb::kMarkIfAbsent, key, label, "SET " + key + " NX")
                : command_about(Verb::kMark, key, label, "set " + key);
}

// "SET product:1 unless lock:product:1 exists (one script)".
std::optional<RequestWords> of_set_unless(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kThere[] = {"exists", "is", "there", "set", "held", "present", "locked", "taken"};
  constexpr std::string_view kAtOnce[] = {"one",    "script",     "in",   "a",   "lua",
                                          "atomic", "atomically", "step", "the", "same"};
  const auto unless = std::find(tokens.begin(), tokens.end(), "unless");
  if (tokens.size() < 4 || lower(tokens[0]) != "set" || !is_plainly_a_key(tokens[1]) || unless == tokens.end() ||
      unless + 1 == tokens.end() || !is_plainly_a_key(*(unless + 1)))
    return std::nullopt;
  const std::vector<std::string> before = without_expiry({tokens.begin(), unless});
  const bool plain = before.size() == 2 && std::all_of(unless + 2, tokens.end(), [&](const std::string& token) {
                       return is_in(kThere, lower(token)) || is_in(kAtOnce, lower(token));
                     });
  if (!plain) return std::nullopt;
  RequestWords words = command_about(Verb::kSetUnless, tokens[1], label, "set " + tokens[1]);
  words.other = *(unless + 1);
  return words;
}

// Nothing but words that say: over an older version only.
constexpr std::string_view kIfNewer[] = {
    "only",   "if",     "the",    "its",  "it", "version", "is", "newer", "than",  "what", "one", "there",   "that",
    "stored", "cached", "script", "this", "at", "with",    "of", "row",   "entry", "a",    "in",  "deleted", "as"};

std::optional<RequestWords> by_version(std::string_view label, const std::vector<std::string>& tokens) {
  const std::vector<std::string> words = split_words(label);
  if (tokens.size() < 4 || !is_plainly_a_key(tokens[1]) || !is_in(words, "newer") || !is_in(words, "if")) return {};
  const std::vector<std::string> left = without_expiry(tokens);
  if (!are_all_in(kIfNewer, left, 2)) return {};
  const std::string command = lower(tokens[0]);
  const bool deleted = is_in(words, "deleted");
  if (command == "mark" && deleted) return command_about(Verb::kMarkIfNewer, tokens[1], label, "set " + tokens[1]);
  if ((command == "set" || command == "put" || command == "store" || command == "save") && !deleted)
    return command_about(Verb::kSetIfNewer, tokens[1], label, "set " + tokens[1]);
  return {};
}

}  // namespace

std::optional<RequestWords> marker_request(std::string_view label) {
  const bool names_key = label.find(':') != std::string_view::npos;
  if (!names_key && label.find("generation") == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> tokens = tokens_in(label);
  for (const auto& read : {of_set_unless, of_marker_key, of_set_of_keys, of_marker_value, by_version, lease_request})
    if (auto words = names_key ? read(label, tokens) : std::nullopt) return words;
  return generation_request(label, tokens);
}

bool says_only_of_markers(std::string_view label, bool leases) {
  static constexpr std::string_view kSaid[] = {
      "marker",  "locked",  "lock",   "unlocked", "tombstone", "placeholder", "stamp",    "flag",     "deleted",
      "exists",  "there",   "taken",  "free",     "held",      "busy",        "mine",     "acquired", "got",
      "granted", "won",     "stored", "added",    "absent",    "present",     "released", "by",       "somebody",
      "else",    "another", "other",  "reader",   "writer",    "it",          "is",       "in",       "the",
      "a",       "has",     "been",   "was",      "already",   "set",         "i",        "we",       "my"};
  static constexpr std::string_view kOfLeases[] = {"loads", "of",   "lease",  "no",      "miss",  "nil",   "denied",
                                                   "stale", "old",  "value",  "refills", "fills", "valid", "refill",
                                                   "token", "with", "issued", "given",   "and",   "plus",  "new"};
  std::string rest;
  for (const std::string& token : tokens_in(label))
    if (!is_plainly_a_key(token)) rest += token + " ";
  const std::vector<std::string> words = split_words(rest);
  return !words.empty() && std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return is_in(kSaid, word) || is_negation(word) ||
           (leases && (is_in(kOfLeases, word) || is_digit(word.back())));  // "token T1"
  });
}

bool speaks_of_marker(const std::vector<std::string>& words) {
  static constexpr std::string_view kMarkers[] = {"marker",      "locked", "lock", "tombstone",
                                                  "placeholder", "stamp",  "flag"};
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kMarkers, word); });
}

bool says_marker(const std::vector<std::string>& words) {
  return speaks_of_marker(words) &&
         std::none_of(words.begin(), words.end(), [](const std::string& word) { return is_negation(word); });
}

}  // namespace stalemate::model
