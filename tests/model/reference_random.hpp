// Random protocols and small random scenarios for comparing model/ with the reference: protocols as Markdown text, so
// that what fails can be read and tried by hand; every kind of act occurs, nested too.
#pragma once

#include <rapidcheck/gtest.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "model/program.hpp"
#include "model/protocol.hpp"
#include "model/reference_model.hpp"
#include "traces/error.hpp"

namespace stalemate::model::reference {

struct RandomProtocol {
  std::string text;
};
inline void showValue(const RandomProtocol& protocol, std::ostream& out) { out << '\n' << protocol.text; }

inline rc::Gen<std::string> random_arrow(OperationKind kind) {
  const std::string miss = "cache-->>app: Does not exist\n";
  if (kind == OperationKind::kRead)
    return rc::gen::weightedElement<std::string>(
        {{6, "app->>cache: Get value\n"},
         {6, "app->>cache: Get value\n" + miss},
         {2, "app->>cache: Get value\ncache-->>app: Value\n"},
         {8, "app->>database: Get value\n"},
         {2, "app->>database: Get value\ndatabase-->>app: Value\n"},
         {8, "app->>cache: Set value\n"},
         {4, "app->>cache: Set value if absent\n"},
         {2, "app->>cache: Set value if absent\ncache-->>app: already there\n"},
         {3, "app-)cache: Set value\n"},
         {2, "app-)cache: Delete value\n"},
         {2, "app->>cache: Delete value\n"},
         {1, "app-xcache: Set value\n"},
         {1, "app-xcache: Get value\n"},
         {1, "app-xdatabase: Get value\n"},
         {1, "app->>database: Set value\n"},
         {2, "app-->>user: done\n"}});
  return rc::gen::weightedElement<std::string>({{8, "app->>database: Set value\n"},
                                                {2, "app-)database: Set value\n"},
                                                {1, "app-xdatabase: Set value\n"},
                                                {1, "app->>database: Get value\n"},
                                                {6, "app->>cache: Delete value\n"},
                                                {5, "app->>cache: Set value\n"},
                                                {2, "app->>cache: Set value if absent\n"},
                                                {1, "app->>cache: Set value if absent\ncache-->>app: already there\n"},
                                                {3, "app-)cache: Delete value\n"},
                                                {2, "app-)cache: Set value\n"},
                                                {1, "app-xcache: Delete value\n"},
                                                {2, "app->>cache: Get value\n"},
                                                {1, "app->>cache: Get value\n" + miss},
                                                {3, "app-->>user: done\n"}});
}

inline rc::Gen<std::string> random_lines(OperationKind kind, int depth) {
  auto line = random_arrow(kind);
  if (depth > 0) {
    const auto label =
        rc::gen::element<std::string>("miss", "hit", "timeout", "error", "success", "already there", "small", "large");
    using Parts = std::tuple<std::string, std::string, std::string, bool, std::string, std::string>;
    const auto block = rc::gen::map(
        rc::gen::tuple(rc::gen::element<std::string>("alt", "alt", "opt", "break"), label,
                       random_lines(kind, depth - 1), rc::gen::arbitrary<bool>(),
                       rc::gen::oneOf(label, rc::gen::just<std::string>("")), random_lines(kind, depth - 1)),
        [](const Parts& parts) {
          const auto& [word, first, body, has_else, second, other] = parts;
          std::string text = word + " " + first + "\n" + body;
          if (word == "alt" && has_else) text += "else " + second + "\n" + other;
          return text + "end\n";
        });
    line = rc::gen::weightedOneOf<std::string>({{5, line}, {1, block}});
  }
  return rc::gen::map(
      rc::gen::resize(depth > 1 ? 5 : 3, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(line))),
      [](const std::vector<std::string>& all) {
        std::string text;
        for (const std::string& one : all) text += one;
        return text;
      });
}

inline std::string as_page(const std::string& read, const std::string& write) {
  const auto diagram = [](const std::string& name, const std::string& lines) {
    return "# " + name + "\n\n```mermaid\nsequenceDiagram\nparticipant app\nparticipant cache\nparticipant database\n" +
           lines + "```\n\n";
  };
  return diagram("Read", read) + diagram("Write", write);
}

// Half of the reads begin as caching reads do, so that most have a value before they store one.
inline rc::Gen<RandomProtocol> random_protocol() {
  const auto start = rc::gen::weightedElement<std::string>(
      {{3, ""},
       {3, "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"},
       {2, "app->>database: Get value\n"},
       {1, "app->>cache: Get value\nopt miss\napp->>database: Get value\nend\n"}});
  return rc::gen::map(
      rc::gen::tuple(start, random_lines(OperationKind::kRead, 2), random_lines(OperationKind::kWrite, 2)),
      [](const std::tuple<std::string, std::string, std::string>& parts) {
        return RandomProtocol{as_page(std::get<0>(parts) + std::get<1>(parts), std::get<2>(parts))};
      });
}

constexpr unsigned kContinueSwitch = 2;

// A scenario before it is known which arrows there are to aim at: aims are drawn as numbers.
struct RandomScenario {
  std::vector<std::vector<int>> sessions;  // each operation: 0 read or 1 write, plus 2 times the key or 3 for any
  std::vector<bool> shares_app;            // session i runs in the app instance of the one before
  std::vector<std::vector<int>> budgets;   // the aims of each
  unsigned switches = 0;
};
inline void showValue(const RandomScenario& scenario, std::ostream& out) {
  out << "sessions ";
  rc::show(scenario.sessions, out);
  out << " shared ";
  rc::show(scenario.shares_app, out);
  out << " budgets ";
  rc::show(scenario.budgets, out);
  out << " switches " << scenario.switches;
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
      rc::gen::resize(2, rc::gen::nonEmpty(rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 60))));
  return rc::gen::build<RandomScenario>(
      rc::gen::set(&RandomScenario::sessions, sessions),
      rc::gen::set(&RandomScenario::shares_app, rc::gen::container<std::vector<bool>>(3, rc::gen::arbitrary<bool>())),
      rc::gen::set(&RandomScenario::budgets,
                   rc::gen::resize(2, rc::gen::container<std::vector<std::vector<int>>>(budget))),
      rc::gen::set(&RandomScenario::switches, rc::gen::inRange(0U, 64U)));
}

inline Setting setting_of(const RandomScenario& drawn, const Protocol& protocol, bool has_cache) {
  Setting setting;
  setting.has_cache = has_cache;
  setting.cached = (drawn.switches & 1) != 0 && has_cache;
  setting.continue_on_database_timeout = (drawn.switches & kContinueSwitch) != 0;
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
  std::vector<std::pair<std::string, int>> arrows = {{"", 0}};
  for (const Operation& operation : protocol.operations)
    for (std::size_t i = 0; i < operation.arrows.size(); ++i)
      if (operation.arrows[i] != 0) arrows.emplace_back(to_string(operation.kind), static_cast<int>(i) + 1);
  for (const std::vector<int>& drawn_aims : drawn.budgets) {
    Budget budget;
    if (drawn_aims.front() % 5 == 0) budget.count = 2;
    for (const int number : drawn_aims) {
      const auto aimed = static_cast<std::size_t>(number / 2) % (2 * arrows.size());
      const auto& [operation, arrow] = arrows[aimed < arrows.size() ? aimed : 0];  // half of them anywhere
      const Aim aim{number % 2 == 0, operation, arrow};
      budget.aims.push_back(aim);
    }
    setting.budgets.push_back(std::move(budget));
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
  } catch (const traces::InputError&) {
    return false;
  }
}

}  // namespace stalemate::model::reference
