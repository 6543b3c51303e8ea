// What the label of a request says beside its verb that makes it another step than its arrow shows: that it may not
// happen, only under a condition, at another time, not at all, that it fails, that nobody waits for it, or that more
// than it happens. An arrow is a step that is always made, so each of these is asked about.
#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/clauses.hpp"
#include "vocabulary/doubt_hints.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// How a request that is conditional on something is said: "on a cache miss", "upon failure".
constexpr std::string_view kWhenWords[] = {"on", "upon", "after", "at"};
constexpr std::string_view kBeforeWhat[] = {"a", "an", "the", "any", "each", "every", "cache", "db", "redis", "first"};
constexpr std::string_view kWhat[] = {"failure", "failures",   "error",     "errors",     "change",  "changes",
                                      "miss",    "misses",     "hit",       "hits",       "success", "timeout",
                                      "expiry",  "expiration", "exception", "exceptions", "demand",  "overflow"};
constexpr std::string_view kSuccess[] = {"success", "change", "changes", "miss", "hit", "expiry", "expiration"};

// Behind the word of a hint's place, these make it a thing of the application: "save the async job".
constexpr std::string_view kThings[] = {"job", "jobs", "task", "tasks", "flag", "status", "result", "mode", "setting"};
// "as failed", "to disabled", "status failed": what is stored.
constexpr std::string_view kBeforeValue[] = {"as", "to", "state", "status", "flag",   "of",       "all",    "and",
                                             "or", "by", "not",   "error",  "errors", "failures", "result", "is"};
// Between what leads and the verb: "plan to delete".
constexpr std::string_view kPassedOver[] = {"to",   "the",  "a",    "an", "that", "it",
                                            "also", "only", "then", "of", "we",   "app"};
// "names only", "from cache only": what is got, not when.
constexpr std::string_view kOnlyOf[] = {"read",   "write",   "append",  "cache",  "redis", "db",    "database",
                                        "name",   "names",   "id",      "ids",    "key",   "keys",  "value",
                                        "values", "column",  "field",   "fields", "price", "index", "metadata",
                                        "header", "columns", "primary", "master", "local", "memory"};

std::size_t find_in(const Clause& words, const std::vector<std::string>& phrase, std::size_t from) {
  const auto begin = words.begin() + static_cast<std::ptrdiff_t>(std::min(from, words.size()));
  const auto found = std::search(begin, words.end(), phrase.begin(), phrase.end());
  return static_cast<std::size_t>(found - words.begin());
}

bool leads_verb(const Clause& words, std::size_t behind, const std::vector<Clause>& clauses, std::size_t index) {
  while (behind < words.size() && is_in(kPassedOver, words[behind])) ++behind;
  if (behind < words.size()) return is_request_verb(words[behind]);
  // "log: DEL user"
  return index + 1 < clauses.size() && is_request_verb(clauses[index + 1].front());
}

bool verb_before(const std::vector<Clause>& clauses, std::size_t index, std::size_t at) {
  for (std::size_t i = 0; i <= index; ++i) {
    const std::size_t end = i < index ? clauses[i].size() : at;
    for (std::size_t j = 0; j < end; ++j) {
      if (is_request_verb(clauses[i][j])) return true;
    }
  }
  return false;
}

bool stands(const Hint& hint, const std::vector<Clause>& clauses, std::size_t index) {
  const Clause& words = clauses[index];
  const std::vector<std::string> phrase = split_words(hint.phrase);
  for (std::size_t at = find_in(words, phrase, 0); at < words.size(); at = find_in(words, phrase, at + 1)) {
    const std::size_t behind = at + phrase.size();
    const bool compared = (at > 0 && words[at - 1] == "=") || (behind < words.size() && words[behind] == "=");
    if (compared) continue;
    const bool first = at == 0;
    const bool last = behind == words.size();
    const bool aside = index > 0;
    switch (hint.place) {
      case Place::kAnywhere:
        if (hint.says == Says::kNobodyWaits && behind < words.size() && is_in(kThings, words[behind])) continue;
        return true;
      case Place::kEdge:
        if (last && (first ? aside : !is_in(kBeforeValue, words[at - 1]) && (aside || !is_request_verb(words[at - 1]))))
          return true;
        break;
      case Place::kAside:
        if (aside && first) return true;
        break;
      case Place::kAlone:
        if (aside && first && last) return true;
        break;
      case Place::kLeads:
        if (!verb_before(clauses, index, at) &&
            (leads_verb(words, behind, clauses, index) || (first && last && !aside)))
          return true;
        break;
    }
  }
  return false;
}

const Hint* hint_in(const std::vector<Clause>& clauses, bool awaited, bool lost) {
  for (const Hint& hint : kHints) {
    if ((lost && hint.says == Says::kFails) || (!awaited && hint.says == Says::kNobodyWaits)) continue;
    for (std::size_t i = 0; i < clauses.size(); ++i) {
      if (stands(hint, clauses, i)) return &hint;
    }
  }
  return nullptr;
}

// "on a miss"; empty where nothing of the kind is said. INSERT … ON CONFLICT is no such thing.
std::string occasion_in(const Clause& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_in(kWhenWords, words[i])) continue;
    std::size_t what = i + 1;
    while (what < words.size() && is_in(kBeforeWhat, words[what])) ++what;
    if (what == words.size() || !is_in(kWhat, words[what])) continue;
    if (words[i] != "on" && words[i] != "upon" && is_in(kSuccess, words[what])) continue;  // "after the change"
    std::string text = words[i];
    for (std::size_t j = i + 1; j <= what; ++j) text += " " + words[j];
    return text;
  }
  return {};
}

// "(admins only)", ", only admins"; what is told of columns and servers is no condition.
bool only_some(const std::vector<Clause>& clauses) {
  constexpr std::string_view kConditions[] = {"if", "when", "missing", "absent", "not"};
  for (std::size_t i = 1; i < clauses.size(); ++i) {
    const Clause& words = clauses[i];
    if (words.size() < 2) continue;
    if (words.back() == "only" && !is_in(kOnlyOf, words[words.size() - 2])) return true;
    if (words.front() == "only" && !is_in(kConditions, words[1]) && !is_in(kOnlyOf, words[1])) return true;
  }
  const Clause& main = clauses.front();
  constexpr std::string_view kFor[] = {"for", "during", "under"};
  return main.size() > 2 && main.back() == "only" &&
         std::any_of(main.begin(), main.end(), [&](const std::string& word) { return is_in(kFor, word); });
}

// "in 10% of cases", "(10%)"; not "price + 10%".
bool says_percentage(std::string_view label) {
  for (std::size_t at = label.find('%'); at != std::string_view::npos; at = label.find('%', at + 1)) {
    std::size_t digits = at;
    while (digits > 0 && (is_digit(label[digits - 1]) || label[digits - 1] == '.' || label[digits - 1] == ' '))
      --digits;
    if (label.substr(digits, at - digits).find_first_of("0123456789") == std::string_view::npos) continue;
    const std::string_view before = trim(label.substr(0, digits));
    const std::string_view after = trim(label.substr(at + 1));
    const bool alone = !before.empty() && before.back() == '(' && !after.empty() && after.front() == ')';
    if (alone || before.ends_with(" in") || before.ends_with(" with") || after.starts_with("of ") ||
        after.starts_with("chance") || after.starts_with("probability") || after == "of")
      return true;
  }
  return false;
}

// "9 of 10", of "in 9 of 10 cases"; also "2 out of 3". Empty where no share is named.
std::string share_in(const std::vector<Clause>& clauses) {
  const auto is_number = [](const std::string& word) {
    return word.find_first_not_of("0123456789") == std::string::npos;
  };
  for (const Clause& words : clauses) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      const bool out_of = words[i - 1] == "out" && i > 1;
      const std::string& part = words[out_of ? i - 2 : i - 1];
      if (words[i] == "of" && is_number(words[i + 1]) && is_number(part))
        return part + (out_of ? " out of " : " of ") + words[i + 1];
    }
  }
  return {};
}

// A question mark that ends the label and is no parameter of a statement: "DEL user?", "DEL user (?)".
bool is_questioned(std::string_view label) {
  label = trim(label);
  bool bracket = false;
  while (!label.empty() && label.back() == ')') {
    label.remove_suffix(1);
    bracket = true;
  }
  if (!label.ends_with("?")) return false;
  while (label.ends_with("?")) label.remove_suffix(1);
  const bool spaced = label.ends_with(" ");
  label = trim(label);
  if (label.empty()) return false;
  const char before = label.back();
  if (bracket && before == '(') {
    const std::vector<std::string> words = split_words(label);
    return !words.empty() && words.back() != "values" && words.back() != "in";
  }
  constexpr std::string_view kOperators = "=<>,(";
  if (kOperators.find(before) != std::string_view::npos || bracket) return false;
  const std::vector<std::string> words = split_words(label);
  constexpr std::string_view kSql[] = {"like", "in", "values", "limit", "offset", "between", "and", "ex", "px", "set"};
  return !(spaced && !words.empty() && is_in(kSql, words.back()));
}

// A get under a condition. Whether something is there is what a get asks, and getting what is present is no condition.
bool only_then(const std::vector<Clause>& clauses, bool on_miss) {
  constexpr std::string_view kAsks[] = {"check",  "checks",    "checking", "see",  "sees", "look",
                                        "looks",  "lookup",    "ask",      "asks", "test", "tests",
                                        "verify", "determine", "know",     "tell"};
  constexpr std::string_view kIf[] = {"if", "when", "unless"};
  for (const Clause& words : clauses) {
    bool asks = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      asks = asks || is_in(kAsks, words[i]);
      if (!is_in(kIf, words[i])) continue;
      std::string rest;
      for (std::size_t j = i + 1; j < words.size(); ++j) rest += words[j] + " ";
      const Outcomes says = reply_words(rest, Verb::kGet).outcomes;
      const bool unless = words[i] == "unless";
      if (asks || rest.empty() || rest == "any " || (!unless && says == Outcomes{Outcome::kValue})) continue;
      if (on_miss && says == Outcomes{unless ? Outcome::kValue : Outcome::kMiss}) continue;
      return true;
    }
  }
  return false;
}

std::string quoted(std::string_view words) { return "\"" + std::string(words) + "\""; }

std::string may_not_happen(std::string_view words) {
  return "says by " + quoted(words) +
         " that it may not happen, or not always; draw opt … end around it, or the branches of alt, and leave these "
         "words out of the label";
}

std::string question_of(const Hint& hint) {
  const std::string by = "by " + quoted(hint.phrase);
  switch (hint.says) {
    case Says::kPerhaps:
      return may_not_happen(hint.phrase);
    case Says::kFails:
      return "says " + by +
             " that it fails; draw it with -x if it never arrives, and leave these words out if it may: which requests "
             "fail is said by --fault";
    case Says::kNotDone:
      return "says " + by +
             " that it is not done, or not by this arrow; leave the arrow out if so, and these words if it is done";
    case Says::kOtherTime:
      return "says " + by +
             " that it happens at other times; draw it as an operation of its own, or leave these words out if it is a "
             "step of this one";
    case Says::kNobodyWaits:
      return "says " + by +
             " that nobody waits for it, but its arrow is one that is waited for; draw it with -) if nobody waits, and "
             "leave these words out if somebody does";
  }
  return {};
}

// What parts two steps: "DEL user, SET user", "DEL user -> SET placeholder", "DEL/SET user".
constexpr std::string_view kJoins[] = {"and",  "then",    "or",         "else",  "plus",
                                       "also", "finally", "afterwards", "later", "now"};
constexpr std::string_view kOfLife[] = {"ttl", "expiry", "expiration", "timeout", "lifetime"};

}  // namespace

std::string second_step_in(std::string_view label, Verb verb) {
  const std::string text = said_in(label);
  const bool statement = starts_ignoring_case(text, "select") || !tables_named(label).empty();
  bool parted = false;       // something that parts steps stands before the word at hand
  bool behind_verb = false;  // the word before is a verb itself
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (!is_word_byte(c)) {
      const bool to = c == '>' && i > 0 && (text[i - 1] == '-' || text[i - 1] == '=');
      const bool address = c == '/' && (i == 0 || text[i - 1] == ' ') && i + 1 < text.size() && text[i + 1] != ' ';
      if (address) {
        i = std::min(text.find(' ', i), text.size());
        continue;
      }
      const bool slash = c == '/' && (behind_verb || (i > 0 && text[i - 1] == ' '));
      if (to || slash || (c == ',' && !statement) || std::string_view(";+|&").find(c) != std::string_view::npos)
        parted = true;
      else if (c != ' ' && c != '.')
        parted = false;
      ++i;
      continue;
    }
    const std::size_t begin = i;
    while (i < text.size() && (is_word_byte(text[i]) || text[i] == '-')) ++i;
    std::string whole = text.substr(begin, i - begin);
    const std::string word = lower(whole);
    const std::vector<std::string> rest = split_words(std::string_view(text).substr(i));
    const bool about_life = !rest.empty() && is_in(kOfLife, rest.front());
    const bool nouns = word.ends_with("s") && verb != Verb::kGet && is_request_verb(word) &&
                       request_words(word).verb == Verb::kGet;  // ", reads miss"
    if (parted && begin > 0 && !about_life && !nouns && is_verb_other_than(word, verb)) return whole;
    behind_verb = is_request_verb(word);
    const bool object = i < text.size() && text[i] == '.';  // "cache.del(user)"
    parted = (parted && (object || is_in(kJoins, word))) || word == "else" || word == "plus";
  }
  return {};
}

bool says_nobody_waits(std::string_view label) {
  const Hint* const hint = hint_in(clauses_of(label), true, false);
  return hint != nullptr && hint->says == Says::kNobodyWaits;
}

std::string doubt_about(std::string_view label, const DrawnRequest& drawn) {
  const bool changes = drawn.verb != Verb::kGet;
  // "%%{init: ...}%%" says how a diagram looks, wherever it stands.
  const std::size_t comment = label.find("%%");
  if (comment != std::string_view::npos && label.substr(comment, 3) != "%%{")
    return "holds %%, which begins a comment only at the start of a line; write the comment on a line of its own";
  for (const std::string_view struck : {"<s>", "<del>", "<strike>", "~~"}) {
    if (label.find(struck) != std::string_view::npos)
      return "is struck through; leave the arrow out if it is not done, and the marks if it is";
  }
  const std::vector<Clause> clauses = clauses_of(label);
  if (const Hint* hint = hint_in(clauses, drawn.awaited && changes, drawn.lost)) return question_of(*hint);
  for (const Clause& clause : clauses) {
    const std::string occasion = occasion_in(clause);
    const bool so_anyway = drawn.on_miss && (occasion.ends_with("miss") || occasion.ends_with("misses"));
    if (!occasion.empty() && !so_anyway) return may_not_happen(occasion);
  }
  if (only_some(clauses)) return may_not_happen("only");
  if (says_percentage(label)) return may_not_happen("%");
  if (const std::string share = share_in(clauses); !share.empty()) return may_not_happen(share);
  if (changes && is_questioned(label)) return may_not_happen("?");
  if (!changes && only_then(clauses, drawn.on_miss)) return may_not_happen("if");
  if (const std::string second = second_step_in(label, drawn.verb); !second.empty()) {
    return "names a second step, " + quoted(second) + "; draw each as an arrow of its own";
  }
  return {};
}

}  // namespace stalemate::model
