// Traces made by hand for the tests: short stories told message by message. The teller keeps the stores and the
// messages in flight, by rules simple enough to check by eye; it is no model of a protocol, and any order can be told.
// A long file: one story after another.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "stores_of.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::samples {

inline Request get(int arrow, std::string to, std::string label, std::string key = "k1") {
  return {.arrow = arrow,
          .to = std::move(to),
          .verb = "get",
          .key = std::move(key),
          .value = {},
          .label = std::move(label),
          .awaited = true};
}
inline Request set(int arrow, std::string to, std::int64_t value, std::string label, std::string key = "k1") {
  return {.arrow = arrow,
          .to = std::move(to),
          .verb = "set",
          .key = std::move(key),
          .value = value,
          .label = std::move(label),
          .awaited = true};
}
inline Request del(int arrow, std::string label, std::string key = "k1") {
  return {.arrow = arrow,
          .to = "cache",
          .verb = "delete",
          .key = std::move(key),
          .value = {},
          .label = std::move(label),
          .awaited = true};
}
inline Request unawaited(Request request) {
  request.awaited = false;
  return request;
}
inline Request drawn_lost(Request request) {
  request.drawn_lost = true;
  return request;
}
inline Ending returned(std::optional<std::int64_t> value = {}) { return {Ending::Kind::kReturned, value}; }

// Who acts: app instance, session and operation, and which diagram the operation runs for which key.
struct Who {
  int app = 1;
  int session = 1;
  int operation = 1;
  std::string diagram = "Read";
  std::string key = "k1";
};

// What an app instance does at the end of a step: sends requests, ends its operation.
struct Then {
  std::vector<Request> sends;
  std::vector<Ending> endings;
};

class Story {
 public:
  Story(Scenario scenario, bool has_cache) {
    trace_.protocol = {.name = "cache-aside.md", .text = "# Read\n\nas drawn\n", .roles = {}};
    trace_.stores = stores_with_cache(has_cache);
    for (const Store& store : trace_.stores) now_.stores.push_back({store.name, {}});
    for (int i = 1; i <= scenario.keys; ++i) {
      const std::string key = "k" + std::to_string(i);
      if (has_cache) cache_of(now_).push_back({key, {}});
      database_of(now_).push_back({key, 1000});
    }
    trace_.scenario = std::move(scenario);
    trace_.initial = now_;
  }

  void invoke(const Who& who, Then then) { finish(begin(StepKind::kInvoke, who), who, std::move(then)); }

  void handle(const Who& who, int arrow) {
    Step step = begin(StepKind::kHandle, who);
    const InFlight request = take(who, arrow, false);
    step.arrow = arrow;
    step.request = request.request;
    const Reply reply = carry_out(request.request);
    if (request.request.awaited) {
      step.reply = reply;
      InFlight answer = request;
      answer.is_reply = true;
      answer.reply = reply;
      now_.in_flight.push_back(answer);
    }
    finish(std::move(step), who, {});
  }

  void receive(const Who& who, int arrow, Then then) {
    Step step = begin(StepKind::kReceive, who);
    step.arrow = arrow;
    step.reply = take(who, arrow, true).reply;
    finish(std::move(step), who, std::move(then));
  }

  void lose_reply(const Who& who, int arrow, Then then) {
    Step step = begin(StepKind::kLoseReply, who);
    step.arrow = arrow;
    step.budget = 1;
    step.reply = take(who, arrow, true).reply;
    finish(std::move(step), who, std::move(then));
  }

  void lose_request(const Who& who, int arrow, Then then) {
    end_request(StepKind::kLoseRequest, who, arrow, std::move(then));
  }

  // The session times out; its request to the arrow is a ghost from now on.
  void late_request(const Who& who, int arrow, Then then) {
    Step step = begin(StepKind::kLateRequest, who);
    step.arrow = arrow;
    step.budget = 1;
    InFlight ghost = take(who, arrow, false);
    step.request = ghost.request;
    ghost.is_ghost = true;
    now_.in_flight.push_back(ghost);
    finish(std::move(step), who, std::move(then));
  }

  void duplicate(const Who& who, int arrow) {
    Step step = begin(StepKind::kDuplicate, who);
    step.arrow = arrow;
    step.budget = 1;
    const InFlight original = take(who, arrow, false);
    step.request = original.request;
    now_.in_flight.push_back(original);
    now_.in_flight.push_back(original);
    now_.in_flight.back().is_ghost = true;
    finish(std::move(step), who, {});
  }

  void handle_ghost(const Who& who, int arrow) {
    Step step = begin(StepKind::kHandle, who);
    step.arrow = arrow;
    step.is_ghost = true;
    step.request = take(who, arrow, false, true).request;
    carry_out(*step.request);
    finish(std::move(step), who, {});
  }

  // The server answers the request with an error.
  void refuse(const Who& who, int arrow, Then then) { end_request(StepKind::kRefuse, who, arrow, std::move(then)); }

  // The operation ends while its message to or from the arrow is in flight; a request may yet arrive where `arrives`.
  void cancel(const Who& who, int arrow, bool is_reply, bool arrives = false) {
    Step step = begin(StepKind::kCancel, who);
    step.arrow = arrow;
    step.budget = 1;
    InFlight message = take(who, arrow, is_reply);
    if (is_reply)
      step.reply = message.reply;
    else
      step.request = message.request;
    message.is_ghost = true;
    if (arrives) now_.in_flight.push_back(message);
    finish(std::move(step), who, {{}, {{Ending::Kind::kFailed, {}}}});
  }

  // The app instance dies while its message of `who` and `arrow` is in flight. If that is a request, `arrives` says
  // whether it may yet do so; all else that the instance had under way is gone.
  void crash(const Who& who, int arrow, bool is_reply, bool arrives = false) {
    Step step = begin(StepKind::kCrash, who);
    step.arrow = arrow;
    step.budget = 1;
    InFlight message = take(who, arrow, is_reply);
    if (is_reply)
      step.reply = message.reply;
    else
      step.request = message.request;
    std::erase_if(now_.in_flight, [&](const InFlight& other) { return other.app == who.app && !other.is_ghost; });
    message.is_ghost = true;
    if (arrives) now_.in_flight.push_back(message);
    finish(std::move(step), who, {});
  }

  void evict(const std::string& key) { drop(StepKind::kEvict, key); }
  void expire(const std::string& key) { drop(StepKind::kExpire, key); }
  void restart_cache() { drop(StepKind::kCacheRestart, ""); }

  // The cache is again as it was after `steps` steps.
  void fail_over_to(std::size_t steps) {
    const State& known = steps == 0 ? trace_.initial : trace_.steps[steps - 1].after;
    cache_of(now_) = cache_of(known);
    finish(in_cache(StepKind::kCacheFailover, ""), {}, {});
  }

  // Before the first step.
  void start_cached(const std::string& key, std::int64_t value) {
    for (Entry& entry : cache_of(now_))
      if (entry.key == key) entry.value = value;
    trace_.scenario.cached = true;
    trace_.initial = now_;
  }

  // Names the branch that the last step chose.
  void chose(int choice, std::string label) {
    trace_.steps.back().choice = choice;
    trace_.steps.back().chosen = std::move(label);
  }

  Trace ends(const std::string& property = "") {
    number_copies(trace_);
    trace_.property = property;
    if (!property.empty()) trace_.steps.back().violates = {property};
    return trace_;
  }

 private:
  void end_request(StepKind kind, const Who& who, int arrow, Then then) {
    Step step = begin(kind, who);
    step.arrow = arrow;
    step.budget = 1;
    step.request = take(who, arrow, false).request;
    finish(std::move(step), who, std::move(then));
  }

  static Step begin(StepKind kind, const Who& who) {
    Step step;
    step.kind = kind;
    step.app = who.app;
    step.session = who.session;
    step.operation = who.operation;
    step.diagram = who.diagram;
    step.key = who.key;
    return step;
  }

  static Step in_cache(StepKind kind, const std::string& key) {
    Step step;
    step.kind = kind;
    step.app = step.session = step.operation = 0;
    step.store = "cache";
    step.key = key;
    step.budget = kind == StepKind::kExpire ? 0 : 1;
    return step;
  }

  // `key`, or everything where it is "".
  void drop(StepKind kind, const std::string& key) {
    for (Entry& entry : cache_of(now_))
      if (key.empty() || entry.key == key) entry = {entry.key, {}};
    finish(in_cache(kind, key), {}, {});
  }

  void finish(Step step, const Who& who, Then then) {
    for (const Request& request : then.sends) {
      if (request.drawn_lost) continue;
      now_.in_flight.push_back(
          {.app = who.app, .session = who.session, .operation = who.operation, .request = request, .reply = {}});
    }
    step.sends = std::move(then.sends);
    step.endings = std::move(then.endings);
    step.after = now_;
    trace_.steps.push_back(std::move(step));
  }

  InFlight take(const Who& who, int arrow, bool is_reply, bool is_ghost = false) {
    const auto found = std::find_if(now_.in_flight.begin(), now_.in_flight.end(), [&](const InFlight& message) {
      return message.app == who.app && message.session == who.session && message.request.arrow == arrow &&
             message.is_reply == is_reply && message.is_ghost == is_ghost;
    });
    InFlight message = found == now_.in_flight.end() ? InFlight{} : *found;
    if (found != now_.in_flight.end()) now_.in_flight.erase(found);
    return message;
  }

  Reply carry_out(const Request& request) {
    for (Entry& entry : store_of(now_, request.to)) {
      if (entry.key != request.key) continue;
      if (request.verb == "get") return entry.value ? Reply{"value", entry.value} : Reply{"miss", {}};
      if (request.verb == "delete") entry.value.reset();
      if (request.verb == "set") entry.value = request.value;
      if (request.to != "cache") continue;
      entry.expires = request.ttl.has_value();
    }
    return {"ok", {}};
  }

  Trace trace_;
  State now_;
};

inline Scenario scenario(std::vector<std::string> apps, std::vector<std::string> faults = {}, int keys = 1) {
  Scenario scenario;
  scenario.apps = std::move(apps);
  scenario.faults = std::move(faults);
  scenario.keys = keys;
  return scenario;
}

// The fault-free race: app1's late cache set puts the old value back after app2's delete. 14 steps.
inline Trace race() {
  const Who reader{.app = 1};
  const Who writer{.app = 2, .diagram = "Write"};
  Story story(scenario({"read", "write"}), true);
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{get(3, "database", "Get value")}, {}});
  story.handle(reader, 3);
  story.receive(reader, 3, {{set(5, "cache", 1000, "Set value")}, {}});
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{del(2, "Delete value")}, {}});
  story.handle(writer, 2);
  story.receive(writer, 2, {{}, {returned()}});
  story.handle(reader, 5);
  story.receive(reader, 5, {{}, {returned(1000)}});
  return story.ends("coherent-at-rest");
}

// The reply of the write is lost: the operation fails, and no delete is ever sent.
inline Trace lost_reply() {
  const Who reader{.app = 1};
  const Who writer{.app = 2, .diagram = "Write"};
  Story story(scenario({"read", "write"}, {"lost-message=1"}), true);
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{get(3, "database", "Get value")}, {}});
  story.handle(reader, 3);
  story.receive(reader, 3, {{set(5, "cache", 1000, "Set value")}, {}});
  story.handle(reader, 5);
  story.receive(reader, 5, {{}, {returned(1000)}});
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.lose_reply(writer, 1, {{}, {{Ending::Kind::kFailed, {}}}});
  return story.ends("coherent-at-rest");
}

// The delete is sent without waiting, and lost; the write was acknowledged before that. A read begun later is stale.
inline Trace async_lost() {
  const Who writer{.app = 1, .diagram = "Write"};
  const Who reader{.app = 2};
  Scenario cached = scenario({"write", "read"}, {"lost-request@write:2=1"});
  cached.cached = true;
  Story story(cached, true);
  story.invoke(writer, {{set(1, "database", 7, "Set value")}, {}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{unawaited(del(2, "Delete value"))}, {returned()}});
  story.lose_request(writer, 2, {});
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{}, {returned(1000)}});
  Trace trace = story.ends("fresh-reads");
  // Cached at the start: the same story over a filled cache.
  cache_of(trace.initial)[0].value = 1000;
  for (Step& step : trace.steps) cache_of(step.after)[0].value = 1000;
  trace.steps[5].reply = trace.steps[6].reply = Reply{"value", 1000};
  trace.steps[5].after.in_flight[0].reply = Reply{"value", 1000};
  return trace;
}

// One app instance with two sessions and two keys, one operation after another; nothing goes wrong. Ends with a request
// and a reply in flight.
inline Trace two_sessions() {
  const Who first{.app = 1, .session = 1, .diagram = "Write"};
  const Who second{.app = 1, .session = 2, .diagram = "Read", .key = "k2"};
  const Who next{.app = 1, .session = 1, .operation = 2, .diagram = "Read"};
  Story story(scenario({"write k1; read k1 | read k2"}, {}, 2), true);
  story.invoke(first, {{set(1, "database", 5, "Set value")}, {}});
  story.invoke(second, {{get(1, "cache", "Get value", "k2")}, {}});
  story.handle(first, 1);
  story.receive(first, 1, {{unawaited(del(2, "Delete value"))}, {{Ending::Kind::kAcknowledged, {}}, returned()}});
  story.invoke(next, {{get(1, "cache", "Get value")}, {}});
  story.handle(second, 1);
  story.handle(first, 2);
  return story.ends();
}

// The diagram itself draws the awaited delete as lost: the write times out there, sends on, and ends with the second
// set. Which way it went was a free choice.
inline Trace drawn_as_lost() {
  const Who writer{.app = 1, .diagram = "Write"};
  Story story(scenario({"write"}), true);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{drawn_lost(del(2, "Delete value")), set(3, "cache", 1, "Set value")}, {}});
  story.chose(2, "feature flag on");
  story.handle(writer, 3);
  story.receive(writer, 3, {{}, {returned()}});
  return story.ends();
}

// The write answers outside before its database does; a read that begins after both finds the old value in the cache.
inline Trace early_answer() {
  const Who writer{.app = 1, .diagram = "Write"};
  const Who reader{.app = 2};
  Scenario cached = scenario({"write", "read"});
  cached.cached = true;
  Story story(cached, true);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {{Ending::Kind::kAcknowledged, {}}}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{del(2, "Delete value")}, {}});
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{}, {returned(1000)}});
  Trace trace = story.ends("fresh-reads");
  cache_of(trace.initial)[0].value = 1000;
  for (Step& step : trace.steps) cache_of(step.after)[0].value = 1000;
  trace.steps[4].reply = trace.steps[5].reply = Reply{"value", 1000};
  trace.steps[4].after.in_flight[1].reply = Reply{"value", 1000};
  return trace;
}

// A protocol without a cache.
inline Trace database_only() {
  const Who reader{.app = 1};
  Story story(scenario({"read"}), false);
  story.invoke(reader, {{get(1, "database", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{}, {returned(1000)}});
  return story.ends();
}

// No protocol draws this yet: a read that asks the cache again and again, while
// the cache holds what the database does not. Steps 5 and 6 repeat.
inline Trace endless() {
  const Who reader{.app = 1};
  const Who writer{.app = 2, .diagram = "Write"};
  Story story(scenario({"read", "write"}), true);
  story.invoke(writer, {{set(2, "cache", 7, "Set value")}, {}});
  story.handle(writer, 2);
  story.receive(writer, 2, {{}, {returned()}});
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{get(1, "cache", "Get value")}, {}});
  Trace trace = story.ends("converges");
  trace.loop = 4;
  return trace;
}

// The race, told as a run that stays as it is.
inline Trace staying() {
  Trace trace = race();
  trace.property = "converges";
  trace.steps.back().violates = {"converges"};
  trace.loop = trace.steps.size();
  return trace;
}

// The delete takes longer than the write waits for it, so the write fails; a second write of the same app puts its
// value into the cache; the delete of the first arrives then and takes that value away. Nothing is wrong in the end.
inline Trace late_delete() {
  const Who first{.app = 1, .diagram = "Write"};
  const Who second{.app = 1, .operation = 2, .diagram = "Write"};
  Story story(scenario({"write; write"}, {"late-request@write:2=1"}), true);
  story.start_cached("k1", 1000);
  story.invoke(first, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(first, 1);
  story.receive(first, 1, {{del(2, "Delete value")}, {}});
  story.late_request(first, 2, {{}, {{Ending::Kind::kFailed, {}}}});
  story.invoke(second, {{set(1, "database", 2, "Set value")}, {}});
  story.handle(second, 1);
  story.receive(second, 1, {{set(3, "cache", 2, "Set value")}, {}});
  story.handle(second, 3);
  story.receive(second, 3, {{}, {returned()}});
  story.handle_ghost(first, 2);
  return story.ends();
}

// The set of a write into the cache is delivered twice, the second time after another write is done.
inline Trace duplicate_set() {
  const Who first{.app = 1, .diagram = "Write"};
  const Who second{.app = 2, .diagram = "Write"};
  Story story(scenario({"write", "write"}, {"duplicate@write:2=1"}), true);
  story.invoke(first, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(first, 1);
  story.receive(first, 1, {{set(2, "cache", 1, "Set value")}, {}});
  story.duplicate(first, 2);
  story.handle(first, 2);
  story.receive(first, 2, {{}, {returned()}});
  story.invoke(second, {{set(1, "database", 2, "Set value")}, {}});
  story.handle(second, 1);
  story.receive(second, 1, {{set(2, "cache", 2, "Set value")}, {}});
  story.handle(second, 2);
  story.receive(second, 2, {{}, {returned()}});
  story.handle_ghost(first, 2);
  return story.ends("coherent-at-rest");
}

// The writer dies between its database set, which is carried out, and the delete, which it never sends.
inline Trace crash_before_delete() {
  const Who writer{.app = 1, .diagram = "Write"};
  Story story(scenario({"write"}, {"crash=1"}), true);
  story.start_cached("k1", 1000);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.crash(writer, 1, true);
  return story.ends("coherent-at-rest");
}

// An app instance with two sessions dies: the set that one has sent arrives yet, the get of the other never.
inline Trace crash_of_two_sessions() {
  const Who writer{.app = 1, .session = 1, .diagram = "Write"};
  const Who reader{.app = 1, .session = 2};
  Story story(scenario({"write | read", "read"}, {"crash=1"}), true);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.crash(writer, 1, false, true);
  story.handle_ghost(writer, 1);
  return story.ends();
}

// The cache refuses the delete, and the write is done without it.
inline Trace refused_delete() {
  const Who writer{.app = 1, .diagram = "Write"};
  Story story(scenario({"write"}, {"error=1"}), true);
  story.start_cached("k1", 1000);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{del(2, "Delete value")}, {}});
  story.refuse(writer, 2, {{}, {returned()}});
  return story.ends("coherent-at-rest");
}

// A write is cancelled whose set arrives all the same, behind a read of the same session; and another before it hears
// that its set was carried out.
inline Trace cancelled_writes() {
  const Who first{.app = 1, .diagram = "Write"};
  const Who second{.app = 1, .operation = 2, .diagram = "Write"};
  Story story(scenario({"write; write"}, {"cancel=2"}), true);
  story.start_cached("k1", 1000);
  story.invoke(first, {{set(1, "database", 1, "Set value")}, {}});
  story.cancel(first, 1, false, true);
  story.handle_ghost(first, 1);
  story.invoke(second, {{set(1, "database", 2, "Set value")}, {}});
  story.handle(second, 1);
  story.cancel(second, 1, true);
  return story.ends("coherent-at-rest");
}

// The cache drops the entry itself before the delete of the write gets there.
inline Trace evicted() {
  const Who writer{.app = 1, .diagram = "Write"};
  Story story(scenario({"write"}, {"evict=1"}, 2), true);
  story.start_cached("k1", 1000);
  story.start_cached("k2", 1000);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.evict("k1");
  story.receive(writer, 1, {{del(2, "Delete value")}, {}});
  story.handle(writer, 2);
  story.receive(writer, 2, {{}, {returned()}});
  return story.ends();
}

// What the reader put into the cache has a time to live, and that is over before the end.
inline Trace expired() {
  const Who reader{.app = 1};
  Request put = set(5, "cache", 1000, "Set value for 60 s");
  put.ttl = 60;
  Story story(scenario({"read"}), true);
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{get(3, "database", "Get value")}, {}});
  story.handle(reader, 3);
  story.receive(reader, 3, {{put}, {}});
  story.handle(reader, 5);
  story.receive(reader, 5, {{}, {returned(1000)}});
  story.expire("k1");
  return story.ends();
}

// The cache loses both entries while a read of one is under way.
inline Trace restarted() {
  const Who reader{.app = 1};
  Story story(scenario({"read"}, {"cache-restart=1"}, 2), true);
  story.start_cached("k1", 1000);
  story.start_cached("k2", 1000);
  story.invoke(reader, {{get(1, "cache", "Get value")}, {}});
  story.restart_cache();
  story.handle(reader, 1);
  story.receive(reader, 1, {{get(3, "database", "Get value")}, {}});
  story.handle(reader, 3);
  story.receive(reader, 3, {{}, {returned(1000)}});
  return story.ends();
}

// The delete is carried out and acknowledged, and then forgotten: the replica that takes over has the old value.
inline Trace forgotten_delete() {
  const Who writer{.app = 1, .diagram = "Write"};
  Story story(scenario({"write"}, {"cache-failover=1"}), true);
  story.start_cached("k1", 1000);
  story.invoke(writer, {{set(1, "database", 1, "Set value")}, {}});
  story.handle(writer, 1);
  story.receive(writer, 1, {{del(2, "Delete value")}, {}});
  story.handle(writer, 2);
  story.receive(writer, 2, {{}, {returned()}});
  story.fail_over_to(3);
  return story.ends("coherent-at-rest");
}

struct Sample {
  const char* name;
  Trace trace;
};
inline std::vector<Sample> all() {
  return {{"race", race()},
          {"lost reply", lost_reply()},
          {"async lost", async_lost()},
          {"two sessions", two_sessions()},
          {"drawn as lost", drawn_as_lost()},
          {"early answer", early_answer()},
          {"database only", database_only()},
          {"endless", endless()},
          {"staying", staying()},
          {"late delete", late_delete()},
          {"duplicate set", duplicate_set()},
          {"crash before delete", crash_before_delete()},
          {"crash of two sessions", crash_of_two_sessions()},
          {"refused delete", refused_delete()},
          {"cancelled writes", cancelled_writes()},
          {"evicted", evicted()},
          {"expired", expired()},
          {"restarted", restarted()},
          {"forgotten delete", forgotten_delete()}};
}

}  // namespace stalemate::traces::samples
