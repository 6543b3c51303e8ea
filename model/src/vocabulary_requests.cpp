// What the label of an arrow to a server asks for. The first verb decides, so that a label that begins with an SQL or
// Redis command is that command; conditions and protocols of several steps are recognised before, so that they are
// refused rather than taken for the plain verb in them.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>

#include "vocabulary.hpp"

namespace stalemate::model {
namespace {

struct PhraseEntry {
  std::string_view phrase;
  std::string_view meaning;
};
// Anywhere in a label.
constexpr PhraseEntry kNotModelledAnywhere[] = {
    {"for update", "lock a row"},
    {"for share", "lock a row"},
    {"lock", "take a lock"},
    {"locks", "take a lock"},
    {"unlock", "release a lock"},
    {"mutex", "take a lock"},
    {"redlock", "take a lock"},
    {"start transaction", "begin a transaction"},
    {"begin transaction", "begin a transaction"},
    {"transaction", "work in a transaction"},
    {"txn", "work in a transaction"},
    {"tx", "work in a transaction"},
    {"commit", "commit a transaction"},
    {"rollback", "roll back a transaction"},
    {"roll back", "roll back a transaction"},
    {"compare and set", "compare and set"},
    {"compare and swap", "compare and set"},
    {"check and set", "compare and set"},
    {"cas", "compare and set"},
    {"with version", "compare and set by version"},
    {"where version", "compare and set by version"},
    {"and version", "compare and set by version"},
    {"versioned", "compare and set by version"},
    {"lease", "take a lease"},
    {"leases", "take a lease"},
    {"tombstone", "leave a marker"},
    {"publish", "publish an event"},
    {"publishes", "publish an event"},
    {"enqueue", "append to a queue"},
    {"append", "append to a queue"},
    {"emit", "publish an event"},
    {"subscribe", "subscribe to events"},
    {"xadd", "append to a queue"},
    {"lpush", "append to a queue"},
    {"rpush", "append to a queue"},
    {"incr", "increment"},
    {"incrby", "increment"},
    {"decr", "decrement"},
    {"decrby", "decrement"},
    {"hincrby", "increment"},
    {"increment", "increment"},
    {"decrement", "decrement"},
    {"flushall", "clear the whole cache"},
    {"flushdb", "clear the whole cache"},
    {"flush all", "clear the whole cache"},
    {"getset", "read and change in one step"},
    {"getdel", "read and change in one step"},
    {"get or set", "read and change in one step"},
    {"get and set", "read and change in one step"},
    {"get and delete", "read and change in one step"},
};
// Only as the first word: elsewhere they are ordinary words.
constexpr PhraseEntry kNotModelledFirst[] = {
    {"begin", "begin a transaction"},
    {"watch", "watch a key for a transaction"},
    {"exec", "commit a transaction"},
    {"expire", "change when an entry expires"},
    {"pexpire", "change when an entry expires"},
    {"touch", "change when an entry expires"},
    {"produce", "append to a queue"},
};

struct VerbEntry {
  std::string_view word;
  Verb verb;
  bool weak = false;  // gives way to a later verb: "ask to delete"
};
constexpr VerbEntry kVerbWords[] = {
    {"get", Verb::kGet},
    {"gets", Verb::kGet},
    {"getting", Verb::kGet},
    {"read", Verb::kGet},
    {"reads", Verb::kGet},
    {"reading", Verb::kGet},
    {"fetch", Verb::kGet},
    {"fetches", Verb::kGet},
    {"load", Verb::kGet},
    {"loads", Verb::kGet},
    {"lookup", Verb::kGet},
    {"lookups", Verb::kGet},
    {"query", Verb::kGet},
    {"queries", Verb::kGet},
    {"select", Verb::kGet},
    {"selects", Verb::kGet},
    {"check", Verb::kGet},
    {"checks", Verb::kGet},
    {"retrieve", Verb::kGet},
    {"retrieves", Verb::kGet},
    {"find", Verb::kGet},
    {"finds", Verb::kGet},
    {"search", Verb::kGet},
    {"searches", Verb::kGet},
    {"hget", Verb::kGet},
    {"mget", Verb::kGet},
    {"hgetall", Verb::kGet},
    {"hmget", Verb::kGet},
    {"getex", Verb::kGet},
    {"obtain", Verb::kGet},
    {"peek", Verb::kGet},
    {"scan", Verb::kGet},
    {"view", Verb::kGet},
    {"exists", Verb::kGet, true},
    {"exist", Verb::kGet, true},
    {"request", Verb::kGet, true},
    {"requests", Verb::kGet, true},
    {"ask", Verb::kGet, true},
    {"asks", Verb::kGet, true},
    {"set", Verb::kSet},
    {"sets", Verb::kSet},
    {"setting", Verb::kSet},
    {"put", Verb::kSet},
    {"puts", Verb::kSet},
    {"store", Verb::kSet},
    {"stores", Verb::kSet},
    {"save", Verb::kSet},
    {"saves", Verb::kSet},
    {"write", Verb::kSet},
    {"writes", Verb::kSet},
    {"update", Verb::kSet},
    {"updates", Verb::kSet},
    {"populate", Verb::kSet},
    {"populates", Verb::kSet},
    {"insert", Verb::kSet},
    {"inserts", Verb::kSet},
    {"upsert", Verb::kSet},
    {"replace", Verb::kSet},
    {"replaces", Verb::kSet},
    {"merge", Verb::kSet},
    {"hset", Verb::kSet},
    {"mset", Verb::kSet},
    {"hmset", Verb::kSet},
    {"setex", Verb::kSet},
    {"psetex", Verb::kSet},
    {"fill", Verb::kSet},
    {"fills", Verb::kSet},
    {"refill", Verb::kSet},
    {"backfill", Verb::kSet},
    {"warm", Verb::kSet},
    {"refresh", Verb::kSet},
    {"refreshes", Verb::kSet},
    {"persist", Verb::kSet},
    {"persists", Verb::kSet},
    {"create", Verb::kSet},
    {"creates", Verb::kSet},
    {"modify", Verb::kSet},
    {"change", Verb::kSet},
    {"overwrite", Verb::kSet},
    {"post", Verb::kSet},
    {"patch", Verb::kSet},
    {"setnx", Verb::kAdd},
    {"hsetnx", Verb::kAdd},
    {"msetnx", Verb::kAdd},
    {"add", Verb::kAdd},
    {"adds", Verb::kAdd},
    {"delete", Verb::kDelete},
    {"deletes", Verb::kDelete},
    {"del", Verb::kDelete},
    {"remove", Verb::kDelete},
    {"removes", Verb::kDelete},
    {"invalidate", Verb::kDelete},
    {"invalidates", Verb::kDelete},
    {"evict", Verb::kDelete},
    {"evicts", Verb::kDelete},
    {"purge", Verb::kDelete},
    {"purges", Verb::kDelete},
    {"unlink", Verb::kDelete},
    {"hdel", Verb::kDelete},
    {"clear", Verb::kDelete},
    {"clears", Verb::kDelete},
    {"drop", Verb::kDelete},
    {"drops", Verb::kDelete},
    {"bust", Verb::kDelete},
    {"erase", Verb::kDelete},
    {"invalidation", Verb::kDelete},
    {"deletion", Verb::kDelete},
    {"eviction", Verb::kDelete},
    {"truncate", Verb::kDelete},
};

constexpr std::string_view kExpiryWords[] = {"ttl",        "ex",       "px",    "expire", "expires", "expiry",
                                             "expiration", "expiring", "setex", "psetex", "exat",    "pxat"};

// Seconds, rounded up, until what is stored may expire; 0: never. A time to live without a number is a minute.
int seconds_to_live(const std::vector<std::string>& words) {
  const auto names =
      std::find_if(words.begin(), words.end(), [](const auto& word) { return is_in(kExpiryWords, word); });
  if (names == words.end()) return 0;
  constexpr int kUnsaid = 60;
  constexpr std::int64_t kMost = 1'000'000;
  if (names->ends_with("at")) return kUnsaid;  // a point in time
  const auto number =
      std::find_if(names, words.end(), [](const auto& word) { return word.front() >= '0' && word.front() <= '9'; });
  if (number == words.end()) return kUnsaid;
  std::int64_t count = 0;
  const char* const end = number->data() + number->size();
  const auto [rest, error] = std::from_chars(number->data(), end, count);
  if (error != std::errc() || count > kMost) return static_cast<int>(kMost);
  std::string unit(rest, end);
  if (unit.empty() && number + 1 != words.end()) unit = *(number + 1);
  std::int64_t milliseconds = 1000 * count;
  if (unit == "ms" || names->starts_with("p"))
    milliseconds = count;
  else if (unit == "m" || unit.starts_with("min"))
    milliseconds *= 60;
  else if (unit == "h" || unit.starts_with("hour"))
    milliseconds *= 3600;
  else if (unit == "d" || unit.starts_with("day"))
    milliseconds *= 86400;
  return static_cast<int>(std::min((milliseconds + 999) / 1000, kMost));
}

const VerbEntry* verb_entry(std::string_view word) {
  for (const VerbEntry& entry : kVerbWords) {
    if (entry.word == word) return &entry;
  }
  return nullptr;
}

const std::string_view* not_modelled(const std::vector<std::string>& words) {
  for (const PhraseEntry& entry : kNotModelledAnywhere) {
    if (has_phrase(words, entry.phrase)) return &entry.meaning;
  }
  for (const PhraseEntry& entry : kNotModelledFirst) {
    if (words.front() == entry.phrase) return &entry.meaning;
  }
  if (words.size() == 1 && words.front() == "multi") return &kNotModelledFirst[0].meaning;
  return nullptr;
}

// "don't delete", "no cache update", "nothing to invalidate": the verb at `index` is what does not happen. A condition
// before it ("if not cached, read") negates something else.
constexpr std::string_view kNegations[] = {"not",  "no",     "never",    "dont",  "doesnt",  "without", "nothing",
                                           "skip", "skips",  "skipping", "avoid", "avoids",  "cannot",  "cant",
                                           "wont", "mustnt", "shouldnt", "stop",  "neither", "nor"};
constexpr std::string_view kBetweenNegationAndVerb[] = {
    "to",    "the", "a",   "an", "any",  "need",     "needs", "ever",  "longer",   "more",   "further",  "also",
    "cache", "db",  "key", "it", "even", "database", "value", "entry", "actually", "really", "explicit", "explicitly"};
bool is_negated(const std::vector<std::string>& words, std::size_t index) {
  while (index > 0 && is_in(kBetweenNegationAndVerb, words[index - 1])) --index;
  if (index == 0 || !is_in(kNegations, words[index - 1])) return false;
  return std::none_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(index),
                      [](const std::string& word) { return word == "if" || word == "when" || word == "unless"; });
}

struct FoundVerb {
  bool negated = false;  // says first of all what is not to be done
  const VerbEntry* entry = nullptr;
  const VerbEntry* also = nullptr;  // a second step joined by "and", "or", "then"
};
FoundVerb find_verb(const std::vector<std::string>& words) {
  FoundVerb found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const VerbEntry* entry = verb_entry(words[i]);
    if (entry == nullptr && i + 1 < words.size() && (words[i + 1] == "up" || words[i + 1] == "for") &&
        (words[i] == "look" || words[i] == "looks" || words[i] == "looking")) {
      entry = verb_entry("lookup");
    }
    if (entry == nullptr) continue;
    if (is_negated(words, i)) {
      found.negated = found.negated || found.entry == nullptr || found.entry->weak;
      continue;
    }
    if (found.entry == nullptr || (found.entry->weak && !entry->weak)) {
      found.entry = entry;
      continue;
    }
    const std::string& before = words[i - 1];
    const bool joined = before == "and" || before == "or" || before == "then";
    if (joined && entry->verb != found.entry->verb) found.also = entry;
  }
  return found;
}

// What stands after the first "if", "when", "unless" of a label. Deleting only what is present is no condition: where
// nothing is, a delete changes nothing.
enum class Condition { kNone, kAbsent, kPresent, kOther };
constexpr std::string_view kComparisons[] = {"equal", "equals", "same",    "match",    "matches", "version",
                                             "older", "newer",  "greater", "less",     "than",    "changed",
                                             "still", "lower",  "higher",  "unchanged"};
bool is_number(const std::string& word) { return word.find_first_not_of("0123456789") == std::string::npos; }

Condition condition_of(const std::vector<std::string>& words) {
  if (is_in(words, "nx") || has_phrase(words, "on conflict do nothing")) return Condition::kAbsent;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool unless = words[i] == "unless";
    if (words[i] != "if" && words[i] != "when" && !unless) continue;
    std::string rest;
    for (std::size_t j = i + 1; j < words.size() && words[j] != "with" && !is_in(kExpiryWords, words[j]); ++j) {
      if (is_in(kComparisons, words[j]) || is_number(words[j])) return Condition::kOther;
      rest += words[j] + " ";
    }
    const Outcomes says = reply_words(rest, Verb::kGet).outcomes;
    if (says == Outcomes{unless ? Outcome::kValue : Outcome::kMiss}) return Condition::kAbsent;
    if (says == Outcomes{unless ? Outcome::kMiss : Outcome::kValue}) return Condition::kPresent;
    return Condition::kOther;
  }
  return is_in(words, "xx") ? Condition::kOther : Condition::kNone;
}

bool starts_with_capitals(std::string_view label, std::string_view word) {
  return label.substr(0, word.size()) == word;
}

// "quantity = quantity - 1": the new value is computed from the old one.
bool computes_from_old(std::string_view label, const std::vector<std::string>& words) {
  if (label.find('=') == std::string_view::npos || label.find_first_of("+-*") == std::string_view::npos) return false;
  return std::adjacent_find(words.begin(), words.end()) != words.end();
}

}  // namespace

RequestWords request_words(std::string_view label) {
  const std::vector<std::string> words = split_words(label);
  RequestWords result;
  if (words.empty()) return result;
  const auto refuse = [&](std::string_view what) {
    result.kind = RequestWords::Kind::kNotModelled;
    result.not_modelled = what;
    return result;
  };
  if (const std::string_view* what = not_modelled(words)) return refuse(*what);

  FoundVerb found = find_verb(words);
  if (found.negated) return result;
  constexpr VerbEntry kCacheIt = {"cache", Verb::kSet};
  if ((found.entry == nullptr || found.entry->weak) && (words.front() == "cache" || words.front() == "caches") &&
      words.size() > 1) {
    found.entry = &kCacheIt;  // "cache the result"
  }
  if (found.entry == nullptr) return result;
  result.kind = RequestWords::Kind::kVerb;
  result.verb = found.entry->verb;

  const Condition condition = condition_of(words);
  if (result.verb == Verb::kSet || result.verb == Verb::kAdd) {
    if (condition == Condition::kOther || condition == Condition::kPresent)
      return refuse("change something only if a condition holds");
    const bool plain_english_add =
        found.entry->word.substr(0, 3) == "add" && condition == Condition::kNone && !starts_with_capitals(label, "ADD");
    if (condition == Condition::kAbsent) result.verb = Verb::kAdd;
    if (plain_english_add) {
      result.verb = Verb::kSet;
      result.assumed = "\"add\" alone is taken as a set that overwrites; say \"set if absent\" if it does not";
    }
    if (computes_from_old(label, words)) {
      result.assumed =
          "the new value is one that nobody else writes, whatever it is computed from: lost updates are not "
          "modelled yet";
    }
    result.ttl = seconds_to_live(words);
  } else if (result.verb == Verb::kDelete && condition != Condition::kNone && condition != Condition::kPresent) {
    return refuse("change something only if a condition holds");
  }
  if (found.also != nullptr) {
    result.assumed = "only \"" + std::string(found.entry->word) + "\" is taken; \"" + std::string(found.also->word) +
                     "\" needs an arrow of its own";
  }
  return result;
}

}  // namespace stalemate::model
