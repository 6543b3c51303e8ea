// See director.hpp. What befalls a process: an app instance crashes, the cache loses an entry or everything, a replica
// takes over, or applies what it did not have yet.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "director.hpp"
#include "sandbox/sandbox.hpp"
#include "traces/shapes.hpp"
#include "traces/story.hpp"

namespace stalemate::real {
namespace {

bool is_about_replica(const traces::Step& step) {
  const auto waits = [](const traces::Request& request) { return request.verb == to_string(traces::Verb::kWait); };
  return step.kind == traces::StepKind::kCacheFailover || (step.request && waits(*step.request)) ||
         std::any_of(step.sends.begin(), step.sends.end(), waits);
}

}  // namespace

bool needs_replica(const traces::Trace& trace) {
  return std::any_of(trace.steps.begin(), trace.steps.end(), is_about_replica) ||
         std::any_of(trace.stores.begin(), trace.stores.end(),
                     [&](const traces::Store& store) { return is_replica(trace, store.name); });
}

bool can_happen(const traces::Trace& trace, const Servers& servers) {
  return servers.sandbox != nullptr || !needs_replica(trace);
}

void refuse_what_cannot_happen(const traces::Trace& trace, traces::CacheServer cache, const Servers& servers) {
  if (const std::string why = traces::why_not_replayed(trace, cache); !why.empty())
    throw InputError("replay: " + why + "; it is modelled, and explain, show and lesson tell it");
  if (can_happen(trace, servers)) return;
  throw InputError(
      "replay: a cache-failover, and a replica that is read or waited for, need a Redis that may be killed; leave out "
      "--redis, so that a throw-away one is started");
}

// SIGKILL for its process; the next request of an app instance that starts again is another process's. Which of its
// requests arrive yet, the state after the step says.
std::string Director::crash(const traces::Step& step) {
  int kept = 0;
  for (const Exchange& exchange : exchanges_) {
    if (exchange.id.app != step.app || exchange.is_handled) continue;
    Link link = *exchange.driver->link;
    if (find_message(step.after, exchange.id) != nullptr) {
      ghosts_.push_back(ghost_of(exchange.id, exchange, link.keep_request()));
      ++kept;
    } else {
      link.drop_request();
    }
  }
  exchanges_.remove_if([&](const Exchange& exchange) { return exchange.id.app == step.app; });
  scene_.kill_app(step.app);
  if (step.kind == traces::StepKind::kAppRestart) begin_app(step.app);
  return kept == 0 ? "killed" : fmt::format("killed; {} of its requests on the way", kept);
}

Misfortunes& Director::misfortunes_of(const traces::Step& step) {
  SceneStore* const store = scene_.find(step.store);
  Misfortunes* const misfortunes = store == nullptr ? nullptr : store->misfortunes();
  if (misfortunes == nullptr) refuse(fmt::format("there is no {} that this may befall", step.store));
  return *misfortunes;
}

std::string Director::evict(const traces::Step& step) {
  const std::string product = product_of(step.key);
  const bool was_there = app_of(step.store) != 0
                             ? order(step.store, {{"entries", "drop"}, {"product", product}}).at("came") == "dropped"
                             : misfortunes_of(step).drop(product);
  if (!was_there) diverge("an entry to drop", "absent");
  return was_there ? "dropped" : "absent";
}

std::string Director::expire(const traces::Step& step) {
  const std::string product = product_of(step.key);
  const bool in_process = app_of(step.store) != 0;
  // Of what is no value a lease runs out; what is there stays.
  const auto end_lease = [&] {
    if (!in_process) return misfortunes_of(step).end_lease(product);
    return order(step.store, {{"entries", "end-lease"}, {"product", product}}).at("came") == "ended";
  };
  if (step.kind == traces::StepKind::kExpireMarker && end_lease()) return "its lease is over";
  const std::string reason =
      in_process ? order(step.store, {{"entries", "expire"}, {"product", product}}).at("came").get<std::string>()
                 : misfortunes_of(step).expire(product);
  if (!reason.empty()) diverge("an entry with a time to live", reason);
  return reason.empty() ? "expired" : reason;
}

std::string Director::restart(const traces::Step& step) {
  const bool is_ours = misfortunes_of(step).restart();
  send_again_what_missed(step.store);
  if (is_ours) listen_anew(step.store);
  return is_ours ? "killed and started again"
                 : "our keys deleted and our connections closed; this cache is not ours to restart";
}

std::string Director::fail_over(const traces::Step& step) {
  misfortunes_of(step).fail_over();
  missed_.reset();
  send_again_what_missed(step.store);
  listen_anew(step.store);
  start_replica(at_ + 1);
  return "killed; its replica has taken over";
}

// For the next failover, and for whoever waits for it, where that is to come from that step on.
void Director::start_replica(std::size_t from_step) {
  const auto needed =
      std::find_if(trace_.steps.begin() + static_cast<std::ptrdiff_t>(from_step), trace_.steps.end(), is_about_replica);
  if (needed == trace_.steps.end() || follower() != nullptr) return;
  for (const traces::Store& store : trace_.stores)
    if (store.kind == "cache" && store.app == 0) scene_.at(store.name).misfortunes()->start_replica();
  if (const std::optional<std::size_t> failover = next_failover(from_step))
    missed_ = traces::first_missed(trace_, *failover, from_step);
}

// The replica of the cache that is read; null where none is.
Follower* Director::follower() {
  for (const traces::Store& store : trace_.stores)
    if (is_replica(trace_, store.name)) return scene_.at(store.name).follower();
  return nullptr;
}

// Who waits for a replica lets it catch up; whether it does.
bool Director::lets_catch_up(const traces::Request& request) {
  if (request.verb != to_string(traces::Verb::kWait) || follower() == nullptr) return false;
  follower()->open();
  return true;
}

void Director::catch_up() {
  follower()->catch_up();
  unapplied_.clear();
}

// Notes where a change of the cache ends, for its replica. One that could be further behind than traces know applies
// the oldest change; one that does not lag, this.
void Director::follow() {
  Follower* const replica = follower();
  if (replica == nullptr) return;
  const traces::State& before = at_ == 0 ? trace_.initial : trace_.steps[at_ - 1].after;
  const traces::State& after = trace_.steps[at_].after;
  for (const traces::Store& store : trace_.stores) {
    const bool is_followed = store.kind == "cache" && store.app == 0;
    if (!is_followed || entries_of(before, store.name) == entries_of(after, store.name)) continue;
    unapplied_.push_back(replica->now());
  }
  const std::size_t most = trace_.scenario.no_replica_lag ? 0 : kBehindMax;
  while (unapplied_.size() > most) apply();
}

std::string Director::apply() {
  if (follower() == nullptr || unapplied_.empty()) refuse("there is no change that a replica does not have yet");
  follower()->apply(unapplied_.front());
  unapplied_.pop_front();
  return "applied";
}

// Whether one server is both: a cache, and the channel that its Redis is, too.
bool Director::stand_together(const std::string& a, const std::string& b) {
  return app_of(a) == 0 && scene_.find(a) == scene_.find(b);
}

// Messages in flight stay: requests that the former server had not seen are sent to the new one, by connections anew.
void Director::send_again_what_missed(const std::string& store) {
  for (Exchange& exchange : exchanges_) {
    if (exchange.is_handled || !stand_together(exchange.request.to, store)) continue;
    exchange.app->close(*exchange.driver);
    send_by(exchange.app->idle_driver(exchange.id.session, place_for(exchange.wanted, exchange.request.to)), exchange,
            patience(exchange.id, store, at_ + 1));
  }
  for (Ghost& ghost : ghosts_) {
    if (stand_together(ghost.request.to, store)) ghost.link.reset();
  }
}

std::optional<std::size_t> Director::next_failover(std::size_t from_step) const {
  for (std::size_t i = from_step; i < trace_.steps.size(); ++i)
    if (trace_.steps[i].kind == traces::StepKind::kCacheFailover) return i;
  return {};
}

}  // namespace stalemate::real
