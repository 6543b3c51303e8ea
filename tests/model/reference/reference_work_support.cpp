// The reference model's caches that ask the database themselves (understand/protocol.hpp, R6).
#include <algorithm>
#include <utility>

#include "model/reference/reference_faults.hpp"
#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {

// A cache that keeps what it is to set only later does nothing when it is asked.
Reply Model::carry_out(World& world, std::size_t r, const Message& message, bool counts) const {
  const Request& asked = request(message);
  const bool later =
      message.stage == 0 && asked.verb == Verb::kSet && !asked.passes_on.empty() && asked.passes_on.front().fills;
  return later ? Reply{} : serve(world, r, message, counts);
}

// What the server that has handled a message sends then.
std::optional<Message> Model::passed_on(const Message& message, const Reply& reply) const {
  const Request& first = asked_first(message);
  if (first.passes_on.empty() || message.stage == 2) return std::nullopt;
  if (message.stage == 1 && !first.passes_on.front().fills) return std::nullopt;
  if (message.stage == 0 && first.verb == Verb::kGet && reply.outcome != Outcome::kMiss) return std::nullopt;
  Message next = message;
  next.connection = 0;
  ++next.stage;
  if (message.stage == 1 && first.verb == Verb::kGet) next.value = reply.value;
  return next;
}

bool Model::works_for(const Runner& runner, const Message& message) {
  return message.stage > 0 && runner.running && runner.worked && runner.begun == message.ordinal && runner.awaited &&
         runner.awaited->at == message.at;
}

bool Model::is_worked_on(const Runner& runner) {
  return std::any_of(runner.asynchronous.begin(), runner.asynchronous.end(),
                     [&](const Message& message) { return works_for(runner, message); });
}

// Whether they go from one sender to one server.
bool Model::in_one_line(const Message& a, const Message& b) const {
  if (a.stage != b.stage || !to_same_server(request(a), request(b))) return false;
  if (a.stage == 0 && (setting_.pooled || a.connection != b.connection)) return false;
  return a.stage != 1 || asked_first(a).cache == asked_first(b).cache;
}

// Only which requests are on the same connection matters, and whether what is sent next is on that of the last.
void Model::count_connections_anew(Runner& runner) const {
  const std::map<std::size_t, unsigned> used = std::exchange(runner.connections, {});
  for (std::size_t server = 0; server < protocol_.caches.size() + 2; ++server) {
    const auto is_on = [&](const Message& message) {
      return message.stage == 0 && server_number(request(message)) == server;
    };
    std::optional<unsigned> last;
    unsigned number = 0;
    for (Message& message : runner.asynchronous) {
      if (!is_on(message)) continue;
      if (last && *last != message.connection) ++number;
      last = std::exchange(message.connection, number);
    }
    const auto now = used.contains(server) ? used.at(server) : 0;
    if (last && *last != now) ++number;
    if (runner.awaited && is_on(*runner.awaited)) runner.awaited->connection = number;
    if (number != 0 && !runner.crashed) runner.connections[server] = number;
  }
}

void Model::give_up(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  if (is_worked_on(world.runners[r])) return;
  Running running = start(world, r, traces::StepKind::kGiveUp);
  Runner& runner = running.step.next.runners[r];
  const Message message = *std::exchange(runner.awaited, std::nullopt);
  runner.worked = false;
  about(running, message);
  running.step.told.request = tell(r, message);
  fail(std::move(running), Outcome::kTimeout, after(message.at), request(message), out);
}

// A message between a cache and the database is lost, late, or refused.
void Model::lose_work(const World& world, std::size_t r, std::size_t asynchronous, std::vector<Enabled>& out) const {
  const Message message = world.runners[r].asynchronous[asynchronous];
  const Request& asked = request(message);
  const bool waits = works_for(world.runners[r], message);
  struct Way {
    std::string name;
    traces::StepKind kind;
    Outcome failure;
  };
  std::vector<Way> ways = {{"lost-request", traces::StepKind::kLoseRequest, Outcome::kTimeout}};
  if (message.stage == 1 && asked.awaited) ways.push_back({"error", traces::StepKind::kRefuse, Outcome::kError});
  if (message.stage == 1 && asked.awaited && asked.verb == Verb::kSet)
    ways.push_back({"late-request", traces::StepKind::kLateRequest, Outcome::kTimeout});
  for (const Way& way : ways)
    for (const auto& payer : payers(world, way.name, &message)) {
      Running running = strike(world, r, way.kind, payer);
      about(running, message);
      running.step.told.request = tell(r, message);
      Runner& runner = running.step.next.runners[r];
      runner.asynchronous.erase(runner.asynchronous.begin() + static_cast<std::ptrdiff_t>(asynchronous));
      if (way.name == "late-request") add_ghost(runner, message);
      if (!waits) {
        out.push_back(std::move(running.step));
        continue;
      }
      const Message first = *std::exchange(runner.awaited, std::nullopt);
      runner.worked = false;
      fail(std::move(running), way.failure, after(first.at), request(first), out);
    }
}

bool Model::is_work_of(const Message& message, std::size_t shelf) const {
  return message.stage > 0 && shelves_[shelf].cache == asked_first(message).cache;
}

bool Model::has_work(const World& world, std::size_t shelf) const {
  const auto is_work = [&](const Message& message) { return is_work_of(message, shelf); };
  return std::any_of(world.runners.begin(), world.runners.end(), [&](const Runner& runner) {
    return std::any_of(runner.asynchronous.begin(), runner.asynchronous.end(), is_work) ||
           std::any_of(runner.ghosts.begin(), runner.ghosts.end(), is_work);
  });
}

// A cache starts again: gets that it has asked, and answers to it, are gone; of the sets that it has asked for a runner
// the last ones, none up to all of them.
std::vector<World> Model::forgetting(const World& world, std::size_t shelf) const {
  const auto changes = [&](const Message& message) {
    return is_work_of(message, shelf) && message.stage == 1 && asked_first(message).verb == Verb::kSet;
  };
  const auto is_gone = [&](const Message& message) { return is_work_of(message, shelf) && !changes(message); };
  World kept = world;
  for (Runner& runner : kept.runners) {
    std::erase_if(runner.asynchronous, is_gone);
    std::erase_if(runner.ghosts, is_gone);
  }
  std::vector<World> ends = {kept};
  for (std::size_t r = 0; r < kept.runners.size(); ++r) {
    const auto& sent = kept.runners[r].asynchronous;
    const auto count = static_cast<std::size_t>(std::count_if(sent.begin(), sent.end(), changes));
    std::vector<World> more;
    for (std::size_t lost = 0; lost <= count; ++lost)
      for (const World& end : ends) {
        World next = end;
        std::size_t seen = 0;
        std::erase_if(next.runners[r].asynchronous,
                      [&](const Message& message) { return changes(message) && ++seen > count - lost; });
        more.push_back(std::move(next));
      }
    ends = std::move(more);
  }
  return ends;
}

}  // namespace stalemate::model::reference
