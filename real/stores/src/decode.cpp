// See decode.hpp.
#include "stores/decode.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <memory>
#include <optional>
#include <string_view>

#include "memcached_verbs.hpp"
#include "redis_verbs.hpp"
#include "sql_verbs.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

Decoded refused(std::string error, bool is_answer = true) { return {{{"error", {}}, std::move(error)}, is_answer}; }

Decoded no_verb(const Wanted& wanted) { return refused(fmt::format("a reply to no verb: {}", wanted.verb), false); }

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

// A DataRow: a count of fields (2 bytes), then for each its size (4 bytes; -1 for NULL) and its bytes.
void take_row(std::string_view body, SqlReply& reply) {
  if (reply.rows++ != 0 || body.size() < 2) return;
  const std::size_t columns = big_endian(body.substr(0, 2));
  body.remove_prefix(2);
  while (reply.first.size() < columns && body.size() >= 4) {
    const std::size_t size = big_endian(body.substr(0, 4));
    body.remove_prefix(4);
    const bool is_null = size == 0xFFFFFFFFU || size > body.size();
    reply.first.push_back(is_null ? std::nullopt : std::optional<std::string>(body.substr(0, size)));
    if (!is_null) body.remove_prefix(size);
  }
}

// The number of rows at a command's end: "UPDATE 1", "INSERT 0 1".
std::string_view rows_in(std::string_view tag) {
  const std::size_t space = tag.rfind(' ');
  return space == std::string_view::npos ? "" : tag.substr(space + 1);
}

struct Refusal {
  std::string sqlstate;
  std::string text;
};

// An ErrorResponse: fields of a letter and a text that ends in zero.
void take_error(std::string_view body, Refusal& refusal) {
  while (body.size() > 1) {
    const char field = body.front();
    const std::string_view text = body.substr(1, body.find('\0', 1) - 1);
    if (field == 'C') refusal.sqlstate = text;
    if (field == 'M') refusal.text = first_line(text);
    if (text.size() + 2 > body.size()) return;
    body.remove_prefix(text.size() + 2);
  }
}

// What of PostgreSQL's messages matters here. Each: a letter, its size without the letter (4 bytes, themselves
// included), its body. Returns the command's tag: "UPDATE 1".
std::string read_messages(std::string_view bytes, SqlReply& reply, Refusal& refusal) {
  std::string tag;
  while (bytes.size() >= 5) {
    const std::size_t size = big_endian(bytes.substr(1, 4));
    if (size < 4 || size > bytes.size() - 1) break;
    const std::string_view body = bytes.substr(5, size - 4);
    const char letter = bytes.front();
    if (letter == 'D') take_row(body, reply);
    if (letter == 'C') tag = body.substr(0, body.find('\0'));
    if (letter == 'E') take_error(body, refusal);
    bytes.remove_prefix(size + 1);
  }
  return tag;
}

struct FreeReader {
  void operator()(redisReader* reader) const { redisReaderFree(reader); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};

}  // namespace

Decoded decode_redis(const Wanted& wanted, const Held& held) {
  const std::unique_ptr<redisReader, FreeReader> reader(redisReaderCreate());
  redisReaderFeed(reader.get(), held.bytes.data(), held.bytes.size());
  void* read = nullptr;
  redisReaderGetReply(reader.get(), &read);
  const std::unique_ptr<redisReply, FreeReply> reply(static_cast<redisReply*>(read));
  if (!held.is_whole || reply == nullptr) return refused("half a reply", false);
  const RedisVerb* const asked = find_redis_verb(wanted.verb, wanted.watch);
  if (asked == nullptr) return no_verb(wanted);
  const bool is_error = reply->type == REDIS_REPLY_ERROR;
  if (is_error && !is_redis_answer(wanted, *reply)) return refused(first_line({reply->str, reply->len}), false);
  Decoded decoded = asked->answer(*reply);
  if (!decoded.is_answer) decoded.answer.error += ": " + held.name;
  return decoded;
}

Decoded decode_memcached(const Wanted& wanted, const Held& held) {
  if (!held.is_whole) return refused("half a reply", false);
  const MemcachedVerb* const asked = find_memcached_verb(wanted.verb, wanted.watch);
  if (asked == nullptr) return no_verb(wanted);
  return asked->answer(read_memcached_reply(held.bytes));
}

Decoded decode_postgres(const Wanted& wanted, const Held& held) {
  SqlReply reply;
  Refusal refusal;
  const std::string tag = read_messages(held.bytes, reply, refusal);
  if (!held.is_whole) return refused("half a reply", false);
  if (!refusal.sqlstate.empty())
    return refused(fmt::format("{} (SQLSTATE {})", refusal.text, refusal.sqlstate), is_answer(refusal.sqlstate));
  const SqlVerb* const asked = find_sql_verb(wanted.verb);
  if (asked == nullptr) return no_verb(wanted);
  const std::optional<std::int64_t> affected = whole_number(rows_in(tag));
  if (!affected) return refused(fmt::format("a reply that answers no {}: '{}'", wanted.verb, tag), false);
  reply.affected = *affected;
  return {asked->answer(reply, wanted.shapes.rows)};
}

bool is_answer(const std::string& sqlstate) {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("40");
}

}  // namespace stalemate::real
