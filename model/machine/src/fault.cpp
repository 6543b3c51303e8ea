// The table of faults.
#include "machine/fault.hpp"

namespace stalemate::model {

// Each in a file of its name in faults/.
FaultKind lost_request();
FaultKind lost_reply();
FaultKind late_request();
FaultKind duplicate();
FaultKind error();
FaultKind cancel();
FaultKind crash();
FaultKind app_restart();
FaultKind evict();
FaultKind cache_restart();
FaultKind cache_failover();
FaultKind expire();
FaultKind lost_delivery();

namespace {

const FaultKind kKinds[] = {lost_request(),   lost_reply(), late_request(), duplicate(), error(),
                            cancel(),         crash(),      app_restart(),  evict(),     cache_restart(),
                            cache_failover(), expire(),     lost_delivery()};

constexpr std::string_view kPlanned[] = {"abort"};

}  // namespace

// Late or twice, the answer to a get of a server's own is nothing to anybody.
bool may_come_later(const Program& program, const MessageRef& message) {
  const Instruction& instruction = program.instructions[message.instruction];
  return !instruction.by || (changes(instruction.verb) && !instruction.is_answer);
}

bool is_awaited_by_session(const Program& program, const MessageRef& message) {
  const Instruction& instruction = program.instructions[message.instruction];
  return instruction.awaited && !instruction.by;
}

std::span<const FaultKind> fault_kinds() { return kKinds; }

std::vector<FaultAlias> fault_aliases() {
  std::vector<std::string_view> any;
  for (const FaultKind& kind : kKinds) any.push_back(kind.name);
  return {{"lost-message", {"lost-request", "lost-reply", "lost-delivery"}}, {"any", std::move(any)}};
}

std::span<const std::string_view> planned_faults() { return kPlanned; }

}  // namespace stalemate::model
