// What a memcached is asked by each verb, and what its reply says then, whoever read it: a driver (memcached.cpp) or a
// proxy (decode.cpp). A verb that memcached is to know is one row of memcached_verbs.cpp.
//
// An entry's data are a whole number, be it a value or a count, or kMarkerText, or nothing: the placeholder that a get
// leaves which takes a lease of what is not there. That it is stale, and that somebody has its lease, memcached keeps
// beside it (doc/protocol.txt, "mg": the flags X, W and Z). Its plain get looks at neither and changes neither.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stores/decode.hpp"

namespace stalemate::real {

struct MemcachedReply {
  std::vector<std::string> words;   // of its first line: "VA", "4", "c7", "W"
  std::optional<std::string> data;  // behind it

  std::string_view word() const { return words.empty() ? std::string_view() : std::string_view(words[0]); }
  bool has(std::string_view flag) const;
  // Of the flag that begins with this letter; "" where there is none.
  std::string value_of(char flag) const;
  std::string line() const;
};

// REQUIRES: a whole reply, as the framer lets it through.
MemcachedReply read_memcached_reply(std::string_view bytes);

struct MemcachedVerb {
  std::string_view verb;   // as in traces/verb.hpp
  std::string_view watch;  // "entry", "lease": by those that watch so, or use it
  // Words, and behind a bar the data; :key, :value, :size of the value, :ttl, :token are put in.
  std::string_view request;
  Decoded (*answer)(const MemcachedReply& reply);
};

// Null where a memcached is not asked so. `watch` as in Wanted.
const MemcachedVerb* find_memcached_verb(std::string_view verb, std::string_view watch);

// As it is on the wire. `prefix` goes before the key.
std::string memcached_request(const MemcachedVerb& verb, const Wanted& wanted, const std::string& prefix);

// No entry outlives a run that was killed by more than a day: what is to stay is stored for that long, what is to
// expire for half of it at most. How long one has tells which it is.
inline constexpr std::chrono::seconds kStays = std::chrono::hours(24);
inline constexpr std::chrono::seconds kExpiresAtMost = std::chrono::hours(12);

}  // namespace stalemate::real
