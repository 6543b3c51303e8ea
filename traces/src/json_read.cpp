// Reading a trace: text, then JSON, then the fields, each asked for in the shape that trace.schema.json states, then
// what a schema cannot say (consistency.hpp). Hostile text must end in InputError, cheaply: nesting is bounded before
// anything recurses, names must not stand twice, and numbers are checked before they are narrowed.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "consistency.hpp"
#include "json_cursor.hpp"
#include "traces/json.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

constexpr int kJsonDepthMax = 64;

// Every error of this file: "name: pointer: problem".
[[noreturn]] void refuse(const std::string& name, const std::string& pointer, const std::string& problem) {
  throw InputError(
      fmt::format("{}: {}{}{}", printable(name), printable(pointer), pointer.empty() ? "" : ": ", problem));
}

[[noreturn]] void refuse_at(const std::string& name, std::string_view text, std::size_t offset,
                            const std::string& problem) {
  const Position place = position_of(text, offset);
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
        refuse_at(
            name, text, i,
            fmt::format("brackets nested deeper than {}; a trace is not that deep, so this is none", kJsonDepthMax));
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

// Follows a parser's events to find a name that stands twice in one object, which a json value no longer shows.
class DuplicateFinder : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    open_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!open_.back().insert(name).second) duplicate_ = name;
    return !duplicate_;
  }
  bool end_object() override {
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

  // The first one; it ends the search.
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  std::vector<std::set<std::string>> open_;  // the names so far in each object that is open
  std::optional<std::string> duplicate_;
};

json parse(std::string_view text, const std::string& name) {
  check_shape(text, name);
  json document;
  try {
    document = json::parse(text);
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
  // A walk of its own: the parser's own callback makes the parser look through an array after each object in it.
  DuplicateFinder finder;
  json::sax_parse(text, &finder);
  if (finder.duplicate()) {
    refuse(name, "",
           fmt::format("the field \"{}\" stands twice in one object; remove one",
                       clipped(printable(*finder.duplicate()), 60)));
  }
  return document;
}

// Format and version come before the rest, so that a foreign or a newer file is told for what it is.
void check_header(const json& document, const std::string& name) {
  if (!document.is_object() || document.value("format", json()) != "stalemate-trace") {
    refuse(name, "",
           "not a stalemate trace: it does not say \"format\": \"stalemate-trace\"; "
           "a trace is what `stalemate check ... -o FILE` writes");
  }
  const json version = document.value("version", json());
  const bool newer = version.is_number_unsigned() && version.get<std::uint64_t>() > std::uint64_t{kTraceVersion};
  if (newer) {
    refuse(name, "",
           fmt::format("written by a newer stalemate (trace version {}; this one reads up to {}); "
                       "update stalemate",
                       version.dump(), kTraceVersion));
  }
}

// One function for each definition of trace.schema.json, in its order. A trace holds what they give; what they refuse
// is off the schema, or a number that JSON can say and a trace cannot hold.

constexpr int kKeyCountMax = 9999;
constexpr int kOrdinalMax = 1000000;
constexpr std::string_view kRoles[] = {"cache", "database"};
constexpr std::string_view kVerbs[] = {"get", "set", "add", "delete"};
constexpr std::string_view kOutcomes[] = {"ok", "value", "miss", "conflict"};
constexpr std::string_view kTimeoutRules[] = {"fail", "continue"};
constexpr StepKind kStepKinds[] = {StepKind::kInvoke,      StepKind::kHandle,       StepKind::kReceive,
                                   StepKind::kLoseRequest, StepKind::kLoseReply,    StepKind::kLateRequest,
                                   StepKind::kDuplicate,   StepKind::kCrash,        StepKind::kEvict,
                                   StepKind::kExpire,      StepKind::kCacheRestart, StepKind::kCacheFailover};
constexpr Ending::Kind kEndingKinds[] = {Ending::Kind::kAcknowledged, Ending::Kind::kReturned, Ending::Kind::kFailed};

template <class Kind, std::size_t Size>
Kind read_kind(const Cursor& from, const Kind (&kinds)[Size]) {
  std::array<std::string_view, Size> words;
  std::transform(std::begin(kinds), std::end(kinds), words.begin(), [](Kind kind) { return to_string(kind); });
  return kinds[from.word(words)];
}

template <std::size_t Size>
std::string read_word(const Cursor& from, const std::string_view (&words)[Size]) {
  return std::string(words[from.word(words)]);
}

template <class Read>
auto read_each(const std::vector<Cursor>& items, Read read) {
  std::vector<decltype(read(items.front()))> values;
  values.reserve(items.size());
  for (const Cursor& item : items) values.push_back(read(item));
  return values;
}

std::string read_text(const Cursor& from) { return from.text(); }

bool is_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int read_ordinal(const Cursor& from) { return from.integer_between(1, kOrdinalMax); }

// 0: absent.
int read_optional_ordinal(const std::optional<Cursor>& from) { return from ? read_ordinal(*from) : 0; }

// A field that is true or absent.
bool read_flag(const std::optional<Cursor>& from, std::string_view otherwise) {
  if (from && !from->boolean()) from->refuse_value(fmt::format("true, or no such field {}", otherwise));
  return from.has_value();
}

std::optional<std::int64_t> read_optional_integer(const std::optional<Cursor>& from) {
  if (!from) return std::nullopt;
  return from->integer();
}

std::string read_key(const Cursor& from) {
  const std::string& key = from.text();
  const bool fits = key.size() >= 2 && key.size() <= 5 && key[0] == 'k' && key[1] != '0' && is_digits(key.substr(1));
  if (!fits) from.refuse_value(fmt::format("a key, \"k1\" to \"k{}\"", kKeyCountMax));
  return key;
}

std::uint64_t read_seed(const Cursor& from) {
  const std::string& digits = from.text();
  const bool fits = !digits.empty() && is_digits(digits) && (digits[0] != '0' || digits.size() == 1);
  if (!fits) from.refuse_value("decimal digits without leading zeros");
  std::uint64_t seed = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seed);
  if (error != std::errc()) from.refuse("too large; at most 18446744073709551615");
  return seed;
}

Protocol read_protocol(Cursor from) {
  Protocol protocol;
  protocol.name = from.at("name").text();
  protocol.roles = read_each(from.at("roles").items(), read_text);
  const char* separator = "";
  for (const Cursor& line : from.at("text").some_items()) {
    if (line.text().find('\n') != std::string::npos) {
      line.refuse("holds a line feed; give each line a string of its own");
    }
    protocol.text += separator + line.text();
    separator = "\n";
  }
  from.done();
  return protocol;
}

Scenario read_scenario(Cursor from) {
  Scenario scenario;
  scenario.apps = read_each(from.at("apps").items(), read_text);
  scenario.keys = from.at("keys").integer_between(1, kKeyCountMax);
  scenario.cached = from.at("cached").boolean();
  scenario.faults = read_each(from.at("faults").items(), read_text);
  scenario.on_database_timeout = read_word(from.at("on_database_timeout"), kTimeoutRules);
  scenario.all_invoked = from.at("all_invoked").boolean();
  from.done();
  return scenario;
}

Request read_request(Cursor from) {
  Request request;
  request.arrow = read_ordinal(from.at("arrow"));
  request.to = read_word(from.at("to"), kRoles);
  request.verb = read_word(from.at("verb"), kVerbs);
  request.key = read_key(from.at("key"));
  request.value = read_optional_integer(from.find("value"));
  request.label = from.at("label").text();
  if (const auto awaited = from.find("awaited")) {
    if (awaited->boolean()) awaited->refuse_value("false, or no such field where the reply is awaited");
    request.awaited = false;
  }
  request.drawn_lost = read_flag(from.find("drawn_lost"), "where the diagram loses nothing");
  if (const auto ttl = from.find("ttl")) request.ttl = read_ordinal(*ttl);
  from.done();
  return request;
}

Reply read_reply(Cursor from) {
  Reply reply;
  reply.outcome = read_word(from.at("outcome"), kOutcomes);
  reply.value = read_optional_integer(from.find("value"));
  from.done();
  return reply;
}

Ending read_ending(Cursor from) {
  Ending ending;
  ending.kind = read_kind(from.at("kind"), kEndingKinds);
  ending.value = read_optional_integer(from.find("value"));
  from.done();
  return ending;
}

InFlight read_in_flight(Cursor from) {
  InFlight message;
  message.app = read_ordinal(from.at("app"));
  message.session = read_ordinal(from.at("session"));
  message.request = read_request(from.at("request"));
  if (const auto reply = from.find("reply")) message.reply = read_reply(*reply);
  message.is_reply = message.reply.has_value();
  message.is_ghost = read_flag(from.find("ghost"), "where somebody knows of it");
  from.done();
  return message;
}

// Keys in the order of their numbers: JSON leaves the order of names open.
template <class Read>
std::vector<Entry> read_store(const Cursor& from, Read read) {
  std::vector<Entry> store;
  for (const auto& [key, value] : from.entries()) store.push_back({.key = key, .value = read(value)});
  std::sort(store.begin(), store.end(), [](const Entry& a, const Entry& b) {
    return a.key.size() != b.key.size() ? a.key.size() < b.key.size() : a.key < b.key;
  });
  return store;
}

State read_state(Cursor from) {
  State state;
  state.cache = read_store(from.at("cache"), [](const Cursor& value) { return value.integer_or_null(); });
  if (const auto expiring = from.find("expiring")) state.expiring = read_each(expiring->some_items(), read_key);
  state.database = read_store(from.at("database"), [](const Cursor& value) { return value.integer(); });
  state.in_flight = read_each(from.at("in_flight").items(), read_in_flight);
  from.done();
  return state;
}

Step read_step(Cursor from) {
  Step step;
  step.kind = read_kind(from.at("kind"), kStepKinds);
  if (is_of_cache(step.kind)) {
    step.app = step.session = step.operation = 0;
    if (step.kind == StepKind::kEvict || step.kind == StepKind::kExpire) step.key = read_key(from.at("key"));
  } else {
    step.app = read_ordinal(from.at("app"));
    step.session = read_ordinal(from.at("session"));
    step.operation = read_ordinal(from.at("operation"));
    step.diagram = from.at("diagram").text();
    step.key = read_key(from.at("key"));
  }
  step.arrow = read_optional_ordinal(from.find("arrow"));
  step.is_ghost = read_flag(from.find("ghost"), "where the request is no ghost");
  step.choice = read_optional_ordinal(from.find("choice"));
  if (const auto chosen = from.find("chosen")) step.chosen = chosen->some_text();
  step.budget = read_optional_ordinal(from.find("budget"));
  if (const auto request = from.find("request")) step.request = read_request(*request);
  if (const auto reply = from.find("reply")) step.reply = read_reply(*reply);
  if (const auto sends = from.find("sends")) step.sends = read_each(sends->some_items(), read_request);
  if (const auto endings = from.find("endings")) step.endings = read_each(endings->some_items(), read_ending);
  step.after = read_state(from.at("after"));
  if (const auto violates = from.find("violates")) {
    step.violates = read_each(violates->some_items(), [](const Cursor& name) { return name.some_text(); });
  }
  from.done();
  return step;
}

Trace read_trace(Cursor from) {
  Trace trace;
  from.at("format");  // checked with the header
  const Cursor version = from.at("version");
  if (version.integer() != kTraceVersion) version.refuse_value(fmt::format("{}", kTraceVersion));
  trace.protocol = read_protocol(from.at("protocol"));
  trace.scenario = read_scenario(from.at("scenario"));
  trace.property = from.at("property").some_text_or_null();
  if (const auto seed = from.find("seed")) trace.seed = read_seed(*seed);
  if (const auto loop = from.find("loop")) trace.loop = static_cast<std::size_t>(loop->integer_between(0, kOrdinalMax));
  trace.initial = read_state(from.at("initial"));
  trace.steps = read_each(from.at("steps").items(), read_step);
  from.done();
  return trace;
}

}  // namespace

Trace read_json(std::string_view text, const std::string& name) {
  const json document = parse(text, name);
  check_header(document, name);
  try {
    Trace trace = read_trace(Cursor(document));
    check_consistency(trace);
    return trace;
  } catch (const Refusal& refusal) {
    refuse(name, refusal.pointer, refusal.problem);
  }
}

}  // namespace stalemate::traces
