// What a reply on the wire says: the few shapes that the adapters' requests are answered with, decoded without a
// driver. For what the framers let through whole; a shape that does not answer the request is an error by name, never
// an exception.
#pragma once

#include <string>

#include "proxy/proxy.hpp"
#include "stores/store.hpp"

namespace stalemate::real {

struct Decoded {
  Answer answer;
  // Whether the request's own values caused it. No: the server refuses to work (no rights, no room, a timeout), and the
  // driver says it best.
  bool is_answer = true;
};

// `verb` as in traces::Request.
Decoded decode_redis(const std::string& verb, const Held& reply);
Decoded decode_postgres(const std::string& verb, const Held& reply);

// An SQLSTATE that the statement's own values caused: the server's answer, not a failure of the machine.
bool is_answer(const std::string& sqlstate);

}  // namespace stalemate::real
