// What a Redis is asked by each verb, and what its reply says then, whoever read it: a driver (redis.cpp) or a proxy
// (decode.cpp). A verb that Redis is to know is one row of redis_verbs.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "stores/decode.hpp"

namespace stalemate::real {

// What a reply holds; nothing of it for a status ("+OK").
struct CacheReply {
  bool is_nil = false;
  std::optional<std::int64_t> integer = {};
  std::optional<std::string_view> text = {};
};

struct RedisVerb {
  std::string_view verb;      // as in traces/verb.hpp
  std::string_view command;   // with the tutorial's keys, as a mapping says it; with a time to live, too
  std::string_view with_ttl;  // "": it takes none
  Decoded (*answer)(const CacheReply& reply);
};

std::span<const RedisVerb> redis_verbs();
// Null where a Redis is not asked so.
const RedisVerb* find_redis_verb(std::string_view verb);

}  // namespace stalemate::real
