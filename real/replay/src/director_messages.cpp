// See director.hpp. What a request asks of its store, how it is sent, and what of it the proxy holds.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "director.hpp"

namespace stalemate::real {
namespace {

// How long a driver waits for an answer that, as the trace says, will not come. The director does not mind when that
// is: what comes back is asked for at its step.
constexpr Link::Milliseconds kShortPatience(25);

}  // namespace

// The session sends the request: its driver does, and the proxy holds it.
Director::Exchange& Director::send(const traces::MessageId& id, const traces::Request& request, std::size_t from_step) {
  if (traces::find_verb(request.verb)->carries && !request.value) refuse("the request carries no value");
  Exchange exchange;
  exchange.id = id;
  exchange.request = request;
  exchange.wanted = wanted_by(id, request);
  const SceneStore* const store = scene_.find(request.to);
  if (store == nullptr || !store->knows(exchange.wanted))
    refuse(fmt::format("no server here can be asked '{}: {}'", request.to, request.verb));
  // Who asks anew what stands there has nothing to compare until it is told.
  if (request.watch == to_string(traces::Watch::kEntry)) memory_[{id.app, id.session}].token.clear();
  exchange.app = &scene_.app(id.app);
  exchanges_.push_back(exchange);
  Exchange& kept = exchanges_.back();
  send_by(kept.app->idle_driver(id.session, place_for(kept.wanted, request.to)), kept,
          request.drawn_lost ? kShortPatience : patience(id, request.to, from_step));
  return kept;
}

Director::Ghost Director::ghost_of(const traces::MessageId& id, const Exchange& exchange, Link::Ghost number) const {
  return {id, exchange.request, exchange.wanted, exchange.held, *exchange.driver->link, number};
}

Wanted Director::wanted_by(const traces::MessageId& id, const traces::Request& request) const {
  Wanted wanted{.verb = request.verb,
                .product = product_of(request.key),
                .value = request.value,
                .watch = watched_by(id, request),
                .number = request.version ? request.version : request.generation,
                .shapes = scene_.shapes()};
  // Whoever stores that there is no row removes it.
  const bool is_set = request.verb == to_string(traces::Verb::kSet) && is_database(trace_, request.to);
  if (is_set && is_no_row(request.value.value_or(0))) wanted.verb = to_string(traces::Verb::kRemove);
  if (request.ttl) wanted.ttl = *request.ttl + kTimeToLiveMore;
  if (!request.other.empty()) wanted.other = product_of(request.other);
  for (const std::string& also : request.also) wanted.also.push_back(product_of(also));
  const auto remembered = memory_.find({id.app, id.session});
  const bool is_known = remembered != memory_.end() && remembered->second.operation == id.operation;
  if (is_channel(trace_, request.to)) wanted.token = fmt::format("{}", id.app);
  if (is_channel(trace_, request.to) || !is_known) return wanted;
  wanted.token = remembered->second.token;
  if (request.verb == to_string(traces::Verb::kLookAgain)) wanted.value = remembered->second.value;
  return wanted;
}

// What a set that asks whether it is unchanged asks about: what its operation's get watches.
std::string Director::watched_by(const traces::MessageId& id, const traces::Request& request) const {
  if (request.verb != to_string(traces::Verb::kSetIfUnchanged)) return request.watch;
  const SceneStore* const store = scene_.find(request.to);
  std::string watched(to_string(store == nullptr ? traces::Watch::kKey : store->compares()));
  for (const traces::Step& step : trace_.steps)
    for (const traces::Request& sent : step.sends)
      if (!sent.watch.empty() && sent.to == request.to && step.app == id.app && step.session == id.session &&
          step.operation == id.operation)
        watched = sent.watch;
  return watched;
}

DriverPlace Director::place_for(const Wanted& wanted, const std::string& server) {
  DriverPlace place = scene_.place(server);
  place.watches = wanted.watch == to_string(traces::Watch::kKey);
  return place;
}

void Director::send_by(Driver& driver, Exchange& exchange, Link::Milliseconds patience) {
  exchange.driver = &driver;
  exchange.app->run(driver, exchange.wanted, patience);
  hold_command(exchange);
}

// Until the proxy holds what is not to pass of itself.
void Director::hold_command(Exchange& exchange) {
  const Link::Milliseconds timeout = scene_.timeout(exchange.request.to);
  try {
    while (const std::optional<Held> command = exchange.driver->link->wait_request(timeout)) {
      exchange.held = scene_.at(exchange.request.to).part_of(exchange.wanted, *command);
      if (exchange.held != CommandPart::kBefore) return;
      finish_command(exchange);
    }
  } catch (const EnvironmentError& error) {
    fail_by_driver(exchange, error.what());
  }
  fail_by_driver(exchange, fmt::format("app instance {} sends nothing; replay again", exchange.id.app));
}

// The command that is held goes to its server, and its reply to the driver, which sends the next one.
std::optional<Held> Director::finish_command(Exchange& exchange) {
  Link& link = *exchange.driver->link;
  link.release_request();
  std::optional<Held> reply = link.wait_reply(scene_.timeout(exchange.request.to));
  if (!reply) return reply;
  link.release_reply();
  if (reply->name == "error") fail_by_driver(exchange, "its server refuses a command");
  return reply;
}

// From the step on: is what comes to this request an answer, or nothing?
Link::Milliseconds Director::patience(const traces::MessageId& id, const std::string& server, std::size_t from_step) {
  for (std::size_t i = from_step; i < trace_.steps.size(); ++i) {
    const traces::Step& step = trace_.steps[i];
    if (id_of(step) != id) continue;
    if (step.kind == traces::StepKind::kReceive) break;
    const bool is_answered = step.kind == traces::StepKind::kDuplicate || step.kind == traces::StepKind::kRefuse;
    if (traces::is_fault(step.kind) && !is_answered) return kShortPatience;
  }
  return scene_.at(server).drivers_timeout();
}

Director::Exchanges::iterator Director::find(const traces::MessageId& id, bool is_handled) {
  return std::find_if(exchanges_.begin(), exchanges_.end(),
                      [&](const Exchange& one) { return one.id == id && one.is_handled == is_handled; });
}

// The request that the step is about. One that no earlier step says was sent, is sent now.
Director::Exchange& Director::sent(const traces::Step& step) {
  const auto found = find(id_of(step), false);
  if (found != exchanges_.end()) return *found;
  if (!step.request) refuse("it is about no request");
  return send(id_of(step), *step.request, at_);
}

Director::Exchanges::iterator Director::handled(const traces::Step& step) {
  const auto found = find(id_of(step), true);
  if (found == exchanges_.end()) refuse("no reply to that request is on its way");
  return found;
}

}  // namespace stalemate::real
