// The steps of the reference model (tests/model/reference/reference_model.hpp), one function a kind of step, and how
// they are told. What a session does between a reply and its next request is in reference_acts_support.cpp.
#include <algorithm>
#include <utility>

#include "model/reference/reference_faults.hpp"
#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {
Model::Model(const Protocol& protocol, const Setting& setting, bool keep_history)
    : protocol_(protocol), setting_(setting), keep_history_(keep_history) {
  by_version_.resize(protocol.entries.size());
  for (const Operation& operation : protocol.operations)
    visit_requests(operation.body, [&](const Request& asked) {
      if (asks_for_newer(asked.verb)) by_version_[asked.entry] = true;
      stores_by_version_ |= takes_version(asked.verb);
      has_database_ |= asked.to == Role::kDatabase;
      from_zero_ |= asked.verb == Verb::kIncrease && asked.to == Role::kCache;
    });
  for (const Operation& operation : protocol.operations) {
    bool any = false;
    visit_requests(operation.body, [&](const Request& asked) { any |= changes_what_is_there(asked); });
    sums_.push_back(any);
    changes_ |= any;
  }
  for (std::size_t cache = 0; cache < protocol.caches.size() && setting.has_cache; ++cache) {
    bool asked = false;
    bool followed = false;
    for (const Operation& operation : protocol.operations)
      visit_requests(operation.body, [&](const Request& each) {
        asked |= !protocol.caches[cache].replica && is_about(each, cache);
        followed |= is_of_replica(each);
      });
    if (asked && followed && !protocol.caches[cache].local) followed_ = shelves_.size();
    const int apps = protocol.caches[cache].local ? static_cast<int>(setting.apps.size()) : 1;
    for (int app = 1; app <= apps && asked; ++app) shelves_.push_back({cache, protocol.caches[cache].local ? app : 0});
  }
  Value writes = 0;
  for (std::size_t a = 0; a < setting.apps.size(); ++a) {
    for (std::size_t s = 0; s < setting.apps[a].size(); ++s) {
      Place place{static_cast<int>(a) + 1, static_cast<int>(s) + 1, {}, {}};
      for (const Script& script : setting.apps[a][s]) {
        const Value value = script.kind == OperationKind::kWrite ? ++writes : 0;
        for (int retry = 0; retry <= setting.retries; ++retry) {
          place.script.push_back({script.kind, script.key, retry > 0});
          place.values.push_back(value);
        }
      }
      places_.push_back(std::move(place));
    }
  }
}

World Model::initial() const {
  World world;
  world.database.assign(setting_.keys, protocol_.rows_start_absent ? kNoRow : 0);
  if (stores_by_version_) world.versions.assign(setting_.keys, 0);
  world.cache.resize(shelves_.size() * shelf_size());
  world.told.resize(world.cache.size());
  for (std::size_t spot = 0; spot < world.cache.size() && setting_.cached; ++spot)
    if (!protocol_.entries[entry_of(spot)].markers && is_kept(spot / shelf_size(), entry_of(spot)))
      world.cache[spot] = {.value = 0, .expiring = fills_expire(spot / shelf_size(), entry_of(spot))};
  if (followed_) world.followed = seen_by_replica(world);
  world.runners.resize(places_.size());
  world.spent.assign(setting_.budgets.size(), 0);
  if (may_fail_over(world)) {
    std::size_t most = 0;
    for (const Budget& budget : setting_.budgets)
      for (const Aim& aim : budget.aims)
        if (aim.kind == "cache-failover") most = std::max(most, aim.missed);
    world.replicas.assign(most, world.cache);
  }
  if (keep_history_) world.history.resize(setting_.keys);
  for (History& history : world.history) history.commits.front().value = world.database.front();
  if (setting_.all_invoked) {
    for (std::size_t r = 0; r < places_.size(); ++r) {
      std::vector<Enabled> invoked;
      invoke(world, r, invoked);
      world = invoked.at(0).next;
    }
  }
  return world;
}

bool Model::at_rest(const World& world) const {
  if (std::any_of(world.told.begin(), world.told.end(), [](unsigned count) { return count > 0; })) return false;
  if (!world.to_apply.empty()) return false;
  return std::all_of(world.runners.begin(), world.runners.end(), [](const Runner& runner) {
    return !runner.running && !runner.fails && runner.asynchronous.empty() && runner.ghosts.empty();
  });
}

// What is stale is a miss to the next who gets it, while nobody has its lease.
bool Model::differs(const World& world, std::size_t spot) const {
  const Spot& held = world.cache[spot];
  if (held.stale && !held.lease) return false;
  return held.value && *held.value != world.database[spot % setting_.keys];
}

bool Model::incoherent(const World& world) const {
  for (std::size_t spot = 0; spot < world.cache.size(); ++spot)
    if (differs(world, spot)) return true;
  return false;
}

std::size_t Model::shelf_of(std::size_t r, const Message& message) const {
  const Request& asked = request(message);
  const auto found = std::find_if(shelves_.begin(), shelves_.end(), [&](const Shelf& shelf) {
    return is_about(asked, shelf.cache) && (shelf.app == 0 || shelf.app == places_[r].app);
  });
  return static_cast<std::size_t>(found - shelves_.begin());
}

// Whether it is asked and answers in one step, within the app instance.
bool Model::is_call(std::size_t r, const Message& message) const {
  return request(message).to == Role::kCache && shelves_[shelf_of(r, message)].app != 0;
}

std::string Model::shelf_name(std::size_t shelf) const {
  const auto& [cache, app] = shelves_[shelf];
  return protocol_.caches[cache].name + (app == 0 ? "" : " of app" + std::to_string(app));
}

// Whether anything is ever asked of a shelf about an entry.
bool Model::is_kept(std::size_t shelf, std::size_t entry) const {
  bool found = false;
  for (const Operation& operation : protocol_.operations)
    visit_requests(operation.body, [&](const Request& asked) {
      const bool here = is_about(asked, shelves_[shelf].cache);
      found |= here && (asked.entry == entry || (names_other(asked.verb) && asked.other == entry) ||
                        std::count(asked.also.begin(), asked.also.end(), entry) > 0);
    });
  return found;
}

std::size_t Model::spot_of(std::size_t r, const Message& message, bool other) const {
  const Request& asked = request(message);
  return shelf_of(r, message) * shelf_size() + (other ? asked.other : asked.entry) * setting_.keys + message.key;
}

std::string Model::spot_name(std::size_t spot) const {
  const std::string row = key_name(spot % setting_.keys);
  return entry_of(spot) == 0 ? row : row + "/" + protocol_.entries[entry_of(spot)].name;
}

std::vector<Enabled> Model::enabled(const World& world) const {
  std::vector<Enabled> steps;
  for (std::size_t r = 0; r < world.runners.size(); ++r) {
    const Runner& runner = world.runners[r];
    if (!runner.running && !runner.crashed && runner.begun < places_[r].script.size()) invoke(world, r, steps);
    for (std::size_t i = 0; i < runner.asynchronous.size(); ++i) {
      handle(world, r, i, steps);
      if (is_left(runner, runner.asynchronous[i])) continue;
      lose(world, r, i, steps);
      copy(world, r, runner.asynchronous[i], steps);
    }
    handle_ghosts(world, r, steps);
    for (const char* fault : {"crash", "app-restart"}) crash(world, r, fault, steps);
    if (!runner.awaited) continue;
    cancel(world, r, steps);
    if (is_call(r, *runner.awaited)) {
      call(world, r, steps);
      continue;
    }
    if (runner.worked) {
      give_up(world, r, steps);
      continue;
    }
    if (!runner.reply) copy(world, r, *runner.awaited, steps);
    if (runner.reply)
      receive(world, r, steps);
    else
      handle(world, r, std::nullopt, steps);
    lose(world, r, std::nullopt, steps);
  }
  happen_in_cache(world, steps);
  apply(world, steps);
  for (Enabled& step : steps) {
    follow(world, step.next);
    if (!may_fail_over(step.next)) step.next.replicas.clear();
    forget_owners(step.next);
    for (Runner& runner : step.next.runners) count_connections_anew(runner);
    step.told.after = tell(step.next);
  }
  return steps;
}

Model::Running Model::start(const World& world, std::size_t r, traces::StepKind kind) const {
  Running running;
  running.runner = r;
  running.step.next = world;
  running.step.told.kind = kind;
  running.step.told.app = places_[r].app;
  running.step.told.session = places_[r].session;
  return running;
}

void Model::about(Running& running, const Message& message) const {
  traces::Step& told = running.step.told;
  told.operation = static_cast<int>(message.ordinal);
  told.diagram = protocol_.operations[message.operation].name;
  told.key = key_name(message.key);
  told.arrow = request(message).arrow;
}

// Where the retries end that stand behind the last operation begun.
std::size_t Model::behind_retries(std::size_t r, std::size_t begun) const {
  while (begun < places_[r].script.size() && places_[r].script[begun].again) ++begun;
  return begun;
}

void Model::invoke(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  const std::size_t ordinal = world.runners[r].begun + 1;
  const Script& script = places_[r].script[ordinal - 1];
  for (std::size_t operation = 0; operation < protocol_.operations.size(); ++operation) {
    if (protocol_.operations[operation].kind != script.kind) continue;
    for (std::size_t key = 0; key < setting_.keys; ++key) {
      if (script.key && *script.key != key) continue;
      Running running = start(world, r, traces::StepKind::kInvoke);
      Runner& runner = running.step.next.runners[r];
      runner.begun = ordinal;
      runner.running = true;
      runner.fails = false;
      runner.operation = operation;
      runner.key = key;
      runner.held.reset();
      if (script.again)
        for (std::size_t i = ordinal - 1; places_[r].script[i].again; --i) ++running.step.told.again;
      if (keep_history_) {
        const History& history = world.history[key];
        runner.commits_before = history.commits.size();
        if (script.kind == OperationKind::kRead)
          runner.before = old_values(history);
        else
          for (const Acknowledged& write : history.acknowledged)
            if (!changes_) runner.before.insert(write.value);
        runner.before_own.clear();
        if (script.kind == OperationKind::kRead) runner.before_own = old_values(history, r);
        runner.after_own_write = script.kind == OperationKind::kRead &&
                                 std::any_of(history.acknowledged.begin(), history.acknowledged.end(),
                                             [&](const Acknowledged& write) { return write.id.first == r; });
        runner.after_write = script.kind == OperationKind::kRead && !history.acknowledged.empty();
      }
      running.step.told.operation = static_cast<int>(ordinal);
      running.step.told.diagram = protocol_.operations[operation].name;
      running.step.told.key = key_name(key);
      go_on(std::move(running), {0}, out);
    }
  }
}

// Requests of a session to one server are handled in the order sent; the awaited one is the youngest.
void Model::handle(const World& world, std::size_t r, std::optional<std::size_t> asynchronous,
                   std::vector<Enabled>& out) const {
  const Runner& before = world.runners[r];
  const Message message = asynchronous ? before.asynchronous[*asynchronous] : *before.awaited;
  const std::size_t older = asynchronous.value_or(before.asynchronous.size());
  for (std::size_t i = 0; i < older; ++i)
    if (in_one_line(before.asynchronous[i], message)) return;

  Running running = start(world, r, traces::StepKind::kHandle);
  about(running, message);
  running.step.told.request = tell(r, message);
  const bool sender_waits = !asynchronous && request(message).awaited;
  const bool counts = sender_waits || !request(message).awaited || message.stage > 0;
  const Reply reply = carry_out(running.step.next, r, message, counts);
  Runner& runner = running.step.next.runners[r];
  if (asynchronous) runner.asynchronous.erase(runner.asynchronous.begin() + static_cast<std::ptrdiff_t>(*asynchronous));
  const std::optional<Message> next = passed_on(message, reply);
  if (next) {
    runner.asynchronous.push_back(*next);
    running.step.told.sends.push_back(tell(r, *next));
  }
  if (asynchronous) {
    running.step.told.is_ghost = is_left(before, message);
    if (!next && works_for(runner, message)) {
      runner.worked = false;
      const Request& first = asked_first(message);
      runner.reply = Reply{};
      if (first.verb == Verb::kGet) runner.reply = Reply{Outcome::kLoaded, message.value};
      running.step.told.reply = told_reply(*runner.reply);
      running.step.told.answers = first.arrow;
    }
  } else if (next && request(*next).awaited) {
    runner.worked = true;
  } else {
    runner.reply = reply;
    running.step.told.reply = told_reply(reply);
    const Request& asked = request(message);
    const bool finds = reply.value || reply.outcome == Outcome::kMarker || reply.outcome == Outcome::kOk;
    if (asked.watch == Watch::kKey || (asked.watch == Watch::kEntry && finds)) runner.watched = spot_of(r, message);
    if (asked.watch == Watch::kEntry && !finds) runner.watched.reset();
    if (asked.watch == Watch::kLease)
      runner.leased = reply.outcome == Outcome::kWon || reply.outcome == Outcome::kGranted;
    if (asked.verb == Verb::kSetIfUnchanged) runner.watched.reset();
  }
  out.push_back(std::move(running.step));
}

void Model::receive(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  Running running = start(world, r, traces::StepKind::kReceive);
  Runner& runner = running.step.next.runners[r];
  const Message message = *std::exchange(runner.awaited, std::nullopt);
  const Reply reply = *std::exchange(runner.reply, std::nullopt);
  about(running, message);
  running.step.told.reply = told_reply(reply);
  const Request& asked = request(message);
  runner.outcomes[asked.arrow] = counted(message, reply.outcome);
  const bool by_row =
      asked.to == Role::kDatabase && reply.outcome != Outcome::kConflict && asked.verb != Verb::kLookAgain;
  // An entry that is not stored by version comes without one, and leaves what came last.
  const bool by_entry =
      protocol_.operations[message.operation].kind == OperationKind::kRead && reply.version.has_value();
  if (stores_by_version_ && (by_row || by_entry)) runner.version = reply.version;
  if (asked.verb == Verb::kGetGeneration) runner.generation = reply.generation;
  if (protocol_.operations[message.operation].kind == OperationKind::kRead) {
    if (reply.value) runner.held = reply.value;
  } else {
    if (sums(message.operation) ? reply.value.has_value() : asked.to == Role::kDatabase && asked.verb == Verb::kGet)
      runner.fetched.value = reply.value;
    if (answers_for_row(asked)) runner.wrote_well = reply.outcome == Outcome::kOk;
  }
  // R7: one of the other rows that it asked for may not be there.
  std::optional<Running> in_vain;
  if (asked.finds.beside_others && reply.outcome == Outcome::kValue) {
    in_vain = running;
    in_vain->step.next.runners[r].outcomes[asked.arrow] = Outcome::kMiss;
  }
  go_on(std::move(running), after(message.at), out);
  if (in_vain) go_on(std::move(*in_vain), after(message.at), out);
}

// Asked and answered within the app instance: nothing comes between.
void Model::call(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  std::vector<Enabled> asked;
  handle(world, r, std::nullopt, asked);
  const std::size_t first = out.size();
  receive(asked.at(0).next, r, out);
  for (std::size_t i = first; i < out.size(); ++i) {
    out[i].told.kind = traces::StepKind::kCall;
    out[i].told.request = asked.at(0).told.request;
  }
}

void Model::lose(const World& world, std::size_t r, std::optional<std::size_t> asynchronous,
                 std::vector<Enabled>& out) const {
  const Runner& before = world.runners[r];
  const Message message = asynchronous ? before.asynchronous[*asynchronous] : *before.awaited;
  if (message.stage > 0) return lose_work(world, r, *asynchronous, out);
  const bool is_reply = !asynchronous && before.reply;
  for (const bool late : {false, true}) {
    if (late && is_reply) continue;
    const traces::StepKind kind = late       ? traces::StepKind::kLateRequest
                                  : is_reply ? traces::StepKind::kLoseReply
                                             : traces::StepKind::kLoseRequest;
    const std::string name = late ? "late-request" : is_reply ? "lost-reply" : "lost-request";
    for (const auto& payer : payers(world, name, &message)) {
      Running running = strike(world, r, kind, payer);
      about(running, message);
      Runner& runner = running.step.next.runners[r];
      if (is_reply)
        running.step.told.reply = told_reply(*before.reply);
      else
        running.step.told.request = tell(r, message);
      if (asynchronous) {
        runner.asynchronous.erase(runner.asynchronous.begin() + static_cast<std::ptrdiff_t>(*asynchronous));
        if (late) add_ghost(runner, message);
        out.push_back(std::move(running.step));
        continue;
      }
      if (late) add_ghost(runner, message);
      runner.awaited.reset();
      runner.reply.reset();
      fail(std::move(running), Outcome::kTimeout, after(message.at), request(message), out);
    }
  }
  if (!is_reply && !asynchronous) refuse(world, r, out);
}

// The server says that it cannot, and who asked hears it at once.
void Model::refuse(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  const Message message = *world.runners[r].awaited;
  for (const auto& payer : payers(world, "error", &message)) {
    Running running = strike(world, r, traces::StepKind::kRefuse, payer);
    about(running, message);
    running.step.told.request = tell(r, message);
    running.step.next.runners[r].awaited.reset();
    fail(std::move(running), Outcome::kError, after(message.at), request(message), out);
  }
}

bool Model::breaks(const Enabled& step, const std::string& property) const {
  const bool rests = at_rest(step.next);
  if (property == "coherent-at-rest") return rests && incoherent(step.next);
  if (property == "fresh-reads") return step.stale;
  return step.breaks.contains(property) || (rests && breaks_at_rest(step.next, property));
}

}  // namespace stalemate::model::reference
