// What the label of a set says to store. A set stores the value that the operation has, whole; a label that
// names another one ("null", "the old value", "default") or only what belongs to it ("timestamp") is asked about.
#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/clauses.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Values of before, whatever they are values of: "SET user old price". No write of the database stores one.
constexpr std::string_view kEarlier[] = {"old", "previous", "prior", "former", "stale", "outdated"};
// Other values, which a row may well hold.
constexpr std::string_view kNoValues[] = {"null",  "nil",      "undefined",   "none",
                                          "dummy", "sentinel", "placeholder", "garbage"};
// Other values only where they are said of a value: "default", not "default address".
constexpr std::string_view kOtherAlone[] = {"default",  "empty",   "error",      "errors",    "exception",
                                            "invalid",  "partial", "blank",      "loading",   "pending",
                                            "fallback", "dirty",   "incomplete", "failure",   "expired",
                                            "wrong",    "fake",    "missing",    "temporary", "provisional"};
constexpr std::string_view kOfValues[] = {"value", "values",  "entry",   "result",   "results", "data",   "object",
                                          "list",  "array",   "string",  "response", "row",     "record", "marker",
                                          "copy",  "version", "content", "state",    "price",   "it"};
// These take what they store as their object; others take what was there before: "refresh the old value".
constexpr std::string_view kStoring[] = {
    "set",     "sets",    "put",    "puts",    "store",   "stores", "save",    "saves",    "write",  "writes", "insert",
    "inserts", "cache",   "caches", "keep",    "keeps",   "add",    "adds",    "setex",    "psetex", "setnx",  "hset",
    "mset",    "memoize", "stash",  "caching", "storing", "saving", "writing", "remember", "setting"};
constexpr std::string_view kArticles[] = {"the", "a", "an", "its", "this", "that", "some", "our"};
// Before a word of the tables above, these say that it is not what is stored.
constexpr std::string_view kNotStored[] = {"over",      "replacing", "overwriting", "replaces", "overwrites", "replace",
                                           "overwrite", "instead",   "than",        "from",     "because",    "was",
                                           "is",        "not",       "no",          "never",    "non",        "removes",
                                           "after",     "before",    "avoid",       "avoids",   "if",         "when",
                                           "unless",    "on",        "where",       "were",     "only",       "of"};
constexpr std::string_view kInto[] = {"to", "with", "=", "as", "value"};
// What belongs to an entry and is not its value.
constexpr std::string_view kBelonging[] = {"timestamp", "timestamps", "counter", "metadata"};
constexpr std::string_view kLife[] = {"ttl", "expiry", "expiration", "lifetime", "timeout"};
constexpr std::string_view kBesides[] = {"with", "and", "plus", "including", "incl", "without", "no", "until", "for"};

bool any_in(const Clause& words, std::size_t from, std::size_t to, const auto& table) {
  return std::any_of(words.begin() + static_cast<std::ptrdiff_t>(from), words.begin() + static_cast<std::ptrdiff_t>(to),
                     [&](const std::string& word) { return is_in(table, word); });
}

bool only_of_values_behind(const Clause& words, std::size_t at) {
  return std::all_of(words.begin() + static_cast<std::ptrdiff_t>(at) + 1, words.end(),
                     [](const std::string& word) { return is_in(kOfValues, word); });
}

bool is_named_value(const std::string& word, Role server) {
  return is_in(kEarlier, word) || (server == Role::kCache && is_in(kNoValues, word));
}

// Whether the words say of a value that it is another: "previous value", "null", "default".
bool is_other_value(const Clause& words, std::size_t at, Role server) {
  constexpr std::size_t kReach = 3;
  if (!is_named_value(words[at], server) && !(server == Role::kCache && is_in(kOtherAlone, words[at]))) return false;
  return only_of_values_behind(words, at) && !any_in(words, at - std::min(at, kReach), at, kNotStored);
}

// Whether the word at `at` begins what a verb of storing takes as its object.
bool is_object(const Clause& words, std::size_t at) {
  while (at > 0 && is_in(kArticles, words[at - 1])) --at;
  return at > 0 && is_in(kStoring, words[at - 1]);
}

std::string other_value_in(const std::vector<Clause>& clauses, Role server) {
  const Clause& main = clauses.front();
  const bool storing = any_in(main, 0, main.size(), kStoring);
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const Clause& words = clauses[i];
    for (std::size_t at = 0; at < words.size(); ++at) {
      if (i == 0 && is_named_value(words[at], server) && is_object(words, at)) return words[at];
      if (!is_other_value(words, at, server)) continue;
      std::size_t before = at;
      while (before > 0 && is_in(kArticles, words[before - 1])) --before;
      const bool into = before > 0 && is_in(kInto, words[before - 1]);
      const bool of_value = i > 0 && at == 0 && words.size() > 1;  // "(old value)"
      if (into || of_value || (storing && (i > 0 ? before == 0 : at > 0))) return words[at];
    }
  }
  return {};
}

// "SET user ''", "set(user, {})".
bool stores_nothing(std::string_view label) {
  label = trim(label);
  while (label.ends_with(")")) label = trim(label.substr(0, label.size() - 1));
  const bool ends =
      label.ends_with("''") || label.ends_with("\"\"") || label.ends_with(" {}") || label.ends_with(" []");
  return ends && label.size() > 2;
}

bool holds_number(const Clause& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_digit(word.front()); });
}

constexpr std::string_view kHandingOn[] = {"flush", "flushes",   "persist",     "persists",  "sync",
                                           "syncs", "propagate", "propagates",  "writeback", "writebehind",
                                           "write", "writes",    "writethrough"};

}  // namespace

bool says_handing_on(const std::string& label) {
  const std::vector<std::string> words = split_words(label);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kHandingOn, word); });
}

std::string doubt_about_stored(std::string_view label, Role server, bool is_read) {
  const std::vector<Clause> clauses = clauses_of(label);
  std::string other = other_value_in(clauses, server);
  if (is_read && is_in(kEarlier, other)) other.clear();
  if (other.empty() && server == Role::kCache && stores_nothing(label)) other = "''";
  if (!other.empty()) {
    return "says by \"" + other +
           "\" that it stores something else than the value that was read or written, which is not modelled yet; leave "
           "that word out if it stores the value";
  }
  if (server != Role::kCache) return {};
  const Clause& main = clauses.front();
  const bool alone = main.size() > 1 && !any_in(main, 0, main.size(), kBesides) && !holds_number(main);
  constexpr std::string_view kValue[] = {"value", "data", "json", "val"};
  const bool set_key_value_ttl = main.size() > 2 && is_in(kLife, main.back()) && is_in(kValue, main[main.size() - 2]);
  if (alone && !set_key_value_ttl && (is_in(kBelonging, main.back()) || is_in(kLife, main.back()))) {
    return "says by \"" + main.back() +
           "\" that it changes something beside the value, and that alone is not modelled yet; name the value if it is "
           "stored, too: \"set value\", \"set value, TTL 300\"";
  }
  return {};
}

}  // namespace stalemate::model
