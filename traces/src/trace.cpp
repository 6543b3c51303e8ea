// The words of a trace and the small questions asked of one. Pure functions.
#include "traces/trace.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include <fmt/format.h>

namespace stalemate::traces {

std::string_view to_string(Ending::Kind kind) {
  switch (kind) {
    case Ending::Kind::kAcknowledged:
      return "acknowledged";
    case Ending::Kind::kReturned:
      return "returned";
    case Ending::Kind::kFailed:
      return "failed";
  }
  return "?";
}

std::string_view row_of(std::string_view key) { return key.substr(0, key.find('/')); }

const State& final_state(const Trace& trace) { return trace.steps.empty() ? trace.initial : trace.steps.back().after; }

const InFlight* find_message(const State& state, const MessageId& id) {
  const auto found = std::find_if(state.in_flight.begin(), state.in_flight.end(),
                                  [&](const InFlight& message) { return id_of(message) == id; });
  return found == state.in_flight.end() ? nullptr : &*found;
}

MessageId id_of(const Step& step) { return {step.app, step.session, step.operation, step.arrow, step.copy}; }

MessageId id_of(const Step& sender, const Request& request) {
  return {sender.app, sender.session, sender.operation, request.arrow, 0};
}

MessageId id_of_reply(const Step& step) {
  MessageId id = id_of(step);
  if (step.answers != 0) id.arrow = step.answers;
  return id;
}

MessageId id_of(const InFlight& message) {
  return {message.app, message.session, message.operation, message.request.arrow, message.copy};
}

bool same_step(const Step& a, const Step& b) {
  const auto name = [](const Step& step) {
    return std::tie(step.kind, step.app, step.session, step.operation, step.diagram, step.store, step.key, step.arrow,
                    step.is_ghost, step.choice, step.missed, step.budget);
  };
  return name(a) == name(b);
}

std::string_view again_words(const Step& step) { return step.again != 0 ? " again" : ""; }

std::string missed_words(const Step& step) {
  return step.missed > 1 ? fmt::format("the last {} changes", step.missed) : "the last change";
}

const std::vector<Entry>& entries_of(const State& state, std::string_view store) {
  static const std::vector<Entry> kNone;
  for (const Contents& contents : state.stores)
    if (contents.store == store) return contents.entries;
  return kNone;
}

const Store* find_store(const std::vector<Store>& stores, std::string_view name) {
  const auto found = std::find_if(stores.begin(), stores.end(), [&](const Store& store) { return store.name == name; });
  return found == stores.end() ? nullptr : &*found;
}

bool is_cache(const Trace& trace, std::string_view store) {
  const Store* found = find_store(trace.stores, store);
  return found != nullptr && (found->kind == "cache" || found->kind == "cache-replica");
}

bool is_replica(const Trace& trace, std::string_view store) {
  const Store* found = find_store(trace.stores, store);
  return found != nullptr && found->kind == "cache-replica";
}

bool is_database(const Trace& trace, std::string_view store) {
  const Store* found = find_store(trace.stores, store);
  return found != nullptr && found->kind == "database";
}

bool is_channel(const Trace& trace, std::string_view store) {
  const Store* found = find_store(trace.stores, store);
  return found != nullptr && found->kind == "channel";
}

bool has_cache(const std::vector<Store>& stores) {
  return std::any_of(stores.begin(), stores.end(), [](const Store& store) { return store.kind == "cache"; });
}

int session_count(const Scenario& scenario, int app) {
  if (app < 1 || static_cast<std::size_t>(app) > scenario.apps.size()) return 0;
  const std::string& script = scenario.apps[static_cast<std::size_t>(app) - 1];
  return 1 + static_cast<int>(std::count(script.begin(), script.end(), '|'));
}

std::string actor_name(const Trace& trace, int app, int session) {
  std::string name = "app" + std::to_string(app);
  if (session != 1 || session_count(trace.scenario, app) > 1) name += "." + std::to_string(session);
  return name;
}

std::string actor_name(const Trace& trace, const Step& step) {
  return step.store.empty() ? actor_name(trace, step.app, step.session) : step.store;
}

}  // namespace stalemate::traces
