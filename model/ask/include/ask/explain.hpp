// Explaining a trace: who missed which write, the two steps whose order decides, when it became inevitable, how long it
// lasts, how likely it is, and which faults it needs. Everything is computed from the trace's own scenario by the one
// transition function; nothing is guessed. What is too large to compute is said, not approximated.
//
// Determinism: a function of the trace and the limits alone.
//
// What the words mean, so that each claim can be computed again by other means:
//
// Racing pair: two steps (a, b) of the trace, a before b, in which one server handles requests of different sessions
//   (or of one, if one of the two is a ghost) about one key, at least one of which changes what the server holds, and
//   whose order decides: the run with the other
//   order breaks the property in no step and no state. That run holds a's message back until b was taken. Again and
//   again it takes the first step of the trace, in the trace's order, that was not taken yet and is enabled; where
//   there is none, the first enabled step, in the system's order, that is no fault, no invoke and no expiry; until
//   there is none of either. A b that is never taken makes no pair. Of several pairs: the one with the latest b, then
//   the latest a.
// Well: a run goes well if it breaks the property in no step and ends, with nothing enabled but invoking Writes, faults
//   and expiries, in a state that does not break it. For coherent-at-rest this is the same as reaching a coherent rest.
// Doomed: a state from which no run goes well in which no further Write is invoked. Whatever else the scenario allows
//   may happen: Reads are invoked, faults strike while their budgets last. After a step that broke the property the
//   trace is doomed, too, whatever its state.
// Point of no return: the step after which the trace is doomed and stays so. (The first after which it is, unless it
//   invokes a Write in a doomed state.)
// Escape: from the state before the point of no return, a shortest run without a further Write to a rest that is
// neither
//   violating nor doomed. If there is one, without passing a violating state; then, if there is one, without further
//   faults. Ties by the system's order.
// Always passed: the last state of the trace, before the violation and after the first step, that every run of the
//   scenario passes on its way to a violation: a dominator of all of them.
// Schedules: as check() counts them (those that end in a violation, and, where they are not the same, those that pass
//   through one), all operations invoked; as the scenario stands where that cannot be, or where the property says
//   nothing then. Faults within the budgets are actions like others.
// Smallest faults: the least multiset of fault kinds, out of those that struck in the trace, with which the scenario
//   (allowed just these, anywhere) has a violation of the property; of equal sizes the first by the order of kinds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ask/check.hpp"  // Schedules
#include "traces/render.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

struct ExplainOptions {
  std::uint64_t states_max = 2'000'000;  // of each state space that is looked at
};

// The same scenario, other choices: how the run goes on from just before a step of the trace.
struct Otherwise {
  std::size_t from = 0;  // the first step of `run` that differs from the trace
  traces::Trace run;     // to its rest, which is well; `property` is empty
};

// One plain sentence and what it is about: "read", "missed-write", "racing-pair", "no-return", "before-it", "duration",
// "likelihood", "faults", "limit". Steps are counted from 1 in sentences.
struct Sentence {
  std::string about;
  std::string text;
};

struct Explanation {
  traces::Highlights highlights;             // racing pair and point of no return
  std::optional<Otherwise> order_reversed;   // the run in which the racing pair's order is the other one
  std::optional<Otherwise> escape;           // see above; `from` is the point of no return
  std::optional<std::size_t> always_passed;  // how many steps lead to that state
  std::optional<Schedules> schedules;        // m of n
  bool schedules_all_invoked = true;
  std::optional<std::vector<std::string>> smallest_faults;  // kinds, sorted ("lost-reply"); empty: none is needed;
                                                            // nullopt: not computed
  std::vector<Sentence> sentences;                          // in the order to be read
  std::vector<std::string> limits;                          // what was not computed, and why
};

// REQUIRES: the trace was accepted by rewalk(). Throws InputError for a trace that breaks no property.
Explanation explain(const traces::Trace& trace, const ExplainOptions& options = {});

// Parts of it, without the rest: racing pair and point of no return (none where the state space is too large), or the
// pair alone, which needs no state space. REQUIRES and throws as explain().
traces::Highlights find_highlights(const traces::Trace& trace, const ExplainOptions& options = {});
std::optional<traces::RacingPair> find_racing_pair(const traces::Trace& trace);

// For people, and as one JSON object; its steps are counted from 0, as in the trace.
std::string describe(const traces::Trace& trace, const Explanation& explanation);
std::string to_json(const traces::Trace& trace, const Explanation& explanation);

}  // namespace stalemate::model
