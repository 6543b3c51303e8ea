// How many orders go wrong, and which faults it takes: by counting and by searching in the trace's scenario, changed in
// what is asked.
#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/error.hpp"
#include "explain/parts.hpp"
#include "reduce/packed_system.hpp"
#include "sim/schedules.hpp"

namespace stalemate::model::explaining {
namespace {

// The machine that counts schedules with every first operation invoked; none where that is not possible, or where the
// property then says nothing.
std::optional<Machine> with_all_invoked(const Subject& subject) {
  traces::Scenario words = subject.trace.scenario;
  words.all_invoked = true;
  try {
    Machine machine = make_machine(subject.protocol, words, {subject.trace.property}, Granularity::kFused);
    if (machine.properties().front()->says_something(machine.scenario())) return machine;
  } catch (const InputError&) {
    // An operation without a key, or one that starts with a choice.
  }
  return std::nullopt;
}

// The kinds that struck, sorted by the table of kinds, as often as they did.
std::vector<std::size_t> kinds_that_struck(const traces::Trace& trace) {
  std::vector<std::size_t> kinds;
  for (const traces::Step& step : trace.steps)
    for (std::size_t kind = 0; kind < fault_kinds().size(); ++kind)
      if (fault_kinds()[kind].told_as == step.kind || fault_kinds()[kind].told_in_store_as == step.kind)
        kinds.push_back(kind);
  std::sort(kinds.begin(), kinds.end());
  return kinds;
}

// All multisets of `size` out of `kinds`, in order.
std::vector<std::vector<std::size_t>> multisets(const std::vector<std::size_t>& kinds, std::size_t size) {
  std::vector<std::vector<std::size_t>> all;
  std::vector<std::size_t> chosen;
  const std::function<void(std::size_t)> choose = [&](std::size_t from) {
    if (chosen.size() == size) {
      all.push_back(chosen);
      return;
    }
    for (std::size_t i = from; i < kinds.size(); ++i) {
      if (i > from && kinds[i] == kinds[i - 1]) continue;  // the same multiset again
      chosen.push_back(kinds[i]);
      choose(i + 1);
      chosen.pop_back();
    }
  };
  choose(0);
  return all;
}

std::vector<std::string> names_of(const std::vector<std::size_t>& kinds) {
  std::vector<std::string> names;
  for (const std::size_t kind : kinds) names.emplace_back(fault_kinds()[kind].name);
  std::sort(names.begin(), names.end());
  return names;
}

// As in the scenario, where a replica that takes over may miss several changes.
std::string fault_words(const Subject& subject, std::size_t kind) {
  FaultTarget fault;
  fault.kind = kind;
  if (fault_kinds()[kind].effect == FaultEffect::kRollBack) fault.missed = subject.machine.scenario().missed();
  return text_of(fault);
}

// Whether the scenario, allowed these faults and no others, breaks the trace's property.
Verdict judge_with(const Subject& subject, const std::vector<std::size_t>& kinds, std::uint64_t states_max) {
  traces::Scenario words = subject.trace.scenario;
  words.faults.clear();
  for (std::size_t kind = 0; kind < fault_kinds().size(); ++kind)
    if (const auto count = std::count(kinds.begin(), kinds.end(), kind); count > 0)
      words.faults.push_back(fmt::format("{}={}", fault_words(subject, kind), count));
  CheckOptions options;
  options.properties = {subject.trace.property};
  options.interrupt = [states_max](const sim::Progress& progress) -> std::optional<std::string> {
    if (progress.states > states_max) return "too many states";
    return std::nullopt;
  };
  const Report report = check(subject.protocol, words, options);
  if (report.verdict == Verdict::kViolated) return Verdict::kViolated;
  return report.limits.empty() ? Verdict::kHolds : Verdict::kInconclusive;
}

}  // namespace

void count_schedules(const Subject& subject, std::uint64_t states_max, Explanation& explanation) {
  std::optional<Machine> machine = with_all_invoked(subject);
  explanation.schedules_all_invoked = machine.has_value();
  if (!machine)
    machine.emplace(
        make_machine(subject.protocol, subject.trace.scenario, {subject.trace.property}, Granularity::kFused));
  if (machine->program().passes_on) {
    explanation.limits.emplace_back(
        "how many orders go wrong (where a cache asks the database itself they are not counted)");
    return;
  }
  sim::SearchOptions options;
  options.keep_going = [states_max](const sim::Progress& progress) { return progress.states <= states_max; };
  const auto count =
      with_packed_system(*machine, [&](const auto& system) { return sim::count_schedules(system, options); });
  if (count)
    explanation.schedules = Schedules{count->total.str(), count->violating.str(), count->passing_through.str()};
  else
    explanation.limits.push_back(
        fmt::format("how many orders go wrong (the scenario has more than {} states)", states_max));
}

void find_smallest_faults(const Subject& subject, std::uint64_t states_max, Explanation& explanation) {
  const std::vector<std::size_t> struck = kinds_that_struck(subject.trace);
  for (std::size_t size = 0; size < struck.size(); ++size) {
    for (const std::vector<std::size_t>& kinds : multisets(struck, size)) {
      const Verdict verdict = judge_with(subject, kinds, states_max);
      if (verdict == Verdict::kViolated) {
        explanation.smallest_faults = names_of(kinds);
        return;
      }
      if (verdict == Verdict::kInconclusive) {
        explanation.limits.push_back(
            fmt::format("whether fewer faults suffice (the scenario has more than {} states)", states_max));
        return;
      }
    }
  }
  explanation.smallest_faults = names_of(struck);  // The trace itself shows that they suffice.
}

}  // namespace stalemate::model::explaining
