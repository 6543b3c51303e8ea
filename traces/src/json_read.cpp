// Reading a trace: text, then JSON, then the schema, then the fields, then what a schema cannot say (consistency.hpp).
// Hostile text must end in InputError, cheaply: nesting is bounded before anything recurses, names must not stand twice,
// and numbers are checked before they are narrowed.
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>

#include "consistency.hpp"
#include "schema.hpp"
#include "text_tools.hpp"
#include "traces/error.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

// Every error of this file: "name: pointer: problem".
[[noreturn]] void refuse(const std::string& name, const std::string& pointer, const std::string& problem) {
  throw InputError(
      fmt::format("{}: {}{}{}", printable(name), printable(pointer), pointer.empty() ? "" : ": ", problem));
}

[[noreturn]] void refuse_at(const std::string& name, std::string_view text, std::size_t offset,
                            const std::string& problem) {
  const Place place = place_of(text, offset);
  throw InputError(fmt::format("{}:{}:{}: {}", printable(name), place.line, place.column, problem));
}

// What nlohmann's parser would take lightly: a NUL ends its input, and nesting has no bound.
void check_shape(std::string_view text, const std::string& name) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') refuse_at(name, text, i, "not JSON: a NUL byte; is this a text file?");
    if (in_string) {
      if (c == '\\') {
        ++i;
        if (i < text.size() && text[i] == '\0') refuse_at(name, text, i, "not JSON: a NUL byte; is this a text file?");
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthMax) {
        refuse_at(name, text, i,
                  fmt::format("brackets nested deeper than {}; a trace is not that deep, so this is none", kJsonDepthMax));
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

// Follows the parser's events to find a name that stands twice in one object.
class DuplicateFinder {
 public:
  bool operator()(json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        open_.emplace_back();
        break;
      case json::parse_event_t::key: {
        const std::string& key = parsed.get_ref<const std::string&>();
        if (duplicate_.empty() && !open_.back().insert(key).second) duplicate_ = key.empty() ? "\"\"" : key;
        break;
      }
      case json::parse_event_t::object_end:
        open_.pop_back();
        break;
      default:
        break;
    }
    return true;
  }
  const std::string& duplicate() const { return duplicate_; }

 private:
  std::vector<std::set<std::string>> open_;  // the names so far in each object that is open
  std::string duplicate_;                    // the first one found
};

json parse(std::string_view text, const std::string& name) {
  check_shape(text, name);
  DuplicateFinder finder;
  json document;
  try {
    document = json::parse(
        text.begin(), text.end(),
        [&finder](int, json::parse_event_t event, json& parsed) { return finder(event, parsed); }, true);
  } catch (const json::parse_error& error) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    if (error.byte > text.size() || end == std::string_view::npos) {
      refuse_at(name, text, text.size(), "not JSON: the text ends too early; is the file complete?");
    }
    refuse_at(name, text, error.byte == 0 ? 0 : error.byte - 1,
              "not JSON from here on; a trace is what `stalemate check ... -o FILE` writes");
  } catch (const json::exception&) {  // a number beyond every range
    refuse(name, "", "holds a number that is too large; a trace has none of that size");
  }
  if (!finder.duplicate().empty()) {
    refuse(name, "", fmt::format("the field \"{}\" stands twice in one object; remove one",
                                 clipped(printable(finder.duplicate()), 60)));
  }
  return document;
}

// Format and version come before the schema, so that a foreign or a newer file is told for what it is.
void check_header(const json& document, const std::string& name) {
  if (!document.is_object() || document.value("format", json()) != "stalemate-trace") {
    refuse(name, "", "not a stalemate trace: it does not say \"format\": \"stalemate-trace\"; "
                     "a trace is what `stalemate check ... -o FILE` writes");
  }
  const json version = document.value("version", json());
  const bool newer = version.is_number_unsigned() && version.get<std::uint64_t>() > std::uint64_t{kTraceVersion};
  if (newer) {
    refuse(name, "", fmt::format("written by a newer stalemate (trace version {}; this one reads up to {}); "
                                 "update stalemate", version.dump(), kTraceVersion));
  }
}

// The fields of a document that satisfies the schema. Only numbers can still be wrong: JSON's are wider than ours.
class Fields {
 public:
  explicit Fields(const std::string& name) : name_(name) {}

  Trace trace(const json& from) const {
    Trace trace;
    trace.protocol = protocol(from["protocol"]);
    trace.scenario = scenario(from["scenario"]);
    if (from["property"].is_string()) trace.property = from["property"].get<std::string>();
    if (from.contains("seed")) trace.seed = seed(from["seed"].get_ref<const std::string&>());
    trace.initial = state(from["initial"], "/initial");
    const json& steps = from["steps"];
    trace.steps.reserve(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) trace.steps.push_back(step(steps[i], fmt::format("/steps/{}", i)));
    return trace;
  }

 private:
  Protocol protocol(const json& from) const {
    Protocol protocol;
    protocol.name = from["name"].get<std::string>();
    protocol.roles = from["roles"].get<std::vector<std::string>>();
    const json& lines = from["text"];
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::string& line = lines[i].get_ref<const std::string&>();
      if (line.find('\n') != std::string::npos) {
        refuse(name_, fmt::format("/protocol/text/{}", i), "holds a line feed; give each line a string of its own");
      }
      if (i > 0) protocol.text += '\n';
      protocol.text += line;
    }
    return protocol;
  }

  static Scenario scenario(const json& from) {
    Scenario scenario;
    scenario.apps = from["apps"].get<std::vector<std::string>>();
    scenario.keys = from["keys"].get<int>();
    scenario.cached = from["cached"].get<bool>();
    scenario.faults = from["faults"].get<std::vector<std::string>>();
    scenario.on_database_timeout = from["on_database_timeout"].get<std::string>();
    scenario.all_invoked = from["all_invoked"].get<bool>();
    return scenario;
  }

  // REQUIRES: 1 to 20 decimal digits.
  std::uint64_t seed(const std::string& digits) const {
    std::uint64_t value = 0;
    for (const char c : digits) {
      const auto digit = static_cast<std::uint64_t>(c - '0');
      if (value > (UINT64_MAX - digit) / 10) refuse(name_, "/seed", "too large; at most 18446744073709551615");
      value = value * 10 + digit;
    }
    return value;
  }

  std::optional<std::int64_t> value(const json& from, const std::string& pointer) const {
    const auto found = from.find("value");
    if (found == from.end()) return std::nullopt;
    return integer(*found, pointer + "/value");
  }

  std::int64_t integer(const json& from, const std::string& pointer) const {
    if (from.is_number_unsigned() && from.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      refuse(name_, pointer, "too large; at most 9223372036854775807");
    }
    return from.get<std::int64_t>();
  }

  Request request(const json& from, const std::string& pointer) const {
    Request request;
    request.arrow = from["arrow"].get<int>();
    request.to = from["to"].get<std::string>();
    request.verb = from["verb"].get<std::string>();
    request.key = from["key"].get<std::string>();
    request.value = value(from, pointer);
    request.label = from["label"].get<std::string>();
    request.awaited = !from.contains("awaited");
    return request;
  }

  Reply reply(const json& from, const std::string& pointer) const {
    return Reply{.outcome = from["outcome"].get<std::string>(), .value = value(from, pointer)};
  }

  Ending ending(const json& from, const std::string& pointer) const {
    Ending ending;
    const std::string& word = from["kind"].get_ref<const std::string&>();
    for (const auto kind : {Ending::Kind::kAcknowledged, Ending::Kind::kReturned, Ending::Kind::kFailed}) {
      if (word == to_string(kind)) ending.kind = kind;
    }
    ending.value = value(from, pointer);
    return ending;
  }

  // Keys in the order of their numbers: JSON leaves the order of names open.
  std::vector<Entry> store(const json& from, const std::string& pointer) const {
    std::vector<Entry> entries;
    for (const auto& [key, content] : from.items()) {
      Entry entry{.key = key, .value = std::nullopt};
      if (!content.is_null()) entry.value = integer(content, pointer + "/" + pointer_token(key));
      entries.push_back(std::move(entry));
    }
    std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
      return a.key.size() != b.key.size() ? a.key.size() < b.key.size() : a.key < b.key;
    });
    return entries;
  }

  State state(const json& from, const std::string& pointer) const {
    State state;
    state.cache = store(from["cache"], pointer + "/cache");
    state.database = store(from["database"], pointer + "/database");
    const json& messages = from["in_flight"];
    for (std::size_t i = 0; i < messages.size(); ++i) {
      state.in_flight.push_back(in_flight(messages[i], fmt::format("{}/in_flight/{}", pointer, i)));
    }
    return state;
  }

  InFlight in_flight(const json& from, const std::string& pointer) const {
    InFlight message;
    message.app = from["app"].get<int>();
    message.session = from["session"].get<int>();
    message.request = request(from["request"], pointer + "/request");
    message.is_reply = from.contains("reply");
    if (message.is_reply) message.reply = reply(from["reply"], pointer + "/reply");
    return message;
  }

  Step step(const json& from, const std::string& pointer) const {
    Step step;
    const std::string& word = from["kind"].get_ref<const std::string&>();
    for (const auto kind : {StepKind::kInvoke, StepKind::kHandle, StepKind::kReceive, StepKind::kLoseRequest,
                            StepKind::kLoseReply}) {
      if (word == to_string(kind)) step.kind = kind;
    }
    step.app = from["app"].get<int>();
    step.session = from["session"].get<int>();
    step.operation = from["operation"].get<int>();
    step.diagram = from["diagram"].get<std::string>();
    step.key = from["key"].get<std::string>();
    step.arrow = from.value("arrow", 0);
    step.choice = from.value("choice", 0);
    step.budget = from.value("budget", 0);
    if (from.contains("request")) step.request = request(from["request"], pointer + "/request");
    if (from.contains("reply")) step.reply = reply(from["reply"], pointer + "/reply");
    const json sends = from.value("sends", json::array());
    for (std::size_t i = 0; i < sends.size(); ++i) {
      step.sends.push_back(request(sends[i], fmt::format("{}/sends/{}", pointer, i)));
    }
    const json endings = from.value("endings", json::array());
    for (std::size_t i = 0; i < endings.size(); ++i) {
      step.endings.push_back(ending(endings[i], fmt::format("{}/endings/{}", pointer, i)));
    }
    step.after = state(from["after"], pointer + "/after");
    step.violates = from.value("violates", std::vector<std::string>{});
    return step;
  }

  const std::string& name_;
};

}  // namespace

Trace read_json(std::string_view text, const std::string& name) {
  const json document = parse(text, name);
  check_header(document, name);
  if (const auto fault = find_schema_fault(document)) refuse(name, fault->pointer, fault->problem);
  Trace trace = Fields(name).trace(document);
  if (const auto fault = find_inconsistency(trace)) refuse(name, fault->pointer, fault->problem);
  return trace;
}

}  // namespace stalemate::traces
