// The legend under the table: each explanation beside the question whether the trace uses what it explains.
#include "render/legend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "render/words.hpp"
#include "traces/property_words.hpp"

namespace stalemate::traces::render {
namespace {

template <class Holds>
bool any_step(const Trace& trace, Holds holds) {
  return std::any_of(trace.steps.begin(), trace.steps.end(), holds);
}

template <class Holds>
bool any_send(const Trace& trace, Holds holds) {
  return any_step(trace, [&](const Step& step) { return std::any_of(step.sends.begin(), step.sends.end(), holds); });
}

bool any_kind(const Trace& trace, StepKind kind) {
  return any_step(trace, [&](const Step& step) { return step.kind == kind; });
}

bool any_ending(const Trace& trace, Ending::Kind kind) {
  return any_step(trace, [&](const Step& step) {
    return std::any_of(step.endings.begin(), step.endings.end(), [&](const Ending& e) { return e.kind == kind; });
  });
}

bool any_timeout(const Trace& trace) {
  return any_step(trace,
                  [](const Step& step) {
                    return facts_of(step.kind).times_out() && (!step.request || step.request->awaited);
                  }) ||
         any_send(trace, [](const Request& request) { return request.drawn_lost && request.awaited; });
}

bool any_ghost(const Trace& trace) {
  const auto holds = [](const State& state) {
    return std::any_of(state.in_flight.begin(), state.in_flight.end(), [](const InFlight& m) { return m.is_ghost; });
  };
  return holds(trace.initial) || any_step(trace, [&](const Step& step) { return step.is_ghost || holds(step.after); });
}

bool any_expiring(const Trace& trace) {
  const auto holds = [](const State& state) {
    return std::any_of(state.stores.begin(), state.stores.end(), [](const Contents& contents) {
      return std::any_of(contents.entries.begin(), contents.entries.end(), [](const Entry& e) { return e.expires; });
    });
  };
  return holds(trace.initial) || any_step(trace, [&](const Step& step) { return holds(step.after); });
}

// Operations of all scripts: as many values as there can be writes.
std::int64_t operation_count(const Scenario& scenario) {
  std::int64_t count = 0;
  for (const std::string& script : scenario.apps) {
    count += 1 + std::count_if(script.begin(), script.end(), [](char c) { return c == ';' || c == '|'; });
  }
  return count;
}

// What the database was asked to store; `sums`: some request changes what is there.
std::vector<std::int64_t> written_values(const Trace& trace, bool& sums) {
  std::vector<std::int64_t> values;
  const auto add = [&](const Request& request) {
    const VerbFacts* const verb = find_verb(request.verb);
    sums = sums || (verb != nullptr && verb->increases());
    if (is_database(trace, request.to) && request.value) values.push_back(*request.value);
  };
  for (const InFlight& message : trace.initial.in_flight) add(message.request);
  for (const Step& step : trace.steps) std::for_each(step.sends.begin(), step.sends.end(), add);
  return values;
}

// What every key starts with, if that is one value; what the writes write, if it is numbered as a scenario's writes
// are.
std::string values_line(const Trace& trace) {
  if (trace.initial.stores.empty()) return "";
  const std::vector<Entry>& start = trace.initial.stores.back().entries;
  const bool one_start =
      !start.empty() && start.front().value &&
      std::all_of(start.begin(), start.end(), [&](const Entry& entry) { return entry.value == start.front().value; });
  if (!one_start) return "";
  std::string line = fmt::format("values: {} is what every key starts with", *start.front().value);
  bool sums = false;
  const std::vector<std::int64_t> written = written_values(trace, sums);
  const std::int64_t written_max = operation_count(trace.scenario);
  const auto all = [&](auto holds) { return std::all_of(written.begin(), written.end(), holds); };
  const bool numbered = all([&](std::int64_t value) { return value >= 1 && value <= written_max; });
  if (sums || (!written.empty() && all([&](std::int64_t value) { return value > *start.front().value; })))
    line += "; 1, 10, 100, ... more for each time the first, second, third write, ... is in it";
  else if (!written.empty() && numbered)
    line += "; 1, 2, ... are what the writes write, in the order of the scripts";
  return line;
}

bool any_replica(const Trace& trace) {
  return std::any_of(trace.stores.begin(), trace.stores.end(),
                     [&](const Store& store) { return is_replica(trace, store.name); });
}

bool any_marker(const Trace& trace) {
  const auto in_state = [](const State& state) {
    return std::any_of(state.stores.begin(), state.stores.end(), [](const Contents& contents) {
      return std::any_of(contents.entries.begin(), contents.entries.end(),
                         [](const Entry& entry) { return entry.marker; });
    });
  };
  return std::any_of(trace.steps.begin(), trace.steps.end(), [&](const Step& step) { return in_state(step.after); });
}

std::string actors_line(const Trace& trace) {
  for (const Step& step : trace.steps) {
    if (session_count(trace.scenario, step.app) > 1) {
      return fmt::format("{}: session {} of app instance {}", actor_name(trace, step.app, step.session), step.session,
                         step.app);
    }
  }
  for (const Step& step : trace.steps)
    if (!is_of_store(step.kind)) return fmt::format("app{0}: app instance {0}", step.app);
  return "";
}

}  // namespace

std::vector<std::string> legend_lines(const Trace& trace) {
  std::vector<std::string> lines;
  const auto add = [&lines](bool used, const std::string& line) {
    if (used && !line.empty()) lines.push_back(line);
  };
  add(true, actors_line(trace));
  for (const StepKindFacts& facts : step_kinds())
    add(facts.kind == StepKind::kInvoke || any_kind(trace, facts.kind), std::string(facts.legend));
  add(std::any_of(trace.steps.begin(), trace.steps.end(), [](const Step& step) { return step.again != 0; }),
      "again: the operation failed, and its session runs it once more, with the same value");
  add(any_ghost(trace), "nobody waits for it: the request is late, a copy, or of an app instance that crashed");
  add(any_send(trace, [](const Request& request) { return request.drawn_lost; }),
      "drawn as lost: the diagram itself loses this request, so it never arrives");
  add(any_timeout(trace),
      "times out: the app stops waiting for the reply; it cannot know whether the request was carried out");
  add(any_ending(trace, Ending::Kind::kFailed), "fails: the operation ends here, without success");
  add(any_ending(trace, Ending::Kind::kAcknowledged),
      "answers outside: whoever asked gets an answer; the operation goes on");
  add(true, values_line(trace));
  add(any_marker(trace), "marker: something is there that is no value, such as a lock");
  const bool is_unfinished = trace.property.empty() && !is_at_rest(final_state(trace));
  add(words_of_property(trace.property).story == PropertyStory::kDifferingEntry || trace.loop == trace.steps.size() ||
          is_unfinished,
      fmt::format("at rest: no message is in flight and every operation that started has ended{}",
                  any_replica(trace) ? ", and the replica of the cache has all its changes" : ""));
  const bool hides_keys = shown_keys(trace).size() < static_cast<std::size_t>(trace.scenario.keys);
  add(true, fmt::format("*: changed by this step; -: absent{}{}",
                        any_expiring(trace) ? "; ~: has a time to live and may expire" : "",
                        hides_keys ? "; keys not shown are never touched" : ""));
  return lines;
}

}  // namespace stalemate::traces::render
