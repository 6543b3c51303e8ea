// Names of faults and of the steps that race, without saying whose they are: a cause is the same for any app instance.
#include "hunt/cause.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <set>

#include "ask/explain.hpp"
#include "machine/fault.hpp"

namespace stalemate::model::hunting {

namespace {

std::string_view name_of(traces::StepKind kind) {
  for (const FaultKind& fault : fault_kinds())
    if (fault.told_as == kind) return fault.name;
  return to_string(kind);
}

std::string place_of(const traces::Step& step) {
  return is_of_store(step.kind) ? step.store : fmt::format("{}:{}", lower(step.diagram), step.arrow);
}

}  // namespace

std::string cause_of(const traces::Trace& trace) {
  std::multiset<std::string> faults;
  for (const traces::Step& step : trace.steps)
    if (step.budget > 0) faults.insert(fmt::format("{} of {}", name_of(step.kind), place_of(step)));
  std::string cause =
      fmt::format("{}; {}", trace.property, faults.empty() ? "no fault" : fmt::format("{}", fmt::join(faults, ", ")));
  if (const auto pair = find_racing_pair(trace))
    cause += fmt::format("; {} before {}", place_of(trace.steps[pair->first]), place_of(trace.steps[pair->second]));
  return cause;
}

}  // namespace stalemate::model::hunting
