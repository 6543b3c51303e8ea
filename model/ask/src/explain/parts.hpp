// The parts of an explanation, each a question with a file of its own; explain.cpp asks them all. The words are defined
// in ask/explain.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ask/explain.hpp"
#include "machine/machine.hpp"
#include "tell/path.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::explaining {

// What is explained. The machine watches the trace's property alone, step by step.
struct Subject {
  const Protocol& protocol;
  const Machine& machine;
  const traces::Trace& trace;
  const Path& path;
};

// The trace that `actions` make after the trace's first `from` steps.
traces::Trace continue_with(const Subject& subject, std::size_t from, const std::vector<Action>& actions);

// The racing pair. Where no two steps of the trace are one, `second` may be a step beyond its end: a request that was
// still in flight is then handled, as the first steps in the system's order without faults and invokes would.
struct Race {
  std::size_t first = 0;
  std::size_t second = 0;
  traces::Step second_told;
  Otherwise reversed;
};
std::optional<Race> find_race(const Subject& subject);

// What the whole state space tells of the trace's states.
struct Course {
  std::optional<std::size_t> no_return;
  bool doomed_from_start = false;
  std::optional<std::vector<Action>> escape;  // from the state before no_return
  // Which step of the escape makes the difference: after it the step no_return does not doom any more, or (`prevents`)
  // cannot happen any more. From 0; 0 and `prevents` where there is no such step.
  std::size_t decisive = 0;
  bool prevents = true;
  bool writes_heal = false;  // with further Writes some run from the end comes to a coherent rest
  std::optional<std::size_t> always_passed;
  std::vector<std::string> limits;
};
// None where there are more states than `states_max`.
std::optional<Course> find_course(const Subject& subject, std::uint64_t states_max);

// Sets schedules and schedules_all_invoked, or adds a limit.
void count_schedules(const Subject& subject, std::uint64_t states_max, Explanation& explanation);

// Sets smallest_faults, or adds a limit.
void find_smallest_faults(const Subject& subject, std::uint64_t states_max, Explanation& explanation);

std::vector<Sentence> tell(const Subject& subject, const Explanation& explanation, const std::optional<Race>& race,
                           const std::optional<Course>& course);

}  // namespace stalemate::model::explaining
