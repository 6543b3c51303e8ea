// The life of a process that plays an app instance. It runs drivers: a driver is a thread with one connection, which
// executes one request after another, as a session of an application does, and blocks as that would. Its director tells
// it over the channel what to do; when the channel ends, so does the process. It decides nothing and judges nothing.
//
// Commands and answers are JSON objects, one a message, each with its "driver":
//   {"open": "postgres" | "redis", "address": {...}, "area": RUN}    -> {"opened": LOCAL PORT}
//   {"run": VERB, "patience_ms": MS, ...}: a Wanted
//       -> {"outcome": O, "error": TEXT, ...}, an Answer; or {"saw": WHAT, "failed": LINE}: no answer came, and the
//          driver is of no use any more
//   {"close": true}                                                 -> nothing; the connection closes
#pragma once

#include <nlohmann/json.hpp>

#include "stores/store.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

[[noreturn]] void live_as_app(int channel);

nlohmann::json to_json(const PostgresAddress& address);
nlohmann::json to_json(const RedisAddress& address);
nlohmann::json to_json(const Wanted& wanted);
Answer answer_of(const nlohmann::json& told);

}  // namespace stalemate::real
