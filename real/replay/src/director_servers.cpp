// See director.hpp. What befalls a process: an app instance crashes, the cache loses an entry or everything, a replica
// takes over.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "director.hpp"
#include "sandbox/sandbox.hpp"

namespace stalemate::real {
namespace {

bool has_step(const traces::Trace& trace, traces::StepKind kind) {
  return std::any_of(trace.steps.begin(), trace.steps.end(),
                     [kind](const traces::Step& step) { return step.kind == kind; });
}

}  // namespace

bool can_happen(const traces::Trace& trace, const Servers& servers) {
  return servers.sandbox != nullptr || !has_step(trace, traces::StepKind::kCacheFailover);
}

void refuse_what_cannot_happen(const traces::Trace& trace, const Servers& servers) {
  if (can_happen(trace, servers)) return;
  throw InputError(
      "replay: a cache-failover needs a Redis that may be killed, with a replica; leave out --redis, so that a "
      "throw-away one is started");
}

// SIGKILL for its process. Which of its requests arrive yet, the state after the step says.
std::string Director::crash(const traces::Step& step) {
  const auto is_to_arrive = [&step](const Exchange& exchange) {
    return std::any_of(step.after.in_flight.begin(), step.after.in_flight.end(),
                       [&](const traces::InFlight& message) { return id_of(message) == exchange.id; });
  };
  int kept = 0;
  for (const Exchange& exchange : exchanges_) {
    if (exchange.id.app != step.app || exchange.is_handled) continue;
    Link link = *exchange.lane->link;
    if (is_to_arrive(exchange)) {
      ghosts_.push_back({exchange.id, exchange.request, link, link.keep_request()});
      ++kept;
    } else {
      link.drop_request();
    }
  }
  exchanges_.remove_if([&](const Exchange& exchange) { return exchange.id.app == step.app; });
  scene_.kill_app(step.app);
  return kept == 0 ? "killed" : fmt::format("killed; {} of its requests on the way", kept);
}

std::string Director::evict(const traces::Step& step) {
  if (scene_.cache() == nullptr) refuse("there is no cache");
  const bool was_there = scene_.cache()->drop(product_of(step.key));
  if (!was_there) diverge("an entry to drop", "absent");
  return was_there ? "dropped" : "absent";
}

std::string Director::expire(const traces::Step& step) {
  if (scene_.cache() == nullptr) refuse("there is no cache");
  const std::string reason = scene_.cache()->expire(product_of(step.key));
  if (!reason.empty()) diverge("an entry with a time to live", reason);
  return reason.empty() ? "expired" : reason;
}

std::string Director::restart_cache() {
  if (scene_.cache() == nullptr) refuse("there is no cache");
  if (!scene_.owns_cache()) {
    scene_.cache()->fill({});
    return "our keys deleted; this Redis is not ours to restart";
  }
  scene_.restart_cache();
  send_again_what_the_cache_missed();
  return "killed and started again";
}

std::string Director::fail_over() {
  if (scene_.cache() == nullptr) refuse("there is no cache");
  scene_.fail_over();
  missed_.reset();
  send_again_what_the_cache_missed();
  if (fails_over_after(at_ + 1)) scene_.start_replica();
  missed_ = change_missed(at_ + 1);
  return "killed; its replica has taken over";
}

// Messages in flight stay: requests that the former server had not seen are sent to the new one, by connections anew.
void Director::send_again_what_the_cache_missed() {
  for_ghosts_.reset();
  for (Exchange& exchange : exchanges_) {
    if (exchange.is_handled || exchange.request.to != "cache") continue;
    exchange.app->close(*exchange.lane);
    send_by(exchange.app->idle_lane(exchange.id.session, scene_.place("cache")), exchange,
            patience(exchange.id, "cache", at_ + 1));
  }
  for (Ghost& ghost : ghosts_) {
    if (ghost.request.to == "cache") ghost.link.reset();
  }
}

Answer Director::execute_ghost(const traces::Request& request) {
  if (!for_ghosts_) for_ghosts_ = scene_.cache()->connect();
  return ask(*for_ghosts_, {request.verb, product_of(request.key), request.value, request.ttl});
}

// Before the next failover: the last command that changes the cache. Where there is none, the replica misses whatever
// the cache dropped since it is there, be it all in a restart.
std::optional<std::size_t> Director::change_missed(std::size_t from_step) const {
  std::size_t found = from_step;
  for (std::size_t i = from_step; i < trace_.steps.size(); ++i) {
    const traces::Step& step = trace_.steps[i];
    if (step.kind == traces::StepKind::kCacheFailover) return found;
    if (step.kind != traces::StepKind::kHandle || !step.request || step.request->to != "cache") continue;
    const traces::State& before = i == 0 ? trace_.initial : trace_.steps[i - 1].after;
    if (entries_of(before, "cache") != entries_of(step.after, "cache")) found = i;
  }
  return {};
}

bool Director::fails_over_after(std::size_t step) const {
  return std::any_of(trace_.steps.begin() + static_cast<std::ptrdiff_t>(step), trace_.steps.end(),
                     [](const traces::Step& one) { return one.kind == traces::StepKind::kCacheFailover; });
}

}  // namespace stalemate::real
