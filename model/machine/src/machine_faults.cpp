// What a fault does: to a message and who awaits it, to an app instance, to the cache; and how an operation ends, well,
// failed or broken off.
#include <algorithm>
#include <utility>

#include "base/invariant.hpp"
#include "machine/machine.hpp"

namespace stalemate::model {

void Machine::strike(Step& step, const Action& action) const {
  if (!scenario_.budgets[action.budget].unlimited) {
    const Field used = budgets_[action.budget];
    set(step.words, used, get(step.words, used) + 1);
  }
  const std::vector<FaultTarget>& targets = scenario_.budgets[action.budget].targets;
  const FaultEffect effect = fault(action).effect;
  const std::size_t s = action.session;
  if (s >= sessions_.size()) {
    const Server& server = *server_of(s);
    const bool restarts = effect == FaultEffect::kDropAll || effect == FaultEffect::kRollBack;
    const std::size_t ways = restarts ? ways_to_forget(step.words, server) : 1;
    const auto struck = static_cast<std::uint16_t>(action.choice / ways);
    for (std::size_t t = 0; t < targets.size(); ++t)
      if (targets[t].kind == targets[action.target].kind && (!restarts || struck < targets[t].missed) &&
          may_befall(targets[t], server))
        step.marks.reach(fault_mark(action.budget, t));
    if (restarts && step.record != nullptr) {
      step.record->choices = ways;
      step.record->choice = action.choice % ways;
      step.record->missed = effect == FaultEffect::kRollBack ? struck + 1U : 0;
    }
    if (restarts) forget_work(step, server, action.choice % ways);
    if (effect == FaultEffect::kStartAgain)
      empty_process(step, server.place().app);
    else
      at_server(step, server, [&](const ServerStep& here) { server.strike(here, effect, struck); });
    if (effect == FaultEffect::kRollBack) give_leases_back(step, server, struck + 1U);
  } else {
    strike_message(step, action, effect);
  }
  if (fails_over_ && !may_come(step.words, FaultEffect::kRollBack)) {
    for (const auto& server : servers_) server->forget(step.words);
    forget_kept(step);
  }
}

void Machine::strike_message(Step& step, const Action& action, FaultEffect effect) const {
  const std::vector<FaultTarget>& targets = scenario_.budgets[action.budget].targets;
  const std::size_t s = action.session;
  const Location at = location(step.words, s);
  const MessageRef struck = struck_by(step.words, action);
  for (std::size_t t = 0; t < targets.size(); ++t)
    if (targets[t].kind == targets[action.target].kind && covers(targets[t], struck))
      step.marks.reach(fault_mark(action.budget, t));
  if (step.record != nullptr) {
    Action told = action;
    told.slot = static_cast<std::uint8_t>(struck.slot);
    STALEMATE_INVARIANT(struck.session == s, "what is recorded is one plain step, of the session that it strikes");
    take(step, request_of(step.words, told), struck.is_reply, is_ghost(step.words, told));
    if (struck.is_reply) step.record->reply = awaited_reply(step.words, s);
  }
  switch (effect) {
    case FaultEffect::kLose:
    case FaultEffect::kRefuse:
      return lose(step, action, failure_of(effect));
    case FaultEffect::kDelay:
    case FaultEffect::kCopy:
      add_ghost(step, s, action.slot == 0 ? awaited_request(step.words, s) : in_slots(step.words, s)[action.slot - 1U]);
      if (effect == FaultEffect::kDelay) lose(step, action, failure_of(effect));
      return;
    case FaultEffect::kCancel:
      if (step.record != nullptr) {
        step.record->choices = ways_to_cancel(program_->instructions[at.instruction], at.is_reply || at.waits);
        step.record->choice = action.choice;
        step.record->endings.push_back({EndingRecord::Kind::kFailed, 0});
      }
      return cancel(step, s, action.choice != 0);
    case FaultEffect::kCrash:
    case FaultEffect::kStartAgain:
      if (step.record != nullptr) {
        step.record->choices = ways_to_crash(step.words, s, false);
        step.record->choice = action.choice;
      }
      return crash(step, s, action.choice, effect == FaultEffect::kStartAgain);
    default:  // the others strike servers
      break;
  }
  STALEMATE_INVARIANT(false, "what strikes a server strikes no message");
}

// The message is in flight no more; whoever awaits it learns that, or that it was refused.
void Machine::lose(Step& step, const Action& action, Outcome failure) const {
  const std::size_t s = action.session;
  if (action.slot != 0) {
    const bool awaited = works_for(step.words, s, in_slots(step.words, s)[action.slot - 1U]);
    take_slot(step, s, action.slot - 1U);
    if (!awaited) return;
  }
  fail(step, s, failure, action.choice);
}

void Machine::empty_process(Step& step, int app) const {
  for (const auto& server : servers_)
    if (server->place().app == app)
      at_server(step, *server, [&](const ServerStep& here) { server->strike(here, FaultEffect::kDropAll, 0); });
}

// Every session of the app instance ends as it is, or its operation does, and what is in its process is gone. `choice`
// tells, session by session, how many of its requests on each connection may yet arrive; of an earlier process's that
// is told already.
void Machine::crash(Step& step, std::size_t session, std::size_t choice, bool starts_again) const {
  empty_process(step, scenario_.sessions[session].app);
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    if (scenario_.sessions[s].app != scenario_.sessions[session].app) continue;
    const SessionFields& fields = sessions_[s];
    std::vector<RequestRecord> requests = in_slots(step.words, s);
    const Location at = location(step.words, s);
    const bool runs = at.instruction != kNoInstruction;
    if (is_sent(at)) requests.push_back(awaited_request(step.words, s));
    const std::vector<std::size_t> lines = lines_of(requests);
    std::vector<std::size_t> arriving(requests.size());  // by line: how many more of its requests arrive
    for (std::size_t server = 0; server < program_->servers.size(); ++server)
      for (std::size_t i = 0; i < requests.size(); ++i) {
        const bool is_its = !is_by_server(requests[i]) && !is_of_gone_process(step.words, s, requests[i]);
        if (!is_its || lines[i] != i || program_->instructions[requests[i].instruction].server != server) continue;
        const auto ways = static_cast<std::size_t>(std::count(lines.begin(), lines.end(), i)) + 1;
        arriving[i] = choice % ways;
        choice /= ways;
      }
    std::vector<RequestRecord> left;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const RequestRecord& request = requests[i];
      if (is_by_server(request) || is_of_gone_process(step.words, s, request)) {
        left.push_back(request);
        continue;
      }
      std::size_t& more = arriving[lines[i]];
      if (more == 0) continue;
      --more;
      left.push_back(request);
      left.back().instruction = program_->instructions[request.instruction].alike;
      left.back().cut = more == 0 && !scenario_.pooled;
    }
    if (!starts_again) forget_cuts(left);
    set(step.words, fields.gone, starts_again ? invoked(step.words, s) : 0);
    settle_gone(step, s, left);
    if (runs) {
      break_off(step, s);
    } else if (get(step.words, fields.again) != 0) {
      settle_retries(step, s, Ends::kBrokenOff);
      tell(step, event(step, EventKind::kEnded, s));  // for good, now
    }
    set(step.words, fields.value, 0);
    if (!starts_again) set(step.words, fields.crashed, 1);
    put_requests(step.words, fields.slots, left);
  }
}

// M3: up to the last operation of that process of which there still is something.
void Machine::settle_gone(Step& step, std::size_t session, const std::vector<RequestRecord>& requests) const {
  if (get(step.words, sessions_[session].gone) == 0) return;
  std::size_t last = 0;
  for (const RequestRecord& request : requests)
    if (is_of_gone_process(step.words, session, request)) last = std::max(last, request.operation);
  set(step.words, sessions_[session].gone, last);
}

// Its session and its process go on, and so does what it sent and does not await. `arrives`: the request that it awaits
// may yet arrive, behind those that went before it to the same server.
void Machine::cancel(Step& step, std::size_t session, bool arrives) const {
  std::vector<RequestRecord> requests = in_slots(step.words, session);
  if (arrives) {
    requests.push_back(awaited_request(step.words, session));
    requests.back().instruction = program_->instructions[requests.back().instruction].alike;
  }
  break_off(step, session);
  put_requests(step.words, sessions_[session].slots, requests);
}

// What is not tried again is behind it.
void Machine::settle_retries(Step& step, std::size_t session, Ends ends) const {
  if (scenario_.words.retries == 0) return;
  const SessionFields& fields = sessions_[session];
  const std::vector<ScriptedOperation>& script = scenario_.sessions[session].operations;
  std::size_t next = invoked(step.words, session);
  const bool again = ends == Ends::kFailed && next < script.size() && script[next].again != 0;
  set(step.words, fields.again, again ? 1 : 0);
  while (!again && next < script.size() && script[next].again != 0) ++next;
  set(step.words, fields.invoked, next);
}

void Machine::end_operation(Step& step, std::size_t session, Ends ends) const {
  const SessionFields& fields = sessions_[session];
  settle_retries(step, session, ends);
  const Event ended = event(step, EventKind::kEnded, session);
  tell(step, ended);
  set(step.words, lane(session).program_counter, kIdle);
  if (ends != Ends::kWell || ended.operation == OperationKind::kWrite) set(step.words, fields.value, 0);
  forget_watch(step, session);
  set(step.words, fields.version, 0);
  set(step.words, fields.generation, 0);
  if (fields.key.width > 0) set(step.words, fields.key, 0);
}

// The operation ends where it stands: a reply on its way to it is gone.
void Machine::break_off(Step& step, std::size_t session) const {
  const Location at = location(step.words, session);
  const Instruction& instruction = program_->instructions[at.instruction];
  if (instruction.awaits_commit) tell(step, event(step, EventKind::kWriteInDoubt, session));
  if (at.is_reply && answers_value(instruction, at.outcome)) set(step.words, reply_field(session), 0);
  set(step.words, sessions_[session].reply_number, 0);
  end_operation(step, session, Ends::kBrokenOff);
}

// M3: in their order.
void Machine::add_ghost(Step& step, std::size_t session, const RequestRecord& request) const {
  std::vector<RequestRecord> requests = ghosts(step.words, session);
  const auto later = [](const RequestRecord& a, const RequestRecord& b) {
    return std::tie(a.operation, a.instruction) < std::tie(b.operation, b.instruction);
  };
  RequestRecord ghost = request;
  ghost.instruction = program_->instructions[request.instruction].alike;
  ghost.cut = false;
  requests.insert(std::upper_bound(requests.begin(), requests.end(), ghost, later), ghost);
  put_requests(step.words, sessions_[session].ghosts, requests);
}

// The session learns nothing of its request, or that it was refused: a value on its way to it is gone with the reply.
void Machine::fail(Step& step, std::size_t session, Outcome failure, std::size_t choice) const {
  const Location at = location(step.words, session);
  const Instruction& instruction = program_->instructions[at.instruction];
  if (at.is_reply && answers_value(instruction, at.outcome)) set(step.words, reply_field(session), 0);
  set(step.words, sessions_[session].reply_number, 0);
  if (instruction.awaits_commit) tell(step, event(step, EventKind::kWriteInDoubt, session));
  if (instruction.verb == Verb::kSetIfVersion) set(step.words, sessions_[session].version, 0);
  if (instruction.watch != Watch::kNothing) forget_watch(step, session);
  if (failure == Outcome::kTimeout) give_up_connection(step, session, instruction.server);
  follow(step, session, instruction.after[static_cast<std::size_t>(failure)], choice);
}

void Machine::put_requests(StateRef words, const Slots& slots, const std::vector<RequestRecord>& requests) {
  STALEMATE_INVARIANT(requests.size() <= slots.size(), "there is room for every request in flight");
  for (std::size_t i = 0; i < slots.size(); ++i)
    put_request(words, slots[i], i < requests.size() ? requests[i] : RequestRecord{});
}

// None, where `request` has no instruction.
void Machine::put_request(StateRef words, const SessionFields::Slot& slot, const RequestRecord& request) {
  set(words, slot.instruction, request.instruction == kNoInstruction ? 0 : request.instruction + 1ULL);
  set(words, slot.carried, request.carried);
  set(words, slot.key, request.key);
  set(words, slot.operation, request.operation);
  set(words, slot.unchanged, request.unchanged ? 1 : 0);
  set(words, slot.kept, request.kept);
  set(words, slot.cut, request.cut ? 1 : 0);
  set(words, slot.number, request.number);
}

}  // namespace stalemate::model
