// The seam for databases: what a replay needs of one. A Database is an area of our own inside a server (for PostgreSQL
// a schema with the table `stock`), a DatabaseSession one connection to it. Add a database: one file that implements
// both, and a line where replay chooses. Adapters turn library exceptions into EnvironmentError
// ("PostgreSQL at host:port ...", never a password) or Interrupted; connects and statements end after the address's
// timeout.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "stores/work_area.hpp"
#include "traces/trace.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

// What a server really replied. `error` is empty, or one line of the server's refusal; `reply.outcome` is "error" then.
struct Answer {
  traces::Reply reply;
  std::string error;
};

// One row or entry, by the name it has in the server.
struct StoredValue {
  std::string name;
  std::int64_t value = 0;
  bool operator==(const StoredValue&) const = default;
};

// No answer came: the driver gave up waiting, or its connection broke. Whether the request was carried out, it cannot
// know; the session is of no use any more.
class NoAnswer : public EnvironmentError {
 public:
  NoAnswer(const std::string& line, std::string what_it_saw) : EnvironmentError(line), saw(std::move(what_it_saw)) {}
  std::string saw;  // "timed out", "connection broken"
};

class DatabaseSession {
 public:
  virtual ~DatabaseSession() = default;
  virtual int socket() const = 0;
  virtual Answer get(const std::string& product) = 0;                      // value or miss
  virtual Answer set(const std::string& product, std::int64_t value) = 0;  // ok: exactly one row was updated
};

class Database {
 public:
  virtual ~Database() = default;
  virtual std::string version() const = 0;  // "PostgreSQL 15.18"
  // Makes the area, if it is not there, and these its only rows. With a new area it removes those of runs that were
  // killed, where the server can tell that they were (PostgreSQL can).
  virtual void fill(const std::vector<StoredValue>& rows) = 0;
  virtual std::unique_ptr<DatabaseSession> connect() = 0;
  // Every row, sorted by name, as another connection than the sessions' sees them.
  virtual std::vector<StoredValue> contents() = 0;
  // How many seconds a connection that is made from now on waits for answers.
  virtual void set_patience(int seconds) = 0;
  // Both over a connection of their own. tear_down() runs a mapping's teardown, where its setup has run; remove()
  // removes the area, if it is there, and makes sure that it is gone.
  virtual void tear_down() = 0;
  virtual void remove() = 0;
};

// Schemas of runs that were killed, as each new area removes them. REQUIRES: a PostgreSQL, which tells of its backends.
std::vector<std::string> abandoned_schemas(const PostgresAddress& address);
void remove_abandoned_schemas(const PostgresAddress& address);

// Connects to learn the version; creates nothing. With a mapping, fill() makes the area anew each time, by its setup,
// and contents() has the area's names alone.
std::unique_ptr<Database> open_postgres(const PostgresAddress& address, const WorkArea& area);
// A session alone, in an area that another Database has made or will make.
std::unique_ptr<DatabaseSession> connect_postgres(const PostgresAddress& address, const WorkArea& area);

// A CockroachDB, or whatever else answers there: version() says "CockroachDB ..." or that it is a double. UUID keys;
// each operation is a transaction that is begun again, whole, when it is refused with SQLSTATE 40001.
std::unique_ptr<Database> open_cockroach(const PostgresAddress& address, const std::string& run);

}  // namespace stalemate::real
