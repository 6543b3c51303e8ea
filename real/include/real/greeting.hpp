// The first contact with servers that a user named.
#pragma once

#include "real/servers.hpp"

namespace stalemate::real {

// Fills in passwords that the URLs left out: what libpq would take for that server (PGPASSWORD, PGPASSFILE, ~/.pgpass),
// and REDISCLI_AUTH. Then connects once to each, to PostgreSQL through a proxy: what speaks there and is of another
// kind ends in a named error, within five seconds and in bounded memory, which the drivers alone would not promise.
// Where an address asks for encryption nothing can be read, and nothing more is done. What else is wrong, the next
// connection says. Throws traces::EnvironmentError, and traces::InputError (a Redis user without a password).
void greet(GivenServers& given);

}  // namespace stalemate::real
