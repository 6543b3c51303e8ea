// What a reply on the wire says: the few shapes that the adapters' requests are answered with, decoded without a
// driver. For what the framers let through whole; a shape that does not answer the request is an error by name, never
// an exception.
#pragma once

#include <string>
#include <string_view>

#include "proxy/proxy.hpp"
#include "stores/store.hpp"

namespace stalemate::real {

struct Decoded {
  Answer answer;
  // Whether the request's own values caused it. No: the server refuses to work (no rights, no room, a timeout), and the
  // driver says it best.
  bool is_answer = true;
};

Decoded decode_redis(const Wanted& wanted, const Held& reply);
Decoded decode_memcached(const Wanted& wanted, const Held& reply);
Decoded decode_postgres(const Wanted& wanted, const Held& reply);

// A request that keeps watch over a key, or uses that watch, is several commands of Redis.
enum class CommandPart {
  kWhole,   // it is the request, or the last part of it
  kBegins,  // more of the request follows, once it is answered
  kBefore   // changes nothing: passes when it is sent
};
// `command` as in Held::name.
CommandPart redis_part(const Wanted& wanted, std::string_view command);

// An SQLSTATE that the statement's own values caused: the server's answer, not a failure of the machine.
bool is_answer(const std::string& sqlstate);

}  // namespace stalemate::real
