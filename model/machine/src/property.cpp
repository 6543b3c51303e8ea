// The table of properties.
#include "machine/property.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace stalemate::model {

// Each in a file of its name in properties/.
PropertyKind coherent_at_rest();
PropertyKind fresh_reads();
PropertyKind read_your_writes();
PropertyKind monotonic_reads();
PropertyKind committed_reads();
PropertyKind acknowledged_survives();
PropertyKind heals();
PropertyKind no_lost_update();
PropertyKind refillable();
PropertyKind converges();
PropertyKind terminates();

namespace {

const PropertyKind kKinds[] = {coherent_at_rest(),
                               fresh_reads(),
                               read_your_writes(),
                               monotonic_reads(),
                               committed_reads(),
                               acknowledged_survives(),
                               heals(),
                               no_lost_update(),
                               refillable(),
                               converges(),
                               terminates()};

// Properties of the design that are not modelled yet, so that asking for one says so.
constexpr std::string_view kPlanned[] = {"no-fractured-read", "no-drift", "linearizable"};

}  // namespace

std::span<const PropertyKind> property_kinds() { return kKinds; }

std::vector<const PropertyKind*> select_properties(const std::vector<std::string>& names, const Program& program,
                                                   const Scenario& scenario) {
  std::vector<std::string> known;
  for (const PropertyKind& kind : kKinds) known.emplace_back(kind.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    if (std::find(std::begin(kPlanned), std::end(kPlanned), name) != std::end(kPlanned))
      throw InputError(
          fmt::format("--property {}: understood, but not modelled yet; there is {}", name, fmt::join(known, ", ")));
    throw InputError(fmt::format("--property {}: no such property{}; there is {}", name, suggestion(name, known),
                                 fmt::join(known, ", ")));
  }
  std::vector<const PropertyKind*> selected;
  for (const PropertyKind& kind : kKinds) {
    const bool named = std::find(names.begin(), names.end(), kind.name) != names.end();
    const bool applies = kind.by_default && kind.applies(program) && kind.says_something(scenario);
    if (!named && (!names.empty() || !applies)) continue;
    const std::string open = kind.not_said == nullptr ? "" : kind.not_said(program);
    if (named && !open.empty()) throw InputError(fmt::format("--property {}: {}", kind.name, open));
    if (open.empty()) selected.push_back(&kind);
  }
  return selected;
}

const PropertyKind* find_liveness(std::string_view name) {
  for (const PropertyKind& kind : kKinds)
    if (kind.is_liveness() && kind.name == name) return &kind;
  return nullptr;
}

std::vector<std::string_view> named_only() {
  std::vector<std::string_view> names;
  for (const PropertyKind& kind : kKinds)
    if (!kind.by_default) names.push_back(kind.name);
  return names;
}

void refuse_liveness(const std::vector<std::string>& names) {
  for (const PropertyKind& kind : kKinds)
    if (kind.is_liveness() && std::find(names.begin(), names.end(), kind.name) != names.end())
      throw InputError(
          fmt::format("--property {}: no single step or state breaks it, so stalemate check alone decides it, without "
                      "--count-schedules; here name coherent-at-rest",
                      kind.name));
}

}  // namespace stalemate::model
