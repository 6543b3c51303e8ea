// How a reply, or the label of a branch, says that a request turned out, by the signs in it (vocabulary_signs.hpp).
// A text that says a hit and a miss in one breath is unclear, and said to be.
#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/text.hpp"
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// What a sign says of a request with this verb; empty where it cannot turn out so.
Outcomes outcomes_of(Sign sign, Verb verb) {
  if (sign == Sign::kTimeout) return {Outcome::kTimeout};
  if (sign == Sign::kError) return {Outcome::kError, Outcome::kTimeout};
  if (sign == Sign::kGone && changes(verb)) sign = Sign::kOk;
  switch (answers_of(verb)) {
    case Answers::kFinds:
      if (sign == Sign::kOk) return {Outcome::kValue, Outcome::kMiss};
      if (sign == Sign::kConflict) return {};
      if (sign == Sign::kHit || sign == Sign::kExists || sign == Sign::kValue) return {Outcome::kValue};
      return {Outcome::kMiss};
    case Answers::kFindsMarker:
      if (sign == Sign::kOk) return {Outcome::kMarker, Outcome::kMiss};
      if (sign == Sign::kMiss || sign == Sign::kNil || sign == Sign::kAbsent || sign == Sign::kGone)
        return {Outcome::kMiss};
      return {Outcome::kMarker};
    case Answers::kDone:
      if (sign == Sign::kOk) return {Outcome::kOk};
      return {};
    case Answers::kIfAbsent:
      if (sign == Sign::kOk || sign == Sign::kAbsent) return {Outcome::kOk};
      if (sign == Sign::kValue || sign == Sign::kMiss) return {};
      return {Outcome::kConflict};
    // Memcached says EXISTS where another value stands there, NOT_FOUND where none does; Redis answers nil to EXEC.
    case Answers::kIfUnchanged:
    case Answers::kFindsSame:
    case Answers::kIfNewer:
      if (sign == Sign::kOk) return {Outcome::kOk};
      if (sign == Sign::kValue || sign == Sign::kHit) return {};
      return {Outcome::kConflict};
    case Answers::kTells:
      if (sign == Sign::kConflict) return {};
      return {Outcome::kOk};
    case Answers::kRemoves:
      if (sign == Sign::kValue || sign == Sign::kConflict) return {};
      return {Outcome::kOk};
  }
  return {};
}

std::string_view name_of(Sign sign) {
  switch (sign) {
    case Sign::kHit:
    case Sign::kExists:
    case Sign::kValue:
      return "a value";
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent:
    case Sign::kGone:
      return "a miss";
    case Sign::kOk:
    case Sign::kServes:
    case Sign::kAnswers:
      return "ok";
    case Sign::kConflict:
      return "a conflict";
    case Sign::kError:
      return "an error";
    case Sign::kTimeout:
      return "a timeout";
  }
  return "";
}

constexpr std::string_view kStaleWords[] = {"stale", "outdated"};

// What only a whole operation is answered: it was not done.
constexpr std::string_view kRefusals[] = {
    "rejected", "blocked", "denied", "forbidden", "invalid", "retry", "unauthorized", "4xx", "5xx", "400",
    "401",      "403",     "409",    "412",       "422",     "423",   "429",          "502", "504"};
// "the row, if any": what may be there or not.
bool says_if_any(const std::vector<std::string>& words) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    if (words[i] != "if") continue;
    const SignEntry* before = sign_entry(words[i - 1]);
    const bool named = before != nullptr && side_of(before->sign) == Side::kHere;
    if (named && (words[i + 1] == "any" || sign_entry(words[i + 1]) != nullptr)) return true;
  }
  return false;
}

// How old an entry is decides; "not stale" is said of any value.
bool says_stale(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_in(kStaleWords, words[i]) && (i == 0 || !is_negation(words[i - 1]))) return true;
  }
  return false;
}

bool is_about_outcomes(const std::string& word) {
  return sign_entry(word) != nullptr || is_negation(word) || is_yes_or_no(word) || is_reply_filler(word) ||
         is_store_word(word);
}

}  // namespace

AskedAndAnswered asked_and_answered(std::string_view label) {
  const std::string_view text = trim(label);
  std::size_t end = std::string_view::npos;  // of the request
  std::string_view reply;
  bool got = false;  // "…, got 12"
  for (const std::string_view arrow : {"=>", "-->", "->", "→"}) {
    const std::size_t at = text.rfind(arrow);
    if (at == std::string_view::npos || at == 0) continue;
    end = at;
    reply = text.substr(at + arrow.size());
    break;
  }
  constexpr std::string_view kGot[] = {"got", "gets", "returns", "returned", "receives", "received", "finds", "found"};
  if (const std::size_t comma = text.rfind(','); end == std::string_view::npos && comma != std::string_view::npos) {
    const std::vector<std::string> words = split_words(text.substr(comma + 1));
    if (!words.empty() && is_in(kGot, words.front())) {
      end = comma;
      reply = text.substr(comma + 1);
      got = true;
    }
  }
  if (const std::size_t open = text.rfind('(');
      end == std::string_view::npos && text.ends_with(')') && open != 0 && !is_word_byte(text[open - 1])) {
    end = open;
    reply = text.substr(open + 1, text.size() - open - 2);
  }
  if (end == std::string_view::npos) return {label, {}};
  const std::string_view request = trim(text.substr(0, end));
  const RequestWords asks = request_words(request);
  if (asks.kind != RequestWords::Kind::kVerb || asks.verb != Verb::kGet) return {label, {}};
  const ReplyWords says = reply_words(reply, Verb::kGet);
  const bool one = says.outcomes == Outcomes{Outcome::kMiss} || says.outcomes == Outcomes{Outcome::kValue};
  const bool plain = got || (!says.weak && says.plain);
  return one && plain && !says.unclear && !says.impossible ? AskedAndAnswered{request, trim(reply)}
                                                           : AskedAndAnswered{label, {}};
}

bool says_condition(std::string_view text) {
  const std::vector<std::string> words = split_words(text);
  constexpr std::string_view kConditions[] = {"if", "unless", "otherwise"};
  return !says_if_any(words) &&
         std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kConditions, word); });
}

bool says_failure(std::string_view text) {
  const std::vector<std::string> words = split_words(text);
  if (is_in(words, "marked") || is_in(words, "as")) return false;  // "marked as failed" is done
  bool fails = std::any_of(words.begin(), words.end(), [](const auto& word) { return is_in(kRefusals, word); });
  for (const FoundSign& found : signs_in(text, Verb::kSet)) {
    if (found.sign == Sign::kOk) return false;  // "200 or 409" says what else it may be
    fails = fails || found.sign == Sign::kError || found.sign == Sign::kTimeout || found.sign == Sign::kConflict;
  }
  return fails;
}

bool says_refusal(std::string_view text) {
  constexpr std::string_view kForAReason[] = {"blocked", "denied", "forbidden", "unauthorized", "401", "403"};
  std::string rest;
  bool refuses = false;
  for (const std::string& word : split_words(text)) {
    const bool reason = is_in(kForAReason, word);
    refuses = refuses || reason;
    if (!reason) rest += word + " ";
  }
  return refuses && !says_failure(rest);
}

// Whether a text says of what is watched that it has changed, or that it has not; none where it says neither.
static std::optional<bool> says_changed(const std::vector<std::string>& words) {
  if (is_in(words, "unchanged") || is_in(words, "untouched") || is_in(words, "unmodified") || is_in(words, "same"))
    return false;
  constexpr std::string_view kChanged[] = {"changed", "modified", "touched", "differs", "differ", "different", "newer"};
  const bool changed =
      std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kChanged, word); });
  if (!changed) return std::nullopt;
  return std::none_of(words.begin(), words.end(), [](const std::string& word) {
    return word == "not" || word == "nothing" || word == "nobody" || word == "hasnt" || word == "isnt" ||
           word == "wasnt";
  });
}

// What is said of a marker: that it is there, or that it is not; none where nothing is said of one.
static std::optional<bool> says_of_marker(const std::vector<std::string>& words, Verb verb, bool finds_marker) {
  constexpr std::string_view kFree[] = {"free", "unlocked", "released", "clear"};
  if (finds_marker && says_marker(words)) return true;
  if (verb != Verb::kExists) return std::nullopt;
  const bool denied = std::any_of(words.begin(), words.end(), [](const auto& word) { return is_negation(word); });
  const bool is_free = std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_in(kFree, word); });
  if (is_free) return denied;
  if (speaks_of_marker(words) || is_in(words, "taken") || is_in(words, "held") || has_phrase(words, "is in it"))
    return !denied;
  return std::nullopt;
}

// Of a lock that was asked for: whether it was got.
static std::optional<bool> says_got(const std::vector<std::string>& words) {
  constexpr std::string_view kGot[] = {"mine", "acquired", "got", "granted", "won", "obtained", "stored", "added"};
  constexpr std::string_view kNot[] = {"taken", "busy", "held", "locked", "denied"};
  const auto any = [&](const auto& table) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(table, word); });
  };
  const bool denied = std::any_of(words.begin(), words.end(), [](const auto& word) { return is_negation(word); });
  if (any(kGot) && !any(kNot)) return !denied;
  if (any(kNot) && !any(kGot) && !denied) return false;
  return std::nullopt;
}

ReplyWords reply_words(std::string_view text, Verb verb, const Finds& finds) {
  const std::vector<std::string> words = split_words(text);
  if (words.size() == 1 && words.front() == "not") return reply_words("not there", verb);  // "no está"
  std::vector<FoundSign> signs;
  if (answers_of(verb) == Answers::kIfAbsent && !words.empty() &&
      (words.back() == "1" || words.back() == "0")) {  // as SETNX answers
    signs.push_back({words.back() == "1" ? Sign::kOk : Sign::kConflict, false});
  } else if ((answers_of(verb) == Answers::kIfUnchanged || answers_of(verb) == Answers::kFindsSame) &&
             says_changed(words)) {
    signs.push_back({*says_changed(words) ? Sign::kConflict : Sign::kOk, false});
  } else {
    signs = signs_in(text, verb);
  }
  ReplyWords of_marker;
  of_marker.plain = true;
  if (const Outcomes of_lease = verb == Verb::kGet && finds.lease ? says_of_lease(words, finds) : Outcomes();
      !of_lease.empty()) {
    of_marker.outcomes = of_lease;
    return of_marker;
  }
  if (const auto there = says_of_marker(words, verb, finds.marker))
    return of_marker.outcomes.add(*there ? Outcome::kMarker : Outcome::kMiss), of_marker;
  if (const auto got = verb == Verb::kMarkIfAbsent ? says_got(words) : std::nullopt)
    return of_marker.outcomes.add(*got ? Outcome::kOk : Outcome::kConflict), of_marker;
  const bool either = is_in(words, "or") || is_in(words, "maybe") || is_in(words, "optional") || says_if_any(words) ||
                      text.find('/') != std::string_view::npos || text.find('|') != std::string_view::npos;
  bool strong = false;
  bool more_than_ok = false;
  for (const FoundSign& sign : signs) {
    strong = strong || !sign.weak;
    more_than_ok = more_than_ok || sign.sign != Sign::kOk;
  }
  ReplyWords result;
  result.weak = !strong;
  result.plain = std::all_of(words.begin(), words.end(), is_about_outcomes);
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
  if (verb == Verb::kGet && !result.outcomes.empty() && says_if_any(words)) result.outcomes.add(Outcome::kMiss);
  const auto says = [&](Side side) {
    return std::any_of(signs.begin(), signs.end(),
                       [&](const FoundSign& sign) { return side_of(sign.sign) == side && sign.weak == !strong; });
  };
  const bool both = says(Side::kHere) && says(Side::kAway);
  const bool crossed = says(Side::kHere) && !says(Side::kAway) && std::any_of(words.begin(), words.end(), is_cross);
  result.unclear = verb == Verb::kGet && ((both && !either) || says_stale(words) || crossed);
  return result;
}

Outcomes outcome_of_way(std::string_view text) {
  constexpr std::string_view kAround[] = {"cache", "the",    "a",    "on",    "case",    "scenario",   "path", "flow",
                                          "first", "second", "read", "reads", "request", "subsequent", "next", "in",
                                          "of",    "warm",   "cold", "with",  "and",     "data",       "found"};
  const std::vector<std::string> words = split_words(text);
  bool hit = false;
  bool miss = false;
  for (const std::string& word : words) {
    if (word == "hit" || word == "hits")
      hit = true;
    else if (word == "miss" || word == "misses")
      miss = true;
    else if (!is_in(kAround, word) && !(word.size() == 1) && word.find_first_not_of("0123456789") != std::string::npos)
      return {};
  }
  if (hit == miss) return {};
  return hit ? Outcomes{Outcome::kValue} : Outcomes{Outcome::kMiss};
}

}  // namespace stalemate::model
