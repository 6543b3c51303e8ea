// Two sides of a lesson from two machines. The state space is told state by state; traces become runs through it.
#include "model/lesson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "model/check.hpp"
#include "model/explain.hpp"
#include "model/machine.hpp"
#include "model/property.hpp"
#include "model/state_space.hpp"
#include "model/tell.hpp"
#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::model {
namespace {

using traces::LessonEdge;
using traces::LessonRun;
using traces::LessonSide;
using traces::LessonState;
using traces::Step;
using traces::StepKind;

constexpr std::uint64_t kCountMax = 2'000'000;  // as far as the states of one side are counted for an error
constexpr std::string_view kAfterPage = "database-only";

std::vector<std::string> names_of(const Machine& machine, sim::PropertyMask violated) {
  std::vector<std::string> names;
  for (std::size_t p = 0; p < machine.properties().size(); ++p)
    if ((violated >> p & 1) != 0) names.emplace_back(machine.properties()[p]->name);
  return names;
}

std::vector<LessonState> tell_states(const Machine& machine, const StateSpace& space) {
  std::vector<LessonState> states(space.state_count());
  for (std::uint32_t from = 0; from < space.state_count(); ++from) {
    LessonState& state = states[from];
    state.state = tell_state(machine, space.state(from));
    state.at_rest = space.at_rest[from];
    state.violates = names_of(machine, space.graph.violated_by_state[from]);
    for (std::size_t e = space.first_edge(from); e < space.first_edge(from + 1); ++e) {
      const std::uint32_t to = space.graph.target[e];
      const sim::PropertyMask violated = space.graph.violated_by_step[e] | space.graph.violated_by_state[to];
      LessonEdge edge{tell_step(machine, space.state(from), space.actions[e], space.state(to), violated), to};
      edge.step.after = {};
      state.edges.push_back(std::move(edge));
    }
  }
  return states;
}

// What a step is, whatever it leads to and breaks.
Step bare(Step step) {
  step.after = {};
  step.violates.clear();
  return step;
}

// The edges that a trace takes. REQUIRES: it is a run of the scenario whose states these are.
LessonRun run_of(const std::vector<LessonState>& states, const traces::Trace& trace) {
  LessonRun run;
  std::uint32_t at = 0;
  for (const Step& step : trace.steps) {
    const std::vector<LessonEdge>& edges = states[at].edges;
    const auto taken = std::find_if(edges.begin(), edges.end(), [&, wanted = bare(step)](const LessonEdge& edge) {
      return bare(edge.step) == wanted && states[edge.target].state == step.after;
    });
    STALEMATE_INVARIANT(taken != edges.end(), "a trace of the scenario is a run through its states");
    run.push_back(static_cast<std::uint32_t>(taken - edges.begin()));
    at = taken->target;
  }
  return run;
}

bool is_fault(const Step& step) { return step.budget != 0; }

// A walk through a side's states that keeps what it took.
class Runner {
 public:
  explicit Runner(const std::vector<LessonState>& states) : states_(states) {}

  // Takes the first edge that is wanted; false where there is none.
  bool take(const std::function<bool(const Step&)>& wanted) {
    const std::vector<LessonEdge>& edges = states_[at_].edges;
    const auto found =
        std::find_if(edges.begin(), edges.end(), [&](const LessonEdge& edge) { return wanted(edge.step); });
    if (found == edges.end()) return false;
    run_.push_back(static_cast<std::uint32_t>(found - edges.begin()));
    at_ = found->target;
    return true;
  }
  std::uint32_t at() const { return at_; }
  const LessonRun& run() const { return run_; }

 private:
  const std::vector<LessonState>& states_;
  LessonRun run_;
  std::uint32_t at_ = 0;
};

LessonRun first_choices(const std::vector<LessonState>& states) {
  Runner runner(states);
  while (runner.take([](const Step& step) { return !is_fault(step); })) continue;
  return runner.run();
}

// One step of `other` beside the step `leader` of the first side: the same start, the same fault at the same server,
// the same crash, or else whatever that session does next.
void go_along(Runner& other, const Step& leader) {
  const auto of_session = [&](const Step& step) { return step.app == leader.app && step.session == leader.session; };
  const auto plain = [&](const Step& step) {
    return of_session(step) && !is_fault(step) && step.kind != StepKind::kInvoke;
  };
  if (leader.kind == StepKind::kInvoke) {
    while (other.take(plain)) continue;
    other.take(
        [&](const Step& step) { return of_session(step) && step.kind == StepKind::kInvoke && step.key == leader.key; });
    return;
  }
  const bool concerns_it = leader.kind == StepKind::kCrash || (leader.request && leader.request->to == "database");
  if (is_fault(leader) && concerns_it &&
      other.take([&](const Step& step) { return of_session(step) && step.kind == leader.kind; }))
    return;
  other.take(plain);
}

void go_along(LessonSide& side, const LessonSide& leader) {
  Runner runner(side.states);
  side.moments = {0};
  std::uint32_t at = 0;
  for (const std::uint32_t choice : leader.story) {
    const LessonEdge& edge = leader.states[at].edges[choice];
    go_along(runner, edge.step);
    side.moments.push_back(static_cast<std::uint32_t>(runner.run().size()));
    at = edge.target;
  }
  while (runner.take([](const Step& step) { return !is_fault(step) && step.kind != StepKind::kInvoke; })) continue;
  side.story = runner.run();
  side.moments.back() = static_cast<std::uint32_t>(side.story.size());
}

std::vector<traces::LessonProperty> properties_of(const Machine& machine, const Report* report) {
  std::vector<traces::LessonProperty> properties;
  for (const PropertyKind& kind : property_kinds()) {
    traces::LessonProperty property{std::string(kind.name), std::string(kind.claim), "", "not looked at"};
    if (!kind.applies(machine.program()))
      property.why = machine.program().has_cache ? "nothing here can break it" : "there is no cache to be wrong";
    else if (!kind.says_something(machine.scenario()))
      property.why = "it says nothing of these operations";
    if (report != nullptr)
      for (const PropertyReport& judged : report->properties) {
        if (judged.property != kind.name) continue;
        property.verdict = to_string(judged.verdict);
        property.why = judged.verdict == Verdict::kInconclusive ? judged.why : "";
      }
    properties.push_back(std::move(property));
  }
  return properties;
}

void add_explanation(LessonSide& side, const traces::Trace& trace) {
  const Explanation explanation = explain(trace);
  side.highlights = explanation.highlights;
  for (const Sentence& sentence : explanation.sentences) side.sentences.push_back({sentence.about, sentence.text});
  for (const std::string& limit : explanation.limits) side.sentences.push_back({"limit", limit});
  if (explanation.order_reversed)
    side.others.push_back({"order-reversed", run_of(side.states, explanation.order_reversed->run)});
  if (explanation.escape) side.others.push_back({"escape", run_of(side.states, explanation.escape->run)});
}

void add_reassurance(LessonSide& side) {
  std::size_t edge_count = 0;
  for (const LessonState& state : side.states) edge_count += state.edges.size();
  const bool proven = std::any_of(side.properties.begin(), side.properties.end(),
                                  [](const traces::LessonProperty& property) { return property.verdict == "holds"; });
  side.sentences.push_back(
      {"proof", fmt::format("Every order was tried: {} states, {} steps between them, and none of them breaks a "
                            "property. {}",
                            side.states.size(), edge_count,
                            proven ? "This is a proof for these operations and these faults, not for others."
                                   : "But nothing that a property is about ever happened, so this proves nothing.")});
  for (const traces::LessonProperty& property : side.properties) {
    if (property.verdict == "holds")
      side.sentences.push_back({"holds", fmt::format("{} holds: {}.", property.name, property.claim)});
    else
      side.sentences.push_back({"says-nothing", fmt::format("{}: {}.", property.name, property.why)});
  }
}

std::string option_for(const Protocol& protocol) {
  for (const CataloguePage& page : catalogue())
    if (page.text == protocol.text) return std::string(page.name);
  return protocol.name;
}

std::vector<std::string> check_arguments(const Protocol& protocol, const std::vector<std::string>& properties) {
  std::vector<std::string> arguments = {option_for(protocol)};
  for (const std::string& role : protocol.roles) arguments.insert(arguments.end(), {"--role", role});
  for (const std::string& property : properties) arguments.insert(arguments.end(), {"--property", property});
  return arguments;
}

// A side whose story is its violation, if there is one.
LessonSide make_side(const Protocol& protocol, const Machine& machine, const StateSpace& space,
                     const std::vector<std::string>& properties) {
  LessonSide side;
  side.protocol = protocol.name;
  if (!machine.properties().empty()) side.check_arguments = check_arguments(protocol, properties);
  side.scenario = machine.scenario().words;
  side.has_cache = machine.program().has_cache;
  side.states = tell_states(machine, space);
  std::optional<Report> report;
  if (!machine.properties().empty()) {
    CheckOptions options;
    for (const PropertyKind* kind : machine.properties()) options.properties.emplace_back(kind->name);
    options.exhaust = true;
    report = check(protocol, side.scenario, options);
  }
  side.properties = properties_of(machine, report ? &*report : nullptr);
  if (report && report->trace) {
    side.broken = report->property;
    side.story = run_of(side.states, *report->trace);
    add_explanation(side, *report->trace);
  } else {
    add_reassurance(side);
  }
  return side;
}

Protocol database_only() {
  std::optional<Protocol> page = read_page(kAfterPage);
  STALEMATE_INVARIANT(page.has_value(), "the catalogue has a page without a cache");
  return *page;
}

// The same scripts in words that any protocol understands.
std::vector<std::string> same_scripts(const Scenario& scenario) {
  std::vector<std::string> scripts;
  for (const Session& session : scenario.sessions) {
    std::string script;
    for (const ScriptedOperation& operation : session.operations) {
      if (!script.empty()) script += "; ";
      script += to_string(operation.kind);
      if (operation.key != kAnyKey && scenario.keys > 1) script += fmt::format(" k{}", operation.key + 1);
    }
    if (session.session == 1)
      scripts.push_back(script);
    else
      scripts.back() += " | " + script;
  }
  return scripts;
}

Machine machine_after(const Protocol& after, const Scenario& before) {
  traces::Scenario words = before.words;
  words.apps = same_scripts(before);
  words.cached = false;
  words.faults.clear();
  for (const std::string& fault : before.words.faults) {
    words.faults.push_back(fault);
    try {
      make_machine(after, words, {}, Granularity::kPlain);
    } catch (const traces::InputError&) {
      words.faults.pop_back();  // it aims at an arrow that is not there
    }
  }
  return make_machine(after, words, {}, Granularity::kPlain);
}

[[noreturn]] void refuse(std::span<const Machine* const> machines, std::uint64_t states_max) {
  SpaceSize size;
  for (const Machine* machine : machines) {
    const SpaceSize one = measure_state_space(*machine, kCountMax);
    size.states += one.states;
    size.complete &= one.complete;
  }
  throw traces::InputError(
      fmt::format("this scenario has {}{} states, those on the database alone included, and a lesson holds {} at most; "
                  "take fewer app instances, operations, keys or faults, or draw the trace alone: stalemate check ... "
                  "-o trace.json, then stalemate show trace.json --as svg",
                  size.complete ? "" : "more than ", size.states, states_max));
}

}  // namespace

traces::Lesson make_lesson(const Protocol& protocol, const traces::Scenario& scenario, const LessonOptions& options) {
  refuse_liveness(options.properties);
  const Machine machine = make_machine(protocol, scenario, options.properties, Granularity::kPlain);
  traces::Lesson lesson;
  lesson.scenario = describe(machine.scenario().words);
  std::optional<Protocol> after;
  std::optional<Machine> other;
  std::vector<const Machine*> machines = {&machine};
  if (machine.program().has_cache) {
    after.emplace(database_only());
    other.emplace(machine_after(*after, machine.scenario()));
    machines.push_back(&*other);
  }
  std::vector<StateSpace> spaces;
  std::uint64_t states_left = options.states_max;
  for (const Machine* each : machines) {
    std::optional<StateSpace> space = build_state_space(*each, states_left);
    if (!space) refuse(machines, options.states_max);
    states_left -= space->state_count();
    spaces.push_back(std::move(*space));
  }

  lesson.sides.push_back(make_side(protocol, machine, spaces[0], options.properties));
  lesson.sides[0].id = "before";
  if (lesson.sides[0].broken.empty()) lesson.sides[0].story = first_choices(lesson.sides[0].states);
  if (other) {
    lesson.sides.push_back(make_side(*after, *other, spaces[1], {}));
    lesson.sides[1].id = "after";
    if (lesson.sides[1].broken.empty()) go_along(lesson.sides[1], lesson.sides[0]);
  }
  return lesson;
}

}  // namespace stalemate::model
