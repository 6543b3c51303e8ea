// PostgreSQL behind the seam of stores/database.hpp, by libpqxx. A lone statement is a transaction of its own.
// Parameters are bound; the only text of ours in a statement is the schema's name, which is "stalemate_" and
// hexadecimal digits. A long file: the connection is a template over what is bound.
#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <pqxx/pqxx>
#include <vector>

#include "base/error.hpp"
#include "connection.hpp"
#include "os/signals.hpp"
#include "os/watch.hpp"
#include "postgres_telling.hpp"
#include "sql_verbs.hpp"
#include "stores/connection_string.hpp"
#include "stores/database.hpp"
#include "stores/decode.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

// What libpq says, without the server's address, which our own line begins with.
std::string reason(const std::exception& error) {
  std::string text = first_line(error.what());
  if (text.starts_with("connection to server at")) {
    const std::size_t end = text.find(" failed: ");
    if (end != std::string::npos) text.erase(0, end + 9);
  }
  for (const std::string_view prefix : {"FATAL:  ", "ERROR:  "}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  return text.empty() ? "no reason given" : text;
}

constexpr const char* kInsufficientPrivilege = "42501";

// libpqxx 6 has types of their own for class 40, which keep no SQLSTATE.
const char* sqlstate_of(const pqxx::transaction_rollback& error) {
  if (dynamic_cast<const pqxx::serialization_failure*>(&error) != nullptr) return "40001";
  if (dynamic_cast<const pqxx::deadlock_detected*>(&error) != nullptr) return "40P01";
  return "40000";
}

class Connection {
 public:
  // `mend`: what to do where a statement is refused that should not be.
  Connection(const PostgresAddress& address, Purpose purpose,
             std::string mend = "check the rights of the user in --postgres")
      : place_(place(address)), timeout_seconds_(address.timeout_seconds), mend_(std::move(mend)) {
    try {
      connection_.emplace(connection_string(address));
    } catch (const std::exception& error) {
      if (purpose == Purpose::kWork) throw_if_stopped();
      const std::string why = reason(error);
      throw EnvironmentError(fmt::format("{}: cannot connect: {}; {}", place_, why,
                                         why.ends_with("no encryption")
                                             ? "say sslmode=require, if it takes encrypted connections alone"
                                             : "check that it runs and what --postgres says"));
    }
    watch_.emplace(connection_->sock(), timeout_seconds_);
    if (purpose == Purpose::kWork) throw_if_stopped();
    execute(fmt::format("SET statement_timeout = {0}; SET lock_timeout = {0}; SET client_min_messages = warning",
                        timeout_seconds_ * 1000));
  }
  ~Connection() { watch_.reset(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // One statement (or several without parameters), one round trip. `refusal`: where an error that the values caused
  // goes; without it, it is thrown as any other.
  template <class... Values>
  pqxx::result execute(const std::string& sql, const Values&... values) {
    return answer_or_throw([&] { return run(sql, values...); }, nullptr);
  }
  // One that is called `what` where it is refused.
  pqxx::result execute_as(const std::string& what, const std::string& sql) {
    what_ = what;
    pqxx::result result = execute(sql);
    what_ = kStatement;
    return result;
  }
  template <class... Values>
  pqxx::result try_execute(std::string& refusal, const std::string& sql, const Values&... values) {
    return answer_or_throw([&] { return run(sql, values...); }, &refusal);
  }

  int server_version() const { return connection_->server_version(); }
  int socket() const { return connection_->sock(); }

  [[noreturn]] void refuse(const std::string& why) const {
    throw EnvironmentError(fmt::format("{}: it refuses {}: {}; {}", place_, what_, why, mend_));
  }

 private:
  template <class... Values>
  pqxx::result run(const std::string& sql, const Values&... values) {
    pqxx::nontransaction statement(*connection_);
    if constexpr (sizeof...(values) == 0) {
      return statement.exec(sql);
    } else {
      return statement.exec_params(sql, values...);
    }
  }

  template <class Work>
  pqxx::result answer_or_throw(Work work, std::string* refusal) {
    watch_->begin_wait();
    try {
      pqxx::result result = work();
      watch_->end_wait();
      return result;
    } catch (const pqxx::statement_completion_unknown& error) {  // 40003
      watch_->end_wait();
      throw_lost(error);
    } catch (const pqxx::transaction_rollback& error) {
      watch_->end_wait();
      const char* const state = sqlstate_of(error);
      if (refusal == nullptr) throw_refused(error, state);
      *refusal = fmt::format("{} (SQLSTATE {})", reason(error), state);
      return {};
    } catch (const pqxx::insufficient_privilege& error) {
      watch_->end_wait();
      throw_refused(error, kInsufficientPrivilege);  // libpqxx 6 keeps no SQLSTATE of it either
    } catch (const pqxx::sql_error& error) {
      watch_->end_wait();
      const std::string& state = error.sqlstate();
      if (refusal != nullptr && is_answer(state)) {
        *refusal = fmt::format("{} (SQLSTATE {})", reason(error), state);
        return {};
      }
      if (state == "57014" || state == "55P03") throw_timeout();
      if (state.empty() || state.starts_with("57P") || state.starts_with("08")) throw_lost(error);
      throw_refused(error, state);
    } catch (const pqxx::failure& error) {
      watch_->end_wait();
      throw_lost(error);
    }
  }

  [[noreturn]] void throw_refused(const std::exception& error, const std::string& state) const {
    throw_if_stopped();
    const bool lacks_right = state == kInsufficientPrivilege;
    throw EnvironmentError(fmt::format("{}: {} {}: {} (SQLSTATE {}); {}", place_,
                                       lacks_right ? "its user lacks a right, for" : "it refuses", what_, reason(error),
                                       state, lacks_right ? kGrantRight : mend_));
  }

  [[noreturn]] void throw_timeout() const { real::throw_timeout(place_, timeout_seconds_); }

  [[noreturn]] void throw_lost(const std::exception& error) const {
    if (watch_->timed_out()) throw_timeout();
    throw_if_stopped();
    throw_broken(place_, reason(error));
  }

  static constexpr const char* kStatement = "a statement";
  std::string place_;
  int timeout_seconds_;
  std::string mend_;
  std::string what_ = kStatement;
  std::optional<pqxx::connection> connection_;
  std::optional<WatchedSocket> watch_;  // after connection_: released before the socket closes
};

using model::Parameter;
using model::SqlStatement;

std::string schema_of(const WorkArea& area) { return "stalemate_" + area.run; }
bool is_mapped(const WorkArea& area) { return area.mapping && area.mapping->has_sql(); }

SqlStatement statement(const WorkArea& area, const SqlVerb& verb, Rows rows) {
  return is_mapped(area) ? area.mapping->sql(std::string(verb.verb)) : sql_statement(verb, rows, schema_of(area));
}

// Names without a schema are those of the area's own.
PostgresAddress inside(PostgresAddress address, const WorkArea& area) {
  if (!is_mapped(area)) return address;
  const std::string path = "-csearch_path=" + schema_of(area);
  for (auto& [keyword, value] : address.parameters) {
    if (keyword != "options") continue;
    value += " " + path;
    return address;
  }
  address.parameters.emplace_back("options", path);
  return address;
}

// An element of an array's literal: a mapping may call a key anything.
std::string array_element(std::string_view text) {
  std::string element = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') element += '\\';
    element += c;
  }
  return element + "\"";
}

std::string mend_for(const WorkArea& area) {
  return is_mapped(area) ? "mend the mapping" : "check the rights of the user in --postgres";
}

// The statement with its parameters bound. `refusal` as in Connection.
pqxx::result bound(Connection& connection, std::string* refusal, const SqlStatement& statement, const Wanted& wanted) {
  const auto text_of = [&](std::size_t i) {
    if (statement.parameters[i] == Parameter::kKey) return wanted.product;
    const bool is_version = statement.parameters[i] == Parameter::kVersion;
    return fmt::format("{}", (is_version ? wanted.number : wanted.value).value());
  };
  std::string thrown_away;
  std::string& into = refusal == nullptr ? thrown_away : *refusal;
  const std::string& sql = statement.text;
  pqxx::result result;
  if (statement.parameters.size() == 1) result = connection.try_execute(into, sql, text_of(0));
  if (statement.parameters.size() == 2) result = connection.try_execute(into, sql, text_of(0), text_of(1));
  if (statement.parameters.size() == 3) result = connection.try_execute(into, sql, text_of(0), text_of(1), text_of(2));
  if (refusal == nullptr && !into.empty()) connection.refuse(into);
  return result;
}

SqlReply read(const pqxx::result& result) {
  SqlReply reply{static_cast<std::int64_t>(result.size()), {}, static_cast<std::int64_t>(result.affected_rows())};
  if (result.empty()) return reply;
  for (const auto& field : result[0])
    reply.first.push_back(field.is_null() ? std::nullopt : std::optional<std::string>(field.c_str()));
  return reply;
}

class PostgresSession : public DatabaseSession {
 public:
  PostgresSession(const PostgresAddress& address, WorkArea area)
      : connection_(inside(address, area), Purpose::kWork, mend_for(area)), area_(std::move(area)) {}

  int socket() const override { return connection_.socket(); }

  Answer ask(const Wanted& wanted) override {
    const SqlVerb* const verb = find_sql_verb(wanted.verb);
    if (verb == nullptr) throw InputError(fmt::format("a database cannot be asked to {} here", wanted.verb));
    std::string refusal;
    const Rows rows = is_mapped(area_) ? Rows::kAlways : wanted.shapes.rows;
    const pqxx::result result = bound(connection_, &refusal, statement(area_, *verb, rows), wanted);
    return refusal.empty() ? verb->answer(read(result), rows) : Answer{{"error", {}}, refusal};
  }

 private:
  Connection connection_;
  WorkArea area_;
};

// Schemas of runs that were killed. Each bears the mark of the backend behind its run's control connection, which lives
// as long as the run; while that backend is there, also behind a pooler, nothing is touched. One run at a time removes.
constexpr const char* kOwnMark =
    "SELECT format('stalemate: removed by its run, or by a later one once backend %s of %s has ended', pid, "
    "(extract(epoch FROM backend_start) * 1000000)::bigint) FROM pg_stat_activity WHERE pid = pg_backend_pid()";
constexpr const char* kAbandoned = R"(SELECT n.nspname FROM pg_namespace n
    WHERE n.nspname ~ '^stalemate_[0-9a-f]{12}$' AND pg_get_userbyid(n.nspowner) = current_user
      AND obj_description(n.oid, 'pg_namespace') ~
        '^stalemate: removed by its run, or by a later one once backend [0-9]+ of [0-9]+ has ended$'
      AND NOT EXISTS (
        SELECT FROM pg_stat_activity a WHERE obj_description(n.oid, 'pg_namespace') LIKE
          format('%%backend %s of %s has ended', a.pid, (extract(epoch FROM a.backend_start) * 1000000)::bigint)))";

std::string remove_abandoned() {
  return fmt::format(R"(DO $$
DECLARE area name;
BEGIN
  IF NOT pg_try_advisory_xact_lock(8319104478) THEN RETURN; END IF;
  FOR area IN {}
  LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', area);
  END LOOP;
END $$)",
                     kAbandoned);
}

class Postgres : public Database {
 public:
  Postgres(const PostgresAddress& address, WorkArea area)
      : address_(address), area_(std::move(area)), schema_(schema_of(area_)) {
    const int number = control().server_version();
    version_ = fmt::format("PostgreSQL {}.{}", number / 10000, number % 10000);
    // CockroachDB gives the number of the PostgreSQL that it resembles, and its own name when asked.
    const pqxx::result named = control().execute("SELECT version()");
    const std::string name = named[0][0].as<std::string>();
    if (name.starts_with("CockroachDB")) version_ = name.substr(0, name.find(" ("));
  }

  std::string version() const override { return version_; }

  void fill(const std::vector<StoredValue>& rows) override {
    if (is_mapped(area_)) return fill_by_mapping(rows);
    if (!is_created_) create();
    if (std::exchange(is_telling_, false)) control().execute(end_telling(schema_));
    std::string products = "{";
    std::string quantities = "{";
    for (const StoredValue& row : rows) {
      const char* const comma = &row == &rows.front() ? "" : ",";
      products += comma + array_element(row.name);
      quantities += fmt::format("{}{}", comma, row.value.value());
    }
    products += "}";
    quantities += "}";
    control().execute(fmt::format("DELETE FROM {}.stock WHERE product_id <> ALL ($1::text[])", schema_), products);
    control().execute(fmt::format("INSERT INTO {}.stock AS old (product_id, quantity) SELECT * FROM unnest($1::text[], "
                                  "$2::int[]) ON CONFLICT "
                                  "(product_id) DO UPDATE SET quantity = EXCLUDED.quantity, version = 0 WHERE "
                                  "old.quantity <> EXCLUDED.quantity OR old.version <> 0",
                                  schema_),
                      products, quantities);
    if (shapes_.tells) control().execute(begin_telling(schema_));
    is_telling_ = shapes_.tells;
  }

  void set_shapes(const Shapes& shapes) override { shapes_ = shapes; }

  std::unique_ptr<DatabaseSession> connect() override { return std::make_unique<PostgresSession>(address_, area_); }

  std::vector<StoredValue> contents() override {
    std::vector<StoredValue> rows;
    if (is_mapped(area_)) return contents_by_mapping();
    const std::string select = fmt::format("SELECT product_id, quantity, version FROM {}.stock", schema_);
    for (const auto& row : control().execute(select))
      rows.push_back(
          {.name = row[0].as<std::string>(), .value = row[1].as<std::int64_t>(), .version = row[2].as<std::int64_t>()});
    std::sort(rows.begin(), rows.end(), [](const StoredValue& a, const StoredValue& b) { return a.name < b.name; });
    return rows;
  }

  void set_patience(int seconds) override { address_.timeout_seconds = seconds; }

  void tear_down() override {
    control_.reset();  // a transaction that a setup left open would hold what is to be removed
    if (!std::exchange(is_set_up_, false)) return;
    Connection cleaner(inside(address_, area_), Purpose::kCleanUp, mend_for(area_));
    run(cleaner, "teardown", area_.mapping->sql_teardown());
  }

  void remove() override {
    Connection cleaner(inside(address_, area_), Purpose::kCleanUp, mend_for(area_));
    is_created_ = false;
    is_telling_ = false;
    control_.reset();
    cleaner.execute(fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", schema_));
    const pqxx::result left = cleaner.execute("SELECT 1 FROM pg_namespace WHERE nspname = $1", schema_);
    if (!left.empty()) {
      throw EnvironmentError(
          fmt::format("{}: schema {} is still there after it was dropped; drop it by hand", place(address_), schema_));
    }
  }

 private:
  Connection& control() {
    if (!control_) control_.emplace(inside(address_, area_), Purpose::kWork, mend_for(area_));
    return *control_;
  }

  void fill_by_mapping(const std::vector<StoredValue>& rows) {
    if (std::exchange(is_set_up_, false)) run(control(), "teardown", area_.mapping->sql_teardown());
    if (std::exchange(is_created_, false)) control().execute(fmt::format("DROP SCHEMA {} CASCADE", schema_));
    create();
    is_set_up_ = true;  // also where it gets only half-way
    run(control(), "setup", area_.mapping->sql_setup());
    for (const StoredValue& row : rows) {
      if (std::find(area_.names.begin(), area_.names.end(), row.name) == area_.names.end()) continue;
      bound(control(), nullptr, area_.mapping->sql("fill"), {"fill", row.name, row.value});
    }
  }

  // Statements of the mapping's that are no step. What one leaves open would hide from the sessions what it changed.
  void run(Connection& connection, const std::string& what, const std::vector<std::string>& statements) const {
    for (const std::string& sql : statements) connection.execute_as("the mapping's sql " + what, sql);
    if (statements.empty() || !knows_backends()) return;
    const pqxx::result open =
        connection.execute_as("what the mapping's sql " + what + " left", "SELECT now() <> statement_timestamp()");
    if (!open[0][0].as<bool>()) return;
    throw EnvironmentError(
        fmt::format("{}: the mapping's sql {} leaves a transaction open, so that nobody else sees what it did; end it "
                    "with COMMIT",
                    place(address_), what));
  }

  std::vector<StoredValue> contents_by_mapping() {
    std::vector<StoredValue> rows;
    for (const std::string& name : area_.names) {
      const pqxx::result found = bound(control(), nullptr, area_.mapping->sql("get"), {"get", name});
      const Answer answer = find_sql_verb("get")->answer(read(found), Rows::kAlways);
      if (!answer.error.empty()) control().refuse("sql get: " + answer.error);
      if (answer.reply.value) rows.push_back({name, *answer.reply.value});
    }
    return rows;
  }

  // One message without parameters is one transaction: the schema is there with its table and its owner's mark, or not
  // at all.
  void create() {
    std::string mark;
    if (knows_backends()) {
      control().execute(remove_abandoned());
      const pqxx::result own = control().execute(kOwnMark);
      if (!own.empty()) mark = fmt::format("; COMMENT ON SCHEMA {} IS '{}'", schema_, own[0][0].as<std::string>());
    }
    const std::string table = fmt::format(
        "; CREATE TABLE {}.stock (product_id VARCHAR(36) PRIMARY KEY, quantity INT NOT NULL, version INT NOT NULL "
        "DEFAULT 0)",
        schema_);
    control().execute(fmt::format("CREATE SCHEMA {}{}{}", schema_, is_mapped(area_) ? "" : table, mark));
    is_created_ = true;
  }

  // CockroachDB's pg_stat_activity names none, and everything would seem abandoned.
  bool knows_backends() const { return version_.starts_with("PostgreSQL"); }

  PostgresAddress address_;
  WorkArea area_;
  std::string schema_;
  std::string version_;
  std::optional<Connection> control_;
  Shapes shapes_;
  bool is_created_ = false;
  bool is_telling_ = false;
  bool is_set_up_ = false;  // by a mapping
};

}  // namespace

std::unique_ptr<Database> open_postgres(const PostgresAddress& address, const WorkArea& area) {
  return std::make_unique<Postgres>(address, area);
}

bool postgres_knows(std::string_view verb) { return find_sql_verb(verb) != nullptr; }

std::vector<std::string> abandoned_schemas(const PostgresAddress& address) {
  std::vector<std::string> names;
  for (const auto& row : Connection(address, Purpose::kWork).execute(fmt::format("{} ORDER BY 1", kAbandoned)))
    names.push_back(row[0].as<std::string>());
  return names;
}

void remove_abandoned_schemas(const PostgresAddress& address) {
  Connection(address, Purpose::kWork).execute(remove_abandoned());
}

std::unique_ptr<DatabaseSession> connect_postgres(const PostgresAddress& address, const WorkArea& area) {
  return std::make_unique<PostgresSession>(address, area);
}

}  // namespace stalemate::real
