// Leases, in words and as memcached's meta commands (mg with N, ms with C, md with I) have them; and one hash that
// holds a value and who has its lock, which is the same.
#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/text.hpp"
#include "vocabulary/commands.hpp"
#include "vocabulary/signs.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kLeases[] = {"lease", "lock"};

template <typename Table>
bool has_any(const std::vector<std::string>& words, const Table& table) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(table, word); });
}

// "for 30 s", "EX 30" behind a get that takes a lease: how long it has it.
bool says_how_long(const std::vector<std::string>& words, const std::string& word) {
  constexpr std::string_view kTimes[] = {"for",    "at",      "most",  "up",  "to",     "s",       "sec",
                                         "secs",   "second",  "ms",    "min", "minute", "minutes", "millis",
                                         "expire", "expires", "after", "ttl", "lasts",  "seconds"};
  const bool numbered = std::any_of(words.begin(), words.end(), [](const auto& one) { return is_digit(one.front()); });
  return numbered && (is_digit(word.front()) || is_in(kTimes, word));
}

// "get product:1, take a lease if it is missing", "get product:1 and take its lock for 30 s if it is free (one
// script)"; in a process also "get product:1, leave a placeholder on a miss", "get product:1, note the miss".
std::optional<RequestWords> of_getting(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kGets[] = {"get", "gets", "read", "fetch"};
  constexpr std::string_view kTakes[] = {"take",  "takes",  "taking",  "acquire", "acquires",
                                         "leave", "leaves", "leaving", "note",    "notes"};
  constexpr std::string_view kPlain[] = {"and", "with",   "a",    "its",     "the",  "if",         "it",
                                         "is",  "on",     "miss", "missing", "free", "one",        "script",
                                         "lua", "atomic", "in",   "step",    "not",  "there",      "absent",
                                         "of",  "when",   "or",   "lease",   "lock", "placeholder"};
  if (tokens.size() < 4 || !is_in(kGets, lower(tokens[0])) || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::vector<std::string> words = split_words(label);
  const bool leaves = is_in(words, "placeholder") && (is_in(words, "leave") || is_in(words, "leaves"));
  const bool notes = is_in(words, "miss") && (is_in(words, "note") || is_in(words, "notes"));
  if (!has_any(words, kTakes) || (!has_any(words, kLeases) && !leaves && !notes)) return std::nullopt;
  const TimeToLive lives = time_to_live(label);
  const std::vector<std::string> left = without_expiry(tokens);
  for (std::size_t i = 2; i < left.size(); ++i) {
    const std::string word = lower(left[i]);
    const bool of_time = lives.seconds != 0 && !lives.unsaid && says_how_long(words, word);
    if (!is_in(kTakes, word) && !is_in(kPlain, word) && !of_time) return std::nullopt;
  }
  RequestWords asks = command_about(Verb::kGet, tokens[1], label, "get " + tokens[1]);
  asks.watch = Watch::kLease;
  asks.ttl = lives.seconds;
  if (is_in(words, "lock") && !says_at_once(words)) asks.assumed = kTakenAtOnce;
  return asks;
}

// "mg product:1 v c N30".
std::optional<RequestWords> of_meta_get(std::string_view label, const std::vector<std::string>& tokens) {
  if (tokens.size() < 3 || tokens[0] != "mg" || !is_plainly_a_key(tokens[1])) return std::nullopt;
  std::optional<int> lives;
  for (std::size_t i = 2; i < tokens.size(); ++i) {
    int seconds = 0;
    const char* const end = tokens[i].data() + tokens[i].size();
    const auto [stop, error] = std::from_chars(tokens[i].data() + 1, end, seconds);
    const bool takes = tokens[i].front() == 'N' && seconds >= 0 && stop == end && error == std::errc();
    if (takes) lives = seconds;
    if (!takes && tokens[i] != "v" && tokens[i] != "c" && tokens[i] != "t") return std::nullopt;
  }
  if (!lives) return std::nullopt;
  RequestWords asks = command_about(Verb::kGet, tokens[1], label, "get " + tokens[1]);
  asks.watch = Watch::kLease;
  asks.ttl = *lives;
  asks.of_placeholder = true;
  return asks;
}

// "set product:1 if the lease is still valid", "ms product:1 with the CAS number", "put product:1 if the placeholder is
// still there", "put product:1 unless it was cleared since the miss".
std::optional<RequestWords> of_storing(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kSets[] = {"set", "save", "store", "put"};
  constexpr std::string_view kPlain[] = {"only",  "if",    "the",    "my",   "lease", "lock",        "is",
                                         "still", "valid", "mine",   "held", "one",   "script",      "lua",
                                         "in",    "step",  "atomic", "a",    "with",  "its",         "i",
                                         "have",  "hold",  "it",     "and",  "token", "placeholder", "there"};
  constexpr std::string_view kToken[] = {"with",    "the",      "a",       "its",   "my",     "token",   "lease",
                                         "refused", "rejected", "ignored", "if",    "unless", "it",      "is",
                                         "was",     "has",      "been",    "taken", "back",   "revoked", "still",
                                         "valid",   "invalid",  "void",    "only"};
  constexpr std::string_view kRevoked[] = {"refused", "rejected", "ignored", "revoked",
                                           "valid",   "invalid",  "void",    "back"};
  constexpr std::string_view kSinceMiss[] = {"unless",  "it",      "was",         "has",   "been", "is",
                                             "cleared", "deleted", "invalidated", "since", "the",  "miss"};
  constexpr std::string_view kPlainMeta[] = {"with", "the", "cas",  "number", "token", "from",
                                             "of",   "get", "that", "was",    "its",   "c"};
  if (tokens.size() < 3 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::vector<std::string> left = without_expiry(tokens);
  const std::vector<std::string> words = split_words(label);
  const std::string command = lower(tokens[0]);
  const bool meta = tokens[0] == "ms" && is_in(words, "cas") && are_all_in(kPlainMeta, left, 2);
  const bool plain = is_in(kSets, command) && has_any(words, kLeases) && are_all_in(kPlain, left, 2) &&
                     (is_in(words, "if") || is_in(words, "with"));
  const bool held =
      is_in(kSets, command) && is_in(words, "placeholder") && is_in(words, "if") && are_all_in(kPlain, left, 2);
  const bool since = is_in(kSets, command) && is_in(words, "unless") && is_in(words, "since") && is_in(words, "miss") &&
                     (is_in(words, "cleared") || is_in(words, "deleted") || is_in(words, "invalidated")) &&
                     are_all_in(kSinceMiss, left, 2);
  // "set product:1 with token 41 (refused if the token was taken back)".
  const bool token = is_in(kSets, command) && is_in(words, "token") && is_in(words, "with") &&
                     (is_in(words, "lease") || has_any(words, kRevoked)) &&
                     std::all_of(words.begin(), words.end(), [&](const std::string& word) {
                       return is_in(kToken, word) || is_in(kSets, word) || is_digit(word.front()) ||
                              lower(tokens[1]).find(word) != std::string::npos;
                     });
  if (!meta && !plain && !held && !since && !token) return std::nullopt;
  RequestWords asks = command_about(Verb::kSetIfUnchanged, tokens[1], label, "set " + tokens[1]);
  if (!meta) asks.watch = Watch::kLease;
  if (is_in(words, "lock") && !says_at_once(words)) asks.assumed = kTakenAtOnce;
  return asks;
}

// "mark product:1 as stale", "mark product:1 and products:all as stale", "md product:1 I", "tag product:1 as deleted:
// unlock it, keep the old value (one script)".
std::optional<RequestWords> of_marking(std::string_view label, const std::vector<std::string>& tokens) {
  constexpr std::string_view kPlain[] = {"as",  "stale", "deleted", "unlock", "it",   "keep", "the",
                                         "old", "value", "one",     "script", "in",   "step", "and",
                                         "but", "lua",   "atomic",  "its",    "lock", "away", "invalid"};
  if (tokens.size() < 3 || !is_plainly_a_key(tokens[1])) return std::nullopt;
  const std::vector<std::string> words = split_words(label);
  const std::string command = lower(tokens[0]);
  const bool meta = tokens[0] == "md" && tokens.size() == 3 && tokens[2] == "I";
  const bool keeps = is_in(words, "stale") || (is_in(words, "keep") && is_in(words, "old"));
  std::vector<std::string> rest = tokens;
  std::erase_if(rest, is_plainly_a_key);
  const bool plain = (command == "mark" || command == "tag") && keeps && are_all_in(kPlain, rest, 1);
  if (!meta && !plain) return std::nullopt;
  return command_about(Verb::kMarkStale, tokens[1], label, "delete " + tokens[1]);
}

// "delete product:1 (voids any lease)", "delete k, which invalidates its lease": what a delete does anyway.
std::optional<RequestWords> of_voiding(std::string_view label, const std::vector<std::string>& /*tokens*/) {
  constexpr std::string_view kVoids[] = {"void",   "voids",   "voiding",  "invalidate", "invalidates", "invalidating",
                                         "revoke", "revokes", "revoking", "cancel",     "cancels",     "takes"};
  constexpr std::string_view kPlain[] = {"which", "that", "and",   "also",   "any",   "every",       "all",     "the",
                                         "its",   "open", "too",   "a",      "an",    "outstanding", "pending", "back",
                                         "of",    "it",   "lease", "leases", "token", "tokens"};
  std::size_t joint = label.find(" (");
  if (joint == std::string_view::npos) joint = label.find(" which ");
  if (joint == std::string_view::npos) return std::nullopt;
  const std::vector<std::string> said = split_words(label.substr(joint));
  const bool voids = has_any(said, kVoids) && (is_in(said, "lease") || is_in(said, "leases")) &&
                     std::all_of(said.begin(), said.end(), [&](const std::string& word) {
                       return is_in(kVoids, word) || is_in(kPlain, word) || is_digit(word.back());
                     });
  if (!voids) return std::nullopt;
  RequestWords asks = request_words(trim(label.substr(0, joint)));
  if (asks.kind != RequestWords::Kind::kVerb || asks.verb != Verb::kDelete) return std::nullopt;
  asks.inner = trim(label.substr(0, joint));
  return asks;
}

}  // namespace

std::optional<RequestWords> lease_request(std::string_view label, const std::vector<std::string>& tokens) {
  for (const auto& read : {of_getting, of_meta_get, of_storing, of_marking, of_voiding})
    if (auto words = read(label, tokens)) return words;
  return std::nullopt;
}

Outcomes says_of_lease(const std::vector<std::string>& words, const Finds& finds) {
  constexpr std::string_view kOthers[] = {"somebody", "someone", "else", "another", "other", "others", "elsewhere"};
  constexpr std::string_view kNot[] = {"denied", "busy", "refused", "placeholder"};
  constexpr std::string_view kGot[] = {"granted", "won", "win", "wins", "acquired", "mine", "got", "taken"};
  constexpr std::string_view kStale[] = {"stale", "old", "outdated"};
  const bool stale = has_any(words, kStale);
  const bool of_lease = has_any(words, kLeases) || is_in(words, "token");
  const bool without =
      of_lease && std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_negation(word); });
  const bool denied = has_any(words, kOthers) || has_any(words, kNot) || without;
  const bool got = !denied && (has_any(words, kGot) || of_lease);
  const bool missed = is_in(words, "miss") || is_in(words, "nil") || is_in(words, "null") || is_in(words, "missing");
  if (got && stale) return finds.stale ? Outcomes{Outcome::kWon} : Outcomes{};
  if (got && finds.stale && !missed) return {Outcome::kGranted, Outcome::kWon};
  if (got) return {Outcome::kGranted};
  if (stale) return finds.stale ? Outcomes{Outcome::kStale} : Outcomes{};
  if (denied) return {Outcome::kDenied};
  return {};
}

}  // namespace stalemate::model
