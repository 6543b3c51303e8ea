// Random diagrams, sensible and not: whatever is drawn is either understood, with the invariants of
// understand/protocol.hpp, or refused with one line that begins with its place.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const std::vector<std::string> kParticipants = {"app", "cache", "database", "user", "api", "queue"};
const std::vector<std::string> kArrows = {"->>", "-->>", "->", "-->", "-)", "--)", "-x", "--x", "<<->>", "<<-->>"};
const std::vector<std::string> kLabels = {
    "Get value", "Set value", "Delete value", "SET k v NX",   "value", "miss", "OK",           "error",
    "timeout",   "BEGIN",     "add",          "value or nil", "",      "blah", "already there"};
const std::vector<std::string> kDirectives = {
    "means get",     "means miss",    "means local",   "operation = A",    "operation = B",      "operation is write",
    "branch = miss", "branch = free", "branch = else", "role queue = app", "operation continues"};

rc::Gen<std::string> label() { return rc::gen::elementOf(kLabels); }

rc::Gen<std::string> arrow() {
  return rc::gen::map(
      rc::gen::tuple(rc::gen::weightedElement<std::string>({{6, "app"}, {2, "cache"}, {2, "database"}, {1, "user"}}),
                     rc::gen::elementOf(kArrows), rc::gen::elementOf(kParticipants), label()),
      [](const std::tuple<std::string, std::string, std::string, std::string>& t) {
        return std::get<0>(t) + std::get<1>(t) + std::get<2>(t) + ": " + std::get<3>(t) + "\n";
      });
}

// The arrows that make sense, so that deep diagrams are understood often enough.
rc::Gen<std::string> exchange() {
  const std::vector<std::string> exchanges = {
      "app->>cache: Get value\n",
      "app->>database: Get value\n",
      "app->>database: Set value\n",
      "app->>cache: Delete value\n",
      "app-)cache: Delete value\n",
      "app->>cache: Set if absent\n",
      "app->>cache: Get\ncache-->>app: miss\n",
      "app->>database: Get\ndatabase-->>app: row\n",
      "app->>app: think\n",
      "user->>app: GET\n",
      "app-->>user: done\n",
      "Note over app: Write\n",
  };
  return rc::gen::elementOf(exchanges);
}

rc::Gen<std::string> lines(int depth) {
  auto simple = rc::gen::weightedOneOf<std::string>(
      {{8, exchange()}, {2, arrow()}, {1, rc::gen::map(rc::gen::elementOf(kDirectives), [](const std::string& d) {
                                         return "%% stalemate: " + d + "\n";
                                       })}});
  auto line = simple;
  if (depth > 0) {
    auto block =
        rc::gen::map(rc::gen::tuple(rc::gen::element<std::string>("alt", "alt", "opt", "break", "rect", "loop"),
                                    label(), lines(depth - 1), rc::gen::arbitrary<bool>(), label(), lines(depth - 1)),
                     [](const std::tuple<std::string, std::string, std::string, bool, std::string, std::string>& t) {
                       std::string text = std::get<0>(t) + " " + std::get<1>(t) + "\n" + std::get<2>(t);
                       if (std::get<0>(t) == "alt" && std::get<3>(t))
                         text += "else " + std::get<4>(t) + "\n" + std::get<5>(t);
                       return text + "end\n";
                     });
    line = rc::gen::weightedOneOf<std::string>({{4, simple}, {1, block}});
  }
  return rc::gen::map(rc::gen::resize(6, rc::gen::container<std::vector<std::string>>(line)),
                      [](const std::vector<std::string>& all) {
                        std::string text;
                        for (const std::string& one : all) text += one;
                        return text.empty() ? std::string("app->>cache: Get\n") : text;
                      });
}

void check_body(const std::vector<Act>& body, const Operation& operation) {
  for (const Act& act : body) {
    if (const auto* request = std::get_if<Request>(&act.node)) {
      RC_ASSERT(request->to == Role::kCache || request->to == Role::kDatabase);
      RC_ASSERT(request->to == Role::kCache || request->verb == Verb::kGet || request->verb == Verb::kSet ||
                request->verb == Verb::kRemove);
      RC_ASSERT(request->verb != Verb::kGet || request->awaited);
      RC_ASSERT(operation.arrows.at(static_cast<std::size_t>(request->arrow) - 1) == request->arrow);
    } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
      RC_ASSERT(!guard->outcomes.empty());
      RC_ASSERT(operation.arrows.at(static_cast<std::size_t>(guard->arrow) - 1) != 0);
    } else if (const auto* choice = std::get_if<Choice>(&act.node)) {
      RC_ASSERT(!choice->branches.empty());
      std::set<Outcome> taken;
      for (std::size_t i = 0; i < choice->branches.size(); ++i) {
        const Branch& branch = choice->branches[i];
        if (choice->free) {
          RC_ASSERT(branch.tests.empty() && !branch.is_else);
        } else {
          RC_ASSERT(branch.is_else == branch.tests.empty());
          RC_ASSERT(!branch.is_else || i + 1 == choice->branches.size());
        }
        for (int o = 0; o < kOutcomeCount; ++o) {
          const auto outcome = static_cast<Outcome>(o);
          if (branch.tests.has(outcome)) RC_ASSERT(taken.insert(outcome).second);
        }
        check_body(branch.body, operation);
      }
    }
  }
}

RC_GTEST_PROP(ProtocolRandom, a_diagram_is_understood_within_the_invariants_or_refused_a_line_for_each_finding, ()) {
  // Random arrows start over more often than a person's.
  const std::string text = *rc::gen::element<std::string>("", "%% stalemate: operation continues\n") + *lines(2);
  Protocol protocol;
  try {
    protocol = read_lines(text);
  } catch (const InputError& error) {
    RC_ASSERT(!error.findings().empty());
    for (const Finding& finding : error.findings()) {
      RC_ASSERT(starts_with(finding.line(), "t.mmd:"));
      RC_ASSERT(finding.line().find('\n') == std::string::npos);
    }
    RC_TAG("refused");
    return;
  }
  RC_TAG("understood");
  RC_ASSERT(!protocol.operations.empty());
  for (const Operation& operation : protocol.operations) check_body(operation.body, operation);
  std::set<int> told;
  for (const ReadingLine& line : protocol.reading) told.insert(line.at.line);
  int number = 1;
  for (const char c : text) number += c == '\n' ? 1 : 0;
  for (int line = 1; line <= number; ++line) RC_ASSERT(told.count(line) == 1U);
  RC_ASSERT(!describe_reading(protocol).empty());
}

RC_GTEST_PROP(ProtocolRandom, any_bytes_are_refused_in_a_line_for_each_finding_or_understood,
              (const std::string& bytes)) {
  try {
    read_lines(bytes);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) RC_ASSERT(finding.line().find('\n') == std::string::npos);
    const std::string what = error.what();
    RC_ASSERT(static_cast<std::size_t>(std::count(what.begin(), what.end(), '\n')) + 1 ==
              std::max(error.findings().size(), std::size_t{1}));
  }
}

}  // namespace
}  // namespace stalemate::model
