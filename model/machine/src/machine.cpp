// What a step does, and what the servers answer. With machine_actions.cpp (what is enabled) and machine_faults.cpp, and
// the table that program.cpp compiled, every rule of what may happen next.
#include <algorithm>
#include <tuple>
#include <utility>

#include "base/invariant.hpp"
#include "machine/machine.hpp"

namespace stalemate::model {
namespace {

// Whether a request that watches finds nothing to watch: a get misses, or has no lease; an add is refused.
bool watches_in_vain(const Instruction& instruction, Outcome outcome) {
  if (instruction.watch == Watch::kKey) return false;
  if (instruction.watch == Watch::kLease) return !brings_lease(outcome);
  return outcome == (changes(instruction.verb) ? Outcome::kConflict : Outcome::kMiss);
}

}  // namespace

void Machine::initial(StateRef words, sim::Marks& marks) const {
  if (scenario_.cached)
    for (const auto& server : servers_) server->fill(words);
  if (!scenario_.all_invoked) return;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    Step step{words, marks};
    invoke(step, {ActionKind::kInvoke, static_cast<std::uint8_t>(s)});
  }
}

sim::PropertyMask Machine::apply(StateRef words, Action action, sim::Marks& marks, StepRecord* record) const {
  Step step{words, marks, record};
  switch (action.kind) {
    case ActionKind::kInvoke:
      invoke(step, action);
      break;
    case ActionKind::kHandle:
      handle(step, action);
      break;
    case ActionKind::kReceive:
      receive(step, action);
      break;
    case ActionKind::kFault:
      strike(step, action);
      break;
    case ActionKind::kExpire:
    case ActionKind::kDeliver:
    case ActionKind::kApply:
      happen(step, action);
      break;
    case ActionKind::kCall:
      call(step, action);
      break;
    case ActionKind::kHandleReceive:
    case ActionKind::kHandleLose:
      STALEMATE_INVARIANT(record == nullptr, "what is recorded is one plain step");
      for (const Action& part : plain(action)) step.violated |= apply(words, part, marks);
      break;
  }
  return step.violated;
}

sim::Judgement Machine::judge(const std::uint64_t* words, sim::Marks& marks) const {
  for (std::size_t word = 0; word < words_; ++word)
    if ((words[word] & busy_[word]) != 0) return {};
  sim::Judgement judgement{.violated = 0, .labels = kAtRest};
  for (std::size_t p = 0; p < monitors_.size(); ++p) {
    const Observation observed = monitors_[p]->at_rest(words);
    if (observed.relevant) marks.reach(antecedent_mark(p));
    if (observed.violated) judgement.violated |= sim::PropertyMask{1} << p;
  }
  return judgement;
}

std::vector<Action> Machine::plain(Action action) {
  if (action.kind != ActionKind::kHandleReceive && action.kind != ActionKind::kHandleLose) return {action};
  Action second = action;
  second.kind = action.kind == ActionKind::kHandleReceive ? ActionKind::kReceive : ActionKind::kFault;
  return {{ActionKind::kHandle, action.session, action.slot}, second};
}

Machine::Invocation Machine::invocation(StateView words, const Action& action) const {
  const std::size_t s = action.session;
  const ScriptedOperation& operation = scenario_.sessions[s].operations[get(words, sessions_[s].invoked)];
  const std::size_t keys = operation.key == kAnyKey ? static_cast<std::size_t>(scenario_.keys) : 1;
  std::size_t choice = action.choice;
  for (const std::uint16_t candidate : operation.candidates) {
    const std::vector<Transition>& start = program_->operations[candidate].start;
    if (choice < start.size() * keys) {
      const std::size_t transition = choice % start.size();
      const std::size_t key =
          operation.key == kAnyKey ? choice / start.size() : static_cast<std::size_t>(operation.key);
      return {candidate, key, transition, &start};
    }
    choice -= start.size() * keys;
  }
  STALEMATE_INVARIANT(false, "an invoke's choice is one of those offered");
  return {};
}

void Machine::invoke(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  const SessionFields& fields = sessions_[s];
  const Invocation invocation = this->invocation(step.words, action);
  set(step.words, fields.invoked, get(step.words, fields.invoked) + 1);
  set(step.words, fields.again, 0);
  set(step.words, fields.value, 0);
  if (fields.key.width > 0) set(step.words, fields.key, invocation.key);
  if (step.record != nullptr) {
    step.record->operation = invocation.operation;
    step.record->ordinal = invoked(step.words, s);
    step.record->key = invocation.key;
  }
  tell(step, event(step, EventKind::kInvoked, s));
  follow(step, s, *invocation.transitions, invocation.transition);
}

void Machine::handle(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  if (action.slot != 0) {
    const bool ghost = is_ghost(step.words, action);
    const bool dead = crashed(step.words, s);
    const RequestRecord request = take_slot(step, s, action.slot - 1U);
    const Instruction& instruction = program_->instructions[request.instruction];
    take(step, request, false, ghost);
    STALEMATE_INVARIANT(ghost || !instruction.awaited || instruction.by,
                        "who awaits a request has no other in its slots");
    const bool under_way =
        !dead && program_counter(step.words, s) != kIdle && request.operation == invoked(step.words, s);
    const Answer answer = serve(step, s,
                                {{instruction, request.key, request.carried, request.unchanged, request.number},
                                 request.operation,
                                 !instruction.awaited || (instruction.by && !ghost),
                                 under_way});
    if (passes_on(instruction, answer.outcome)) {
      const RequestRecord next = passed_on(request, answer);
      send_on(step, next);
      return action.slot > sessions_[s].slots.size() ? add_ghost(step, s, next) : add_to_slots(step, s, next);
    }
    if (instruction.by && !ghost) answer_caller(step, s, request);
    return;
  }
  const Instruction& instruction = program_->instructions[location(step.words, s).instruction];
  if (step.record != nullptr) take(step, awaited_request(step.words, s), false, false);
  const Answer answer = serve(step, s, {query_now(step.words, s, instruction), 0, true, true});
  if (instruction.watch != Watch::kNothing)
    set(step.words, sessions_[s].unchanged, watches_in_vain(instruction, answer.outcome) ? 0 : 1);
  if (instruction.verb == Verb::kSetIfUnchanged) set(step.words, sessions_[s].unchanged, 0);
  // (An answer that is blocked will leave the request in flight, and the server will answer it when it is let go.)
  if (passes_on(instruction, answer.outcome)) {
    const RequestRecord next = passed_on(awaited_request(step.words, s), answer);
    send_on(step, next);
    add_to_slots(step, s, next);
    if (instruction.waits) return set(step.words, lane(s).program_counter, instruction.waits_location);
  }
  set(step.words, lane(s).program_counter, instruction.reply_locations[static_cast<std::size_t>(answer.outcome)]);
  const bool brings = answers_value(instruction, answer.outcome);
  if (brings) set(step.words, reply_field(s), answer.value);
  const unsigned number = instruction.gives != traces::Number::kNone ? answer.number : 0;
  set(step.words, sessions_[s].reply_number, number);
  if (step.record != nullptr) step.record->reply = {answer.outcome, brings ? answer.value : 0, number};
}

// The record is that of a handle whose answer the session has at once.
void Machine::call(Step& step, const Action& action) const {
  handle(step, action);
  receive(step, action);
  if (step.record != nullptr) step.record->was_reply = false;
}

void Machine::receive(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  const SessionFields& fields = sessions_[s];
  const Location at = location(step.words, s);
  const Instruction& instruction = program_->instructions[at.instruction];
  if (at.waits) {
    take(step, awaited_request(step.words, s), false, false);
    if (step.record != nullptr) step.record->gave_up = true;
    return fail(step, s, Outcome::kTimeout, action.choice);
  }
  if (step.record != nullptr) {
    take(step, awaited_request(step.words, s), true, false);
    step.record->reply = awaited_reply(step.words, s);
  }
  if (instruction.verb == Verb::kSetIfVersion) set(step.words, fields.version, 0);  // it was compared
  if (answers_value(instruction, at.outcome)) {
    const std::uint64_t value = get(step.words, reply_field(s));
    set(step.words, reply_field(s), 0);
    if (instruction.keeps_value) set(step.words, fields.value, value);
  }
  if (instruction.gives != traces::Number::kNone && (brings_value(at.outcome) || at.outcome == Outcome::kOk)) {
    const bool is_version = instruction.gives == traces::Number::kVersion;
    set(step.words, is_version ? fields.version : fields.generation, get(step.words, fields.reply_number));
    set(step.words, fields.reply_number, 0);
  }
  if (instruction.awaits_commit)
    tell(step, event(step, at.outcome == Outcome::kOk ? EventKind::kWriteAnswered : EventKind::kWriteInDoubt, s));
  follow(step, s, instruction.after[static_cast<std::size_t>(at.outcome)], action.choice);
}

void Machine::follow(Step& step, std::size_t session, const std::vector<Transition>& transitions,
                     std::size_t choice) const {
  const Transition& transition = transitions[choice];
  StepRecord* const record = step.record;
  if (record != nullptr) {
    record->choices = transitions.size();
    record->choice = choice;
    record->chosen = transition.choice;
  }
  for (const std::uint32_t mark : transition.marks) step.marks.reach(mark);
  for (const Effect& effect : transition.effects) {
    if (effect.kind != EffectKind::kAcknowledge) {
      const Instruction& instruction = program_->instructions[effect.instruction];
      if (instruction.adds) make_change(step, session);
      const auto request = [&] { return asked_now(step.words, session, effect.instruction); };
      if (record != nullptr) record->sent.push_back(request());
      if (effect.kind == EffectKind::kSendAsync) {
        add_to_slots(step, session, request());
      }
      if (effect.kind == EffectKind::kSendLost && instruction.awaited)
        give_up_connection(step, session, instruction.server);
      ask(step, session, instruction);
    } else {
      acknowledge(step, session, effect,
                  transition.next == kNoInstruction && !transition.failed && &effect == &transition.effects.back());
    }
  }
  if (transition.next == kNoInstruction) {
    const bool ended =
        !transition.effects.empty() && transition.effects.back().kind == EffectKind::kAcknowledge && !transition.failed;
    if (record != nullptr && !ended)
      record->endings.push_back({transition.failed ? EndingRecord::Kind::kFailed : EndingRecord::Kind::kReturned, 0});
    return end_operation(step, session, transition.failed ? Ends::kFailed : Ends::kWell);
  }
  if (program_->instructions[transition.next].adds) make_change(step, session);
  ask(step, session, program_->instructions[transition.next]);
  set(step.words, lane(session).program_counter, program_->instructions[transition.next].request_location);
  if (record != nullptr) record->sent.push_back(awaited_request(step.words, session));
}

void Machine::acknowledge(Step& step, std::size_t session, const Effect& effect, bool ends) const {
  Event returned = event(step, EventKind::kReturned, session);
  const bool is_read = returned.operation == OperationKind::kRead;
  const CodedValue value = is_read ? held(step.words, session) : 0;
  if (is_read) {
    returned.received = value != 0;
    returned.value = value == 0 ? 0 : value - 1;
    tell(step, returned);
  }
  if (step.record != nullptr)
    step.record->endings.push_back({ends ? EndingRecord::Kind::kReturned : EndingRecord::Kind::kAcknowledged, value});
  Event told = event(step, EventKind::kTold, session);
  told.write_stands_behind = effect.write_stands_behind;
  tell(step, told);
}

// The message that the step takes, into the record.
void Machine::take(Step& step, const RequestRecord& request, bool was_reply, bool was_ghost) const {
  if (step.record == nullptr) return;
  step.record->operation = program_->instructions[request.instruction].operation;
  step.record->ordinal = request.operation;
  step.record->key = request.key;
  step.record->request = request;
  step.record->was_reply = was_reply;
  step.record->was_ghost = was_ghost;
}

// What is stored with the Write's change on it is what the session has received from now on.
void Machine::make_change(Step& step, std::size_t session) const {
  const CodedValue received = held(step.words, session);
  STALEMATE_INVARIANT(received != 0, "what adds has received something to add to");
  set(step.words, sessions_[session].value,
      received + scenario_.amounts.change_of(operation(step.words, session)->value));
}

// What sending a request changes with the session: a Write that writes its own value keeps none it received (M3).
void Machine::ask(Step& step, std::size_t session, const Instruction& instruction) const {
  if (instruction.watch != Watch::kNothing) forget_watch(step, session);  // what it watched before
  if (program_->versions && instruction.commits && instruction.verb != Verb::kSetIfVersion)
    set(step.words, sessions_[session].version, 0);  // of the own value, not known yet
  if (instruction.gives == traces::Number::kGeneration) set(step.words, sessions_[session].generation, 0);
  if (!carries_own(*program_, instruction)) return;
  // A change at the cache says nothing of what the session has of the row.
  if (!instruction.adds && (instruction.commits || !makes_change(instruction)))
    set(step.words, sessions_[session].value, 0);
  const bool awaited = instruction.awaited && instruction.awaits_commit;
  // Where only the answer to a commit acknowledges, it says all there is to know; what is drawn as lost gets none.
  if (!program_->may_tell_early && !(awaited && instruction.drawn_lost)) return;
  Event asked = event(step, EventKind::kWriteAsked, session);
  asked.awaited = awaited;
  tell(step, asked);
}

// M3.
RequestRecord Machine::take_slot(Step& step, std::size_t session, std::size_t slot) const {
  const SessionFields& fields = sessions_[session];
  const bool is_ghost = slot >= fields.slots.size();
  const Slots& from = is_ghost ? fields.ghosts : fields.slots;
  std::vector<RequestRecord> requests = requests_in(step.words, from);
  const auto taken = requests.begin() + static_cast<std::ptrdiff_t>(is_ghost ? slot - fields.slots.size() : slot);
  const RequestRecord request = *taken;
  if (request.cut) {
    // Then who went before it on the same connection is the last one there.
    const auto before = std::find_if(std::make_reverse_iterator(taken), requests.rend(), [&](const RequestRecord& one) {
      return !is_by_server(one) &&
             program_->instructions[one.instruction].server == program_->instructions[request.instruction].server;
    });
    if (before != requests.rend()) before->cut = true;
  }
  requests.erase(taken);
  if (!is_ghost && crashed(step.words, session)) forget_cuts(requests);
  if (!is_ghost) settle_gone(step, session, requests);
  put_requests(step.words, from, requests);
  return request;
}

void Machine::happen(Step& step, const Action& action) const {
  const Server& server = *server_of(action.session);
  if (action.kind == ActionKind::kDeliver)
    return at_server(step, server, [&](const ServerStep& here) { server.hear(here, action.choice); });
  // A time that is over is over, be it by a fault or not: who allows `expire` has seen one.
  for (std::size_t b = 0; b < scenario_.budgets.size() && action.kind == ActionKind::kExpire; ++b)
    for (std::size_t t = 0; t < scenario_.budgets[b].targets.size(); ++t)
      if (fault_kinds()[scenario_.budgets[b].targets[t].kind].effect == FaultEffect::kExpireMarker)
        step.marks.reach(fault_mark(b, t));
  at_server(step, server, [&](const ServerStep& here) { server.happen(here, action.choice); });
}

void Machine::add_to_slots(Step& step, std::size_t session, const RequestRecord& request) const {
  const Slots& slots = sessions_[session].slots;
  std::size_t slot = 0;
  while (get(step.words, slots[slot].instruction) != 0) ++slot;
  put_request(step.words, slots[slot], request);
}

Answer Machine::serve(Step& step, std::size_t session, const Delivery& delivery) const {
  const Instruction& instruction = delivery.query.instruction;
  const Server& server = asked_by(session, instruction);
  if (instruction.keeps_later) return {};
  const Answer answer = server.peek(step.words, delivery.query);
  at_server(step, server, [&](const ServerStep& here) {
    server.carry_out(here, delivery.query, answer);
    if (instruction.verb == Verb::kWait && is_followed(server)) replica_->catch_up(here);
  });
  if (instruction.tells && answer.outcome == Outcome::kOk) tell_all(step, session, instruction, delivery.query.key);
  if (!instruction.commits || answer.outcome != Outcome::kOk) return answer;
  Event committed = event(step, EventKind::kCommitted, session);
  committed.operation = program_->operations[instruction.operation].kind;
  committed.key = delivery.query.key;
  committed.value = (answer.value != 0 ? answer.value : delivery.query.carried) - 1;
  if (delivery.ordinal != 0) committed.write = scenario_.sessions[session].operations[delivery.ordinal - 1].value;
  committed.counts = delivery.counts;
  committed.under_way = delivery.under_way;
  tell(step, committed);
  return answer;
}

// Every app instance that is up is to hear of it; the one that asks, where `its_own` says so.
void Machine::tell_all(Step& step, std::size_t session, const Instruction& instruction, std::size_t key) const {
  const Instruction::Tells& tells = *instruction.tells;
  for (const auto& server : servers_) {
    const Place& place = server->place();
    if (place.drawn != tells.server) continue;
    bool up = false;
    for (std::size_t s = 0; s < sessions_.size(); ++s)
      up = up || (scenario_.sessions[s].app == place.app && !crashed(step.words, s));
    const bool own = place.app == scenario_.sessions[session].app;
    if (up && (!own || tells.its_own)) server->expect(step.words, server->cell_of(tells.entry, key));
  }
}

void Machine::tell(Step& step, const Event& event) const {
  for (std::size_t p = 0; p < monitors_.size(); ++p) {
    const Observation observed = monitors_[p]->on(event, step.words);
    if (observed.relevant) step.marks.reach(antecedent_mark(p));
    if (observed.violated) step.violated |= sim::PropertyMask{1} << p;
  }
}

Event Machine::event(const Step& step, EventKind kind, std::size_t session) const {
  const ScriptedOperation* running = operation(step.words, session);
  return {.kind = kind,
          .session = session,
          .operation = running == nullptr ? OperationKind::kRead : running->kind,
          .key = key(step.words, session),
          .write = running == nullptr ? 0 : running->value};
}

}  // namespace stalemate::model
