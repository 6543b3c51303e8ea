// Words of labels: what an arrow to a server asks for, and how a reply says that it turned out. The first verb decides,
// so that a label that begins with an SQL or Redis command is that command; conditions and protocols of several steps
// are recognised before, so that they are refused rather than taken for the plain verb in them.
#include <algorithm>
#include <cstddef>
#include <iterator>

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
    {"begin", "begin a transaction"},     {"watch", "watch a key for a transaction"},
    {"exec", "commit a transaction"},     {"expire", "change when an entry expires"},
    {"pexpire", "change when an entry expires"}, {"touch", "change when an entry expires"},
    {"produce", "append to a queue"},
};

struct VerbEntry {
  std::string_view word;
  Verb verb;
  bool weak = false;  // gives way to a later verb: "ask to delete"
};
constexpr VerbEntry kVerbWords[] = {
    {"get", Verb::kGet},           {"gets", Verb::kGet},          {"getting", Verb::kGet},
    {"read", Verb::kGet},          {"reads", Verb::kGet},         {"reading", Verb::kGet},
    {"fetch", Verb::kGet},         {"fetches", Verb::kGet},       {"load", Verb::kGet},
    {"loads", Verb::kGet},         {"lookup", Verb::kGet},        {"lookups", Verb::kGet},
    {"query", Verb::kGet},         {"queries", Verb::kGet},       {"select", Verb::kGet},
    {"selects", Verb::kGet},       {"check", Verb::kGet},         {"checks", Verb::kGet},
    {"retrieve", Verb::kGet},      {"retrieves", Verb::kGet},     {"find", Verb::kGet},
    {"finds", Verb::kGet},         {"search", Verb::kGet},        {"searches", Verb::kGet},
    {"hget", Verb::kGet},          {"mget", Verb::kGet},          {"hgetall", Verb::kGet},
    {"hmget", Verb::kGet},         {"getex", Verb::kGet},         {"obtain", Verb::kGet},
    {"peek", Verb::kGet},          {"scan", Verb::kGet},          {"view", Verb::kGet},
    {"exists", Verb::kGet, true},  {"exist", Verb::kGet, true},   {"request", Verb::kGet, true},
    {"requests", Verb::kGet, true},{"ask", Verb::kGet, true},     {"asks", Verb::kGet, true},
    {"set", Verb::kSet},           {"sets", Verb::kSet},          {"setting", Verb::kSet},
    {"put", Verb::kSet},           {"puts", Verb::kSet},          {"store", Verb::kSet},
    {"stores", Verb::kSet},        {"save", Verb::kSet},          {"saves", Verb::kSet},
    {"write", Verb::kSet},         {"writes", Verb::kSet},        {"update", Verb::kSet},
    {"updates", Verb::kSet},       {"populate", Verb::kSet},      {"populates", Verb::kSet},
    {"insert", Verb::kSet},        {"inserts", Verb::kSet},       {"upsert", Verb::kSet},
    {"replace", Verb::kSet},       {"replaces", Verb::kSet},      {"merge", Verb::kSet},
    {"hset", Verb::kSet},          {"mset", Verb::kSet},          {"hmset", Verb::kSet},
    {"setex", Verb::kSet},         {"psetex", Verb::kSet},        {"fill", Verb::kSet},
    {"fills", Verb::kSet},         {"refill", Verb::kSet},        {"backfill", Verb::kSet},
    {"warm", Verb::kSet},          {"refresh", Verb::kSet},       {"refreshes", Verb::kSet},
    {"persist", Verb::kSet},       {"persists", Verb::kSet},      {"create", Verb::kSet},
    {"creates", Verb::kSet},       {"modify", Verb::kSet},        {"change", Verb::kSet},
    {"overwrite", Verb::kSet},     {"post", Verb::kSet},          {"patch", Verb::kSet},
    {"setnx", Verb::kAdd},         {"hsetnx", Verb::kAdd},        {"msetnx", Verb::kAdd},
    {"add", Verb::kAdd},           {"adds", Verb::kAdd},          {"delete", Verb::kDelete},
    {"deletes", Verb::kDelete},    {"del", Verb::kDelete},        {"remove", Verb::kDelete},
    {"removes", Verb::kDelete},    {"invalidate", Verb::kDelete}, {"invalidates", Verb::kDelete},
    {"evict", Verb::kDelete},      {"evicts", Verb::kDelete},     {"purge", Verb::kDelete},
    {"purges", Verb::kDelete},     {"unlink", Verb::kDelete},     {"hdel", Verb::kDelete},
    {"clear", Verb::kDelete},      {"clears", Verb::kDelete},     {"drop", Verb::kDelete},
    {"drops", Verb::kDelete},      {"bust", Verb::kDelete},       {"erase", Verb::kDelete},
    {"invalidation", Verb::kDelete}, {"deletion", Verb::kDelete}, {"eviction", Verb::kDelete},
    {"truncate", Verb::kDelete},
};

constexpr std::string_view kExpiryWords[] = {"ttl",     "ex",         "px",    "expire", "expires", "expiry",
                                             "expiration", "expiring", "setex", "psetex", "exat",    "pxat"};

template <typename Table>
bool is_in(const Table& table, std::string_view word) {
  return std::find(std::begin(table), std::end(table), word) != std::end(table);
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

struct FoundVerb {
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
constexpr std::string_view kComparisons[] = {"equal",   "equals",  "same",      "match", "matches", "version", "older",
                                             "newer",   "greater", "less",      "than",  "changed", "still",   "lower",
                                             "higher",  "unchanged"};
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

// What one or a few words of a reply say.
enum class Sign { kHit, kMiss, kNil, kExists, kAbsent, kValue, kOk, kConflict, kError, kTimeout };
struct SignEntry {
  std::string_view word;
  Sign sign;
  bool weak = false;
};
constexpr SignEntry kSigns[] = {
    {"hit", Sign::kHit},              {"hits", Sign::kHit},             {"found", Sign::kHit},
    {"exists", Sign::kExists},        {"exist", Sign::kExists},         {"miss", Sign::kMiss},
    {"missed", Sign::kMiss},          {"misses", Sign::kMiss},          {"nil", Sign::kNil},
    {"null", Sign::kNil},             {"none", Sign::kNil},             {"undefined", Sign::kNil},
    {"missing", Sign::kAbsent},       {"absent", Sign::kAbsent},        {"empty", Sign::kAbsent},
    {"404", Sign::kMiss},             {"expired", Sign::kAbsent},       {"conflict", Sign::kConflict},
    {"duplicate", Sign::kConflict},   {"already", Sign::kConflict},     {"timeout", Sign::kTimeout},
    {"timeouts", Sign::kTimeout},     {"unreachable", Sign::kTimeout},  {"error", Sign::kError},
    {"errors", Sign::kError},         {"fail", Sign::kError},           {"fails", Sign::kError},
    {"failed", Sign::kError},         {"failure", Sign::kError},        {"exception", Sign::kError},
    {"unavailable", Sign::kError},    {"down", Sign::kError},           {"refused", Sign::kError},
    {"aborted", Sign::kError},        {"unsuccessful", Sign::kError},   {"500", Sign::kError},
    {"503", Sign::kError},            {"value", Sign::kValue, true},    {"values", Sign::kValue, true},
    {"data", Sign::kValue, true},     {"row", Sign::kValue, true},      {"rows", Sign::kValue, true},
    {"result", Sign::kValue, true},   {"results", Sign::kValue, true},  {"cached", Sign::kValue, true},
    {"present", Sign::kValue, true},  {"available", Sign::kValue, true},{"entry", Sign::kValue, true},
    {"item", Sign::kValue, true},     {"record", Sign::kValue, true},   {"object", Sign::kValue, true},
    {"key", Sign::kValue, true},      {"json", Sign::kValue, true},     {"ok", Sign::kOk, true},
    {"okay", Sign::kOk, true},        {"done", Sign::kOk, true},        {"success", Sign::kOk, true},
    {"successful", Sign::kOk, true},  {"succeeds", Sign::kOk, true},    {"succeeded", Sign::kOk, true},
    {"ack", Sign::kOk, true},         {"acked", Sign::kOk, true},       {"acknowledged", Sign::kOk, true},
    {"confirmed", Sign::kOk, true},   {"stored", Sign::kOk, true},      {"saved", Sign::kOk, true},
    {"set", Sign::kOk, true},         {"written", Sign::kOk, true},     {"updated", Sign::kOk, true},
    {"inserted", Sign::kOk, true},    {"created", Sign::kOk, true},     {"added", Sign::kOk, true},
    {"deleted", Sign::kOk, true},     {"removed", Sign::kOk, true},     {"invalidated", Sign::kOk, true},
    {"evicted", Sign::kOk, true},     {"200", Sign::kOk, true},         {"201", Sign::kOk, true},
    {"204", Sign::kOk, true},
};
constexpr std::string_view kNegations[] = {"not",   "no",    "never", "without", "isnt", "doesnt",
                                           "wasnt", "didnt", "non",   "arent",   "0",    "cannot"};
constexpr std::size_t kNegationReachWords = 3;

const SignEntry* sign_entry(std::string_view word) {
  for (const SignEntry& entry : kSigns) {
    if (entry.word == word) return &entry;
  }
  return nullptr;
}

Sign negated(Sign sign) {
  switch (sign) {
    case Sign::kHit:
    case Sign::kExists:
    case Sign::kValue: return Sign::kAbsent;
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent: return Sign::kHit;
    case Sign::kOk: return Sign::kError;
    case Sign::kConflict:
    case Sign::kError:
    case Sign::kTimeout: return Sign::kOk;
  }
  return sign;
}

struct FoundSign {
  Sign sign;
  bool weak;
};

std::vector<FoundSign> signs_of(const std::vector<std::string>& words, Verb verb) {
  std::vector<FoundSign> found;
  const auto next_is = [&](std::size_t i, std::string_view word) { return i < words.size() && words[i] == word; };
  if (verb == Verb::kAdd && !words.empty()) {  // SETNX answers 1 or 0
    if (words.back() == "1") return {{Sign::kOk, false}};
    if (words.back() == "0") return {{Sign::kConflict, false}};
  }
  for (std::size_t i = 0; i < words.size(); ++i) {
    if ((words[i] == "timed" || words[i] == "times") && next_is(i + 1, "out")) {
      found.push_back({Sign::kTimeout, false});
      continue;
    }
    if (words[i] == "no" && (next_is(i + 1, "reply") || next_is(i + 1, "answer") || next_is(i + 1, "response"))) {
      found.push_back({Sign::kTimeout, false});
      ++i;
      continue;
    }
    if (words[i] == "in" && next_is(i + 1, "cache")) {
      found.push_back({Sign::kHit, false});
      continue;
    }
    if (is_in(kNegations, words[i])) {
      bool used = false;
      for (std::size_t j = i + 1; j < words.size() && j <= i + kNegationReachWords && !used; ++j) {
        const SignEntry* entry = sign_entry(words[j]);
        const bool in_cache = words[j] == "in" && next_is(j + 1, "cache");
        if (entry == nullptr && !in_cache) continue;
        Sign sign = in_cache ? Sign::kAbsent : negated(entry->sign);
        if (verb == Verb::kAdd && entry != nullptr && entry->sign == Sign::kOk) sign = Sign::kConflict;
        found.push_back({sign, false});
        i = j;
        used = true;
      }
      continue;
    }
    if (const SignEntry* entry = sign_entry(words[i])) found.push_back({entry->sign, entry->weak});
  }
  return found;
}

// What a sign says of a request with this verb; empty where it cannot turn out so.
Outcomes outcomes_of(Sign sign, Verb verb) {
  if (sign == Sign::kTimeout) return {Outcome::kTimeout};
  if (sign == Sign::kError) return {Outcome::kError, Outcome::kTimeout};
  switch (verb) {
    case Verb::kGet:
      if (sign == Sign::kOk) return {Outcome::kValue, Outcome::kMiss};
      if (sign == Sign::kConflict) return {};
      if (sign == Sign::kHit || sign == Sign::kExists || sign == Sign::kValue) return {Outcome::kValue};
      return {Outcome::kMiss};
    case Verb::kSet:
      if (sign == Sign::kOk) return {Outcome::kOk};
      return {};
    case Verb::kAdd:
      if (sign == Sign::kOk || sign == Sign::kAbsent) return {Outcome::kOk};
      if (sign == Sign::kValue || sign == Sign::kMiss) return {};
      return {Outcome::kConflict};
    case Verb::kDelete:
      if (sign == Sign::kValue || sign == Sign::kConflict) return {};
      return {Outcome::kOk};
  }
  return {};
}

std::string_view name_of(Sign sign) {
  switch (sign) {
    case Sign::kHit:
    case Sign::kExists:
    case Sign::kValue: return "a value";
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent: return "a miss";
    case Sign::kOk: return "ok";
    case Sign::kConflict: return "a conflict";
    case Sign::kError: return "an error";
    case Sign::kTimeout: return "a timeout";
  }
  return "";
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
    if (condition == Condition::kOther || condition == Condition::kPresent) return refuse("change something only if a condition holds");
    const bool plain_english_add = found.entry->word.substr(0, 3) == "add" && condition == Condition::kNone &&
                                   !starts_with_capitals(label, "ADD");
    if (condition == Condition::kAbsent) result.verb = Verb::kAdd;
    if (plain_english_add) {
      result.verb = Verb::kSet;
      result.assumed = "\"add\" alone is taken as a set that overwrites; say \"set if absent\" if it does not";
    }
    if (computes_from_old(label, words)) {
      result.assumed = "the new value is one that nobody else writes, whatever it is computed from: lost updates are not "
                       "modelled yet";
    }
    result.expires = std::any_of(words.begin(), words.end(), [](const std::string& w) { return is_in(kExpiryWords, w); });
  } else if (result.verb == Verb::kDelete && condition != Condition::kNone && condition != Condition::kPresent) {
    return refuse("change something only if a condition holds");
  }
  if (found.also != nullptr) {
    result.assumed = "only \"" + std::string(found.entry->word) + "\" is taken; \"" + std::string(found.also->word) +
                     "\" needs an arrow of its own";
  }
  return result;
}

ReplyWords reply_words(std::string_view text, Verb verb) {
  const std::vector<std::string> words = split_words(text);
  const std::vector<FoundSign> signs = signs_of(words, verb);
  const bool either = is_in(words, "or") || text.find('/') != std::string_view::npos ||
                      text.find('|') != std::string_view::npos;
  bool strong = false;
  bool more_than_ok = false;
  for (const FoundSign& sign : signs) {
    strong = strong || !sign.weak;
    more_than_ok = more_than_ok || sign.sign != Sign::kOk;
  }
  ReplyWords result;
  result.weak = !strong;
  for (const FoundSign& sign : signs) {
    if (strong && sign.weak && !either) continue;
    if (verb == Verb::kGet && sign.sign == Sign::kOk && more_than_ok) continue;  // "200 OK, value"
    const Outcomes outcomes = outcomes_of(sign.sign, verb);
    if (outcomes.empty() && result.impossible_what.empty()) {
      result.impossible = !sign.weak;
      result.impossible_what = name_of(sign.sign);
    }
    result.outcomes = result.outcomes | outcomes;
  }
  return result;
}

}  // namespace stalemate::model
