// What a store may be asked to do. Every verb is one row here; what it means at a server is that server's affair
// (machine/server.hpp), how it is understood in a diagram understand/protocol.hpp's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace stalemate::traces {

enum class Verb : std::uint8_t {
  kGet,
  kSet,
  kAdd,
  kDelete,
  kSetIfUnchanged,
  kExists,
  kMark,
  kMarkIfAbsent,
  kSetUnless,
  kSetIfNewer,
  kMarkIfNewer,
  kGetVersion,
  kCountUp,
  kDeleteAndCountUp,
  kGetGeneration,
  kSetIfGeneration,
  kMarkStale,
  kPublish,
  kIncrease,
  kIncreaseIfThere,
  kSetIfVersion,
  kRemove,
  kWait,
  kLookAgain
};

// What a get keeps watch over, so that a later set of its session may ask whether it is unchanged: nothing; the entry
// it found, and nothing where it found none (memcached's gets); the key, whether or not it is there (Redis's WATCH);
// the lease of an entry that is not there, or is marked stale, which only one session has at a time.
enum class Watch : std::uint8_t { kNothing, kEntry, kKey, kLease };
inline constexpr std::string_view kWatches[] = {"", "entry", "key", "lease"};
constexpr std::string_view to_string(Watch watch) { return kWatches[static_cast<std::size_t>(watch)]; }

// A number that a request takes along, to be compared: the version of the row that it stores (how many commits came
// before), or the generation of an entry that its session was told: how often that was counted up since it last was not
// there, where it is 0.
enum class Number : std::uint8_t { kNone, kVersion, kGeneration };

struct VerbFacts {
  Verb verb;
  std::string_view name;
  bool carries;                     // a value, which it is to store
  bool of_databases;                // else of caches alone
  bool replayed = true;             // real servers can be asked so; where not, a replay refuses it by name
  bool marks = false;               // it stores a marker: a lock, a stamp, a tombstone, which is there and is no value
  Number compares = Number::kNone;  // a version: it stores only over what is older; a generation: only where it is that
  bool counts = false;              // it counts a generation up
  constexpr bool versioned() const { return compares == Number::kVersion; }
  // Whether it stores what is there with a change of its own on it, which alone it carries.
  constexpr bool increases() const { return verb == Verb::kIncrease || verb == Verb::kIncreaseIfThere; }
  // Whether it is about a second entry, too.
  constexpr bool names_other() const {
    return verb == Verb::kSetUnless || verb == Verb::kSetIfGeneration || verb == Verb::kDeleteAndCountUp;
  }
  // Whether a cache may be asked so of several entries at once.
  constexpr bool of_several() const { return verb == Verb::kSet || verb == Verb::kDelete || verb == Verb::kMarkStale; }
  // Whether what it stores may be given a time to live, by a cache; whether it gives one: an increase leaves it as it
  // is.
  constexpr bool puts() const { return carries || marks || counts; }
  constexpr bool takes_ttl() const { return puts() && !increases(); }
};

// In the order of Verb.
inline constexpr VerbFacts kVerbs[] = {
    {Verb::kGet, "get", false, true},
    {Verb::kSet, "set", true, true},
    {Verb::kAdd, "add", true, false},  // stores only if the key is absent (SET NX, memcached add)
    {Verb::kDelete, "delete", false, false},
    // stores only if nothing has changed what the session's latest watching get watches (memcached's cas, Redis's EXEC)
    {Verb::kSetIfUnchanged, "set-if-unchanged", true, false},
    {Verb::kExists, "exists", false, false},  // whether a marker is there
    {Verb::kMark, "mark", false, false, true, true},
    {Verb::kMarkIfAbsent, "mark-if-absent", false, false, true, true},
    {Verb::kSetUnless, "set-unless", true, false},  // stores only if another entry is not there
    {Verb::kSetIfNewer, "set-if-newer", true, false, true, false, Number::kVersion},
    {Verb::kMarkIfNewer, "mark-if-newer", false, false, true, true, Number::kVersion},
    {Verb::kGetVersion, "get-version", false, true},  // the version of a row, and not the row
    {Verb::kCountUp, "count-up", false, false, true, false, Number::kNone, true},
    // in one step: deletes one entry and counts the generation of another up, or its own
    {Verb::kDeleteAndCountUp, "delete-and-count-up", false, false, true, false, Number::kNone, true},
    {Verb::kGetGeneration, "get-generation", false, false},
    // stores only if the generation of another entry, or its own, is as the session was told
    {Verb::kSetIfGeneration, "set-if-generation", true, false, true, false, Number::kGeneration},
    {Verb::kMarkStale, "mark-stale", false, false},  // what is there stays, and its lease is void
    {Verb::kPublish, "publish", false, false},       // of a channel: every app instance is told that it changed
    {Verb::kIncrease, "increase", true, true},       // changes what is there (n = n + 1; INCRBY: from nothing, too)
    {Verb::kIncreaseIfThere, "increase-if-there", true, false},
    // stores only if the row has the version that the session read
    {Verb::kSetIfVersion, "set-if-version", true, true, true, false, Number::kVersion},
    {Verb::kRemove, "remove", true, true},          // the row is there no more, which is a value like others
    {Verb::kWait, "wait", false, false},            // until the replica of a cache has all that the cache has
    {Verb::kLookAgain, "look-again", false, true},  // whether a row is as its session has it
};

constexpr const VerbFacts& facts_of(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)]; }
constexpr std::string_view to_string(Verb verb) { return facts_of(verb).name; }

// Null where there is no verb of that name.
constexpr const VerbFacts* find_verb(std::string_view name) {
  for (const VerbFacts& facts : kVerbs)
    if (facts.name == name) return &facts;
  return nullptr;
}

}  // namespace stalemate::traces
