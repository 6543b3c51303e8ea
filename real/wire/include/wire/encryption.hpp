// What a URL, the environment and the files of a home folder say about the encryption of a PostgreSQL's connections, as
// libpq reads them (PostgreSQL's manual, "SSL Support" of libpq).
#pragma once

#include <optional>
#include <string_view>

#include "wire/servers.hpp"

namespace stalemate::real {

// Nothing where it is not asked for: sslmode is disable, allow or prefer, or the server is a socket on this machine.
// Throws InputError: what cannot be done before a proxy that reads what passes (GSSAPI, channel binding), what
// is not understood, a file that is missing.
std::optional<Encryption> encryption_of(const PostgresAddress& address);

// A keyword of libpq's that is heeded here, and means nothing on the way to a proxy or a tunnel.
bool is_of_encryption(std::string_view keyword);

}  // namespace stalemate::real
