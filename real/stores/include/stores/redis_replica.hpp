// A Redis that follows another one: until it has caught up, and until it stops following. Errors as in
// stores/store.hpp.
#pragma once

#include <cstdint>

#include "wire/servers.hpp"

namespace stalemate::real {

// Returns when the replica holds all that the primary held at the call.
void await_replica(const RedisAddress& primary, const RedisAddress& replica);
// Where the primary's stream of changes has come to, in bytes; and until the replica has come to there.
std::int64_t stream_offset(const RedisAddress& primary);
void await_offset(const RedisAddress& replica, std::int64_t offset);
// It follows nobody any more, and takes writes.
void detach_replica(const RedisAddress& replica);

}  // namespace stalemate::real
