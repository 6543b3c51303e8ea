// Counting schedules, and the state graph it rests on.
#include "sim/schedules.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "sim/oracle_cache.hpp"
#include "sim/state_graph.hpp"
#include "sim/table_system.hpp"

namespace stalemate::sim {
namespace {

using textbook::TableRow;
using textbook::TableSystem;
using Rows = std::vector<TableRow>;

// What a path has met.
struct Met {
  bool step = false;   // that breaks a property
  bool state = false;  // likewise
};

constexpr std::uint32_t kAllMust = ~std::uint32_t{0};

// The first `must` edges of a state are steps that must happen; the others need not.
class OptionalTableSystem : public TableSystem {
 public:
  OptionalTableSystem(const Rows& rows, std::uint32_t must) : TableSystem(rows), must_(must) {}
  bool need_not_happen(const Action& action) const { return action.ordinal >= must_; }

 private:
  std::uint32_t must_;
};

// Walks every path.
void enumerate(const Rows& rows, std::uint32_t must, std::uint32_t state, Met met, PropertyMask checked,
               ScheduleCount& count) {
  const bool broken = (rows[state].violated & checked) != 0;
  met.state |= broken;
  if (rows[state].edges.empty() || must == 0) {
    count.total += 1;
    if (met.step || broken) count.violating += 1;
    if (met.step || met.state) count.passing_through += 1;
  }
  for (const auto& edge : rows[state].edges) {
    enumerate(rows, must, edge.target, {met.step || (edge.violated & checked) != 0, met.state}, checked, count);
  }
}

RC_GTEST_PROP(SchedulesProperty, OnRandomAcyclicSystemsTheCountsAreThoseOfEnumeratingEveryPath, ()) {
  textbook::RandomTable shape{.acyclic = true};
  shape.states = *rc::gen::inRange(1U, 14U);
  shape.violation_rate = *rc::gen::element(0U, 5U, 20U);
  const Rows rows = textbook::random_rows(shape, *rc::gen::arbitrary<std::uint64_t>());
  SearchOptions options;
  options.threads = *rc::gen::element(1U, 2U);
  options.exhaust = *rc::gen::arbitrary<bool>();
  options.checked = *rc::gen::element(~PropertyMask{0}, PropertyMask{0b101});
  const std::uint32_t must = *rc::gen::element(0U, 1U, kAllMust);
  ScheduleCount expected;
  enumerate(rows, must, 0, {}, options.checked, expected);
  const auto count = must == kAllMust ? count_schedules(TableSystem(rows), options)
                                      : count_schedules(OptionalTableSystem(rows, must), options);
  RC_ASSERT(count.has_value());
  RC_ASSERT(count->total == expected.total);
  RC_ASSERT(count->violating == expected.violating);
  RC_ASSERT(count->passing_through == expected.passing_through);
}

TEST(SchedulesTest, APathMayEndWhereOnlyWhatNeedNotHappenIsLeft) {
  // 0 must go to 1, which is wrong; from there it may go to 2, which is right.
  const Rows rows{{.edges = {{1}}}, {.edges = {{2}}, .violated = 1}, {}};
  const auto all_must = count_schedules(OptionalTableSystem(rows, kAllMust), {});
  EXPECT_EQ(all_must->total, 1);
  EXPECT_EQ(all_must->violating, 0);
  const auto none_must = count_schedules(OptionalTableSystem(rows, 0), {});  // three ends: 0, 1 and 2
  EXPECT_EQ(none_must->total, 3);
  EXPECT_EQ(none_must->violating, 1);
  EXPECT_EQ(none_must->passing_through, 2);
  // A step that must happen beside one that need not: 0 is no end.
  const Rows both{{.edges = {{1}, {2}}}, {}, {}};
  EXPECT_EQ(count_schedules(OptionalTableSystem(both, 1), {})->total, 2);
}

TEST(SchedulesTest, WhatAStateBreaksMayBeMendedAndWhatAStepBreaksMayNot) {
  const Rows mended{{.edges = {{1}, {2}}}, {.edges = {{2}}, .violated = 1}, {}};
  EXPECT_EQ(count_schedules(TableSystem(mended), {})->violating, 0);
  EXPECT_EQ(count_schedules(TableSystem(mended), {})->passing_through, 1);
  const Rows happened{{.edges = {{1, 1}, {2}}}, {.edges = {{2}}}, {}};
  EXPECT_EQ(count_schedules(TableSystem(happened), {})->violating, 1);
  EXPECT_EQ(count_schedules(TableSystem(happened), {})->passing_through, 1);
}

TEST(SchedulesTest, ASystemWithoutActionsHasOneScheduleOfNoSteps) {
  Rows rows(1);
  EXPECT_EQ(count_schedules(TableSystem(rows), {})->total, 1);
  EXPECT_EQ(count_schedules(TableSystem(rows), {})->violating, 0);
  rows[0].violated = 1;
  EXPECT_EQ(count_schedules(TableSystem(rows), {})->violating, 1);
}

TEST(SchedulesTest, ACycleHasNoCountUnlessItIsOutOfReach) {
  const Rows loop{{.edges = {{0}}}};
  EXPECT_FALSE(count_schedules(TableSystem(loop), {}));
  const Rows cycle{{.edges = {{1}}}, {.edges = {{2}, {3}}}, {.edges = {{1}}}, {}};
  EXPECT_FALSE(count_schedules(TableSystem(cycle), {}));
  const Rows elsewhere{{.edges = {{1}}}, {}, {.edges = {{2}}}};
  EXPECT_EQ(count_schedules(TableSystem(elsewhere), {})->total, 1);
}

TEST(SchedulesTest, NumbersBeyond64BitsAreExact) {
  // A chain of 200 choices between two steps each, of which one violates: all schedules but one do.
  Rows rows(201);
  for (std::uint32_t i = 0; i < 200; ++i) rows[i].edges = {{i + 1}, {i + 1, 0b1}};
  const auto count = count_schedules(TableSystem(rows), {});
  ASSERT_TRUE(count);
  EXPECT_EQ(count->total, Count(1) << 200);
  EXPECT_EQ(count->violating, (Count(1) << 200) - 1);
}

TEST(SchedulesTest, TwoIndependentSequencesInterleaveInBinomiallyManyWays) {
  // State (i, j) of a grid of 51 by 51: i steps of the one and j of the other are done.
  constexpr std::uint32_t kSteps = 50;
  const auto number = [](std::uint32_t i, std::uint32_t j) { return i * (kSteps + 1) + j; };
  Rows rows((kSteps + 1) * (kSteps + 1));
  for (std::uint32_t i = 0; i <= kSteps; ++i) {
    for (std::uint32_t j = 0; j <= kSteps; ++j) {
      if (i < kSteps) rows[number(i, j)].edges.push_back({number(i + 1, j)});
      if (j < kSteps) rows[number(i, j)].edges.push_back({number(i, j + 1)});
    }
  }
  Count binomial = 1;  // of 100 over 50
  for (unsigned k = 1; k <= kSteps; ++k) binomial = binomial * (kSteps + k) / k;
  EXPECT_EQ(count_schedules(TableSystem(rows), {})->total, binomial);
}

TEST(SchedulesTest, ALimitOrAnInterruptionGivesNoCount) {
  const Rows rows{{.edges = {{1}}}, {.edges = {{2}}}, {}};
  SearchOptions depth;
  depth.depth_max = 1;
  EXPECT_FALSE(count_schedules(TableSystem(rows), depth));
  SearchOptions memory;
  memory.memory_bytes_max = 1;
  EXPECT_FALSE(count_schedules(TableSystem(rows), memory));
  SearchOptions interrupted;
  interrupted.keep_going = [](const Progress&) { return false; };
  EXPECT_FALSE(count_schedules(TableSystem(rows), interrupted));
}

TEST(SchedulesTest, CountingAsksAgainAndAgainAndKeepsToTheMemory) {
  Rows rows(20'001);
  for (std::uint32_t i = 0; i < 20'000; ++i) rows[i].edges = {{i + 1}};
  const auto graph = build_state_graph(TableSystem(rows), {});
  ASSERT_TRUE(graph);
  int asked = 0;
  SearchOptions options;
  options.keep_going = [&](const Progress&) { return ++asked < 3; };
  EXPECT_FALSE(count_schedules(*graph, options));
  EXPECT_EQ(asked, 3) << "before the first state, and every few thousand";
  options.keep_going = nullptr;
  options.memory_bytes_max = graph->bytes();
  EXPECT_FALSE(count_schedules(*graph, options)) << "the graph alone takes all that is allowed";
  options.memory_bytes_max = 2 * graph->bytes();
  EXPECT_TRUE(count_schedules(*graph, options));
}

TEST(StateGraphTest, HasTheStatesAndStepsThatTheSearchCounts) {
  const textbook::OracleCache system(2, 2, 1);
  for (const unsigned threads : {1U, 2U}) {
    SearchOptions options;
    options.threads = threads;
    const auto graph = build_state_graph(system, options);
    ASSERT_TRUE(graph);
    EXPECT_EQ(graph->state_count(), 29'564U);
    EXPECT_EQ(graph->target.size(), 127'334U);
    EXPECT_EQ(graph->violated_by_step.size(), 127'334U);
    ASSERT_EQ(graph->first_edge.size(), 29'565U);
    std::uint64_t violating = 0;
    std::uint64_t terminal = 0;
    for (std::uint32_t s = 0; s < graph->state_count(); ++s) {
      violating += graph->violated_by_state[s];
      terminal += graph->first_edge[s] == graph->first_edge[s + 1] ? 1U : 0U;
    }
    EXPECT_EQ(violating, 48U);
    EXPECT_EQ(terminal, 120U);
  }
}

TEST(StateGraphTest, NumbersStatesInTheOrderOfDiscoveryAndKeepsParallelSteps) {
  const Rows rows{{.edges = {{5}, {3, 0b10}, {5}}}, {}, {}, {.edges = {{0}}, .violated = 0b1}, {}, {}};
  const auto graph = build_state_graph(TableSystem(rows), {});
  ASSERT_TRUE(graph);
  EXPECT_EQ(graph->first_edge, (std::vector<std::uint64_t>{0, 3, 3, 4}));
  EXPECT_EQ(graph->target, (std::vector<std::uint32_t>{1, 2, 1, 0}));
  EXPECT_EQ(graph->violated_by_step, (std::vector<PropertyMask>{0, 0b10, 0, 0}));
  EXPECT_EQ(graph->violated_by_state, (std::vector<PropertyMask>{0, 0, 0b1}));
}

}  // namespace
}  // namespace stalemate::sim
