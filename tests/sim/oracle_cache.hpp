// A cache beside a database, written by hand for this test: one key, readers that read once and fill the cache on a
// miss, writers that write once and then delete the cached entry; up to a number of messages may be lost. Its exact
// counts are agreed on by several independent model checkers; the tests pin them.
//
// A state is 16 bytes, so that up to 12 app instances fit: one byte each for the database, the cache and the faults
// used, and one for each instance: its point in the protocol in the low half, the value it carries in the high half.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

class OracleCache {
 public:
  static constexpr std::uint8_t kNothing = 15;  // an empty cache, a reader without a value
  static constexpr int kCoherentAtRest = 0;     // property
  static constexpr int kAtRest = 0;             // label

  struct State {
    std::uint8_t database;
    std::uint8_t cache;
    std::uint8_t faults;
    std::uint8_t unused;
    std::array<std::uint8_t, 12> actors;  // readers first

    friend bool operator==(const State&, const State&) = default;
  };
  enum class Kind : std::uint8_t { kHandle, kReceive, kLose };
  struct Action {
    std::uint8_t actor;
    Kind kind;

    friend bool operator==(const Action&, const Action&) = default;
  };

  // REQUIRES: readers + writers <= 12, writers <= 14.
  OracleCache(int readers, int writers, int faults)
      : readers_(static_cast<std::size_t>(readers)),
        actors_(static_cast<std::size_t>(readers + writers)),
        faults_(static_cast<std::uint8_t>(faults)) {}

  State initial() const {
    State state{};
    state.cache = kNothing;
    for (std::size_t i = 0; i < actors_; ++i) {
      const bool reader = i < readers_;
      state.actors[i] = pack(reader ? kGetCache : kSetDatabase, reader ? std::size_t{0} : i - readers_ + 1);
    }
    return state;
  }

  void actions(const State& state, std::vector<Action>& out) const {
    for (std::size_t i = 0; i < actors_; ++i) {
      const std::uint8_t point = point_of(state.actors[i]);
      if (point == kDone) continue;
      const auto actor = static_cast<std::uint8_t>(i);
      out.push_back({actor, is_reply(point) ? Kind::kReceive : Kind::kHandle});
      if (state.faults < faults_) out.push_back({actor, Kind::kLose});
    }
  }

  Applied<State> apply(const State& state, const Action& action, Marks&) const {
    State next = state;
    std::uint8_t& actor = next.actors[action.actor];
    const std::uint8_t value = value_of(actor);
    if (action.kind == Kind::kHandle) {
      actor = handled(next, point_of(actor), value);
    } else if (action.kind == Kind::kReceive) {
      actor = received(point_of(actor), value);
    } else {
      ++next.faults;
      actor = timed_out(point_of(actor), value);
    }
    return {.next = next, .violated = 0};
  }

  Judgement judge(const State& state, Marks&) const {
    for (std::size_t i = 0; i < actors_; ++i) {
      if (point_of(state.actors[i]) != kDone) return {};
    }
    const bool coherent = state.cache == kNothing || state.cache == state.database;
    return {.violated = coherent ? 0U : 1U << kCoherentAtRest, .labels = 1U << kAtRest};
  }

 private:
  // A point is a request in flight (even) or its reply (odd).
  enum Point : std::uint8_t {
    kGetCache = 0,
    kGetCacheReply = 1,
    kGetDatabase = 2,
    kGetDatabaseReply = 3,
    kSetCache = 4,
    kSetCacheReply = 5,
    kSetDatabase = 6,
    kSetDatabaseReply = 7,
    kDeleteCache = 8,
    kDeleteCacheReply = 9,
    kDone = 10
  };

  static bool is_reply(std::uint8_t point) { return point % 2 == 1; }
  static std::uint8_t pack(std::size_t point, std::size_t value) {
    return static_cast<std::uint8_t>(point | value << 4);
  }
  static std::uint8_t point_of(std::uint8_t actor) { return actor & 15; }
  static std::uint8_t value_of(std::uint8_t actor) { return actor >> 4; }

  static std::uint8_t handled(State& state, std::uint8_t point, std::uint8_t value) {
    if (point == kGetCache) return pack(kGetCacheReply, state.cache);
    if (point == kGetDatabase) return pack(kGetDatabaseReply, state.database);
    if (point == kSetCache) {
      state.cache = value;
      return pack(kSetCacheReply, value);
    }
    if (point == kSetDatabase) {
      state.database = value;
      return pack(kSetDatabaseReply, 0);
    }
    state.cache = kNothing;
    return pack(kDeleteCacheReply, 0);
  }

  static std::uint8_t received(std::uint8_t point, std::uint8_t value) {
    if (point == kGetCacheReply) return value == kNothing ? pack(kGetDatabase, 0) : pack(kDone, value);
    if (point == kGetDatabaseReply) return pack(kSetCache, value);
    if (point == kSetCacheReply) return pack(kDone, value);
    if (point == kSetDatabaseReply) return pack(kDeleteCache, 0);
    return pack(kDone, 0);
  }

  static std::uint8_t timed_out(std::uint8_t point, std::uint8_t value) {
    if (point == kGetCache || point == kGetCacheReply) return pack(kGetDatabase, 0);
    if (point == kGetDatabase || point == kGetDatabaseReply) return pack(kDone, kNothing);
    if (point == kSetCache || point == kSetCacheReply) return pack(kDone, value);
    if (point == kSetDatabase || point == kSetDatabaseReply) return pack(kDeleteCache, 0);
    return pack(kDone, 0);
  }

  std::size_t readers_;
  std::size_t actors_;
  std::uint8_t faults_;
};

}  // namespace stalemate::sim::textbook
