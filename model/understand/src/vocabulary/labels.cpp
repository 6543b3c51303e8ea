// What the label of a branch says beside the outcome of a request: of something else ("email confirmed" after the user
// is updated), a second condition ("success and name changed"), or how old an entry is that is there ("soft TTL
// expired"). Words that are neither known as saying nothing of the kind nor names of what was asked count as such.
#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Beside those of replies: what goes with an outcome without saying anything else of it.
constexpr std::string_view kSmallWords[] = {
    "as",       "just",      "now",       "again",        "only",      "really",     "indeed",     "so",
    "has",      "have",      "been",      "being",        "will",      "our",        "my",         "their",
    "his",      "her",       "your",      "one",          "once",      "return",     "returning",  "response",
    "reply",    "answer",    "otherwise", "successfully", "correctly", "properly",   "completely", "entirely",
    "actually", "already",   "within",    "after",        "until",     "while",      "during",     "what",
    "which",    "under",     "inside",    "into",         "gives",     "says",       "goes",       "went",
    "turns",    "turned",    "out",       "well",         "fine",      "code",       "status",     "http",
    "internal", "operation", "request",   "command",      "call",      "statement",  "query",      "these",
    "those",    "every",     "each",      "other",        "succeed",   "succeeding", "happened",   "happens",
    "occurs",   "occurred",  "thrown",    "raised",       "caught",    "affected",   "matched",    "count",
    "rowcount", "time",      "yes",       "and",          "than",      "equals",     "s",          "bool",
    "outcome",  "ttl",       "lookup",    "least",        "looks",     "like",       "possible"};
// What an entry or a row may be called.
constexpr std::string_view kThings[] = {"value",   "values",   "entry",     "entries", "row",    "rows",    "record",
                                        "records", "data",     "item",      "items",   "object", "objects", "key",
                                        "keys",    "document", "documents", "k",       "v"};
// What is found in one; where something is changed, it may be what is looked at before.
constexpr std::string_view kContents[] = {"json",    "result",  "results",  "doc", "copy",  "version",
                                          "payload", "content", "contents", "id",  "string"};
// How requests fail, and how often; only beside an outcome.
constexpr std::string_view kFailing[] = {
    "network",   "connection", "connections", "connectivity", "server",       "io",       "i",       "o",
    "socket",    "lost",       "reset",       "deadline",     "deadlock",     "exceeded", "sql",     "unexpected",
    "transient", "temporary",  "temporarily", "permanent",    "retry",        "retries",  "attempt", "attempts",
    "ms",        "sec",        "seconds",     "second",       "milliseconds", "minute",   "minutes", "refuses",
    "tcp",       "bad",        "cases",       "min",          "mins",         "hour",     "hours",   "day",
    "days"};
// What a branch may be called without a word of when it is taken.
constexpr std::string_view kNames[] = {
    "normal",   "normally", "usual", "usually", "common",  "rare",        "rarely",   "happy",    "sad",     "fast",
    "slow",     "quick",    "path",  "case",    "typical", "likely",      "unlikely", "most",     "often",   "mostly",
    "requests", "traffic",  "avg",   "average", "approx",  "precomputed", "pre",      "computed", "instant", "roughly"};
// Likewise, unless they stand right beside the outcome of a change: "option saved".
constexpr std::string_view kTitles[] = {
    "first", "second",  "third", "last", "next",   "way",   "ways",     "option",  "a",           "b",
    "c",     "d",       "good",  "bad",  "best",   "worst", "scenario", "variant", "alternative", "alternatively",
    "start", "started", "main",  "flow", "access", "visit", "step",     "default", "branch"};
// What is there, but too old or not whole.
constexpr std::string_view kAged[] = {
    "soft",      "softly",    "logical",    "logically",   "near",         "nearly", "almost",
    "soon",      "partial",   "partially",  "incomplete",  "incompletely", "fields", "corrupt",
    "corrupted", "tombstone", "tombstoned", "placeholder", "forced",       "early",  "probabilistically"};
// Where some entries that are there are not good enough.
constexpr std::string_view kFresh[] = {"fresh", "valid", "invalid",  "unexpired", "usable", "recent",  "current",
                                       "old",   "older", "expiring", "aged",      "dirty",  "uptodate"};
// A clause that begins so says what is done then.
constexpr std::string_view kActions[] = {
    "go",        "goes",    "use",    "uses",    "fall",     "falls",  "continue", "skip",     "ask",
    "asks",      "serve",   "serves", "respond", "responds", "done",   "log",      "logs",     "proceed",
    "end",       "stop",    "return", "returns", "refill",   "answer", "reply",    "ignore",   "rebuild",
    "recompute", "compute", "call",   "go",      "nothing",  "we",     "app",      "directly", "immediately",
    "give",      "retry",   "try",    "abort",   "throw",    "so",     "thus",     "therefore"};
// True of servers and connections, of people, of orders.
constexpr std::string_view kStates[] = {
    "offline",  "down",    "unhealthy",   "unavailable", "disconnected", "crashed", "crashes",      "denied", "refused",
    "rejected", "aborted", "unreachable", "confirmed",   "online",       "healthy", "unresponsive", "set"};
// Alone, too, true of people and orders rather than of a request.
constexpr std::string_view kPersonal[] = {"confirmed", "denied", "rejected", "set"};
// Of a change of another kind.
constexpr std::string_view kStoring[] = {"stored",   "saved",   "set",   "written",  "updated",
                                         "inserted", "created", "added", "committed"};
// Nouns of what deletes do, and of what sets do.
constexpr std::string_view kDeletions[] = {"deletion", "removal", "invalidation", "eviction", "dropping"};
constexpr std::string_view kChanges[] = {"insertion", "upsert", "commit", "write", "storing", "update", "change"};

bool names_verb(std::string_view word, Verb verb) {
  if (answers_of(verb) == Answers::kRemoves && is_in(kDeletions, word)) return true;
  const bool sets = stores(verb);
  if (sets && is_in(kChanges, singular(std::string(word)))) return true;
  if (!is_request_verb(word)) return false;
  const RequestWords asks = request_words(word);
  return asks.kind == RequestWords::Kind::kVerb && (asks.verb == verb || (sets && asks.verb == Verb::kSet));
}

bool names_any_server(const std::string& word) {
  const auto role = role_words(word).role;
  return is_store_word(word) || role == Role::kCache || role == Role::kDatabase;
}

// Whether a request with this verb is what a sign is likely about.
bool fits(const SignEntry& entry, Verb verb) {
  switch (answers_of(verb)) {
    case Answers::kFinds:
    case Answers::kFindsMarker:
      return !is_in(kStoring, entry.word);
    case Answers::kDone:
      return entry.sign != Sign::kGone && entry.sign != Sign::kConflict;
    case Answers::kTells:
      return true;
    case Answers::kIfAbsent:
    case Answers::kIfUnchanged:
    case Answers::kFindsSame:
    case Answers::kIfNewer:
      return entry.sign != Sign::kGone;
    case Answers::kRemoves:
      if (is_in(kStoring, entry.word)) return false;
      return entry.sign == Sign::kGone || side_of(entry.sign) == Side::kOther ? entry.sign != Sign::kConflict
                                                                              : entry.weak;
  }
  return true;
}

}  // namespace

bool says_reachable(std::string_view label) {
  constexpr std::string_view kReachable[] = {"available", "reachable", "up", "online", "healthy", "alive"};
  constexpr std::string_view kAround[] = {"is", "the", "server", "still", "and", "connection", "ok"};
  bool reachable = false;
  for (const std::string& word : split_words(label)) {
    if (is_in(kReachable, word))
      reachable = true;
    else if (!is_in(kAround, word) && !names_any_server(word))
      return false;
  }
  return reachable;
}

namespace {

// "price > 200"; no arrow, no tag.
bool compares(std::string_view text) {
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] != '<' && text[i] != '>') continue;
    if (text[i - 1] == '-' || text[i - 1] == '=' || text[i + 1] == '-' || text[i - 1] == '<') continue;
    const std::size_t next = text.find_first_not_of(" =", i + 1);
    if (next == std::string_view::npos) continue;
    if (is_digit(text[next]) || (text[i - 1] == ' ' && next > i + 1)) return true;
  }
  return false;
}

// Dashes and arrows end a clause of a label.
std::string dashes_as_commas(std::string_view text) {
  std::string result(text);
  for (const std::string_view dash : {" - ", " -- ", "–", "—", "→", "-->", "->", "=>"}) {
    for (std::size_t at = result.find(dash); at != std::string::npos; at = result.find(dash))
      result.replace(at, dash.size(), ", ");
  }
  return result;
}

class ClauseReader {
 public:
  ClauseReader(const Clause& clause, Verb verb, std::vector<std::string> named)
      : clause_(clause), verb_(verb), named_(std::move(named)) {}

  // `after_sign`: a clause before says an outcome. Whether one does now.
  bool read(BesideOutcome& beside, bool after_sign) {
    for (std::size_t i = 0; i < clause_.words.size(); ++i) i += word(i, beside) - 1;
    const bool of_server = server_ || verb_named_;
    if (!signs_ && !after_sign) say_other(failing_);
    if (signs_ && verb_ != Verb::kGet) say_other(title_);
    if (!state_.empty() && !of_server && (!thing_.empty() || is_in(kPersonal, state_)))
      say_other(thing_.empty() ? state_ : thing_);
    beside.names_request = beside.names_request || of_server || !thing_.empty();
    if (signs_ && beside.other.empty()) beside.other = other_;
    const bool is_condition = !signs_ && !other_.empty() && !(after_sign && is_action());
    beside.alternative =
        beside.alternative || (!other_.empty() && (conditional_ || (is_condition && clause_.after_or)));
    if (is_condition && beside.condition.empty()) {
      for (const std::string& word : clause_.words) beside.condition += (beside.condition.empty() ? "" : " ") + word;
    }
    return after_sign || signs_;
  }

  // "load it from the database"; not "or refresh", which says when.
  bool is_action() const {
    const std::string& first = clause_.words.front();
    const bool acts = is_in(kActions, first) || (is_request_verb(first) && !is_store_word(first));
    return acts && !clause_.after_or;
  }

 private:
  // Reads what begins at word `i`; how many words it is.
  std::size_t word(std::size_t i, BesideOutcome& beside) {
    const std::string& word = clause_.words[i];
    const bool aged = is_in(kAged, word) && !has_phrase(clause_.words, "near cache");
    const bool fresh = is_in(kFresh, word);
    beside.aged = beside.aged || aged;
    beside.fresh = beside.fresh || fresh;
    conditional_ = conditional_ || word == "if" || word == "when" || word == "unless" || word == "only";
    const bool is_column = i + 1 < clause_.words.size() && clause_.words[i + 1] == "at";  // "deleted_at"
    const auto sign = sign_at(clause_.words, i, verb_);
    if (sign && is_column && (is_in(kStoring, sign->entry.word) || sign->entry.sign == Sign::kGone)) {
      say_other(word);
      return 1;
    }
    if (sign) {
      sign_of(sign->entry, i, beside);
      return sign->words;
    }
    const bool is_named = is_in(named_, singular(word)) || is_in(named_, word);
    if (word != "local" && names_any_server(word)) {
      server_ = true;
    } else if (names_verb(word, verb_)) {
      verb_named_ = true;
    } else if (is_named) {
      thing_ = word;
    } else if (is_in(kFailing, word)) {
      failing_ = word;
    } else if (is_in(kTitles, word) && !is_reply_filler(word)) {
      title_ = word;
    } else if (!aged && !fresh && !is_negation(word) && !is_yes_or_no(word) && !says_nothing(word)) {
      say_other(word);
    }
    return 1;
  }

  void sign_of(const SignEntry& entry, std::size_t i, BesideOutcome& beside) {
    if (entry.sign == Sign::kValue && verb_ != Verb::kGet) {  // "the row" says nothing of a change
      if (!is_in(kThings, entry.word)) say_other(std::string(entry.word));
      return;
    }
    const bool is_negated = negated_before(i);
    signs_ = true;
    if (!fits(entry, verb_)) say_other(std::string(entry.word));
    verb_named_ = verb_named_ || (is_in(kStoring, entry.word) && !is_in(kPersonal, entry.word)) ||
                  entry.sign == Sign::kGone || is_hit_or_miss(entry);
    if (is_in(kStates, entry.word)) state_ = entry.word;
    if (is_negated) return;
    // "hit with null", "cached null": something is there that says that nothing is.
    const bool away = side_of(entry.sign) == Side::kAway;
    if (away && (hit_ || (cached_at_ + 1 == i && i > 0))) beside.aged = true;
    if (entry.word == "hit" || entry.word == "hits" || entry.word == "cachehit") hit_ = true;
    if (entry.word == "cached") cached_at_ = i;
  }

  // Only a cache is said to hit or miss.
  bool is_hit_or_miss(const SignEntry& entry) const {
    const bool in_hit = entry.word.starts_with("hit") || entry.word.starts_with("cache");
    return verb_ == Verb::kGet && (in_hit || entry.word.starts_with("miss"));
  }

  bool negated_before(std::size_t i) const {
    for (std::size_t back = 1; back <= 2 && back <= i; ++back)
      if (is_negation(clause_.words[i - back])) return true;
    return false;
  }

  bool says_nothing(const std::string& word) const {
    if (verb_ == Verb::kGet && is_in(kContents, word)) return true;
    if (is_picture(word)) return !is_cross(word) || !hit_;
    return is_digit(word.front()) || is_reply_filler(word) || is_in(kSmallWords, word) || is_in(kThings, word) ||
           is_in(kNames, word);
  }

  void say_other(const std::string& word) {
    if (other_.empty()) other_ = word;
  }

  const Clause& clause_;
  Verb verb_;
  const std::vector<std::string> named_;
  std::string other_;
  std::string state_;
  std::string thing_;    // that the request names
  std::string failing_;  // one of kFailing
  std::string title_;    // one of kTitles
  bool signs_ = false;
  bool server_ = false;
  bool verb_named_ = false;
  bool conditional_ = false;
  bool hit_ = false;
  std::size_t cached_at_ = static_cast<std::size_t>(-2);
};

// "changed meanwhile", "the row has changed since": nothing but how a comparison turned out.
bool compares_only(const Clause& clause, Verb verb) {
  constexpr std::string_view kCompared[] = {"changed", "unchanged", "modified", "differs",   "differ", "different",
                                            "newer",   "same",      "touched",  "untouched", "still",  "meanwhile",
                                            "since",   "then",      "between",  "in",        "by",     "somebody",
                                            "has",     "have",      "not",      "is",        "was",    "been"};
  const Answers answers = answers_of(verb);
  return (answers == Answers::kFindsSame || answers == Answers::kIfUnchanged) &&
         std::all_of(clause.words.begin(), clause.words.end(), [&](const std::string& word) {
           return is_in(kCompared, word) || is_in(kThings, word) || is_reply_filler(word);
         });
}

}  // namespace

BesideOutcome beside_outcome(std::string_view label, Verb verb, const std::vector<std::string>& named) {
  BesideOutcome beside;
  const std::string text = dashes_as_commas(label);
  bool says_outcome = false;
  for (const Clause& clause : clauses_of(text))
    says_outcome = (compares_only(clause, verb) || ClauseReader(clause, verb, named).read(beside, says_outcome));
  if (compares(text) && beside.other.empty()) {
    const std::vector<std::string> words = split_words(label);
    const bool counts = std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return word == "rows" || word == "affected" || word == "rowcount" || word == "updated";
    });
    if (!counts) beside.other = label;
  }
  return beside;
}

bool may_say_miss(std::string_view label) {
  constexpr std::string_view kMissOrFailure[] = {"fallo"};  // Spanish
  const std::vector<std::string> words = split_words(label);
  return words.size() == 1 && is_in(kMissOrFailure, words.front());
}

std::string outcome_clauses(std::string_view label, Verb verb) {
  std::string said;
  bool says_outcome = false;
  BesideOutcome unused;
  for (const Clause& clause : clauses_of(dashes_as_commas(label))) {
    ClauseReader reader(clause, verb, {});
    if (says_outcome && reader.is_action()) continue;
    says_outcome = reader.read(unused, says_outcome);
    for (const std::string& word : clause.words) said += word + " ";
  }
  return said;
}

std::vector<std::string> things_in(std::string_view label) {
  std::vector<std::string> things;
  for (const std::string& word : split_words(label)) {
    if (is_request_verb(word) || is_reply_filler(word) || is_in(kThings, word) || is_in(kContents, word) ||
        is_in(kSmallWords, word) || is_digit(word.front()) || names_any_server(word))
      continue;
    things.push_back(singular(word));
  }
  return things;
}

}  // namespace stalemate::model
