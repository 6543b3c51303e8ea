// Two searches, a plain one and one with every reduction, and a choice between what they found.
#include "tell/shortest.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "reduce/packed_system.hpp"
#include "reduce/reduction.hpp"
#include "sim/search.hpp"
#include "tell/tell.hpp"

namespace stalemate::model {
namespace {

bool has_fault(const traces::Trace& trace) {
  return std::any_of(trace.steps.begin(), trace.steps.end(), [](const traces::Step& step) { return step.budget != 0; });
}

std::optional<traces::Trace> find_violation(const Machine& machine, const Protocol& protocol,
                                            const ReducedMachine* reduced) {
  const auto result = search(machine, {}, reduced);
  if (!result.counterexample) return std::nullopt;
  const std::size_t property = static_cast<std::size_t>(result.counterexample->property);
  return tell_trace(machine, protocol, machine.scenario().words, result.counterexample->actions,
                    std::string(machine.properties()[property]->name));
}

}  // namespace

std::optional<traces::Trace> shortest_violation(const Machine& machine, const Protocol& protocol) {
  std::optional<traces::Trace> plain = find_violation(machine, protocol, nullptr);
  if (!plain) return std::nullopt;
  std::vector<std::string> properties;
  for (const PropertyKind* kind : machine.properties()) properties.emplace_back(kind->name);
  const ReducedMachine reduced(protocol, machine.scenario().words, properties, Reductions::all());
  std::optional<traces::Trace> told = find_violation(reduced.machine, protocol, &reduced);
  const bool as_good = told && told->property == plain->property && told->steps.size() == plain->steps.size() &&
                       has_fault(*told) == has_fault(*plain);
  return as_good ? told : plain;
}

}  // namespace stalemate::model
