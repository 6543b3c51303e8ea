// From packed words and records to the words of a trace.
#include "tell/tell.hpp"

#include <fmt/format.h>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

// `coded`: 0 nothing, else value + 1, as states keep it.
std::optional<std::int64_t> shown_coded(const Machine& machine, unsigned coded) {
  if (coded == 0) return std::nullopt;
  return machine.scenario().shown(coded - 1);
}

// What a request carries: a value, or the change that is to be made of what is there.
std::optional<std::int64_t> shown_carried(const Machine& machine, unsigned coded, const traces::VerbFacts& verb) {
  if (coded == 0 || !verb.increases()) return shown_coded(machine, coded);
  return machine.scenario().amounts.shown_change(coded - 1);
}

std::string key_name(std::size_t key) { return fmt::format("k{}", key + 1); }

std::string entry_key(const Machine& machine, std::size_t entry, std::size_t key) {
  const std::string& name = machine.program().entries[entry].name;
  return entry == 0 ? key_name(key) : key_name(key) + "/" + name;
}

traces::Request tell_request(const Machine& machine, std::size_t session, const RequestRecord& request) {
  const Instruction& instruction = machine.program().instructions[request.instruction];
  const traces::VerbFacts& verb = traces::facts_of(instruction.verb);
  const auto number = [&](traces::Number kind) {
    return verb.compares == kind ? std::optional<std::int64_t>(request.number) : std::nullopt;
  };
  std::vector<std::string> also;
  for (std::size_t entry = 0; entry < machine.program().entries.size(); ++entry)
    if ((instruction.also >> entry & 1) != 0) also.push_back(entry_key(machine, entry, request.key));
  return {.arrow = instruction.arrow,
          .to = machine.name_of(machine.asked_by(session, instruction)),
          .verb = std::string(to_string(instruction.verb)),
          .key = entry_key(machine, instruction.entry, request.key),
          .value = shown_carried(machine, request.carried, verb),
          .label = instruction.label,
          .awaited = instruction.awaited && !instruction.by,
          .ttl = instruction.ttl == 0 ? std::nullopt : std::optional<std::int64_t>(instruction.ttl),
          .watch = std::string(to_string(instruction.watch)),
          .version = number(traces::Number::kVersion),
          .generation = number(traces::Number::kGeneration),
          .other = verb.names_other() ? entry_key(machine, instruction.other, request.key) : "",
          .also = also,
          .other_rows = instruction.finds.beside_others,
          .from = instruction.by ? machine.program().servers[*instruction.by].name : ""};
}

// Where a reply has a number that the session keeps, it is told.
traces::Reply tell_reply(const Machine& machine, const ReplyRecord& reply, const Instruction& asked) {
  const bool answered = reply.outcome == Outcome::kValue || reply.outcome == Outcome::kOk;
  const auto number = [&](traces::Number kind) {
    return answered && asked.gives == kind ? std::optional<std::int64_t>(reply.number) : std::nullopt;
  };
  return {std::string(to_string(reply.outcome)), shown_coded(machine, reply.value), number(traces::Number::kVersion),
          number(traces::Number::kGeneration)};
}

traces::Ending tell_ending(const Machine& machine, const EndingRecord& ending) {
  using Kind = traces::Ending::Kind;
  const Kind kind = ending.kind == EndingRecord::Kind::kAcknowledged ? Kind::kAcknowledged
                    : ending.kind == EndingRecord::Kind::kReturned   ? Kind::kReturned
                                                                     : Kind::kFailed;
  return {kind, shown_coded(machine, ending.value)};
}

std::string kind_of(const DrawnServer& server) {
  if (server.kind == Role::kQueue) return "channel";
  return server.follows ? "cache-replica" : std::string(to_string(server.kind));
}

traces::InFlight in_flight(const Machine& machine, std::size_t s, const RequestRecord& request) {
  const Session& session = machine.scenario().sessions[s];
  traces::InFlight message;
  message.app = session.app;
  message.session = session.session;
  message.operation = static_cast<int>(request.operation);
  message.request = tell_request(machine, s, request);
  return message;
}

traces::StepKind kind_of(const Machine& machine, const Action& action) {
  switch (action.kind) {
    case ActionKind::kInvoke:
      return traces::StepKind::kInvoke;
    case ActionKind::kHandle:
      return traces::StepKind::kHandle;
    case ActionKind::kReceive:
      return traces::StepKind::kReceive;
    case ActionKind::kFault:
      if (machine.server_of(action.session) != nullptr)
        return machine.fault(action).told_in_store_as.value_or(machine.fault(action).told_as);
      return machine.fault(action).told_as;
    case ActionKind::kExpire:
      return traces::StepKind::kExpire;
    case ActionKind::kCall:
      return traces::StepKind::kCall;
    case ActionKind::kDeliver:
      return traces::StepKind::kDeliver;
    case ActionKind::kApply:
      return traces::StepKind::kApply;
    case ActionKind::kHandleReceive:
    case ActionKind::kHandleLose:
      break;
  }
  STALEMATE_INVARIANT(false, "only plain steps are told");
  return {};
}

}  // namespace

std::vector<traces::Store> tell_stores(const Machine& machine) {
  std::vector<traces::Store> stores;
  for (const auto& server : machine.servers())
    stores.push_back({machine.name_of(*server), kind_of(machine.drawn(*server)), server->place().app});
  return stores;
}

traces::State tell_state(const Machine& machine, const std::uint64_t* words) {
  traces::State state;
  for (const auto& each : machine.servers()) {
    const Server& server = *each;
    traces::Contents contents{machine.name_of(server), {}};
    for (std::size_t key = 0; key < static_cast<std::size_t>(machine.scenario().keys); ++key) {
      for (std::size_t entry = 0; entry < server.entries(); ++entry) {
        const Held held = server.held(words, server.cell_of(entry, key));
        traces::Entry told{entry_key(machine, entry, key), shown_coded(machine, held.value), held.expires, held.marker};
        if (server.has_versions(entry) && held.is_there()) told.version = held.version;
        if (held.generation != 0) told.generation = held.generation;
        told.stale = held.stale;
        told.lease = held.lease;
        contents.entries.push_back(std::move(told));
        const unsigned expected = server.expected(words, server.cell_of(entry, key));
        if (expected != 0)
          state.deliveries.push_back({contents.store, entry_key(machine, entry, key), static_cast<int>(expected)});
      }
    }
    if (const unsigned unapplied = server.unapplied(words); unapplied != 0)
      state.unapplied.push_back({contents.store, static_cast<int>(unapplied)});
    state.stores.push_back(std::move(contents));
  }
  for (std::size_t s = 0; s < machine.scenario().sessions.size(); ++s) {
    const auto add = [&](const RequestRecord& request, bool is_ghost) {
      traces::InFlight message = in_flight(machine, s, request);
      message.is_ghost = is_ghost;
      state.in_flight.push_back(std::move(message));
    };
    const std::vector<RequestRecord> slots = machine.in_slots(words, s);
    for (std::size_t slot = 0; slot < slots.size(); ++slot) add(slots[slot], machine.is_left(words, s, slot));
    for (const RequestRecord& request : machine.ghosts(words, s)) add(request, true);
    const Location& at = machine.location(words, s);
    if (at.instruction == kNoInstruction || at.waits) continue;
    traces::InFlight message = in_flight(machine, s, machine.awaited_request(words, s));
    message.is_reply = at.is_reply;
    if (at.is_reply)
      message.reply =
          tell_reply(machine, machine.awaited_reply(words, s), machine.program().instructions[at.instruction]);
    state.in_flight.push_back(std::move(message));
  }
  return state;
}

traces::Step tell_step(const Machine& machine, const Action& action, const StepRecord& record,
                       const std::uint64_t* after, sim::PropertyMask violated) {
  traces::Step step;
  step.kind = record.gave_up ? traces::StepKind::kGiveUp : kind_of(machine, action);
  step.budget = action.kind == ActionKind::kFault ? action.budget + 1 : 0;
  step.after = tell_state(machine, after);
  for (std::size_t p = 0; p < machine.properties().size(); ++p)
    if ((violated >> p & 1) != 0) step.violates.emplace_back(machine.properties()[p]->name);
  if (const Server* server = machine.server_of(action.session)) {
    step.app = step.session = step.operation = 0;
    step.store = machine.name_of(*server);
    const auto keys = static_cast<std::size_t>(machine.scenario().keys);
    if (traces::facts_of(step.kind).of_one_entry)
      step.key = entry_key(machine, action.choice / keys, action.choice % keys);
    if (record.choices > 1) step.choice = static_cast<int>(record.choice) + 1;
    if (record.missed > 1) step.missed = static_cast<int>(record.missed);
    return step;
  }
  step.app = machine.scenario().sessions[action.session].app;
  step.session = machine.scenario().sessions[action.session].session;
  step.operation = static_cast<int>(record.ordinal);
  step.diagram = machine.program().operations[record.operation].name;
  step.key = key_name(record.key);
  if (action.kind == ActionKind::kInvoke)
    step.again = machine.scenario().sessions[action.session].operations[record.ordinal - 1].again;
  if (record.request) {
    step.arrow = machine.program().instructions[record.request->instruction].arrow;
    if (!record.was_reply) step.request = tell_request(machine, action.session, *record.request);
  }
  step.is_ghost = record.was_ghost;
  if (record.reply)
    step.reply = tell_reply(machine, *record.reply, machine.program().instructions[record.request->instruction]);
  step.answers = record.answered;
  if (record.choices > 1) {
    step.choice = static_cast<int>(record.choice) + 1;
    step.chosen = record.chosen;
  }
  for (const RequestRecord& request : record.sent) {
    step.sends.push_back(tell_request(machine, action.session, request));
    step.sends.back().drawn_lost = machine.program().instructions[request.instruction].drawn_lost;
  }
  for (const EndingRecord& ending : record.endings) step.endings.push_back(tell_ending(machine, ending));
  return step;
}

traces::Step take_and_tell(const Machine& machine, const Action& action, std::vector<std::uint64_t>& words) {
  sim::Marks unused;
  StepRecord record;
  sim::PropertyMask violated = machine.apply(words.data(), action, unused, &record);
  violated |= machine.judge(words.data(), unused).violated;
  return tell_step(machine, action, record, words.data(), violated);
}

traces::Trace tell_trace(const Machine& machine, const Protocol& protocol, const traces::Scenario& words,
                         const std::vector<Action>& actions, const std::string& property) {
  traces::Trace trace;
  trace.protocol = {protocol.name, protocol.text, protocol.roles};
  trace.scenario = words;
  trace.stores = tell_stores(machine);
  trace.property = property;
  sim::Marks unused;
  std::vector<std::uint64_t> state(machine.words());
  machine.initial(state.data(), unused);
  trace.initial = tell_state(machine, state.data());
  for (const Action& action : actions)
    for (const Action& part : Machine::plain(action)) trace.steps.push_back(take_and_tell(machine, part, state));
  number_copies(trace);
  return trace;
}

}  // namespace stalemate::model
