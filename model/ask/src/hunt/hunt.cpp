// The hunt: rounds of runs. A round draws one plan and walks it some dozens of times; a violation is shrunk and told.
//
// What run number i finds depends on seed and space alone: a round's plan and its walks are drawn from streams that are
// named by the round's number.
#include "ask/hunt.hpp"
#include "base/text.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <bit>
#include <map>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "hunt/case.hpp"
#include "hunt/cause.hpp"
#include "hunt/coverage.hpp"
#include "hunt/plan.hpp"
#include "hunt/shrink.hpp"
#include "reduce/packed_system.hpp"
#include "sim/fingerprints.hpp"
#include "sim/random_walk.hpp"
#include "sim/strategies.hpp"

namespace stalemate::model::hunting {
namespace {

constexpr std::uint64_t kRunsPerRound = 64;
constexpr int kSizeFirst = 20;            // of what RapidCheck draws; kNominalSize is full size
constexpr int kSizeGrowth = 4;            // a round
constexpr std::size_t kTriesPerLook = 8;  // with --all: how many violations that look alike are shrunk

class Hunt {
 public:
  Hunt(const Protocol& protocol, const HuntSpace& space, const HuntOptions& options);
  HuntReport run();

 private:
  void round(std::uint64_t number);
  template <class Packed, class Strategy>
  void walk(const Machine& machine, const Packed& system, Strategy strategy, const Plan& plan, std::uint64_t number);
  void keep(const Machine& machine, const Plan& plan, const std::vector<Action>& actions, std::size_t property,
            std::uint64_t number);
  bool worth_shrinking(const Case& drawn, std::uint64_t round);
  bool go_on(bool shrinking);
  void finish();

  struct Look {
    std::size_t tries = 0;
    std::uint64_t round = 0;  // of the last one
  };

  const Protocol& protocol_;
  const HuntOptions& options_;
  std::shared_ptr<const Program> program_;
  HuntSpace space_;  // faults normalised
  std::optional<rc::Gen<Plan>> plans_;
  std::vector<const PropertyKind*> properties_;  // that any scenario drawn may be checked for
  std::optional<Coverage> coverage_;
  sim::Fingerprints states_;
  HuntReport report_;
  std::set<std::string> causes_;
  std::map<std::string, Look> looks_;
  bool stopped_ = false;
};

void check_strategy(const std::string& name) {
  std::vector<std::string> known;
  for (const sim::StrategyName& strategy : sim::kStrategies) known.emplace_back(strategy.name);
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw InputError(fmt::format("--strategy {}: no such strategy{}; there is {}", name, suggestion(name, known),
                                 fmt::join(known, ", ")));
}

std::uint64_t fingerprint_of(const traces::Scenario& words) {
  std::vector<std::uint64_t> letters;
  const auto add = [&](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
      for (const char c : text) letters.push_back(static_cast<unsigned char>(c));
      letters.push_back(256);
    }
    letters.push_back(257);
  };
  add(words.apps);
  add(words.faults);
  letters.push_back(static_cast<std::uint64_t>(words.keys));
  return sim::fingerprint(0, letters.data(), letters.size());
}

// A scenario as large as the space allows, of everything the protocol has.
traces::Scenario whole_of(const Program& program, const HuntSpace& space) {
  traces::Scenario words = space.scenario;
  if (words.apps.empty()) {
    for (std::size_t i = 0; i < program.operations.size(); ++i) {
      const std::string name = script_name(program, i);
      words.apps.push_back(name + " k1; " + name + " k1");
    }
  }
  return words;
}

Hunt::Hunt(const Protocol& protocol, const HuntSpace& space, const HuntOptions& options)
    : protocol_(protocol),
      options_(options),
      program_(std::make_shared<const Program>(compile(protocol, compile_options(space.scenario)))),
      space_(space) {
  check_strategy(options.strategy);
  refuse_liveness(options.properties);
  const Machine whole = make_machine(program_, whole_of(*program_, space_), options.properties, Granularity::kPlain);
  check_space(*program_, space_);
  space_.scenario.faults = whole.scenario().words.faults;
  properties_ = whole.properties();
  if (properties_.empty())
    throw InputError(
        "no property says anything of such scenarios; they need a cache, or a Read that may follow a Write");
  plans_ = plans(*program_, space_);
  coverage_.emplace(program_, whole.scenario().budgets);
}

HuntReport Hunt::run() {
  report_.protocol = protocol_.name;
  report_.space = space_;
  report_.seed = options_.seed;
  report_.strategy = options_.strategy;
  for (std::uint64_t number = 0; !stopped_ && (options_.runs_max == 0 || report_.runs < options_.runs_max); ++number)
    if (go_on(false)) round(number);
  finish();
  return std::move(report_);
}

bool Hunt::go_on(bool shrinking) {
  if (stopped_) return false;
  if (!options_.interrupt) return true;
  const auto reason =
      options_.interrupt({report_.runs, report_.steps, states_.distinct(), report_.found.size(), shrinking});
  if (!reason) return true;
  report_.limits.push_back(*reason);
  stopped_ = true;
  return false;
}

void Hunt::round(std::uint64_t number) {
  const int size = static_cast<int>(std::min<std::uint64_t>(kSizeFirst + kSizeGrowth * number, rc::kNominalSize));
  const Plan plan = (*plans_)(rc::Random({options_.seed, number, 0, 0}), size).value();
  const Machine machine = make_machine(program_, words_of(plan), options_.properties, Granularity::kPlain);
  ++report_.rounds;
  with_packed_system(machine, [&](const auto& system) {
    sim::with_strategy(options_.strategy,
                       [&](auto strategy) { walk(machine, system, std::move(strategy), plan, number); });
  });
}

template <class Packed, class Strategy>
void Hunt::walk(const Machine& machine, const Packed& system, Strategy strategy, const Plan& plan,
                std::uint64_t number) {
  sim::Random random(options_.seed, number);
  sim::WalkRecord<Action> record;
  std::vector<std::uint64_t> visited;
  const std::uint64_t scenario = fingerprint_of(words_of(plan));
  std::vector<std::uint64_t> first(machine.words());
  machine.initial(first.data(), record.marks);  // --all-invoked: what the first invokes sent
  for (std::uint64_t i = 0; i < kRunsPerRound && !stopped_; ++i) {
    if (options_.runs_max != 0 && report_.runs == options_.runs_max) break;
    if (i > 0 && !go_on(false)) break;  // one run may be long
    // The table is far from the processor: it is asked for all of a run's states at once, when they have come near.
    visited.clear();
    const auto visit = [&](const auto& state) {
      visited.push_back(sim::fingerprint(scenario, state.words.data(), machine.words()));
      states_.prefetch(visited.back());
    };
    const auto violated = [&](sim::PropertyMask fresh) {
      for (; fresh != 0 && !stopped_; fresh &= fresh - 1)
        keep(machine, plan, record.actions, static_cast<std::size_t>(std::countr_zero(fresh)), number);
      return !stopped_;
    };
    sim::random_walk(system, strategy, random, {}, record, sim::WalkListener{visit, violated});
    for (const std::uint64_t state : visited) states_.observe(state);
    ++report_.runs;
    if (!states_.full()) report_.counted_runs = report_.runs;
    report_.steps += record.actions.size();
    report_.longest = std::max(report_.longest, record.actions.size());
    if (record.violated != 0) ++report_.violating_runs;
  }
  coverage_->add(machine, record.marks);
}

void Hunt::keep(const Machine& machine, const Plan& plan, const std::vector<Action>& actions, std::size_t property,
                std::uint64_t number) {
  auto alone = machine_of(program_, plan, {std::string(machine.properties()[property]->name)});
  STALEMATE_INVARIANT(alone != nullptr, "a property that broke can be checked alone");
  Case drawn = case_of(plan, std::move(alone), actions);
  if (options_.all && !worth_shrinking(drawn, number)) {
    ++report_.not_shrunk;
    return;
  }

  HuntFound found;
  found.run = report_.runs + 1;
  found.steps_drawn = drawn.actions.size();
  const Shrunk shrunk =
      shrink(program_, std::move(drawn),
             {.keep_faults = options_.all, .states_max = options_.states_max, .go_on = [this] { return go_on(true); }});
  // What was not shrunk to its end may need less than it has: its cause is not known.
  if (shrunk.cut_short && !report_.found.empty()) return;
  found.trace = tell(shrunk.smallest, protocol_, options_.seed);
  found.cause = cause_of(found.trace);
  found.smaller_cases = shrunk.smaller_cases;
  found.exhausted = shrunk.exhausted;
  found.shortest = shrunk.shortest;
  found.smallest = shrunk.smallest_scenario;
  found.cut_short = shrunk.cut_short;
  stopped_ |= !options_.all;
  if (!causes_.insert(found.cause).second) return;
  if (options_.found) options_.found(found);
  report_.found.push_back(std::move(found));
}

// Shrinking takes longer than finding: of violations that look alike only a few are shrunk, each of another round.
bool Hunt::worth_shrinking(const Case& drawn, std::uint64_t round) {
  std::multiset<std::pair<std::size_t, InstructionId>> faults;
  for (const StepIdentity& step : drawn.steps)
    if (step.kind == ActionKind::kFault) faults.insert({step.fault, step.instruction});
  std::string look = fmt::format("{} {} {}", drawn.machine->properties().front()->name,
                                 static_cast<int>(drawn.steps.back().kind), drawn.steps.back().instruction);
  for (const auto& [fault, instruction] : faults) look += fmt::format(" {}:{}", fault, instruction);
  Look& seen = looks_[look];
  if (seen.tries == kTriesPerLook || (seen.tries > 0 && seen.round == round)) return false;
  ++seen.tries;
  seen.round = round;
  return true;
}

void Hunt::finish() {
  report_.states = states_.distinct();
  report_.states_once = states_.singletons();
  report_.states_visited = states_.observations();
  report_.table_full = states_.full();
  report_.diagrams = coverage_->diagrams();
  report_.faults_happened = coverage_->faults(true);
  report_.faults_never = coverage_->faults(false);
  if (!report_.found.empty()) report_.verdict = Verdict::kViolated;
  for (const PropertyKind* kind : properties_) {
    PropertyReport property{std::string(kind->name), std::string(kind->claim), Verdict::kInconclusive, ""};
    const bool violated = std::any_of(report_.found.begin(), report_.found.end(),
                                      [&](const HuntFound& found) { return found.trace.property == kind->name; });
    if (violated)
      property.verdict = Verdict::kViolated;
    else if (!coverage_->antecedent_met(*kind))
      property.why = fmt::format("nothing was tested: never reached: {}", kind->antecedent);
    else if (!report_.found.empty() && !options_.all)
      property.why = "the hunt stopped at the first violation; say --all, or --property to hunt for it alone";
    else
      property.why = fmt::format("not violated in {} run{}", report_.runs, report_.runs == 1 ? "" : "s");
    report_.properties.push_back(std::move(property));
  }
}

}  // namespace
}  // namespace stalemate::model::hunting

namespace stalemate::model {

double HuntReport::unseen_chance() const {
  return states_visited == 0 ? 1 : static_cast<double>(states_once) / static_cast<double>(states_visited);
}

double HuntReport::new_states_per_run() const {
  return counted_runs == 0 ? 1 : static_cast<double>(states_once) / static_cast<double>(counted_runs);
}

HuntReport hunt(const Protocol& protocol, const HuntSpace& space, const HuntOptions& options) {
  return hunting::Hunt(protocol, space, options).run();
}

}  // namespace stalemate::model
