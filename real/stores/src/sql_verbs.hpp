// What a PostgreSQL is asked by each verb in an area of our own, and what its reply says then, whoever read it: a
// driver (postgres.cpp) or a proxy (decode.cpp). A verb that PostgreSQL is to know is one row of sql_verbs.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/store.hpp"
#include "understand/mapping.hpp"

namespace stalemate::real {

struct SqlReply {
  std::int64_t rows = 0;                          // that came
  std::vector<std::optional<std::string>> first;  // the fields of the first one; none: NULL
  std::int64_t affected = 0;
};

struct SqlVerb {
  std::string_view verb;  // as in traces/verb.hpp
  // By Rows; with :key, :value and :version as in a mapping, and {0} for the schema. "": such rows are not asked so.
  std::string_view always, versioned, come_and_go;
  Answer (*answer)(const SqlReply& reply, Rows rows);
};

// Null where a PostgreSQL is not asked so.
const SqlVerb* find_sql_verb(std::string_view verb);
// REQUIRES: such rows are asked so.
model::SqlStatement sql_statement(const SqlVerb& verb, Rows rows, const std::string& schema);

}  // namespace stalemate::real
