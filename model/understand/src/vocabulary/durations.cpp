// The time to live that a label gives: by a command ("SETEX key 300 value", "EX 300"), by a word for it ("TTL 5 min",
// "expires in an hour"), or by a duration that can be nothing else ("for 5 min", "(60s)"). A number that belongs to a
// key or to a value is none.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr int kUnsaidSeconds = 60;
constexpr std::int64_t kSecondsMax = 1'000'000'000;

constexpr std::string_view kExpiryWords[] = {
    "ttl",      "ex",      "px",        "expire",   "expires",     "expiry",           "expiration",   "expiring",
    "setex",    "psetex",  "exat",      "pxat",     "expireat",    "pexpireat",        "maxage",       "timetolive",
    "lifetime", "smaxage", "expiresin", "expirein", "expireafter", "expireafterwrite", "expiresafter", "pexpire"};
constexpr std::string_view kPointsInTime[] = {"exat", "pxat", "expireat", "pexpireat"};
constexpr std::string_view kDenials[] = {"no", "without", "never", "not", "doesnt", "dont", "wont", "non"};
constexpr std::string_view kForEver[] = {"never", "none", "infinite", "infinity", "forever", "-1", "0", "off", "keep"};
constexpr std::string_view kBeforeDuration[] = {"of",   "is", "in",     "after", "to", "at",  "about", "approx", "set",
                                                "with", "as", "within", "value", "a",  "the", "short", "max"};
constexpr std::string_view kKeeps[] = {"for",   "keep",  "keeps",  "kept",  "hold",   "lives", "lasts",
                                       "valid", "store", "stored", "cache", "cached", "good"};
// A duration behind these says when something happens, not how long something stays.
constexpr std::string_view kOtherTimes[] = {"after", "in",   "every", "within", "than",
                                            "last",  "past", "wait",  "delay",  "of"};
constexpr std::string_view kVagueTimes[] = {"for a while", "for some time",  "for a short time",
                                            "for a bit",   "briefly",        "temporarily",
                                            "short lived", "until midnight", "time to live"};

struct Unit {
  std::string_view word;
  std::int64_t milliseconds;
};
constexpr std::int64_t kSecond = 1000;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;
constexpr Unit kUnits[] = {
    {"ms", 1},
    {"msec", 1},
    {"milli", 1},
    {"millis", 1},
    {"millisecond", 1},
    {"milliseconds", 1},
    {"s", kSecond},
    {"sec", kSecond},
    {"secs", kSecond},
    {"second", kSecond},
    {"seconds", kSecond},
    {"m", kMinute},
    {"min", kMinute},
    {"mins", kMinute},
    {"minute", kMinute},
    {"minutes", kMinute},
    {"h", kHour},
    {"hr", kHour},
    {"hrs", kHour},
    {"hour", kHour},
    {"hours", kHour},
    {"d", kDay},
    {"day", kDay},
    {"days", kDay},
    {"w", 7 * kDay},
    {"week", 7 * kDay},
    {"weeks", 7 * kDay},
    {"month", 30 * kDay},
    {"months", 30 * kDay},
};

struct NumberWord {
  std::string_view word;
  std::int64_t thousandths;
};
constexpr NumberWord kNumberWords[] = {
    {"a", 1000},       {"an", 1000},       {"one", 1000},     {"two", 2000},     {"three", 3000},  {"four", 4000},
    {"five", 5000},    {"six", 6000},      {"seven", 7000},   {"eight", 8000},   {"nine", 9000},   {"ten", 10000},
    {"twelve", 12000}, {"fifteen", 15000}, {"twenty", 20000}, {"thirty", 30000}, {"sixty", 60000}, {"half", 500}};

struct Token {
  std::string text;     // in lower case; empty: part of a key or a value, in which no time is looked for
  bool opens = false;   // "(" or another bracket stands before it
  bool closes = false;  // ... or behind it
};

std::optional<std::int64_t> unit(std::string_view word) {
  for (const std::string_view prefix : {"timeunit.", "chronounit.", "duration.", "of"}) {
    if (word.starts_with(prefix)) word.remove_prefix(prefix.size());
  }
  for (const Unit& entry : kUnits) {
    if (entry.word == word) return entry.milliseconds;
  }
  return std::nullopt;
}

std::string compact(std::string_view word) {
  std::string result;
  for (const char c : word) {
    if (c != '-' && c != '_') result += c;
  }
  return result;
}

bool is_expiry(std::string_view word) { return is_in(kExpiryWords, word); }

void add_token(std::string_view raw, std::vector<Token>& tokens) {
  while (!raw.empty() && (raw.back() == '.' || raw.back() == '!' || raw.back() == ':' || raw.back() == '?'))
    raw.remove_suffix(1);
  if (!raw.empty() && (raw.front() == '~' || raw.front() == '@')) raw.remove_prefix(1);
  if (raw.empty()) return;
  std::string word;
  for (const char c : raw) {
    if (c != '\'') word += lower(c);
  }
  if (word.empty()) return;
  if (is_expiry(compact(word))) return tokens.push_back({compact(word)});
  const std::size_t joint = word.find_first_of(":=");
  if (joint != std::string::npos) {
    const std::string left = compact(word.substr(0, joint));
    const std::string right = word.substr(word.find_last_of(":=") + 1);
    if (is_expiry(left) || unit(left)) {
      tokens.push_back({left});
      if (!right.empty()) tokens.push_back({right});
      return;
    }
    return tokens.push_back({""});
  }
  const bool starts_as_number = is_digit(word.front());
  if (word.find_first_of("_/{}") != std::string::npos && !starts_as_number) return tokens.push_back({""});
  tokens.push_back({word});
}

std::vector<Token> tokens_of(std::string_view label) {
  std::vector<Token> tokens;
  std::string_view brackets = "([{";
  bool opens = false;
  while (!label.empty()) {
    const std::size_t end = std::min(label.find_first_of(" \t,;()[]\"`"), label.size());
    const std::size_t before = tokens.size();
    add_token(label.substr(0, end), tokens);
    if (tokens.size() > before) {
      tokens[before].opens = opens;
      opens = false;
    }
    if (end == label.size()) break;
    if (brackets.find(label[end]) != std::string_view::npos) opens = true;
    if ((label[end] == ')' || label[end] == ']') && !tokens.empty()) tokens.back().closes = true;
    label.remove_prefix(end + 1);
  }
  return tokens;
}

struct Duration {
  std::int64_t milliseconds = 0;
  std::size_t tokens = 0;  // that it is made of
  bool has_unit = false;
};

// "300", "1.5", "1_000": thousandths and what is left of the word; none where it does not begin as a number.
std::optional<std::int64_t> leading_number(std::string_view& word) {
  constexpr std::int64_t kMost = 1'000'000'000'000'000;
  std::int64_t value = 0;
  std::size_t i = 0;
  for (; i < word.size() && (is_digit(word[i]) || (word[i] == '_' && i > 0)); ++i) {
    if (word[i] == '_') continue;
    value = std::min(value * 10 + (word[i] - '0'), kMost / 1000);
  }
  if (i == 0) return std::nullopt;
  value *= 1000;
  if (i + 1 < word.size() && word[i] == '.' && is_digit(word[i + 1])) {
    std::int64_t scale = 100;
    for (++i; i < word.size() && is_digit(word[i]); ++i, scale /= 10) value += (word[i] - '0') * scale;
  }
  word.remove_prefix(i);
  return value;
}

// `number` thousandths of a unit of so many milliseconds; both are bounded, the product is made so.
std::int64_t times(std::int64_t thousandths, std::int64_t milliseconds) {
  constexpr std::int64_t kMost = kSecondsMax * 1000;
  if (milliseconds != 0 && thousandths / 1000 > kMost / milliseconds) return kMost;
  return thousandths / 1000 * milliseconds + thousandths % 1000 * milliseconds / 1000;
}

// "5m", "1h30m", "60-90s", "5 min", "an hour", "half an hour", "minutes 5"; without a unit milliseconds are
// thousandths.
std::optional<Duration> duration_at(const std::vector<Token>& tokens, std::size_t at) {
  if (at >= tokens.size() || tokens[at].text.empty()) return std::nullopt;
  const auto unit_of = [&](std::size_t i) {
    return i < tokens.size() ? unit(tokens[i].text) : std::optional<std::int64_t>();
  };
  std::string_view word = tokens[at].text;
  for (const NumberWord& named : kNumberWords) {
    if (named.word != word) continue;
    std::size_t next = at + 1;
    if (named.word == "half" && next < tokens.size() && (tokens[next].text == "an" || tokens[next].text == "a")) ++next;
    if (const auto size = unit_of(next)) return Duration{times(named.thousandths, *size), next + 1 - at, true};
    return std::nullopt;
  }
  if (const auto size = unit(word); size && word.size() > 1 && at + 1 < tokens.size()) {
    std::string_view number = tokens[at + 1].text;  // ofMinutes(5)
    const auto count = leading_number(number);
    if (count && number.empty()) return Duration{times(*count, *size), 2, true};
    return std::nullopt;
  }
  auto count = leading_number(word);
  if (!count) return std::nullopt;
  if (word.empty()) {
    if (const auto size = unit_of(at + 1)) return Duration{times(*count, *size), 2, true};
    if (at + 2 < tokens.size() && tokens[at + 1].text == "*") {
      std::string_view factor = tokens[at + 2].text;
      const auto other = leading_number(factor);
      if (other && factor.empty()) return Duration{times(*count, *other), 3, false};
    }
    return Duration{*count, 1, false};
  }
  if (word.front() == '*') {
    word.remove_prefix(1);
    const auto other = leading_number(word);
    if (other && word.empty()) return Duration{times(*count, *other), 1, false};
    return std::nullopt;
  }
  std::int64_t sum = 0;
  while (true) {
    std::size_t letters = word.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
    const auto size = unit(word.substr(0, letters));
    if (!size) break;
    sum += times(*count, *size);
    if (letters == std::string_view::npos) return Duration{sum, 1, true};
    word.remove_prefix(letters);
    count = leading_number(word);
    if (!count) return std::nullopt;
  }
  // "60-90s", "60±10": the first number, in the unit at the end.
  const std::size_t last = word.find_last_not_of("abcdefghijklmnopqrstuvwxyz");
  const std::string_view tail = last == std::string_view::npos ? word : word.substr(last + 1);
  const bool spread = word.front() == '-' || word.front() == '+' || static_cast<unsigned char>(word.front()) >= 0x80;
  if (!spread || sum != 0) return std::nullopt;
  if (const auto size = unit(tail)) return Duration{times(*count, *size), 1, true};
  if (!tail.empty()) return std::nullopt;
  if (const auto size = unit_of(at + 1)) return Duration{times(*count, *size), 2, true};
  return Duration{*count, 1, false};
}

TimeToLive seconds(std::int64_t milliseconds) {
  return {static_cast<int>(std::min((milliseconds + 999) / 1000, kSecondsMax)), false};
}
constexpr TimeToLive kUnsaid = {kUnsaidSeconds, true};

// What the word for a time to live at `at` is given.
TimeToLive given_at(const std::vector<Token>& tokens, std::size_t at) {
  const std::string& word = tokens[at].text;
  if (is_in(kPointsInTime, word)) return kUnsaid;
  const bool in_milliseconds = word == "px" || word == "psetex" || word == "pexpire";
  const auto told = [&](const Duration& duration) {
    return seconds(duration.has_unit || !in_milliseconds ? duration.milliseconds : duration.milliseconds / 1000);
  };
  if (word == "setex" || word == "psetex") {  // key, time, value
    for (const std::size_t first : {at + 2, at + 1}) {
      for (std::size_t i = first; i < tokens.size(); ++i) {
        if (const auto duration = duration_at(tokens, i)) return told(*duration);
      }
    }
    return kUnsaid;
  }
  std::size_t next = at + 1;
  while (next < tokens.size() && next < at + 4 && !duration_at(tokens, next) &&
         is_in(kBeforeDuration, tokens[next].text))
    ++next;
  if (next < tokens.size() && is_in(kForEver, tokens[next].text)) return {};
  if (const auto duration = duration_at(tokens, next)) return told(*duration);
  for (std::size_t back = std::min<std::size_t>(at, 3); back > 0; --back) {
    const auto duration = duration_at(tokens, at - back);
    if (duration && duration->tokens == back) return told(*duration);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto duration = duration_at(tokens, i);
    if (duration && duration->has_unit) return told(*duration);
  }
  return kUnsaid;
}

}  // namespace

TimeToLive time_to_live(std::string_view label) {
  const std::vector<Token> tokens = tokens_of(label);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is_expiry(tokens[i].text)) continue;
    if (tokens[i].text == "ex" || tokens[i].text == "px") {
      constexpr std::string_view kStandsForIt[] = {"seconds", "secs",     "sec",      "ttl", "expiry", "expire", "time",
                                                   "timeout", "duration", "lifetime", "n",   "x",      "s",      "ms"};
      if (!duration_at(tokens, i + 1)) {  // "EX seconds", not "ex post"
        if (i > 0 && i + 1 < tokens.size() && is_in(kStandsForIt, tokens[i + 1].text)) return kUnsaid;
        continue;
      }
    }
    const bool denied =
        i > 0 &&
        (is_in(kDenials, tokens[i - 1].text) ||
         (i > 1 && (tokens[i - 1].text == "any" || tokens[i - 1].text == "a") && is_in(kDenials, tokens[i - 2].text)));
    if (denied) return {};
    return given_at(tokens, i);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto duration = duration_at(tokens, i);
    if (!duration || !duration->has_unit) continue;
    const std::size_t end = i + duration->tokens;
    const std::string_view before = i == 0 ? std::string_view() : std::string_view(tokens[i - 1].text);
    const bool in_brackets = tokens[i].opens && tokens[end - 1].closes;
    const bool at_end = end == tokens.size() && i > 0 && !is_in(kOtherTimes, before);
    if (in_brackets || is_in(kKeeps, before) || at_end) return seconds(duration->milliseconds);
  }
  const std::vector<std::string> words = split_words(label);
  for (const std::string_view vague : kVagueTimes) {
    if (has_phrase(words, vague)) return kUnsaid;
  }
  return {};
}

}  // namespace stalemate::model
