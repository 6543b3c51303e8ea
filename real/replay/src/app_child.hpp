// The life of a process that plays an app instance. It runs drivers: a driver is a thread with one connection, which
// executes one request after another, as a session of an application does, and blocks as that would. Its director tells
// it over the channel what to do; when the channel ends, so does the process. It decides nothing and judges nothing.
//
// Commands and answers are JSON objects, one a message, each with its "driver":
//   {"open": "postgres" | "redis" | "redis-replica" | "memcached", "address": {...}, "area": RUN}    -> {"opened":
//   LOCAL PORT}
//   {"open": "process", "server": NAME}   a cache in this process    -> {"opened": 0}
//   {"open": "redis-listener" | "postgres-listener", "address": {...}, "area": RUN} -> {"opened": 0}; that of a Redis
//          again, once it is gone, at the one that stands there now
//   {"run": VERB, "patience_ms": MS, ...}: a Wanted
//       -> {"outcome": O, "error": TEXT, ...}, an Answer; or {"saw": WHAT, "failed": LINE}: no answer came, and the
//          driver is of no use any more
//   of a cache in this process: {"entries": "fill", "with": [...]}, {"entries": "contents"} -> {"held": [...]},
//   {"entries": "drop" | "expire" | "end-lease", "product": P}       -> {"came": WHAT}
//   of a listener: {"hear": P, "own": APP, "drop_in": NAMES}         -> {"came": "heard"}, once that was published
//   {"close": true}                                                 -> nothing; the connection closes
#pragma once

#include <nlohmann/json.hpp>

#include "stores/store.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

[[noreturn]] void live_as_app(int channel);

nlohmann::json to_json(const PostgresAddress& address);
nlohmann::json to_json(const RedisAddress& address);
nlohmann::json to_json(const MemcachedAddress& address);
nlohmann::json to_json(const Wanted& wanted);
Answer answer_of(const nlohmann::json& told);

}  // namespace stalemate::real
