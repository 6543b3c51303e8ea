// --fault: which kinds, aimed at what, and how often.
#include "scenario_faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "machine/fault.hpp"

namespace stalemate::model {

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

NamedOperations operations_named(const std::string& name, const Program& program) {
  NamedOperations found;
  for (std::size_t i = 0; i < program.operations.size(); ++i) {
    const ProgramOperation& operation = program.operations[i];
    if (lower(operation.name) == name) found.by_name.push_back(static_cast<std::uint16_t>(i));
    if (to_string(operation.kind) == name) found.by_kind.push_back(static_cast<std::uint16_t>(i));
  }
  return found;
}

std::string operation_names(const Program& program) {
  std::vector<std::string> names;
  for (const ProgramOperation& operation : program.operations) names.push_back(lower(operation.name));
  return fmt::format("{}", fmt::join(names, ", "));
}

namespace {

std::string fault_names() {
  std::vector<std::string> names;
  for (const FaultKind& kind : fault_kinds()) names.emplace_back(kind.name);
  for (const FaultAlias& alias : fault_aliases()) names.emplace_back(alias.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

bool strikes_any(const FaultKind& kind, const Program& program) {
  return std::any_of(program.servers.begin(), program.servers.end(),
                     [&](const DrawnServer& server) { return kind.strikes(server); });
}

bool has_replica(const Program& program) {
  return std::any_of(program.servers.begin(), program.servers.end(),
                     [](const DrawnServer& server) { return server.follows.has_value(); });
}

// Whether an app instance has anything left to do after a crash, should it start again.
bool goes_on_after_a_crash(const Scenario& scenario) {
  std::map<int, int> operations;
  for (const Session& session : scenario.sessions)
    for (const ScriptedOperation& operation : session.operations)
      if (operation.again == 0) ++operations[session.app];
  return std::any_of(operations.begin(), operations.end(), [](const auto& of) { return of.second > 1; });
}

std::vector<std::size_t> fault_kinds_named(const std::string& name, const Scenario& scenario, const Program& program) {
  std::vector<std::string_view> wanted = {name};
  std::vector<std::string> known;
  for (const FaultAlias& alias : fault_aliases()) {
    known.emplace_back(alias.name);
    if (alias.name == name) wanted = alias.kinds;
  }
  std::vector<std::size_t> kinds;
  for (std::size_t i = 0; i < fault_kinds().size(); ++i) {
    const FaultKind& kind = fault_kinds()[i];
    known.emplace_back(kind.name);
    if (std::find(wanted.begin(), wanted.end(), kind.name) == wanted.end()) continue;
    const bool never = (kind.effect == FaultEffect::kStartAgain && !goes_on_after_a_crash(scenario)) ||
                       (kind.effect == FaultEffect::kExpireMarker && !program.markers_expire) ||
                       (kind.effect == FaultEffect::kRollBack && has_replica(program));
    const bool possible = !never && (kind.server() == nullptr || strikes_any(kind, program));
    if (kind.name == name || possible) kinds.push_back(i);
  }
  if (!kinds.empty()) return kinds;
  const auto planned = planned_faults();
  if (std::find(planned.begin(), planned.end(), name) != planned.end())
    throw InputError(fmt::format("--fault {}: understood, but not modelled yet; there is {}", name, fault_names()));
  throw InputError(
      fmt::format("--fault {}: no such fault{}; there is {}", name, suggestion(name, known), fault_names()));
}

// "cache-failover:3" -> the name, and how many of the last changes the replica misses at most.
std::pair<std::string, std::size_t> name_and_missed(const std::string& where, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {text, 1};
  const std::string name(trim(text.substr(0, colon)));
  const auto missed = number(trim(std::string_view(text).substr(colon + 1)));
  if (name != "cache-failover")
    throw InputError(fmt::format(
        "{}: only a cache-failover has a number behind a colon: of changes that the replica misses; how often is "
        "{}=2, and an arrow is aimed at by {}@write:2",
        where, name, name));
  if (!missed || *missed < 1 || *missed > kMissedMax)
    throw InputError(
        fmt::format("{}: behind the colon stands how many of the last changes the replica may miss, from "
                    "1 to {}",
                    where, kMissedMax));
  return {name, static_cast<std::size_t>(*missed)};
}

// The server of the program that is called so; where none is, all of that kind.
std::vector<ServerId> servers_named(const std::string& name, const Program& program) {
  std::vector<ServerId> by_name;
  std::vector<ServerId> by_kind;
  for (std::size_t server = 0; server < program.servers.size(); ++server) {
    const DrawnServer& drawn = program.servers[server];
    if (lower(drawn.name) == name) by_name.push_back(static_cast<ServerId>(server));
    if (to_string(drawn.kind) == name) by_kind.push_back(static_cast<ServerId>(server));
  }
  return by_name.empty() ? by_kind : by_name;
}

// "cache": the messages of that server. "read": those of the operations of that kind or name.
void aim_at_many(FaultTarget& target, const std::string& where, const std::string& name, const Program& program) {
  target.servers = servers_named(name, program);
  if (!target.servers.empty()) return;
  const NamedOperations named = operations_named(name, program);
  target.operations = named.by_kind.empty() ? named.by_name : named.by_kind;
  if (!target.operations.empty()) return;
  std::vector<std::string> servers;
  for (const DrawnServer& server : program.servers) servers.push_back(lower(server.name));
  throw InputError(fmt::format(
      "{}: cannot read the aim \"{}\"; write OPERATION:ARROW, as in write:2, an operation ({}), or a server ({})",
      where, name, operation_names(program), fmt::join(servers, ", ")));
}

// "write:2" -> the request that arrow 2 of Write is, or answers.
void aim(FaultTarget& target, const std::string& where, const std::string& text, const Program& program) {
  target.aim = text;
  const auto colon = text.rfind(':');
  const auto arrow = colon == std::string::npos ? std::nullopt : number(std::string_view(text).substr(colon + 1));
  if (!arrow) return aim_at_many(target, where, text, program);
  const NamedOperations named = operations_named(std::string(trim(text.substr(0, colon))), program);
  const std::vector<std::uint16_t>& operations = named.by_name.empty() ? named.by_kind : named.by_name;
  if (operations.size() != 1)
    throw InputError(fmt::format("{}: \"{}\" names {} operation; the protocol has {}", where, text.substr(0, colon),
                                 operations.empty() ? "no" : "more than one", operation_names(program)));
  const ProgramOperation& operation = program.operations[operations.front()];
  const auto count = static_cast<int>(operation.arrows.size());
  if (*arrow < 1 || *arrow > count || operation.arrows[static_cast<std::size_t>(*arrow - 1)] == 0)
    throw InputError(fmt::format("{}: arrow {} of {} is no request to a server, nor a reply to one{}", where, *arrow,
                                 operation.name, *arrow > count ? fmt::format(" (it has {} arrows)", count) : ""));
  target.operations = operations;
  target.arrow = operation.arrows[static_cast<std::size_t>(*arrow - 1)];
}

// Whether a fault that strikes servers is aimed at something else.
bool misses(const FaultKind& fault, const FaultTarget& target, const Program& program) {
  if (fault.server() == nullptr) return false;
  if (!target.operations.empty()) return true;
  return !target.servers.empty() && std::none_of(target.servers.begin(), target.servers.end(), [&](ServerId server) {
    return fault.strikes(program.servers[server]);
  });
}

}  // namespace

FaultBudget parse_fault(const std::string& text, const Scenario& scenario, const Program& program) {
  const std::string where = fmt::format("--fault {}", text);
  FaultBudget budget;
  std::string kinds = text;
  const auto equals = text.rfind('=');
  if (equals != std::string::npos) {
    const std::string_view says = trim(std::string_view(text).substr(equals + 1));
    const auto count = number(says);
    budget.unlimited = says == "*";
    if (!budget.unlimited && (!count || *count < 1 || *count > kBudgetMax))
      throw InputError(fmt::format(
          "{}: the budget after '=' is a number from 1 to {}, or * for as often as it can happen", where, kBudgetMax));
    if (count) budget.budget = static_cast<unsigned>(*count);
    kinds = text.substr(0, equals);
  }
  std::vector<std::string> normalised;
  for (const std::string& part : split(kinds, ',')) {
    const auto at = part.find('@');
    const std::string says = lower(trim(part.substr(0, at)));
    const auto [name, missed] = name_and_missed(where, says);
    for (const std::size_t kind : fault_kinds_named(name, scenario, program)) {
      FaultTarget target;
      target.kind = kind;
      target.missed = missed;
      const FaultKind& fault = fault_kinds()[kind];
      if (at != std::string::npos) aim(target, where, lower(trim(std::string_view(part).substr(at + 1))), program);
      const bool of_several = fault.name != name;  // "lost-message", "any": those of it that may be aimed so
      if (fault.effect == FaultEffect::kRollBack && has_replica(program))
        throw InputError(fmt::format(
            "{}: a replica of the cache is read here, and whether that one takes over, or another that has got more or "
            "less, is not modelled; leave out {}",
            where, fault.name));
      if (misses(fault, target, program) && of_several) continue;
      if (misses(fault, target, program))
        throw InputError(fmt::format("{}: {} strikes the {}, not a message; leave out the aim", where, fault.name,
                                     to_string(*fault.server())));
      // What can be done over and over would leave no end to any run: a copy, and bringing back what is lost again.
      if (budget.unlimited && (fault.effect == FaultEffect::kCopy || fault.effect == FaultEffect::kRollBack))
        throw InputError(
            fmt::format("{}: {} can happen without end; say how often, as in {}=2", where, fault.name, name));
      budget.targets.push_back(std::move(target));
    }
    if (budget.targets.size() > kTargetsMax)
      throw InputError(fmt::format("--fault: one of them lists more than {} kinds; list each once", kTargetsMax));
    const std::string kinds_named = missed == 1 ? name : fmt::format("{}:{}", name, missed);
    normalised.push_back(
        at == std::string::npos ? kinds_named : kinds_named + "@" + lower(trim(std::string_view(part).substr(at + 1))));
  }
  budget.text =
      fmt::format("{}={}", fmt::join(normalised, ","), budget.unlimited ? "*" : std::to_string(budget.budget));
  return budget;
}

std::vector<std::string_view> faults_left_out(const Scenario& scenario, const Program& program) {
  std::vector<std::string_view> names;
  for (const std::size_t kind : fault_kinds_named("any", scenario, program)) {
    const FaultKind& fault = fault_kinds()[kind];
    if (!scenario.allows(fault.effect)) names.push_back(fault.name);
  }
  return names;
}

std::string text_of(const FaultTarget& target) {
  return fmt::format("{}{}{}{}", fault_kinds()[target.kind].name,
                     target.missed > 1 ? fmt::format(":{}", target.missed) : "", target.aim.empty() ? "" : "@",
                     target.aim);
}

}  // namespace stalemate::model
