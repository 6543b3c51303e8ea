// See live/history.hpp.
#include "live/history.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace stalemate::real {
namespace {

using nlohmann::json;

constexpr int kVersion = 1;
constexpr std::size_t kLineBytesMax = 1 << 16;
constexpr int kKeysMax = 1000;

constexpr std::array<std::string_view, 4> kTypes = {"invoke", "ok", "fail", "info"};
constexpr std::array<std::string_view, 4> kFunctions = {"read", "write", "compare", "end"};
constexpr std::array<std::string_view, 4> kComparisons = {"equal", "absent", "differs", "under-way"};
constexpr std::array<std::string_view, 7> kFaults = {"",           "database-update", "cache-delete", "cache-set",
                                                     "lost-reply", "refused",         "connection"};

template <class Enum, std::size_t N>
std::string_view word(const std::array<std::string_view, N>& words, Enum value) {
  return words[static_cast<std::size_t>(value)];
}

using Ordered = nlohmann::ordered_json;

Ordered number_or_null(const std::optional<std::int64_t>& value) { return value ? Ordered(*value) : Ordered(nullptr); }

std::string line_of(const Ordered& event) { return event.dump() + "\n"; }

std::string write_setup(const HistorySetup& setup) {
  Ordered value;
  value["version"] = kVersion;
  value["scenario"] = setup.scenario;
  value["servers"] = setup.servers;
  value["readers"] = setup.readers;
  value["writers"] = setup.writers;
  value["read_every_ns"] = setup.read_every_ns;
  value["write_every_ns"] = setup.write_every_ns;
  value["check_every_ns"] = setup.check_every_ns;
  value["fail"] = setup.fail;
  value["lost_reply"] = setup.lost_reply;
  if (setup.wire_faults) value["wire_faults"] = true;
  value["serialize"] = setup.serialize;
  value["seed"] = setup.seed;
  value["keys"] = setup.keys;
  value["initial"] = setup.initial;
  return line_of({{"type", "info"}, {"process", "nemesis"}, {"f", "start"}, {"value", std::move(value)}});
}

std::string write_event(const HistoryEvent& event) {
  Ordered line;
  const bool is_end = event.function == EventFunction::kEnd;
  const bool is_compare = event.function == EventFunction::kCompare;
  line["type"] = is_end || is_compare ? "info" : word(kTypes, event.type);
  line["process"] = is_end ? Ordered("nemesis") : is_compare ? Ordered("checker") : Ordered(event.process);
  line["f"] = word(kFunctions, event.function);
  if (!is_end) line["key"] = fmt::format("k{}", event.key);
  if (is_compare)
    line["value"] = {{"cache", number_or_null(event.cached)},
                     {"database", number_or_null(event.value)},
                     {"result", word(kComparisons, event.comparison)}};
  else
    line["value"] = is_end ? Ordered(nullptr) : number_or_null(event.value);
  line["time"] = event.time_ns;
  line["index"] = event.index;
  if (is_end || is_compare) return line_of(line);
  if (event.function == EventFunction::kRead && event.type == EventType::kOk)
    line["from"] = event.is_hit ? "cache" : "database";
  if (event.fault != EventFault::kNone) line["error"] = word(kFaults, event.fault);
  return line_of(line);
}

// One line, taken apart; every complaint names the place.
class LineReader {
 public:
  LineReader(std::string_view line, const std::string& place) : place_(place) {
    if (line.size() > kLineBytesMax) refuse("the line is too long");
    line_ = json::parse(line, nullptr, false);
    if (line_.is_discarded() || !line_.is_object()) refuse("not a JSON object");
  }

  HistoryLine read() const {
    const std::string function = text(line_, "f");
    if (function == "start") return setup();
    HistoryEvent event;
    event.function = choice<EventFunction>(kFunctions, "f", function);
    event.type = choice<EventType>(kTypes, "type", text(line_, "type"));
    event.index = number(line_, "index", 0, INT64_MAX);
    event.time_ns = number(line_, "time", 0, INT64_MAX);
    if (event.function == EventFunction::kEnd) return event;
    event.key = key();
    if (event.function == EventFunction::kCompare) return comparison(event);
    event.process = static_cast<int>(number(line_, "process", 0, INT32_MAX));
    event.value = optional_number(line_, "value");
    if (line_.contains("from")) event.is_hit = text(line_, "from") == "cache";
    if (line_.contains("error")) event.fault = choice<EventFault>(kFaults, "error", text(line_, "error"));
    const bool must_have =
        event.function == EventFunction::kWrite || event.type == EventType::kOk;  // a read's value comes with its ok
    if (must_have && !event.value) refuse("'value' is missing");
    return event;
  }

 private:
  [[noreturn]] void refuse(const std::string& what) const {
    throw InputError(fmt::format("{}: {}; give a history that `stalemate live --history` wrote", place_, what));
  }

  HistoryLine setup() const {
    if (!line_.contains("value") || !line_["value"].is_object()) refuse("'value' of the start is not an object");
    const json& value = line_["value"];
    const std::int64_t version = number(value, "version", 1, INT32_MAX);
    if (version > kVersion)
      refuse(fmt::format("version {} is newer than {}, the newest that is read here", version, kVersion));
    HistorySetup setup;
    setup.scenario = text(value, "scenario");
    if (setup.scenario != "before" && setup.scenario != "after") refuse("'scenario' is neither before nor after");
    setup.servers = excerpt(text(value, "servers"), 200);
    setup.readers = static_cast<int>(number(value, "readers", 0, 10000));
    setup.writers = static_cast<int>(number(value, "writers", 0, 10000));
    setup.read_every_ns = number(value, "read_every_ns", 0, INT64_MAX);
    setup.write_every_ns = number(value, "write_every_ns", 0, INT64_MAX);
    setup.check_every_ns = number(value, "check_every_ns", 0, INT64_MAX);
    setup.fail = excerpt(text(value, "fail"));
    setup.lost_reply = excerpt(text(value, "lost_reply"));
    if (value.contains("wire_faults") && !value["wire_faults"].is_boolean())
      refuse("'wire_faults' is not true or false");
    setup.wire_faults = value.value("wire_faults", false);
    if (!value.contains("serialize") || !value["serialize"].is_boolean()) refuse("'serialize' is not true or false");
    setup.serialize = value["serialize"].get<bool>();
    if (!value.contains("seed") || !value["seed"].is_number_unsigned()) refuse("'seed' is not a whole number");
    setup.seed = value["seed"].get<std::uint64_t>();
    setup.keys = static_cast<int>(number(value, "keys", 1, kKeysMax));
    setup.initial = number(value, "initial", INT32_MIN, INT32_MAX);
    return setup;
  }

  HistoryLine comparison(HistoryEvent event) const {
    if (!line_.contains("value") || !line_["value"].is_object()) refuse("'value' of a comparison is not an object");
    const json& value = line_["value"];
    event.cached = optional_number(value, "cache");
    event.value = optional_number(value, "database");
    event.comparison = choice<Comparison>(kComparisons, "result", text(value, "result"));
    if (!event.value) refuse("'database' is missing");
    return event;
  }

  int key() const {
    const std::string name = text(line_, "key");
    for (int key = 1; key <= kKeysMax; ++key)
      if (name == fmt::format("k{}", key)) return key;
    refuse(fmt::format("key '{}' is not one of k1, k2, ...", excerpt(name)));
  }

  std::string text(const json& object, const char* name) const {
    if (!object.contains(name) || !object[name].is_string()) refuse(fmt::format("'{}' is not a text", name));
    return object[name].get<std::string>();
  }

  std::int64_t number(const json& object, const char* name, std::int64_t least, std::int64_t most) const {
    const std::optional<std::int64_t> value = optional_number(object, name);
    if (!value || *value < least || *value > most) refuse(fmt::format("'{}' is not a whole number in range", name));
    return *value;
  }

  std::optional<std::int64_t> optional_number(const json& object, const char* name) const {
    if (!object.contains(name) || object[name].is_null()) return std::nullopt;
    if (!object[name].is_number_integer()) refuse(fmt::format("'{}' is not a whole number", name));
    if (object[name].is_number_unsigned() && object[name].get<std::uint64_t>() > INT64_MAX)
      refuse(fmt::format("'{}' is too large", name));
    return object[name].get<std::int64_t>();
  }

  template <class Enum, std::size_t N>
  Enum choice(const std::array<std::string_view, N>& words, const char* name, const std::string& given) const {
    for (std::size_t i = 0; i < N; ++i)
      if (words[i] == given) return static_cast<Enum>(i);
    refuse(fmt::format("'{}' is {}, which is unknown", name, excerpt(given)));
  }

  std::string place_;
  json line_;
};

}  // namespace

std::string write_history_line(const HistoryLine& line) {
  if (const auto* setup = std::get_if<HistorySetup>(&line)) return write_setup(*setup);
  return write_event(std::get<HistoryEvent>(line));
}

HistoryLine read_history_line(std::string_view line, const std::string& place) {
  return LineReader(line, place).read();
}

void read_history(const std::string& path, const std::function<void(const HistorySetup&)>& on_setup,
                  const std::function<void(const HistoryEvent&, const std::string& place)>& on_event) {
  std::ifstream file(path, std::ios::binary);
  const std::string name = printable(path);
  if (!file) throw InputError(fmt::format("{}: cannot be opened; check its name and folder", name));
  std::string line;
  std::int64_t number = 0;
  HistoryEvent last;
  last.index = -1;
  bool has_setup = false;
  while (std::getline(file, line)) {
    const std::string place = fmt::format("{}:{}", name, ++number);
    const HistoryLine what = read_history_line(line, place);
    if (std::holds_alternative<HistorySetup>(what) == has_setup)
      throw InputError(fmt::format("{}: {}; give a history that `stalemate live --history` wrote", place,
                                   has_setup ? "a second start" : "the first line is not the start"));
    if (!has_setup) {
      has_setup = true;
      on_setup(std::get<HistorySetup>(what));
      continue;
    }
    const HistoryEvent& event = std::get<HistoryEvent>(what);
    if (event.index <= last.index || event.time_ns < last.time_ns)
      throw InputError(fmt::format("{}: index or time goes back; put the lines in the order of their indices", place));
    on_event(event, place);
    last = event;
  }
  if (file.bad() || !has_setup)
    throw InputError(
        fmt::format("{}: empty or unreadable; give a history that `stalemate live --history` "
                    "wrote",
                    name));
}

}  // namespace stalemate::real
