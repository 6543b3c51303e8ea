// The seam for databases. For PostgreSQL an area is a schema with the table `stock`. Add a database: one file that
// implements both classes, and one in replay that stands it in a scene.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "stores/store.hpp"
#include "stores/work_area.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class DatabaseSession : public StoreSession {
 public:
  Answer get(const std::string& product) { return ask({"get", product}); }  // value or miss
  // ok: exactly one row was updated
  Answer set(const std::string& product, std::int64_t value) { return ask({"set", product, value}); }
};

class Database : public Store {
 public:
  virtual std::unique_ptr<DatabaseSession> connect() = 0;
};

// Schemas of runs that were killed, as each new area removes them. REQUIRES: a PostgreSQL, which tells of its backends.
std::vector<std::string> abandoned_schemas(const PostgresAddress& address);
void remove_abandoned_schemas(const PostgresAddress& address);

// Connects to learn the version; creates nothing. With a mapping, fill() makes the area anew each time, by its setup,
// and contents() has the area's names alone.
std::unique_ptr<Database> open_postgres(const PostgresAddress& address, const WorkArea& area);
// Whether a PostgreSQL is asked so.
bool postgres_knows(std::string_view verb);
// A session alone, in an area that another Database has made or will make.
std::unique_ptr<DatabaseSession> connect_postgres(const PostgresAddress& address, const WorkArea& area);

// A CockroachDB, or whatever else answers there: version() says "CockroachDB ..." or that it is a double. UUID keys;
// each operation is a transaction that is begun again, whole, when it is refused with SQLSTATE 40001. It is asked to
// get and to set alone.
std::unique_ptr<Database> open_cockroach(const PostgresAddress& address, const std::string& run);

}  // namespace stalemate::real
