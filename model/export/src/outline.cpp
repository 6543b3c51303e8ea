// See outline.hpp.
#include "outline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.hpp"
#include "machine/fault.hpp"
#include "preludes.hpp"
#include "refusals.hpp"

namespace stalemate::model {
namespace {

// Whether the target is aimed at messages of this instruction, requests or replies.
bool is_aimed_at(const FaultTarget& target, const Program& program, InstructionId id) {
  const Instruction& instruction = program.instructions[id];
  const auto& operations = target.operations;
  if (!target.may_be_at(instruction.server)) return false;
  if (target.arrow != 0 && target.arrow != instruction.arrow) return false;
  if (!operations.empty() && std::find(operations.begin(), operations.end(), instruction.operation) == operations.end())
    return false;
  const FaultKind& fault = fault_kinds()[target.kind];
  return fault.may_strike(program, {0, 0, id, false}) || fault.may_strike(program, {0, 0, id, true});
}

}  // namespace

unsigned Outline::change(std::size_t app) const {
  const bool changes = scenario.amounts.any() && script(app).value != 0;
  return changes ? scenario.amounts.change_of(script(app).value) + 1 : 0;
}

std::vector<std::size_t> Outline::filled_at_first() const {
  std::vector<std::size_t> entries;
  for (std::size_t entry = 0; entry < program.entries.size() && scenario.cached; ++entry)
    if (!program.entries[entry].markers && (cache().entries >> entry & 1) != 0) entries.push_back(entry);
  return entries;
}

std::vector<InstructionId> Outline::struck(const FaultBudget& budget, std::string_view fault) const {
  std::vector<InstructionId> ids;
  for (std::size_t id = 0; id < program.instructions.size(); ++id)
    if (std::any_of(budget.targets.begin(), budget.targets.end(), [&](const FaultTarget& target) {
          return fault_kinds()[target.kind].name == fault &&
                 is_aimed_at(target, program, static_cast<InstructionId>(id));
        }))
      ids.push_back(static_cast<InstructionId>(id));
  return ids;
}

bool Outline::strikes_cache(const FaultBudget& budget, std::string_view fault) const {
  return std::any_of(budget.targets.begin(), budget.targets.end(), [&](const FaultTarget& target) {
    const FaultKind& kind = fault_kinds()[target.kind];
    return kind.name == fault && kind.strikes(cache()) && target.may_be_at(0);  // caches come first
  });
}

Outline outline_of(const Protocol& protocol, const traces::Scenario& words) {
  Outline outline;
  outline.page = protocol.name.substr(0, protocol.name.find_last_of('.'));
  outline.program = compile(protocol, compile_options(words));
  outline.scenario = resolve(words, outline.program);
  refuse_what_is_not_covered(protocol.file, outline.program, outline.scenario);
  return outline;
}

std::string_view store_of(const Program& program, const Instruction& instruction) {
  const Role kind = kind_of_server(program, instruction);
  return kind == Role::kDatabase ? "database" : kind == Role::kQueue ? "channel" : "cache";
}

std::string identifier(std::string_view name) {
  std::string text(name);
  std::replace(text.begin(), text.end(), '-', '_');
  std::replace(text.begin(), text.end(), ' ', '_');
  return text;
}

std::vector<std::string> about(const Outline& outline) {
  return {fmt::format("The page {}, with {}.", outline.page, describe(outline.scenario.words)),
          "Claimed is coherent-at-rest: at rest, a cached entry equals the database.",
          "A state here is a state of `stalemate check --no-reduction --exhaust --property coherent-at-rest`,",
          "and a step a step, so the counts are equal."};
}

std::string_view prelude(std::string_view file) {
  for (const embedded::EmbeddedFile& embedded : embedded::preludes())
    if (embedded.name == file) return embedded.text;
  STALEMATE_INVARIANT(false, "every prelude is compiled in");
  return {};
}

}  // namespace stalemate::model
