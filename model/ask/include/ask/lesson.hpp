// The lesson's data (traces/lesson.hpp): what check() finds for a protocol, its explanation, the whole state space, and
// the same operations once more on the database alone. Everything comes from the one transition function.
//
// Determinism: a function of protocol, scenario and options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/lesson.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

inline constexpr std::uint64_t kLessonStatesMax = 4000;  // of both sides together: what a page can carry and show

struct LessonOptions {
  std::vector<std::string> properties;  // of the first side; empty: the default ones that apply
  std::uint64_t states_max = kLessonStatesMax;
};

// Both sides; one alone where the protocol has no cache. A fault that is aimed at a request to the database is aimed at
// the same request on the second side; faults of the cache and of requests to it are left out there. The second side is
// judged by the default properties.
//
// The story of a side is the shortest trace that breaks a property; where faults are allowed and it has none, the
// shortest in which one strikes before that property is broken, if there is one. Where nothing is broken, the first
// side's story takes the first choice that is no fault until there is none, but a fault as soon as one can strike a
// message, an app instance or what is in the cache, once. The second side's goes along with the first's: each session
// does at the database what it does there, with the same faults, and ends its operations when it does there; then all
// that has begun is ended. Where a fault has no counterpart, `apart` says why.
//
// Throws InputError for a scenario or property that does not fit, and for a state space larger than states_max:
// how large, and what would do.
traces::Lesson make_lesson(const Protocol& protocol, const traces::Scenario& scenario, const LessonOptions& options);

}  // namespace stalemate::model
