// Convergence on graphs small enough to see through, and against an oracle that knows no components: Emerson and Lei's
// fixpoint for fair runs.
#include "sim/convergence.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "sim/table_system.hpp"

namespace stalemate::sim {
namespace {

using textbook::TableEdge;
using textbook::TableRow;
using textbook::TableSystem;
using Rows = std::vector<TableRow>;
using Edges = std::vector<std::uint64_t>;

// A toy: an edge's "violated" is the action that takes it, 0 standing for a step from outside; a state's says that it
// is not good.
constexpr PropertyMask kBad = 1;

struct Toy {
  StateGraph graph;
  ConvergenceQuestion question;
};

Toy make_toy(const Rows& rows, unsigned threads = 1) {
  SearchOptions options;
  options.threads = threads;
  Toy toy;
  toy.graph = build_state_graph(TableSystem(rows), options).value();
  for (const PropertyMask action : toy.graph.violated_by_step)
    toy.question.action.push_back(action == 0 ? kFromOutside : action - 1);
  for (const PropertyMask violated : toy.graph.violated_by_state) toy.question.good.push_back(violated == 0);
  return toy;
}

std::optional<Lasso> ask(const Rows& rows) {
  const Toy toy = make_toy(rows);
  return find_lasso(toy.graph, toy.question);
}

TEST(ConvergenceTest, ARunThatEndsInAStateThatIsNotGoodViolatesAndStaysThere) {
  const auto lasso = ask({{.edges = {{1, 1}}}, {.edges = {}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{0});
  EXPECT_EQ(lasso->loop, Edges{});
  EXPECT_TRUE(lasso->permanent);
}

TEST(ConvergenceTest, ARunThatPassesBadStatesAndEndsInAGoodOneConverges) {
  EXPECT_FALSE(ask({{.edges = {{1, 1}}}, {.edges = {{2, 1}}, .violated = kBad}, {}}));
}

TEST(ConvergenceTest, ALoopBackToAStateVisitedBeforeIsFoundWhereAnEventuallyBitOfPathsSeesNoEnd) {
  // 0 -> 1 -> 2 -> 1: no path ends, so a checker that judges "eventually" where a path ends never judges.
  const auto lasso =
      ask({{.edges = {{1, 1}}}, {.edges = {{2, 2}}, .violated = kBad}, {.edges = {{1, 3}}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{0});
  EXPECT_EQ(lasso->loop, (Edges{1, 2}));
  EXPECT_TRUE(lasso->permanent);
}

TEST(ConvergenceTest, TwoPathsThatJoinAreJudgedByTheStateWhereTheyDoAndNotByTheFirstToComeThere) {
  // 0 -> 1 (good) -> 3 and 0 -> 2 (not good) -> 3 (not good, the end): 3 is visited first by the path that has been
  // good.
  const Rows rows = {{.edges = {{1, 1}, {2, 2}}, .violated = kBad},
                     {.edges = {{3, 3}}},
                     {.edges = {{3, 4}}, .violated = kBad},
                     {.edges = {}, .violated = kBad}};
  const auto lasso = ask(rows);
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, (Edges{0, 2}));
  EXPECT_TRUE(lasso->loop.empty());
}

TEST(ConvergenceTest, ALoopThatKeepsAnEnabledActionWaitingForEverIsUnfairAndNotReported) {
  // In both states action 3 leads out to the good end.
  EXPECT_FALSE(ask({{.edges = {{1, 1}, {2, 3}}, .violated = kBad}, {.edges = {{0, 2}, {2, 3}}, .violated = kBad}, {}}));
}

TEST(ConvergenceTest, ALoopThatDisablesTheWayOutNowAndThenIsFairAndNotPermanent) {
  const auto lasso =
      ask({{.edges = {{1, 1}, {2, 3}}, .violated = kBad}, {.edges = {{0, 2}}, .violated = kBad}, {.edges = {}}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{});
  EXPECT_EQ(lasso->loop, (Edges{0, 2}));
  EXPECT_FALSE(lasso->permanent);
}

TEST(ConvergenceTest, AnActionThatMayStayOrLeaveIsServedByStaying) {
  // One action, two ways on (a reply with a free choice): always choosing to stay is fair.
  const auto lasso = ask({{.edges = {{0, 1}, {1, 1}}, .violated = kBad}, {}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->loop, Edges{0});
  EXPECT_FALSE(lasso->permanent);
}

TEST(ConvergenceTest, AnEdgeFromAStateToItselfIsALoop) {
  EXPECT_EQ(ask({{.edges = {{0, 1}}, .violated = kBad}})->loop, Edges{0});
  EXPECT_FALSE(ask({{.edges = {{0, 1}}}}));
  EXPECT_FALSE(ask({{.edges = {{0, 1}, {1, 2}}, .violated = kBad}, {}}));
}

TEST(ConvergenceTest, ALoopThatLeavesTheGoodStatesAndComesBackViolatesAndIsPermanent) {
  // No fair run from the bad state stays good: it flaps.
  const auto lasso = ask({{.edges = {{1, 1}}}, {.edges = {{0, 2}}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{0});
  EXPECT_EQ(lasso->loop, (Edges{1, 0}));
  EXPECT_TRUE(lasso->permanent);
}

TEST(ConvergenceTest, StemsTakeStepsFromOutsideAndLoopsDoNot) {
  const auto lasso = ask({{.edges = {{1, 0}}}, {.edges = {{0, 0}}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{0});
  EXPECT_EQ(lasso->loop, Edges{});  // the way back is a fault: nothing happens any more
  EXPECT_TRUE(lasso->permanent);
}

TEST(ConvergenceTest, AStateThatOnlyAStepFromOutsideWouldSaveIsPermanent) {
  const auto lasso = ask({{.edges = {{1, 0}}, .violated = kBad}, {}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, Edges{});
  EXPECT_TRUE(lasso->permanent);
}

TEST(ConvergenceTest, TheLoopServesEveryActionThatIsOwed) {
  // The shortest way round, 0 -> 1 -> 0, never takes action 3, which is enabled in both. On the way, each time the
  // first of the nearest edges that serve something is taken: action 1 to state 1, action 3 to state 2, and home.
  const auto lasso = ask({{.edges = {{1, 1}, {2, 3}}, .violated = kBad},
                          {.edges = {{0, 2}, {2, 3}}, .violated = kBad},
                          {.edges = {{0, 4}}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->loop, (Edges{0, 3, 4}));
}

TEST(ConvergenceTest, OfSeveralViolationsTheNearestIsToldAndThenTheFirstInTheOrderOfActions) {
  const auto lasso = ask({{.edges = {{1, 1}, {2, 2}}},
                          {.edges = {{3, 1}}, .violated = kBad},
                          {.edges = {{3, 2}, {4, 1}}},
                          {.edges = {}, .violated = kBad},
                          {.edges = {}, .violated = kBad}});
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem, (Edges{0, 2}));
}

// --- the oracle ---

// A step of a run: an edge that counts, or to stay where nothing is enabled.
struct OracleStep {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  FairAction action = kFromOutside;
};

class Oracle {
 public:
  explicit Oracle(const Toy& toy) : toy_(toy), enabled_(toy.graph.state_count()) {
    for (std::uint32_t from = 0; from < toy.graph.state_count(); ++from) {
      for (std::uint64_t e = toy.graph.first_edge[from]; e < toy.graph.first_edge[from + 1]; ++e) {
        if (toy.question.action[e] == kFromOutside) continue;
        steps_.push_back({from, toy.graph.target[e], toy.question.action[e]});
        enabled_[from].insert(toy.question.action[e]);
        actions_.insert(toy.question.action[e]);
      }
      if (enabled_[from].empty()) steps_.push_back({from, from});
    }
  }

  // Whether some fair run from `state` comes back to it for ever.
  bool recurs(std::uint32_t state) const {
    return fair_states([](std::uint32_t) { return true; }, [&](const OracleStep& step) { return step.from == state; })
        .contains(state);
  }

  // Whether some fair run from `state` is good from some point on.
  bool may_stay_good(std::uint32_t state) const {
    const auto good = [this](std::uint32_t s) { return bool{toy_.question.good[s]}; };
    const std::set<std::uint32_t> stays = fair_states(good, [](const OracleStep&) { return true; });
    std::set<std::uint32_t> seen = {state};
    for (std::size_t before = 0; before != seen.size();) {
      before = seen.size();
      for (const OracleStep& step : steps_)
        if (seen.contains(step.from)) seen.insert(step.to);
    }
    return std::any_of(seen.begin(), seen.end(), [&](std::uint32_t s) { return stays.contains(s); });
  }

  // Whether `loop`, repeated, is fair: edges of the graph.
  bool is_fair(std::uint32_t start, const Edges& loop) const {
    if (loop.empty()) return enabled_[start].empty();
    return std::all_of(actions_.begin(), actions_.end(), [&](FairAction action) {
      return std::any_of(loop.begin(), loop.end(), [&](std::uint64_t edge) {
        return toy_.question.action[edge] == action || !enabled_[toy_.graph.target[edge]].contains(action);
      });
    });
  }

 private:
  // The greatest set of allowed states from each of which, for each action, and for `wanted`, a step that serves it can
  // be reached inside the set.
  template <class Allowed, class Wanted>
  std::set<std::uint32_t> fair_states(const Allowed& allowed, const Wanted& wanted) const {
    std::set<std::uint32_t> set;
    for (std::uint32_t s = 0; s < toy_.graph.state_count(); ++s)
      if (allowed(s)) set.insert(s);
    for (std::size_t before = set.size() + 1; before != set.size();) {
      before = set.size();
      for (const FairAction action : actions_)
        set = can_reach(set, [&](const OracleStep& step) {
          return step.action == action || !enabled_[step.from].contains(action);
        });
      set = can_reach(set, wanted);
    }
    return set;
  }

  template <class Serves>
  std::set<std::uint32_t> can_reach(const std::set<std::uint32_t>& inside, const Serves& serves) const {
    std::set<std::uint32_t> reaching;
    for (std::size_t before = 1; before != reaching.size();) {
      before = reaching.size();
      for (const OracleStep& step : steps_)
        if (inside.contains(step.from) && inside.contains(step.to) && (serves(step) || reaching.contains(step.to)))
          reaching.insert(step.from);
      if (reaching.empty()) break;
    }
    return reaching;
  }

  const Toy& toy_;
  std::vector<OracleStep> steps_;
  std::vector<std::set<FairAction>> enabled_;
  std::set<FairAction> actions_;
};

Rows random_toy() {
  Rows rows(*rc::gen::inRange<std::size_t>(1, 9));
  const auto states = static_cast<std::uint32_t>(rows.size());
  const unsigned actions = *rc::gen::inRange(1U, 5U);
  for (TableRow& row : rows) {
    row.violated = *rc::gen::element(PropertyMask{0}, kBad);
    const std::size_t edges = *rc::gen::inRange<std::size_t>(0, 5);
    for (std::size_t i = 0; i < edges; ++i) {
      const std::uint32_t target = *rc::gen::inRange(0U, states);
      row.edges.push_back({target, *rc::gen::inRange(0U, actions + 1)});
    }
  }
  return rows;
}

RC_GTEST_PROP(ConvergenceProperty, OnRandomGraphsTheLassoIsTheFirstRecurringBadStateOfTheFixpointAndItsLoopIsFair, ()) {
  const Toy toy = make_toy(random_toy());
  const Oracle oracle(toy);
  std::optional<std::uint32_t> expected;
  for (std::uint32_t s = 0; s < toy.graph.state_count() && !expected; ++s)
    if (!toy.question.good[s] && oracle.recurs(s)) expected = s;
  const auto lasso = find_lasso(toy.graph, toy.question);
  RC_CLASSIFY(lasso && lasso->loop.empty(), "stays");
  RC_CLASSIFY(lasso && !lasso->loop.empty(), "loops");
  RC_CLASSIFY(lasso && !lasso->loop.empty() && !lasso->permanent, "loops, not permanent");
  RC_ASSERT(lasso.has_value() == expected.has_value());
  if (!lasso) return;

  std::uint32_t at = 0;
  const auto take = [&](std::uint64_t edge) {
    RC_ASSERT(edge >= toy.graph.first_edge[at]);
    RC_ASSERT(edge < toy.graph.first_edge[at + 1]);
    at = toy.graph.target[edge];
  };
  for (const std::uint64_t edge : lasso->stem) take(edge);
  RC_ASSERT(at == *expected);
  for (const std::uint64_t edge : lasso->loop) {
    RC_ASSERT(toy.question.action[edge] != kFromOutside);
    take(edge);
  }
  RC_ASSERT(at == *expected);
  RC_ASSERT(oracle.is_fair(at, lasso->loop));
  RC_ASSERT(lasso->permanent == !oracle.may_stay_good(at));
}

RC_GTEST_PROP(ConvergenceProperty, TheLassoIsTheSameForOneThreadAndTwo, ()) {
  const Rows rows = random_toy();
  const Toy one = make_toy(rows, 1);
  const Toy two = make_toy(rows, 2);
  const auto a = find_lasso(one.graph, one.question);
  const auto b = find_lasso(two.graph, two.question);
  RC_ASSERT(a.has_value() == b.has_value());
  if (!a) return;
  RC_ASSERT(a->stem == b->stem);
  RC_ASSERT(a->loop == b->loop);
  RC_ASSERT(a->permanent == b->permanent);
}

TEST(ConvergenceTest, ALongChainOfStatesNeedsNoDeepStack) {
  Rows rows(300000);
  for (std::uint32_t s = 0; s + 1 < rows.size(); ++s) rows[s].edges = {{s + 1, 1 + s % 2}};
  rows.back().violated = kBad;
  const auto lasso = ask(rows);
  ASSERT_TRUE(lasso);
  EXPECT_EQ(lasso->stem.size(), rows.size() - 1);
}

}  // namespace
}  // namespace stalemate::sim
