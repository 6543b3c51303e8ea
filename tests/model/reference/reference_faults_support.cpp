// The faults of the reference model (tests/model/reference/reference_model.hpp) but for losses, delays, and those of
// who sends; and what happens in the cache of itself.
#include "model/reference/reference_faults.hpp"

#include <array>
#include <utility>

namespace stalemate::model::reference {
namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

}  // namespace

// What an aim at the server of a request calls it.
static std::string server_word_of(const Protocol& protocol, const Request& asked) {
  const bool replica = asked.to == Role::kCache && protocol.caches[asked.cache].replica;
  return replica ? "replica" : std::string(to_string(asked.to));
}

std::vector<std::pair<std::size_t, std::size_t>> Model::payers(const World& world, const std::string& kind,
                                                               const Message* message) const {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  for (std::size_t b = 0; b < setting_.budgets.size(); ++b) {
    const Budget& budget = setting_.budgets[b];
    if (budget.count != kUnlimited && world.spent[b] >= budget.count) continue;
    for (std::size_t a = 0; a < budget.aims.size(); ++a) {
      const Aim& aim = budget.aims[a];
      if (aim.kind != kind) continue;
      if (message != nullptr && !aim.operation.empty()) {
        const Operation& operation = protocol_.operations[message->operation];
        const bool named = aim.operation == lower(operation.name) || aim.operation == to_string(operation.kind);
        if (!named && (aim.arrow != 0 || aim.operation != server_word_of(protocol_, request(*message)))) continue;
        if (aim.arrow != 0 && operation.arrows[static_cast<std::size_t>(aim.arrow) - 1] != request(*message).arrow)
          continue;
      }
      found.emplace_back(b, a);
    }
  }
  return found;
}

void Model::charge(Enabled& step, std::pair<std::size_t, std::size_t> payer) const {
  step.told.budget = static_cast<int>(payer.first) + 1;
  step.aim = payer.second;
  if (setting_.budgets[payer.first].count != kUnlimited) ++step.next.spent[payer.first];
}

Model::Running Model::strike(const World& world, std::size_t r, traces::StepKind kind,
                             std::pair<std::size_t, std::size_t> payer) const {
  Running running = start(world, r, kind);
  charge(running.step, payer);
  return running;
}

bool Model::may_fail_over(const World& world) const { return !payers(world, "cache-failover", nullptr).empty(); }

// Ghosts go in any order. Of those that are alike one is enough; and where a crash left the same request in line, and
// it is its turn, that one goes first (machine/machine.hpp).
void Model::handle_ghosts(const World& world, std::size_t r, std::vector<Enabled>& out) const {
  const Runner& before = world.runners[r];
  for (std::size_t g = 0; g < before.ghosts.size(); ++g) {
    const Message message = before.ghosts[g];
    if (g > 0 && message == before.ghosts[g - 1]) continue;
    const std::vector<Message>& sent = before.asynchronous;
    bool left = false;
    for (auto earlier = sent.begin(); earlier != sent.end(); ++earlier) {
      Message same = *earlier;
      same.connection = 0;
      same.orphaned = false;
      const bool held_up =
          std::any_of(sent.begin(), earlier, [&](const Message& first) { return in_one_line(first, *earlier); });
      left |= is_left(before, *earlier) && same == message && !held_up;
    }
    if (left) continue;
    Running running = start(world, r, traces::StepKind::kHandle);
    about(running, message);
    running.step.told.request = tell(r, message);
    running.step.told.is_ghost = true;
    const Reply reply = carry_out(running.step.next, r, message, !request(message).awaited);
    auto& ghosts = running.step.next.runners[r].ghosts;
    ghosts.erase(ghosts.begin() + static_cast<std::ptrdiff_t>(g));
    if (const std::optional<Message> next = passed_on(message, reply)) {
      running.step.told.sends.push_back(tell(r, *next));
      add_ghost(running.step.next.runners[r], *next);
    }
    out.push_back(std::move(running.step));
  }
}

void Model::copy(const World& world, std::size_t r, const Message& message, std::vector<Enabled>& out) const {
  if (message.stage == 2 || (message.stage == 1 && request(message).verb == Verb::kGet)) return;
  for (const auto& payer : payers(world, "duplicate", &message)) {
    Running running = strike(world, r, traces::StepKind::kDuplicate, payer);
    about(running, message);
    running.step.told.request = tell(r, message);
    add_ghost(running.step.next.runners[r], message);
    out.push_back(std::move(running.step));
  }
}

std::size_t Model::server_number(const Request& asked) const {
  return asked.to == Role::kCache ? asked.cache : protocol_.caches.size() + (asked.to == Role::kQueue ? 0 : 1);
}

void Model::touch(World& world, std::size_t from, std::size_t to) const {
  const auto in = [&](std::size_t spot) { return from <= spot && spot < to; };
  for (std::size_t r = 0; r < world.runners.size(); ++r) {
    Runner& runner = world.runners[r];
    const auto is_it = [&](const Message& message) {
      return request(message).to == Role::kCache && in(spot_of(r, message));
    };
    if (runner.watched && in(*runner.watched)) runner.watched.reset();
    for (Message& message : runner.asynchronous)
      if (is_it(message)) message.unchanged = false;
    for (Message& message : runner.ghosts)
      if (is_it(message)) message.unchanged = false;
    if (runner.awaited && is_it(*runner.awaited)) runner.awaited->unchanged = false;
  }
}

bool Model::watched(const World& world) const {
  const auto is_unchanged = [](const Message& message) { return message.unchanged; };
  return std::any_of(world.runners.begin(), world.runners.end(), [&](const Runner& runner) {
    return (runner.watched && !runner.reply) ||
           std::any_of(runner.asynchronous.begin(), runner.asynchronous.end(), is_unchanged) ||
           std::any_of(runner.ghosts.begin(), runner.ghosts.end(), is_unchanged);
  });
}

// As a replica has it: whose a lease is says nothing there.
Cache Model::seen_by_replica(const World& world) const {
  const auto from = world.cache.begin() + static_cast<std::ptrdiff_t>(*followed_ * shelf_size());
  Cache seen(from, from + static_cast<std::ptrdiff_t>(shelf_size()));
  for (Spot& spot : seen) {
    if (spot.lease) spot.lease = kNobody;
    spot.lease_runs_out = false;
  }
  return seen;
}

// What the step has changed is yet to be applied.
void Model::follow(const World& before, World& after) const {
  if (!followed_) return;
  const Cache now = seen_by_replica(after);
  if (now != seen_by_replica(before)) after.to_apply.push_back(now);
  while (after.to_apply.size() > (setting_.no_replica_lag ? 0 : kMostToApply)) {
    after.followed = after.to_apply.front();
    after.to_apply.erase(after.to_apply.begin());
  }
}

void Model::apply(const World& world, std::vector<Enabled>& out) const {
  if (world.to_apply.empty()) return;
  Enabled& step = out.emplace_back();
  step.next = world;
  step.told.kind = traces::StepKind::kApply;
  step.told.app = step.told.session = step.told.operation = 0;
  step.told.store = "cache replica";
  step.next.followed = world.to_apply.front();
  step.next.to_apply.erase(step.next.to_apply.begin());
}

void Model::happen_in_cache(const World& world, std::vector<Enabled>& out) const {
  for (std::size_t shelf = 0; shelf < shelves_.size(); ++shelf) fall(world, shelf, out);
}

void Model::fall(const World& world, std::size_t shelf, std::vector<Enabled>& out) const {
  const std::size_t from = shelf * shelf_size();
  const std::size_t to = from + shelf_size();
  const auto begin = [&](traces::StepKind kind) {
    Enabled step;
    step.next = world;
    step.told.kind = kind;
    step.told.app = step.told.session = step.told.operation = 0;
    step.told.store = shelf_name(shelf);
    return step;
  };
  bool anything = false;
  for (std::size_t spot = from; spot < to; ++spot) {
    const Spot& held = world.cache[spot];
    anything |= held.there();
    const auto drop = [&](Enabled& step) {
      step.told.key = spot_name(spot);
      step.next.cache[spot] = {};
      touch(step.next, spot);
    };
    const bool may_expire = held.expiring && !setting_.no_expiry;
    if (may_expire && held.value) {
      drop(out.emplace_back(begin(traces::StepKind::kExpire)));
      for (std::size_t b = 0; b < setting_.budgets.size(); ++b)
        for (std::size_t a = 0; a < setting_.budgets[b].aims.size(); ++a)
          if (setting_.budgets[b].aims[a].kind == "expire") out.back().expirations.emplace(b, a);
    }
    if (world.told[spot] > 0) {
      const auto hear = [&](Enabled& step) {
        step.told.key = spot_name(spot);
        --step.next.told[spot];
      };
      hear(out.emplace_back(begin(traces::StepKind::kDeliver)));
      out.back().next.cache[spot] = {};
      if (held.there()) touch(out.back().next, spot);
      for (const auto& payer : payers(world, "lost-delivery", nullptr)) {
        hear(out.emplace_back(begin(traces::StepKind::kLoseDelivery)));
        charge(out.back(), payer);
      }
    }
    if (!held.there()) continue;
    for (const auto& payer : payers(world, "evict", nullptr)) {
      drop(out.emplace_back(begin(traces::StepKind::kEvict)));
      charge(out.back(), payer);
    }
    const bool lease_ends = held.lease && held.lease_runs_out && !setting_.no_expiry;
    if (!lease_ends && (!may_expire || held.value)) continue;
    for (const auto& payer : payers(world, "expire", nullptr)) {
      drop(out.emplace_back(begin(traces::StepKind::kExpireMarker)));
      if (lease_ends) {
        out.back().next.cache[spot] = held;
        out.back().next.cache[spot].lease.reset();
        out.back().next.cache[spot].lease_runs_out = false;
      }
      charge(out.back(), payer);
    }
  }
  if (shelves_[shelf].app != 0) return restart_idle(world, shelf, out);
  for (const auto& payer : payers(world, "cache-restart", nullptr)) {
    if (!anything && !watched(world) && !has_work(world, shelf)) break;
    Enabled step = begin(traces::StepKind::kCacheRestart);
    charge(step, payer);
    std::fill(step.next.cache.begin() + static_cast<std::ptrdiff_t>(from),
              step.next.cache.begin() + static_cast<std::ptrdiff_t>(to), Spot{});
    touch(step.next, from, to);
    for (World& next : forgetting(step.next, shelf)) {
      out.push_back(step);
      out.back().next = std::move(next);
    }
  }
  // What is there now, where a failover that brings that back is none; then what each brings that is another.
  std::vector<Cache> known;
  const auto first = [&](const Cache& cache) { return cache.begin() + static_cast<std::ptrdiff_t>(from); };
  const auto last = [&](const Cache& cache) { return cache.begin() + static_cast<std::ptrdiff_t>(to); };
  if (!watched(world) && !has_work(world, shelf)) known.emplace_back(first(world.cache), last(world.cache));
  for (std::size_t missed = 1; missed <= world.replicas.size(); ++missed) {
    const Cache& replica = world.replicas[missed - 1];
    const Cache brought(first(replica), last(replica));
    if (std::find(known.begin(), known.end(), brought) != known.end()) continue;
    known.push_back(brought);
    for (const auto& payer : payers(world, "cache-failover", nullptr)) {
      if (setting_.budgets[payer.first].aims[payer.second].missed < missed) continue;
      Enabled step = begin(traces::StepKind::kCacheFailover);
      if (missed > 1) step.told.missed = static_cast<int>(missed);
      std::copy(brought.begin(), brought.end(), step.next.cache.begin() + static_cast<std::ptrdiff_t>(from));
      charge(step, payer);
      touch(step.next, from, to);
      for (Cache& other : step.next.replicas)
        std::copy(brought.begin(), brought.end(), other.begin() + static_cast<std::ptrdiff_t>(from));
      for (World& next : forgetting(step.next, shelf)) {
        out.push_back(step);
        out.back().next = std::move(next);
      }
    }
  }
}

}  // namespace stalemate::model::reference
