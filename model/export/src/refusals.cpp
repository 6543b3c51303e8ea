// See refusals.hpp. Each refusal is a line of one of two tables: of the page, and of the scenario.
#include "refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "machine/fault.hpp"
#include "outline.hpp"

namespace stalemate::model {
namespace {

template <class Holds>
bool any_server(const Program& program, const Holds& holds) {
  return std::any_of(program.servers.begin(), program.servers.end(), holds);
}

template <class Holds>
bool any_call(const Program& program, const Holds& holds) {
  return std::any_of(program.instructions.begin(), program.instructions.end(),
                     [&](const Instruction& one) { return is_call(program, one) && holds(one); });
}

struct OfPage {
  std::string_view what;
  bool (*holds)(const Program& program);
};

constexpr OfPage kOfPage[] = {
    {"a replica of a cache",
     [](const Program& program) {
       return any_server(program, [](const DrawnServer& one) { return one.kind == Role::kReplica; });
     }},
    {"a cache that asks the database itself", [](const Program& program) { return program.passes_on; }},
    {"a page with several caches",
     [](const Program& program) {
       return std::count_if(program.servers.begin(), program.servers.end(),
                            [](const DrawnServer& one) { return one.kind == Role::kCache; }) > 1;
     }},
    {"a free choice behind a request to a cache in the process of each app instance",
     [](const Program& program) {
       return any_call(program, [](const Instruction& one) {
         return std::any_of(one.after.begin(), one.after.end(), [](const auto& ways) { return ways.size() > 1; });
       });
     }},
};

struct OfScenario {
  std::string_view option;
  std::string_view what;
  bool (*holds)(const Scenario& scenario);
};

constexpr OfScenario kOfScenario[] = {
    {"--keys", "several keys", [](const Scenario& scenario) { return scenario.keys > 1; }},
    {"--connections", "a pool of connections", [](const Scenario& scenario) { return scenario.pooled; }},
    {"--retries", "trying an operation again", [](const Scenario& scenario) { return scenario.words.retries != 0; }},
    {"--all-invoked", "a start with all operations invoked",
     [](const Scenario& scenario) { return scenario.all_invoked; }},
    {"--app", "several sessions in one app instance",
     [](const Scenario& scenario) {
       return std::any_of(scenario.sessions.begin(), scenario.sessions.end(),
                          [](const Session& one) { return one.session > 1; });
     }},
    {"--app", "several operations one after the other",
     [](const Scenario& scenario) {
       return std::any_of(scenario.sessions.begin(), scenario.sessions.end(),
                          [](const Session& one) { return one.operations.size() > 1; });
     }},
};

constexpr std::string_view kCovered = "is not exported to other checkers yet; stalemate check judges it";

bool is_covered(std::string_view fault) {
  return std::find(std::begin(kMessageFaults), std::end(kMessageFaults), fault) != std::end(kMessageFaults) ||
         std::find(std::begin(kCacheFaults), std::end(kCacheFaults), fault) != std::end(kCacheFaults);
}

void refuse_faults(const Program& program, const FaultBudget& budget) {
  for (const FaultTarget& target : budget.targets) {
    const FaultKind& fault = fault_kinds()[target.kind];
    // Of those that stand for several, one that no server here can suffer says nothing.
    const bool strikes = fault.server() == nullptr ||
                         any_server(program, [&](const DrawnServer& drawn) { return fault.strikes(drawn); });
    if (strikes && !is_covered(fault.name))
      throw NotModelledError(fmt::format("--fault {}: {} {}", budget.text, fault.name, kCovered));
    if (fault.effect == FaultEffect::kCrash && program.has_async)
      throw NotModelledError(
          fmt::format("--fault {}: a crash with requests in flight that are not awaited {}", budget.text, kCovered));
  }
}

}  // namespace

void refuse_what_is_not_covered(const std::string& file, const Program& program, const Scenario& scenario) {
  for (const OfPage& refused : kOfPage)
    if (refused.holds(program)) throw NotModelledError(fmt::format("{}: {} {}", file, refused.what, kCovered));
  if (!program.has_cache || !program.has_database)
    throw NotModelledError(
        fmt::format("{}: no {} is drawn, so the claim that is exported, coherent-at-rest, has nothing to compare", file,
                    program.has_cache ? "database" : "cache"));
  for (const OfScenario& refused : kOfScenario)
    if (refused.holds(scenario))
      throw NotModelledError(fmt::format("{}: {} {}", refused.option, refused.what, kCovered));
  for (const Session& session : scenario.sessions)
    if (session.operations.front().candidates.size() > 1)
      throw NotModelledError(fmt::format("{}: that any of several {}s of the page is run {}", file,
                                         to_string(session.operations.front().kind), kCovered));
  for (const FaultBudget& budget : scenario.budgets) refuse_faults(program, budget);
}

}  // namespace stalemate::model
