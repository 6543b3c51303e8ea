// The reference model's walk over the acts of an operation: from a reply, or from invoking, to the next request that is
// awaited, or to the end. Every free choice on the way is a step of its own.
#include <utility>

#include "model/reference_model.hpp"

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

}  // namespace

const Act* Model::act(std::size_t operation, const Path& path) const {
  const std::vector<Act>& body = body_at(protocol_.operations[operation], path);
  return path.back() < body.size() ? &body[path.back()] : nullptr;
}

const Request& Model::request(const Message& message) const {
  return std::get<Request>(act(message.operation, message.at)->node);
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

void Model::go_on(Running running, Path path, std::vector<Enabled>& out) const {
  const std::size_t operation = running.step.next.runners[running.runner].operation;
  if (running.latest.timeout_unsaid && !settle_timeout(running.latest, operation, path))
    return finish(std::move(running), true, out);
  const Act* here = settle_place(operation, path) ? act(operation, path) : nullptr;
  if (here == nullptr) return finish(std::move(running), false, out);
  if (const auto* sent = std::get_if<Request>(&here->node)) return send(std::move(running), path, *sent, out);
  if (const auto* guard = std::get_if<Guard>(&here->node)) {
    if (!running.latest.outcome || !guard->outcomes.has(*running.latest.outcome))
      return finish(std::move(running), false, out);
  } else if (const auto* choice = std::get_if<Choice>(&here->node)) {
    return choose(running, path, *choice, out);
  } else {
    acknowledge(running);
  }
  go_on(std::move(running), after(path), out);
}

// The next act from `path` on, replies outward passed over: they look at nothing.
const Act* Model::looks_at(std::size_t operation, Path path) const {
  while (settle_place(operation, path)) {
    const Act* here = act(operation, path);
    if (!std::holds_alternative<Acknowledge>(here->node)) return here;
    ++path.back();
  }
  return nullptr;
}

// What the session makes of a timeout, when it goes on at `path`. False: the operation fails.
// Reading: "the protocol says it" where the next thing that looks at the reply is a choice with a branch for it; and a
// request that is skipped, or gone on after, counts as one that went well.
bool Model::settle_timeout(Latest& latest, std::size_t operation, const Path& path) const {
  latest.timeout_unsaid = false;
  const Act* following = looks_at(operation, path);
  if (following != nullptr)
    if (const auto* choice = std::get_if<Choice>(&following->node))
      for (const Branch& branch : choice->branches)
        if (branch.tests.has(Outcome::kTimeout)) return true;
  const bool get = latest.request->verb == Verb::kGet;
  if (latest.request->to == Role::kDatabase && (get || !setting_.continue_on_database_timeout)) return false;
  latest.outcome = get ? Outcome::kMiss : Outcome::kOk;
  return true;
}

void Model::send(Running running, const Path& path, const Request& sent, std::vector<Enabled>& out) const {
  Runner& runner = running.step.next.runners[running.runner];
  Message message{runner.operation, runner.begun, path, runner.key, std::nullopt, runner.acknowledged, runner.received};
  if (sent.verb == Verb::kSet || sent.verb == Verb::kAdd) {
    const bool read = protocol_.operations[runner.operation].kind == OperationKind::kRead;
    message.value = read ? runner.held.value() : places_[running.runner].values[runner.begun - 1];
  }
  running.step.told.sends.push_back(tell(message));
  if (sent.drawn_lost) {
    running.step.told.sends.back().drawn_lost = true;
    if (sent.awaited) running.latest = {&sent, Outcome::kTimeout, true};
    running.acknowledged_last = false;
    return go_on(std::move(running), after(path), out);
  }
  if (sent.awaited) {
    runner.awaited = std::move(message);
    out.push_back(std::move(running.step));
    return;
  }
  runner.asynchronous.push_back(std::move(message));
  running.acknowledged_last = false;
  go_on(std::move(running), after(path), out);
}

void Model::choose(const Running& running, const Path& path, const Choice& choice, std::vector<Enabled>& out) const {
  if (choice.free) {
    for (std::size_t b = 0; b < choice.branches.size(); ++b) go_on(running, into(path, b), out);
    if (choice.kind != BlockKind::kAlt) go_on(running, after(path), out);
    return;
  }
  for (std::size_t b = 0; b < choice.branches.size(); ++b) {
    const Branch& branch = choice.branches[b];
    if (branch.is_else || (running.latest.outcome && branch.tests.has(*running.latest.outcome)))
      return go_on(running, into(path, b), out);
  }
  go_on(running, after(path), out);
}

void Model::mark_acknowledged(World& world, std::size_t r) const {
  const Runner& runner = world.runners[r];
  if (protocol_.operations[runner.operation].kind != OperationKind::kWrite || runner.answered.empty()) return;
  world.history[runner.key][runner.answered.back()].acknowledged = true;
}

// A Read hands its value over: is it what was already superseded when the Read was invoked?
void Model::judge_return(Running& running) const {
  const World& world = running.step.next;
  const Runner& runner = world.runners[running.runner];
  if (!keep_history_ || protocol_.operations[runner.operation].kind != OperationKind::kRead || !runner.held) return;
  const std::vector<Commit>& history = world.history[runner.key];
  bool known = false;
  bool fresh = false;
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].value != *runner.held) continue;
    known = true;
    fresh |= i >= runner.oldest_allowed;
  }
  running.step.judged |= runner.oldest_allowed > 0;
  running.step.stale |= known && !fresh;  // what was never committed is newer than all
}

void Model::acknowledge(Running& running) const {
  Runner& runner = running.step.next.runners[running.runner];
  if (runner.acknowledged) return;
  judge_return(running);
  mark_acknowledged(running.step.next, running.runner);
  runner.acknowledged = true;
  running.acknowledged_last = true;
  running.step.told.endings.push_back({traces::Ending::Kind::kAcknowledged, shown(runner.held)});
}

void Model::finish(Running running, bool failed, std::vector<Enabled>& out) const {
  Runner& runner = running.step.next.runners[running.runner];
  auto& endings = running.step.told.endings;
  if (failed) {
    endings.push_back({traces::Ending::Kind::kFailed, std::nullopt});
    runner.held.reset();
  } else if (runner.acknowledged) {
    // Told as one where nothing came between the reply outward and the end.
    if (running.acknowledged_last)
      endings.back().kind = traces::Ending::Kind::kReturned;
    else
      endings.push_back({traces::Ending::Kind::kReturned, std::nullopt});
  } else {
    judge_return(running);
    mark_acknowledged(running.step.next, running.runner);
    endings.push_back({traces::Ending::Kind::kReturned, shown(runner.held)});
  }
  runner = Runner{.begun = runner.begun,
                  .held = runner.held,
                  .asynchronous = std::move(runner.asynchronous),
                  .ghosts = std::move(runner.ghosts)};
  out.push_back(std::move(running.step));
}

}  // namespace stalemate::model::reference
