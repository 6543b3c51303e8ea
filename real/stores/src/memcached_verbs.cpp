// The table.
#include "memcached_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "redis_verbs.hpp"
#include "stores/text.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

constexpr std::size_t kKeyBytesMax = 250;

Decoded outcome(std::string_view word) { return {{{std::string(word), {}}, ""}}; }
Decoded strange(const MemcachedReply& reply) { return {{{"error", {}}, reply.line()}, false}; }

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What is not there, or not any more, is no less what was wanted.
Decoded done(const MemcachedReply& reply) {
  return is_one_of(reply.word(), {"HD", "NF", "STORED"}) ? outcome("ok") : strange(reply);
}

Decoded conflict_or_done(const MemcachedReply& reply) {
  // To change what is no number is refused by that word, and is not done.
  const bool is_no_number = reply.line().ends_with("non-numeric value");
  const bool is_conflict = is_one_of(reply.word(), {"NS", "EX", "NF", "NOT_STORED", "EXISTS", "NOT_FOUND"});
  return is_conflict || is_no_number ? outcome("conflict") : done(reply);
}

// With what a cas of one's own marker has to show.
Decoded marked(const MemcachedReply& reply) {
  Decoded decoded = conflict_or_done(reply);
  if (decoded.answer.reply.outcome == "ok") decoded.answer.token = reply.value_of('c');
  return decoded;
}

// decr leaves spaces behind a number that has become shorter.
std::string_view without_spaces(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

Decoded value_of_data(const MemcachedReply& reply) {
  if (!reply.data || reply.data->empty()) return outcome("miss");
  if (*reply.data == kMarkerText) return outcome("marker");
  if (const auto value = whole_number(without_spaces(*reply.data))) return {{{"value", value}, ""}};
  return {{{"error", {}}, "the value is not a whole number: " + first_line(*reply.data)}};
}

Decoded value_in(const MemcachedReply& reply) {
  if (!is_one_of(reply.word(), {"VALUE", "END"})) return strange(reply);
  Decoded decoded = value_of_data(reply);
  // The last word of a gets: what a cas has to show.
  if (reply.word() == "VALUE" && reply.words.size() == 5) decoded.answer.token = reply.words[4];
  return decoded;
}

Decoded lease_in(const MemcachedReply& reply) {
  if (reply.word() != "VA") return strange(reply);
  Decoded decoded = value_of_data(reply);
  const bool has_value = decoded.answer.reply.value.has_value();
  if (reply.has("W")) {
    decoded.answer.reply.outcome = has_value ? "won" : "granted";
    decoded.answer.token = reply.value_of('c');
  } else if (reply.has("Z")) {
    decoded.answer.reply.outcome = has_value ? "stale" : "denied";
  }
  return decoded;
}

Decoded marker_or_miss(const MemcachedReply& reply) {
  if (!is_one_of(reply.word(), {"VALUE", "END"})) return strange(reply);
  return outcome(reply.data && !reply.data->empty() ? "marker" : "miss");
}

Decoded generation_in(const MemcachedReply& reply) {
  Decoded decoded = value_in(reply);
  if (decoded.answer.reply.outcome == "marker")
    return {{{"error", {}}, "the generation is not a whole number: marker"}};
  if (!decoded.answer.error.empty()) return decoded;
  return {{{"ok", {}, {}, decoded.answer.reply.value.value_or(0)}, ""}};
}

constexpr MemcachedVerb kVerbs[] = {
    {"get", "", "get :key", value_in},
    {"get", "entry", "gets :key", value_in},
    {"get", "lease", "mg :key v c N:ttl", lease_in},
    {"set", "", "ms :key :size T:ttl|:value", done},
    {"add", "", "ms :key :size ME T:ttl|:value", conflict_or_done},
    {"delete", "", "md :key", done},
    {"set-if-unchanged", "entry", "cas :key 0 :ttl :size :token|:value", conflict_or_done},
    {"set-if-unchanged", "lease", "ms :key :size C:token T:ttl|:value", conflict_or_done},
    {"exists", "", "get :key", marker_or_miss},
    {"mark", "", "ms :key 6 T:ttl|marker", done},
    {"mark-if-absent", "", "ms :key 6 ME T:ttl|marker", conflict_or_done},
    {"mark-if-absent", "entry", "ms :key 6 ME T:ttl c|marker", marked},
    {"count-up", "", "ma :key N:ttl J1 D1 T:ttl", done},
    {"get-generation", "", "get :key", generation_in},
    {"mark-stale", "", "md :key I", done},
    {"increase", "", "ma :key N:ttl J:value D:value", done},
    {"increase-if-there", "", "ma :key D:value", conflict_or_done},
};

}  // namespace

bool MemcachedReply::has(std::string_view flag) const {
  return std::find(words.begin(), words.end(), flag) != words.end();
}

std::string MemcachedReply::value_of(char flag) const {
  for (std::size_t i = 1; i < words.size(); ++i)
    if (words[i].starts_with(flag)) return words[i].substr(1);
  return "";
}

std::string MemcachedReply::line() const { return fmt::format("{}", fmt::join(words, " ")); }

MemcachedReply read_memcached_reply(std::string_view bytes) {
  MemcachedReply reply;
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  for (std::string& word : split(first_line(bytes), ' '))
    if (!word.empty()) reply.words.push_back(std::move(word));
  const std::size_t at = reply.word() == "VA" ? 1 : reply.word() == "VALUE" ? 3 : 0;
  if (at == 0 || at >= reply.words.size()) return reply;
  const auto size = static_cast<std::size_t>(whole_number(reply.words[at]).value_or(0));
  reply.data = std::string(bytes.substr(std::min(end + 1, bytes.size()), size));
  return reply;
}

const MemcachedVerb* find_memcached_verb(std::string_view verb, std::string_view watch) {
  const auto* const found = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const MemcachedVerb& one) {
    return one.verb == verb && one.watch == watch;
  });
  return found == std::end(kVerbs) ? nullptr : found;
}

std::string memcached_request(const MemcachedVerb& verb, const Wanted& wanted, const std::string& prefix) {
  const std::string value = fmt::format("{}", wanted.value.value_or(0));
  const std::int64_t ttl = wanted.ttl ? std::min<std::int64_t>(*wanted.ttl, kExpiresAtMost.count()) : kStays.count();
  const std::string key = prefix + wanted.product;
  if (key.size() > kKeyBytesMax || key.find_first_of(" \r\n\t") != std::string::npos)
    throw InputError(fmt::format("a memcached takes no key of more than {} bytes or with spaces; call {} otherwise",
                                 kKeyBytesMax, wanted.product));
  const std::pair<std::string_view, std::string> parameters[] = {{":key", key},
                                                                 {":size", fmt::format("{}", value.size())},
                                                                 {":value", value},
                                                                 {":ttl", fmt::format("{}", ttl)},
                                                                 // Of who has none: no entry has it.
                                                                 {":token", wanted.token.empty() ? "0" : wanted.token}};
  std::string text(verb.request);
  for (const auto& [name, put] : parameters)
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + put.size()))
      text.replace(at, name.size(), put);
  if (const std::size_t bar = text.find('|'); bar != std::string::npos) text.replace(bar, 1, "\r\n");
  return text + "\r\n";
}

}  // namespace stalemate::real
