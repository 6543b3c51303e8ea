// The key that the label of a request to a cache names. Only what is plainly a key counts: the argument of a Redis
// command in capitals, a word such as "user:1" or "user:{id}", or "user_list" right after the command. Plain English
// ("get value") names none.
#include "source_text.hpp"
#include "vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kSeparators = " \t,;()\"'`<>";
constexpr std::string_view kCommands[] = {"GET",   "SET",    "DEL",     "UNLINK", "SETEX", "PSETEX", "SETNX",
                                          "GETEX", "EXISTS", "HGET",    "HSET",   "HDEL",  "HSETNX", "HGETALL",
                                          "HMGET", "HMSET",  "MGET",    "MSET",   "ADD",   "PUT",    "DELETE",
                                          "READ",  "WRITE",  "REPLACE", "EVICT"};
// After a command in capitals, these go on in English.
constexpr std::string_view kNoKeys[] = {"a",    "an",   "the", "it",    "its",   "this",  "that",   "all",    "from",
                                        "in",   "into", "to",  "of",    "for",   "with",  "by",     "on",     "if",
                                        "and",  "or",   "new", "old",   "key",   "keys",  "value",  "entry",  "cached",
                                        "data", "item", "row", "fresh", "stale", "cache", "result", "object", "record"};

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

// "user:1", "user:{id}", "item{7}"; neither "Redis:" nor a value such as "{a:1}", an address or a time of day.
bool looks_like_key(std::string_view token) {
  if (token.front() == '{' && token.back() == '}') return false;
  if (token.find("//") != std::string_view::npos) return false;
  if (token.find_first_not_of("0123456789:.") == std::string_view::npos) return false;
  if (token.find('{') != std::string_view::npos) return true;
  const std::size_t colon = token.find(':');
  return colon != std::string_view::npos && colon > 0 && token.back() != ':';
}

}  // namespace

std::optional<std::string> key_named(std::string_view label) {
  const std::vector<std::string_view> tokens = tokens_of(label);
  for (const std::string_view token : tokens) {
    if (looks_like_key(token)) return std::string(token);
  }
  if (tokens.size() < 2) return std::nullopt;
  const std::string_view argument = tokens[1];
  if (is_in(kCommands, tokens[0]) && !is_in(kNoKeys, lower(argument))) return std::string(argument);
  const std::size_t joint = argument.find('_');
  const bool joined = joint != std::string_view::npos && joint > 0 && joint + 1 < argument.size();
  if (joined && request_words(tokens[0]).kind == RequestWords::Kind::kVerb) return std::string(argument);
  return std::nullopt;
}

}  // namespace stalemate::model
