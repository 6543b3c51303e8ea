// Names of faults and of the steps that race, without saying whose they are: a cause is the same for any app instance.
#include "hunt/cause.hpp"

#include <fmt/format.h>

#include <set>

#include "model/fault.hpp"
#include "source_text.hpp"

namespace stalemate::model::hunting {

namespace {

std::string_view name_of(traces::StepKind kind) {
  for (const FaultKind& fault : fault_kinds())
    if (fault.told_as == kind) return fault.name;
  return to_string(kind);
}

}  // namespace

std::string cause_of(const traces::Trace& trace) {
  std::multiset<std::string> faults;
  for (const traces::Step& step : trace.steps)
    if (step.budget > 0) faults.insert(fmt::format("{} of {}:{}", name_of(step.kind), lower(step.diagram), step.arrow));
  return fmt::format("{}; {}", trace.property,
                     faults.empty() ? "no fault" : fmt::format("{}", fmt::join(faults, ", ")));
}

}  // namespace stalemate::model::hunting
