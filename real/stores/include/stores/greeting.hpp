// The first contact with servers that a user named.
#pragma once

#include "wire/servers.hpp"

namespace stalemate::real {

// Fills in passwords that the URLs left out: what libpq would take for that server (PGPASSWORD, PGPASSFILE, ~/.pgpass),
// REDISCLI_AUTH, and MEMCACHED_AUTH, which is our own. Then connects once to each, to PostgreSQL through a proxy: what
// speaks there and is of another kind ends in a named error, within five seconds and in bounded memory, which the
// drivers alone would not promise. A cache is not spoken to where the database before it is silent: that alone is said
// then. Where encryption is asked for, a tunnel is put before the server, and the address leads to it. What else is
// wrong, the next connection says. Throws EnvironmentError, and InputError (a Redis user without a password; what is
// asked for cannot be done).
void greet(GivenServers& given);

}  // namespace stalemate::real
