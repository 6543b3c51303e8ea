// Which runs a lesson tells: the first side's, and the second's beside it. Pure functions of the sides' states.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "traces/lesson.hpp"

namespace stalemate::model {

// A run, and the property that its last step breaks.
struct BreakingRun {
  traces::LessonRun run;
  std::string broken;
};

// The shortest run whose last step, and none before it, breaks a property, and in which a fault strikes; ties by the
// system's order. Of several properties `preferred` is the one, if it is among them.
std::optional<BreakingRun> shortest_with_fault(const std::vector<traces::LessonState>& states,
                                               std::string_view preferred);

// The first choice that is no fault until there is none; but once, as soon as there is one, a fault that strikes a
// message or an app instance, or changes what the cache holds. Where that way has none, the shortest to one comes
// first.
traces::LessonRun first_choices(const std::vector<traces::LessonState>& states);

// The second side's story beside `leader`'s: sets story, moments and apart.
void go_along(traces::LessonSide& side, const traces::LessonSide& leader);

bool has_fault(const std::vector<traces::LessonState>& states, const traces::LessonRun& run);

}  // namespace stalemate::model
