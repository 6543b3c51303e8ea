// RapidCheck generators of traces: any shape that the format allows, with hostile text wherever text is allowed. The
// steps make no sense as a story, and need not.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "stores_of.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::generators {

// Well-formed UTF-8 with whatever could upset JSON, Mermaid, a terminal or a line-based reader.
inline rc::Gen<std::string> text() {
  const auto piece = rc::gen::element<std::string>(
      "a", "Get value", " ", "", "\"", "\\", "/", "\n", "\r\n", "\t", std::string(1, '\0'), "\x7F", "#", ";", ":", "%%",
      "%%{init: {}}%%", "end", "End", "<br/>", "<script>", "&amp;", "->>", "--x", "-)", "```", "$$",
      "wrap:", "style:#1;", "classDef x:#2;", "|", "'", "\u00e9", "\u00b6\u00df", "\ufb02\u00b0", "\u2028", "\u202e",
      "\u20ac", "\U0001F600", "\U0010FFFF", "{}", "alt", "sequenceDiagram", "\x1b[31m", "~0~1",
      "<img src=x onerror=alert(1)>", "]]>", "</script>", "</text></svg>", "<!--", "-->", "&#60;", "\ufffe", "\uffff",
      "\u061c");
  return rc::gen::map(rc::gen::container<std::vector<std::string>>(piece), [](const std::vector<std::string>& pieces) {
    std::string all;
    for (const std::string& one : pieces) all += one;
    return all;
  });
}

inline rc::Gen<std::int64_t> value() {
  return rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                        rc::gen::element<std::int64_t>(0, -1, std::numeric_limits<std::int64_t>::max(),
                                                       std::numeric_limits<std::int64_t>::min()));
}

inline std::optional<std::int64_t> any_value() {
  if (*rc::gen::arbitrary<bool>()) return *value();
  return std::nullopt;
}

inline std::string any_key(const Scenario& scenario) {
  return "k" + std::to_string(*rc::gen::inRange(1, scenario.keys + 1));
}

inline int any_app(const Scenario& scenario) {
  return *rc::gen::inRange(1, static_cast<int>(scenario.apps.size()) + 1);
}

// With a cache there is one in the process of the first app instance, too.
inline constexpr const char* kLocal = "local cache of app1";
inline std::vector<Store> any_stores(bool has_cache) {
  std::vector<Store> stores = stores_with_cache(has_cache);
  if (has_cache) stores.insert(stores.begin(), {kLocal, "cache", 1});
  return stores;
}

// `called`: of the one in the process.
inline Request any_request(const Scenario& scenario, bool has_cache, int arrow, bool called = false) {
  Request request;
  request.arrow = arrow;
  request.to = called ? kLocal : has_cache ? *rc::gen::element<std::string>("cache", "database") : "database";
  request.verb = request.to != "database" ? *rc::gen::element<std::string>("get", "set", "add", "delete")
                                          : *rc::gen::element<std::string>("get", "set");
  request.key = any_key(scenario);
  if (request.verb == "set" || request.verb == "add") request.value = *value();
  if (request.value && request.to != "database" && *rc::gen::arbitrary<bool>()) request.ttl = *rc::gen::inRange(1, 100);
  request.label = *text();
  request.awaited = *rc::gen::arbitrary<bool>();
  if (!request.awaited && !called && *rc::gen::arbitrary<bool>())
    request.from = has_cache && request.to == "database" ? "cache" : "database";
  return request;
}

inline Reply any_reply() {
  Reply reply;
  reply.outcome = *rc::gen::element<std::string>("ok", "value", "miss", "conflict");
  if (reply.outcome == "value") reply.value = *value();
  return reply;
}

inline int any_session(const Scenario& scenario, int app) {
  return *rc::gen::inRange(1, session_count(scenario, app) + 1);
}

inline State any_state(const Scenario& scenario, bool has_cache) {
  State state;
  for (const Store& store : any_stores(has_cache)) state.stores.push_back({store.name, {}});
  for (int i = 1; i <= scenario.keys; ++i) {
    const std::string key = "k" + std::to_string(i);
    for (Contents& store : state.stores) {
      if (store.store == "database") continue;
      Entry entry{key, any_value()};
      entry.expires = entry.value && *rc::gen::arbitrary<bool>();
      store.entries.push_back(entry);
    }
    database_of(state).push_back({key, *value()});
  }
  const int messages = *rc::gen::inRange(0, 3);
  for (int i = 0; i < messages; ++i) {
    InFlight message;
    message.app = any_app(scenario);
    message.session = any_session(scenario, message.app);
    message.request = any_request(scenario, has_cache, *rc::gen::inRange(1, 5));
    message.is_reply = *rc::gen::arbitrary<bool>();
    if (message.is_reply) message.reply = any_reply();
    if (!message.is_reply) message.is_ghost = *rc::gen::arbitrary<bool>();
    state.in_flight.push_back(message);
  }
  return state;
}

inline void add_message(const Scenario& scenario, bool has_cache, Step& step) {
  const bool is_call = step.kind == StepKind::kCall;
  step.app = is_call ? 1 : any_app(scenario);
  step.session = any_session(scenario, step.app);
  step.operation = *rc::gen::inRange(1, 4);
  step.diagram = *text();
  step.key = any_key(scenario);
  if (step.kind != StepKind::kInvoke) step.arrow = *rc::gen::inRange(1, 5);
  const bool is_handle = carries_out(step.kind);
  const bool has_reply =
      is_call || takes_reply(step.kind) ||
      ((is_handle || facts_of(step.kind).about == StepAbout::kEither) && *rc::gen::arbitrary<bool>());
  if (has_reply) step.reply = any_reply();
  if (step.kind != StepKind::kInvoke && (is_handle || !has_reply))
    step.request = any_request(scenario, has_cache, step.arrow, is_call);
  if (is_handle && !has_reply) step.is_ghost = *rc::gen::arbitrary<bool>();
  if (step.kind == StepKind::kHandle && has_reply && *rc::gen::arbitrary<bool>()) step.answers = step.arrow + 1;
}

inline Step any_step(const Scenario& scenario, bool has_cache) {
  Step step;
  do {
    step.kind = step_kinds()[*rc::gen::inRange<std::size_t>(0, step_kinds().size())].kind;
    // There is no replica of a cache here (tests/model/machine/replica_test.cpp has its steps).
  } while (((is_of_store(step.kind) || step.kind == StepKind::kCall) && !has_cache) || step.kind == StepKind::kApply);
  if (is_of_store(step.kind)) {
    step.app = step.session = step.operation = 0;
    step.store = *rc::gen::element<std::string>("cache", kLocal);
    if (facts_of(step.kind).of_one_entry) step.key = any_key(scenario);
  } else {
    add_message(scenario, has_cache, step);
  }
  step.choice = *rc::gen::inRange(0, 3);
  if (step.choice != 0) step.chosen = *text();
  if (is_fault(step.kind)) step.budget = *rc::gen::inRange(1, static_cast<int>(scenario.faults.size()) + 1);
  if (step.kind == StepKind::kCacheFailover && *rc::gen::arbitrary<bool>()) step.missed = *rc::gen::inRange(2, 17);
  if (step.kind == StepKind::kInvoke && scenario.retries > 0) step.again = *rc::gen::inRange(0, scenario.retries + 1);
  step.after = any_state(scenario, has_cache);
  if (is_of_store(step.kind) || facts_of(step.kind).ends_process() || step.kind == StepKind::kDuplicate) return step;
  const int sends = facts_of(step.kind).effect == StepEffect::kBrokenOff ? 0 : *rc::gen::inRange(0, 3);
  for (int i = 0; i < sends; ++i) {
    step.sends.push_back(any_request(scenario, has_cache, *rc::gen::inRange(1, 5)));
    step.sends.back().drawn_lost = *rc::gen::arbitrary<bool>();
  }
  const int endings = *rc::gen::inRange(0, 3);
  for (int i = 0; i < endings; ++i) {
    Ending ending;
    ending.kind = *rc::gen::element(Ending::Kind::kAcknowledged, Ending::Kind::kReturned, Ending::Kind::kFailed);
    if (ending.kind != Ending::Kind::kFailed) ending.value = any_value();
    step.endings.push_back(ending);
  }
  return step;
}

// REQUIRES: called inside a property.
inline Trace any_trace() {
  Trace trace;
  trace.protocol.name = *text();
  trace.protocol.text = *text();
  trace.protocol.roles = *rc::gen::container<std::vector<std::string>>(text());
  trace.scenario.apps = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(text()));
  trace.scenario.faults = *rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(text()));
  trace.scenario.keys = *rc::gen::inRange(1, 13);
  trace.scenario.cached = *rc::gen::arbitrary<bool>();
  trace.scenario.on_database_timeout = *rc::gen::element<std::string>("fail", "continue");
  trace.scenario.on_cache_timeout = *rc::gen::element<std::string>("fail", "continue");
  trace.scenario.all_invoked = *rc::gen::arbitrary<bool>();
  trace.scenario.retries = *rc::gen::inRange(0, kRetriesMax + 1);
  trace.scenario.connections = *rc::gen::element<std::string>("one", "pool");
  if (*rc::gen::arbitrary<bool>()) trace.seed = *rc::gen::arbitrary<std::uint64_t>();
  const bool has_cache = *rc::gen::arbitrary<bool>();
  trace.stores = any_stores(has_cache);
  trace.initial = any_state(trace.scenario, has_cache);
  const int steps = *rc::gen::inRange(0, 6);
  for (int i = 0; i < steps; ++i) trace.steps.push_back(any_step(trace.scenario, has_cache));
  if (steps > 0 && *rc::gen::arbitrary<bool>()) {
    trace.property = *rc::gen::element<std::string>("coherent-at-rest", "fresh-reads", "my \"own\"\nproperty");
    trace.steps.back().violates = {"other", trace.property};
    if (*rc::gen::arbitrary<bool>()) {
      trace.loop = trace.steps.size();
      trace.steps.back().after.in_flight.clear();
    }
  }
  number_copies(trace);
  return trace;
}

}  // namespace stalemate::traces::generators
