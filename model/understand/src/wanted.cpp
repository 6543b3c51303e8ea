// See wanted.hpp. The words are the command line's, which says them with dashes.
#include "understand/wanted.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.hpp"
#include "base/text.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

struct Line {
  std::string_view word;
  std::string_view value;
};
Line parted(std::string_view line) {
  line = trim(line);
  const std::size_t end = line.find_first_of(" \t=");
  Line parts{line.substr(0, end), {}};
  if (end == std::string_view::npos) return parts;
  parts.value = trim(line.substr(end));
  if (parts.value.starts_with('=')) parts.value = trim(parts.value.substr(1));
  return parts;
}

bool has_kind(const Protocol& protocol, OperationKind kind) {
  return std::any_of(protocol.operations.begin(), protocol.operations.end(),
                     [&](const Operation& operation) { return operation.kind == kind; });
}

void add_number(std::optional<int>& number, const Line& line, int least, int most) {
  if (number) throw InputError(fmt::format("{} is said twice; leave one of the two out", line.word));
  int value = 0;
  const char* const last = line.value.data() + line.value.size();
  const auto [end, error] = std::from_chars(line.value.data(), last, value);
  if (error != std::errc{} || end != last || value < least || value > most)
    throw InputError(
        fmt::format("{} = {}: say a whole number from {} to {}", line.word, excerpt(line.value), least, most));
  number = value;
}

void add_text(std::vector<std::string>& texts, const Line& line, std::string_view example) {
  if (line.value.empty()) throw InputError(fmt::format("{} says nothing; such as {}", line.word, example));
  texts.emplace_back(line.value);
}

void add_rule(std::optional<std::string>& rule, const Line& line, std::string_view one = "fail",
              std::string_view other = "continue") {
  if (rule) throw InputError(fmt::format("{} is said twice; leave one of the two out", line.word));
  if (line.value != one && line.value != other)
    throw InputError(fmt::format("{} = {}: say {} or {}", line.word, excerpt(line.value), one, other));
  rule = std::string(line.value);
}

void add_flag(bool& flag, const Line& line) {
  if (!line.value.empty()) throw InputError(fmt::format("{} stands alone: it takes no value", line.word));
  flag = true;
}

// How many operations of this kind a race of the page shows at once.
int most_in_a_race(const Protocol& protocol, OperationKind kind) {
  int most = 0;
  for (const DrawnRace& race : protocol.races) {
    int count = 0;
    for (const DrawnRace::Instance& instance : race.instances) {
      const auto is_of_kind = [&](std::size_t operation) { return protocol.operations[operation].kind == kind; };
      count += std::any_of(instance.operations.begin(), instance.operations.end(), is_of_kind) ? 1 : 0;
    }
    most = std::max(most, count);
  }
  return most;
}

// The scripts of --readers and --writers. Where neither is said, one of each, and of a race as many as it shows.
std::vector<std::string> counted_apps(const ScenarioWords& words, const Protocol& protocol) {
  std::vector<std::string> counted;
  if (!words.app.empty() && !words.readers && !words.writers) return counted;
  const auto add = [&](std::optional<int> count, OperationKind kind, const char* option, const char* drawn) {
    const bool is_drawn = has_kind(protocol, kind);
    if (count.value_or(0) > 0 && !is_drawn)
      throw InputError(fmt::format("{} {}: no {} is drawn in {}; draw one, or leave {} out", option, *count, drawn,
                                   protocol.file, option));
    const int otherwise = is_drawn && words.app.empty() ? std::max(1, most_in_a_race(protocol, kind)) : 0;
    counted.insert(counted.end(), static_cast<std::size_t>(count.value_or(otherwise)), std::string(to_string(kind)));
  };
  add(words.readers, OperationKind::kRead, "--readers", "Read");
  add(words.writers, OperationKind::kWrite, "--writers", "Write");
  return counted;
}

}  // namespace

bool is_scenario_line(std::string_view line) {
  return std::find(kScenarioWords.begin(), kScenarioWords.end(), parted(line).word) != kScenarioWords.end();
}

void ScenarioWords::add(std::string_view text) {
  constexpr int kKeysMost = 64;
  const Line line = parted(text);
  if (line.word == "readers") return add_number(readers, line, 0, kAppsMax);
  if (line.word == "writers") return add_number(writers, line, 0, kAppsMax);
  if (line.word == "keys") return add_number(keys, line, 1, kKeysMost);
  if (line.word == "app") return add_text(app, line, "app = read; write k2");
  if (line.word == "fault") return add_text(fault, line, "fault = lost-message");
  if (line.word == "cached") return add_flag(cached, line);
  if (line.word == "all-invoked") return add_flag(all_invoked, line);
  if (line.word == "no-expiry") return add_flag(no_expiry, line);
  if (line.word == "no-replica-lag") return add_flag(no_replica_lag, line);
  if (line.word == "on-database-timeout") return add_rule(on_database_timeout, line);
  if (line.word == "on-cache-timeout") return add_rule(on_cache_timeout, line);
  if (line.word == "connections") return add_rule(connections, line, "one", "pool");
  if (line.word == "retries") return add_number(retries, line, 0, traces::kRetriesMax);
  throw InputError(fmt::format("{} says nothing of a scenario; there are: {}", in_quotes(line.word),
                               fmt::join(kScenarioWords, ", ")));
}

void ScenarioWords::add_rules_to(traces::Scenario& scenario) const {
  scenario.cached = cached;
  scenario.faults = fault;
  scenario.on_database_timeout = on_database_timeout.value_or("fail");
  scenario.on_cache_timeout = on_cache_timeout.value_or("continue");
  scenario.no_expiry = no_expiry;
  scenario.no_replica_lag = no_replica_lag;
  scenario.connections = connections.value_or("one");
  scenario.retries = retries.value_or(0);
}

ScenarioWords ScenarioWords::over(const ScenarioWords& otherwise) const {
  ScenarioWords both = *this;
  if (!readers && !writers && app.empty()) {
    both.readers = otherwise.readers;
    both.writers = otherwise.writers;
    both.app = otherwise.app;
  }
  if (!keys) both.keys = otherwise.keys;
  if (fault.empty()) both.fault = otherwise.fault;
  if (!on_database_timeout) both.on_database_timeout = otherwise.on_database_timeout;
  if (!on_cache_timeout) both.on_cache_timeout = otherwise.on_cache_timeout;
  if (!connections) both.connections = otherwise.connections;
  if (!retries) both.retries = otherwise.retries;
  both.cached = cached || otherwise.cached;
  both.all_invoked = all_invoked || otherwise.all_invoked;
  both.no_expiry = no_expiry || otherwise.no_expiry;
  both.no_replica_lag = no_replica_lag || otherwise.no_replica_lag;
  return both;
}

std::string ScenarioWords::as_options() const {
  std::string words;
  if (readers) words += fmt::format(" --readers {}", *readers);
  if (writers) words += fmt::format(" --writers {}", *writers);
  for (const std::string& one : app) words += " --app " + shell_word(one);
  if (keys) words += fmt::format(" --keys {}", *keys);
  if (cached) words += " --cached";
  for (const std::string& one : fault) words += " --fault " + shell_word(one);
  if (on_database_timeout.value_or("fail") != "fail")
    words += " --on-database-timeout " + shell_word(*on_database_timeout);
  if (on_cache_timeout.value_or("continue") != "continue")
    words += " --on-cache-timeout " + shell_word(*on_cache_timeout);
  if (connections.value_or("one") != "one") words += " --connections " + shell_word(*connections);
  if (retries.value_or(0) != 0) words += fmt::format(" --retries {}", *retries);
  if (all_invoked) words += " --all-invoked";
  if (no_expiry) words += " --no-expiry";
  if (no_replica_lag) words += " --no-replica-lag";
  return words;
}

Expectation read_expectation(std::string_view text) {
  const Line line = parted(text);
  if (line.word.empty() || (line.value != "violated" && line.value != "holds"))
    throw InputError(fmt::format(
        "expect {}: say a property and what is expected of it, such as expect coherent-at-rest violated (or holds)",
        excerpt(trim(text))));
  return {{}, std::string(line.word), line.value == "holds"};
}

traces::Scenario scenario_of(const ScenarioWords& words, const Protocol& protocol, std::string_view all_invoked_by) {
  traces::Scenario scenario;
  scenario.apps = counted_apps(words, protocol);
  scenario.keys = words.keys.value_or(1);
  if ((words.all_invoked || !all_invoked_by.empty()) && scenario.keys > 1 && !scenario.apps.empty())
    throw InputError(fmt::format(
        "{} with --keys {}: every first operation needs its key; in place of --readers and --writers say --app 'read "
        "k1' --app 'write k1', and so on",
        all_invoked_by.empty() ? "--all-invoked" : all_invoked_by, scenario.keys));
  scenario.apps.insert(scenario.apps.end(), words.app.begin(), words.app.end());
  words.add_rules_to(scenario);
  scenario.all_invoked = words.all_invoked;
  return scenario;
}

}  // namespace stalemate::model
