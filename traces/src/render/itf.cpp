// The ITF renderer: Apalache's Informal Trace Format (ADR-015), for viewers and for tests generated from traces. A
// state for the start and one for each step; every state has every variable, and a variable has one type throughout:
//   cache         key -> Some(value) or None; empty where the protocol has none
//   expiring      the keys whose cached entry has a time to live, a set
//   database      key -> value; other stores likewise, by their names
//   in_flight     the messages under way, a list, oldest first per session; "ghost" where nobody knows of it any more
//   action_taken  "init", then the kind of the step that led here
//   parameters    whose step, and about which message: a record; 0, "" and None where a step has no such thing
//   violates      the properties that the step breaks
// A lasso's "loop" is the state that follows the last one.
// Integers are #bigint everywhere: a 64-bit value does not fit a JSON number in every reader. No times, no paths.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "render/entries.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

using Json = nlohmann::ordered_json;

Json integer(std::int64_t value) { return {{"#bigint", fmt::format("{}", value)}}; }

Json none() { return {{"tag", "None"}, {"value", {{"#tup", Json::array()}}}}; }
Json some(Json value) { return {{"tag", "Some"}, {"value", std::move(value)}}; }
Json optional_integer(const std::optional<std::int64_t>& value) { return value ? some(integer(*value)) : none(); }

// What is in a cache: an integer, "marker", "generation 2", or nothing.
Json held_by_cache(const Entry& entry) {
  const std::string word = word_of(entry);
  return word.empty() ? optional_integer(entry.value) : some(word);
}

Json map_of(const std::vector<Entry>& entries, Json (*value)(const Entry&)) {
  Json pairs = Json::array();
  for (const Entry& entry : entries) pairs.push_back(Json::array({entry.key, value(entry)}));
  return {{"#map", std::move(pairs)}};
}

Json stored_integer(const Entry& entry) {
  return entry.value ? integer(*entry.value) : Json{{"#unserializable", "absent"}};
}

Json request_record(const Request& request) {
  return {{"arrow", integer(request.arrow)},
          {"to", request.to},
          {"verb", request.verb},
          {"key", request.key},
          {"value", optional_integer(request.value)},
          {"label", request.label},
          {"awaited", request.awaited},
          {"drawn_lost", request.drawn_lost},
          {"ttl", optional_integer(request.ttl)},
          {"watch", request.watch},
          {"other", request.other},
          {"also", request.also},
          {"other_rows", request.other_rows},
          {"from", request.from}};
}

Json reply_record(const Reply& reply) { return {{"outcome", reply.outcome}, {"value", optional_integer(reply.value)}}; }

Json in_flight(const State& state) {
  Json messages = Json::array();
  for (const InFlight& message : state.in_flight) {
    messages.push_back({{"app", integer(message.app)},
                        {"session", integer(message.session)},
                        {"is_reply", message.is_reply},
                        {"request", request_record(message.request)},
                        {"reply", message.reply ? some(reply_record(*message.reply)) : none()},
                        {"ghost", message.is_ghost}});
  }
  return messages;
}

Json parameters(const Step& step) {
  Json sends = Json::array();
  for (const Request& request : step.sends) sends.push_back(request_record(request));
  Json endings = Json::array();
  for (const Ending& ending : step.endings) {
    endings.push_back({{"kind", to_string(ending.kind)}, {"value", optional_integer(ending.value)}});
  }
  return {{"app", integer(step.app)},
          {"session", integer(step.session)},
          {"operation", integer(step.operation)},
          {"diagram", step.diagram},
          {"key", step.key},
          {"arrow", integer(step.arrow)},
          {"ghost", step.is_ghost},
          {"choice", integer(step.choice)},
          {"chosen", step.chosen},
          {"budget", integer(step.budget)},
          {"request", step.request ? some(request_record(*step.request)) : none()},
          {"reply", step.reply ? some(reply_record(*step.reply)) : none()},
          {"sends", std::move(sends)},
          {"endings", std::move(endings)}};
}

// Each once, in the order named.
Json set_of(const std::vector<std::string>& names) {
  Json members = Json::array();
  for (const std::string& name : names) {
    if (std::find(members.begin(), members.end(), Json(name)) == members.end()) members.push_back(name);
  }
  return {{"#set", std::move(members)}};
}

Json expiring(const std::vector<Entry>& entries) {
  std::vector<std::string> keys;
  for (const Entry& entry : entries)
    if (entry.expires) keys.push_back(entry.key);
  return set_of(keys);
}

// A store's name as that of a variable.
std::string variable_of(const std::string& store) {
  std::string name = store;
  for (char& c : name)
    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9')) c = '_';
  return name;
}

// The stores' variables, in the order of "vars"; "cache" is there, be it empty, where the protocol has none.
Json store_variables(const std::vector<Store>& stores, const State& state) {
  Json variables = Json::object();
  if (!has_cache(stores)) variables = {{"cache", map_of({}, held_by_cache)}, {"expiring", set_of({})}};
  for (const Store& store : stores) {
    const std::vector<Entry>& entries = entries_of(state, store.name);
    const bool is_cache = store.kind == "cache" || store.kind == "cache-replica";
    if (store.kind == "channel") continue;
    const std::string name = variable_of(store.name);
    variables[name] = map_of(entries, is_cache ? held_by_cache : stored_integer);
    if (is_cache) variables[name == "cache" ? "expiring" : name + "_expiring"] = expiring(entries);
  }
  return variables;
}

Json state_object(std::size_t index, const std::vector<Store>& stores, const State& state, std::string_view action,
                  const Step& step) {
  Json object = {{"#meta", {{"index", index}}}};
  object.update(store_variables(stores, state));
  object.update(Json{{"in_flight", in_flight(state)},
                     {"action_taken", action},
                     {"parameters", parameters(step)},
                     {"violates", set_of(step.violates)}});
  return object;
}

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// What the "init" state has for parameters: of a step that is none.
Step no_step() {
  Step step;
  step.app = step.session = step.operation = 0;
  return step;
}

}  // namespace

std::string as_itf(const Trace& trace, const Highlights& /*highlights*/) {
  const std::string broken = trace.property.empty() ? "no property is named as broken" : "breaks " + trace.property;
  const Json meta = {{"format", "ITF"},
                     {"format-description", "https://apalache-mc.org/docs/adr/015adr-trace.html"},
                     {"source", trace.protocol.name},
                     {"description", fmt::format("stalemate, {}: {}", scenario_words(trace.scenario), broken)}};
  Json vars = Json::array();
  const Json first = state_object(0, trace.stores, trace.initial, "init", no_step());
  for (const auto& [name, value] : first.items())
    if (name != "#meta") vars.push_back(name);
  std::string out =
      fmt::format("{{\n  \"#meta\": {},\n  \"vars\": {},\n  \"states\": [\n    ", dumped(meta), dumped(vars));
  out += dumped(first);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    out += ",\n    " + dumped(state_object(i + 1, trace.stores, step.after, to_string(step.kind), step));
  }
  out += "\n  ]";
  // The state that follows the last one: that after the loop's first step, or itself where it stays.
  if (trace.loop) out += fmt::format(",\n  \"loop\": {}", std::min(*trace.loop + 1, trace.steps.size()));
  return out + "\n}\n";
}

}  // namespace stalemate::traces::render
