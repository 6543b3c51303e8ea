// What is enabled, what a step does, and what the servers answer. Every rule of what may happen next is in this file or
// in the table that model/src/program.cpp compiled.
#include "model/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::model {
namespace {

// At most this many asynchronous requests of one session can be in flight at once; one more is a limit, reported.
std::size_t async_arrows(const Program& program, const Session& session) {
  std::size_t most = 0;
  for (const ScriptedOperation& operation : session.operations) {
    std::size_t worst = 0;
    for (const std::uint16_t candidate : operation.candidates) {
      std::size_t count = 0;
      for (const Row& row : program.rows)
        if (row.operation == candidate && !row.awaited && !row.drawn_lost) ++count;
      worst = std::max(worst, count);
    }
    most += worst;
  }
  return most;
}

}  // namespace

Machine::Machine(std::shared_ptr<const Program> program, Scenario scenario, std::vector<const PropertyKind*> properties,
                 Granularity granularity)
    : program_(std::move(program)),
      scenario_(std::move(scenario)),
      properties_(std::move(properties)),
      granularity_(granularity) {
  lay_out();
}

void Machine::lay_out() {
  const std::uint64_t values = scenario_.values;
  for (int key = 0; key < scenario_.keys; ++key) {
    stores_.database.push_back(layout_.add(values, Meaning::kValue));
    if (program_->has_cache) stores_.cache.push_back(layout_.add(values + 1, Meaning::kCoded));
  }
  for (const FaultBudget& budget : scenario_.budgets) budgets_.push_back(layout_.add(budget.budget + 1ULL));
  for (std::size_t s = 0; s < scenario_.sessions.size(); ++s) lay_out(s);
  layout_.end_session();
  for (const PropertyKind* property : properties_)
    monitors_.push_back(property->make({*program_, scenario_, stores_, layout_}));
  words_ = layout_.words();
  busy_.resize(words_);
  for (const SessionFields& fields : sessions_) {
    busy_[fields.point.word] |= fields.point.mask() << fields.point.shift;
    if (fields.slots.empty()) continue;
    const Field oldest = fields.slots.front().row;
    busy_[oldest.word] |= oldest.mask() << oldest.shift;
  }
}

// What nearly every step looks at comes first and stands together.
void Machine::lay_out(std::size_t s) {
  const Session& session = scenario_.sessions[s];
  const std::uint64_t values = scenario_.values;
  const auto keys = static_cast<std::uint64_t>(scenario_.keys);
  const std::uint64_t operations = session.operations.size() + 1;
  bool free_key = false;
  for (const ScriptedOperation& operation : session.operations) free_key |= operation.key == kAnyKey;
  const unsigned value_width = LayoutBuilder::width_of(values + 1);
  layout_.begin_session(s, LayoutBuilder::width_of(program_->points.size()) + LayoutBuilder::width_of(operations) +
                               value_width * (program_->get_while_holding ? 2 : 1) +
                               (free_key ? LayoutBuilder::width_of(keys) : 0));
  SessionFields fields;
  fields.point = layout_.add(program_->points.size());
  fields.invoked = layout_.add(operations);
  fields.value = layout_.add(values + 1, Meaning::kCoded);
  if (program_->get_while_holding) fields.reply = layout_.add(values + 1, Meaning::kCoded);
  if (free_key) fields.key = layout_.add(keys);
  const std::size_t slots = program_->has_async ? async_arrows(*program_, session) : 0;
  for (std::size_t i = 0; i < slots; ++i)
    fields.slots.push_back({layout_.add(program_->rows.size() + 1), layout_.add(values + 1, Meaning::kCoded),
                            layout_.add(keys), layout_.add(operations)});
  stores_.operation.push_back(fields.invoked);
  sessions_.push_back(std::move(fields));
}

std::size_t Machine::fault_mark(std::size_t budget, std::size_t target) const {
  std::size_t mark = program_->marks.size() + properties_.size() + target;
  for (std::size_t i = 0; i < budget; ++i) mark += scenario_.budgets[i].targets.size();
  return mark;
}

// --- the four functions ---

void Machine::initial(StateRef words, sim::Marks& marks) const {
  if (scenario_.cached)
    for (const Field& entry : stores_.cache) set(words, entry, 1);
  if (!scenario_.all_invoked) return;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    Step step{words, marks};
    invoke(step, {ActionKind::kInvoke, static_cast<std::uint8_t>(s)});
  }
}

void Machine::actions(StateView words, std::vector<Action>& out) const {
  for (std::size_t s = 0; s < sessions_.size(); ++s) actions_of(words, s, out);
}

void Machine::actions_of(StateView words, std::size_t s, std::vector<Action>& out) const {
  const SessionFields& fields = sessions_[s];
  const auto session = static_cast<std::uint8_t>(s);
  const Point& at = point(words, s);
  std::size_t slots = 0;
  for (; slots < fields.slots.size(); ++slots) {
    const std::uint64_t row = get(words, fields.slots[slots].row);
    if (row == 0) break;
    const auto id = static_cast<RowId>(row - 1);
    const auto slot = static_cast<std::uint8_t>(slots + 1);
    if (may_handle(words, s, program_->rows[id].to, slots)) out.push_back({ActionKind::kHandle, session, slot});
    push_faults(words, out, {s, slot, id, false});
  }
  if (at.row == kNoRow) {
    const std::size_t next = get(words, fields.invoked);
    if (next == scenario_.sessions[s].operations.size()) return;
    const ScriptedOperation& operation = scenario_.sessions[s].operations[next];
    const std::size_t keys = operation.key == kAnyKey ? static_cast<std::size_t>(scenario_.keys) : 1;
    std::size_t starts = 0;
    for (const std::uint16_t candidate : operation.candidates) starts += program_->operations[candidate].start.size();
    push_choices(out, {ActionKind::kInvoke, session}, starts * keys);
  } else if (at.is_reply) {
    const Row& row = program_->rows[at.row];
    push_choices(out, {ActionKind::kReceive, session}, row.after[static_cast<std::size_t>(at.outcome)].size());
    push_faults(words, out, {s, 0, at.row, true});
  } else {
    const Row& row = program_->rows[at.row];
    if (may_handle(words, s, row.to, slots)) {
      if (granularity_ == Granularity::kPlain) {
        out.push_back({ActionKind::kHandle, session});
      } else {
        const Outcome outcome = peek(words, row, key(words, s)).outcome;
        push_choices(out, {ActionKind::kHandleReceive, session}, row.after[static_cast<std::size_t>(outcome)].size());
        push_faults(words, out, {s, 0, at.row, true});
      }
    }
    push_faults(words, out, {s, 0, at.row, false});
  }
}

sim::PropertyMask Machine::apply(StateRef words, Action action, sim::Marks& marks) const {
  Step step{words, marks};
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
    case ActionKind::kHandleReceive:
    case ActionKind::kHandleLose:
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
    const Finding finding = monitors_[p]->at_rest(words);
    if (finding.relevant) marks.reach(antecedent_mark(p));
    if (finding.violated) judgement.violated |= sim::PropertyMask{1} << p;
  }
  return judgement;
}

std::vector<Action> Machine::plain(Action action) {
  if (action.kind != ActionKind::kHandleReceive && action.kind != ActionKind::kHandleLose) return {action};
  Action second = action;
  second.kind = action.kind == ActionKind::kHandleReceive ? ActionKind::kReceive : ActionKind::kFault;
  return {{ActionKind::kHandle, action.session, action.slot}, second};
}

// --- what is enabled ---

void Machine::push_choices(std::vector<Action>& out, Action action, std::size_t count) const {
  for (std::size_t choice = 0; choice < count; ++choice) {
    action.choice = static_cast<std::uint16_t>(choice);
    out.push_back(action);
  }
}

// M2: whether none of the session's first `slots_before` asynchronous requests goes to the same server.
bool Machine::may_handle(StateView words, std::size_t session, Role to, std::size_t slots_before) const {
  for (std::size_t i = 0; i < slots_before; ++i) {
    const auto row = static_cast<RowId>(get(words, sessions_[session].slots[i].row) - 1);
    if (program_->rows[row].to == to) return false;
  }
  return true;
}

bool Machine::covers(const FaultTarget& target, const MessageRef& message) const {
  const Row& row = program_->rows[message.row];
  if (target.operation >= 0 && (target.operation != row.operation || target.arrow != row.arrow)) return false;
  return fault_kinds()[target.kind].strikes(*program_, message);
}

void Machine::push_faults(StateView words, std::vector<Action>& out, const MessageRef& message) const {
  const Row& row = program_->rows[message.row];
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    const FaultBudget& budget = scenario_.budgets[b];
    if (get(words, budgets_[b]) == budget.budget) continue;
    for (std::size_t t = 0; t < budget.targets.size(); ++t) {
      if (!covers(budget.targets[t], message)) continue;
      // Of targets that overlap, the first one offers the fault.
      const bool offered = std::any_of(budget.targets.begin(), budget.targets.begin() + static_cast<std::ptrdiff_t>(t),
                                       [&](const FaultTarget& earlier) {
                                         return earlier.kind == budget.targets[t].kind && covers(earlier, message);
                                       });
      if (offered) continue;
      const bool fused = message.is_reply && granularity_ == Granularity::kFused;
      const Action action{fused ? ActionKind::kHandleLose : ActionKind::kFault,
                          static_cast<std::uint8_t>(message.session),
                          static_cast<std::uint8_t>(message.slot),
                          static_cast<std::uint8_t>(b),
                          static_cast<std::uint16_t>(t),
                          0};
      const std::size_t ways =
          row.awaited ? row.after[static_cast<std::size_t>(Outcome::kTimeout)].size() : std::size_t{1};
      push_choices(out, action, ways);
    }
  }
}

Machine::Invocation Machine::invocation(StateView words, const Action& action) const {
  const std::size_t s = action.session;
  const ScriptedOperation& operation = scenario_.sessions[s].operations[get(words, sessions_[s].invoked)];
  const std::size_t keys = operation.key == kAnyKey ? static_cast<std::size_t>(scenario_.keys) : 1;
  std::size_t choice = action.choice;
  for (const std::uint16_t candidate : operation.candidates) {
    const std::vector<Way>& start = program_->operations[candidate].start;
    if (choice < start.size() * keys) {
      const std::size_t way = choice % start.size();
      const std::size_t key =
          operation.key == kAnyKey ? choice / start.size() : static_cast<std::size_t>(operation.key);
      return {candidate, key, way, &start[way]};
    }
    choice -= start.size() * keys;
  }
  STALEMATE_INVARIANT(false, "an invoke's choice is one of those offered");
  return {};
}

const std::vector<Way>* Machine::ways(StateView words, const Action& action) const {
  if (action.slot != 0 || action.kind == ActionKind::kInvoke || action.kind == ActionKind::kHandle) return nullptr;
  const Point& at = point(words, action.session);
  const Outcome outcome = action.kind == ActionKind::kReceive ? at.outcome : Outcome::kTimeout;
  return &program_->rows[at.row].after[static_cast<std::size_t>(outcome)];
}

// --- what a step does ---

void Machine::invoke(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  const SessionFields& fields = sessions_[s];
  const Invocation invocation = this->invocation(step.words, action);
  set(step.words, fields.invoked, get(step.words, fields.invoked) + 1);
  set(step.words, fields.value, 0);
  if (fields.key.width > 0) set(step.words, fields.key, invocation.key);
  tell(step, event(step, EventKind::kInvoked, s));
  follow(step, s, *invocation.on);
}

void Machine::handle(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  if (action.slot != 0) {
    const AsyncRequest request = take_slot(step, s, action.slot - 1U);
    serve(step, s, program_->rows[request.row], request.key, request.carried);
    return;
  }
  const SessionFields& fields = sessions_[s];
  const Row& row = program_->rows[point(step.words, s).row];
  const Answer answer = serve(step, s, row, key(step.words, s), carried(step.words, s, row));
  set(step.words, fields.point, row.reply_points[static_cast<std::size_t>(answer.outcome)]);
  if (answer.outcome == Outcome::kValue) set(step.words, reply_field(s), answer.value);
}

void Machine::receive(Step& step, const Action& action) const {
  const std::size_t s = action.session;
  const SessionFields& fields = sessions_[s];
  const Point at = point(step.words, s);
  const Row& row = program_->rows[at.row];
  if (at.outcome == Outcome::kValue) {
    // A Write looks only at whether there was a value and keeps none.
    const std::uint64_t value = get(step.words, reply_field(s));
    set(step.words, reply_field(s), 0);
    if (program_->operations[row.operation].kind == OperationKind::kRead) set(step.words, fields.value, value);
  }
  if (row.to == Role::kDatabase && row.verb == Verb::kSet) {
    tell(step, event(step, EventKind::kWriteAnswered, s));
    // The user was told before the database answered; now both are so.
    if (row.acknowledged) tell(step, event(step, EventKind::kAcknowledged, s));
  }
  follow(step, s, row.after[static_cast<std::size_t>(at.outcome)][action.choice]);
}

void Machine::strike(Step& step, const Action& action) const {
  const Field used = budgets_[action.budget];
  set(step.words, used, get(step.words, used) + 1);
  const Point at = point(step.words, action.session);
  const MessageRef struck =
      action.slot == 0
          ? MessageRef{action.session, 0, at.row, at.is_reply}
          : MessageRef{action.session, action.slot, in_slots(step.words, action.session)[action.slot - 1U].row, false};
  const std::vector<FaultTarget>& targets = scenario_.budgets[action.budget].targets;
  for (std::size_t t = 0; t < targets.size(); ++t) {
    if (targets[t].kind == targets[action.target].kind && covers(targets[t], struck)) {
      step.marks.reach(fault_mark(action.budget, t));
    }
  }
  if (action.slot != 0)
    take_slot(step, action.session, action.slot - 1U);
  else
    time_out(step, action.session, action.choice);
}

// The session learns nothing of its request: a value on its way to it is gone with the reply.
void Machine::time_out(Step& step, std::size_t session, std::size_t choice) const {
  const Point at = point(step.words, session);
  const Row& row = program_->rows[at.row];
  if (at.is_reply && at.outcome == Outcome::kValue) set(step.words, reply_field(session), 0);
  if (row.to == Role::kDatabase && row.verb == Verb::kSet) tell(step, event(step, EventKind::kWriteInDoubt, session));
  follow(step, session, row.after[static_cast<std::size_t>(Outcome::kTimeout)][choice]);
}

void Machine::follow(Step& step, std::size_t session, const Way& way) const {
  for (const std::uint32_t mark : way.marks) step.marks.reach(mark);
  const SessionFields& fields = sessions_[session];
  for (const Effect& effect : way.effects) {
    if (effect.kind == EffectKind::kSendLost) continue;
    if (effect.kind == EffectKind::kSendAsync) {
      std::size_t slot = 0;
      while (get(step.words, fields.slots[slot].row) != 0) ++slot;
      set(step.words, fields.slots[slot].row, effect.row + 1ULL);
      set(step.words, fields.slots[slot].carried, carried(step.words, session, program_->rows[effect.row]));
      set(step.words, fields.slots[slot].key, key(step.words, session));
      set(step.words, fields.slots[slot].operation, get(step.words, fields.invoked));
    } else {
      Event returned = event(step, EventKind::kReturned, session);
      if (returned.operation == OperationKind::kRead) {
        const unsigned value = held(step.words, session);
        returned.received = value != 0;
        returned.value = value == 0 ? 0 : value - 1;
        tell(step, returned);
      }
      tell(step, event(step, EventKind::kAcknowledged, session));
    }
  }
  if (way.next != kNoRow)
    set(step.words, fields.point, program_->rows[way.next].request_point);
  else
    end_operation(step, session, way.failed);
}

// M3.
void Machine::end_operation(Step& step, std::size_t session, bool failed) const {
  const SessionFields& fields = sessions_[session];
  tell(step, event(step, EventKind::kEnded, session));
  set(step.words, fields.point, kIdle);
  if (failed) set(step.words, fields.value, 0);
  if (fields.key.width > 0) set(step.words, fields.key, 0);
}

Machine::AsyncRequest Machine::take_slot(Step& step, std::size_t session, std::size_t slot) const {
  const auto& slots = sessions_[session].slots;
  const AsyncRequest taken = in_slots(step.words, session)[slot];
  for (std::size_t i = slot; i < slots.size(); ++i) {
    const bool last = i + 1 == slots.size();
    set(step.words, slots[i].row, last ? 0 : get(step.words, slots[i + 1].row));
    set(step.words, slots[i].carried, last ? 0 : get(step.words, slots[i + 1].carried));
    set(step.words, slots[i].key, last ? 0 : get(step.words, slots[i + 1].key));
    set(step.words, slots[i].operation, last ? 0 : get(step.words, slots[i + 1].operation));
  }
  return taken;
}

// --- servers ---

Machine::Answer Machine::peek(StateView words, const Row& row, std::size_t key) const {
  switch (row.verb) {
    case Verb::kGet: {
      if (row.to == Role::kDatabase) return {Outcome::kValue, stored(words, key) + 1};
      const unsigned entry = cached(words, key);
      return entry == 0 ? Answer{Outcome::kMiss, 0} : Answer{Outcome::kValue, entry};
    }
    case Verb::kAdd:
      return {cached(words, key) == 0 ? Outcome::kOk : Outcome::kConflict, 0};
    case Verb::kSet:
    case Verb::kDelete:
      return {Outcome::kOk, 0};
  }
  STALEMATE_INVARIANT(false, "every verb is answered");
  return {};
}

Machine::Answer Machine::serve(Step& step, std::size_t session, const Row& row, std::size_t key,
                               unsigned carried) const {
  const Answer answer = peek(step.words, row, key);
  if (answer.outcome != Outcome::kOk) return answer;
  if (row.to == Role::kCache) {
    set(step.words, stores_.cache[key], row.verb == Verb::kDelete ? 0 : carried);
    return answer;
  }
  STALEMATE_INVARIANT(carried != 0, "a database write carries a value");
  set(step.words, stores_.database[key], carried - 1);
  Event committed = event(step, EventKind::kCommitted, session);
  committed.operation = program_->operations[row.operation].kind;
  committed.key = key;
  committed.value = carried - 1;
  committed.awaited = row.awaited;
  tell(step, committed);
  return answer;
}

void Machine::tell(Step& step, const Event& event) const {
  for (std::size_t p = 0; p < monitors_.size(); ++p) {
    const Finding finding = monitors_[p]->on(event, step.words);
    if (finding.relevant) step.marks.reach(antecedent_mark(p));
    if (finding.violated) step.violated |= sim::PropertyMask{1} << p;
  }
}

Event Machine::event(const Step& step, EventKind kind, std::size_t session) const {
  const ScriptedOperation* running = operation(step.words, session);
  return {.kind = kind,
          .session = session,
          .operation = running == nullptr ? OperationKind::kRead : running->kind,
          .key = key(step.words, session)};
}

// --- reading the words ---

const Point& Machine::point(StateView words, std::size_t session) const {
  return program_->points[point_id(words, session)];
}

PointId Machine::point_id(StateView words, std::size_t session) const {
  return static_cast<PointId>(get(words, sessions_[session].point));
}

bool Machine::in_flight(StateView words, std::size_t session) const {
  const auto& slots = sessions_[session].slots;
  return point_id(words, session) != kIdle || (!slots.empty() && get(words, slots.front().row) != 0);
}

std::uint64_t Machine::budgets_left(StateView words) const {
  std::uint64_t left = 0;
  for (std::size_t b = 0; b < budgets_.size(); ++b)
    if (get(words, budgets_[b]) != scenario_.budgets[b].budget) left |= std::uint64_t{1} << b;
  return left;
}

std::uint64_t Machine::budgets_covering(RowId row) const {
  std::uint64_t covering = 0;
  for (std::size_t b = 0; b < scenario_.budgets.size(); ++b)
    for (const FaultTarget& target : scenario_.budgets[b].targets)
      for (const bool is_reply : {false, true})
        if (covers(target, {0, 0, row, is_reply})) covering |= std::uint64_t{1} << b;
  return covering;
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
  return program_->get_while_holding ? sessions_[session].reply : sessions_[session].value;
}

unsigned Machine::replied(StateView words, std::size_t session) const {
  return static_cast<unsigned>(get(words, reply_field(session)));
}

unsigned Machine::carried(StateView words, std::size_t session, const Row& row) const {
  if (row.verb != Verb::kSet && row.verb != Verb::kAdd) return 0;
  const ScriptedOperation& running = *operation(words, session);
  return running.kind == OperationKind::kWrite ? running.value + 1 : held(words, session);
}

std::vector<Machine::AsyncRequest> Machine::in_slots(StateView words, std::size_t session) const {
  std::vector<AsyncRequest> requests;
  for (const SessionFields::Slot& slot : sessions_[session].slots) {
    const std::uint64_t row = get(words, slot.row);
    if (row == 0) break;
    requests.push_back({static_cast<RowId>(row - 1), get(words, slot.operation), get(words, slot.key),
                        static_cast<unsigned>(get(words, slot.carried))});
  }
  return requests;
}

unsigned Machine::cached(StateView words, std::size_t key) const {
  return stores_.cache.empty() ? 0 : static_cast<unsigned>(get(words, stores_.cache[key]));
}

unsigned Machine::stored(StateView words, std::size_t key) const {
  return static_cast<unsigned>(get(words, stores_.database[key]));
}

Machine make_machine(const Protocol& protocol, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity) {
  return make_machine(std::make_shared<const Program>(compile(protocol, compile_options(words))), words, properties,
                      granularity);
}

Machine make_machine(std::shared_ptr<const Program> program, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity) {
  Scenario scenario = resolve(words, *program);
  std::vector<const PropertyKind*> selected = select_properties(properties, *program, scenario);
  Machine machine(std::move(program), std::move(scenario), std::move(selected), granularity);
  if (machine.words() > kWordsMax)
    throw traces::InputError(
        fmt::format("the scenario needs {} bytes a state and {} is the most; take fewer app instances, "
                    "operations or keys",
                    machine.words() * 8, kWordsMax * 8));
  return machine;
}

}  // namespace stalemate::model
