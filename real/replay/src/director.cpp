// See director.hpp. One function, Director::step, decides what each kind of step does; the others carry it out.
#include "director.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "os/signals.hpp"

namespace stalemate::real {
std::string text_of(const Answer& answer) {
  if (!answer.error.empty()) return "error: " + answer.error;
  std::string text = answer.reply.outcome;
  if (answer.reply.value) text += fmt::format(" {}", *answer.reply.value);
  if (answer.reply.version) text += fmt::format(", version {}", *answer.reply.version);
  if (answer.reply.generation) text += fmt::format(", generation {}", *answer.reply.generation);
  return text;
}

Director::Director(const traces::Trace& trace, Scene& scene)
    : trace_(trace), scene_(scene), counts_(traces::counts_of(trace)) {
  for (const traces::Store& store : trace.stores) {
    if (store.app != 0) result_.stores.push_back({store.name, store.name, "", {}});
    if (store.app != 0) continue;
    SceneStore& standing = scene.at(store.name);
    result_.stores.push_back({store.name, std::string(standing.product()), standing.store().version(), {}});
  }
}

Conformance Director::run(const ReplayOptions& options) {
  skips_ = options.skip_divergences;
  set_up();
  for (at_ = 0; at_ < trace_.steps.size() && goes_on(); ++at_) {
    throw_if_stopped();
    step_number_ = static_cast<int>(at_) + 1;
    if (options.on_step) options.on_step(step_number_);
    if (missed_ == at_) misfortunes_of(trace_.steps[*next_failover(at_)]).detach_replica();
    result_.came_back.push_back(step_or_skip(trace_.steps[at_]));
    if (goes_on()) follow();
    if (goes_on()) send_all(trace_.steps[at_]);
  }
  throw_if_stopped();
  let_go_of_the_rest();
  read_stores();
  return std::move(result_);
}

bool Director::goes_on() const { return skips_ || !result_.divergence; }

// A trace that is not the model's any more has steps that cannot be done: nothing is there to receive, to lose.
std::string Director::step_or_skip(const traces::Step& step) {
  if (!skips_) return this->step(step);
  try {
    return this->step(step);
  } catch (const InputError& error) {
    diverge(fmt::format("a {} that can happen", to_string(step.kind)), error.what());
    return "skipped";
  }
}

// Executes one step; returns what came back, and notes where that is not what the trace says.
std::string Director::step(const traces::Step& step) {
  switch (step.kind) {
    case traces::StepKind::kInvoke:
      return "";
    case traces::StepKind::kHandle:
      return step.is_ghost ? handle_ghost(step) : handle(step);
    case traces::StepKind::kReceive:
      return receive(step);
    case traces::StepKind::kCall:
      return call(step);
    case traces::StepKind::kDeliver:
    case traces::StepKind::kLoseDelivery:
      return deliver(step);
    case traces::StepKind::kIdleRestart:
      return restart_app(step);
    case traces::StepKind::kGiveUp:
      refuse("it is not done to real servers");
    case traces::StepKind::kRefuse:
      return answer_with_error(step);
    case traces::StepKind::kCancel:
      return cancel(step);
    case traces::StepKind::kApply:
      return apply();
    case traces::StepKind::kLoseRequest:
      return lose_request(step);
    case traces::StepKind::kLoseReply:
      return lose_reply(step);
    case traces::StepKind::kLateRequest:
      return delay_request(step);
    case traces::StepKind::kDuplicate:
      return copy_request(step);
    case traces::StepKind::kCrash:
    case traces::StepKind::kAppRestart:
      return crash(step);
    case traces::StepKind::kEvict:
      return evict(step);
    case traces::StepKind::kExpire:
    case traces::StepKind::kExpireMarker:
      return expire(step);
    case traces::StepKind::kCacheRestart:
      return restart(step);
    case traces::StepKind::kCacheFailover:
      return fail_over(step);
  }
  STALEMATE_INVARIANT(false, "a step is of a known kind");
  return "";
}

// What is drawn as lost is sent and dropped at once, and its driver waits in vain. To a cache in its own process
// nothing is sent: it is called.
void Director::send_all(const traces::Step& step) {
  for (const traces::Request& request : step.sends) {
    if (app_of(request.to) != 0) continue;
    Exchange& exchange = send(id_of(step, request), request, at_ + 1);
    if (!request.drawn_lost) continue;
    exchange.driver->link->drop_request();
    drivers_timeout(exchange);
    erase(exchange);
  }
}

std::string Director::handle(const traces::Step& step) {
  Exchange& exchange = sent(step);
  const bool is_waited_for = lets_catch_up(exchange.request);
  await_reply(exchange);
  if (is_waited_for) catch_up();
  const Answer answer = exchange.answer;
  ++result_.round_trips;
  if (step.reply) {
    compare(*step.reply, answer);
    return text_of(answer);
  }
  // Nobody awaits the reply, but the request must have been carried out.
  if (!answer.error.empty()) diverge("no error", text_of(answer));
  exchange.driver->link->release_reply();
  await_driver(exchange);
  erase(exchange);
  return text_of(answer);
}

std::string Director::no_answer(const std::string& server, const std::string& what) {
  return fmt::format("{}: {}; check what holds it up, then replay again", scene_.at(server).called(), what);
}

std::string Director::handle_ghost(const traces::Step& step) {
  const auto ghost =
      std::find_if(ghosts_.begin(), ghosts_.end(), [&](const Ghost& one) { return one.id == id_of(step); });
  if (ghost == ghosts_.end()) refuse("no such request is late, copied or left by an app instance that crashed");
  const bool is_waited_for = lets_catch_up(ghost->request);
  Answer answer;
  if (ghost->link) {
    ghost->link->release_ghost(ghost->number);
    const std::optional<Held> reply = ghost->link->wait_ghost(ghost->number, scene_.timeout(ghost->request.to));
    if (!reply) throw EnvironmentError(no_answer(ghost->request.to, "no answer came to a late request"));
    // Of what is several commands, nobody sends the rest.
    answer = Answer{{"ok", {}}, ""};
    if (ghost->held == CommandPart::kWhole) answer = scene_.at(ghost->request.to).decode(ghost->wanted, *reply).answer;
  } else {
    answer = scene_.at(ghost->request.to).ask(ghost->wanted);
  }
  ghosts_.erase(ghost);
  if (is_waited_for) catch_up();
  ++result_.round_trips;
  if (!answer.error.empty()) diverge("no error", text_of(answer));
  return text_of(answer) + ", to nobody";
}

std::string Director::receive(const traces::Step& step) {
  const auto exchange = handled(step);
  exchange->driver->link->release_reply();
  const DriversReport report = await_driver(*exchange);
  if (step.reply) compare(*step.reply, report.answer);
  remember(step, exchange->request, report.answer);
  exchanges_.erase(exchange);
  return text_of(report.answer);
}

void Director::remember(const traces::Step& step, const traces::Request& request, const Answer& answer) {
  Memory& memory = memory_[{step.app, step.session}];
  if (memory.operation != step.operation) memory = {.operation = step.operation};
  if (answer.reply.value) memory.value = answer.reply.value;
  if (!request.watch.empty()) memory.token = answer.token;
}

std::string Director::lose_request(const traces::Step& step) {
  Exchange& exchange = sent(step);
  exchange.driver->link->drop_request();
  const std::string saw = drivers_timeout(exchange);
  erase(exchange);
  return "not sent; the driver: " + saw;
}

std::string Director::lose_reply(const traces::Step& step) {
  const auto exchange = handled(step);
  if (step.reply) compare(*step.reply, exchange->answer);
  exchange->driver->link->drop_reply();
  const std::string withheld = text_of(exchange->answer);
  const std::string saw = drivers_timeout(*exchange);
  exchanges_.erase(exchange);
  return fmt::format("withheld: {}; the driver: {}", withheld, saw);
}

std::string Director::delay_request(const traces::Step& step) {
  Exchange& exchange = sent(step);
  ghosts_.push_back(ghost_of(exchange.id, exchange, exchange.driver->link->keep_request()));
  const std::string saw = drivers_timeout(exchange);
  erase(exchange);
  return "on its way; the driver: " + saw;
}

std::string Director::copy_request(const traces::Step& step) {
  Exchange& exchange = sent(step);
  ghosts_.push_back(ghost_of(copy_made(step), exchange, exchange.driver->link->copy_request()));
  return "copied";
}

// What the server gets in its place it does not understand, and says so; its driver takes that for the answer.
std::string Director::answer_with_error(const traces::Step& step) {
  Exchange& exchange = sent(step);
  Link& link = *exchange.driver->link;
  link.replace_request(scene_.at(exchange.request.to).mistaken_request());
  link.release_request();
  if (!link.wait_reply(scene_.timeout(exchange.request.to)))
    throw EnvironmentError(no_answer(exchange.request.to, "no answer came"));
  link.release_reply();
  ++result_.round_trips;
  const std::optional<DriversReport> report = exchange.app->wait(*exchange.driver, scene_.timeout(exchange.request.to));
  if (!report || report->failed.empty() || !report->saw.empty())
    diverge("an error", report ? text_of(report->answer) : "nothing");
  exchange.app->close(*exchange.driver);
  erase(exchange);
  return "error";
}

// Its driver's connection is closed; whether the request arrives yet, the state after the step says.
std::string Director::cancel(const traces::Step& step) {
  if (step.request && app_of(step.request->to) != 0) return "before its cache was called";
  auto found = find(id_of(step), true);
  const bool is_handled = found != exchanges_.end();
  if (!is_handled) found = find(id_of(step), false);
  if (found == exchanges_.end()) refuse("no request of that operation is on its way");
  Link link = *found->driver->link;
  const bool arrives = !is_handled && find_message(step.after, found->id) != nullptr;
  if (arrives)
    ghosts_.push_back(ghost_of(found->id, *found, link.keep_request()));
  else if (is_handled)
    link.drop_reply();
  else
    link.drop_request();
  found->app->close(*found->driver);
  exchanges_.erase(found);
  return arrives ? "its connection closed; the request is on its way" : "its connection closed";
}

void Director::await_reply(Exchange& exchange) {
  const std::string& server = exchange.request.to;
  std::optional<Held> reply;
  std::string failure = no_answer(server, "no answer came");
  try {
    while (exchange.held == CommandPart::kBegins && finish_command(exchange)) hold_command(exchange);
    exchange.driver->link->release_request();
    reply = exchange.driver->link->wait_reply(scene_.timeout(server));
  } catch (const EnvironmentError& error) {
    failure = error.what();
  }
  if (!reply) fail_by_driver(exchange, failure);
  Decoded decoded = scene_.at(server).decode(exchange.wanted, *reply);
  if (!decoded.is_answer) {
    exchange.driver->link->release_reply();
    fail_by_driver(exchange, decoded.answer.error);
  }
  exchange.answer = std::move(decoded.answer);
  exchange.is_handled = true;
}

// The reply was released: what the driver made of it.
DriversReport Director::await_driver(Exchange& exchange) {
  const std::optional<DriversReport> report = exchange.app->wait(*exchange.driver, scene_.timeout(exchange.request.to));
  if (report && report->failed.empty()) return *report;
  throw EnvironmentError(
      report ? report->failed
             : no_answer(exchange.request.to,
                         fmt::format("app instance {}, which asked it, does not answer", exchange.id.app)));
}

// No answer will come.
std::string Director::drivers_timeout(Exchange& exchange) {
  if (!scene_.at(exchange.request.to).driver_gives_up()) exchange.driver->link->cut();
  const std::optional<DriversReport> report = exchange.app->wait(*exchange.driver, scene_.timeout(exchange.request.to));
  if (!report) {
    throw EnvironmentError(
        fmt::format("app instance {} waits on where it should have timed out; replay again", exchange.id.app));
  }
  if (report->failed.empty()) {
    diverge("no answer", text_of(report->answer));
    return text_of(report->answer);
  }
  if (report->saw.empty()) throw EnvironmentError(report->failed);
  exchange.app->close(*exchange.driver);
  return report->saw + (exchange.request.verb == "get" ? "" : ", in doubt");
}

void Director::fail_by_driver(Exchange& exchange, const std::string& otherwise) {
  const std::optional<DriversReport> report = exchange.app->wait(*exchange.driver, scene_.timeout(exchange.request.to));
  throw EnvironmentError(report && !report->failed.empty() ? report->failed : otherwise);
}

void Director::erase(const Exchange& exchange) {
  exchanges_.remove_if([&exchange](const Exchange& one) { return &one == &exchange; });
}

// What is still under way at the end reaches nobody.
void Director::let_go_of_the_rest() {
  for (const Exchange& exchange : exchanges_) {
    if (!exchange.is_handled) exchange.driver->link->drop_request();
    exchange.app->close(*exchange.driver);
  }
  for (const Ghost& ghost : ghosts_) {
    if (ghost.link) Link(*ghost.link).drop_ghost(ghost.number);
  }
  exchanges_.clear();
  ghosts_.clear();
}

// Of the numbers that a reply brings those count that the trace tells.
void Director::compare(const traces::Reply& expected, const Answer& answer) {
  Answer told = answer;
  const bool is_value = expected.value || told.reply.outcome != "ok";
  if (!is_value) told.reply.value.reset();
  // What a mapping reads has no version.
  if (!expected.version || scene_.mapping() != nullptr) told.reply.version = expected.version;
  if (!expected.generation) told.reply.generation.reset();
  if (told.error.empty() && told.reply == expected) return;
  diverge(text_of(Answer{expected, ""}), text_of(told));
}

void Director::diverge(std::string expected, std::string got) {
  Divergence found{step_number_, std::move(expected), std::move(got)};
  if (!result_.divergence) {
    result_.divergence = std::move(found);
  } else if (skips_ && (result_.further.empty() || result_.further.back() != found)) {
    result_.further.push_back(std::move(found));
  }
}

void Director::refuse(std::string_view what) const {
  throw InputError(fmt::format("replay: step {}: {}; the trace is not one that stalemate wrote", step_number_, what));
}

}  // namespace stalemate::real
