// Who sends, in the reference model (tests/model/reference/reference_model.hpp), and dies, starts again or goes away.
#include "model/reference/reference_faults.hpp"

#include <utility>

namespace stalemate::model::reference {

// What a crash may be told by: what a runner awaits, then what it does not, but for what it left behind.
std::vector<Message> Model::struck_by_crash(const Runner& runner) const {
  std::vector<Message> messages;
  if (runner.awaited) messages.push_back(*runner.awaited);
  for (const Message& message : runner.asynchronous)
    if (message.stage == 0 && !is_left(runner, message)) messages.push_back(message);
  return messages;
}

// Every session of the app instance is cut short, and of its requests a first part of each connection's arrives yet:
// every combination is a step. Of all messages that could name the crash, the first one does.
void Model::crash(const World& world, std::size_t r, const std::string& fault, std::vector<Enabled>& out) const {
  std::set<std::size_t> named;  // budgets
  for (std::size_t other = 0; other < r; ++other) {
    if (places_[other].app != places_[r].app) continue;
    for (const Message& message : struck_by_crash(world.runners[other]))
      for (const auto& payer : payers(world, fault, &message)) named.insert(payer.first);
  }
  const std::vector<Message> messages = struck_by_crash(world.runners[r]);
  for (std::size_t m = 0; m < messages.size(); ++m) {
    const std::set<std::size_t> before = named;
    const bool is_awaited = m == 0 && world.runners[r].awaited.has_value();
    for (const auto& payer : payers(world, fault, &messages[m])) {
      if (before.contains(payer.first)) continue;
      named.insert(payer.first);
      crash_by(world, r, messages[m], is_awaited, fault == "app-restart", payer, out);
    }
  }
}

void Model::crash_by(const World& world, std::size_t r, const Message& message, bool is_awaited, bool starts_again,
                     std::pair<std::size_t, std::size_t> payer, std::vector<Enabled>& out) const {
  Running dead = strike(world, r, starts_again ? traces::StepKind::kAppRestart : traces::StepKind::kCrash, payer);
  about(dead, message);
  if (is_awaited && world.runners[r].reply)
    dead.step.told.reply = told_reply(*world.runners[r].reply);
  else
    dead.step.told.request = tell(r, message);
  empty_process(dead.step.next, places_[r].app);
  std::vector<World> ends = {dead.step.next};
  for (std::size_t s = 0; s < places_.size(); ++s) {
    if (places_[s].app != places_[r].app) continue;
    const Runner& runner = world.runners[s];
    std::vector<Message> sent = runner.asynchronous;
    if (runner.awaited && !runner.reply && !runner.worked && !is_call(s, *runner.awaited))
      sent.push_back(*runner.awaited);
    // By connection, server after server: how many of the first of them arrive.
    std::vector<std::vector<std::size_t>> lines;  // what is on each
    for (std::size_t server = 0; server < protocol_.caches.size() + 2; ++server)
      for (std::size_t m = 0; m < sent.size(); ++m) {
        if (sent[m].stage > 0 || sent[m].orphaned || server_number(request(sent[m])) != server) continue;
        const auto line = std::find_if(lines.begin(), lines.end(), [&](const std::vector<std::size_t>& others) {
          return in_one_line(sent[others.front()], sent[m]);
        });
        if (line == lines.end())
          lines.push_back({m});
        else
          line->push_back(m);
      }
    std::vector<std::set<std::size_t>> cuts = {{}};  // which arrive
    for (const std::vector<std::size_t>& line : lines) {
      std::vector<std::set<std::size_t>> longer;
      for (std::size_t arrive = 0; arrive <= line.size(); ++arrive)
        for (std::set<std::size_t> cut : cuts) {
          cut.insert(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(arrive));
          longer.push_back(std::move(cut));
        }
      cuts = std::move(longer);
    }
    std::vector<World> more;
    for (const std::set<std::size_t>& arriving : cuts) {
      for (const World& end : ends) {
        World next = end;
        Runner& cut = next.runners[s];
        cut = Runner{.begun = behind_retries(s, runner.begun), .crashed = !starts_again, .ghosts = runner.ghosts};
        for (std::size_t m = 0; m < sent.size(); ++m) {
          if (sent[m].stage == 0 && !sent[m].orphaned && !arriving.contains(m)) continue;
          cut.asynchronous.push_back(sent[m]);
          cut.asynchronous.back().orphaned = starts_again && sent[m].stage == 0;
        }
        if (starts_again) {
          cut.returned = runner.returned;
          cut.connections = runner.connections;
          for (std::size_t server = 0; server < protocol_.caches.size() + 2; ++server) ++cut.connections[server];
        }
        more.push_back(std::move(next));
      }
    }
    ends = std::move(more);
  }
  for (World& end : ends) {
    Enabled step = dead.step;
    step.next = std::move(end);
    out.push_back(std::move(step));
  }
}

void Model::empty_process(World& world, int app) const {
  for (std::size_t spot = 0; spot < world.cache.size(); ++spot) {
    if (shelves_[spot / shelf_size()].app != app) continue;
    world.cache[spot] = {};
    world.told[spot] = 0;
  }
}

// An app instance of which nothing is under way may start again, too, if there is anything in its process to be lost.
// It is told by its first cache.
void Model::restart_idle(const World& world, std::size_t shelf, std::vector<Enabled>& out) const {
  const int app = shelves_[shelf].app;
  for (std::size_t other = 0; other < shelf; ++other)
    if (shelves_[other].app == app) return;
  for (std::size_t r = 0; r < places_.size(); ++r) {
    if (places_[r].app != app) continue;
    if (world.runners[r].running || !struck_by_crash(world.runners[r]).empty()) return;
  }
  Enabled step;
  step.next = world;
  empty_process(step.next, app);
  if (step.next.cache == world.cache && step.next.told == world.told) return;
  step.told.kind = traces::StepKind::kIdleRestart;
  step.told.app = step.told.session = step.told.operation = 0;
  step.told.store = shelf_name(shelf);
  for (const auto& payer : payers(world, "app-restart", nullptr)) {
    if (!setting_.budgets[payer.first].aims[payer.second].operation.empty()) continue;
    out.push_back(step);
    charge(out.back(), payer);
  }
}

// The operation is at its end, as one that failed; what it awaits is still under way, or is not.
void Model::cancel(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  const Runner& before = world.runners[r];
  const Message message = *before.awaited;
  for (const auto& payer : payers(world, "cancel", &message)) {
    for (const bool arrives : {false, true}) {
      if (arrives && (before.reply || before.worked || is_call(r, message))) continue;
      Running running = strike(world, r, traces::StepKind::kCancel, payer);
      about(running, message);
      if (before.reply)
        running.step.told.reply = told_reply(*before.reply);
      else
        running.step.told.request = tell(r, message);
      if (arrives) running.step.next.runners[r].asynchronous.push_back(message);
      finish(std::move(running), true, out, true);
    }
  }
}

}  // namespace stalemate::model::reference
