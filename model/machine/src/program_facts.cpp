// See program_facts.hpp.
#include "program_facts.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace stalemate::model {
namespace {

// Whether some path acknowledges a Write that has not awaited a database set before, but has written or may yet.
bool tells_unanswered(const Program& program, const ProgramOperation& operation) {
  std::set<std::pair<InstructionId, bool>> seen;  // with whether anything was written, that request included
  std::vector<std::pair<const std::vector<Transition>*, bool>> to_see = {{&operation.start, false}};
  while (!to_see.empty()) {
    const auto [transitions, written_before] = to_see.back();
    to_see.pop_back();
    for (const Transition& transition : *transitions) {
      bool written = written_before;
      for (const Effect& effect : transition.effects) {
        if (effect.kind != EffectKind::kAcknowledge)
          written = written || carries_own(program, program.instructions[effect.instruction]);
        else if (written || effect.write_stands_behind)
          return true;
      }
      if (transition.next == kNoInstruction) continue;
      const Instruction& instruction = program.instructions[transition.next];
      written = written || carries_own(program, instruction);
      if (instruction.awaits_commit || !seen.insert({transition.next, written}).second) continue;
      for (const std::vector<Transition>& onwards : instruction.after) to_see.emplace_back(&onwards, written);
    }
  }
  return false;
}

}  // namespace

bool may_tell_early(const Program& program) {
  const auto is_write = [](const ProgramOperation& operation) { return operation.kind == OperationKind::kWrite; };
  for (const Instruction& instruction : program.instructions) {
    const bool written = instruction.commits && !instruction.drawn_lost;
    if (written && (!instruction.awaited || instruction.acknowledged) &&
        is_write(program.operations[instruction.operation]))
      return true;
  }
  return std::any_of(program.operations.begin(), program.operations.end(), [&](const ProgramOperation& operation) {
    return is_write(operation) && tells_unanswered(program, operation);
  });
}

void find_what_fills_give(const Protocol& protocol, const ProgramServers& servers, Program& program) {
  using Fills = std::map<std::pair<ServerId, std::size_t>, std::vector<bool>>;  // of an entry: whether each expires
  Fills by_kind[2];
  for (const Operation& operation : protocol.operations) {
    Fills& fills = by_kind[operation.kind == OperationKind::kRead ? 0 : 1];
    visit_requests(operation.body, [&](const Request& request) {
      if (request.to != Role::kCache) return;
      const ServerId server = servers.of(request);
      if (stores(request.verb) && !traces::facts_of(request.verb).increases()) {
        fills[{server, request.entry}].push_back(request.ttl != 0);
        for (const std::size_t also : request.also) fills[{server, also}].push_back(request.ttl != 0);
      }
      // What the database answers a cache, which keeps it.
      for (const Request& next : request.passes_on)
        if (next.fills && request.verb == Verb::kGet) fills[{server, request.entry}].push_back(next.ttl != 0);
    });
  }
  by_kind[0].merge(by_kind[1]);
  for (const auto& [where, expire] : by_kind[0]) {
    const auto expiring = static_cast<std::size_t>(std::count(expire.begin(), expire.end(), true));
    DrawnServer& drawn = program.servers[where.first];
    const std::uint64_t bit = std::uint64_t{1} << where.second;
    if (expiring != 0) (expiring == expire.size() ? drawn.fills_expire : drawn.some_fills_expire) |= bit;
  }
}

bool keeps(traces::Number number, const Protocol& protocol) {
  bool found = false;
  for (const Operation& operation : protocol.operations)
    visit_requests(operation.body, [&](const Request& request) {
      const traces::VerbFacts& verb = traces::facts_of(request.verb);
      found = found || verb.compares == number || (verb.counts && number == traces::Number::kGeneration);
    });
  return found;
}

}  // namespace stalemate::model
