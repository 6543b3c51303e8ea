// What the compiler knows of a session on a path through its acts, and what failures make of it
// (understand/protocol.hpp, R2).
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "program_cursor.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// What who started the operation has been told so far.
enum class Told : std::uint8_t { kNothing, kFailure, kDone };

// What a set or add at the cache would store now: the Write's own value, one that was received, or one that was asked
// for in vain.
enum class Source : std::uint8_t { kOwn, kReceived, kNothing };

struct Known {
  std::vector<std::pair<int, Outcome>> outcomes;  // by arrow, ascending
  Told told = Told::kNothing;
  Source source = Source::kOwn;
  bool versioned = false;           // a version is known, of what would be stored by one
  bool generation = false;          // a generation was read
  const Request* failed = nullptr;  // failed, covered, and the branch that covers it is still to come

  bool knows(traces::Number number) const {
    return number == traces::Number::kNone || (number == traces::Number::kVersion ? versioned : generation);
  }
  // How the request of this arrow turned out. REQUIRES: it was asked on this path.
  Outcome outcome_of(int arrow) const;
  void turned_out(int arrow, Outcome outcome);
  // Without the outcomes that nothing behind `at` looks at.
  Known behind(const Cursor& at) const;
};

// Whether what follows the guard happens: on a failure there was no reply to look at.
inline bool passes(const Guard& guard, Outcome outcome) { return guard.outcomes.has(outcome) || is_failure(outcome); }

// The branch that is taken on this outcome; null where none is.
const Branch* branch_for(const Choice& choice, Outcome outcome);

// Whether something behind a request looks at this outcome of it.
bool looks_at(const Cursor& after, const Request& request, Outcome outcome);

// What an outcome counts as where nothing tells it from another: a marker and a miss with or without the lease as a
// miss, what is stale as a hit, and what is won as a miss with the lease.
Outcome counts_as(const Cursor& after, const Request& request, Outcome outcome);

// What a request counts as that failed and is not covered.
Outcome counts_as_unanswered(const Cursor& after, const Request& request);

// Whether a branch for `failure` of the request of this arrow stands behind `at`, before the next awaited request.
bool is_covered(const Cursor& at, int arrow, Outcome failure, const Known& known);

}  // namespace stalemate::model
