// What is enabled in a state: steps of the sessions, faults, and what happens in the cache of itself.
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "machine/machine.hpp"

namespace stalemate::model {
void Machine::actions(StateView words, std::vector<Action>& out) const {
  for (std::size_t actor = 0; actor < actors(); ++actor) actions_of(words, actor, out);
}

void Machine::actions_of(StateView words, std::size_t s, std::vector<Action>& out) const {
  if (s >= sessions_.size()) return push_server_actions(words, s, out);
  const SessionFields& fields = sessions_[s];
  const auto session = static_cast<std::uint8_t>(s);
  const Location& at = location(words, s);
  std::size_t slots = 0;
  for (; slots < fields.slots.size(); ++slots) {
    const std::uint64_t instruction = get(words, fields.slots[slots].instruction);
    if (instruction == 0) break;
    const auto id = static_cast<InstructionId>(instruction - 1);
    const auto slot = static_cast<std::uint8_t>(slots + 1);
    if (may_handle(words, s, program_->instructions[id], slots)) out.push_back({ActionKind::kHandle, session, slot});
    if (!is_left(words, s, slots)) push_faults(words, out, {s, slot, id, false});
  }
  // Most sessions never have any.
  const std::vector<RequestRecord> ghosts =
      fields.ghosts.empty() ? std::vector<RequestRecord>() : this->ghosts(words, s);
  for (std::size_t g = 0; g < ghosts.size(); ++g) {
    if (g > 0 && ghosts[g] == ghosts[g - 1]) continue;  // copies are all alike
    if (is_left_in_slots(words, s, ghosts[g])) continue;
    out.push_back({ActionKind::kHandle, session, static_cast<std::uint8_t>(fields.slots.size() + g + 1)});
  }
  if (at.instruction == kNoInstruction) {
    if (crashed(words, s)) return;
    const std::size_t next = get(words, fields.invoked);
    if (next == scenario_.sessions[s].operations.size()) return;
    const ScriptedOperation& operation = scenario_.sessions[s].operations[next];
    const std::size_t keys = operation.key == kAnyKey ? static_cast<std::size_t>(scenario_.keys) : 1;
    std::size_t starts = 0;
    for (const std::uint16_t candidate : operation.candidates) starts += program_->operations[candidate].start.size();
    push_choices(out, {ActionKind::kInvoke, session}, starts * keys);
  } else if (at.is_reply) {
    const Instruction& instruction = program_->instructions[at.instruction];
    push_choices(out, {ActionKind::kReceive, session}, instruction.after[static_cast<std::size_t>(at.outcome)].size());
    push_faults(words, out, {s, 0, at.instruction, true});
  } else if (at.waits) {
    const Instruction& instruction = program_->instructions[at.instruction];
    if (!is_worked_on(words, s))
      push_choices(out, {ActionKind::kReceive, session},
                   instruction.after[static_cast<std::size_t>(Outcome::kTimeout)].size());
    push_faults(words, out, {s, 0, at.instruction, false, true});
  } else {
    const Instruction& instruction = program_->instructions[at.instruction];
    const auto ways = [&] {
      const Outcome outcome = asked_by(s, instruction).peek(words, query_now(words, s, instruction)).outcome;
      return instruction.after[static_cast<std::size_t>(outcome)].size();
    };
    if (is_call(*program_, instruction)) {
      push_choices(out, {ActionKind::kCall, session}, ways());
    } else if (may_handle(words, s, instruction, slots)) {
      if (granularity_ == Granularity::kPlain) {
        out.push_back({ActionKind::kHandle, session});
      } else {
        push_choices(out, {ActionKind::kHandleReceive, session}, ways());
        push_faults(words, out, {s, 0, at.instruction, true});
      }
    }
    push_faults(words, out, {s, 0, at.instruction, false});
  }
}

void Machine::push_choices(std::vector<Action>& out, Action action, std::size_t count) const {
  for (std::size_t choice = 0; choice < count; ++choice) {
    action.choice = static_cast<std::uint16_t>(choice);
    out.push_back(action);
  }
}

// Whether a crash or a cancelled operation left the same request in the slots, and its turn has come: then that one
// goes first. The ghost is handled later as well as now, and who holds it up behind the other is not held up by the
// ghost.
bool Machine::is_left_in_slots(StateView words, std::size_t session, const RequestRecord& ghost) const {
  std::vector<RequestRecord> left = in_slots(words, session);
  for (std::size_t i = 0; i < left.size(); ++i) {
    left[i].cut = false;  // of the connection, not of the request
    if (left[i] == ghost && is_left(words, session, i) &&
        may_handle(words, session, program_->instructions[ghost.instruction], i))
      return true;
  }
  return false;
}

// M2: whether none of the session's first `slots_before` asynchronous requests goes from the same to the same server.
bool Machine::may_handle(StateView words, std::size_t session, const Instruction& asked,
                         std::size_t slots_before) const {
  if (scenario_.pooled && !asked.by) return true;
  for (std::size_t i = slots_before; i-- > 0;) {
    const SessionFields::Slot& slot = sessions_[session].slots[i];
    const Instruction& before = program_->instructions[get(words, slot.instruction) - 1];
    if (before.server == asked.server && before.by == asked.by) return get(words, slot.cut) != 0;
  }
  return true;
}

bool Machine::covers(const FaultTarget& target, const MessageRef& message) const {
  const Instruction& instruction = program_->instructions[message.instruction];
  if (!target.may_be_at(instruction.server)) return false;
  if (target.arrow != 0 && target.arrow != instruction.arrow) return false;
  if (!target.operations.empty() &&
      std::find(target.operations.begin(), target.operations.end(), instruction.operation) == target.operations.end())
    return false;
  return fault_kinds()[target.kind].may_strike(*program_, message);
}

void Machine::push_faults(StateView words, std::vector<Action>& out, const MessageRef& message) const {
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    const FaultBudget& budget = scenario_.budgets[b];
    if (is_spent(words, b)) continue;
    for (std::size_t t = 0; t < budget.targets.size(); ++t) {
      const FaultTarget& target = budget.targets[t];
      if (!may_strike(words, budget, target, message)) continue;
      // Of targets that overlap, the first one offers the fault.
      const bool offered =
          std::any_of(budget.targets.begin(), budget.targets.begin() + static_cast<std::ptrdiff_t>(t),
                      [&](const FaultTarget& earlier) {
                        return earlier.kind == target.kind && may_strike(words, budget, earlier, message);
                      });
      if (offered) continue;
      const bool fused = message.is_reply && granularity_ == Granularity::kFused;
      const Action action{fused ? ActionKind::kHandleLose : ActionKind::kFault,
                          static_cast<std::uint8_t>(message.session),
                          static_cast<std::uint8_t>(message.slot),
                          static_cast<std::uint8_t>(b),
                          static_cast<std::uint16_t>(t),
                          0};
      push_choices(out, action, ways_to_strike(words, target, message));
    }
  }
}

std::size_t Machine::ways_to_strike(StateView words, const FaultTarget& target, const MessageRef& message) const {
  const Instruction& instruction = program_->instructions[message.instruction];
  const FaultEffect effect = fault_kinds()[target.kind].effect;
  switch (effect) {
    case FaultEffect::kLose:
    case FaultEffect::kDelay:
    case FaultEffect::kRefuse:
      return ways_to_fail(words, message, failure_of(effect));
    case FaultEffect::kCancel:
      return ways_to_cancel(instruction, !message.is_request());
    case FaultEffect::kCrash:
    case FaultEffect::kStartAgain:
      return ways_to_crash(words, message.session, message.is_reply);
    default:
      return 1;
  }
}

// A crash strikes all sessions of an app instance at once: the first message of them that it may strike, by whichever
// target of the budget, offers it; of a session first what it awaits, then what it does not, oldest first. One that is
// fused to a handle is a step of that session's own, whichever message it strikes.
bool Machine::may_strike(StateView words, const FaultBudget& budget, const FaultTarget& target,
                         const MessageRef& message) const {
  const bool covered = covers(target, message);
  if (!ends_process(fault_kinds()[target.kind].effect)) return covered;
  const bool fused = message.is_reply && granularity_ == Granularity::kFused;
  if (covered == fused) return covered;
  // Whether this one settles it; then it is offered, or not, by what `fused` says.
  const auto settles = [&](const MessageRef& other) {
    if (other.session == message.session && other.slot == message.slot) return !fused;
    if (fused) return covers(target, other);
    return std::any_of(budget.targets.begin(), budget.targets.end(),
                       [&](const FaultTarget& each) { return each.kind == target.kind && covers(each, other); });
  };
  const std::optional<MessageRef> first = first_message(words, scenario_.sessions[message.session].app, settles);
  if (!first) return !fused;
  return fused || (first->session == message.session && first->slot == message.slot);
}

// What a fault strikes. The end of a process that is fused to a handle may be aimed at something else of it that is
// under way; then that is what is struck, as it is where nothing is fused.
MessageRef Machine::struck_by(StateView words, const Action& action) const {
  const std::size_t s = action.session;
  const Location& at = location(words, s);
  const MessageRef itself = action.slot == 0
                                ? MessageRef{s, 0, at.instruction, at.is_reply, at.waits}
                                : MessageRef{s, action.slot, in_slots(words, s)[action.slot - 1U].instruction, false};
  if (!ends_process(fault(action).effect)) return itself;
  const std::vector<FaultTarget>& targets = scenario_.budgets[action.budget].targets;
  const auto is_covered = [&](const MessageRef& message) {
    return std::any_of(targets.begin(), targets.end(), [&](const FaultTarget& target) {
      return target.kind == targets[action.target].kind && covers(target, message);
    });
  };
  if (is_covered(itself)) return itself;
  const std::optional<MessageRef> other = first_message(words, scenario_.sessions[s].app, is_covered);
  STALEMATE_INVARIANT(other, "a fault strikes something that it is aimed at");
  return *other;
}

// What is on its way to a server may arrive yet, or not.
std::size_t Machine::ways_to_cancel(const Instruction& instruction, bool handled) const {
  return handled || is_call(*program_, instruction) ? 1 : 2;
}

std::size_t Machine::ways_to_crash(StateView words, std::size_t session, bool handled) const {
  std::size_t ways = 1;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    if (scenario_.sessions[s].app != scenario_.sessions[session].app) continue;
    std::vector<RequestRecord> requests = in_slots(words, s);
    const Location& at = location(words, s);
    if (is_sent(at) && !(handled && s == session)) requests.push_back(awaited_request(words, s));
    const std::vector<std::size_t> lines = lines_of(requests);
    for (std::size_t i = 0; i < requests.size(); ++i)
      if (!is_by_server(requests[i]) && !is_of_gone_process(words, s, requests[i]))
        ways *= lines[i] == i ? static_cast<std::size_t>(std::count(lines.begin(), lines.end(), i)) + 1 : 1;
  }
  return ways;
}

// Of whoever awaits the message, be it that its server does something else first; nobody may.
std::size_t Machine::ways_to_fail(StateView words, const MessageRef& message, Outcome failure) const {
  const Location& at = location(words, message.session);
  if (message.slot != 0 && !works_for(words, message.session, in_slots(words, message.session)[message.slot - 1U]))
    return 1;
  return program_->instructions[at.instruction].after[static_cast<std::size_t>(failure)].size();
}

// An app instance may start again while nothing of it is under way, too, where its process holds anything, or is to
// hear of something: then the first of its caches that offers it stands for all of them.
void Machine::push_idle_restart(StateView words, const Server& server, std::vector<std::uint16_t>& choices) const {
  const int app = server.place().app;
  bool is_first = true;
  for (const auto& each : servers_) {
    if (each->place().app != app) continue;
    if (is_first && each.get() != &server) return;
    is_first = false;
    each->strikes(words, FaultEffect::kDropAll, false, choices);
  }
  const bool changes = !choices.empty() && is_idle(words, app);
  choices.clear();
  if (changes) choices.push_back(0);
}

// One that is aimed at messages may not where there is none.
bool Machine::may_befall(const FaultTarget& target, const Server& server) const {
  const FaultKind& fault = fault_kinds()[target.kind];
  return fault.strikes(drawn(server)) && target.may_be_at(server.place().drawn) &&
         (fault.server() != nullptr || target.aim.empty());
}

void Machine::push_server_actions(StateView words, std::size_t actor, std::vector<Action>& out) const {
  const Server& server = *server_of(actor);
  Action action{server.place().follows == nullptr ? ActionKind::kExpire : ActionKind::kApply,
                static_cast<std::uint8_t>(actor)};
  std::vector<std::uint16_t> choices;
  const auto push = [&] {
    for (const std::uint16_t choice : choices) {
      action.choice = choice;
      out.push_back(action);
    }
    choices.clear();
  };
  server.free_steps(words, choices);
  push();
  action.kind = ActionKind::kDeliver;
  for (std::size_t cell = 0; cell < server.cells() && drawn(server).told != 0; ++cell)
    if (server.expected(words, cell) != 0) choices.push_back(static_cast<std::uint16_t>(cell));
  push();
  const bool watched = is_anything_watched(words) || has_work(words, server);
  action.kind = ActionKind::kFault;
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    const FaultBudget& budget = scenario_.budgets[b];
    if (is_spent(words, b)) continue;
    action.budget = static_cast<std::uint8_t>(b);
    std::array<bool, kFaultEffects> offered{};
    for (std::size_t t = 0; t < budget.targets.size(); ++t) {
      const FaultKind& fault = fault_kinds()[budget.targets[t].kind];
      if (!may_befall(budget.targets[t], server) ||
          std::exchange(offered.at(static_cast<std::size_t>(fault.effect)), true))
        continue;
      action.target = static_cast<std::uint16_t>(t);
      if (fault.effect == FaultEffect::kRollBack)
        push_failovers(words, server, budget.missed(server.place().drawn), watched, choices);
      else if (fault.effect == FaultEffect::kStartAgain)
        push_idle_restart(words, server, choices);
      else
        server.strikes(words, fault.effect, watched, choices);
      // What it has passed on may be gone, or not.
      const bool restarts = fault.effect == FaultEffect::kDropAll || fault.effect == FaultEffect::kRollBack;
      const std::size_t ways = restarts && !choices.empty() ? ways_to_forget(words, server) : 1;
      if (ways > 1)
        for (const std::uint16_t choice : std::exchange(choices, {}))
          for (std::size_t way = 0; way < ways; ++way)
            choices.push_back(static_cast<std::uint16_t>(choice * ways + way));
      push();
    }
  }
}

}  // namespace stalemate::model
