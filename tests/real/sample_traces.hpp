// Traces of the protocols a replay has to run, built by hand, step by step: predictions of what the servers answer that
// owe nothing to the model. TraceBuilder keeps the two stores as plain maps, so that `after` is filled in.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "stores_of.hpp"
#include "traces/trace.hpp"

namespace stalemate::real::samples {

using Value = std::optional<std::int64_t>;

struct Session {
  int app = 1;
  int session = 1;
  std::string diagram = "Read";
  std::string key = "k1";
  int operation = 1;
};

class TraceBuilder {
 public:
  explicit TraceBuilder(int keys = 1, bool with_cache = true, bool cached = false) {
    trace_.protocol = {"sample.md", "a sample", {}};
    trace_.scenario.keys = keys;
    trace_.scenario.cached = cached;
    for (int k = 1; k <= keys; ++k) {
      const std::string key = "k" + std::to_string(k);
      database_[key] = 1000;
      if (with_cache) cache_[key] = cached ? Value(1000) : Value();
    }
    trace_.stores = stores_with_cache(with_cache);
    trace_.initial = state();
  }

  TraceBuilder& invoke(const Session& who) {
    step(traces::StepKind::kInvoke, who, 0);
    return *this;
  }

  // The server handles a request and, where it is awaited, answers `reply`.
  TraceBuilder& handle(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value,
                       std::optional<traces::Reply> reply, std::optional<std::int64_t> ttl = {}) {
    auto& store = to == "cache" ? cache_ : database_;
    if (verb == "set" || (verb == "add" && !store[who.key])) store[who.key] = value;
    if (verb == "delete") store[who.key] = {};
    traces::Step& step = this->step(traces::StepKind::kHandle, who, arrow);
    step.request = request(who, arrow, to, verb, value);
    step.request->awaited = reply.has_value();
    step.request->ttl = ttl;
    step.reply = std::move(reply);
    return *this;
  }

  TraceBuilder& receive(const Session& who, int arrow, traces::Reply reply) {
    step(traces::StepKind::kReceive, who, arrow).reply = std::move(reply);
    return *this;
  }

  // handle, then receive.
  TraceBuilder& ask(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value,
                    const traces::Reply& reply, std::optional<std::int64_t> ttl = {}) {
    handle(who, arrow, to, verb, value, reply, ttl);
    return receive(who, arrow, reply);
  }

  TraceBuilder& lose_request(const Session& who, int arrow, const std::string& to, const std::string& verb,
                             Value value) {
    step(traces::StepKind::kLoseRequest, who, arrow).request = request(who, arrow, to, verb, value);
    return *this;
  }

  TraceBuilder& lose_reply(const Session& who, int arrow, traces::Reply reply) {
    step(traces::StepKind::kLoseReply, who, arrow).reply = std::move(reply);
    return *this;
  }

  // The latest step sends the request.
  TraceBuilder& sends(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value,
                      bool drawn_lost = false) {
    sent_ = request(who, arrow, to, verb, value);
    sent_.drawn_lost = drawn_lost;
    trace_.steps.back().sends.push_back(sent_);
    return *this;
  }

  TraceBuilder& delay(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value) {
    step(traces::StepKind::kLateRequest, who, arrow).request = request(who, arrow, to, verb, value);
    return *this;
  }

  TraceBuilder& copy(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value) {
    step(traces::StepKind::kDuplicate, who, arrow).request = request(who, arrow, to, verb, value);
    return *this;
  }

  // The server handles what nobody knows of any more.
  TraceBuilder& ghost(const Session& who, int arrow, const std::string& to, const std::string& verb, Value value) {
    handle(who, arrow, to, verb, value, {});
    trace_.steps.back().is_ghost = true;
    return *this;
  }

  // The app instance dies; what it sent last may arrive yet.
  TraceBuilder& crash(const Session& who, int arrow, bool arrives) {
    traces::Step& step = this->step(traces::StepKind::kCrash, who, arrow);
    if (arrives)
      step.after.in_flight.push_back({.app = who.app,
                                      .session = who.session,
                                      .operation = who.operation,
                                      .request = sent_,
                                      .reply = {},
                                      .is_ghost = true});
    return *this;
  }

  TraceBuilder& evict(const std::string& key) { return leave(traces::StepKind::kEvict, key, {}); }
  TraceBuilder& expire(const std::string& key) { return leave(traces::StepKind::kExpire, key, {}); }
  TraceBuilder& restart() {
    for (auto& [key, value] : cache_) value.reset();
    step(traces::StepKind::kCacheRestart, kCache, 0);
    return *this;
  }
  // After it, the cache holds this for the key.
  TraceBuilder& failover(const std::string& key, Value value, int missed = 0) {
    cache_[key] = value;
    step(traces::StepKind::kCacheFailover, kCache, 0).missed = missed;
    return *this;
  }

  traces::Trace trace() const { return trace_; }

 private:
  inline static const Session kCache{0, 0, "", "", 0};

  TraceBuilder& leave(traces::StepKind kind, const std::string& key, Value value) {
    cache_[key] = value;
    step(kind, kCache, 0).key = key;
    return *this;
  }

  static traces::Request request(const Session& who, int arrow, const std::string& to, const std::string& verb,
                                 Value value) {
    traces::Request request;
    request.arrow = arrow;
    request.to = to;
    request.verb = verb;
    request.key = who.key;
    request.value = value;
    request.label = verb + " value";
    return request;
  }

  traces::Step& step(traces::StepKind kind, const Session& who, int arrow) {
    traces::Step step;
    step.kind = kind;
    step.app = who.app;
    step.session = who.session;
    step.operation = who.operation;
    step.diagram = who.diagram;
    step.key = who.key;
    step.arrow = arrow;
    if (is_of_store(kind)) step.store = "cache";
    step.after = state();
    trace_.steps.push_back(step);
    return trace_.steps.back();
  }

  traces::State state() const {
    traces::State state;
    for (const traces::Store& store : trace_.stores) {
      state.stores.push_back({store.name, {}});
      for (const auto& [key, value] : store.name == "cache" ? cache_ : database_)
        state.stores.back().entries.push_back({key, value});
    }
    return state;
  }

  traces::Trace trace_;
  traces::Request sent_;
  std::map<std::string, Value> cache_;
  std::map<std::string, Value> database_;
};

inline traces::Reply ok() { return {"ok", {}}; }
inline traces::Reply miss() { return {"miss", {}}; }
inline traces::Reply conflict() { return {"conflict", {}}; }
inline traces::Reply value(std::int64_t v) { return {"value", v}; }

// The reader misses and reads 1000, the writer sets 1 and deletes, the reader's late set puts 1000 back.
inline traces::Trace cache_aside_race() {
  const Session reader{1, 1, "Read", "k1", 1};
  const Session writer{2, 1, "Write", "k1", 1};
  traces::Trace trace = TraceBuilder()
                            .invoke(reader)                                      // 1
                            .ask(reader, 1, "cache", "get", {}, miss())          // 2, 3
                            .ask(reader, 3, "database", "get", {}, value(1000))  // 4, 5
                            .invoke(writer)                                      // 6
                            .ask(writer, 1, "database", "set", 1, ok())          // 7, 8
                            .ask(writer, 2, "cache", "delete", {}, ok())         // 9, 10
                            .handle(reader, 5, "cache", "set", 1000, ok())       // 11
                            .trace();
  trace.scenario.apps = {"read", "write"};
  trace.property = "coherent-at-rest";
  return trace;
}

}  // namespace stalemate::real::samples
