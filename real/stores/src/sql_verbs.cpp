// The table.
#include "sql_verbs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/invariant.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

Answer refused(std::string why) { return {{"error", {}}, std::move(why)}; }

std::optional<std::int64_t> field(const SqlReply& reply, std::size_t at) {
  if (at >= reply.first.size() || !reply.first[at]) return {};
  return whole_number(*reply.first[at]);
}

// One row of one whole number is a value, no row or NULL is a miss; where rows come and go, that there is none.
Answer value_in(const SqlReply& reply, Rows rows) {
  const std::size_t columns = rows == Rows::kVersioned ? 2 : 1;
  if (reply.rows == 0 && rows == Rows::kComeAndGo) return {{"no-row", 0}, ""};
  if (reply.rows == 0) return {{"miss", {}}, ""};
  if (reply.rows > 1 || reply.first.size() != columns)
    return refused(fmt::format("{} rows of {} columns came instead of one value", reply.rows, reply.first.size()));
  if (!reply.first[0]) return {{"miss", {}}, ""};
  const std::optional<std::int64_t> value = field(reply, 0);
  if (!value) return refused("the value is not a whole number");
  return {{"value", value, field(reply, 1)}, ""};
}

Answer of_one_row(const SqlReply& reply) {
  if (reply.affected != 1) return refused(fmt::format("{} rows were updated instead of one", reply.affected));
  return {{"ok", {}}, ""};
}

Answer stored(const SqlReply& reply, Rows rows) {
  Answer answer = of_one_row(reply);
  if (answer.error.empty() && rows == Rows::kVersioned) answer.reply.version = field(reply, 0);
  return answer;
}

Answer increased(const SqlReply& reply, Rows) {
  Answer answer = of_one_row(reply);
  if (!answer.error.empty()) return answer;
  answer.reply.value = field(reply, 0);
  answer.reply.version = field(reply, 1);
  return answer;
}

Answer stored_if_version(const SqlReply& reply, Rows rows) {
  return reply.affected == 0 ? Answer{{"conflict", {}}, ""} : stored(reply, rows);
}

Answer version_in(const SqlReply& reply, Rows) {
  if (const std::optional<std::int64_t> version = field(reply, 0)) return {{"ok", {}, version}, ""};
  return refused(fmt::format("{} rows came instead of one version", reply.rows));
}

Answer removed(const SqlReply&, Rows) { return {{"ok", {}}, ""}; }

Answer same_or_not(const SqlReply& reply, Rows) {
  if (reply.first.size() != 1 || !reply.first[0]) return refused("no answer came to whether a row is the same");
  return {{*reply.first[0] == "t" ? "ok" : "conflict", {}}, ""};
}

// Rows that come and go have no version here.
constexpr SqlVerb kVerbs[] = {
    {"get", "SELECT quantity FROM {0}.stock WHERE product_id = :key",
     "SELECT quantity, version FROM {0}.stock WHERE product_id = :key",
     "SELECT quantity FROM {0}.stock WHERE product_id = :key", value_in},
    {"set", "UPDATE {0}.stock SET quantity = :value WHERE product_id = :key",
     "UPDATE {0}.stock SET quantity = :value, version = version + 1 WHERE product_id = :key RETURNING version",
     "INSERT INTO {0}.stock (quantity, product_id) VALUES (:value, :key) ON CONFLICT (product_id) DO UPDATE SET "
     "quantity "
     "= EXCLUDED.quantity",
     stored},
    {"increase", "UPDATE {0}.stock SET quantity = quantity + :value WHERE product_id = :key RETURNING quantity",
     "UPDATE {0}.stock SET quantity = quantity + :value, version = version + 1 WHERE product_id = :key RETURNING "
     "quantity, version",
     "INSERT INTO {0}.stock AS old (quantity, product_id) VALUES (:value, :key) ON CONFLICT (product_id) DO UPDATE SET "
     "quantity = old.quantity + EXCLUDED.quantity RETURNING quantity",
     increased},
    {"get-version", "", "SELECT version FROM {0}.stock WHERE product_id = :key", "", version_in},
    {"set-if-version", "",
     "UPDATE {0}.stock SET quantity = :value, version = version + 1 WHERE product_id = :key AND version = :version "
     "RETURNING version",
     "", stored_if_version},
    {"remove", "", "", "DELETE FROM {0}.stock WHERE product_id = :key", removed},
    {"look-again", "SELECT EXISTS (SELECT FROM {0}.stock WHERE quantity = :value AND product_id = :key)",
     "SELECT EXISTS (SELECT FROM {0}.stock WHERE quantity = :value AND product_id = :key)",
     "SELECT COALESCE((SELECT quantity FROM {0}.stock WHERE product_id = :key), 0) = :value", same_or_not},
};

constexpr std::pair<std::string_view, model::Parameter> kParameters[] = {
    {":key", model::Parameter::kKey}, {":value", model::Parameter::kValue}, {":version", model::Parameter::kVersion}};

}  // namespace

const SqlVerb* find_sql_verb(std::string_view verb) {
  const auto* const found =
      std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const SqlVerb& one) { return one.verb == verb; });
  return found == std::end(kVerbs) ? nullptr : found;
}

model::SqlStatement sql_statement(const SqlVerb& verb, Rows rows, const std::string& schema) {
  const std::string_view form = rows == Rows::kVersioned ? verb.versioned
                                : rows == Rows::kAlways  ? verb.always
                                                         : verb.come_and_go;
  STALEMATE_INVARIANT(!form.empty(), "rows are asked what such rows can be");
  model::SqlStatement statement{fmt::format(fmt::runtime(form), schema), {}};
  for (const auto& [word, parameter] : kParameters) {
    const std::size_t at = statement.text.find(word);
    if (at == std::string::npos) continue;
    statement.parameters.push_back(parameter);
    statement.text.replace(at, word.size(), fmt::format("${}", statement.parameters.size()));
  }
  return statement;
}

}  // namespace stalemate::real
