// A mapping: the SQL and the Redis commands that stand behind the verbs where a trace is replayed on a team's own
// tables and keys. It is said in the diagram (`%% stalemate: sql set = UPDATE account SET balance = :value WHERE id =
// :key`) or in a file of such lines. Parameters are bound by the driver, never pasted into a statement. Checked as it
// is read; nothing here speaks to a server.
//
//   key k1 = 42            what k1 is called there (default: k1; never another of k1, k2, ...)
//   sql setup = ...        before each replay, in a schema of the replay's own; may repeat, in order
//   sql teardown = ...     after it; may repeat
//   sql fill = ...         makes a row, of :key and :value      sql get = ...   of :key: a row of one column, or none
//   sql set = ...          of :key and :value: exactly one row
//   sql increase of :key and :value; sql get-version and sql remove of :key; sql set-if-version of :version, too;
//   sql look-again of :key and :value: t or f
//   redis setup, redis teardown; redis get, redis delete of :key; redis set, redis add, redis set-if-unchanged, redis
//   increase, redis increase-if-there of :key and :value; redis set-if-newer of :version, too
//   redis set-ttl, and so on, of what stores a value: of :ttl, too
//
// A command with a condition answers 0 or nil where that is not met. A watched get is sent behind WATCH, and its
// set-if-unchanged between MULTI and EXEC. What is about more than the value of a row (a marker, a count, a lease,
// several entries) has no line yet.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"

namespace stalemate::model {

enum class Parameter { kKey, kValue, kTtl, kVersion };

// `text` has $1, $2, ... for these, in this order; each stands there once.
struct SqlStatement {
  std::string text;
  std::vector<Parameter> parameters;
  bool operator==(const SqlStatement&) const = default;
};

// A command of a cache, word by word. The text around a key is part of its word: "stock:" and "" of stock::key.
struct CacheWord {
  std::string before;
  std::optional<Parameter> parameter;
  std::string after;
  bool operator==(const CacheWord&) const = default;
};
using CacheCommand = std::vector<CacheWord>;

class Mapping {
 public:
  // Adds a line such as "sql set = UPDATE ...". Throws InputError "name:line:column: ..." for what it cannot
  // be.
  void add(const std::string& name, Position at, std::string_view line);

  bool has_sql() const { return !sql_.empty() || !sql_setup_.empty() || !sql_teardown_.empty(); }
  bool has_cache() const { return !cache_.empty() || !cache_setup_.empty() || !cache_teardown_.empty(); }
  bool empty() const { return !has_sql() && !has_cache() && keys_.empty(); }

  // REQUIRES: missing() found nothing.
  const SqlStatement& sql(const std::string& verb) const { return sql_.at(verb); }  // "fill", "get", ...
  const std::vector<std::string>& sql_setup() const { return sql_setup_; }
  const std::vector<std::string>& sql_teardown() const { return sql_teardown_; }
  const CacheCommand& cache(const std::string& verb) const { return cache_.at(verb); }  // "get", "set-ttl", ...
  const std::vector<CacheCommand>& cache_setup() const { return cache_setup_; }
  const std::vector<CacheCommand>& cache_teardown() const { return cache_teardown_; }
  std::string name_of(const std::string& key) const;

  // One line for what is missing of a store of which something is given: "sql get is missing; ...". "" if nothing is.
  // What a diagram asks of its stores: "set-ttl" for a set with a time to live; "get with its lease".
  std::string missing(const std::vector<std::string>& sql_verbs, const std::vector<std::string>& cache_verbs) const;

  // Its lines again, from which add() makes the same.
  const std::vector<std::string>& lines() const { return lines_; }
  bool operator==(const Mapping& other) const { return lines_ == other.lines_; }

 private:
  void add_sql(const std::string& name, Position at, const std::string& verb, std::string_view text);
  void add_cache(const std::string& name, Position at, const std::string& verb, std::string_view text);
  void add_key(const std::string& name, Position at, const std::string& key, std::string_view text);

  std::map<std::string, SqlStatement> sql_;
  std::vector<std::string> sql_setup_;
  std::vector<std::string> sql_teardown_;
  std::map<std::string, CacheCommand> cache_;
  std::vector<CacheCommand> cache_setup_;
  std::vector<CacheCommand> cache_teardown_;
  std::map<std::string, std::string> keys_;
  std::vector<std::string> lines_;
};

// Whether a line is a mapping's, by its first word.
bool is_mapping_line(std::string_view line);

// A file of such lines. A line that begins with a space goes on with the one before; # begins a comment line. Throws
// InputError.
Mapping read_mapping_file(std::string_view text, const std::string& name);

}  // namespace stalemate::model
