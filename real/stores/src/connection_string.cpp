// See connection_string.hpp.
#include "stores/connection_string.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <mutex>
#include <string_view>

#include "stores/text.hpp"

namespace stalemate::real {
namespace {

// The connection is described by the address alone: variables such as PGHOST or PGOPTIONS would speak to libpq behind
// its back. What only helps to authenticate (PGPASSWORD, PGPASSFILE, PGSSL...) may stay.
void forget_environment() {
  for (const char* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGOPTIONS", "PGAPPNAME",
                           "PGSERVICE", "PGSERVICEFILE", "PGSYSCONFDIR", "PGTARGETSESSIONATTRS", "PGCLIENTENCODING",
                           "PGREQUIREPEER", "PGCONNECT_TIMEOUT", "PGDATESTYLE", "PGTZ", "PGGEQO", "PGLOCALEDIR"}) {
    ::unsetenv(name);
  }
}

// Once, because other threads may be reading the environment later.
void forget_environment_once() {
  static std::once_flag once;
  std::call_once(once, forget_environment);
}

}  // namespace

std::string connection_string(const PostgresAddress& address) {
  forget_environment_once();
  std::string text = fmt::format("host={} port={} connect_timeout={} client_encoding=UTF8 application_name=stalemate",
                                 connection_value(address.host), address.port, address.timeout_seconds);
  const auto add = [&text](std::string_view keyword, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", keyword, connection_value(value));
  };
  add("user", address.user);
  add("password", address.password);
  add("dbname", address.database);
  for (const auto& [keyword, value] : address.parameters) add(keyword, value);
  return text;
}

}  // namespace stalemate::real
