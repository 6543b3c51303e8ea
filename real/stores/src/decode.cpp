// See decode.hpp.
#include "stores/decode.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "redis_verbs.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

Decoded ok() { return {{{"ok", {}}, ""}}; }
Decoded refused(std::string error, bool is_answer = true) { return {{{"error", {}}, std::move(error)}, is_answer}; }

Decoded value(std::string_view text) {
  const std::optional<std::int64_t> number = whole_number(text);
  if (!number) return refused("the value is not a whole number");
  return {{{"value", number}, ""}};
}

// Of PostgreSQL's messages: what of a reply matters here.
struct Rows {
  int count = 0;
  std::size_t columns = 0;           // of the first row
  std::optional<std::string> first;  // its first field, as text; none if that is NULL
  std::string tag;                   // "UPDATE 1"
  std::string sqlstate;
  std::string error;
};

std::size_t big_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (const char byte : bytes) number = number << 8U | static_cast<unsigned char>(byte);
  return number;
}

// A DataRow: a count of fields (2 bytes), then for each its size (4 bytes; -1 for NULL) and its bytes.
void take_row(std::string_view body, Rows& rows) {
  if (rows.count++ != 0 || body.size() < 6) return;
  rows.columns = big_endian(body.substr(0, 2));
  const std::size_t size = big_endian(body.substr(2, 4));
  if (size <= body.size() - 6) rows.first = body.substr(6, size);
}

// The number of rows at a command's end: "UPDATE 1", "INSERT 0 1".
std::string_view rows_in(std::string_view tag) {
  const std::size_t space = tag.rfind(' ');
  return space == std::string_view::npos ? "" : tag.substr(space + 1);
}

// An ErrorResponse: fields of a letter and a text that ends in zero.
void take_error(std::string_view body, Rows& rows) {
  while (body.size() > 1) {
    const char field = body.front();
    const std::string_view text = body.substr(1, body.find('\0', 1) - 1);
    if (field == 'C') rows.sqlstate = text;
    if (field == 'M') rows.error = first_line(text);
    if (text.size() + 2 > body.size()) return;
    body.remove_prefix(text.size() + 2);
  }
}

// Each message: a letter, its size without the letter (4 bytes, themselves included), its body.
Rows read_rows(std::string_view bytes) {
  Rows rows;
  while (bytes.size() >= 5) {
    const std::size_t size = big_endian(bytes.substr(1, 4));
    if (size < 4 || size > bytes.size() - 1) break;
    const std::string_view body = bytes.substr(5, size - 4);
    const char letter = bytes.front();
    if (letter == 'D') take_row(body, rows);
    if (letter == 'C') rows.tag = body.substr(0, body.find('\0'));
    if (letter == 'E') take_error(body, rows);
    bytes.remove_prefix(size + 1);
  }
  return rows;
}

}  // namespace

Decoded decode_redis(const std::string& verb, const Held& reply) {
  const std::string_view bytes = reply.bytes;
  const std::string_view line = bytes.substr(0, bytes.find('\r'));
  if (!reply.is_whole || line.empty()) return refused("half a reply", false);
  if (line.front() == '-' || line.front() == '!') return refused(first_line(line.substr(1)), false);
  const std::string_view rest = bytes.substr(std::min(bytes.size(), line.size() + 2));
  CacheReply held;
  held.is_nil = line == "$-1" || line == "*-1" || line == "_";
  if (line.front() == ':') held.integer = whole_number(line.substr(1));
  if (line.front() == '$' && !held.is_nil) held.text = rest.substr(0, rest.find('\r'));
  const RedisVerb* const asked = find_redis_verb(verb);
  if (asked == nullptr) return refused(fmt::format("a reply to no verb: {}", verb), false);
  Decoded decoded = asked->answer(held);
  if (!decoded.is_answer) decoded.answer.error += ": " + reply.name;
  return decoded;
}

Decoded decode_postgres(const std::string& verb, const Held& reply) {
  const Rows rows = read_rows(reply.bytes);
  if (!reply.is_whole) return refused("half a reply", false);
  if (!rows.sqlstate.empty()) {
    return refused(fmt::format("{} (SQLSTATE {})", rows.error, rows.sqlstate), is_answer(rows.sqlstate));
  }
  if (verb == "get") {
    if (rows.count > 1 || (rows.count == 1 && rows.columns != 1))
      return refused(fmt::format("{} rows of {} columns came instead of one value", rows.count, rows.columns));
    return rows.first ? value(*rows.first) : Decoded{{{"miss", {}}, ""}};
  }
  const std::string_view count = rows_in(rows.tag);
  if (!whole_number(count)) return refused(fmt::format("a reply that answers no {}: '{}'", verb, rows.tag), false);
  if (count == "1") return ok();
  return refused(fmt::format("{} rows were updated instead of one", count));
}

bool is_answer(const std::string& sqlstate) {
  return sqlstate.starts_with("22") || sqlstate.starts_with("23") || sqlstate.starts_with("40");
}

}  // namespace stalemate::real
