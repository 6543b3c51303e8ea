// Traces made by hand for the tests: short stories told message by message. The teller keeps the stores and the
// messages in flight, by rules simple enough to check by eye; it is no model of a protocol, and any order can be told.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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
    for (int i = 1; i <= scenario.keys; ++i) {
      const std::string key = "k" + std::to_string(i);
      if (has_cache) now_.cache.push_back({key, {}});
      now_.database.push_back({key, 1000});
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
    Step step = begin(StepKind::kLoseRequest, who);
    step.arrow = arrow;
    step.budget = 1;
    step.request = take(who, arrow, false).request;
    finish(std::move(step), who, std::move(then));
  }

  // Names the branch that the last step chose.
  void chose(int choice, std::string label) {
    trace_.steps.back().choice = choice;
    trace_.steps.back().chosen = std::move(label);
  }

  Trace ends(const std::string& property = "") {
    trace_.property = property;
    if (!property.empty()) trace_.steps.back().violates = {property};
    return trace_;
  }

 private:
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

  void finish(Step step, const Who& who, Then then) {
    for (const Request& request : then.sends) {
      if (request.drawn_lost) continue;
      now_.in_flight.push_back(
          {.app = who.app, .session = who.session, .is_reply = false, .request = request, .reply = {}});
    }
    step.sends = std::move(then.sends);
    step.endings = std::move(then.endings);
    step.after = now_;
    trace_.steps.push_back(std::move(step));
  }

  InFlight take(const Who& who, int arrow, bool is_reply) {
    const auto found = std::find_if(now_.in_flight.begin(), now_.in_flight.end(), [&](const InFlight& message) {
      return message.app == who.app && message.session == who.session && message.request.arrow == arrow &&
             message.is_reply == is_reply;
    });
    InFlight message = found == now_.in_flight.end() ? InFlight{} : *found;
    if (found != now_.in_flight.end()) now_.in_flight.erase(found);
    return message;
  }

  Reply carry_out(const Request& request) {
    std::vector<Entry>& store = request.to == "cache" ? now_.cache : now_.database;
    for (Entry& entry : store) {
      if (entry.key != request.key) continue;
      if (request.verb == "get") return entry.value ? Reply{"value", entry.value} : Reply{"miss", {}};
      if (request.verb == "delete") entry.value.reset();
      if (request.verb == "set") entry.value = request.value;
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
  trace.initial.cache[0].value = 1000;
  for (Step& step : trace.steps) step.after.cache[0].value = 1000;
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
  trace.initial.cache[0].value = 1000;
  for (Step& step : trace.steps) step.after.cache[0].value = 1000;
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
          {"staying", staying()}};
}

}  // namespace stalemate::traces::samples
