// An explanation as a whole: the trace is followed on the model, then every part is asked.
#include "ask/explain.hpp"

#include <fmt/format.h>

#include <utility>

#include "ask/convergence.hpp"
#include "base/error.hpp"
#include "explain/parts.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace explaining {

traces::Trace continue_with(const Subject& subject, std::size_t from, const std::vector<Action>& actions) {
  std::vector<Action> all(subject.path.actions.begin(),
                          subject.path.actions.begin() + static_cast<std::ptrdiff_t>(from));
  all.insert(all.end(), actions.begin(), actions.end());
  return tell_trace(subject.machine, subject.protocol, subject.machine.scenario().words, all, "");
}

}  // namespace explaining

namespace {

// A trace that breaks `converges` by staying as it is at rest breaks coherent-at-rest there, by the same steps and for
// the same reasons: it is explained as that. One that goes round for ever has no end to reason back from.
traces::Trace explainable(const traces::Trace& trace) {
  traces::Trace same = trace;
  if (find_liveness(trace.property) == nullptr) return same;
  if (trace.property != kConverges || trace.loop != trace.steps.size())
    throw InputError(
        "the trace repeats for ever, and only what comes to rest can be explained; see it with stalemate show TRACE");
  same.property = "coherent-at-rest";
  same.loop.reset();
  return same;
}

// Follows a trace on the model and asks about it.
template <class Ask>
auto ask_about(const traces::Trace& given, Ask&& ask) {
  const traces::Trace trace = explainable(given);
  if (trace.property.empty())
    throw InputError(
        "the trace names no property that it breaks, so there is nothing to explain; see it with "
        "stalemate show TRACE");
  const Protocol protocol = read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles);
  const Machine machine = make_machine(protocol, trace.scenario, {trace.property}, Granularity::kPlain);
  const Path path = follow(machine, trace, "trace");
  if (path.told.empty() || path.told.back().violates.empty())
    throw InputError(
        fmt::format("the last step of the trace does not break {}, so there is nothing to explain; "
                    "see it with stalemate show TRACE",
                    trace.property));
  traces::Trace told = tell_trace(machine, protocol, machine.scenario().words, {}, trace.property);
  told.steps = path.told;
  return ask(explaining::Subject{protocol, machine, told, path});
}

// The pair as far as the trace shows it.
std::optional<traces::RacingPair> shown(const std::optional<explaining::Race>& race, const traces::Trace& trace) {
  if (!race || race->second >= trace.steps.size()) return std::nullopt;
  return traces::RacingPair{race->first, race->second};
}

}  // namespace

traces::Highlights find_highlights(const traces::Trace& trace, const ExplainOptions& options) {
  return ask_about(trace, [&](const explaining::Subject& subject) {
    traces::Highlights highlights;
    highlights.racing_pair = shown(find_race(subject), trace);
    if (const auto course = find_course(subject, options.states_max)) highlights.point_of_no_return = course->no_return;
    return highlights;
  });
}

std::optional<traces::RacingPair> find_racing_pair(const traces::Trace& trace) {
  return ask_about(trace, [&](const explaining::Subject& subject) { return shown(find_race(subject), trace); });
}

Explanation explain(const traces::Trace& trace, const ExplainOptions& options) {
  return ask_about(trace, [&](const explaining::Subject& subject) {
    Explanation explanation;
    const std::optional<explaining::Race> race = find_race(subject);
    if (race) explanation.order_reversed = race->reversed;
    explanation.highlights.racing_pair = shown(race, trace);
    const std::optional<explaining::Course> course = find_course(subject, options.states_max);
    if (course) {
      explanation.highlights.point_of_no_return = course->no_return;
      explanation.always_passed = course->always_passed;
      explanation.limits = course->limits;
      if (course->escape)
        explanation.escape =
            Otherwise{*course->no_return, explaining::continue_with(subject, *course->no_return, *course->escape)};
    } else {
      explanation.limits.push_back(fmt::format(
          "the point of no return, what could have happened before it, what every run that goes wrong passes "
          "(the scenario has more than {} states)",
          options.states_max));
    }
    count_schedules(subject, options.states_max, explanation);
    find_smallest_faults(subject, options.states_max, explanation);
    explanation.sentences = tell(subject, explanation, race, course);
    return explanation;
  });
}

}  // namespace stalemate::model
