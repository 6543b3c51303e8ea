// CockroachDB behind the seam of stores/database.hpp, over the PostgreSQL protocol: what its documentation asks of a
// client (UUID keys, SERIALIZABLE, the whole transaction again on SQLSTATE 40001). It has been run against a PostgreSQL
// that stands in for it, and against no CockroachDB; version() says which one answered.
#include <fmt/format.h>

#include <algorithm>
#include <pqxx/pqxx>
#include <vector>

#include "base/error.hpp"
#include "connection.hpp"
#include "os/signals.hpp"
#include "os/watch.hpp"
#include "stores/connection_string.hpp"
#include "stores/database.hpp"
#include "stores/text.hpp"

namespace stalemate::real {
namespace {

constexpr int kAttemptsMax = 100;

std::string place_of_server(const PostgresAddress& address) {
  std::string text = place(address);
  text.replace(0, std::string_view("PostgreSQL").size(), "--cockroach");
  return text;
}

class Connection {
 public:
  Connection(const PostgresAddress& address, Purpose purpose)
      : place_(place_of_server(address)), timeout_seconds_(address.timeout_seconds) {
    try {
      connection_.emplace(connection_string(address));
    } catch (const std::exception& error) {
      if (purpose == Purpose::kWork) throw_if_stopped();
      throw EnvironmentError(fmt::format("{}: cannot connect: {}; check that it runs and what the URL says", place_,
                                         first_line(error.what())));
    }
    watch_.emplace(connection_->sock(), timeout_seconds_);
    if (purpose == Purpose::kWork) throw_if_stopped();
    transact([](pqxx::nontransaction& work) { return work.exec("SET default_transaction_isolation = 'serializable'"); },
             false);
  }
  ~Connection() { watch_.reset(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return connection_->sock(); }

  // What `work` returns, as one transaction, begun again from its start whenever it is refused with 40001.
  template <class Work>
  pqxx::result transact(Work work, bool is_transaction = true) {
    for (int attempt = 1;; ++attempt) {
      watch_->begin_wait();
      try {
        pqxx::nontransaction statement(*connection_);
        if (is_transaction) statement.exec("BEGIN");
        pqxx::result result = work(statement);
        if (is_transaction) statement.exec("COMMIT");
        watch_->end_wait();
        return result;
      } catch (const pqxx::statement_completion_unknown& error) {  // 40003: it may be committed
        watch_->end_wait();
        throw_lost(error);
      } catch (const pqxx::transaction_rollback& error) {  // 40001, 40P01: it is not
        watch_->end_wait();
        if (attempt == kAttemptsMax) {
          roll_back();
          throw_never_done(error);
        }
      } catch (const pqxx::sql_error& error) {
        watch_->end_wait();
        throw_refused(error);
      } catch (const pqxx::failure& error) {
        watch_->end_wait();
        throw_lost(error);
      }
      roll_back();
    }
  }

 private:
  void roll_back() {
    try {
      pqxx::nontransaction(*connection_).exec("ROLLBACK");
    } catch (const pqxx::failure& error) {
      throw_lost(error);
    }
  }

  [[noreturn]] void throw_refused(const pqxx::sql_error& error) const {
    if (error.sqlstate().empty() || error.sqlstate().starts_with("57P")) throw_lost(error);
    throw_if_stopped();
    throw EnvironmentError(fmt::format("{}: it refuses a statement: {} (SQLSTATE {}); check the rights of its user",
                                       place_, first_line(error.what()), error.sqlstate()));
  }

  [[noreturn]] void throw_never_done(const std::exception& error) const {
    throw EnvironmentError(fmt::format("{}: a transaction was refused {} times: {}; take fewer writers", place_,
                                       kAttemptsMax, first_line(error.what())));
  }

  [[noreturn]] void throw_lost(const std::exception& error) const {
    throw_if_stopped();
    if (watch_->timed_out()) throw_timeout(place_, timeout_seconds_);
    throw_broken(place_, first_line(error.what()));
  }

  std::string place_;
  int timeout_seconds_;
  std::optional<pqxx::connection> connection_;
  std::optional<WatchedSocket> watch_;  // after connection_: released before the socket closes
};

class CockroachSession : public DatabaseSession {
 public:
  CockroachSession(const PostgresAddress& address, const std::string& schema)
      : connection_(address, Purpose::kWork),
        get_(fmt::format("SELECT quantity FROM {}.stock WHERE product_id = $1", schema)),
        set_(fmt::format("UPDATE {}.stock SET quantity = $1 WHERE product_id = $2", schema)) {}

  int socket() const override { return connection_.socket(); }

  Answer ask(const Wanted& wanted) override {
    if (wanted.verb == "get") return get_row(wanted.product);
    if (wanted.verb == "set") return set_row(wanted.product, wanted.value.value());
    throw InputError(fmt::format("a CockroachDB cannot be asked to {} here", wanted.verb));
  }

 private:
  Answer get_row(const std::string& product) {
    const pqxx::result rows =
        connection_.transact([&](pqxx::nontransaction& work) { return work.exec_params(get_, product); });
    if (rows.empty()) return {{"miss", {}}, ""};
    return {{"value", rows[0][0].as<std::int64_t>()}, ""};
  }

  Answer set_row(const std::string& product, std::int64_t value) {
    const pqxx::result result =
        connection_.transact([&](pqxx::nontransaction& work) { return work.exec_params(set_, value, product); });
    if (result.affected_rows() != 1)
      return {{"error", {}}, fmt::format("{} rows were updated instead of one", result.affected_rows())};
    return {{"ok", {}}, ""};
  }

  Connection connection_;
  std::string get_;
  std::string set_;
};

class Cockroach : public Database {
 public:
  Cockroach(const PostgresAddress& address, const std::string& run) : address_(address), schema_("stalemate_" + run) {
    Connection connection(address, Purpose::kWork);
    const pqxx::result rows =
        connection.transact([](pqxx::nontransaction& work) { return work.exec("SELECT version()"); });
    const std::string text = first_line(rows[0][0].as<std::string>());
    version_ = text.starts_with("CockroachDB")
                   ? text.substr(0, text.find(" ("))
                   : fmt::format("a double of CockroachDB ({}; nothing here was run on CockroachDB)",
                                 text.substr(0, text.find_first_of("( ", std::string_view("PostgreSQL ").size())));
  }

  std::string version() const override { return version_; }

  void fill(const std::vector<StoredValue>& rows) override {
    Connection control(address_, Purpose::kWork);
    const auto run = [&](const std::string& sql) {
      control.transact([&](pqxx::nontransaction& work) { return work.exec(sql); }, false);
    };
    run(fmt::format("CREATE SCHEMA {}", schema_));
    run(fmt::format("CREATE TABLE {}.stock (product_id UUID PRIMARY KEY, quantity INT NOT NULL)", schema_));
    const std::string insert = fmt::format("INSERT INTO {}.stock (product_id, quantity) VALUES ($1, $2)", schema_);
    for (const StoredValue& row : rows)
      control.transact(
          [&](pqxx::nontransaction& work) { return work.exec_params(insert, row.name, row.value.value()); });
  }

  std::unique_ptr<DatabaseSession> connect() override { return std::make_unique<CockroachSession>(address_, schema_); }

  std::vector<StoredValue> contents() override {
    Connection control(address_, Purpose::kWork);
    std::vector<StoredValue> stored;
    const std::string select = fmt::format("SELECT product_id::TEXT, quantity FROM {}.stock", schema_);
    for (const auto& row : control.transact([&](pqxx::nontransaction& work) { return work.exec(select); }))
      stored.push_back({row[0].as<std::string>(), row[1].as<std::int64_t>()});
    std::sort(stored.begin(), stored.end(), [](const StoredValue& a, const StoredValue& b) { return a.name < b.name; });
    return stored;
  }

  void set_patience(int seconds) override { address_.timeout_seconds = seconds; }

  void tear_down() override {}  // it knows no mapping

  void remove() override {
    Connection control(address_, Purpose::kCleanUp);
    const std::string drop = fmt::format("DROP SCHEMA IF EXISTS {} CASCADE", schema_);
    control.transact([&](pqxx::nontransaction& work) { return work.exec(drop); }, false);
  }

 private:
  PostgresAddress address_;
  std::string schema_;
  std::string version_;
};

}  // namespace

std::unique_ptr<Database> open_cockroach(const PostgresAddress& address, const std::string& run) {
  return std::make_unique<Cockroach>(address, run);
}

}  // namespace stalemate::real
