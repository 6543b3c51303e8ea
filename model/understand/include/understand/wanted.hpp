// What is to be checked of a protocol, and what is expected to come of it: said by a command line, by `%% stalemate:`
// lines of the page itself, or by a configuration of many pages, in the same words. Not yet a scenario: numbers left
// out depend on the protocol (scenario_of).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

struct Protocol;

inline constexpr int kAppsMax = 64;

inline constexpr std::array<std::string_view, 13> kScenarioWords = {
    "readers",          "writers",     "app",     "keys",        "cached",    "fault",         "on-database-timeout",
    "on-cache-timeout", "connections", "retries", "all-invoked", "no-expiry", "no-replica-lag"};

// The words of a scenario, each as its option on the command line (without the dashes).
struct ScenarioWords {
  std::optional<int> readers;
  std::optional<int> writers;
  std::vector<std::string> app;
  std::optional<int> keys;
  bool cached = false;
  std::vector<std::string> fault;
  std::optional<std::string> on_database_timeout;
  std::optional<std::string> on_cache_timeout;
  std::optional<std::string> connections;
  std::optional<int> retries;
  bool all_invoked = false;
  bool no_expiry = false;
  bool no_replica_lag = false;
  bool operator==(const ScenarioWords&) const = default;

  // What it says of all that runs, into a scenario: all but who takes part, and how it begins.
  void add_rules_to(traces::Scenario& scenario) const;
  bool empty() const { return *this == ScenarioWords(); }
  // These, and what they leave open as `otherwise` says it. Who takes part (readers, writers, app) is said as a whole.
  ScenarioWords over(const ScenarioWords& otherwise) const;
  // These as a command line has them, each after a blank: " --readers 2 --cached".
  std::string as_options() const;
  // Adds what one line says: "readers = 2", "cached", "fault = lost-reply@write:2". Throws InputError without a place:
  // not a word of a scenario, said twice, out of range.
  void add(std::string_view line);
};
// Whether a line says something of a scenario, by its first word.
bool is_scenario_line(std::string_view line);

// "coherent-at-rest violated"
struct Expectation {
  Position at;  // {0, 0}: not said in the page
  std::string property;
  bool holds = false;
};
// Throws InputError without a place. Whether there is such a property is not asked.
Expectation read_expectation(std::string_view text);

struct Wanted {
  ScenarioWords scenario;
  std::vector<Expectation> expected;
};

// Readers and writers default to one of each kind that the protocol has, unless scripts are given. `all_invoked_by`:
// an option that implies --all-invoked, where one does. Throws InputError for what the protocol does not have.
traces::Scenario scenario_of(const ScenarioWords& words, const Protocol& protocol,
                             std::string_view all_invoked_by = {});

}  // namespace stalemate::model
