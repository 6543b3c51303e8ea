// From the words of a scenario (scripts, faults) to what they mean for a program.
#include "machine/scenario.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "machine/fault.hpp"
#include "machine/server.hpp"
#include "scenario_faults.hpp"

namespace stalemate::model {
namespace {

ScriptedOperation parse_operation(const std::string& words, const std::string& where, int keys,
                                  const Program& program) {
  if (words.empty())
    throw InputError(fmt::format("{}: an operation is missing; write for example 'read; write k1'", where));
  std::string name = lower(words);
  ScriptedOperation operation;
  const auto space = name.find_last_of(" \t");
  if (space != std::string::npos && name[space + 1] == 'k') {
    if (const auto key = number(std::string_view(name).substr(space + 2))) {
      if (*key < 1 || *key > keys)
        throw InputError(fmt::format("{}: k{} is outside the scenario's {} key{}; say --keys {}", where, *key, keys,
                                     keys == 1 ? "" : "s", std::max(*key, 1)));
      operation.key = *key - 1;
      name = trim(std::string_view(name).substr(0, space));
    }
  }
  if (operation.key == kAnyKey && keys == 1) operation.key = 0;
  // "write" in a script is any Write, also where one of several is called just that: none must be left out unsaid.
  const NamedOperations named = operations_named(name, program);
  operation.candidates = named.by_kind.empty() ? named.by_name : named.by_kind;
  if (operation.candidates.empty())
    throw InputError(
        fmt::format("{}: the protocol has no operation \"{}\"; it has {}", where, name, operation_names(program)));
  operation.kind = program.operations[operation.candidates.front()].kind;
  return operation;
}

// The operation, and as many more of it as it may be tried again: each behind the one that it repeats.
void add_with_retries(const ScriptedOperation& operation, const traces::Scenario& words, const std::string& where,
                      Session& session) {
  if (words.retries != 0 && operation.key == kAnyKey)
    throw InputError(
        fmt::format("{}: with --retries an operation needs its key, as in '{} k1'", where, to_string(operation.kind)));
  if (words.retries != 0 && operation.candidates.size() > 1)
    throw InputError(
        fmt::format("{}: with --retries an operation needs its name: \"{}\" is any of several of this page", where,
                    to_string(operation.kind)));
  for (int again = 0; again <= words.retries; ++again) {
    session.operations.push_back(operation);
    session.operations.back().again = again;
  }
}

// How many ways an operation may begin.
std::size_t starts_of(const ScriptedOperation& operation, const Program& program) {
  std::size_t starts = 0;
  for (const std::uint16_t candidate : operation.candidates) starts += program.operations[candidate].start.size();
  return starts;
}

void refuse_too_many_keys(const traces::Scenario& words, const Program& program) {
  if (words.keys < 1 || words.keys > kKeysMax)
    throw InputError(fmt::format("--keys {}: a scenario has 1 to {} keys", words.keys, kKeysMax));
  const std::size_t cells = program.entries.size() * static_cast<std::size_t>(words.keys);
  if (cells > kCellsMax)
    throw InputError(
        fmt::format("--keys {}: the cache has {} entries of each row, and at most {} of all rows are possible",
                    words.keys, program.entries.size(), kCellsMax));
  for (const CacheEntry& entry : program.entries)
    if (!entry.of_key && words.keys > 1 && program.entries.size() > 1)
      throw InputError(fmt::format(
          "--keys {}: \"{}\" is one entry for all rows, and then only one row is modelled; leave out --keys, "
          "or name the entry after its row, as in \"{}:1\"",
          words.keys, entry.name, entry.name));
}

// How often the change of one Write may be in a value, at most: each request that makes it adds it once, in each retry
// anew, and each copy.
unsigned times_max(const Program& program, const std::vector<FaultBudget>& budgets, int retries) {
  std::size_t most = 0;
  for (std::size_t operation = 0; operation < program.operations.size(); ++operation) {
    std::set<int> arrows;
    for (const Instruction& instruction : program.instructions)
      if (instruction.operation == operation && makes_change(instruction)) arrows.insert(instruction.arrow);
    most = std::max(most, arrows.size());
  }
  auto times = static_cast<unsigned>(most) * static_cast<unsigned>(retries + 1);
  for (const FaultBudget& budget : budgets)
    if (budget.includes(FaultEffect::kCopy)) times += budget.budget;
  return times;
}

Amounts amounts_of(const Program& program, unsigned writes, const std::vector<FaultBudget>& budgets, int retries) {
  if (!program.changes_values) return {};
  Amounts amounts(writes, times_max(program, budgets, retries), program.counts_from_nothing);
  if (amounts.values() > kWritesMax + 1)
    throw InputError(
        fmt::format("the scenario has {} writes that change what is there, in more ways than a state can tell apart; "
                    "take fewer of them, of the retries, or of the faults that repeat one",
                    writes));
  return amounts;
}

// What a row that is not there is.
void settle_absent_rows(Scenario& scenario, const Program& program) {
  if (program.rows_start_absent) {
    if (scenario.cached)
      throw InputError("--cached: no row of this page is there at first, so nothing is cached of one; leave it out");
    scenario.no_row = 0;
  } else if (program.removes_rows) {
    if (scenario.values > kWritesMax)
      throw InputError(fmt::format("the scenario has {} writes, and where rows are removed at most {} are possible",
                                   scenario.values - 1, kWritesMax - 1));
    scenario.no_row = scenario.values++;
  }
}

// A fault that can never strike, because the scenario itself says so.
void refuse_held_expiry(const traces::Scenario& words, const FaultBudget& budget) {
  if (words.no_expiry && budget.targets.size() == 1 && budget.includes(FaultEffect::kExpireMarker))
    throw InputError(fmt::format("--no-expiry and --fault {} contradict each other; leave one out", budget.text));
}

bool takes_from_a_pool(const traces::Scenario& words) {
  if (words.connections != "one" && words.connections != "pool")
    throw InputError(fmt::format("--connections {}: say one or pool", words.connections));
  return words.connections == "pool";
}

void refuse_first_choices(const Scenario& scenario, const Program& program) {
  for (const Session& session : scenario.sessions) {
    if (starts_of(session.operations.front(), program) != 1)
      throw InputError(
          "--all-invoked: an operation here starts with a choice, so there is no single first state; leave it out");
  }
}

}  // namespace

bool FaultTarget::may_be_at(ServerId server) const {
  return servers.empty() || std::find(servers.begin(), servers.end(), server) != servers.end();
}

bool FaultBudget::includes(FaultEffect effect) const {
  return std::any_of(targets.begin(), targets.end(),
                     [effect](const FaultTarget& target) { return fault_kinds()[target.kind].effect == effect; });
}

std::int64_t Scenario::shown(unsigned value) const { return value == no_row ? 0 : amounts.shown(value); }

std::size_t FaultBudget::missed(std::optional<ServerId> server) const {
  std::size_t most = 0;
  for (const FaultTarget& target : targets)
    if (fault_kinds()[target.kind].effect == FaultEffect::kRollBack && (!server || target.may_be_at(*server)))
      most = std::max(most, target.missed);
  return most;
}

std::size_t Scenario::missed() const {
  std::size_t most = 0;
  for (const FaultBudget& budget : budgets) most = std::max(most, budget.missed());
  return most;
}

bool Scenario::allows(FaultEffect effect) const {
  return std::any_of(budgets.begin(), budgets.end(),
                     [effect](const FaultBudget& budget) { return budget.includes(effect); });
}

Scenario resolve(const traces::Scenario& words, const Program& program) {
  refuse_too_many_keys(words, program);
  if (words.apps.empty())
    throw InputError("the scenario has no app instance; say --readers 1 --writers 1, or --app 'read; write'");
  Scenario scenario;
  scenario.keys = words.keys;
  scenario.pooled = takes_from_a_pool(words);
  scenario.cached = words.cached;
  scenario.all_invoked = words.all_invoked;
  unsigned writes = 0;
  for (std::size_t app = 0; app < words.apps.size(); ++app) {
    const std::string where = fmt::format("--app '{}'", words.apps[app]);
    int ordinal = 0;
    for (const std::string& script : split(words.apps[app], '|')) {
      Session session{static_cast<int>(app) + 1, ++ordinal, {}};
      for (const std::string& operation : split(script, ';')) {
        ScriptedOperation parsed = parse_operation(operation, where, words.keys, program);
        if (parsed.kind == OperationKind::kWrite) parsed.value = ++writes;
        if (words.all_invoked && session.operations.empty() && parsed.key == kAnyKey)
          throw InputError(
              fmt::format("{}: --all-invoked needs the key of every first operation, as in 'read k1'", where));
        const std::size_t choices =
            starts_of(parsed, program) * (parsed.key == kAnyKey ? static_cast<std::size_t>(words.keys) : 1);
        if (choices > kChoicesMax)
          throw InputError(
              fmt::format("{}: \"{}\" can begin in {} ways and at most {} are possible; name its key, as "
                          "in '{} k1', or the operation",
                          where, trim(operation), choices, kChoicesMax, to_string(parsed.kind)));
        add_with_retries(parsed, words, where, session);
      }
      if (session.operations.size() > kOperationsMax)
        throw InputError(fmt::format("{}: a session has at most {} operations", where, kOperationsMax));
      scenario.sessions.push_back(std::move(session));
    }
  }
  if (scenario.sessions.size() > static_cast<std::size_t>(kSessionsMax))
    throw InputError(
        fmt::format("the scenario has {} sessions; at most {} are possible", scenario.sessions.size(), kSessionsMax));
  if (writes > kWritesMax)
    throw InputError(fmt::format("the scenario has {} writes; at most {} are possible", writes, kWritesMax));
  if (words.all_invoked) refuse_first_choices(scenario, program);
  scenario.words = words;
  if (words.faults.size() > kBudgetsMax)
    throw InputError(
        fmt::format("--fault: the scenario has {} of them; at most {} are possible", words.faults.size(), kBudgetsMax));
  for (std::string& fault : scenario.words.faults) {
    scenario.budgets.push_back(parse_fault(fault, scenario, program));
    fault = scenario.budgets.back().text;
    refuse_held_expiry(words, scenario.budgets.back());
  }
  scenario.amounts = amounts_of(program, writes, scenario.budgets, words.retries);
  scenario.values = scenario.amounts.any() ? static_cast<unsigned>(scenario.amounts.values()) : writes + 1;
  settle_absent_rows(scenario, program);
  return scenario;
}

CompileOptions compile_options(const traces::Scenario& words) {
  const auto is = [](std::string_view option, const std::string& said, std::string_view wanted) {
    if (said != "fail" && said != "continue")
      throw InputError(fmt::format("{} {}: say fail or continue", option, said));
    return said == wanted;
  };
  return {.continue_on_database_timeout = is("--on-database-timeout", words.on_database_timeout, "continue"),
          .fail_on_cache_timeout = is("--on-cache-timeout", words.on_cache_timeout, "fail")};
}

std::string describe(const traces::Scenario& words) {
  std::vector<std::string> parts;
  const auto count = [&](std::string_view script) {
    return static_cast<std::size_t>(std::count(words.apps.begin(), words.apps.end(), script));
  };
  const std::size_t readers = count("read");
  const std::size_t writers = count("write");
  if (readers + writers == words.apps.size()) {
    if (readers > 0) parts.push_back(fmt::format("{} reader{}", readers, readers == 1 ? "" : "s"));
    if (writers > 0) parts.push_back(fmt::format("{} writer{}", writers, writers == 1 ? "" : "s"));
  } else {
    for (const std::string& app : words.apps) parts.push_back(fmt::format("app '{}'", app));
  }
  parts.push_back(fmt::format("{} key{}{}", words.keys, words.keys == 1 ? "" : "s", words.cached ? ", cached" : ""));
  if (words.faults.empty()) parts.emplace_back("no faults");
  for (const std::string& fault : words.faults) parts.push_back("fault " + fault);
  if (words.on_database_timeout != "fail") parts.push_back("on database timeout: " + words.on_database_timeout);
  if (words.on_cache_timeout != "continue") parts.push_back("on cache timeout: " + words.on_cache_timeout);
  if (words.connections != "one") parts.push_back("connections: " + words.connections);
  if (words.retries != 0) parts.push_back(fmt::format("{} retr{}", words.retries, words.retries == 1 ? "y" : "ies"));
  if (words.all_invoked) parts.emplace_back("all invoked");
  if (words.no_expiry) parts.emplace_back("nothing expires");
  if (words.no_replica_lag) parts.emplace_back("replicas do not lag");
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace stalemate::model
