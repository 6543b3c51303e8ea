// Explaining a trace: who missed which write, the two steps whose order decides, when it became inevitable, how long it
// lasts, how likely it is, and which faults it needs. Everything is computed from the trace's own scenario by the one
// transition function; nothing is guessed. What is too large to compute is said, not approximated.
//
// Determinism: a function of the trace and the limits alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/check.hpp"  // Schedules
#include "traces/render.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

struct ExplainOptions {
  std::uint64_t states_max = 2'000'000;  // of each state space that is looked at
};

// The same scenario, other choices: how the run goes on from just before a step of the trace.
struct Otherwise {
  std::size_t from = 0;  // the first step of `run` that differs from the trace
  traces::Trace run;     // to its rest
};

// One plain sentence and what it is about: "read", "missed-write", "racing-pair", "no-return", "before-it", "duration",
// "likelihood", "faults", "limit". Steps are counted from 1 in sentences.
struct Sentence {
  std::string about;
  std::string text;
};

struct Explanation {
  traces::Highlights highlights;           // racing pair and point of no return
  std::optional<Otherwise> order_reversed;  // the run in which the racing pair's order is the other one
  std::optional<Otherwise> escape;          // a shortest way from just before the point of no return to a rest without violation
  std::optional<Schedules> schedules;       // m of n, all operations invoked
  std::optional<std::vector<std::string>> smallest_faults;  // kinds, sorted ("lost-reply"); empty: none is needed; nullopt: not computed
  std::vector<Sentence> sentences;          // in the order to be read
  std::vector<std::string> limits;          // what was not computed, and why
};

// REQUIRES: the trace was accepted by rewalk(). Throws traces::InputError for a trace that breaks no property.
Explanation explain(const traces::Trace& trace, const ExplainOptions& options = {});

std::string describe(const traces::Trace& trace, const Explanation& explanation);
std::string to_json(const traces::Trace& trace, const Explanation& explanation);

}  // namespace stalemate::model
