// What the label of an arrow to a server asks for. The first verb decides, so that a label that begins with an SQL or
// Redis command is that command; conditions and protocols of several steps are recognised before, so that they are
// refused rather than taken for the plain verb in them. A long file: most of it is tables.
#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "vocabulary/changes.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

struct PhraseEntry {
  std::string_view phrase;
  std::string_view meaning;
};
constexpr std::string_view kOldRead = "read from the database what may be old";
// Anywhere in a label; what is not modelled wherever it stands on a page is in vocabulary_unmodelled.cpp.
constexpr PhraseEntry kNotModelledAnywhere[] = {
    {"publish", "publish an event"},
    {"publishes", "publish an event"},
    {"emit", "publish an event"},
    {"subscribe", "subscribe to events"},
    {"append", "append to a queue"},
    {"xadd", "append to a queue"},
    {"lpush", "append to a queue"},
    {"rpush", "append to a queue"},
    {"flushall", "clear the whole cache"},
    {"flushdb", "clear the whole cache"},
    {"flush all", "clear the whole cache"},
    {"getset", "read and change in one step"},
    {"getdel", "read and change in one step"},
    {"get or set", "read and change in one step"},
    {"get and set", "read and change in one step"},
    {"get and delete", "read and change in one step"},
    {"set ttl", "change when an entry expires"},
    {"set the ttl", "change when an entry expires"},
    {"set expiry", "change when an entry expires"},
    {"set expiration", "change when an entry expires"},
    {"refresh ttl", "change when an entry expires"},
    {"refresh the ttl", "change when an entry expires"},
    {"update ttl", "change when an entry expires"},
    {"reset ttl", "change when an entry expires"},
    {"extend ttl", "change when an entry expires"},
    {"extend the ttl", "change when an entry expires"},
    {"bump ttl", "change when an entry expires"},
    {"renew ttl", "change when an entry expires"},
    {"renew the ttl", "change when an entry expires"},
    {"prolong ttl", "change when an entry expires"},
    {"update the ttl", "change when an entry expires"},
    {"update expiry", "change when an entry expires"},
    {"update the expiry", "change when an entry expires"},
    {"update expiration", "change when an entry expires"},
    {"refresh expiry", "change when an entry expires"},
    {"refresh expiration", "change when an entry expires"},
    {"extend expiry", "change when an entry expires"},
    {"extend expiration", "change when an entry expires"},
    {"renew expiry", "change when an entry expires"},
    {"reset expiry", "change when an entry expires"},
    {"as of system time", kOldRead},
    {"as of timestamp", kOldRead},
    {"follower read", kOldRead},
    {"follower reads", kOldRead},
    {"follower read timestamp", kOldRead},
    {"stale read", kOldRead},
    {"stale reads", kOldRead},
    {"stale ok", kOldRead},
    {"allow stale", kOldRead},
    {"may be stale", kOldRead},
    {"can be stale", kOldRead},
    {"staleness", kOldRead},
    {"slightly stale", kOldRead},
    {"historical read", kOldRead},
    {"time travel", kOldRead},
    {"from a snapshot", kOldRead},
    {"from snapshot", kOldRead},
    {"from the snapshot", kOldRead},
    {"at a snapshot", kOldRead},
    {"snapshot read", kOldRead},
    {"snapshot isolation", kOldRead},
    {", snapshot", kOldRead},
    {"consistency one", kOldRead},
    {"consistency level one", kOldRead},
    {"consistency local one", kOldRead},
    {"consistency two", kOldRead},
    {"consistency any", kOldRead},
    {"consistency eventual", kOldRead},
    {"local one", kOldRead},
    {"cl one", kOldRead},
    {"weak consistency", kOldRead},
    {"weakly consistent", kOldRead},
    {"weak read", kOldRead},
    {"eventual read", kOldRead},
    {"eventual reads", kOldRead},
    {"session consistency", kOldRead},
    {"consistent prefix", kOldRead},
    {"consistent read false", kOldRead},
    {"dirty read", kOldRead},
    {"read uncommitted", kOldRead},
    {"nolock", kOldRead},
    {"read preference nearest", kOldRead},
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
    {"list", Verb::kGet, true},
    {"lists", Verb::kGet, true},
    {"look", Verb::kGet, true},
    {"looks", Verb::kGet, true},
    {"request", Verb::kGet, true},
    {"requests", Verb::kGet, true},
    {"ask", Verb::kGet, true},
    {"asks", Verb::kGet, true},
    {"incr", Verb::kIncrease},
    {"incrby", Verb::kIncrease},
    {"incrbyfloat", Verb::kIncrease},
    {"decr", Verb::kIncrease},
    {"decrby", Verb::kIncrease},
    {"hincrby", Verb::kIncrease},
    {"increment", Verb::kIncrease},
    {"increments", Verb::kIncrease},
    {"decrement", Verb::kIncrease},
    {"decrements", Verb::kIncrease},
    {"increase", Verb::kIncrease},
    {"increases", Verb::kIncrease},
    {"decrease", Verb::kIncrease},
    {"decreases", Verb::kIncrease},
    {"subtract", Verb::kIncrease},
    {"subtracts", Verb::kIncrease},
    {"deduct", Verb::kIncrease},
    {"deducts", Verb::kIncrease},
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
    {"memoize", Verb::kSet},
    {"memoizes", Verb::kSet},
    {"memoise", Verb::kSet},
    {"remember", Verb::kSet},
    {"remembers", Verb::kSet},
    {"stash", Verb::kSet},
    {"stashes", Verb::kSet},
    {"caching", Verb::kSet},
    {"storing", Verb::kSet},
    {"saving", Verb::kSet},
    {"writing", Verb::kSet},
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
    {"forget", Verb::kDelete},
    {"forgets", Verb::kDelete},
    {"purge", Verb::kDelete},
    {"purges", Verb::kDelete},
    {"wipe", Verb::kDelete},
    {"wipes", Verb::kDelete},
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

const VerbEntry* verb_entry(std::string_view word) {
  for (const VerbEntry& entry : kVerbWords) {
    if (entry.word == word) return &entry;
  }
  return nullptr;
}

const PhraseEntry* not_modelled(const std::vector<std::string>& words) {
  for (const PhraseEntry& entry : kNotModelledAnywhere) {
    if (has_phrase(words, entry.phrase)) return &entry;
  }
  for (const PhraseEntry& entry : kNotModelledFirst) {
    if (words.front() == entry.phrase) return &entry;
  }
  if (words.size() == 1 && words.front() == "multi") return &kNotModelledFirst[0];
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

// "fire and forget", "forget to delete": no cache forgets there.
bool forgets_otherwise(const std::vector<std::string>& words, std::size_t i) {
  if (!words[i].starts_with("forget")) return false;
  const bool said_of_waiting = i > 0 && (words[i - 1] == "and" || words[i - 1] == "fire");
  return said_of_waiting || (i + 1 < words.size() && words[i + 1] == "to");
}

// "do you have rate:1?"; a verb behind it says more.
constexpr std::string_view kHaveYou[] = {"do you have", "do we have", "have you got",
                                         "have we got", "is there",   "are there"};
std::string asked_for_presence(const std::vector<std::string>& words) {
  const std::vector<std::string> first(words.begin(), words.begin() + std::min<std::ptrdiff_t>(3, std::ssize(words)));
  return phrase_in(kHaveYou, first);
}

struct FoundVerb {
  bool negated = false;  // says first of all what is not to be done
  const VerbEntry* entry = nullptr;
  std::size_t at = 0;
  const VerbEntry* also = nullptr;  // a second step: joined by "and", "or", "then"
};
FoundVerb find_verb(const std::vector<std::string>& words) {
  FoundVerb found;
  if (!asked_for_presence(words).empty()) found.entry = verb_entry("ask");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const VerbEntry* entry = forgets_otherwise(words, i) ? nullptr : verb_entry(words[i]);
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
      found.at = i;
      continue;
    }
    const std::string& before = words[i - 1];
    const bool joined = before == "and" || before == "or" || before == "then";
    if (joined && entry->verb != found.entry->verb) found.also = entry;
  }
  return found;
}

// Verbs that ask for something only where they lead a label, for elsewhere they are nouns as often. `of_row`: only of a
// database; of a cache nobody could tell what they ask.
struct LeadingVerb {
  VerbEntry entry;
  bool of_row = true;
};
constexpr LeadingVerb kLeadingVerbs[] = {{{"record", Verb::kSet}},
                                         {{"records", Verb::kSet}},
                                         {{"mark", Verb::kSet}},
                                         {{"marks", Verb::kSet}},
                                         {{"link", Verb::kSet}},
                                         {{"attach", Verb::kSet}},
                                         {{"assign", Verb::kSet}},
                                         {{"register", Verb::kSet}},
                                         {{"archive", Verb::kSet}},
                                         {{"approve", Verb::kSet}},
                                         {{"revoke", Verb::kSet}},
                                         {{"rotate", Verb::kSet}},
                                         {{"rename", Verb::kSet}},
                                         {{"cancel", Verb::kSet}},
                                         {{"activate", Verb::kSet}},
                                         {{"deactivate", Verb::kSet}},
                                         {{"enable", Verb::kSet}},
                                         {{"disable", Verb::kSet}},
                                         {{"toggle", Verb::kSet}},
                                         {{"count", Verb::kGet}},
                                         {{"counts", Verb::kGet}},
                                         {{"sum", Verb::kGet}},
                                         {{"sums", Verb::kGet}},
                                         {{"aggregate", Verb::kGet}},
                                         {{"aggregates", Verb::kGet}},
                                         {{"aggregation", Verb::kGet}},
                                         {{"aggregations", Verb::kGet}},
                                         {{"verify", Verb::kGet}},
                                         {{"verifies", Verb::kGet}},
                                         {{"validate", Verb::kGet}},
                                         {{"validates", Verb::kGet}},
                                         {{"promote", Verb::kSet}, false},
                                         {{"promotes", Verb::kSet}, false},
                                         {{"prime", Verb::kSet}, false},
                                         {{"hydrate", Verb::kSet}, false},
                                         {{"memorize", Verb::kSet}, false},
                                         {{"memorise", Verb::kSet}, false}};
const LeadingVerb* leading_verb(const std::vector<std::string>& words);

// A label that "cache" or "keep" leads stores ("cache the result"), unless what follows is the verb ("cache lookup").
enum class Leads { kNot, kStores, kEither };
constexpr std::string_view kPassedOver[] = {"then", "now", "also", "finally", "and", "please", "async", "lazily",
                                            "to",   "try", "1",    "2",       "3",   "4",      "5",     "6"};
constexpr std::string_view kResults[] = {"result", "results", "row",    "rows",   "value",   "values", "response",
                                         "data",   "object",  "output", "answer", "records", "record", "page"};
constexpr std::string_view kArticles[] = {"the", "a", "an", "it", "its", "this", "that", "all", "new", "fresh", "our"};
// Nouns as often as verbs: "cache query".
constexpr std::string_view kEitherWords[] = {"query", "queries", "search", "searches", "request", "requests"};
constexpr std::string_view kAnswers[] = {"miss", "hit", "misses", "hits"};
constexpr std::string_view kKeptOtherwise[] = {"alive", "going", "open", "connection", "waiting", "in", "up", "track"};

Leads how_cache_leads(const std::vector<std::string>& words, const FoundVerb& found) {
  std::size_t lead = 0;
  while (lead < words.size() && is_in(kPassedOver, words[lead])) ++lead;
  if (lead + 1 >= words.size()) return Leads::kNot;
  const std::string& next = words[lead + 1];
  if (words[lead] == "keep" || words[lead] == "keeps")
    return is_in(kKeptOtherwise, next) ? Leads::kNot : Leads::kStores;
  if (words[lead] != "cache" && words[lead] != "caches") return Leads::kNot;
  if (is_in(kAnswers, next)) return Leads::kNot;
  if (found.entry == nullptr || is_in(kArticles, next) || is_in(kResults, next)) return Leads::kStores;
  const bool of_results = std::any_of(words.begin() + static_cast<std::ptrdiff_t>(lead) + 2, words.end(),
                                      [](const std::string& word) { return is_in(kResults, word); });
  if (found.at == lead + 1) {
    if (of_results && found.entry->verb == Verb::kGet) return Leads::kStores;  // "cache query result"
    return is_in(kEitherWords, next) ? Leads::kEither : Leads::kNot;
  }
  // "cache product lookup" names a look-up, "cache product after SELECT" a value to store.
  return found.at + 1 == words.size() ? Leads::kEither : Leads::kStores;
}

const LeadingVerb* leading_verb(const std::vector<std::string>& words) {
  std::size_t lead = 0;
  while (lead < words.size() && is_in(kPassedOver, words[lead])) ++lead;
  if (lead == words.size()) return nullptr;
  const auto* const found = std::find_if(std::begin(kLeadingVerbs), std::end(kLeadingVerbs),
                                         [&](const LeadingVerb& leading) { return leading.entry.word == words[lead]; });
  return found == std::end(kLeadingVerbs) ? nullptr : found;
}

// What stands after the first "if", "when", "unless" of a label. Deleting only what is present is no condition: where
// nothing is, a delete changes nothing.
constexpr std::string_view kExpiryWords[] = {"ttl",     "ex",     "px",         "expire",
                                             "expires", "expiry", "expiration", "expiring"};
enum class Condition { kNone, kAbsent, kPresent, kUnchanged, kOther };
constexpr std::string_view kComparisons[] = {"equal", "equals", "same",    "match",    "matches", "version",
                                             "older", "newer",  "greater", "less",     "than",    "changed",
                                             "still", "lower",  "higher",  "unchanged"};
bool is_number(const std::string& word) { return word.find_first_not_of("0123456789") == std::string::npos; }

// "if unchanged", "if it has not been modified since it was read": nothing but that.
bool says_unchanged(const std::vector<std::string>& words, std::size_t behind_if) {
  constexpr std::string_view kChanged[] = {"changed", "modified", "touched", "updated", "replaced"};
  constexpr std::string_view kSame[] = {"unchanged", "untouched", "unmodified"};
  constexpr std::string_view kNot[] = {"not", "hasnt", "isnt", "wasnt", "nobody", "nothing"};
  constexpr std::string_view kAround[] = {
      "it",      "the", "is",      "was",    "has",   "have", "been",    "still", "only",  "key",
      "that",    "by",  "entry",   "value",  "since", "then", "get",     "read",  "we",    "meanwhile",
      "watched", "as",  "anybody", "others", "else",  "in",   "between", "us",    "looked"};
  bool same = false;
  bool changed = false;
  bool negated = false;
  for (std::size_t i = behind_if; i < words.size(); ++i) {
    if (is_in(kSame, words[i]))
      same = true;
    else if (is_in(kChanged, words[i]))
      changed = true;
    else if (is_in(kNot, words[i]))
      negated = true;
    else if (!is_in(kAround, words[i]))
      return false;
  }
  return same ? !changed && !negated : changed && negated;
}

Condition condition_of(const std::vector<std::string>& words) {
  if (is_in(words, "nx") || has_phrase(words, "on conflict do nothing")) return Condition::kAbsent;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool unless = words[i] == "unless";
    const bool always = i > 0 && words[i - 1] == "even";  // "even if it is empty"
    if ((words[i] != "if" && words[i] != "when" && !unless) || always) continue;
    if (!unless && says_unchanged(words, i + 1)) return Condition::kUnchanged;
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

// Commands of Redis and Memcached that are no plain set: the one takes away when the entry expires, the other sets only
// what is there. In small letters, and with INTO, they are ordinary words.
bool is_command(std::string_view label, std::string_view name) {
  const std::string_view rest = trim(label);
  return rest.substr(0, name.size()) == name && rest.size() > name.size() && rest[name.size()] == ' ' &&
         !starts_ignoring_case(trim(rest.substr(name.size())), "into ");
}

// "WHERE updated_at = :seen": changes a row only as it was seen before.
constexpr std::string_view kSeenBefore[] = {"seen",    "expected", "old",       "previous", "prior",
                                            "updated", "modified", "revision",  "rev",      "version",
                                            "etag",    "stamp",    "timestamp", "lock"};
bool compares_with_before(const std::vector<std::string>& words) {
  const auto where = std::find(words.begin(), words.end(), "where");
  return std::any_of(where, words.end(), [](const std::string& word) { return is_in(kSeenBefore, word); });
}

bool starts_with_capitals(std::string_view label, std::string_view word) {
  return label.substr(0, word.size()) == word;
}

// "EXEC dbo.GetPrice 7" runs what is stored under a name, which says what it does; Redis's EXEC commits a transaction.
// In a name, what may be a thing elsewhere ("get lock 42") is what is asked for.
constexpr std::string_view kNoPlainProcedure[] = {"lock",  "locks",       "unlock", "mutex", "lease",
                                                  "tran",  "transaction", "tx",     "txn",   "commit",
                                                  "queue", "enqueue",     "dequeue"};
bool runs_procedure(std::string_view label) {
  const std::string_view text = trim(label);
  constexpr std::string_view kExec = "exec ";
  if (!starts_ignoring_case(text, kExec)) return false;
  const std::string_view behind = trim(text.substr(kExec.size()));
  const std::string_view name = behind.substr(0, behind.find_first_of(" (,;'\""));
  const bool is_name = std::all_of(name.begin(), name.end(), [](char c) { return is_word_byte(c) || c == '.'; });
  const std::size_t dot = name.find('.');
  const bool has_owner = dot != std::string_view::npos && dot > 0 && dot + 1 < name.size();
  const std::vector<std::string> words = split_words(name);
  const bool is_plain =
      std::none_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kNoPlainProcedure, word); });
  return is_name && is_plain && (has_owner || name.find('_') != std::string_view::npos || words.size() > 1);
}

RequestWords& refuse(RequestWords& words, std::string_view what, std::string_view word) {
  words.kind = RequestWords::Kind::kNotModelled;
  words.not_modelled = what;
  words.word = word;
  words.certain = true;
  return words;
}

RequestWords& ask(RequestWords& words, std::string question) {
  words.kind = RequestWords::Kind::kAmbiguous;
  words.question = std::move(question);
  return words;
}

// "add product:1", as memcached's protocol has it.
bool starts_with_key_behind_add(std::string_view label) {
  constexpr std::string_view kAdd = "add ";
  const std::string_view text = trim(label);
  if (!text.starts_with(kAdd)) return false;
  const std::string_view key = text.substr(kAdd.size(), text.find(' ', kAdd.size()) - kAdd.size());
  return key.find(':') != std::string_view::npos && !key.ends_with(':');
}

// Of a change of what is there.
void qualify_change(std::string_view label, Condition condition, RequestWords& result) {
  if (condition == Condition::kPresent)
    result.verb = Verb::kIncreaseIfThere;
  else if (condition != Condition::kNone)
    refuse(result, "change something only if a condition holds", "if");
  else if (const TimeToLive lives = time_to_live(label); lives.seconds != 0 || lives.unsaid)
    refuse(result, "change when an entry expires", "expire");
  else if (label.find_first_of("<>") != std::string_view::npos && lower(label).find(" where ") != std::string::npos)
    result.assumed = "the condition behind its WHERE is taken to hold whenever it is asked";
}

// What stands beside the verb: conditions, what a stored value is computed from, how long it lives.
void qualify(std::string_view label, const std::vector<std::string>& words, const FoundVerb& found,
             RequestWords& result) {
  constexpr std::string_view kIf = "change something only if a condition holds";
  const Condition condition = condition_of(words);
  if (result.verb == Verb::kDelete && condition != Condition::kNone && condition != Condition::kPresent)
    refuse(result, kIf, "if");
  if (result.verb == Verb::kIncrease) {
    qualify_change(label, condition, result);
    return;
  }
  if (result.verb != Verb::kSet && result.verb != Verb::kAdd) return;
  const MadeOf made = made_of(label, words);
  if (condition == Condition::kUnchanged && result.verb == Verb::kSet) result.verb = Verb::kSetIfUnchanged;
  if (condition == Condition::kOther || condition == Condition::kPresent) {
    refuse(result, kIf, "if");
    return;
  }
  if (compares_with_before(words)) {
    if (label.find('<') != std::string_view::npos || condition != Condition::kNone || made == MadeOf::kSeveral) {
      refuse(result, "compare and set by version", "where");
      return;
    }
    result.verb = Verb::kSetIfVersion;
  }
  result.adds = made == MadeOf::kWhatWasRead;
  if (made == MadeOf::kWhatIsThere) {
    if (result.verb != Verb::kSet || condition != Condition::kNone) {
      refuse(result, kIf, "if");
      return;
    }
    result.verb = Verb::kIncrease;
    return qualify_change(label, condition, result);
  }
  const bool plain_english_add =
      found.entry->word.substr(0, 3) == "add" && condition == Condition::kNone && !starts_with_capitals(label, "ADD");
  if (condition == Condition::kAbsent) result.verb = Verb::kAdd;
  if (plain_english_add) {
    result.verb = Verb::kSet;
    result.is_command_add = starts_with_key_behind_add(label);
    result.assumed = "\"add\" alone is taken as a set that overwrites; say \"set if absent\" if it does not";
  }
  if (made == MadeOf::kSeveral) {
    result.assumed =
        "the new value is one that nobody else writes, whatever each column is computed from: lost updates are not "
        "looked for here";
  }
  const TimeToLive lives = time_to_live(label);
  result.ttl = lives.seconds;
  if (lives.unsaid)
    result.assumed_ttl = "how long it lives is not said: a minute is taken; write TTL 300 or EX 300 to say it";
}

}  // namespace

bool is_request_verb(std::string_view word) {
  const VerbEntry* const entry = verb_entry(word);
  return entry != nullptr && !entry->weak;
}

bool is_leading_verb(std::string_view word) { return leading_verb({std::string(word)}) != nullptr; }

bool asks_whether_there(std::string_view label) {
  const std::vector<std::string> words = split_words(label);
  if (words.empty() ||
      std::any_of(words.begin(), words.end(), [](const auto& word) { return is_in(kNegations, word); }))
    return false;
  const bool whether = is_in(words, "exists") || is_in(words, "exist") || is_in(words, "cached");
  return !asked_for_presence(words).empty() || words.front() == "exists" || (whether && trim(label).ends_with('?'));
}

namespace {

// Of two words in a row at the start of a label, what stands behind them; empty where it begins otherwise.
std::string_view behind_words(std::string_view label, std::string_view first) {
  const std::string_view text = trim(label);
  if (!starts_ignoring_case(text, first) || text.size() == first.size()) return {};
  const char next = text[first.size()];
  return next == ' ' || next == ',' || next == '/' || next == '+' ? trim(text.substr(first.size() + 1))
                                                                  : std::string_view{};
}

// "WATCH k, GET k", as Redis has it, of one key.
std::optional<RequestWords> watched_get(std::string_view label) {
  const std::string_view watched = behind_words(label, "watch");
  if (watched.empty()) return std::nullopt;
  const std::string small = lower(watched);
  std::size_t get = std::string::npos;
  for (const std::string_view joint : {", get", ",get", " + get", "/get", " and get", " then get"})
    if (const std::size_t at = small.find(joint); at != std::string::npos) get = std::min(get, at + joint.size() - 3);
  if (small.starts_with("get ")) get = 0;  // WATCH/GET k
  if (get == std::string::npos) return std::nullopt;
  const std::vector<std::string> keys = keys_named(label);
  if (std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return key != keys.front(); }))
    return std::nullopt;
  RequestWords asks = request_words(watched.substr(get));
  if (asks.kind != RequestWords::Kind::kVerb || asks.verb != Verb::kGet) return std::nullopt;
  asks.watch = Watch::kKey;
  asks.inner = watched.substr(get);
  return asks;
}

// "MULTI, SET k, EXEC": one command in a transaction of Redis, which is refused where what is watched has changed.
std::optional<RequestWords> executed_command(std::string_view label) {
  std::string_view text = behind_words(label, "multi");
  const std::string small = lower(text);
  constexpr std::string_view kExec = "exec";
  if (!small.ends_with(kExec)) return std::nullopt;
  text = trim(text.substr(0, text.size() - kExec.size()));
  while (!text.empty() && (text.back() == ',' || text.back() == '/' || text.back() == '+'))
    text = trim(text.substr(0, text.size() - 1));
  if (text.find(',') != std::string_view::npos) return std::nullopt;  // several commands
  RequestWords asks = request_words(text);
  if (asks.kind != RequestWords::Kind::kVerb || (asks.verb != Verb::kSet && asks.verb != Verb::kDelete))
    return std::nullopt;
  asks.is_exec = true;
  asks.inner = text;
  return asks;
}

// "cas k with the number that gets returned", "compare-and-set k": the rest says of what.
std::optional<RequestWords> compared_set(std::string_view label) {
  for (const std::string_view name : {"cas", "compare-and-set", "compare and set", "compare-and-swap",
                                      "compare and swap", "check-and-set", "check and set"}) {
    const std::string_view rest = behind_words(label, name);
    if (rest.empty()) continue;
    RequestWords asks = request_words("set " + std::string(rest));
    if (asks.kind != RequestWords::Kind::kVerb || asks.verb != Verb::kSet) return std::nullopt;
    asks.verb = Verb::kSetIfUnchanged;
    asks.inner = "set " + std::string(rest);
    return asks;
  }
  return std::nullopt;
}

// "WAIT 1 100", as Redis has it; "wait until the replica has it".
std::optional<RequestWords> replica_wait(std::string_view label) {
  if (!starts_ignoring_case(trim(label), "wait")) return std::nullopt;
  const std::vector<std::string> words = split_words(label);
  if (words.size() < 2 || (words[0] != "wait" && words[0] != "waits")) return std::nullopt;
  const bool command =
      words.size() <= 3 &&
      std::all_of(words.begin() + 1, words.end(), [](const std::string& word) { return is_number(word); }) &&
      words[1] != "0";
  const bool until =
      (words[1] == "until" || words[1] == "for") && (is_in(words, "replica") || is_in(words, "replicas"));
  if (!command && !until) return std::nullopt;
  RequestWords asks;
  asks.kind = RequestWords::Kind::kVerb;
  asks.verb = Verb::kWait;
  return asks;
}

// "SELECT version of product": its version alone.
std::optional<RequestWords> version_read(std::string_view label) {
  const std::vector<std::string> words = split_words(label);
  const bool reads = words.size() == 4 && words[0] == "select" && words[1] == "version";
  if (!reads || (words[2] != "of" && words[2] != "from")) return std::nullopt;
  RequestWords asks;
  asks.kind = RequestWords::Kind::kVerb;
  asks.verb = Verb::kGetVersion;
  return asks;
}

bool counts_up(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    const VerbEntry* const entry = verb_entry(word);
    return entry != nullptr && entry->verb == Verb::kIncrease;
  });
}

// Where no other verb says what is asked.
void take_leading_verb(const std::vector<std::string>& words, FoundVerb& found, RequestWords& result) {
  if (found.entry != nullptr && !found.entry->weak) return;
  const LeadingVerb* const leading = leading_verb(words);
  if (leading == nullptr) return;
  found.entry = &leading->entry;
  found.at = 0;
  result.of_row = leading->of_row;
  if (leading->of_row && leading->entry.verb == Verb::kGet)
    result.assumed =
        "\"" + std::string(leading->entry.word) + "\" is taken to look at what is there, and to change nothing";
}

}  // namespace

namespace {

// `leading`: kLeadingVerbs are looked at, too.
RequestWords read_request(std::string_view label, bool leading) {
  for (const auto& read : {marker_request, version_read, replica_wait, watched_get, executed_command, compared_set})
    if (auto asks = read(label)) return *asks;
  CommitWords commit = commit_words(label);
  RequestWords result;
  result.commits = commits_something(commit.rest);
  if (result.commits) {
    std::erase_if(commit.rest, [](const std::string& word) { return word == "commit" || word == "commits"; });
    commit.rest.insert(commit.rest.begin(), "write");
  }
  std::vector<std::string> words;
  for (const std::string& word : commit.rest) {
    if (word != ",") words.push_back(word);
  }
  result.after_commit = commit.after;
  if (words.empty()) return result;
  const PhraseEntry* const what = not_modelled(commit.rest);
  if (what != nullptr && !(what->phrase == "exec" && runs_procedure(label)))
    return refuse(result, what->meaning, what->phrase);
  const auto is_condition = [&](const std::string& word) {
    if (word == "if unchanged") return condition_of(words) == Condition::kUnchanged;
    if (word.starts_with("coalesc")) return lower(label).find("coalesce(") != std::string::npos;  // a function of SQL
    return word == "where version" || (word == "and version" && is_in(words, "where"));
  };
  if (const auto found = unmodelled_in(commit.rest); found && !is_condition(std::string(found->word))) {
    refuse(result, found->meaning, found->word);
    result.certain = found->certain;
    return result;
  }
  if (is_command(label, "PERSIST")) return refuse(result, "change when an entry expires", "PERSIST");
  if (is_command(label, "REPLACE")) return refuse(result, "change something only if it is there", "REPLACE");

  FoundVerb found = find_verb(words);
  if (found.negated) return result;
  static constexpr VerbEntry kCacheIt = {"cache", Verb::kSet};
  switch (how_cache_leads(words, found)) {
    case Leads::kNot:
      break;
    case Leads::kStores:
      if (!is_negated(words, found.at) || found.entry == nullptr) found.entry = &kCacheIt;
      break;
    case Leads::kEither:
      return ask(result, "may store something or look something up; say \"cache the ...\" or \"look up ...\"");
  }
  if (leading) take_leading_verb(words, found, result);
  if (found.entry == nullptr) return result;
  result.kind = RequestWords::Kind::kVerb;
  result.verb = found.entry->verb;
  if (trim(label).starts_with("gets ") && result.verb == Verb::kGet) result.watch = Watch::kEntry;
  qualify(label, words, found, result);
  if (result.verb != Verb::kIncrease && result.verb != Verb::kIncreaseIfThere && counts_up(words))
    return refuse(result, "a change of what is there beside something else, in one step", "increment");
  if (result.kind == RequestWords::Kind::kVerb && found.also != nullptr)
    return ask(result, "names two steps, \"" + std::string(found.entry->word) + "\" and \"" +
                           std::string(found.also->word) + "\"; draw an arrow for each");
  return result;
}

}  // namespace

RequestWords request_words(std::string_view label) { return read_request(label, false); }
RequestWords leading_request(std::string_view label) { return read_request(label, true); }

}  // namespace stalemate::model
