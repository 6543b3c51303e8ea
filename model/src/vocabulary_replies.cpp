// How a reply, or the label of a branch, says that a request turned out. Negations come first ("not found" is no
// "found"), and words such as "value" count only where nothing clearer is said.
#include <cstddef>

#include "vocabulary.hpp"

namespace stalemate::model {
namespace {

// What one or a few words of a reply say.
enum class Sign { kHit, kMiss, kNil, kExists, kAbsent, kValue, kOk, kConflict, kError, kTimeout };
struct SignEntry {
  std::string_view word;
  Sign sign;
  bool weak = false;
};
constexpr SignEntry kSigns[] = {
    {"hit", Sign::kHit},
    {"hits", Sign::kHit},
    {"found", Sign::kHit},
    {"exists", Sign::kExists},
    {"exist", Sign::kExists},
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
    {"cached", Sign::kValue, true},
    {"present", Sign::kValue, true},
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
    {"deleted", Sign::kOk, true},
    {"removed", Sign::kOk, true},
    {"invalidated", Sign::kOk, true},
    {"evicted", Sign::kOk, true},
    {"200", Sign::kOk, true},
    {"201", Sign::kOk, true},
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
    case Sign::kValue:
      return Sign::kAbsent;
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent:
      return Sign::kHit;
    case Sign::kOk:
      return Sign::kError;
    case Sign::kConflict:
    case Sign::kError:
    case Sign::kTimeout:
      return Sign::kOk;
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
    case Sign::kValue:
      return "a value";
    case Sign::kMiss:
    case Sign::kNil:
    case Sign::kAbsent:
      return "a miss";
    case Sign::kOk:
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

// What only a whole operation is answered: it was not done.
constexpr std::string_view kRefusals[] = {"rejected", "denied", "forbidden", "invalid", "retry", "unauthorized",
                                          "4xx",      "5xx",    "400",       "401",     "403",   "409",
                                          "412",      "422",    "423",       "429",     "502",   "504"};

}  // namespace

bool says_failure(std::string_view text) {
  const std::vector<std::string> words = split_words(text);
  bool fails = std::any_of(words.begin(), words.end(), [](const auto& word) { return is_in(kRefusals, word); });
  for (const FoundSign& found : signs_of(words, Verb::kSet)) {
    if (found.sign == Sign::kOk) return false;  // "200 or 409" says what else it may be
    fails = fails || found.sign == Sign::kError || found.sign == Sign::kTimeout || found.sign == Sign::kConflict;
  }
  return fails;
}

ReplyWords reply_words(std::string_view text, Verb verb) {
  const std::vector<std::string> words = split_words(text);
  const std::vector<FoundSign> signs = signs_of(words, verb);
  const bool either =
      is_in(words, "or") || text.find('/') != std::string_view::npos || text.find('|') != std::string_view::npos;
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
