// What is enabled, what a step does, and what the servers answer. Every rule of what may happen next is in this file or
// in the table that model/src/program.cpp compiled.
#include "model/machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::model {
namespace {

// At most this many asynchronous requests of one session can be in flight at once.
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

// Awaited requests that a session can send in all its script, at most.
std::size_t awaited_requests(const Program& program, const Session& session) {
  std::size_t most = 0;
  for (const ScriptedOperation& operation : session.operations)
    for (const Row& row : program.rows)
      if (row.awaited && std::find(operation.candidates.begin(), operation.candidates.end(), row.operation) !=
                             operation.candidates.end())
        ++most;
  return most;
}

bool includes(const FaultBudget& budget, FaultEffect effect) {
  return std::any_of(budget.targets.begin(), budget.targets.end(),
                     [&](const FaultTarget& target) { return fault_kinds()[target.kind].effect == effect; });
}

bool allows(const Scenario& scenario, FaultEffect effect) {
  return std::any_of(scenario.budgets.begin(), scenario.budgets.end(),
                     [&](const FaultBudget& budget) { return includes(budget, effect); });
}

// At most this many late requests and copies of one session can be in flight at once.
std::size_t ghosts_of(const Program& program, const Scenario& scenario, const Session& session) {
  std::size_t most = 0;
  for (const FaultBudget& budget : scenario.budgets) {
    if (includes(budget, FaultEffect::kCopy))
      most += budget.budget;
    else if (includes(budget, FaultEffect::kDelay))
      most += std::min<std::size_t>(budget.budget, awaited_requests(program, session));
  }
  return most;
}

// How many ways a crash may cut the queues of requests of a session: of the first `count` of them.
template <class Requests>
std::size_t ways_to_cut(const Program& program, const Requests& requests) {
  std::array<std::size_t, 2> queued{};
  for (const auto& request : requests) ++queued[program.rows[request.row].to == Role::kDatabase ? 1 : 0];
  return (queued[0] + 1) * (queued[1] + 1);
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
  if (program_->has_cache) lay_out_cache();
  for (std::size_t s = 0; s < scenario_.sessions.size(); ++s) lay_out(s);
  layout_.end_session();
  for (const PropertyKind* property : properties_)
    monitors_.push_back(property->make({*program_, scenario_, stores_, layout_}));
  words_ = layout_.words();
  busy_.resize(words_);
  const auto watch = [&](Field field) { busy_[field.word] |= field.mask() << field.shift; };
  for (const SessionFields& fields : sessions_) {
    watch(fields.point);
    if (!fields.slots.empty()) watch(fields.slots.front().row);
    if (!fields.ghosts.empty()) watch(fields.ghosts.front().row);
  }
}

// What happens in the cache of itself, and what has to be known for it.
void Machine::lay_out_cache() {
  const bool expiring =
      std::any_of(program_->rows.begin(), program_->rows.end(), [](const Row& row) { return row.ttl != 0; });
  const bool failover = allows(scenario_, FaultEffect::kRollBack);
  for (int key = 0; key < scenario_.keys; ++key) {
    if (expiring) expiring_.push_back(layout_.add(2));
    if (failover) replica_.push_back(layout_.add(scenario_.values + 1ULL, Meaning::kCoded));
    if (failover && expiring) replica_expiring_.push_back(layout_.add(2));
  }
  has_cache_actor_ =
      expiring || failover || allows(scenario_, FaultEffect::kDropEntry) || allows(scenario_, FaultEffect::kDropAll);
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
  const bool crashes = allows(scenario_, FaultEffect::kCrash);
  const auto add_requests = [&](Slots& requests, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      requests.push_back({layout_.add(program_->rows.size() + 1), layout_.add(values + 1, Meaning::kCoded),
                          layout_.add(keys), layout_.add(operations)});
  };
  add_requests(fields.slots, (program_->has_async ? async_arrows(*program_, session) : 0) + (crashes ? 1 : 0));
  add_requests(fields.ghosts, ghosts_of(*program_, scenario_, session));
  if (crashes) fields.crashed = layout_.add(2);
  if (fields.slots.size() + fields.ghosts.size() > 254)
    throw traces::InputError("--fault: so many late requests and copies are more than a state can hold; allow fewer");
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
    for (std::size_t key = 0; key < stores_.cache.size(); ++key) {
      set(words, stores_.cache[key], 1);
      if (!replica_.empty()) set(words, replica_[key], 1);
    }
  if (!scenario_.all_invoked) return;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    Step step{words, marks};
    invoke(step, {ActionKind::kInvoke, static_cast<std::uint8_t>(s)});
  }
}

void Machine::actions(StateView words, std::vector<Action>& out) const {
  for (std::size_t actor = 0; actor < actors(); ++actor) actions_of(words, actor, out);
}

void Machine::actions_of(StateView words, std::size_t s, std::vector<Action>& out) const {
  if (s == sessions_.size()) return push_cache_actions(words, out);
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
    if (!crashed(words, s)) push_faults(words, out, {s, slot, id, false});
  }
  const std::vector<AsyncRequest> ghosts = this->ghosts(words, s);
  for (std::size_t g = 0; g < ghosts.size(); ++g) {
    if (g > 0 && ghosts[g] == ghosts[g - 1]) continue;  // copies are all alike
    if (is_left_in_slots(words, s, ghosts[g])) continue;
    out.push_back({ActionKind::kHandle, session, static_cast<std::uint8_t>(fields.slots.size() + g + 1)});
  }
  if (at.row == kNoRow) {
    if (crashed(words, s)) return;
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
    case ActionKind::kExpire:
      drop(step, action.choice);
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

// Whether a crash left the same request in the slots, and its turn has come: then that one goes first. The ghost is
// handled later as well as now, and who holds it up behind the other is not held up by the ghost.
bool Machine::is_left_in_slots(StateView words, std::size_t session, const AsyncRequest& ghost) const {
  if (!crashed(words, session)) return false;
  const std::vector<AsyncRequest> left = in_slots(words, session);
  for (std::size_t i = 0; i < left.size(); ++i)
    if (left[i] == ghost && may_handle(words, session, program_->rows[ghost.row].to, i)) return true;
  return false;
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
  const FaultKind& kind = fault_kinds()[target.kind];
  return !kind.strikes_cache() && kind.strikes(*program_, message);
}

void Machine::push_faults(StateView words, std::vector<Action>& out, const MessageRef& message) const {
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    const FaultBudget& budget = scenario_.budgets[b];
    if (get(words, budgets_[b]) == budget.budget) continue;
    for (std::size_t t = 0; t < budget.targets.size(); ++t) {
      const FaultTarget& target = budget.targets[t];
      if (!covers(target, message)) continue;
      // Of targets that overlap, the first one offers the fault.
      const bool offered = std::any_of(
          budget.targets.begin(), budget.targets.begin() + static_cast<std::ptrdiff_t>(t),
          [&](const FaultTarget& earlier) { return earlier.kind == target.kind && covers(earlier, message); });
      if (offered) continue;
      if (!is_first_of_app(words, target, message.session)) continue;
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
  const Row& row = program_->rows[message.row];
  switch (fault_kinds()[target.kind].effect) {
    case FaultEffect::kLose:
    case FaultEffect::kDelay:
      return row.awaited ? row.after[static_cast<std::size_t>(Outcome::kTimeout)].size() : 1;
    case FaultEffect::kCrash:
      return ways_to_crash(words, message.session, message.is_reply);
    default:
      return 1;
  }
}

// A crash strikes all sessions of an app instance at once: the first one that has a message in flight offers it.
bool Machine::is_first_of_app(StateView words, const FaultTarget& target, std::size_t session) const {
  if (fault_kinds()[target.kind].effect != FaultEffect::kCrash) return true;
  for (std::size_t s = 0; s < session; ++s) {
    if (scenario_.sessions[s].app != scenario_.sessions[session].app) continue;
    const Point& at = point(words, s);
    if (at.row != kNoRow && covers(target, {s, 0, at.row, at.is_reply})) return false;
  }
  return true;
}

std::size_t Machine::ways_to_crash(StateView words, std::size_t session, bool handled) const {
  std::size_t ways = 1;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    if (scenario_.sessions[s].app != scenario_.sessions[session].app) continue;
    std::vector<AsyncRequest> requests = in_slots(words, s);
    const Point& at = point(words, s);
    if (at.row != kNoRow && !at.is_reply && !(handled && s == session)) requests.push_back(awaited_request(words, s));
    ways *= ways_to_cut(*program_, requests);
  }
  return ways;
}

void Machine::push_cache_actions(StateView words, std::vector<Action>& out) const {
  const auto actor = static_cast<std::uint8_t>(sessions_.size());
  for (std::size_t key = 0; key < expiring_.size(); ++key)
    if (expires(words, key)) out.push_back({ActionKind::kExpire, actor, 0, 0, 0, static_cast<std::uint16_t>(key)});
  for (std::size_t b = 0; b < budgets_.size(); ++b) {
    const FaultBudget& budget = scenario_.budgets[b];
    if (get(words, budgets_[b]) == budget.budget) continue;
    std::array<bool, 8> offered{};
    for (std::size_t t = 0; t < budget.targets.size(); ++t) {
      const FaultKind& kind = fault_kinds()[budget.targets[t].kind];
      if (!kind.strikes_cache() || std::exchange(offered[static_cast<std::size_t>(kind.effect)], true)) continue;
      Action action{ActionKind::kFault, actor, 0, static_cast<std::uint8_t>(b), static_cast<std::uint16_t>(t), 0};
      bool changes = false;  // what would change nothing is no step
      for (std::size_t key = 0; key < stores_.cache.size(); ++key) {
        const bool here =
            kind.effect == FaultEffect::kRollBack
                ? get(words, replica_[key]) != get(words, stores_.cache[key]) ||
                      (!expiring_.empty() && get(words, replica_expiring_[key]) != get(words, expiring_[key]))
                : cached(words, key) != 0;
        changes |= here;
        action.choice = static_cast<std::uint16_t>(key);
        if (here && kind.effect == FaultEffect::kDropEntry) out.push_back(action);
      }
      action.choice = 0;
      if (changes && kind.effect != FaultEffect::kDropEntry) out.push_back(action);
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
  if (action.slot != 0 || action.kind == ActionKind::kInvoke || action.kind == ActionKind::kHandle ||
      action.kind == ActionKind::kExpire)
    return nullptr;
  if (action.kind == ActionKind::kFault && fault(action).effect != FaultEffect::kLose &&
      fault(action).effect != FaultEffect::kDelay)
    return nullptr;
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
    const bool dead = crashed(step.words, s);
    const bool ghost = action.slot > sessions_[s].slots.size();
    const AsyncRequest request = take_slot(step, s, action.slot - 1U);
    const Row& row = program_->rows[request.row];
    STALEMATE_INVARIANT(ghost || dead || !row.awaited, "who awaits a request has no other in its slots");
    serve(step, s, {row, request.key, request.carried, false});
    return;
  }
  const SessionFields& fields = sessions_[s];
  const Row& row = program_->rows[point(step.words, s).row];
  const Answer answer = serve(step, s, {row, key(step.words, s), carried(step.words, s, row), true});
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
  const std::vector<FaultTarget>& targets = scenario_.budgets[action.budget].targets;
  const FaultEffect effect = fault(action).effect;
  const std::size_t s = action.session;
  if (s == sessions_.size()) {
    for (std::size_t t = 0; t < targets.size(); ++t)
      if (targets[t].kind == targets[action.target].kind) step.marks.reach(fault_mark(action.budget, t));
    return strike_cache(step, action, effect);
  }
  const Point at = point(step.words, s);
  const MessageRef struck = action.slot == 0
                                ? MessageRef{s, 0, at.row, at.is_reply}
                                : MessageRef{s, action.slot, in_slots(step.words, s)[action.slot - 1U].row, false};
  for (std::size_t t = 0; t < targets.size(); ++t)
    if (targets[t].kind == targets[action.target].kind && covers(targets[t], struck))
      step.marks.reach(fault_mark(action.budget, t));
  switch (effect) {
    case FaultEffect::kLose:
      if (action.slot != 0)
        take_slot(step, s, action.slot - 1U);
      else
        time_out(step, s, action.choice);
      return;
    case FaultEffect::kDelay:
      add_ghost(step, s, awaited_request(step.words, s));
      return time_out(step, s, action.choice);
    case FaultEffect::kCopy:
      return add_ghost(step, s,
                       action.slot == 0 ? awaited_request(step.words, s) : in_slots(step.words, s)[action.slot - 1U]);
    case FaultEffect::kCrash:
      return crash(step, s, action.choice);
    case FaultEffect::kDropEntry:
    case FaultEffect::kDropAll:
    case FaultEffect::kRollBack:
      break;
  }
  STALEMATE_INVARIANT(false, "what strikes the cache strikes no message");
}

void Machine::strike_cache(Step& step, const Action& action, FaultEffect effect) const {
  if (effect == FaultEffect::kDropEntry) drop(step, action.choice);
  for (std::size_t key = 0; key < stores_.cache.size(); ++key) {
    if (effect == FaultEffect::kDropAll) {
      drop(step, key);
      if (!replica_.empty()) set(step.words, replica_[key], 0);
      if (!replica_expiring_.empty()) set(step.words, replica_expiring_[key], 0);
    } else if (effect == FaultEffect::kRollBack) {
      set(step.words, stores_.cache[key], get(step.words, replica_[key]));
      if (!expiring_.empty()) set(step.words, expiring_[key], get(step.words, replica_expiring_[key]));
    }
  }
  if (failover_possible(step.words)) return;
  // M3.
  for (const Field& entry : replica_) set(step.words, entry, 0);
  for (const Field& bit : replica_expiring_) set(step.words, bit, 0);
}

// Every session of the app instance ends as it is. `choice` tells, session by session, how many of its requests to the
// cache, and how many of those to the database, may yet arrive.
void Machine::crash(Step& step, std::size_t session, std::size_t choice) const {
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    if (scenario_.sessions[s].app != scenario_.sessions[session].app) continue;
    const SessionFields& fields = sessions_[s];
    std::vector<AsyncRequest> requests = in_slots(step.words, s);
    const Point at = point(step.words, s);
    const bool runs = at.row != kNoRow;
    if (runs && !at.is_reply) requests.push_back(awaited_request(step.words, s));
    std::array<std::size_t, 2> queued{};
    for (const AsyncRequest& request : requests) ++queued[program_->rows[request.row].to == Role::kDatabase ? 1 : 0];
    std::array<std::size_t, 2> arriving{};
    for (std::size_t server = 0; server < 2; ++server) {
      arriving[server] = choice % (queued[server] + 1);
      choice /= queued[server] + 1;
    }
    std::vector<AsyncRequest> left;
    for (const AsyncRequest& request : requests) {
      std::size_t& more = arriving[program_->rows[request.row].to == Role::kDatabase ? 1 : 0];
      if (more == 0) continue;
      --more;
      left.push_back(request);
    }
    if (runs && program_->rows[at.row].to == Role::kDatabase && program_->rows[at.row].verb == Verb::kSet)
      tell(step, event(step, EventKind::kWriteInDoubt, s));
    if (runs) {
      if (at.is_reply && at.outcome == Outcome::kValue) set(step.words, reply_field(s), 0);
      end_operation(step, s, true);
    }
    set(step.words, fields.value, 0);
    set(step.words, fields.crashed, 1);
    put_requests(step.words, fields.slots, left);
  }
}

// M3: in their order.
void Machine::add_ghost(Step& step, std::size_t session, const AsyncRequest& request) const {
  std::vector<AsyncRequest> requests = ghosts(step.words, session);
  const auto later = [](const AsyncRequest& a, const AsyncRequest& b) {
    return std::tie(a.operation, a.row) < std::tie(b.operation, b.row);
  };
  requests.insert(std::upper_bound(requests.begin(), requests.end(), request, later), request);
  put_requests(step.words, sessions_[session].ghosts, requests);
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
  const SessionFields& fields = sessions_[session];
  const bool is_ghost = slot >= fields.slots.size();
  const Slots& from = is_ghost ? fields.ghosts : fields.slots;
  std::vector<AsyncRequest> requests = requests_in(step.words, from);
  const auto taken = requests.begin() + static_cast<std::ptrdiff_t>(is_ghost ? slot - fields.slots.size() : slot);
  const AsyncRequest request = *taken;
  requests.erase(taken);
  put_requests(step.words, from, requests);
  return request;
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

Machine::Answer Machine::serve(Step& step, std::size_t session, const Delivery& delivery) const {
  const Row& row = delivery.row;
  const Answer answer = peek(step.words, row, delivery.key);
  if (answer.outcome != Outcome::kOk) return answer;
  if (row.to == Role::kCache) {
    const bool stores = row.verb != Verb::kDelete;
    store(step, delivery.key, stores ? delivery.carried : 0, stores && row.ttl != 0);
    return answer;
  }
  STALEMATE_INVARIANT(delivery.carried != 0, "a database write carries a value");
  set(step.words, stores_.database[delivery.key], delivery.carried - 1);
  Event committed = event(step, EventKind::kCommitted, session);
  committed.operation = program_->operations[row.operation].kind;
  committed.key = delivery.key;
  committed.value = delivery.carried - 1;
  committed.awaited = delivery.awaited;
  tell(step, committed);
  return answer;
}

// A command changes an entry: the replica has what was there before, until the next one.
void Machine::store(Step& step, std::size_t key, unsigned entry, bool expires) const {
  const bool changes =
      cached(step.words, key) != entry || (!expiring_.empty() && this->expires(step.words, key) != expires);
  if (!changes) return;
  if (!replica_.empty() && failover_possible(step.words)) {
    for (std::size_t k = 0; k < replica_.size(); ++k) {
      set(step.words, replica_[k], get(step.words, stores_.cache[k]));
      if (!replica_expiring_.empty()) set(step.words, replica_expiring_[k], get(step.words, expiring_[k]));
    }
  }
  set(step.words, stores_.cache[key], entry);
  if (!expiring_.empty()) set(step.words, expiring_[key], expires ? 1 : 0);
}

// The cache drops an entry of itself.
void Machine::drop(Step& step, std::size_t key) const {
  set(step.words, stores_.cache[key], 0);
  if (!expiring_.empty()) set(step.words, expiring_[key], 0);
}

bool Machine::failover_possible(StateView words) const {
  for (std::size_t b = 0; b < budgets_.size(); ++b)
    if (includes(scenario_.budgets[b], FaultEffect::kRollBack) &&
        get(words, budgets_[b]) != scenario_.budgets[b].budget)
      return true;
  return false;
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
  const SessionFields& fields = sessions_[session];
  const auto occupied = [&](const Slots& slots) { return !slots.empty() && get(words, slots.front().row) != 0; };
  return point_id(words, session) != kIdle || occupied(fields.slots) || occupied(fields.ghosts);
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

std::vector<Machine::AsyncRequest> Machine::requests_in(StateView words, const Slots& slots) {
  std::vector<AsyncRequest> requests;
  for (const SessionFields::Slot& slot : slots) {
    const std::uint64_t row = get(words, slot.row);
    if (row == 0) break;
    requests.push_back({static_cast<RowId>(row - 1), get(words, slot.operation), get(words, slot.key),
                        static_cast<unsigned>(get(words, slot.carried))});
  }
  return requests;
}

void Machine::put_requests(StateRef words, const Slots& slots, const std::vector<AsyncRequest>& requests) {
  STALEMATE_INVARIANT(requests.size() <= slots.size(), "there is room for every request in flight");
  for (std::size_t i = 0; i < slots.size(); ++i) {
    const bool there = i < requests.size();
    set(words, slots[i].row, there ? requests[i].row + 1ULL : 0);
    set(words, slots[i].carried, there ? requests[i].carried : 0);
    set(words, slots[i].key, there ? requests[i].key : 0);
    set(words, slots[i].operation, there ? requests[i].operation : 0);
  }
}

std::vector<Machine::AsyncRequest> Machine::in_slots(StateView words, std::size_t session) const {
  return requests_in(words, sessions_[session].slots);
}

std::vector<Machine::AsyncRequest> Machine::ghosts(StateView words, std::size_t session) const {
  return requests_in(words, sessions_[session].ghosts);
}

// REQUIRES: a request of the session is awaited and in flight.
Machine::AsyncRequest Machine::awaited_request(StateView words, std::size_t session) const {
  const RowId id = point(words, session).row;
  return {id, invoked(words, session), key(words, session), carried(words, session, program_->rows[id])};
}

Machine::AsyncRequest Machine::request_of(StateView words, const Action& action) const {
  const std::size_t s = action.session;
  if (action.slot == 0) return awaited_request(words, s);
  const std::size_t slots = sessions_[s].slots.size();
  return action.slot <= slots ? in_slots(words, s)[action.slot - 1U] : ghosts(words, s)[action.slot - 1U - slots];
}

bool Machine::is_ghost(StateView words, const Action& action) const {
  return action.slot != 0 && (action.slot > sessions_[action.session].slots.size() || crashed(words, action.session));
}

bool Machine::crashed(StateView words, std::size_t session) const {
  return get(words, sessions_[session].crashed) != 0;
}

bool Machine::expires(StateView words, std::size_t key) const {
  return !expiring_.empty() && get(words, expiring_[key]) != 0;
}

const FaultKind& Machine::fault(const Action& action) const {
  return fault_kinds()[scenario_.budgets[action.budget].targets[action.target].kind];
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
