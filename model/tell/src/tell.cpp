// From packed words and tables to the words of a trace. Reads the state before a step and the one after it; the table
// says what happened in between.
#include "tell/tell.hpp"

#include <fmt/format.h>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

// `coded`: 0 nothing, else value + 1, as states keep it.
std::optional<std::int64_t> shown_coded(unsigned coded) {
  if (coded == 0) return std::nullopt;
  return shown(coded - 1);
}

std::string key_name(std::size_t key) { return fmt::format("k{}", key + 1); }

traces::Request tell_request(const Row& row, std::size_t key, unsigned carried) {
  return {.arrow = row.arrow,
          .to = std::string(to_string(row.to)),
          .verb = std::string(to_string(row.verb)),
          .key = key_name(key),
          .value = shown_coded(carried),
          .label = row.label,
          .awaited = row.awaited,
          .ttl = row.ttl == 0 ? std::nullopt : std::optional<std::int64_t>(row.ttl)};
}

traces::Request awaited_request(const Machine& machine, const std::uint64_t* words, std::size_t session) {
  const Row& row = machine.program().rows[machine.point(words, session).row];
  return tell_request(row, machine.key(words, session), machine.carried(words, session, row));
}

traces::Reply tell_reply(const Machine& machine, const std::uint64_t* words, std::size_t session) {
  const Outcome outcome = machine.point(words, session).outcome;
  traces::Reply reply{std::string(to_string(outcome)), std::nullopt};
  if (outcome == Outcome::kValue) reply.value = shown_coded(machine.replied(words, session));
  return reply;
}

traces::InFlight in_flight(const Session& session) {
  traces::InFlight message;
  message.app = session.app;
  message.session = session.session;
  return message;
}

// The value, coded, that a session has received and keeps while it goes on from `before` by `action`. The state after
// does not tell: an operation that ends may have dropped it.
unsigned holding(const Machine& machine, const std::uint64_t* before, const Action& action) {
  if (action.kind == ActionKind::kInvoke) return 0;
  const Point& at = machine.point(before, action.session);
  const bool value_on_its_way = at.is_reply && at.outcome == Outcome::kValue;
  if (action.kind == ActionKind::kReceive && value_on_its_way && machine.program().rows[at.row].keeps_value)
    return machine.replied(before, action.session);
  if (value_on_its_way && !machine.program().get_while_holding) return 0;  // not kept, and its room was the only one
  return machine.held(before, action.session);
}

void tell_choice(const Way& way, std::size_t index, traces::Step& step) {
  step.choice = static_cast<int>(index) + 1;
  step.chosen = way.choice;
}

// What a way sends and how it ends. `holding`: see there; `after`: the state the way leads to.
void tell_way(const Machine& machine, const Way& way, unsigned holding, const std::uint64_t* after,
              const Action& action, std::size_t key, traces::Step& step) {
  const std::size_t s = action.session;
  const ScriptedOperation& running = *machine.operation(after, s);
  for (const Effect& effect : way.effects) {
    if (effect.kind != EffectKind::kAcknowledge) {
      const Row& row = machine.program().rows[effect.row];
      const unsigned carried = !stores(row.verb) ? 0 : row.carries_received ? holding : running.value + 1;
      step.sends.push_back(tell_request(row, key, carried));
      step.sends.back().drawn_lost = row.drawn_lost;
    } else {
      const bool last = way.next == kNoRow && !way.failed && &effect == &way.effects.back();
      step.endings.push_back({last ? traces::Ending::Kind::kReturned : traces::Ending::Kind::kAcknowledged,
                              running.kind == OperationKind::kRead ? shown_coded(holding) : std::nullopt});
    }
  }
  if (way.next != kNoRow) {
    step.sends.push_back(awaited_request(machine, after, s));
  } else if (way.failed) {
    step.endings.push_back({traces::Ending::Kind::kFailed, std::nullopt});
  } else if (way.effects.empty() || way.effects.back().kind != EffectKind::kAcknowledge) {
    step.endings.push_back({traces::Ending::Kind::kReturned, std::nullopt});
  }
}

}  // namespace

std::int64_t shown(unsigned value) { return value == 0 ? kInitialValue : static_cast<std::int64_t>(value); }

traces::State tell_state(const Machine& machine, const std::uint64_t* words) {
  traces::State state;
  for (std::size_t key = 0; key < static_cast<std::size_t>(machine.scenario().keys); ++key) {
    if (machine.program().has_cache) state.cache.push_back({key_name(key), shown_coded(machine.cached(words, key))});
    if (machine.expires(words, key)) state.expiring.push_back(key_name(key));
    state.database.push_back({key_name(key), shown(machine.stored(words, key))});
  }
  for (std::size_t s = 0; s < machine.scenario().sessions.size(); ++s) {
    const Session& session = machine.scenario().sessions[s];
    const auto add = [&](const Machine::AsyncRequest& request, bool is_ghost) {
      traces::InFlight message = in_flight(session);
      message.request = tell_request(machine.program().rows[request.row], request.key, request.carried);
      message.is_ghost = is_ghost;
      state.in_flight.push_back(std::move(message));
    };
    for (const Machine::AsyncRequest& request : machine.in_slots(words, s)) add(request, machine.crashed(words, s));
    for (const Machine::AsyncRequest& request : machine.ghosts(words, s)) add(request, true);
    const Point& at = machine.point(words, s);
    if (at.row == kNoRow) continue;
    traces::InFlight message = in_flight(session);
    message.is_reply = at.is_reply;
    message.request = awaited_request(machine, words, s);
    if (at.is_reply) message.reply = tell_reply(machine, words, s);
    state.in_flight.push_back(std::move(message));
  }
  return state;
}

traces::Step tell_step(const Machine& machine, const std::uint64_t* before, const Action& action,
                       const std::uint64_t* after, sim::PropertyMask violated) {
  const std::size_t s = action.session;
  const Program& program = machine.program();
  traces::Step step;
  step.after = tell_state(machine, after);
  for (std::size_t p = 0; p < machine.properties().size(); ++p)
    if ((violated >> p & 1) != 0) step.violates.emplace_back(machine.properties()[p]->name);
  if (action.kind == ActionKind::kFault) {
    step.kind = machine.fault(action).told_as;
    step.budget = action.budget + 1;
  }
  if (s == machine.scenario().sessions.size()) {
    if (action.kind == ActionKind::kExpire) step.kind = traces::StepKind::kExpire;
    step.app = step.session = step.operation = 0;
    const bool one_key = action.kind == ActionKind::kExpire || machine.fault(action).effect == FaultEffect::kDropEntry;
    if (one_key) step.key = key_name(action.choice);
    return step;
  }
  const Session& session = machine.scenario().sessions[s];
  step.app = session.app;
  step.session = session.session;

  if (action.kind == ActionKind::kInvoke) {
    const Machine::Invocation invocation = machine.invocation(before, action);
    const ProgramOperation& operation = program.operations[invocation.operation];
    step.kind = traces::StepKind::kInvoke;
    step.operation = static_cast<int>(machine.invoked(after, s));
    step.diagram = operation.name;
    step.key = key_name(invocation.key);
    if (operation.start.size() > 1) tell_choice(*invocation.on, invocation.way, step);
    tell_way(machine, *invocation.on, holding(machine, before, action), after, action, invocation.key, step);
    return step;
  }

  // The message this step is about.
  const bool slot = action.slot != 0;
  const Machine::AsyncRequest request = machine.request_of(before, action);
  const Row& row = program.rows[request.row];
  step.operation = static_cast<int>(request.operation);
  step.diagram = program.operations[row.operation].name;
  step.key = key_name(request.key);
  step.arrow = row.arrow;
  step.is_ghost = machine.is_ghost(before, action);
  const bool is_reply = !slot && machine.point(before, s).is_reply;
  if (is_reply)
    step.reply = tell_reply(machine, before, s);
  else
    step.request = slot ? tell_request(row, request.key, request.carried) : awaited_request(machine, before, s);

  switch (action.kind) {
    case ActionKind::kHandle:
      step.kind = traces::StepKind::kHandle;
      if (!slot) step.reply = tell_reply(machine, after, s);
      break;
    case ActionKind::kReceive:
      step.kind = traces::StepKind::kReceive;
      break;
    case ActionKind::kFault:
      if (machine.fault(action).effect == FaultEffect::kCrash && machine.ways_to_crash(before, s, false) > 1)
        step.choice = action.choice + 1;
      break;
    case ActionKind::kInvoke:
    case ActionKind::kExpire:
    case ActionKind::kHandleReceive:
    case ActionKind::kHandleLose:
      STALEMATE_INVARIANT(false, "only plain steps about a message are told here");
  }
  if (const std::vector<Way>* ways = machine.ways(before, action)) {
    if (ways->size() > 1) tell_choice((*ways)[action.choice], action.choice, step);
    tell_way(machine, (*ways)[action.choice], holding(machine, before, action), after, action, request.key, step);
  }
  return step;
}

traces::Trace tell_trace(const Machine& machine, const Protocol& protocol, const traces::Scenario& words,
                         const std::vector<Action>& actions, const std::string& property) {
  traces::Trace trace;
  trace.protocol = {protocol.name, protocol.text, protocol.roles};
  trace.scenario = words;
  trace.property = property;
  sim::Marks marks;
  std::vector<std::uint64_t> before(machine.words());
  machine.initial(before.data(), marks);
  trace.initial = tell_state(machine, before.data());
  for (const Action& action : actions) {
    for (const Action& part : Machine::plain(action)) {
      std::vector<std::uint64_t> after = before;
      sim::PropertyMask violated = machine.apply(after.data(), part, marks);
      violated |= machine.judge(after.data(), marks).violated;
      trace.steps.push_back(tell_step(machine, before.data(), part, after.data(), violated));
      before = std::move(after);
    }
  }
  return trace;
}

}  // namespace stalemate::model
