// The lesson's data (traces/lesson.hpp): what check() finds for a protocol, its explanation, the whole state space, and
// the same operations once more on the database alone. Everything comes from the one transition function.
//
// Determinism: a function of protocol, scenario and options.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/protocol.hpp"
#include "traces/lesson.hpp"

namespace stalemate::model {

inline constexpr std::uint64_t kLessonStatesMax = 4000;  // of both sides together: what a page can carry and show

struct LessonOptions {
  std::vector<std::string> properties;  // of the first side; empty: the default ones that apply
  std::uint64_t states_max = kLessonStatesMax;
};

// Both sides; one alone where the protocol has no cache. On the second side the faults that its diagrams have no arrow
// for are left out, and it is judged by the default properties.
//
// The story of a side is the shortest trace that breaks a property. Where there is none, the second side's goes along
// with the first's (each session takes its next step when it does there, then all that has begun is ended), and the
// first side's takes the first choice that is no fault until there is none.
//
// Throws traces::InputError for a scenario or property that does not fit, and for a state space larger than states_max:
// how large, and what would do.
traces::Lesson make_lesson(const Protocol& protocol, const traces::Scenario& scenario, const LessonOptions& options);

}  // namespace stalemate::model
