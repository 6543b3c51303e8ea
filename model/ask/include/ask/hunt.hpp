// `hunt`: random, property-based exploration of scenarios too large to exhaust. Scenario, fault plan and schedule are
// drawn; the property is "no property is violated"; what breaks one is shrunk to a trace that cannot lose a step, and
// is validated by rewalk() before anyone sees it. Nothing found is inconclusive, never "holds", with what was covered.
//
// Determinism: a function of protocol, space and options; where `interrupt` ends it early, only how far it got differs:
// what run number i finds is the same.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "machine/scenario.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// What is drawn from. `scenario.apps` empty: scripts are drawn too, up to `apps` instances of `operations` operations
// on up to `scenario.keys` keys. Otherwise the scripts are as given, and only faults and schedules are drawn.
// `scenario.faults` are what may go wrong at most; how much of each is drawn.
struct HuntSpace {
  traces::Scenario scenario;
  int apps = 3;
  int operations = 3;
};

inline constexpr int kHuntAppsMax = kSessionsMax;
inline constexpr int kHuntOperationsMax = 63;

struct HuntProgress {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  std::uint64_t states = 0;  // distinct
  std::uint64_t found = 0;
  bool shrinking = false;
};

// A violation, shrunk.
struct HuntFound {
  std::uint64_t run = 0;  // of the hunt, from 1
  std::string cause;      // property, faults and what races: one line; equal for traces of one cause
  traces::Trace trace;
  std::size_t steps_drawn = 0;    // of the run as it was drawn
  std::size_t smaller_cases = 0;  // how many times something could be left out
  bool exhausted = false;         // the whole space of its scenario was searched
  bool shortest = false;          // no shorter trace breaks the property in this scenario
  bool smallest = false;  // none breaks it with an app instance, an operation, a key or a fault less: searched likewise
  bool cut_short = false;  // shrinking was interrupted
};

struct HuntOptions {
  std::vector<std::string> properties;  // empty: the default ones that apply
  std::uint64_t seed = 0;
  std::uint64_t runs_max = 100'000;  // schedules; 0: until interrupted
  std::string strategy = "swarm";    // of sim::kStrategies
  bool all = false;                  // go on after the first violation, keep one a cause
  // Of the searches that shorten one violation, together.
  std::uint64_t states_max = 2'000'000;
  // Called every few dozen runs and between the steps of shrinking; returning an explanation ends the hunt.
  std::function<std::optional<std::string>(const HuntProgress&)> interrupt;
  // Hears of each violation kept, when it is found.
  std::function<void(const HuntFound&)> found;
};

// What of one diagram was reached.
struct DiagramCoverage {
  std::string diagram;
  std::vector<std::string> reached;  // arrows, branches, replies tested
  std::vector<std::string> never;
};

struct HuntReport {
  std::string protocol;  // name of the file
  HuntSpace space;
  std::uint64_t seed = 0;
  std::string strategy;
  Verdict verdict = Verdict::kInconclusive;
  std::vector<PropertyReport> properties;
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  std::uint64_t rounds = 0;  // each draws a scenario and runs it up to 64 times
  std::size_t longest = 0;   // steps of the longest run
  // Distinct states (of a scenario with its faults), by fingerprint. Counting ends when the table is full.
  std::uint64_t states = 0;
  std::uint64_t states_once = 0;     // seen exactly once
  std::uint64_t states_visited = 0;  // in counted_runs runs, with repetition
  std::uint64_t counted_runs = 0;
  bool table_full = false;
  std::vector<DiagramCoverage> diagrams;
  std::vector<std::string> faults_happened;
  std::vector<std::string> faults_never;
  std::uint64_t violating_runs = 0;
  std::uint64_t not_shrunk = 0;  // violations that looked like some that had been
  std::vector<HuntFound> found;
  std::vector<std::string> limits;  // that ended it early

  // Good and Turing: the chance that the next step of such runs leads to a state not seen before, and how many such
  // states the next run is expected to show.
  double unseen_chance() const;
  double new_states_per_run() const;
};

// Throws InputError for a space, properties or a strategy that do not fit the protocol or make no sense.
HuntReport hunt(const Protocol& protocol, const HuntSpace& space, const HuntOptions& options);

// The space in one line for people: "up to 3 app instances of up to 3 operations, up to 2 keys, fault lost-message=1".
std::string describe(const HuntSpace& space);

// The report for people, and as one JSON object.
std::string describe(const HuntReport& report);
std::string to_json(const HuntReport& report);

}  // namespace stalemate::model
