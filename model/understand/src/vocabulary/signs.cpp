// Which words are signs of an outcome, and how a clause turns them round. A text is read clause by clause. A negation
// turns round what it stands before ("not found in cache" is a miss, "not null" a hit), and a "no" or "false" behind it
// what was asked ("cached? no"); words such as "value" count only where nothing clearer is said. A long file: a third
// of it is tables.
#include "vocabulary/signs.hpp"
#include "base/text.hpp"

#include <algorithm>

#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr SignEntry kSigns[] = {
    {"hit", Sign::kHit},
    {"hits", Sign::kHit},
    {"found", Sign::kHit},
    {"exists", Sign::kExists},
    {"exist", Sign::kExists},
    {"existent", Sign::kExists},
    {"existing", Sign::kExists, true},
    {"cachehit", Sign::kHit},
    {"there", Sign::kExists, true},
    {"find", Sign::kHit, true},
    {"finds", Sign::kHit, true},
    {"contains", Sign::kHit, true},
    {"contain", Sign::kHit, true},
    {"holds", Sign::kHit, true},
    {"has", Sign::kHit, true},
    {"have", Sign::kHit, true},
    {"match", Sign::kHit, true},
    {"matches", Sign::kHit, true},
    {"warm", Sign::kHit, true},
    {"cachemiss", Sign::kMiss},
    {"notfound", Sign::kMiss},
    {"nonexistent", Sign::kAbsent},
    {"inexistent", Sign::kAbsent},
    {"uncached", Sign::kAbsent},
    {"blank", Sign::kAbsent},
    {"gone", Sign::kAbsent},
    {"cold", Sign::kAbsent},
    {"miss", Sign::kMiss},
    {"missed", Sign::kMiss},
    {"misses", Sign::kMiss},
    {"nil", Sign::kNil},
    {"null", Sign::kNil},
    {"none", Sign::kNil},
    {"undefined", Sign::kNil},
    {"missing", Sign::kAbsent},
    {"absent", Sign::kAbsent},
    {"empty", Sign::kAbsent},
    {"404", Sign::kMiss},
    {"expired", Sign::kAbsent},
    {"conflict", Sign::kConflict},
    {"duplicate", Sign::kConflict},
    {"already", Sign::kConflict},
    {"timeout", Sign::kTimeout},
    {"timeouts", Sign::kTimeout},
    {"unreachable", Sign::kTimeout},
    {"unresponsive", Sign::kTimeout},
    {"reachable", Sign::kServes, true},
    {"responding", Sign::kAnswers, true},
    {"respond", Sign::kAnswers, true},
    {"responds", Sign::kAnswers, true},
    {"responded", Sign::kAnswers, true},
    {"response", Sign::kAnswers, true},
    {"answer", Sign::kAnswers, true},
    {"answers", Sign::kAnswers, true},
    {"answered", Sign::kAnswers, true},
    {"reply", Sign::kAnswers, true},
    {"replies", Sign::kAnswers, true},
    {"connect", Sign::kServes, true},
    {"connection", Sign::kServes, true},
    {"online", Sign::kServes, true},
    {"healthy", Sign::kServes, true},
    {"error", Sign::kError},
    {"errors", Sign::kError},
    {"fail", Sign::kError},
    {"fails", Sign::kError},
    {"failed", Sign::kError},
    {"failure", Sign::kError},
    {"exception", Sign::kError},
    {"unavailable", Sign::kError},
    {"down", Sign::kError},
    {"refused", Sign::kError},
    {"rejected", Sign::kError},
    {"denied", Sign::kError},
    {"offline", Sign::kError},
    {"disconnected", Sign::kError},
    {"crashed", Sign::kError},
    {"crashes", Sign::kError},
    {"unhealthy", Sign::kError},
    {"aborted", Sign::kError},
    {"unsuccessful", Sign::kError},
    {"500", Sign::kError},
    {"503", Sign::kError},
    {"value", Sign::kValue, true},
    {"values", Sign::kValue, true},
    {"data", Sign::kValue, true},
    {"row", Sign::kValue, true},
    {"rows", Sign::kValue, true},
    {"result", Sign::kValue, true},
    {"results", Sign::kValue, true},
    {"cached", Sign::kValue},
    {"present", Sign::kExists},
    {"available", Sign::kValue, true},
    {"entry", Sign::kValue, true},
    {"item", Sign::kValue, true},
    {"record", Sign::kValue, true},
    {"object", Sign::kValue, true},
    {"key", Sign::kValue, true},
    {"json", Sign::kValue, true},
    {"ok", Sign::kOk, true},
    {"okay", Sign::kOk, true},
    {"done", Sign::kOk, true},
    {"success", Sign::kOk, true},
    {"successful", Sign::kOk, true},
    {"succeeds", Sign::kOk, true},
    {"succeeded", Sign::kOk, true},
    {"ack", Sign::kOk, true},
    {"acked", Sign::kOk, true},
    {"acknowledged", Sign::kOk, true},
    {"confirmed", Sign::kOk, true},
    {"stored", Sign::kOk, true},
    {"saved", Sign::kOk, true},
    {"set", Sign::kOk, true},
    {"written", Sign::kOk, true},
    {"updated", Sign::kOk, true},
    {"inserted", Sign::kOk, true},
    {"created", Sign::kOk, true},
    {"added", Sign::kOk, true},
    {"committed", Sign::kOk, true},
    {"commit", Sign::kOk, true},
    {"deleted", Sign::kGone, true},
    {"removed", Sign::kGone, true},
    {"invalidated", Sign::kGone, true},
    {"evicted", Sign::kGone, true},
    {"200", Sign::kOk, true},
    {"201", Sign::kOk, true},
    {"204", Sign::kOk, true},
};
constexpr std::string_view kNegations[] = {
    "not",  "no",     "never",   "without", "isnt",    "doesnt",  "wasnt",  "didnt",   "non",    "arent",
    "0",    "zero",   "cant",    "cannot",  "couldnt", "hasnt",   "havent", "hadnt",   "wont",   "werent",
    "dont", "unless", "nothing", "none",    "nor",     "neither", "lacks",  "lacking", "unable", "unknown"};
constexpr std::size_t kNegationReachWords = 3;
// What they say alone: "found nothing".
constexpr std::string_view kNothing[] = {"nothing", "none"};
constexpr std::string_view kBehindNothing[] = {"there", "here", "yet", "back", "returned", "at", "all"};
constexpr std::string_view kNo[] = {"no", "false", "nope"};
constexpr std::string_view kYes[] = {"yes", "true", "yep"};
// "rows: 0"; not "value = 0".
constexpr std::string_view kCounted[] = {"row",  "rows",    "result", "results", "record",  "records",
                                         "hits", "matches", "exists", "found",   "entries", "keys"};
// What a number before them counts.
constexpr std::string_view kCounting[] = {"rows",    "results", "records", "hits",   "matches", "entries",
                                          "keys",    "items",   "users",   "orders", "ms",      "bytes",
                                          "percent", "times",   "others",  "more"};
constexpr std::string_view kStores[] = {"cache",    "redis", "memcached", "valkey", "db",   "database",
                                        "postgres", "mysql", "table",     "store",  "here", "memory"};
// What stands in a label beside words such as "value" without saying anything else of it.
constexpr std::string_view kFillers[] = {
    "the",      "a",      "an",   "is",     "are",   "was",   "were", "it",       "its",     "in",   "from",
    "of",       "for",    "on",   "if",     "when",  "with",  "to",   "returned", "returns", "got",  "gets",
    "received", "comes",  "back", "at",     "all",   "yet",   "any",  "more",     "then",    "else", "case",
    "still",    "this",   "that", "be",     "or",    "and",   "does", "do",       "did",     "read", "reads",
    "does",     "longer", "such", "stored", "there", "cache", "and",  "by"};

// The bytes at `i` that say that something is more than nothing: "> 0", "!= 0", ">= 1"; 0 where none do.
std::size_t more_than_nothing(std::string_view text, std::size_t i) {
  for (const auto& [sign, number] :
       {std::pair(">=", '1'), std::pair("!=", '0'), std::pair("<>", '0'), std::pair(">", '0')}) {
    const std::string_view comparison = sign;
    if (text.substr(i, comparison.size()) != comparison) continue;
    const std::size_t from = text.find_first_not_of(' ', i + comparison.size());
    if (from == std::string_view::npos || text[from] != number) continue;
    if (from + 1 == text.size() || (!is_word_byte(text[from + 1]) && text[from + 1] != '.')) return from + 1 - i;
  }
  return 0;
}

// "!=" and "!cached" in words, "==" and "=" as "is", "> 0" left out, "(yet)" without its brackets.
std::string operators_in_words(std::string_view text) {
  std::string result;
  const auto at = [&](std::size_t i) { return i < text.size() ? text[i] : ' '; };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (const std::size_t bytes = more_than_nothing(text, i); bytes > 0) {
      result += " more ";
      i += bytes - 1;
    } else if (text.substr(i, 5) == "(yet)") {
      result += " yet ";
      i += 4;
    } else if (text.substr(i, 2) == "!=" || text.substr(i, 2) == "<>") {
      result += " not ";
      while (at(i + 1) == '=' || at(i + 1) == '>') ++i;
    } else if (text[i] == '=') {
      result += " is ";
      while (at(i + 1) == '=') ++i;
    } else if (text[i] == '!' && (is_word_byte(at(i + 1)) || at(i + 1) == '(' || at(i + 1) == '!')) {
      result += " not ";
      if (at(i + 1) == '(') ++i;
    } else {
      result += text[i];
    }
  }
  return result;
}

Sign negated(Sign sign, Verb verb) {
  switch (sign) {
    case Sign::kHit:
    case Sign::kExists:
    case Sign::kValue:
      return Sign::kAbsent;
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent:
      return Sign::kHit;
    case Sign::kGone:
      return changes(verb) ? Sign::kError : Sign::kHit;
    case Sign::kOk:
      return answers_of(verb) == Answers::kIfAbsent || answers_of(verb) == Answers::kIfUnchanged ||
                     answers_of(verb) == Answers::kFindsSame
                 ? Sign::kConflict
                 : Sign::kError;
    case Sign::kServes:
      return Sign::kError;
    case Sign::kAnswers:
      return Sign::kTimeout;
    case Sign::kConflict:
    case Sign::kError:
    case Sign::kTimeout:
      return Sign::kOk;
  }
  return sign;
}

}  // namespace

Side side_of(Sign sign) {
  switch (sign) {
    case Sign::kHit:
    case Sign::kExists:
    case Sign::kValue:
      return Side::kHere;
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent:
    case Sign::kGone:
      return Side::kAway;
    default:
      return Side::kOther;
  }
}

const SignEntry* sign_entry(std::string_view word) {
  for (const SignEntry& entry : kSigns) {
    if (entry.word == word) return &entry;
  }
  return nullptr;
}

std::optional<SignAt> sign_at(const std::vector<std::string>& words, std::size_t i, Verb verb) {
  const auto word = [&](std::size_t j) { return j < words.size() ? std::string_view(words[j]) : std::string_view(); };
  if ((word(i) == "timed" || word(i) == "times" || word(i) == "time") && word(i + 1) == "out")
    return SignAt{{"timeout", Sign::kTimeout, false}, 2};
  if ((word(i) == "in" || word(i) == "from") && verb != Verb::kSet) {  // "saved in the database" says where
    std::size_t where = i + 1;
    while (word(where) == "the" || word(where) == "our" || word(where) == "its") ++where;
    if (is_in(kStores, word(where)) && word(where) != "here")
      return SignAt{{"in cache", Sign::kHit, word(i) == "from"}, where - i + 1};
  }
  const SignEntry* entry = sign_entry(words[i]);
  if (entry == nullptr) return std::nullopt;
  if (is_digit(entry->word.front()) && is_in(kCounting, word(i + 1))) return std::nullopt;  // "500 items"
  if (entry->word == "cached" && stores(verb)) return SignAt{{entry->word, Sign::kOk, true}, 1};
  if (entry->word == "available") {  // of the server; else of what was asked for
    const bool of_server = i > 0 && std::any_of(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(i),
                                                [](const std::string& before) { return is_in(kStores, before); });
    if (of_server) return SignAt{{entry->word, Sign::kServes, true}, 1};
  }
  return SignAt{*entry, 1};
}

namespace {

// "isHit()" and "contains(k)" are called, and what they return is said behind: the brackets are no remark.
std::string without_calls(std::string_view text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t close = text[i] == '(' && i > 0 && is_word_byte(text[i - 1]) ? text.find(')', i) : text.npos;
    const std::string_view behind = close == text.npos ? std::string_view() : trim(text.substr(close + 1));
    const auto begins = [&](std::string_view sign) { return behind.starts_with(sign); };
    const bool returns = begins("=") || begins("-> ") || begins("is ") || begins("returns ") || begins("returned ");
    if (!returns) {
      kept += text[i];
      continue;
    }
    i = close;
  }
  return kept;
}

}  // namespace

std::vector<Clause> clauses_of(std::string_view text) {
  std::vector<Clause> clauses(1);
  std::string part;
  const auto flush = [&](bool after_or) {
    for (const std::string& word : split_words(part)) {
      if (word == "and" || word == "or" || word == "but" || word == "then") {
        clauses.push_back({{}, word == "or"});
      } else {
        clauses.back().words.push_back(word);
      }
    }
    part.clear();
    clauses.push_back({{}, after_or});
  };
  for (const char c : operators_in_words(without_calls(text))) {
    if (std::string_view(",;:?()[]/|").find(c) == std::string_view::npos) {
      part += c;
    } else {
      flush(c == '/' || c == '|');
    }
  }
  flush(false);
  std::vector<Clause> kept;
  for (Clause& clause : clauses) {
    if (clause.words.empty()) {
      continue;
    }
    const bool answers = clause.words.size() == 1 && (is_in(kNo, clause.words[0]) || is_in(kYes, clause.words[0]) ||
                                                      clause.words[0] == "0" || clause.words[0] == "zero");
    if (answers && !kept.empty()) {
      kept.back().words.push_back(clause.words[0]);  // "cached? no"
    } else {
      kept.push_back(std::move(clause));
    }
  }
  return kept;
}

namespace {

// The signs of one clause. `carried`: the side that an "or" before hands a negation on for ("not null or empty").
std::vector<FoundSign> signs_of(const Clause& clause, Verb verb, std::optional<Side>& carried) {
  const std::vector<std::string>& words = clause.words;
  std::vector<FoundSign> found;
  std::optional<Side> turned = clause.after_or ? carried : std::nullopt;  // what a negation went on to turn round
  bool pending = false;
  std::size_t since = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto sign = sign_at(words, i, verb);
    if (!sign) {
      const bool last = i + 1 == words.size();
      if (is_in(kNothing, words[i]) && (last || is_in(kBehindNothing, words[i + 1]))) {
        // "found nothing", "nothing there"
        while (!found.empty() && side_of(found.back().sign) == Side::kHere) found.pop_back();
        found.push_back({Sign::kNil, false});
        break;
      }
      const bool answers_no =
          last && !found.empty() &&
          (is_in(kNo, words[i]) ||
           ((words[i] == "0" || words[i] == "zero") &&
            std::any_of(words.begin(), words.end(), [](const auto& word) { return is_in(kCounted, word); })));
      if (answers_no) {
        for (FoundSign& before : found) before = {negated(before.sign, verb), false};
      } else if (is_in(kNegations, words[i])) {
        pending = !pending;
        since = 0;
      } else if (pending && ++since > kNegationReachWords) {
        pending = false;
      }
      continue;
    }
    const SignEntry& entry = sign->entry;
    const Side side = side_of(entry.sign);
    i += sign->words - 1;
    if (entry.sign == Sign::kNil && is_in(kNothing, entry.word) && i + 1 < words.size() && !pending &&
        sign_at(words, i + 1, verb)) {
      pending = true;  // "none found"
      since = 0;
      continue;
    }
    // "found null", "value is null": what was named before is what is not there.
    if (side == Side::kAway && !pending)
      while (!found.empty() && side_of(found.back().sign) == Side::kHere) found.pop_back();
    const bool after_no_object = pending && side == Side::kHere;
    if (pending || (turned && *turned == side && side != Side::kOther)) {
      // "found no rows"
      if (after_no_object)
        while (!found.empty() && side_of(found.back().sign) == Side::kHere) found.pop_back();
      found.push_back({negated(entry.sign, verb), false});
      turned = side;
      pending = false;
      continue;
    }
    if (entry.sign == Sign::kServes || entry.sign == Sign::kAnswers) continue;  // say nothing of a request
    found.push_back({entry.sign, entry.weak});
  }
  carried = turned;
  return found;
}

}  // namespace

std::vector<FoundSign> signs_in(std::string_view text, Verb verb) {
  std::vector<FoundSign> signs;
  std::optional<Side> carried;
  for (const Clause& clause : clauses_of(text)) {
    for (const FoundSign& sign : signs_of(clause, verb, carried)) signs.push_back(sign);
  }
  return signs;
}

bool is_negation(std::string_view word) { return is_in(kNegations, word); }
bool is_yes_or_no(std::string_view word) { return is_in(kNo, word) || is_in(kYes, word); }
bool is_store_word(std::string_view word) { return is_in(kStores, word); }
bool is_reply_filler(std::string_view word) { return is_in(kFillers, word); }

}  // namespace stalemate::model
