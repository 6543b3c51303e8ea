// What a trace needs of the real stores that it is replayed on, and whether there are such.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace stalemate::traces {

// Which server stands for the cache that all app instances share.
enum class CacheServer : std::uint8_t { kRedis, kMemcached };
inline constexpr std::string_view kCacheServers[] = {"redis", "memcached"};
constexpr std::string_view to_string(CacheServer server) { return kCacheServers[static_cast<std::size_t>(server)]; }

// How a cache that keeps texts has its entries: each as its value, which may be a marker or a count; or each as a
// record with its value and what more is needed beside it: a version, a generation, that it is stale, its lease.
enum class Shape : std::uint8_t { kValue, kRecord };

// What is needed of the rows of a database beside their values: nothing; how often each was committed; that they come
// and go.
enum class Rows : std::uint8_t { kAlways, kVersioned, kComeAndGo };

struct Shapes {
  Shape entries = Shape::kValue;
  Rows rows = Rows::kAlways;
  bool tells = false;  // whether the database itself tells every app instance which row has changed
  bool operator==(const Shapes&) const = default;
};

// Whether a cache in the process of an app instance is asked so. `watch`: as in Request.
bool is_asked_in_process(std::string_view verb, std::string_view watch);

// Whether a memcached is asked so.
bool is_asked_of_memcached(std::string_view verb, std::string_view watch);

// REQUIRES: why_not_replayed() finds nothing.
Shapes shapes_of(const Trace& trace, CacheServer cache);
// The entries of caches that are counted up, by their keys.
std::set<std::string> counts_of(const Trace& trace);

// Whether it asks for what only a memcached does: a watch of what a get found.
bool asks_memcached(const Trace& trace);

// The first thing in the trace that is modelled and that no real server here does, as one line without its end: "step 3
// is a cancel, ..."; "" where all of it can be replayed: with that server as its cache, or with whichever can be it.
std::string why_not_replayed(const Trace& trace, CacheServer cache);
std::string why_not_replayed(const Trace& trace);

}  // namespace stalemate::traces
