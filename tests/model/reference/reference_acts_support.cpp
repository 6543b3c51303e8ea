// The reference model's walk over the acts of an operation: from a reply, or from invoking, to the next request that is
// awaited, or to the end. Every free choice on the way is a step of its own.
#include <algorithm>
#include <utility>

#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {
namespace {

Path into(Path path, std::size_t branch) {
  path.push_back(branch);
  path.push_back(0);
  return path;
}

const std::vector<Act>& body_at(const Operation& operation, const Path& path) {
  const std::vector<Act>* body = &operation.body;
  for (std::size_t i = 0; i + 1 < path.size(); i += 2)
    body = &std::get<Choice>((*body)[path[i]].node).branches[path[i + 1]].body;
  return *body;
}

template <class Call>
void each_request(const std::vector<Act>& body, const Call& call) {
  for (const Act& act : body) {
    if (const auto* request = std::get_if<Request>(&act.node)) call(*request);
    if (const auto* choice = std::get_if<Choice>(&act.node))
      for (const Branch& branch : choice->branches) each_request(branch.body, call);
  }
}

// Every act that stands behind `path`, whichever ways are taken: the rest of its block, of the block around it, ...
template <class Call>
void each_act(const std::vector<Act>& body, std::size_t from, const Call& call) {
  for (std::size_t i = from; i < body.size(); ++i) {
    call(body[i]);
    if (const auto* choice = std::get_if<Choice>(&body[i].node))
      for (const Branch& branch : choice->branches) each_act(branch.body, 0, call);
  }
}
// False where the operation ends before the end of the block.
template <class Call>
bool each_act_from(const std::vector<Act>& body, const Path& path, std::size_t at, const Call& call) {
  if (at + 1 == path.size()) return each_act(body, path[at], call), true;
  const Branch& branch = std::get<Choice>(body[path[at]].node).branches[path[at + 1]];
  if (!each_act_from(branch.body, path, at + 2, call) || branch.ends_operation) return false;
  each_act(body, path[at] + 1, call);
  return true;
}

bool stores_in_cache_from(const std::vector<Act>& body, const Path& path) {
  bool found = false;
  each_act_from(body, path, 0, [&](const Act& act) {
    const auto* request = std::get_if<Request>(&act.node);
    found |= request != nullptr && ((request->to == Role::kCache && carries_value(request->verb)) || request->adds);
  });
  return found;
}
std::set<int> looked_at_from(const std::vector<Act>& body, const Path& path) {
  std::set<int> found;
  each_act_from(body, path, 0, [&](const Act& act) {
    if (const auto* guard = std::get_if<Guard>(&act.node)) found.insert(guard->about);
    if (const auto* choice = std::get_if<Choice>(&act.node)) found.insert(choice->about);
  });
  return found;
}
bool sets_database_from(const std::vector<Act>& body, const Path& path) {
  bool found = false;
  each_act_from(body, path, 0, [&](const Act& act) {
    const auto* request = std::get_if<Request>(&act.node);
    found |= request != nullptr &&
             (changes_row(*request) || std::any_of(request->passes_on.begin(), request->passes_on.end(), changes_row));
  });
  return found;
}

}  // namespace

const Act* Model::act(std::size_t operation, const Path& path) const {
  const std::vector<Act>& body = body_at(protocol_.operations[operation], path);
  return path.back() < body.size() ? &body[path.back()] : nullptr;
}

const Request& Model::asked_first(const Message& message) const {
  return std::get<Request>(act(message.operation, message.at)->node);
}

const Request& Model::request(const Message& message) const {
  const Request& first = asked_first(message);
  if (message.stage == 0) return first;
  const Request& next = first.passes_on.front();
  if (message.stage == 1) return next;
  Request& answer = answers_[{message.operation, first.arrow}];
  answer.to = Role::kCache;
  answer.cache = first.cache;
  answer.entry = first.entry;
  answer.verb = Verb::kSet;
  answer.awaited = false;
  answer.ttl = next.ttl;
  answer.arrow = next.answer_arrow;
  return answer;
}

// Leaves the blocks whose end `path` stands at. False: the operation is at its end.
bool Model::settle_place(std::size_t operation, Path& path) const {
  while (act(operation, path) == nullptr) {
    if (path.size() == 1) return false;
    const std::size_t branch = path[path.size() - 2];
    path.resize(path.size() - 2);
    if (std::get<Choice>(act(operation, path)->node).branches[branch].ends_operation) return false;
    ++path.back();
  }
  return true;
}

// R2. A request that is awaited failed; `path` is behind it.
void Model::fail(Running running, Outcome failure, const Path& path, const Request& asked,
                 std::vector<Enabled>& out) const {
  Runner& runner = running.step.next.runners[running.runner];
  if (answers_for_row(asked)) runner.wrote_well = false;
  if (failure == Outcome::kTimeout) ++runner.connections[server_number(asked)];
  if (asked.watch != Watch::kNothing) runner.watched.reset();
  if (asked.watch == Watch::kLease) runner.leased = false;
  if (covers(runner, path, asked.arrow, failure)) {
    runner.outcomes[asked.arrow] = failure;
    running.uncovered = asked.arrow;
  } else if (!settle_uncovered(running, asked)) {
    return finish(std::move(running), true, out);
  }
  go_on(std::move(running), path, out);
}

// What a failure is that no branch is for. False: the operation fails.
bool Model::settle_uncovered(Running& running, const Request& asked) const {
  running.uncovered = 0;
  Runner& runner = running.step.next.runners[running.runner];
  Outcome& outcome = runner.outcomes[asked.arrow];
  outcome = only_looks(asked.verb) ? Outcome::kMiss : Outcome::kOk;
  if (asked.verb == Verb::kMarkIfAbsent) outcome = Outcome::kConflict;
  if (asked.watch == Watch::kLease) outcome = missed_lease(runner.operation, asked.arrow);
  const bool waits = !asked.passes_on.empty() && asked.passes_on.front().awaited;
  if (asked.to != Role::kDatabase && !waits) return !setting_.fail_on_cache_timeout;
  return answers_for_row(asked) && setting_.continue_on_database_timeout;
}

// Whether some way from `path` on comes to a branch for this failure of the request `about`, before anything else is
// awaited.
bool Model::covers(const Runner& runner, Path path, int about, Outcome failure) const {
  while (settle_place(runner.operation, path)) {
    const Act* here = act(runner.operation, path);
    if (const auto* asked = std::get_if<Request>(&here->node)) {
      if (asked->awaited) return false;
    } else if (const auto* guard = std::get_if<Guard>(&here->node)) {
      if (guard->about != about && !guard->outcomes.has(runner.outcomes.at(guard->about))) return false;
    } else if (const auto* choice = std::get_if<Choice>(&here->node)) {
      for (std::size_t b = 0; b < choice->branches.size(); ++b) {
        const Branch& branch = choice->branches[b];
        if (choice->free) {
          if (covers(runner, into(path, b), about, failure)) return true;
        } else if (choice->about == about) {
          if (branch.is_else || branch.tests.has(failure)) return true;
        } else if (branch.is_else || branch.tests.has(runner.outcomes.at(choice->about))) {
          return covers(runner, into(path, b), about, failure);
        }
      }
      if (choice->free && !choice->may_take_none) return false;
    }
    ++path.back();
  }
  return false;
}

void Model::go_on(Running running, Path path, std::vector<Enabled>& out) const {
  const Runner& runner = running.step.next.runners[running.runner];
  const std::size_t operation = runner.operation;
  const Act* here = settle_place(operation, path) ? act(operation, path) : nullptr;
  if (here == nullptr) return finish(std::move(running), false, out);
  if (const auto* sent = std::get_if<Request>(&here->node)) return send(std::move(running), path, *sent, out);
  if (const auto* guard = std::get_if<Guard>(&here->node)) {
    const Outcome outcome = runner.outcomes.at(guard->about);
    const bool failed = outcome == Outcome::kTimeout || outcome == Outcome::kError;
    if (!failed && !guard->outcomes.has(outcome)) return finish(std::move(running), false, out);
  } else if (const auto* choice = std::get_if<Choice>(&here->node)) {
    return choose(std::move(running), path, *choice, out);
  } else if (std::get<Acknowledge>(here->node).fails) {
    running.step.next.runners[running.runner].told_failure = true;
  } else {
    acknowledge(running, after(path));
  }
  go_on(std::move(running), after(path), out);
}

void Model::send(Running running, const Path& path, const Request& sent, std::vector<Enabled>& out) const {
  Runner& runner = running.step.next.runners[running.runner];
  Message message{runner.operation, runner.begun, path, runner.key, std::nullopt};
  message.connection = runner.connections.contains(server_number(sent)) ? runner.connections[server_number(sent)] : 0;
  if (sent.verb == Verb::kSetIfUnchanged) message.unchanged = runner.watched.has_value();
  if (sent.verb == Verb::kSetIfUnchanged) message.leased = runner.leased;
  if (sent.watch == Watch::kLease) runner.leased = false;
  if (sent.watch != Watch::kNothing) runner.watched.reset();
  if (changes_row(sent) && !takes_version(sent.verb)) runner.version.reset();
  if (sent.verb == Verb::kGetGeneration) runner.generation.reset();
  if (sent.verb == Verb::kSetIfGeneration) {
    if (!runner.generation) {  // R4: it was never told
      if (sent.awaited) runner.outcomes[sent.arrow] = Outcome::kOk;
      return go_on(std::move(running), after(path), out);
    }
    message.generation = *runner.generation;
  }
  if (takes_version(sent.verb)) {
    if (!runner.version) {  // R4: nothing says which version it would have
      if (sent.awaited) runner.outcomes[sent.arrow] = Outcome::kOk;
      return go_on(std::move(running), after(path), out);
    }
    message.version = *runner.version;
    if (changes_row(sent)) runner.version.reset();
  }
  if (sent.verb == Verb::kLookAgain) {
    const bool read = protocol_.operations[runner.operation].kind == OperationKind::kRead;
    message.seen = read ? runner.held : runner.fetched.value;
  }
  if (sent.verb == Verb::kRemove) {
    message.value = kNoRow;
    runner.wrote = true;
    runner.fetched = {};
  } else if (carries_value(sent.verb) && sums(runner.operation)) {
    const Value change = change_of(places_[running.runner].values[runner.begun - 1]);
    if (increases(sent.verb)) {
      message.value = change;
      if (sent.to == Role::kDatabase) runner.fetched.value.reset();
    } else if (!runner.fetched.value) {  // R4: nothing was received that could be changed or stored
      if (sent.awaited) runner.outcomes[sent.arrow] = Outcome::kOk;
      return go_on(std::move(running), after(path), out);
    } else {
      if (sent.adds) *runner.fetched.value += change;
      message.value = runner.fetched.value;
    }
    runner.wrote |= changes_what_is_there(sent);
  } else if (carries_value(sent.verb)) {
    const bool read = protocol_.operations[runner.operation].kind == OperationKind::kRead;
    const bool own = !read && (sent.to == Role::kDatabase || sent.stores_new || !runner.fetched.asked);
    message.value = read ? runner.held : own ? places_[running.runner].values[runner.begun - 1] : runner.fetched.value;
    if (!message.value) {  // R4: nothing was received to be stored
      if (sent.awaited) runner.outcomes[sent.arrow] = Outcome::kOk;
      return go_on(std::move(running), after(path), out);
    }
    if (own) {
      runner.wrote = true;
      runner.fetched = {};
    }
  }
  if (sent.to == Role::kDatabase && sent.verb == Verb::kGet &&
      protocol_.operations[runner.operation].kind == OperationKind::kWrite)
    runner.fetched.asked = true;
  running.step.told.sends.push_back(tell(running.runner, message));
  running.told_last = false;
  if (sent.drawn_lost) {
    running.step.told.sends.back().drawn_lost = true;
    if (sent.awaited) return fail(std::move(running), Outcome::kTimeout, after(path), sent, out);
  } else if (sent.awaited) {
    runner.awaited = std::move(message);
    forget(runner, after(path));
    out.push_back(std::move(running.step));
    return;
  } else {
    runner.asynchronous.push_back(std::move(message));
  }
  go_on(std::move(running), after(path), out);
}

void Model::choose(Running running, const Path& path, const Choice& choice, std::vector<Enabled>& out) const {
  if (choice.free) {
    for (std::size_t b = 0; b < choice.branches.size(); ++b) choose_freely(running, into(path, b), out);
    if (choice.may_take_none) choose_freely(running, after(path), out);
    return;
  }
  const Outcome outcome = running.step.next.runners[running.runner].outcomes.at(choice.about);
  for (std::size_t b = 0; b < choice.branches.size(); ++b) {
    const Branch& branch = choice.branches[b];
    if (!branch.is_else && !branch.tests.has(outcome)) continue;
    if (running.uncovered == choice.about) running.uncovered = 0;
    return go_on(std::move(running), into(path, b), out);
  }
  go_on(std::move(running), after(path), out);
}

// R2: a way on which no branch follows for what failed is a way on which the failure is not covered.
void Model::choose_freely(const Running& running, const Path& way, std::vector<Enabled>& out) const {
  Running chosen = running;
  const Runner& runner = chosen.step.next.runners[chosen.runner];
  if (chosen.uncovered != 0 && !covers(runner, way, chosen.uncovered, runner.outcomes.at(chosen.uncovered))) {
    const Request* asked = nullptr;
    each_request(protocol_.operations[runner.operation].body, [&](const Request& request) {
      if (request.arrow == chosen.uncovered) asked = &request;
    });
    if (!settle_uncovered(chosen, *asked)) return finish(std::move(chosen), true, out);
  }
  go_on(std::move(chosen), way, out);
}

// What nothing ahead looks at makes no difference any more.
void Model::forget(Runner& runner, const Path& path) const {
  const std::set<int> ahead = looked_at_from(protocol_.operations[runner.operation].body, path);
  std::erase_if(runner.outcomes, [&](const auto& known) { return !ahead.contains(known.first); });
  if (!stores_in_cache_from(protocol_.operations[runner.operation].body, path)) runner.fetched = {};
  if (keep_history_ && !runner.told) return;
  runner.wrote = false;
  runner.wrote_well.reset();
}

void Model::acknowledge(Running& running, const Path& path) const {
  Runner& runner = running.step.next.runners[running.runner];
  if (runner.told) return;
  judge_return(running);
  mark_acknowledged(running, sets_database_from(protocol_.operations[runner.operation].body, path));
  runner.told = true;
  running.told_last = true;
  running.step.told.endings.push_back({traces::Ending::Kind::kAcknowledged, shown(runner.held)});
}

void Model::finish(Running running, bool failed, std::vector<Enabled>& out, bool is_given_up) const {
  Runner& runner = running.step.next.runners[running.runner];
  auto& endings = running.step.told.endings;
  const bool fails = failed || (runner.told_failure && !runner.told);
  if (fails) {
    endings.push_back({traces::Ending::Kind::kFailed, std::nullopt});
    runner.held.reset();
  } else if (runner.told) {
    // Told as one where nothing came between the reply outward and the end.
    if (running.told_last)
      endings.back().kind = traces::Ending::Kind::kReturned;
    else
      endings.push_back({traces::Ending::Kind::kReturned, std::nullopt});
  } else {
    judge_return(running);
    mark_acknowledged(running, false);
    endings.push_back({traces::Ending::Kind::kReturned, shown(runner.held)});
  }
  const std::size_t next = behind_retries(running.runner, runner.begun);
  const bool again = fails && !is_given_up && next != runner.begun;
  runner = Runner{.begun = again ? runner.begun : next,
                  .fails = again,
                  .held = runner.held,
                  .returned = std::move(runner.returned),
                  .asynchronous = std::move(runner.asynchronous),
                  .connections = std::move(runner.connections),
                  .ghosts = std::move(runner.ghosts)};
  out.push_back(std::move(running.step));
}

}  // namespace stalemate::model::reference
