// The table.
#include "redis_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/invariant.hpp"
#include "base/text.hpp"
#include "stores/text.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

std::string_view text_of(const redisReply& reply) {
  return reply.str == nullptr ? std::string_view() : std::string_view(reply.str, reply.len);
}
bool is_nil(const redisReply& reply) { return reply.type == REDIS_REPLY_NIL; }

Decoded outcome(std::string_view word) { return {{{std::string(word), {}}, ""}}; }
Decoded refused(std::string why) { return {{{"error", {}}, std::move(why)}, false}; }

// An integer, or a text that is one; nil is 0.
std::optional<std::int64_t> number_in(const redisReply& reply) {
  if (reply.type == REDIS_REPLY_INTEGER) return reply.integer;
  return is_nil(reply) ? 0 : whole_number(text_of(reply));
}

Decoded done(const redisReply&) { return outcome("ok"); }

// Nil, or that none was stored.
Decoded conflict_or_done(const redisReply& reply) {
  if (is_nil(reply) || (reply.type == REDIS_REPLY_INTEGER && reply.integer == 0)) return outcome("conflict");
  return done(reply);
}

Decoded value_in_text(const redisReply& reply) {
  if (is_nil(reply)) return outcome("miss");
  if (reply.type == REDIS_REPLY_INTEGER) return {{{"value", reply.integer}, ""}};
  if (reply.type != REDIS_REPLY_STRING) return refused("a reply that answers no get");
  if (text_of(reply) == kMarkerText) return outcome("marker");
  if (const std::optional<std::int64_t> value = whole_number(text_of(reply))) return {{{"value", value}, ""}};
  return {{{"error", {}}, "the value is not a whole number: " + first_line(text_of(reply))}};
}

// Of a record: its value, marker and version.
Decoded value_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 3) return value_in_text(reply);
  Decoded decoded = value_in_text(*reply.element[0]);
  if (decoded.answer.reply.outcome == "miss" && !is_nil(*reply.element[1])) return outcome("marker");
  if (decoded.answer.reply.outcome == "value") decoded.answer.reply.version = number_in(*reply.element[2]);
  return decoded;
}

// How it went with the lease, the value or nil, its version or nil, the lease's token or nil.
Decoded lease_in(const redisReply& reply) {
  if (reply.type != REDIS_REPLY_ARRAY || reply.elements != 4)
    return refused("a reply that answers no get with its lease");
  Decoded decoded = outcome(text_of(*reply.element[0]));
  if (!is_nil(*reply.element[1])) {
    decoded.answer.reply.value = number_in(*reply.element[1]);
    decoded.answer.reply.version = number_in(*reply.element[2]);
  }
  decoded.answer.token = text_of(*reply.element[3]);
  return decoded;
}

Decoded marker_or_miss(const redisReply& reply) { return outcome(reply.integer == 1 ? "marker" : "miss"); }

Decoded generation_in(const redisReply& reply) {
  const std::optional<std::int64_t> count = number_in(reply);
  if (!count) return {{{"error", {}}, "the generation is not a whole number: " + first_line(text_of(reply))}};
  Decoded decoded = outcome("ok");
  decoded.answer.reply.generation = count;
  return decoded;
}

// Nil: something that was watched had changed. An error: nothing was watched.
Decoded executed(const redisReply& reply) {
  if (is_nil(reply) || reply.type == REDIS_REPLY_ERROR) return outcome("conflict");
  for (std::size_t i = 0; i < reply.elements; ++i)
    if (reply.element[i]->type == REDIS_REPLY_ERROR) return refused(first_line(text_of(*reply.element[i])));
  return done(reply);
}

// What every script takes. KEYS: the other entry (or the first one again), then those that it is about. A set makes
// all of an entry anew; what is beside a value is gone then.
constexpr std::string_view kArguments = R"(
local other, first = KEYS[1], KEYS[2]
local value, ttl, number, token = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local function live(key) if ttl > 0 then redis.call('EXPIRE', key, ttl) end return 1 end
local function put_text(key, text) redis.call('SET', key, text) return live(key) end
local function put_record(key, field, what)
  redis.call('DEL', key)
  redis.call('HSET', key, field, what)
  if number then redis.call('HSET', key, 'version', number) end
  return live(key)
end
)";

constexpr std::string_view kSet = "for i = 2, #KEYS do put_text(KEYS[i], value) end return 1";
constexpr std::string_view kSetRecord = "for i = 2, #KEYS do put_record(KEYS[i], 'value', value) end return 1";
constexpr std::string_view kDelete = "return redis.call('DEL', unpack(KEYS, 2))";
constexpr std::string_view kLease = R"(
local held, stale, lease = unpack(redis.call('HMGET', first, 'value', 'stale', 'lease'))
local version = held and redis.call('HGET', first, 'version')
if held and not stale then return {'value', held, version, false} end
if lease then return {held and 'stale' or 'denied', held, version, false} end
local now = redis.call('TIME')
local given = now[1] .. '.' .. now[2] .. '-' .. redis.call('INCR', other)
redis.call('HSET', first, 'lease', given)
return {held and 'won' or 'granted', held, version, given})";
constexpr std::string_view kSetByLease = R"(
if token == '' or redis.call('HGET', first, 'lease') ~= token then return 0 end
return put_record(first, 'value', value))";
constexpr std::string_view kMarkStale = R"(
for i = 2, #KEYS do
  redis.call('HDEL', KEYS[i], 'lease')
  if redis.call('HEXISTS', KEYS[i], 'value') == 1 then redis.call('HSET', KEYS[i], 'stale', 1) end
end
return 1)";
constexpr std::string_view kSetUnless =
    "if redis.call('EXISTS', other) == 1 then return 0 end return put_text(first, value)";
constexpr std::string_view kSetRecordUnless =
    "if redis.call('EXISTS', other) == 1 then return 0 end return put_record(first, 'value', value)";
constexpr std::string_view kAddRecord =
    "if redis.call('EXISTS', first) == 1 then return 0 end return put_record(first, 'value', value)";
constexpr std::string_view kMarkRecord = "return put_record(first, 'marker', 1)";
constexpr std::string_view kMarkRecordIfAbsent =
    "if redis.call('EXISTS', first) == 1 then return 0 end return put_record(first, 'marker', 1)";
constexpr std::string_view kSetIfNewer = R"(
if redis.call('EXISTS', first) == 1 and tonumber(redis.call('HGET', first, 'version') or 0) >= number then return 0 end
return put_record(first, 'value', value))";
constexpr std::string_view kMarkIfNewer = R"(
if redis.call('EXISTS', first) == 1 and tonumber(redis.call('HGET', first, 'version') or 0) >= number then return 0 end
return put_record(first, 'marker', 1))";
constexpr std::string_view kCountUp = "redis.call('INCR', first) return live(first)";
constexpr std::string_view kCountUpRecord = "redis.call('HINCRBY', first, 'generation', 1) return live(first)";
constexpr std::string_view kDeleteAndCountUp = "redis.call('DEL', first) redis.call('INCR', other) return live(other)";
// Counted first: a hash whose last field goes is gone, and with it its time to live.
constexpr std::string_view kDeleteAndCountUpRecord = R"(
redis.call('HINCRBY', other, 'generation', 1)
redis.call('HDEL', first, 'value', 'marker', 'version', 'stale', 'lease')
if first ~= other then redis.call('DEL', first) end
return live(other))";
constexpr std::string_view kSetIfGeneration = R"(
if tonumber(redis.call('GET', other) or 0) ~= number then return 0 end
return put_text(first, value))";
constexpr std::string_view kSetRecordIfGeneration = R"(
if tonumber(redis.call('HGET', other, 'generation') or 0) ~= number then return 0 end
number = nil
if first ~= other then return put_record(first, 'value', value) end
redis.call('HDEL', first, 'marker', 'version')
redis.call('HSET', first, 'value', value)
return live(first))";
constexpr std::string_view kIncreaseIfThere = R"(
local held = redis.call('GET', first)
if not held or not tonumber(held) then return 0 end
redis.call('INCRBY', first, value)
return 1)";
constexpr std::string_view kIncreaseRecordIfThere = R"(
if redis.call('HEXISTS', first, 'value') == 0 then return 0 end
redis.call('HINCRBY', first, 'value', value)
return 1)";

constexpr RedisForm kSetText = {"SET :key :value", "SET :key :value EX :ttl", kSet};
constexpr RedisForm kSetAll = {"", "", kSetRecord};
constexpr RedisForm kNone = {};

// Whatever stands by version, as a generation beside a value, or has a lease, is a record.
constexpr RedisVerb kVerbs[] = {
    {"get", "", {"GET :key"}, {"HMGET :key value marker version"}, value_in},
    {"get", "lease", kNone, {"", "", kLease}, lease_in},
    {"set", "", kSetText, kSetAll, done},
    {"add", "", {"SET :key :value NX", "SET :key :value EX :ttl NX"}, {"", "", kAddRecord}, conflict_or_done},
    {"delete", "", {"DEL :key", "", kDelete}, {"DEL :key", "", kDelete}, done},
    {"set-if-unchanged", "", kSetText, kSetAll, executed},
    {"set-if-unchanged", "lease", kNone, {"", "", kSetByLease}, conflict_or_done},
    {"exists", "", {"EXISTS :key"}, {"EXISTS :key"}, marker_or_miss},
    {"mark", "", {"SET :key marker", "SET :key marker EX :ttl"}, {"", "", kMarkRecord}, done},
    {"mark-if-absent",
     "",
     {"SET :key marker NX", "SET :key marker EX :ttl NX"},
     {"", "", kMarkRecordIfAbsent},
     conflict_or_done},
    {"set-unless", "", {"", "", kSetUnless}, {"", "", kSetRecordUnless}, conflict_or_done},
    {"set-if-newer", "", kNone, {"", "", kSetIfNewer}, conflict_or_done},
    {"mark-if-newer", "", kNone, {"", "", kMarkIfNewer}, conflict_or_done},
    {"count-up", "", {"INCR :key", "", kCountUp}, {"", "", kCountUpRecord}, done},
    {"delete-and-count-up", "", {"", "", kDeleteAndCountUp}, {"", "", kDeleteAndCountUpRecord}, done},
    {"get-generation", "", {"GET :key"}, {"HGET :key generation"}, generation_in},
    {"set-if-generation", "", {"", "", kSetIfGeneration}, {"", "", kSetRecordIfGeneration}, conflict_or_done},
    {"mark-stale", "", kNone, {"", "", kMarkStale}, done},
    {"wait", "", {"WAIT 1 0"}, {"WAIT 1 0"}, done},
    {"publish", "", {"PUBLISH :channel :message"}, {"PUBLISH :channel :message"}, done},
    {"increase", "", {"INCRBY :key :value"}, {"HINCRBY :key value :value"}, done},
    {"increase-if-there", "", {"", "", kIncreaseIfThere}, {"", "", kIncreaseRecordIfThere}, conflict_or_done},
};

std::string number_text(const std::optional<std::int64_t>& number) { return number ? fmt::format("{}", *number) : ""; }

std::vector<std::string> by_script(std::string_view script, const RedisVerb& verb, const Wanted& wanted,
                                   const std::string& prefix) {
  std::string other = prefix + (wanted.other.empty() ? wanted.product : wanted.other);
  if (verb.watch == "lease" && verb.verb == "get") other = prefix + std::string(kLeasesKey);
  std::vector<std::string> words = {"EVAL", std::string(kArguments) + std::string(script),
                                    fmt::format("{}", 2 + wanted.also.size()), other, prefix + wanted.product};
  for (const std::string& also : wanted.also) words.push_back(prefix + also);
  words.push_back(number_text(wanted.value));
  words.push_back(fmt::format("{}", wanted.ttl.value_or(0)));
  words.push_back(number_text(wanted.number));
  words.push_back(wanted.token);
  return words;
}

std::vector<std::string> by_command(std::string_view command, const Wanted& wanted, const std::string& prefix) {
  std::vector<std::string> words = split(std::string(command), ' ');
  for (std::string& word : words) {
    if (word == ":key") word = prefix + wanted.product;
    if (word == ":value") word = fmt::format("{}", wanted.value.value());
    if (word == ":ttl") word = fmt::format("{}", wanted.ttl.value());
    if (word == ":channel") word = prefix + std::string(kChannel);
    if (word == ":message") word = wanted.token + " " + wanted.product;
  }
  return words;
}

}  // namespace

const RedisVerb* find_redis_verb(std::string_view verb, std::string_view watch) {
  const std::string_view by = watch == "key" ? "" : watch;
  const auto* const found = std::find_if(std::begin(kVerbs), std::end(kVerbs),
                                         [&](const RedisVerb& one) { return one.verb == verb && one.watch == by; });
  return found == std::end(kVerbs) ? nullptr : found;
}

std::vector<std::string> redis_command(const RedisVerb& verb, const Wanted& wanted, const std::string& prefix) {
  const RedisForm& form = wanted.shapes.entries == Shape::kRecord ? verb.record : verb.value;
  const bool keeps_ttl = !traces::find_verb(verb.verb)->takes_ttl();
  const std::string_view command = !wanted.ttl || keeps_ttl ? form.command : form.with_ttl;
  if (wanted.also.empty() && !command.empty()) return by_command(command, wanted, prefix);
  STALEMATE_INVARIANT(!form.script.empty(), "a verb has a script where no command does");
  return by_script(form.script, verb, wanted, prefix);
}

bool is_redis_answer(const Wanted& wanted, const redisReply& error) {
  return wanted.verb == "set-if-unchanged" && text_of(error).starts_with("ERR DISCARD without MULTI");
}

CommandPart redis_part(const Wanted& wanted, std::string_view command) {
  if (wanted.watch != "key") return CommandPart::kWhole;
  if (command == "UNWATCH" || command == "WATCH") return CommandPart::kBegins;
  const bool is_last = wanted.verb == "get" || command == "EXEC" || command == "DISCARD";
  return is_last ? CommandPart::kWhole : CommandPart::kBefore;
}

}  // namespace stalemate::real
