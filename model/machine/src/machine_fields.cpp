// Reading the words of a state.
#include <fmt/format.h>

#include <algorithm>

#include "machine/machine.hpp"

namespace stalemate::model {

const Location& Machine::location(StateView words, std::size_t session) const {
  return program_->locations[program_counter(words, session)];
}

ProgramCounter Machine::program_counter(StateView words, std::size_t session) const {
  return static_cast<ProgramCounter>(get(words, lane(session).program_counter));
}

bool Machine::is_sent(const Location& at) const {
  return at.instruction != kNoInstruction && !at.is_reply && !at.waits &&
         !is_call(*program_, program_->instructions[at.instruction]);
}

bool Machine::in_flight(StateView words, std::size_t session) const {
  const SessionFields& fields = sessions_[session];
  const auto occupied = [&](const Slots& slots) {
    return !slots.empty() && get(words, slots.front().instruction) != 0;
  };
  return program_counter(words, session) != kIdle || occupied(fields.slots) || occupied(fields.ghosts);
}

bool Machine::is_spent(StateView words, std::size_t budget) const {
  const FaultBudget& of = scenario_.budgets[budget];
  return !of.unlimited && get(words, budgets_[budget]) == of.budget;
}

std::uint64_t Machine::budgets_left(StateView words) const {
  std::uint64_t left = 0;
  for (std::size_t b = 0; b < budgets_.size(); ++b)
    if (!is_spent(words, b)) left |= std::uint64_t{1} << b;
  return left;
}

std::uint64_t Machine::budgets_covering(InstructionId instruction) const {
  std::uint64_t covering = 0;
  for (std::size_t b = 0; b < scenario_.budgets.size(); ++b)
    for (const FaultTarget& target : scenario_.budgets[b].targets)
      for (const bool is_reply : {false, true})
        if (covers(target, {0, 0, instruction, is_reply})) covering |= std::uint64_t{1} << b;
  return covering;
}

std::uint64_t Machine::budgets_striking(const DrawnServer& server) const {
  std::uint64_t striking = 0;
  for (std::size_t b = 0; b < scenario_.budgets.size(); ++b)
    for (const FaultTarget& target : scenario_.budgets[b].targets)
      if (fault_kinds()[target.kind].strikes(server)) striking |= std::uint64_t{1} << b;
  return striking;
}

bool Machine::may_fail(StateView words, InstructionId instruction) const {
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    if (is_spent(words, b)) continue;
    for (const FaultTarget& target : scenario_.budgets[b].targets) {
      const FaultEffect effect = fault_kinds()[target.kind].effect;
      if (effect != FaultEffect::kLose && effect != FaultEffect::kDelay && effect != FaultEffect::kRefuse) continue;
      if (covers(target, {0, 0, instruction, false}) || covers(target, {0, 0, instruction, true})) return true;
    }
  }
  const InstructionId next = program_->instructions[instruction].passes_on;
  return next != kNoInstruction && may_fail(words, next);
}

bool Machine::may_come(StateView words, FaultEffect effect) const {
  for (std::size_t b = 0; b < budgets_.size(); ++b)
    if (scenario_.budgets[b].includes(effect) && !is_spent(words, b)) return true;
  return false;
}

std::size_t Machine::invoked(StateView words, std::size_t session) const {
  return get(words, sessions_[session].invoked);
}

const ScriptedOperation* Machine::operation(StateView words, std::size_t session) const {
  const std::size_t count = invoked(words, session);
  return count == 0 ? nullptr : &scenario_.sessions[session].operations[count - 1];
}

std::size_t Machine::key(StateView words, std::size_t session) const {
  const ScriptedOperation* running = operation(words, session);
  if (running == nullptr) return 0;
  return running->key == kAnyKey ? get(words, sessions_[session].key) : static_cast<std::size_t>(running->key);
}

unsigned Machine::held(StateView words, std::size_t session) const {
  return static_cast<unsigned>(get(words, sessions_[session].value));
}

Field Machine::reply_field(std::size_t session) const {
  return program_->get_while_holding ? lane(session).reply : sessions_[session].value;
}

unsigned Machine::replied(StateView words, std::size_t session) const {
  return static_cast<unsigned>(get(words, reply_field(session)));
}

unsigned Machine::carried(StateView words, std::size_t session, const Instruction& instruction) const {
  if (!stores(instruction.verb)) return 0;
  if (instruction.carries_received || instruction.adds) return held(words, session);
  if (instruction.verb == Verb::kRemove) return *scenario_.no_row + 1;
  const unsigned write = operation(words, session)->value;
  return (makes_change(instruction) ? scenario_.amounts.change_of(write) : write) + 1;
}

bool Machine::is_unchanged(StateView words, std::size_t session, const Instruction& instruction) const {
  return instruction.verb == Verb::kSetIfUnchanged && get(words, sessions_[session].unchanged) != 0;
}

// What a session watches by a get whose reply is still on its way counts once it has received that: until then, to lose
// it is the same as to lose it afterwards, if the operation goes on at all, and a search that fuses the two must not
// miss a fault.
bool Machine::is_anything_watched(StateView words) const {
  if (!program_->watches || program_->leases) return false;  // who has a lease has left one in the cache
  const auto holds = [&](const SessionFields::Slot& slot) { return get(words, slot.unchanged) != 0; };
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const SessionFields& fields = sessions_[s];
    if (get(words, fields.unchanged) != 0 && !location(words, s).is_reply) return true;
    if (std::any_of(fields.slots.begin(), fields.slots.end(), holds) ||
        std::any_of(fields.ghosts.begin(), fields.ghosts.end(), holds))
      return true;
  }
  return false;
}

std::vector<RequestRecord> Machine::requests_in(StateView words, const Slots& slots) {
  std::vector<RequestRecord> requests;
  for (const SessionFields::Slot& slot : slots) {
    const std::uint64_t instruction = get(words, slot.instruction);
    if (instruction == 0) break;
    requests.push_back({static_cast<InstructionId>(instruction - 1), get(words, slot.operation), get(words, slot.key),
                        static_cast<unsigned>(get(words, slot.carried)), get(words, slot.unchanged) != 0,
                        static_cast<unsigned>(get(words, slot.kept)), get(words, slot.cut) != 0,
                        static_cast<unsigned>(get(words, slot.number))});
  }
  return requests;
}

std::vector<RequestRecord> Machine::in_slots(StateView words, std::size_t session) const {
  return requests_in(words, sessions_[session].slots);
}

std::vector<RequestRecord> Machine::ghosts(StateView words, std::size_t session) const {
  return requests_in(words, sessions_[session].ghosts);
}

RequestRecord Machine::asked_now(StateView words, std::size_t session, InstructionId id) const {
  const Instruction& instruction = program_->instructions[id];
  return {id,
          invoked(words, session),
          key(words, session),
          carried(words, session, instruction),
          is_unchanged(words, session, instruction),
          instruction.verb == Verb::kSetIfUnchanged ? static_cast<unsigned>(get(words, sessions_[session].kept)) : 0,
          false,
          number_now(words, session, instruction)};
}

Query Machine::query_now(StateView words, std::size_t session, const Instruction& instruction) const {
  return {instruction,
          key(words, session),
          carried(words, session, instruction),
          is_unchanged(words, session, instruction),
          number_now(words, session, instruction),
          instruction.verb == Verb::kLookAgain ? held(words, session) : 0};
}

unsigned Machine::number_now(StateView words, std::size_t session, const Instruction& instruction) const {
  switch (traces::facts_of(instruction.verb).compares) {
    case traces::Number::kVersion:
      return static_cast<unsigned>(get(words, sessions_[session].version));
    case traces::Number::kGeneration:
      return static_cast<unsigned>(get(words, sessions_[session].generation));
    case traces::Number::kNone:
      break;
  }
  return 0;
}

// REQUIRES: a request of the session is awaited and in flight.
RequestRecord Machine::awaited_request(StateView words, std::size_t session) const {
  return asked_now(words, session, location(words, session).instruction);
}

ReplyRecord Machine::awaited_reply(StateView words, std::size_t session) const {
  const Location& at = location(words, session);
  const bool brings = answers_value(program_->instructions[at.instruction], at.outcome);
  return {at.outcome, brings ? replied(words, session) : 0,
          static_cast<unsigned>(get(words, sessions_[session].reply_number))};
}

RequestRecord Machine::request_of(StateView words, const Action& action) const {
  const std::size_t s = action.session;
  if (action.slot == 0) return awaited_request(words, s);
  const std::size_t slots = sessions_[s].slots.size();
  return action.slot <= slots ? in_slots(words, s)[action.slot - 1U] : ghosts(words, s)[action.slot - 1U - slots];
}

bool Machine::is_ghost(StateView words, const Action& action) const {
  if (action.slot == 0) return false;
  return action.slot > sessions_[action.session].slots.size() || is_left(words, action.session, action.slot - 1U);
}

bool Machine::is_left(StateView words, std::size_t session, std::size_t slot) const {
  const std::uint64_t id = get(words, sessions_[session].slots[slot].instruction);
  if (id == 0) return crashed(words, session);
  const Instruction& instruction = program_->instructions[id - 1];
  if (instruction.by) return false;
  const SessionFields& fields = sessions_[session];
  return crashed(words, session) || instruction.awaited ||
         get(words, fields.slots[slot].operation) <= get(words, fields.gone);
}

bool Machine::is_of_gone_process(StateView words, std::size_t session, const RequestRecord& request) const {
  return !is_by_server(request) && request.operation <= get(words, sessions_[session].gone);
}

bool Machine::is_idle(StateView words, int app) const {
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    if (scenario_.sessions[s].app != app) continue;
    if (program_counter(words, s) != kIdle) return false;
    const std::vector<RequestRecord> requests = in_slots(words, s);
    for (std::size_t slot = 0; slot < requests.size(); ++slot)
      if (!is_by_server(requests[slot]) && !is_left(words, s, slot)) return false;
  }
  return true;
}

bool Machine::crashed(StateView words, std::size_t session) const {
  return get(words, sessions_[session].crashed) != 0;
}

const FaultKind& Machine::fault(const Action& action) const {
  return fault_kinds()[scenario_.budgets[action.budget].targets[action.target].kind];
}

std::string Machine::name_of(const Server& server) const {
  const int app = server.place().app;
  return app == 0 ? drawn(server).name : fmt::format("{} of app{}", drawn(server).name, app);
}

const Server& Machine::asked_by(std::size_t session, const Instruction& instruction) const {
  const std::size_t first = first_place_[instruction.server];
  if (!is_call(*program_, instruction)) return *servers_[first];
  return *servers_[first + static_cast<std::size_t>(scenario_.sessions[session].app - 1)];
}

bool Machine::is_coherent(StateView words) const { return coherence_of(words, stores_).coherent; }

}  // namespace stalemate::model
