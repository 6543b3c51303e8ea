// See promela_steps.hpp.
#include "promela_steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>

namespace stalemate::model {
namespace {

bool commits(const Program& program, const Instruction& one) {
  return kind_of_server(program, one) == Role::kDatabase && stores(one.verb);
}

std::string carried(const Instruction& one) {
  if (!stores(one.verb)) return "0";
  if (one.carries_received || one.adds) return "value[me]";
  if (one.verb == Verb::kRemove) return "NO_ROW";
  return makes_change(one) ? "CHANGE(me)" : "OWN(me)";
}

std::string_view compared(const Instruction& one) {
  switch (traces::facts_of(one.verb).compares) {
    case traces::Number::kVersion:
      return "version[me]";
    case traces::Number::kGeneration:
      return "generation[me]";
    case traces::Number::kNone:
      break;
  }
  return "0";
}

std::string_view watched(const Instruction& one) {
  return one.verb == Verb::kSetIfUnchanged ? "unchanged[me]" : "false";
}

// The name of what the prelude does for a verb, and the entries and words that it takes.
std::string at_cache(const Instruction& one, std::size_t entry) {
  const traces::VerbFacts& verb = traces::facts_of(one.verb);
  const std::string_view expires = truth(one.ttl != 0);
  const std::string here = fmt::format("HERE({})", entry);
  if (one.verb == Verb::kGet && one.watch == Watch::kLease) return fmt::format("cache_get_or_lease({})", here);
  if (one.verb == Verb::kSetIfGeneration && one.other == entry)
    return fmt::format("cache_set_beside_generation({}, {})", here, expires);
  if (one.verb == Verb::kDeleteAndCountUp && one.other == entry)
    return fmt::format("cache_purge({}, {})", here, expires);
  std::string call = fmt::format("cache_{}({}", identifier(verb.name), here);
  if (verb.names_other()) call += fmt::format(", HERE({})", one.other);
  if (verb.puts() && verb.takes_ttl()) call += fmt::format(", {}", expires);
  return call + ")";
}

std::string upper(std::string_view name) {
  std::string text(name);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

void forget(const Program& program, const ProgramOperation& operation, const Instruction& one, Statements& out) {
  const bool watches = one.watch != Watch::kNothing;
  const bool version = commits(program, one) && one.verb != Verb::kSetIfVersion;
  const bool generation = one.gives == traces::Number::kGeneration;
  const bool own = operation.kind == OperationKind::kWrite && stores(one.verb) && !one.carries_received && !one.adds &&
                   (commits(program, one) || !makes_change(one));
  if (watches || version || generation || own)
    out.push_back(
        fmt::format("forgets({}, {}, {}, {})", truth(watches), truth(version), truth(generation), truth(own)));
}

}  // namespace

std::string store_name(const Program& program, const Instruction& instruction) {
  return upper(store_of(program, instruction));
}

std::string outcome_name(Outcome outcome) {
  if (outcome == Outcome::kNoRow) return "NO_ROW_THERE";
  return upper(identifier(to_string(outcome)));
}

std::string served(const Program& program, const Instruction& instruction) {
  if (kind_of_server(program, instruction) == Role::kDatabase)
    return instruction.verb == Verb::kRemove
               ? "database_set()"
               : fmt::format("database_{}()", identifier(traces::to_string(instruction.verb)));
  if (kind_of_server(program, instruction) == Role::kQueue)
    return instruction.tells ? fmt::format("answer(OK, 0, 0); publishes({}, {})", instruction.tells->entry,
                                           truth(instruction.tells->its_own))
                             : "answer(OK, 0, 0)";
  std::string calls = at_cache(instruction, instruction.entry);
  for (std::uint64_t also = instruction.also; also != 0; also &= also - 1)
    calls += "; " + at_cache(instruction, static_cast<std::size_t>(std::countr_zero(also)));
  return calls;
}

std::string asked_now(const Program& program, InstructionId id) {
  const Instruction& one = program.instructions[id];
  return fmt::format("asked({}, {}, {}, value[me])", carried(one), watched(one), compared(one));
}

std::string sends(const Program& program, InstructionId id, std::string_view how, bool left) {
  const Instruction& one = program.instructions[id];
  const std::size_t ask = (left ? one.alike : id) + std::size_t{1};
  return fmt::format("{}({}, {}, {}, {})", how, ask, carried(one), watched(one), compared(one));
}

Statements goes_on(const Program& program, const ProgramOperation& operation, const Transition& transition) {
  Statements out;
  for (const Effect& effect : transition.effects) {
    if (effect.kind == EffectKind::kAcknowledge) continue;
    const Instruction& one = program.instructions[effect.instruction];
    if (one.adds) out.emplace_back("changes()");
    if (!one.drawn_lost)
      out.push_back(sends(program, effect.instruction, "sends"));
    else if (one.awaited)
      out.push_back(fmt::format("gives_up({})", store_name(program, one)));
    forget(program, operation, one, out);
  }
  if (transition.next == kNoInstruction) {
    out.push_back(fmt::format("ends({})", truth(!transition.failed && operation.kind == OperationKind::kRead)));
    return out;
  }
  const Instruction& next = program.instructions[transition.next];
  if (next.adds) out.emplace_back("changes()");
  forget(program, operation, next, out);
  out.push_back(fmt::format("at[me] = {}", next.request_location));
  return out;
}

bool brings(const Instruction& instruction, Outcome outcome) {
  return brings_value(outcome) ||
         (outcome == Outcome::kOk && instruction.keeps_value && instruction.verb == Verb::kIncrease);
}

bool gives(const Instruction& instruction, Outcome outcome, traces::Number number) {
  return instruction.gives == number && number != traces::Number::kNone &&
         (brings_value(outcome) || outcome == Outcome::kOk);
}

Statements receives(const Instruction& instruction, Outcome outcome) {
  const bool version = gives(instruction, outcome, traces::Number::kVersion);
  Statements out = {fmt::format("received({}, {}, {})", truth(brings(instruction, outcome) && instruction.keeps_value),
                                truth(version), truth(gives(instruction, outcome, traces::Number::kGeneration)))};
  // It was compared.
  if (instruction.verb == Verb::kSetIfVersion && !version) out.emplace_back("version[me] = 0");
  return out;
}

Statements fails(const Program& program, const Instruction& instruction, Outcome failure) {
  Statements out = {fmt::format("fails({}, {})", truth(instruction.verb == Verb::kSetIfVersion),
                                truth(instruction.watch != Watch::kNothing))};
  if (failure == Outcome::kTimeout) out.push_back(fmt::format("gives_up({})", store_name(program, instruction)));
  return out;
}

}  // namespace stalemate::model
