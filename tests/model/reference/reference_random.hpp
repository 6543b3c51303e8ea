// Random protocols and small random scenarios for comparing model/ with the reference.
#pragma once

#include <rapidcheck/gtest.h>

#include <array>
#include <sstream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "ask/alphabet_pages.hpp"
#include "ask/random_page.hpp"
#include "base/error.hpp"
#include "machine/machine.hpp"
#include "machine/program.hpp"
#include "model/reference/reference_model.hpp"
#include "sim/random.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::reference {

struct RandomProtocol {
  std::string text;
};
inline void showValue(const RandomProtocol& protocol, std::ostream& out) { out << '\n' << protocol.text; }

// A request, lines that ask for nothing that is awaited, and one or two blocks about how it turned out; some of them
// name a timeout, some are an else without a label. Random pages of model/ have such blocks right behind requests
// alone.
inline rc::Gen<std::string> random_exchange(OperationKind kind, int depth);

inline rc::Gen<std::string> random_body(OperationKind kind, int depth) {
  using Line = std::pair<std::size_t, rc::Gen<std::string>>;
  const bool read = kind == OperationKind::kRead;
  std::vector<Line> lines = {
      {2, rc::gen::element<std::string>("app-)cache: Delete value\n", "app-)cache: Set value\n")},
      {1, rc::gen::just<std::string>("app->>cache: Delete value\n")},
      {1, rc::gen::element<std::string>("app->>cache: Set value\n", "app->>cache: Set value, TTL 60\n")},
      {1, rc::gen::just<std::string>(read ? "app->>database: Get value\n" : "app->>database: Set value\n")},
      {2, rc::gen::element<std::string>("app-->>user: done\n", "app-->>user: error\n")}};
  if (depth > 0) lines.push_back({2, random_exchange(kind, depth - 1)});
  return rc::gen::exec([lines] {
    std::string text;
    for (int left = *rc::gen::weightedElement<int>({{3, 1}, {1, 2}}); left > 0; --left) {
      std::size_t sum = 0;
      for (const Line& line : lines) sum += line.first;
      std::size_t at = *rc::gen::inRange<std::size_t>(0, sum);
      for (const Line& line : lines) {
        if (at < line.first) {
          text += *line.second;
          break;
        }
        at -= line.first;
      }
    }
    return text;
  });
}

inline rc::Gen<std::string> random_exchange(OperationKind kind, int depth) {
  return rc::gen::exec([kind, depth]() -> std::string {
    struct Asked {
      std::string line;
      std::vector<std::string> outcomes;
    };
    const Asked get{"app->>cache: Get value\n", {"hit", "miss"}};
    const Asked row{"app->>database: Get value\n", {"row"}};
    const Asked set{"app->>database: Set value\n", {"ok"}};
    const Asked fill{"app->>cache: Set value\n", {"ok"}};
    const Asked add{"app->>cache: Set value if absent\n", {"ok", "already there"}};
    const Asked exec{"app->>cache: Set value if unchanged\n", {"ok", "conflict"}};
    const Asked cas{"app->>cache: cas value\n", {"ok", "conflict"}};
    const Asked drop{"app->>cache: Delete value\n", {"ok"}};
    const bool read = kind == OperationKind::kRead;
    const Asked asked =
        *rc::gen::elementOf(read ? std::vector<Asked>{get, get, row, row, fill, add, exec, exec, cas}
                                 : std::vector<Asked>{get, row, set, set, set, fill, add, drop, drop, exec});
    std::string text = asked.line;
    for (int left = *rc::gen::weightedElement<int>({{3, 0}, {2, 1}, {1, 2}}); left > 0; --left) {
      text += *rc::gen::element<std::string>(
          "app-)cache: Delete value\n", "app-)cache: Delete value\n", "app-->>user: done\n", "app-->>user: error\n",
          "alt small\napp-)cache: Delete value\nelse large\napp-->>user: done\nend\n",
          "alt small\napp-)cache: Delete value\nelse\napp-->>user: done\nend\n",
          "alt small\napp-)cache: Delete value\nend\n", "opt small\napp-)cache: Delete value\nend\n");
    }
    std::vector<std::string> labels = asked.outcomes;
    labels.insert(labels.end(), {"timeout", "timeout", "failure", "failed or timed out"});
    const auto body = random_body(kind, depth);
    for (int left = *rc::gen::weightedElement<int>({{3, 1}, {2, 2}}); left > 0; --left) {
      const std::string word = *rc::gen::element<std::string>("alt", "alt", "opt", "opt", "break");
      text += word + " " + *rc::gen::elementOf(labels) + "\n" + *body;
      if (word == "alt" && *rc::gen::arbitrary<bool>())
        text += "else " + *rc::gen::oneOf(rc::gen::elementOf(labels), rc::gen::just<std::string>("")) + "\n" + *body;
      text += "end\n";
    }
    return text;
  });
}

inline rc::Gen<std::string> random_branches_page() {
  return rc::gen::exec([]() -> std::string {
    std::string bodies[2];
    bodies[0] = *rc::gen::weightedElement<std::string>(
        {{2, ""},
         {3, "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"},
         {2, "app->>database: Get value\n"}});
    bodies[1] = *rc::gen::weightedElement<std::string>({{6, ""},
                                                        {1, "app->>database: Get value\n"},
                                                        {1, "app->>cache: Get value\n"},
                                                        {1, "app-->>user: accepted\n"},
                                                        {1, "app->>database: Get value\napp->>cache: Set value\n"},
                                                        {1, "app-)database: Set value\n"}});
    for (const OperationKind kind : {OperationKind::kRead, OperationKind::kWrite}) {
      std::string& text = bodies[kind == OperationKind::kRead ? 0 : 1];
      for (int left = *rc::gen::weightedElement<int>({{3, 1}, {2, 2}}); left > 0; --left)
        text += *rc::gen::weightedOneOf<std::string>({{3, random_exchange(kind, 1)}, {1, random_body(kind, 0)}});
    }
    return as_page(bodies[0], bodies[1]);
  });
}

inline rc::Gen<RandomProtocol> random_protocol() {
  const auto page = rc::gen::weightedOneOf<std::string>({{1, random_page()}, {2, random_branches_page()}});
  return rc::gen::map(rc::gen::tuple(page, rc::gen::inRange(0, 1'000'000)),
                      [](const std::tuple<std::string, int>& drawn) {
                        const auto& [text, number] = drawn;
                        const sim::Random random(static_cast<std::uint64_t>(number), 0);
                        if (number % 8 == 0) return RandomProtocol{text};
                        if (number % 8 == 5) return RandomProtocol{with_replica(text, random)};
                        if (number % 16 == 7) return RandomProtocol{with_replica(with_entries(text, random), random)};
                        return RandomProtocol{number % 8 == 1   ? with_caches(text, random)
                                              : number % 8 == 2 ? with_changes(text, random)
                                              : number % 8 == 3 ? with_rows(text, random)
                                              : number % 8 == 4 ? with_work(text, random)
                                              : number % 8 == 6 && number % 16 < 8
                                                  ? beside_another(with_entries(text, random, true), random)
                                                  : with_entries(text, random)};
                      });
}

constexpr unsigned kContinueSwitch = 2;
constexpr unsigned kCacheFailsSwitch = 128 + 256;
constexpr unsigned kPoolSwitch = 512 + 1024;
constexpr unsigned kRetrySwitch = 2048 + 4096;
constexpr unsigned kHeldSwitch = 96;             // both bits: one in four
constexpr unsigned kNoLagSwitch = 8192 + 16384;  // likewise

// A scenario before it is known which arrows there are to aim at: aims are drawn as numbers.
struct RandomScenario {
  std::vector<std::vector<int>> sessions;  // each operation: 0 read or 1 write, plus 2 times the key or 3 for any
  std::vector<bool> shares_app;            // session i runs in the app instance of the one before
  std::vector<std::vector<int>> budgets;   // the aims of each
  unsigned switches = 0;
  std::size_t other = 0;  // which of the other properties is compared
};
inline void showValue(const RandomScenario& scenario, std::ostream& out) {
  out << "sessions ";
  rc::show(scenario.sessions, out);
  out << " shared ";
  rc::show(scenario.shares_app, out);
  out << " budgets ";
  rc::show(scenario.budgets, out);
  out << " switches " << scenario.switches << " other " << scenario.other;
}

inline rc::Gen<RandomScenario> random_scenario() {
  const auto script =
      rc::gen::weightedOneOf<std::vector<int>>({{3, rc::gen::container<std::vector<int>>(1, rc::gen::inRange(0, 8))},
                                                {1, rc::gen::container<std::vector<int>>(2, rc::gen::inRange(0, 8))}});
  const auto sessions = rc::gen::weightedOneOf<std::vector<std::vector<int>>>(
      {{1, rc::gen::container<std::vector<std::vector<int>>>(1, script)},
       {6, rc::gen::container<std::vector<std::vector<int>>>(2, script)},
       {1, rc::gen::container<std::vector<std::vector<int>>>(3, script)}});
  const auto budget =
      rc::gen::resize(2, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 240))));
  return rc::gen::build<RandomScenario>(
      rc::gen::set(&RandomScenario::sessions, sessions),
      rc::gen::set(&RandomScenario::shares_app, rc::gen::container<std::vector<bool>>(3, rc::gen::arbitrary<bool>())),
      rc::gen::set(&RandomScenario::budgets,
                   rc::gen::resize(2, rc::gen::container<std::vector<std::vector<int>>>(budget))),
      rc::gen::set(&RandomScenario::switches, rc::gen::inRange(0U, 32768U)),
      rc::gen::set(&RandomScenario::other, rc::gen::inRange<std::size_t>(0, kOtherProperties.size())));
}

// Those that strike messages first, then those that strike the cache.
inline const std::vector<std::string> kFaults = {
    "lost-reply", "lost-request", "late-request",  "duplicate",      "crash",  "app-restart",  "error",
    "cancel",     "evict",        "cache-restart", "cache-failover", "expire", "lost-delivery"};
constexpr std::size_t kFaultsOfMessages = 8;

// Whether a state has room for what Writes may leave of what is there, and a step for every outcome of a crash.
inline bool has_room(const Protocol& protocol, const traces::Scenario& words,
                     const std::vector<std::string>& properties = {}) {
  try {
    make_machine(protocol, words, properties, Granularity::kPlain);
    return true;
  } catch (const InputError& error) {
    const std::string what = error.what();
    const bool known = what.find("in more ways than a state can tell apart") != std::string::npos ||
                       what.find(" bytes a state and ") != std::string::npos ||
                       what.find("so many requests in flight that a crash has more than") != std::string::npos;
    if (!known) throw;
    return false;
  }
}

inline Setting setting_of(const RandomScenario& drawn, const Protocol& protocol, bool has_cache) {
  Setting setting;
  setting.has_cache = has_cache;
  setting.cached = (drawn.switches & 1) != 0 && has_cache && !protocol.rows_start_absent;
  setting.continue_on_database_timeout = (drawn.switches & kContinueSwitch) != 0;
  setting.fail_on_cache_timeout = (drawn.switches & kCacheFailsSwitch) == kCacheFailsSwitch;
  setting.pooled = (drawn.switches & kPoolSwitch) == kPoolSwitch;
  setting.no_replica_lag = (drawn.switches & kNoLagSwitch) == kNoLagSwitch;
  setting.no_expiry = (drawn.switches & kHeldSwitch) == kHeldSwitch;
  setting.keys = (drawn.switches & 12) == 0 ? 2 : 1;
  for (std::size_t s = 0; s < drawn.sessions.size(); ++s) {
    std::vector<Script> script;
    for (const int operation : drawn.sessions[s]) {
      Script one{operation % 2 == 0 ? OperationKind::kRead : OperationKind::kWrite, std::nullopt};
      if (operation / 2 < 3 || setting.keys == 1) one.key = static_cast<std::size_t>(operation / 2) % setting.keys;
      script.push_back(one);
    }
    if (s == 0 || !drawn.shares_app[s]) setting.apps.emplace_back();
    setting.apps.back().push_back(std::move(script));
  }
  // What is run again has one name and one key.
  const auto is_one = [&](const Script& one) {
    const auto same_kind = [&](const Operation& operation) { return operation.kind == one.kind; };
    return one.key && std::count_if(protocol.operations.begin(), protocol.operations.end(), same_kind) == 1;
  };
  const bool all_one = std::all_of(setting.apps.begin(), setting.apps.end(), [&](const auto& sessions) {
    return std::all_of(sessions.begin(), sessions.end(), [&](const std::vector<Script>& script) {
      return std::all_of(script.begin(), script.end(), is_one);
    });
  });
  if ((drawn.switches & kRetrySwitch) == kRetrySwitch && all_one) setting.retries = 1;
  std::vector<std::pair<std::string, int>> arrows = {{"", 0}};
  for (const char* many : {"read", "write", "database"}) arrows.emplace_back(many, 0);
  if (has_cache) arrows.emplace_back("cache", 0);
  const std::vector<DrawnServer> servers = compile(protocol, {}).servers;
  const bool has_replica = std::any_of(servers.begin(), servers.end(), [](const auto& one) { return one.follows; });
  if (has_replica) arrows.emplace_back("replica", 0);
  for (const Operation& operation : protocol.operations)
    for (std::size_t i = 0; i < operation.arrows.size(); ++i)
      if (operation.arrows[i] != 0) arrows.emplace_back(to_string(operation.kind), static_cast<int>(i) + 1);
  for (const std::vector<int>& drawn_aims : drawn.budgets) {
    Budget budget;
    if (drawn_aims.front() % 5 == 0) budget.count = 2;
    for (const int number : drawn_aims) {
      const auto aimed = static_cast<std::size_t>(number / 2) % (2 * arrows.size());
      const auto& [operation, arrow] = arrows[aimed < arrows.size() ? aimed : 0];  // half of them anywhere
      std::size_t kind = static_cast<std::size_t>(number) % (has_cache ? kFaults.size() : kFaultsOfMessages);
      if (has_replica && kFaults[kind] == "cache-failover") --kind;
      const bool anywhere = kind >= kFaultsOfMessages;
      budget.aims.push_back({kFaults[kind], anywhere ? "" : operation, anywhere ? 0 : arrow});
      if (kFaults[kind] == "cache-failover") budget.aims.back().missed = static_cast<std::size_t>(number / 2) % 3 + 1;
    }
    const bool endless = std::any_of(budget.aims.begin(), budget.aims.end(), [](const Aim& aim) {
      return aim.kind == "duplicate" || aim.kind == "cache-failover";
    });
    if (drawn_aims.front() % 7 == 0 && !endless) budget.count = kUnlimited;
    if (budget.aims.size() == 1 && budget.aims.front().kind == "expire") setting.no_expiry = false;  // they contradict
    setting.budgets.push_back(std::move(budget));
  }
  while (!has_room(protocol, words_of(setting))) {
    if (setting.retries > 0)
      setting.retries = 0;
    else if (!setting.budgets.empty())
      setting.budgets.pop_back();
    else if (setting.apps.size() > 1)
      setting.apps.pop_back();
    else if (setting.apps.front().size() > 1)
      setting.apps.front().pop_back();
    else
      setting.apps.front().front().pop_back();
  }
  return setting;
}

// Whether the reader and the compiler take it, whatever a timeout does.
inline bool understood(const RandomProtocol& drawn) {
  try {
    const Protocol protocol = read_protocol(drawn.text, "random.md", {});
    compile(protocol, {.continue_on_database_timeout = false});
    compile(protocol, {.continue_on_database_timeout = true});
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace stalemate::model::reference
