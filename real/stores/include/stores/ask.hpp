// Which call of a session a trace's verb is. A verb that no session has is refused, never taken for another.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "stores/cache.hpp"
#include "stores/database.hpp"

namespace stalemate::real {

struct Wanted {
  std::string verb;
  std::string product;
  std::optional<std::int64_t> value;  // what a set or add carries
  CacheSession::Seconds ttl;
};

bool cache_knows(std::string_view verb);
bool database_knows(std::string_view verb);

// REQUIRES: what stores has its value. Throws InputError for a verb that is not known.
Answer ask(CacheSession& cache, const Wanted& wanted);
Answer ask(DatabaseSession& database, const Wanted& wanted);

}  // namespace stalemate::real
