// The key that the label of a request to a cache names. Only what is plainly a key counts: the argument of a Redis
// command in capitals, a word such as "user:1" or "user:{id}", or "user_list" right after the command. Plain English
// ("get value") names none.
#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kSeparators = " \t,;()\"'`";
constexpr std::string_view kCommands[] = {"GET",   "SET",    "DEL",     "UNLINK", "SETEX", "PSETEX", "SETNX",
                                          "GETEX", "EXISTS", "HGET",    "HSET",   "HDEL",  "HSETNX", "HGETALL",
                                          "HMGET", "HMSET",  "MGET",    "MSET",   "ADD",   "PUT",    "DELETE",
                                          "READ",  "WRITE",  "REPLACE", "EVICT"};
// After a command in capitals, these go on in English.
constexpr std::string_view kNoKeys[] = {
    "a",       "an",     "the",      "it",    "its",          "this",           "that",   "all",          "from",
    "in",      "into",   "to",       "of",    "for",          "with",           "by",     "on",           "if",
    "and",     "or",     "new",      "old",   "key",          "keys",           "value",  "entry",        "cached",
    "data",    "item",   "row",      "fresh", "stale",        "cache",          "result", "object",       "record",
    "current", "latest", "previous", "async", "asynchronous", "asynchronously", "sync",   "synchronously"};

std::vector<std::string_view> tokens_of(std::string_view label) {
  std::vector<std::string_view> tokens;
  while (true) {
    const std::size_t begin = label.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return tokens;
    label.remove_prefix(begin);
    const std::size_t end = std::min(label.find_first_of(kSeparators), label.size());
    tokens.push_back(label.substr(0, end));
    label.remove_prefix(end);
  }
}

// "p" of "p=20".
std::string_view without_value(std::string_view token) {
  const std::size_t equals = token.find('=');
  return equals == 0 ? token : token.substr(0, equals);
}

// "user:1", "user:{id}", "item{7}"; neither "Redis:" nor a value such as "{a:1}", an address or a time of day. An
// object that goes on names a field of a query: "findUnique({ where: {id: 5} })".
bool looks_like_key(std::string_view token) {
  constexpr std::string_view kGoesOn = ":{[";
  if (token.front() == '{' && (token.back() == '}' || kGoesOn.find(token.back()) != std::string_view::npos))
    return false;
  if (token.find("//") != std::string_view::npos) return false;
  if (token.find_first_not_of("0123456789:.") == std::string_view::npos) return false;
  if (token.find('{') != std::string_view::npos) return true;
  if (starts_ignoring_case(token, "cache::") || starts_ignoring_case(token, "redis::")) return false;  // a method
  const std::size_t colon = token.find(':');
  return colon != std::string_view::npos && colon > 0 && token.back() != ':';
}

// The name of what is joined to a key: "email" of `+ user.email)`.
std::string joined_name(std::string_view after) {
  after = trim(after.substr(1));
  std::size_t end = 0;
  while (end < after.size() && (is_word_byte(after[end]) || after[end] == '.')) ++end;
  const std::string_view name = after.substr(0, end);
  return std::string(name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1));
}

// What stands in quotation marks right behind the command: get("recipe:7"), del 'list'.
std::optional<std::string> quoted_argument(std::string_view label) {
  const std::size_t open = label.find_first_of("\"'");
  if (open == 0 || open == std::string_view::npos) return std::nullopt;
  const std::string_view command = label.substr(0, open - 1);
  const char before = label[open - 1];
  if ((before != '(' && before != ' ') || command.find_first_of(" (") != std::string_view::npos) return std::nullopt;
  const std::size_t close = label.find(label[open], open + 1);
  if (close == std::string_view::npos || close == open + 1) return std::nullopt;
  const std::string_view inside = label.substr(open + 1, close - open - 1);
  if (inside.find(' ') != std::string_view::npos) return std::nullopt;
  const std::string_view after = trim(label.substr(close + 1));
  const bool goes_on = !after.empty() && (after.front() == '+' || after.front() == '.');
  return std::string(inside) + (goes_on ? "{" + joined_name(after) + "}" : "");
}

}  // namespace

std::string field_named(std::string_view label, Verb verb) {
  constexpr std::string_view kOfHashes[] = {"HGET", "HMGET", "HSET", "HMSET", "HSETNX", "HDEL"};
  constexpr std::string_view kOfAll[] = {"GET", "HGETALL"};
  const std::vector<std::string_view> tokens = tokens_of(label);
  if (tokens.size() < 2) return {};
  constexpr std::size_t kOnePair = 4;  // more are several fields
  const bool named = !is_in(kNoKeys, lower(tokens[1])) && tokens.size() <= kOnePair;
  if (named && is_in(kOfHashes, tokens[0])) return tokens.size() > 2 ? lower(tokens[2]) : std::string();
  const bool all = named && (is_in(kOfAll, tokens[0]) || verb == Verb::kGet);  // "get user"
  return all && tokens.size() == 2 ? std::string(kWholeEntry) : std::string();
}

std::vector<std::string> keys_named(std::string_view label) {
  std::vector<std::string> keys;
  for (const std::string_view token : tokens_of(label)) {
    if (looks_like_key(without_value(token))) keys.emplace_back(without_value(token));
  }
  return keys;
}

std::optional<std::string> key_named(std::string_view label) {
  if (auto key = quoted_argument(label)) return key;
  if (const std::vector<std::string> keys = keys_named(label); !keys.empty()) return keys.front();
  const std::vector<std::string_view> tokens = tokens_of(label);
  if (tokens.size() < 2) return std::nullopt;
  const std::string_view argument = tokens[1];
  // "GET a", "SET a 1": a key of one letter.
  const bool is_a = argument == "a" && (tokens.size() == 2 || is_digit(tokens[2].front()));
  if (is_in(kCommands, tokens[0]) && (is_a || !is_in(kNoKeys, lower(argument))))
    return std::string(without_value(argument));
  const std::size_t joint = argument.find('_');
  const bool joined = joint != std::string_view::npos && joint > 0 && joint + 1 < argument.size();
  if (joined && request_words(tokens[0]).kind == RequestWords::Kind::kVerb) return std::string(argument);
  return std::nullopt;
}

std::vector<std::string> further_parts(const std::string& label) {
  std::vector<std::string> parts(1);
  const bool is_command = label.starts_with("DEL ") || label.starts_with("UNLINK ");
  for (const std::string& token : split(label, ' ')) {
    if (token.empty()) continue;
    const std::string word = lower(token);
    const bool joint = word == "and" || word == "&" || word == "+" || word == ",";
    if (joint || is_command) parts.emplace_back();
    const std::string bare = token.substr(0, token.find_last_not_of(",;") + 1);
    if (!joint) parts.back() += (parts.back().empty() ? "" : " ") + bare;
    if (bare.size() < token.size() && !joint) parts.emplace_back();
  }
  parts.erase(parts.begin());
  return parts;
}

}  // namespace stalemate::model
