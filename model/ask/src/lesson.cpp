// Two sides of a lesson from two machines. The state space is told state by state; traces become runs through it.
#include "ask/lesson.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "ask/check.hpp"
#include "ask/explain.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "lesson_story.hpp"
#include "machine/fault.hpp"
#include "machine/machine.hpp"
#include "machine/property.hpp"
#include "reduce/state_space.hpp"
#include "tell/shortest.hpp"
#include "tell/state_graph.hpp"
#include "tell/tell.hpp"
#include "traces/property_words.hpp"

namespace stalemate::model {
namespace {

using traces::LessonEdge;
using traces::LessonRun;
using traces::LessonSide;
using traces::LessonState;
using traces::Step;

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
      LessonEdge edge{tell_edge(machine, space, from, e, violated), to};
      edge.step.after = {};
      state.edges.push_back(std::move(edge));
    }
  }
  return states;
}

// The edges that a trace takes. REQUIRES: it is a run of the scenario whose states these are.
LessonRun run_of(const std::vector<LessonState>& states, const traces::Trace& trace) {
  LessonRun run;
  std::uint32_t at = 0;
  for (const Step& step : trace.steps) {
    const std::vector<LessonEdge>& edges = states[at].edges;
    const auto taken =
        std::find_if(edges.begin(), edges.end(), [&](const LessonEdge& edge) { return same_step(edge.step, step); });
    STALEMATE_INVARIANT(taken != edges.end(), "a trace of the scenario is a run through its states");
    run.push_back(static_cast<std::uint32_t>(taken - edges.begin()));
    at = taken->target;
  }
  return run;
}

// The liveness ones are of whole runs, and no light of a step could tell of them.
std::vector<traces::LessonProperty> properties_of(const Machine& machine, const Report* report) {
  std::vector<traces::LessonProperty> properties;
  for (const PropertyKind& kind : property_kinds()) {
    if (kind.is_liveness()) continue;
    traces::LessonProperty property{std::string(kind.name), std::string(kind.claim), "", "was not asked for"};
    if (!kind.applies(machine.program()))
      property.why = machine.program().has_cache ? "nothing here can break it" : "there is no cache to be wrong";
    else if (!kind.says_something(machine.scenario()))
      property.why = "it says nothing of these operations";
    else if (kind.not_said != nullptr && !kind.not_said(machine.program()).empty())
      property.why = "the page leaves open what it needs to know";
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
  if (explanation.order_reversed)
    side.others.push_back({"order-reversed", run_of(side.states, explanation.order_reversed->run)});
  if (explanation.escape) side.others.push_back({"escape", run_of(side.states, explanation.escape->run)});
}

// Where nobody asked whether the cache is right in the end, but it is not.
void add_what_was_not_asked(LessonSide& side, const Machine& machine, const StateSpace& space) {
  const auto is_unasked = [](const traces::LessonProperty& property) {
    return property.name == "coherent-at-rest" && property.verdict.empty();
  };
  if (!has_cache(side.stores) || std::none_of(side.properties.begin(), side.properties.end(), is_unasked)) return;
  std::size_t at_rest = 0;
  std::size_t wrong = 0;
  for (std::uint32_t state = 0; state < space.state_count(); ++state) {
    if (!space.at_rest[state]) continue;
    ++at_rest;
    wrong += machine.is_coherent(space.state(state)) ? 0U : 1U;
  }
  if (wrong == 0) return;
  side.sentences.push_back(
      {"not-asked", fmt::format("coherent-at-rest was not asked for. In {} of the {} states at rest the cache holds "
                                "another value than the database.",
                                wrong, at_rest)});
}

void add_reassurance(LessonSide& side) {
  std::size_t edge_count = 0;
  for (const LessonState& state : side.states) edge_count += state.edges.size();
  std::vector<std::string> judged;
  bool proven = false;
  for (const traces::LessonProperty& property : side.properties) {
    if (!property.verdict.empty()) judged.push_back(property.name);
    proven = proven || property.verdict == "holds";
  }
  const std::string tried =
      fmt::format("Every order was tried: {} states and {} steps between them", side.states.size(), edge_count);
  if (judged.empty())
    side.sentences.push_back({"proof", tried + ". No property says anything of them, so nothing was judged."});
  else
    side.sentences.push_back(
        {"proof", fmt::format("{}, and none of them breaks {}. {}", tried, fmt::join(judged, " or "),
                              proven ? "This is a proof for these operations and these faults, not for others."
                                     : "But this is no proof: see below.")});
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

// The trace of a run that breaks a property. `as`: what it says besides its steps.
traces::Trace trace_of(const std::vector<LessonState>& states, const BreakingRun& found, const traces::Trace& as) {
  traces::Trace trace = as;
  trace.property = found.broken;
  trace.steps.clear();
  std::uint32_t at = 0;
  for (const std::uint32_t choice : found.run) {
    const LessonEdge& edge = states[at].edges[choice];
    at = edge.target;
    trace.steps.push_back(edge.step);
    trace.steps.back().after = states[at].state;
  }
  number_copies(trace);
  return trace;
}

// The story of a side that breaks a property: `shortest`, or one with a fault where faults were asked for.
void tell_violation(LessonSide& side, const traces::Trace& shortest) {
  const LessonRun plain = run_of(side.states, shortest);
  const bool lacks_fault = !side.scenario.faults.empty() && !has_fault(side.states, plain);
  const std::optional<BreakingRun> struck =
      lacks_fault ? shortest_with_fault(side.states, shortest.property) : std::nullopt;
  const BreakingRun told = struck.value_or(BreakingRun{plain, shortest.property});
  side.broken = told.broken;
  side.story = told.run;
  if (struck && told.broken != shortest.property)
    side.sentences.push_back(
        {"asked", fmt::format("A fault was asked for, so one strikes in this run. Without --fault, too, something goes "
                              "wrong: the shortest run that does breaks {} and has {} steps.",
                              shortest.property, plain.size())});
  else if (struck)
    side.sentences.push_back(
        {"asked", fmt::format("A fault was asked for, so one strikes in this run. None is needed: without --fault the "
                              "shortest run that goes wrong has {} steps.",
                              plain.size())});
  else if (lacks_fault)
    side.sentences.push_back(
        {"asked",
         "A fault was asked for, but in no run that breaks a property does one strike before it does. So "
         "none strikes here."});
  add_explanation(side, struck ? trace_of(side.states, told, shortest) : shortest);
}

// A side whose story is its violation, if there is one.
LessonSide make_side(const Protocol& protocol, const Machine& machine, const StateSpace& space,
                     const std::vector<std::string>& properties) {
  LessonSide side;
  side.protocol = protocol.name;
  if (!machine.properties().empty()) side.check_arguments = check_arguments(protocol, properties);
  side.scenario = machine.scenario().words;
  side.stores = tell_stores(machine);
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
    const std::optional<traces::Trace> shortest = shortest_violation(machine, protocol);
    STALEMATE_INVARIANT(shortest.has_value(), "what one search finds broken, every other does");
    tell_violation(side, *shortest);
  } else {
    add_reassurance(side);
    add_what_was_not_asked(side, machine, space);
  }
  return side;
}

void tell_first_choices(LessonSide& side) {
  side.story = first_choices(side.states);
  if (!side.scenario.faults.empty() && !has_fault(side.states, side.story))
    side.sentences.push_back({"asked", "A fault was asked for, but in no run is there anything for one to strike."});
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

// The request of `after` that does what the aimed one does: of an operation of the same kind, the same verb at the
// database. None where that goes to the cache. An aim at operations or a server is the same there.
std::optional<std::string> aim_after(const FaultTarget& target, const Program& before, const Program& after) {
  const std::string_view fault = fault_kinds()[target.kind].name;
  if (target.aim.empty()) return std::string(fault);
  if (!target.servers.empty() && before.servers[target.servers.front()].kind != Role::kDatabase) return std::nullopt;
  if (!target.servers.empty()) return fmt::format("{}@{}", fault, target.aim);
  if (target.arrow == 0)
    return fmt::format("{}@{}", fault, to_string(before.operations[target.operations.front()].kind));
  const auto aimed =
      std::find_if(before.instructions.begin(), before.instructions.end(), [&](const Instruction& instruction) {
        return instruction.operation == target.operations.front() && instruction.arrow == target.arrow;
      });
  if (aimed == before.instructions.end() || kind_of_server(before, *aimed) != Role::kDatabase) return std::nullopt;
  const OperationKind kind = before.operations[aimed->operation].kind;
  for (const Instruction& instruction : after.instructions)
    if (kind_of_server(after, instruction) == Role::kDatabase && instruction.verb == aimed->verb &&
        after.operations[instruction.operation].kind == kind)
      return fmt::format("{}@{}:{}", fault, to_string(kind), instruction.arrow);
  return std::nullopt;
}

// The same faults where there is no cache; "" where nothing is left of them.
std::string fault_after(const FaultBudget& fault, const Program& before, const Program& after) {
  std::vector<std::string> kinds;
  bool is_aimed = false;
  for (const FaultTarget& target : fault.targets) {
    is_aimed = is_aimed || !target.aim.empty();
    const FaultKind& kind = fault_kinds()[target.kind];
    if (kind.server() != nullptr) continue;
    const std::optional<std::string> aimed = aim_after(target, before, after);
    if (aimed && std::find(kinds.begin(), kinds.end(), *aimed) == kinds.end()) kinds.push_back(*aimed);
  }
  if (kinds.empty()) return "";
  return is_aimed ? fmt::format("{}={}", fmt::join(kinds, ","), fault.unlimited ? "*" : std::to_string(fault.budget))
                  : fault.text;
}

Machine machine_after(const Protocol& after, const Machine& before) {
  traces::Scenario words = before.scenario().words;
  words.apps = same_scripts(before.scenario());
  words.cached = false;
  words.faults.clear();
  const Program program = compile(after, compile_options(words));
  for (const FaultBudget& fault : before.scenario().budgets) {
    const std::string same = fault_after(fault, before.program(), program);
    if (!same.empty()) words.faults.push_back(same);
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
  throw InputError(
      fmt::format("this scenario has {}{} states, those on the database alone included, and a lesson holds {} at most; "
                  "take fewer app instances, operations, keys or faults, or draw the trace alone: stalemate check ... "
                  "-o trace.json, then stalemate show trace.json --as svg",
                  size.complete ? "" : "more than ", size.states, states_max));
}

// A lesson's table has one column for the cache.
void refuse_caches(const Program& program) {
  const auto caches = std::count_if(program.servers.begin(), program.servers.end(),
                                    [](const DrawnServer& server) { return server.kind == Role::kCache; });
  const bool other = std::any_of(program.servers.begin(), program.servers.end(),
                                 [](const DrawnServer& server) { return server.local || server.follows.has_value(); });
  if (caches > 1 || other)
    throw InputError(
        "a page with several caches, with one in each app instance, or with a replica of one, is no lesson yet; draw "
        "the trace instead: "
        "stalemate check ... -o trace.json, then stalemate show trace.json --as svg, or stalemate explain trace.json");
}

}  // namespace

traces::Lesson make_lesson(const Protocol& protocol, const traces::Scenario& scenario, const LessonOptions& options) {
  refuse_liveness(options.properties);
  const Machine machine = make_machine(protocol, scenario, options.properties, Granularity::kPlain);
  refuse_caches(machine.program());
  traces::Lesson lesson;
  lesson.scenario = describe(machine.scenario().words);
  std::optional<Protocol> after;
  std::optional<Machine> other;
  std::vector<const Machine*> machines = {&machine};
  if (machine.program().has_cache) {
    after.emplace(database_only());
    other.emplace(machine_after(*after, machine));
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
  if (lesson.sides[0].broken.empty()) tell_first_choices(lesson.sides[0]);
  if (other) {
    lesson.sides.push_back(make_side(*after, *other, spaces[1], {}));
    lesson.sides[1].id = "after";
    if (lesson.sides[1].broken.empty()) go_along(lesson.sides[1], lesson.sides[0]);
  }
  return lesson;
}

}  // namespace stalemate::model
