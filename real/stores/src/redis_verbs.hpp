// What a Redis is asked by each verb, and what its reply says then, whoever read it: a driver (redis.cpp) or a proxy
// (decode.cpp). A verb that Redis is to know is one row of redis_verbs.cpp.
//
// An entry that stands as its value is a string: a whole number, be it a value or a count, or kMarkerText. One that
// stands as a record is a hash of the fields value, marker, version, generation, stale and lease, each where it has it.
#pragma once

#include <hiredis/hiredis.h>

#include <string>
#include <string_view>
#include <vector>

#include "stores/decode.hpp"

namespace stalemate::real {

inline constexpr std::string_view kMarkerText = "marker";
// Under an area's prefix: counts the leases that were given. No entry is called so.
inline constexpr std::string_view kLeasesKey = "#leases";

// The channel of an area is called so, under its prefix. A message says who speaks and of what: "2 PRODUCT".
inline constexpr std::string_view kChannel = "#changes";

// One way to ask: a command where one does, with :key, :value, :ttl, :channel, :message as words of its own; else a
// script.
struct RedisForm {
  std::string_view command;
  std::string_view with_ttl = "";  // "": it takes none
  std::string_view script = "";    // takes all arguments that there are; see kArguments in redis_verbs.cpp
};

struct RedisVerb {
  std::string_view verb;   // as in traces/verb.hpp
  std::string_view watch;  // "lease": by those that get one, or use it
  RedisForm value, record;
  Decoded (*answer)(const redisReply& reply);
};

// Null where a Redis is not asked so. `watch` as in Wanted.
const RedisVerb* find_redis_verb(std::string_view verb, std::string_view watch);

// The words of the command. `prefix` goes before each key.
std::vector<std::string> redis_command(const RedisVerb& verb, const Wanted& wanted, const std::string& prefix);

// Whether that error is what the request is answered where nothing is watched any more.
bool is_redis_answer(const Wanted& wanted, const redisReply& error);

}  // namespace stalemate::real
