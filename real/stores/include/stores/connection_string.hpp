// An address as libpq takes it, and nothing but the address: from the first call on, what the environment would add to
// it behind its back (PGHOST, PGOPTIONS, ...) is forgotten. What only helps to authenticate stays.
#pragma once

#include <string>

#include "wire/servers.hpp"

namespace stalemate::real {

std::string connection_string(const PostgresAddress& address);

}  // namespace stalemate::real
