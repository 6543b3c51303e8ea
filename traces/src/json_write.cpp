// Writing a trace as JSON: keys in a fixed order, one step a line. The layout is FORMAT.md's; equal traces give equal
// bytes. What is absent or zero is left out, so that every trace has exactly one form.
#include <fmt/format.h>

#include <cstddef>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using Json = nlohmann::ordered_json;

std::string quoted(const std::string& text) {
  if (find_bad_utf8(text)) {
    throw InputError(fmt::format("\"{}\" is not UTF-8 and cannot be written into a trace; name it in UTF-8",
                                 Json(text).dump(-1, ' ', true, Json::error_handler_t::replace)));
  }
  return Json(text).dump();
}

// `value` on one line, with a space after each comma and colon.
void append_line(std::string& out, const Json& value) {
  if (!value.is_structured()) {
    out += value.is_string() ? quoted(value.get_ref<const std::string&>()) : value.dump();
    return;
  }
  const bool is_object = value.is_object();
  out += is_object ? '{' : '[';
  const char* separator = "";
  for (const auto& [key, inner] : value.items()) {
    out += separator;
    separator = ", ";
    if (is_object) out += quoted(key) + ": ";
    append_line(out, inner);
  }
  out += is_object ? '}' : ']';
}

std::string one_line(const Json& value) {
  std::string line;
  append_line(line, value);
  return line;
}

// An array with each item on a line of its own.
std::string one_item_a_line(const std::vector<Json>& items, int indent) {
  if (items.empty()) return "[]";
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  std::string out = "[\n";
  for (std::size_t i = 0; i < items.size(); ++i) {
    out += margin + "  ";
    append_line(out, items[i]);
    out += i + 1 < items.size() ? ",\n" : "\n";
  }
  return out + margin + "]";
}

Json to_json(const Request& request) {
  Json json;
  json["arrow"] = request.arrow;
  json["to"] = request.to;
  json["verb"] = request.verb;
  json["key"] = request.key;
  if (request.value) json["value"] = *request.value;
  json["label"] = request.label;
  if (!request.awaited) json["awaited"] = false;
  if (request.drawn_lost) json["drawn_lost"] = true;
  if (request.ttl) json["ttl"] = *request.ttl;
  if (!request.watch.empty()) json["watch"] = request.watch;
  if (request.version) json["version"] = *request.version;
  if (request.generation) json["generation"] = *request.generation;
  if (!request.other.empty()) json["other"] = request.other;
  if (!request.also.empty()) json["also"] = request.also;
  if (request.other_rows) json["other_rows"] = true;
  if (!request.from.empty()) json["from"] = request.from;
  return json;
}

Json to_json(const Reply& reply) {
  Json json;
  json["outcome"] = reply.outcome;
  if (reply.value) json["value"] = *reply.value;
  if (reply.version) json["version"] = *reply.version;
  if (reply.generation) json["generation"] = *reply.generation;
  return json;
}

Json to_json(const Ending& ending) {
  Json json;
  json["kind"] = std::string(to_string(ending.kind));
  if (ending.value) json["value"] = *ending.value;
  return json;
}

Json to_json(const InFlight& message) {
  Json json;
  json["app"] = message.app;
  json["session"] = message.session;
  json["operation"] = message.operation;
  if (message.copy != 0) json["copy"] = message.copy;
  json["request"] = to_json(message.request);
  if (message.is_reply) json["reply"] = to_json(message.reply.value_or(Reply{}));
  if (message.is_ghost) json["ghost"] = true;
  return json;
}

Json to_json(const Store& store) {
  Json json;
  json["name"] = store.name;
  json["kind"] = store.kind;
  json["scope"] = store.app == 0 ? "shared" : fmt::format("app{}", store.app);
  return json;
}

Json to_json(const std::vector<Entry>& store) {
  Json json = Json::object();
  for (const Entry& entry : store) {
    Json held;
    if (entry.marker) held["marker"] = true;
    const bool plain =
        entry.value && !entry.expires && !entry.version && !entry.generation && !entry.stale && !entry.lease;
    if (entry.value) held["value"] = *entry.value;
    if (entry.expires) held["expires"] = true;
    if (entry.version) held["version"] = *entry.version;
    if (entry.generation) held["generation"] = *entry.generation;
    if (entry.stale) held["stale"] = true;
    if (entry.lease) held["lease"] = true;
    json[entry.key] = plain ? Json(*entry.value) : held;
  }
  return json;
}

Json to_json(const Delivery& delivery) {
  Json json;
  json["store"] = delivery.store;
  json["key"] = delivery.key;
  if (delivery.count != 1) json["count"] = delivery.count;
  return json;
}

Json to_json(const Unapplied& unapplied) { return {{"store", unapplied.store}, {"count", unapplied.count}}; }

template <class T>
Json to_json_array(const std::vector<T>& items) {
  Json json = Json::array();
  for (const T& item : items) json.push_back(to_json(item));
  return json;
}

Json to_json(const State& state) {
  Json json;
  json["stores"] = Json::object();
  for (const Contents& contents : state.stores) json["stores"][contents.store] = to_json(contents.entries);
  json["in_flight"] = to_json_array(state.in_flight);
  if (!state.deliveries.empty()) json["deliveries"] = to_json_array(state.deliveries);
  if (!state.unapplied.empty()) json["unapplied"] = to_json_array(state.unapplied);
  return json;
}

Json to_json(const Step& step) {
  Json json;
  const StepKindFacts& facts = facts_of(step.kind);
  json["kind"] = to_string(facts.family);
  if (!facts.own_name.empty()) json["name"] = facts.own_name;
  if (!is_of_store(step.kind)) {
    json["app"] = step.app;
    json["session"] = step.session;
    json["operation"] = step.operation;
    json["diagram"] = step.diagram;
  }
  if (!step.store.empty()) json["store"] = step.store;
  if (!step.key.empty()) json["key"] = step.key;
  if (step.arrow != 0) json["arrow"] = step.arrow;
  if (step.is_ghost) json["ghost"] = true;
  if (step.copy != 0) json["copy"] = step.copy;
  if (step.choice != 0) json["choice"] = step.choice;
  if (!step.chosen.empty()) json["chosen"] = step.chosen;
  if (step.again != 0) json["again"] = step.again;
  if (step.missed != 0) json["missed"] = step.missed;
  if (step.budget != 0) json["budget"] = step.budget;
  if (step.request) json["request"] = to_json(*step.request);
  if (step.reply) json["reply"] = to_json(*step.reply);
  if (step.answers != 0) json["answers"] = step.answers;
  if (!step.sends.empty()) json["sends"] = to_json_array(step.sends);
  if (!step.endings.empty()) json["endings"] = to_json_array(step.endings);
  json["after"] = to_json(step.after);
  if (!step.violates.empty()) json["violates"] = step.violates;
  return json;
}

Json to_json(const Scenario& scenario) {
  Json json;
  json["apps"] = scenario.apps;
  json["keys"] = scenario.keys;
  json["cached"] = scenario.cached;
  json["faults"] = scenario.faults;
  json["on_database_timeout"] = scenario.on_database_timeout;
  json["all_invoked"] = scenario.all_invoked;
  if (scenario.on_cache_timeout != "continue") json["on_cache_timeout"] = scenario.on_cache_timeout;
  if (scenario.connections != "one") json["connections"] = scenario.connections;
  if (scenario.retries != 0) json["retries"] = scenario.retries;
  if (scenario.no_expiry) json["no_expiry"] = true;
  if (scenario.no_replica_lag) json["no_replica_lag"] = true;
  return json;
}

// `text` cut at its line feeds; joined with line feeds, the pieces are `text` again.
std::vector<Json> lines_of(const std::string& text) {
  std::vector<Json> lines;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    lines.emplace_back(text.substr(start, end - start));
  }
  lines.emplace_back(text.substr(start));
  return lines;
}

}  // namespace

std::string write_steps_json(const Trace& trace, int indent) {
  std::vector<Json> steps;
  steps.reserve(trace.steps.size());
  for (const Step& step : trace.steps) steps.push_back(to_json(step));
  return one_item_a_line(steps, indent);
}

std::string write_json(const Trace& trace) {
  std::string out = "{\n  \"format\": \"stalemate-trace\",\n";
  out += fmt::format("  \"version\": {},\n", kTraceVersion);
  out += "  \"protocol\": {\n";
  out += fmt::format("    \"name\": {},\n", quoted(trace.protocol.name));
  out += fmt::format("    \"roles\": {},\n", one_line(trace.protocol.roles));
  out += fmt::format("    \"text\": {}\n", one_item_a_line(lines_of(trace.protocol.text), 4));
  out += "  },\n";
  out += fmt::format("  \"scenario\": {},\n", one_line(to_json(trace.scenario)));
  out += fmt::format("  \"stores\": {},\n", one_line(to_json_array(trace.stores)));
  out += fmt::format("  \"property\": {},\n", trace.property.empty() ? "null" : quoted(trace.property));
  if (trace.seed) out += fmt::format("  \"seed\": \"{}\",\n", *trace.seed);
  if (trace.loop) out += fmt::format("  \"loop\": {},\n", *trace.loop);
  out += fmt::format("  \"initial\": {},\n", one_line(to_json(trace.initial)));
  out += fmt::format("  \"steps\": {}\n", write_steps_json(trace, 2));
  return out + "}\n";
}

}  // namespace stalemate::traces
