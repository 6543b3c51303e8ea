// What a search promises beside the order: priorities among violations, limits, interruption, failures.
#include "sim/search.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>
#include <vector>

#include "sim/oracle_cache.hpp"
#include "sim/reference_search.hpp"
#include "sim/same_result.hpp"
#include "sim/table_system.hpp"

namespace stalemate::sim {
namespace {

using textbook::OracleCache;
using textbook::TableRow;
using textbook::TableSystem;
using Rows = std::vector<TableRow>;

std::vector<std::uint32_t> ordinals(const SearchResult<TableSystem::Action>& result) {
  std::vector<std::uint32_t> path;
  if (result.counterexample) {
    for (const auto& action : result.counterexample->actions) path.push_back(action.ordinal);
  }
  return path;
}

using Path = std::vector<std::uint32_t>;

TEST(SearchTest, ASystemWithoutActionsHasOneStateAndIsExhausted) {
  const Rows rows(1);
  const auto result = search(TableSystem(rows), {});
  EXPECT_EQ(result.end, SearchEnd::kExhausted);
  EXPECT_EQ(result.states, 1U);
  EXPECT_EQ(result.transitions, 0U);
  EXPECT_EQ(result.depth, 0);
  EXPECT_FALSE(result.counterexample);
  EXPECT_EQ(result.label_counts.size(), 32U);
  EXPECT_EQ(result.violating_states.size(), 32U);
}

TEST(SearchTest, AnInitialStateThatViolatesIsACounterexampleOfNoSteps) {
  const Rows rows{{.edges = {{1}}, .violated = 0b100}, {.edges = {}, .violated = 0b001}};
  const auto stopped = search(TableSystem(rows), {});
  EXPECT_EQ(stopped.end, SearchEnd::kViolation);
  EXPECT_EQ(stopped.states, 1U);
  ASSERT_TRUE(stopped.counterexample);
  EXPECT_EQ(stopped.counterexample->property, 2);
  EXPECT_TRUE(stopped.counterexample->actions.empty());
  SearchOptions exhaust;
  exhaust.exhaust = true;
  const auto exhausted = search(TableSystem(rows), exhaust);
  EXPECT_EQ(exhausted.end, SearchEnd::kExhausted);
  EXPECT_EQ(exhausted.states, 2U);
  ASSERT_TRUE(exhausted.counterexample);
  EXPECT_EQ(exhausted.counterexample->property, 2) << "a shorter one goes before a lower property";
  EXPECT_EQ(exhausted.violating_states[0], 1U);
}

TEST(SearchTest, AmongEquallyShortViolationsTheFirstPropertyWinsThoughAnotherIsFoundFirst) {
  const Rows rows{{.edges = {{1}, {2}, {3}}},
                  {.edges = {}, .violated = 0b10},
                  {.edges = {}, .violated = 0b01},
                  {.edges = {}, .violated = 0b01}};
  const auto result = search(TableSystem(rows), {});
  ASSERT_TRUE(result.counterexample);
  EXPECT_EQ(result.counterexample->property, 0);
  EXPECT_EQ(ordinals(result), Path{2}) << "and of two with that property the last in the order";
  EXPECT_EQ(result.states, 4U) << "the level is finished";
}

TEST(SearchTest, AShorterViolationWinsOverALowerProperty) {
  const Rows rows{
      {.edges = {{1}, {2}}}, {.edges = {{3}}}, {.edges = {}, .violated = 0b1000}, {.edges = {}, .violated = 0b0001}};
  SearchOptions options;
  options.exhaust = true;
  const auto result = search(TableSystem(rows), options);
  ASSERT_TRUE(result.counterexample);
  EXPECT_EQ(result.counterexample->property, 3);
  EXPECT_EQ(ordinals(result), Path{1});
  EXPECT_EQ(result.violating_states[0], 1U);
  EXPECT_EQ(result.violating_states[3], 1U);
}

TEST(SearchTest, AStepThatViolatesIsFoundThoughItLeadsToAKnownState) {
  const Rows rows{{.edges = {{1}}}, {.edges = {{1}, {0, 0b1}}}};
  const auto result = search(TableSystem(rows), {});
  EXPECT_EQ(result.end, SearchEnd::kViolation);
  EXPECT_EQ(result.states, 2U);
  EXPECT_EQ(ordinals(result), (Path{0, 1}));
  EXPECT_EQ(result.violating_states[0], 0U) << "it is the step that violates, not a state";
}

TEST(SearchTest, OfTwoActionsToTheSameStateTheViolatingOneIsTheLastOfTheTrace) {
  const Rows rows{{.edges = {{1}, {1, 0b1}}}, {}};
  EXPECT_EQ(ordinals(search(TableSystem(rows), {})), Path{1});
}

TEST(SearchTest, PropertiesThatAreNotCheckedAreNotReportedOrCounted) {
  const Rows rows{{.edges = {{1, 0b01}}}, {.edges = {{2}}, .violated = 0b01}, {.edges = {}, .violated = 0b11}};
  SearchOptions options;
  options.checked = 0b10;
  const auto result = search(TableSystem(rows), options);
  ASSERT_TRUE(result.counterexample);
  EXPECT_EQ(result.counterexample->property, 1);
  EXPECT_EQ(ordinals(result), (Path{0, 0}));
  EXPECT_EQ(result.violating_states[0], 0U);
  EXPECT_EQ(result.violating_states[1], 1U);
}

TEST(SearchTest, TheTraceIsTheGreatestOfTheShortestFirstStepFirst) {
  // Two ways of two steps to state 3: by action 0 then 1, by action 1 then 0.
  const Rows rows{{.edges = {{1}, {2}}}, {.edges = {{4}, {3}}}, {.edges = {{3}}}, {.edges = {}, .violated = 1}, {}};
  EXPECT_EQ(ordinals(search(TableSystem(rows), {})), (Path{1, 0}));
}

TEST(SearchTest, StatesAtTheDepthLimitAreJudgedButNotExpanded) {
  const Rows rows{{.edges = {{1}}}, {.edges = {{2}}, .violated = 1}, {}};
  SearchOptions options;
  options.exhaust = true;
  options.depth_max = 1;
  const auto result = search(TableSystem(rows), options);
  EXPECT_EQ(result.end, SearchEnd::kDepthLimit);
  EXPECT_EQ(result.states, 2U);
  EXPECT_EQ(result.transitions, 1U);
  EXPECT_EQ(result.depth, 1);
  EXPECT_EQ(ordinals(result), Path{0});
  options.depth_max = 0;
  EXPECT_EQ(search(TableSystem(rows), options).states, 1U);
}

TEST(SearchTest, ADepthLimitAtWhichEveryStateIsTerminalIsNoLimit) {
  const Rows rows{{.edges = {{1}, {2}}}, {}, {}};
  SearchOptions options;
  options.depth_max = 1;
  EXPECT_EQ(search(TableSystem(rows), options).end, SearchEnd::kExhausted);
  options.depth_max = 7;
  EXPECT_EQ(search(TableSystem(rows), options).end, SearchEnd::kExhausted);
}

TEST(SearchTest, AMemoryLimitEndsTheSearchBelowItAtTheSamePointForAnyNumberOfThreads) {
  const OracleCache system(3, 2, 1);
  SearchOptions options;
  options.exhaust = true;
  options.memory_bytes_max = 6'000'000;
  const auto one = search(system, options);
  EXPECT_EQ(one.end, SearchEnd::kMemoryLimit);
  EXPECT_LE(one.memory_bytes, options.memory_bytes_max);
  EXPECT_GT(one.states, 50'000U) << "much less than the limit was used";
  EXPECT_LT(one.states, 559'282U);
  options.threads = 2;
  EXPECT_EQ(textbook::difference(one, search(system, options)), "");
}

TEST(SearchTest, FingerprintsFindWhatWholeStatesFind) {
  const OracleCache system(2, 2, 1);
  SearchOptions options;
  options.exhaust = true;
  auto whole = search(system, options);
  options.compact = true;
  const auto compact = search(system, options);
  EXPECT_LT(compact.memory_bytes, whole.memory_bytes);
  whole.memory_bytes = compact.memory_bytes;
  EXPECT_EQ(textbook::difference(whole, compact), "");
  options.threads = 2;
  EXPECT_EQ(textbook::difference(compact, search(system, options)), "");
}

TEST(SearchTest, TheOmissionBoundIsThatOfPairsOfStates) {
  EXPECT_EQ(omission_bound(0), 0);
  EXPECT_EQ(omission_bound(1), 0);
  EXPECT_EQ(omission_bound(2), 0x1p-64);
  EXPECT_NEAR(omission_bound(88'166'573), 2.1e-4, 0.1e-4);
}

TEST(SearchTest, MemoryIsAboutWhatTheStatesAndTheVisitedSetNeed) {
  SearchOptions options;
  options.exhaust = true;
  const auto result = search(OracleCache(3, 2, 1), options);
  const std::size_t whole = sizeof(OracleCache::State) + 2;
  EXPECT_GT(result.memory_bytes / result.states, whole * 100 / 63);
  EXPECT_LT(result.memory_bytes / result.states, whole * 100 / 31 + sizeof(OracleCache::State) / 2);
  options.compact = true;
  const auto compact = search(OracleCache(3, 2, 1), options);
  EXPECT_LT(compact.memory_bytes / compact.states, 11U * 100 / 63 + sizeof(OracleCache::State) / 2);
}

TEST(SearchTest, KeepGoingMayInterruptAndHearsOfProgressFromTheCallingThread) {
  const OracleCache system(2, 2, 1);
  SearchOptions options;
  options.threads = 2;
  options.exhaust = true;
  std::vector<Progress> heard;
  const std::thread::id here = std::this_thread::get_id();
  options.keep_going = [&](const Progress& progress) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    heard.push_back(progress);
    return progress.depth < 12;
  };
  const auto result = search(system, options);
  EXPECT_EQ(result.end, SearchEnd::kInterrupted);
  EXPECT_EQ(result.depth, 12);
  ASSERT_GE(heard.size(), 13U);
  EXPECT_EQ(heard.front().states, 1U);
  EXPECT_EQ(heard.front().frontier, 1U);
  for (std::size_t i = 1; i < heard.size(); ++i) {
    EXPECT_GE(heard[i].states, heard[i - 1].states);
    EXPECT_GE(heard[i].transitions, heard[i - 1].transitions);
    if (heard[i].depth != heard[i - 1].depth) continue;  // a level that is done is given back
    EXPECT_GE(heard[i].memory_bytes, heard[i - 1].memory_bytes);
  }
  EXPECT_EQ(result.states, heard.back().states);
}

// However large a batch is, the caller is asked before every 64 states of it.
TEST(SearchTest, ABatchIsInterruptedWithin64States) {
  const OracleCache system(3, 2, 1);
  SearchOptions options;
  options.exhaust = true;
  options.checked = 0;
  std::uint64_t calls = 0;
  options.keep_going = [&](const Progress&) { return ++calls != 0; };
  const auto whole = search(system, options);
  EXPECT_GE(calls, whole.states / 64);
  for (const std::uint64_t last : {calls / 4, calls / 2}) {
    std::uint64_t left = last;
    options.keep_going = [&](const Progress&) { return --left != 0; };
    const auto interrupted = search(system, options);
    EXPECT_EQ(interrupted.end, SearchEnd::kInterrupted);
    EXPECT_EQ(left, 0U) << "nobody is asked any more";
    EXPECT_LT(interrupted.transitions, whole.transitions);
  }
}

// The path to a violation is looked for after the search; that, too, ends when it is told to, once it takes long.
TEST(SearchTest, TheSearchForThePathIsInterruptedAndTheViolationStands) {
  // Wide and two steps deep: the walk, which takes the last action first, meets the violation last.
  constexpr std::uint32_t kWidth = 200'000;
  Rows wide(kWidth + 2);
  for (std::uint32_t i = 1; i <= kWidth; ++i) wide[0].edges.push_back({i});
  wide[1].edges = {{kWidth + 1, 1}};
  SearchOptions options;
  EXPECT_TRUE(search(TableSystem(wide), options).counterexample);
  std::uint64_t calls_in_search = 0;
  options.keep_going = [&](const Progress&) { return ++calls_in_search != 0; };
  search(TableSystem(wide), options);
  std::uint64_t left = calls_in_search;
  options.keep_going = [&](const Progress&) { return --left != 0; };
  const auto interrupted = search(TableSystem(wide), options);
  EXPECT_EQ(interrupted.end, SearchEnd::kInterrupted);
  EXPECT_FALSE(interrupted.counterexample);
  EXPECT_EQ(interrupted.violated_properties, 1U);
}

TEST(SearchTest, AsManyLevelsAsADepthHasRoomForAreSearchedAndNoMore) {
  const auto chain = [](int levels) {
    Rows rows(static_cast<std::size_t>(levels) + 1);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(levels); ++i) rows[i].edges = {{i + 1}};
    return rows;
  };
  const auto at = search(TableSystem(chain(kLevelsMax)), {});
  EXPECT_EQ(at.end, SearchEnd::kExhausted);
  EXPECT_EQ(at.depth, kLevelsMax);
  const auto past = search(TableSystem(chain(kLevelsMax + 1)), {});
  EXPECT_EQ(past.end, SearchEnd::kDepthLimit);
  EXPECT_EQ(past.states, static_cast<std::uint64_t>(kLevelsMax) + 1);
}

TEST(SearchTest, AFailureOfTheSystemIsThrownToTheCallerByAnyNumberOfThreads) {
  Rows rows = textbook::random_rows({.states = 20'000}, 5);
  rows[0].edges.clear();
  for (std::uint32_t i = 1; i < 2'000; ++i) rows[0].edges.push_back({i});
  rows[1'500] = {.edges = {{3}}, .throws = true};
  for (const unsigned threads : {1U, 2U, 8U}) {
    SearchOptions options;
    options.threads = threads;
    EXPECT_THROW(search(TableSystem(rows), options), std::runtime_error);
  }
}

TEST(SearchTest, MarksAreThoseOfEveryStateJudgedAndEveryStepTaken) {
  const Rows rows{{.edges = {{40}}}};
  Rows chain(80);
  chain[0].edges = {{40}};
  chain[40].edges = {{79}};
  const auto result = search(TableSystem(chain), {});
  for (std::size_t s = 0; s < 80; ++s) {
    EXPECT_EQ(result.marks.reached(2 * s), s == 0 || s == 40 || s == 79) << s;
    EXPECT_EQ(result.marks.reached(2 * s + 1), s == 0 || s == 40) << s;
  }
  EXPECT_FALSE(result.marks.reached(100'000));
}

}  // namespace
}  // namespace stalemate::sim
