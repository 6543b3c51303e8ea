// From a search's result to a verdict for each property: violated, holds, or inconclusive with its reason.
#include "ask/check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ask/convergence.hpp"
#include "base/error.hpp"
#include "causes.hpp"
#include "machine/machine.hpp"
#include "reduce/packed_system.hpp"
#include "reduce/reduction.hpp"
#include "sim/schedules.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

using Result = sim::SearchResult<Action>;

std::optional<std::string> limit_hit(const Result& result, const CheckOptions& options,
                                     const std::string& interruption) {
  switch (result.end) {
    case sim::SearchEnd::kExhausted:
    case sim::SearchEnd::kViolation:
      return std::nullopt;
    case sim::SearchEnd::kDepthLimit:
      return options.depth_max && *options.depth_max <= sim::kLevelsMax
                 ? fmt::format("depth limit {} reached", *options.depth_max)
                 : fmt::format("{} steps deep, and no search goes deeper", sim::kLevelsMax);
    case sim::SearchEnd::kMemoryLimit:
      return fmt::format("memory limit of {} bytes reached", options.memory_bytes_max);
    case sim::SearchEnd::kInterrupted:
      return interruption;
  }
  return std::nullopt;
}

// The faults allowed by the scenario that never happened.
std::vector<std::string> unused_faults(const Machine& machine, const sim::Marks& marks) {
  std::vector<std::string> unused;
  for (std::size_t b = 0; b < machine.scenario().budgets.size(); ++b) {
    const FaultBudget& budget = machine.scenario().budgets[b];
    for (std::size_t t = 0; t < budget.targets.size(); ++t)
      if (!marks.reached(machine.fault_mark(b, t)))
        unused.push_back(fmt::format("{} (of --fault {})", fault_kinds()[budget.targets[t].kind].name, budget.text));
  }
  return unused;
}

// Why nothing can hold of a page that leaves out what could break it; empty where it leaves out nothing.
std::string left_out(const Program& program) {
  const auto has = [&](OperationKind kind) {
    return std::any_of(program.operations.begin(), program.operations.end(),
                       [&](const ProgramOperation& operation) { return operation.kind == kind; });
  };
  if (!program.has_database)
    return "no database is drawn, so nothing says what the cache should equal; draw what the values come from";
  if (!has(OperationKind::kWrite))
    return "only Reads were understood, and they cannot show what a Write breaks; draw a Write, too";
  if (!has(OperationKind::kRead))
    return "only Writes were understood, and they cannot show what a Read meets or leaves behind; draw a Read, too";
  return "";
}

PropertyReport judge_property(const Machine& machine, std::size_t p, const Result& result,
                              const std::optional<std::string>& limit, const std::vector<std::string>& unused) {
  const PropertyKind& kind = *machine.properties()[p];
  PropertyReport report{std::string(kind.name), std::string(kind.claim), Verdict::kInconclusive, ""};
  const bool broken = (result.violated_properties >> p & 1) != 0;
  if (result.counterexample && result.counterexample->property == static_cast<int>(p)) {
    report.verdict = Verdict::kViolated;
  } else if (limit && broken && !result.counterexample) {
    report.verdict = Verdict::kViolated;
    report.why = "its trace was not found before the end: " + *limit;
  } else if (limit) {
    report.why = *limit;
  } else if (result.end == sim::SearchEnd::kViolation) {
    report.why = "the search stopped at the first violation; say --exhaust, or --property to check it alone";
  } else if (broken) {
    report.verdict = Verdict::kViolated;
    report.why = result.counterexample ? "another property has a shorter trace"
                                       : "its trace is lost, because two states have one fingerprint; search without "
                                         "--compact";
  } else if (const std::string lacks = left_out(machine.program()); !lacks.empty()) {
    report.why = lacks;
  } else if (!result.marks.reached(machine.antecedent_mark(p))) {
    report.why = fmt::format("vacuous: never reached: {}", kind.antecedent);
  } else if (!unused.empty()) {
    report.why = fmt::format("vacuous: never happened: {}", fmt::join(unused, ", "));
  } else {
    report.verdict = Verdict::kHolds;
  }
  return report;
}

// What of the memory allowed is for states: the program itself takes some, and every thread has a table of steps and
// room to work in. Of very little memory, a part all the same.
constexpr std::uint64_t kProgramBytes = std::uint64_t{18} << 20;
std::uint64_t for_states(std::uint64_t memory_bytes_max) {
  const std::uint64_t beside = kProgramBytes + memory_bytes_max / 4;
  return memory_bytes_max > beside + memory_bytes_max / 8 ? memory_bytes_max - beside : memory_bytes_max / 8;
}

// A search under way: what it is given, and why it was interrupted.
struct Asked {
  const Protocol& protocol;
  const Machine& machine;
  const CheckOptions& options;
  sim::SearchOptions search;
  std::string interruption;

  Asked(const Protocol& the_protocol, const Machine& the_machine, const CheckOptions& the_options)
      : protocol(the_protocol), machine(the_machine), options(the_options) {
    search.threads = options.threads;
    search.compact = options.compact;
    // What is about whole runs needs the whole space.
    search.exhaust = options.exhaust || options.all ||
                     std::any_of(machine.properties().begin(), machine.properties().end(),
                                 [](const PropertyKind* kind) { return kind->is_liveness(); });
    search.depth_max = options.depth_max;
    search.memory_bytes_max = for_states(options.memory_bytes_max);
    if (options.interrupt)
      search.keep_going = [this](const sim::Progress& progress) {
        const auto reason = options.interrupt(progress);
        if (reason) interruption = *reason;
        return !reason;
      };
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;
};

// Decides one about whole runs: after the search, which has seen the whole space if no limit was hit.
void judge_liveness(const Asked& asked, std::size_t p, Report& report) {
  const Machine& machine = asked.machine;
  const PropertyKind& property = *machine.properties()[p];
  if (property.name == kConverges && !machine.program().has_database) return;
  PropertyReport& judged = report.properties[p];
  const ConvergenceAnswer answer = find_divergence(asked.protocol, report.scenario, property, asked.search);
  if (!answer.complete) {
    report.limits.push_back(asked.interruption.empty()
                                ? fmt::format("memory limit of {} bytes reached, by the graph for {}",
                                              asked.options.memory_bytes_max, property.name)
                                : asked.interruption);
    judged.verdict = Verdict::kInconclusive;
    judged.why = report.limits.back();
    return;
  }
  if (!answer.divergence) return;  // holds, or is vacuous
  judged.verdict = Verdict::kViolated;
  judged.why =
      answer.divergence->permanent
          ? fmt::format("permanently: from where the trace ends, no fair run reaches {} and stays", property.goal)
          : fmt::format("not permanently: from where the loop begins, other fair runs reach {} and stay",
                        property.goal);
  const bool is_shortest = !report.trace || answer.divergence->actions.size() < report.trace->steps.size();
  if (!is_shortest) {
    judged.why += "; another property has a trace as short";
    return;
  }
  for (PropertyReport& other : report.properties)
    if (other.property == report.property) other.why = "another property has a shorter trace";
  report.property = property.name;
  report.trace = tell_divergence(machine, asked.protocol, property, *answer.divergence);
}

void judge_liveness(const Asked& asked, Report& report) {
  for (std::size_t p = 0; p < asked.machine.properties().size() && report.limits.empty(); ++p)
    if (asked.machine.properties()[p]->is_liveness()) judge_liveness(asked, p, report);
}

// violated beats inconclusive beats holds.
Verdict combine(const std::vector<PropertyReport>& properties) {
  Verdict combined = Verdict::kHolds;
  for (const PropertyReport& property : properties) {
    if (property.verdict == Verdict::kViolated) return Verdict::kViolated;
    if (property.verdict == Verdict::kInconclusive) combined = Verdict::kInconclusive;
  }
  return combined;
}

// Properties that would be checked if the page said more.
void add_not_checked(const Program& program, int line, std::vector<Assumption>& assumptions) {
  std::map<std::string, std::vector<std::string_view>> open;
  for (const PropertyKind& kind : property_kinds())
    if (kind.by_default && kind.not_said != nullptr && kind.applies(program))
      if (const std::string why = kind.not_said(program); !why.empty()) open[why].push_back(kind.name);
  for (const auto& [why, names] : open)
    assumptions.push_back({line, fmt::format("not checked: {}. In {}", fmt::join(names, ", "), why)});
}

// What is not considered of a replica of a cache.
void add_of_replica(const Machine& machine, std::vector<Assumption>& assumptions) {
  const Program& program = machine.program();
  const auto asks = [&](const Instruction& one) { return program.servers[one.server].follows.has_value(); };
  const auto first = std::find_if(program.instructions.begin(), program.instructions.end(), asks);
  if (first == program.instructions.end()) return;
  if (machine.changes_max() > kBehindMax)
    assumptions.push_back(
        {first->at.line,
         fmt::format(
             "the {} is at most {} changes behind, and here there may be {}: where it would be more, it applies "
             "the oldest first",
             program.servers[first->server].name, kBehindMax, machine.changes_max())});
  assumptions.push_back({first->at.line,
                         "the cache does not fail over: where a replica is read, which one would take "
                         "over is not modelled"});
}

std::vector<Assumption> assumptions_of(const Protocol& protocol, const Machine& machine, bool by_default) {
  std::vector<Assumption> assumptions;
  for (const ReadingLine& line : protocol.reading)
    if (!line.assumed.empty()) assumptions.push_back({line.at.line, line.assumed});
  if (by_default) add_not_checked(machine.program(), protocol.operations.front().at.line, assumptions);
  add_of_replica(machine, assumptions);
  if (machine.scenario().words.cached && !machine.program().has_cache)
    assumptions.push_back({protocol.operations.front().at.line, "no cache is drawn, so --cached changes nothing"});
  const Program& program = machine.program();
  if (!machine.scenario().words.cached) return assumptions;
  const auto gives_a_time_as_only_some_do = [&](const Instruction& each) {
    const std::uint64_t entries = std::uint64_t{1} << each.entry | each.also;
    return stores(each.verb) && each.ttl != 0 && (program.servers[each.server].some_fills_expire & entries) != 0;
  };
  const auto some =
      std::find_if(program.instructions.begin(), program.instructions.end(), gives_a_time_as_only_some_do);
  if (some != program.instructions.end())
    assumptions.push_back({some->at.line,
                           "what is cached at the start has no time to live, for only some of what is stored there is "
                           "given one"});
  return assumptions;
}

void report_counts(const Result& result, const ReducedMachine& reduced, bool compact, Report& report) {
  report.states = result.states;
  report.transitions = result.transitions;
  report.depth = result.depth;
  report.at_rest = result.label_counts[0];
  report.reductions = reduced.used;
  report.reductions_off = reduced.off;
  report.symmetry_gave_up = reduced.symmetry && reduced.symmetry->gave_up();
  if (compact) report.omission_bound = report.state_bytes > 8 ? sim::omission_bound(result.states) : 0;
}

void judge_properties(const Asked& asked, const Result& result, Report& report) {
  const Machine& machine = asked.machine;
  const auto limit = limit_hit(result, asked.options, asked.interruption);
  if (limit) report.limits.push_back(*limit);
  const std::vector<std::string> unused = unused_faults(machine, result.marks);
  std::size_t allowed = 0;
  for (const FaultBudget& budget : machine.scenario().budgets) allowed += budget.targets.size();
  report.faults_struck = unused.size() < allowed;
  for (std::size_t p = 0; p < machine.properties().size(); ++p) {
    report.properties.push_back(judge_property(machine, p, result, limit, unused));
    if (machine.properties()[p]->name == "coherent-at-rest") report.incoherent_at_rest = result.violating_states[p];
  }
  for (const PropertyReport& each : report.properties)
    if (report.property.empty() && each.verdict == Verdict::kViolated) report.property = each.property;
  if (!result.counterexample) return;
  report.property = machine.properties()[static_cast<std::size_t>(result.counterexample->property)]->name;
  report.trace = tell_trace(machine, asked.protocol, report.scenario, result.counterexample->actions, report.property);
}

void count_schedules(Asked& asked, Report& report) {
  const Machine fused = make_machine(asked.protocol, report.scenario, asked.options.properties, Granularity::kFused);
  if (fused.program().passes_on)
    throw InputError(
        "--count-schedules: the orders of a page with a cache that asks the database itself are not counted yet; leave "
        "it out");
  asked.search.exhaust = true;
  const auto count =
      with_packed_system(fused, [&](const auto& system) { return sim::count_schedules(system, asked.search); });
  if (count)
    report.schedules = Schedules{count->total.str(), count->violating.str(), count->passing_through.str()};
  else
    report.limits.push_back(asked.interruption.empty() ? "a limit was reached while counting schedules"
                                                       : asked.interruption);
}

// After the search, which has seen the whole space.
void find_causes(const Asked& asked, Report& report) {
  Causes found = find_causes(asked.machine, asked.protocol, report.scenario, asked.search);
  report.causes = std::move(found.causes);
  if (found.complete) return;
  if (!found.limit.empty())
    report.limits.push_back(found.limit);
  else
    report.limits.push_back(
        asked.interruption.empty()
            ? fmt::format("memory limit of {} bytes reached, by the graph for --all", asked.options.memory_bytes_max)
            : asked.interruption);
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::kHolds:
      return "holds";
    case Verdict::kViolated:
      return "violated";
    case Verdict::kInconclusive:
      return "inconclusive";
  }
  return "";
}

Report check(const Protocol& protocol, const traces::Scenario& words, const CheckOptions& options) {
  traces::Scenario scenario = words;
  scenario.all_invoked |= options.count_schedules;
  if (options.count_schedules || options.all) refuse_liveness(options.properties);
  ReducedMachine reduced(protocol, scenario, options.properties, options.reductions);
  if (options.memory_bytes_max != 0)
    reduced.table_bytes_max =
        std::min<std::uint64_t>(reduced.table_bytes_max, options.memory_bytes_max / 8 / options.threads);
  const Machine& machine = reduced.machine;
  if (machine.properties().empty())
    throw InputError("no property says anything of this scenario; it needs a cache, or a Read that may follow a Write");

  Asked asked(protocol, machine, options);
  Report report;
  report.protocol = protocol.name;
  report.scenario = machine.scenario().words;
  report.assumptions = assumptions_of(protocol, machine, options.properties.empty());
  for (const std::string_view fault : faults_left_out(machine.scenario(), machine.program()))
    report.not_considered.emplace_back(fault);
  report.state_bytes = with_packed_system(
      machine, [](const auto& system) { return sizeof(typename std::decay_t<decltype(system)>::State); });
  Result result = search(machine, asked.search, &reduced);
  std::vector<std::uint64_t> initial(machine.words());
  machine.initial(initial.data(), result.marks);  // --all-invoked: what the first invokes sent
  report_counts(result, reduced, options.compact, report);
  judge_properties(asked, result, report);
  const bool limited = !report.limits.empty();
  judge_liveness(asked, report);
  report.verdict = combine(report.properties);
  if (result.end == sim::SearchEnd::kExhausted)
    for (std::size_t m = 0; m < machine.program().marks.size(); ++m)
      if (!result.marks.reached(m)) report.never_reached.push_back(machine.program().marks[m]);
  if (options.count_schedules && !limited) count_schedules(asked, report);
  if (options.all && !limited) find_causes(asked, report);
  return report;
}

}  // namespace stalemate::model
