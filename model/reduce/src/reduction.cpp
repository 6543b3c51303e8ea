// Which reductions a scenario allows.
#include "reduce/reduction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace stalemate::model {
namespace {

// Empty where reductions are allowed at all.
std::string against_any(const std::vector<std::string>& properties) {
  for (const PropertyKind& kind : property_kinds())
    if (kind.is_liveness() && std::find(properties.begin(), properties.end(), kind.name) != properties.end())
      return fmt::format("{} is about whole runs", kind.name);
  return "";
}

// Empty where fusing is allowed.
std::string against_fusing(const Scenario& scenario) {
  std::vector<int> apps;
  for (const Session& session : scenario.sessions) apps.push_back(session.app);
  std::sort(apps.begin(), apps.end());
  return std::adjacent_find(apps.begin(), apps.end()) == apps.end() ? "" : "an app instance has several sessions";
}

// Empty where independence is allowed: a failover rolls back the last commands, whichever key they changed.
std::string against_independence(const Machine& machine) {
  for (const FaultKind& kind : fault_kinds())
    if (kind.effect == FaultEffect::kRollBack && machine.scenario().allows(kind.effect))
      return fmt::format("{} is allowed", kind.name);
  return "";
}

Machine machine_for(const Protocol& protocol, const traces::Scenario& words, const std::vector<std::string>& properties,
                    Reductions& wanted, std::vector<ReductionOff>& off) {
  if (const std::string against = against_any(properties); !against.empty()) {
    if (wanted.fusing) off.push_back({"fusing", against});
    if (wanted.symmetry) off.push_back({"symmetry", against});
    if (wanted.independence) off.push_back({"independence", against});
    wanted = {};
  }
  auto program = std::make_shared<const Program>(compile(protocol, compile_options(words)));
  const std::string against = wanted.fusing ? against_fusing(resolve(words, *program)) : "";
  if (!against.empty()) off.push_back({"fusing", against});
  const bool fused = wanted.fusing && against.empty();
  return make_machine(std::move(program), words, properties, fused ? Granularity::kFused : Granularity::kPlain);
}

}  // namespace

ReducedMachine::ReducedMachine(const Protocol& protocol, const traces::Scenario& words,
                               const std::vector<std::string>& properties, Reductions wanted)
    : machine(machine_for(protocol, words, properties, wanted, off)) {
  if (machine.granularity() == Granularity::kFused) used.emplace_back("fusing");
  for (const PropertyKind* kind : machine.properties())
    if (wanted.fusing && off.empty() && !kind->fuses)
      off.push_back({"fusing", fmt::format("{} depends on what happens while a reply is on its way", kind->name)});
  if (wanted.symmetry) {
    std::variant<Symmetry, std::string> found = Symmetry::of(machine, wanted.orders_max);
    if (auto* there = std::get_if<Symmetry>(&found)) {
      symmetry = std::move(*there);
      used.emplace_back("symmetry");
    } else {
      off.push_back({"symmetry", std::get<std::string>(found)});
    }
  }
  if (wanted.independence) {
    if (const std::string against = against_independence(machine); !against.empty()) {
      off.push_back({"independence", against});
    } else {
      independence.emplace(machine);
      used.emplace_back("independence");
    }
  }
}

}  // namespace stalemate::model
