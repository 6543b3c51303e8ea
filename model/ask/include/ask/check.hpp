// `check`: the whole state space of a scenario, a verdict for each property, the shortest trace of the first violation.
// The result is a function of protocol, scenario and options alone; threads and the clock change nothing but whether a
// limit was hit.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reduce/reduction.hpp"
#include "sim/search.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

enum class Verdict { kHolds, kViolated, kInconclusive };
std::string_view to_string(Verdict verdict);

struct CheckOptions {
  std::vector<std::string> properties;  // empty: the default ones that apply
  unsigned threads = 1;
  bool exhaust = false;
  bool all = false;      // one trace of each cause (Report::causes); goes on after the first violation, too
  bool compact = false;  // keep fingerprints (sim::SearchOptions::compact)
  Reductions reductions;
  bool count_schedules = false;
  std::optional<int> depth_max;
  // Of the whole program, at any moment, where that is more than it takes without any state (18 MiB); 0: no limit.
  std::uint64_t memory_bytes_max = 0;
  // Called during the search; returning an explanation ("stopped after 10 s") ends it, inconclusive.
  std::function<std::optional<std::string>(const sim::Progress&)> interrupt;
};

struct PropertyReport {
  std::string property;
  std::string claim;
  Verdict verdict = Verdict::kHolds;
  std::string why;  // for inconclusive: the limit, or what was never reached
};

// What was guessed of the diagrams, and how to say it otherwise.
struct Assumption {
  int line = 0;
  std::string text;
};

struct Schedules {
  std::string total;            // decimal: they can exceed any machine integer
  std::string violating;        // those that end in a violation
  std::string passing_through;  // those that pass through one, mended later or not
};

// What goes wrong, in a line: the property, the faults that happened, what races; and a shortest example.
struct Cause {
  std::string what;
  traces::Trace trace;
};

struct Report {
  std::string protocol;  // name of the file
  traces::Scenario scenario;
  Verdict verdict = Verdict::kHolds;
  std::string property;  // the violated one, else empty
  std::vector<PropertyReport> properties;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  int depth = 0;
  std::uint64_t at_rest = 0;
  std::optional<std::uint64_t> incoherent_at_rest;  // where coherent-at-rest was checked
  std::optional<Schedules> schedules;
  std::vector<std::string> reductions;       // used
  bool symmetry_gave_up = false;             // of some orbit more than one state may be kept
  std::vector<ReductionOff> reductions_off;  // wanted, and why not used
  std::optional<double> omission_bound;      // where fingerprints were asked for: the chance that a state was missed
  std::vector<std::string> limits;           // that were hit
  std::vector<std::string> not_considered;   // faults that could strike and were not allowed
  bool faults_struck = false;                // some fault that was allowed happened, where the space was exhausted
  std::vector<Assumption> assumptions;       // that every verdict rests on
  std::vector<std::string> never_reached;    // arrows, branches: only where the space was exhausted
  std::optional<traces::Trace> trace;
  std::optional<std::vector<Cause>> causes;  // where they were asked for; those of the shortest traces first
  std::size_t state_bytes = 0;
};

// Throws InputError for a scenario or property that does not fit the protocol.
Report check(const Protocol& protocol, const traces::Scenario& scenario, const CheckOptions& options);

// The report for people, and as one JSON object.
std::string describe(const Report& report);
std::string to_json(const Report& report);

}  // namespace stalemate::model
