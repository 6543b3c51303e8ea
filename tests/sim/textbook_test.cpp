// The engine on textbook systems whose counts are published or follow from a formula.
#include <gtest/gtest.h>

#include <vector>

#include "examples/dining_philosophers.hpp"
#include "examples/peterson.hpp"
#include "examples/two_phase_commit.hpp"
#include "sim/reference_search.hpp"
#include "sim/same_result.hpp"
#include "sim/search.hpp"

namespace stalemate::sim {
namespace {

using textbook::DiningPhilosophers;
using textbook::Peterson;
using textbook::TwoPhaseCommit;

SearchOptions exhaust_by(unsigned threads) {
  SearchOptions options;
  options.threads = threads;
  options.exhaust = true;
  return options;
}

// TLC on the TLA+ Examples' TwoPhase with three resource managers: 288 distinct states, 1,146 generated (the initial
// one is generated, too), depth 11 (counted in states).
TEST(TwoPhaseCommitTest, ThreeResourceManagersGiveThePublishedCountsAndAgree) {
  for (const unsigned threads : {1U, 2U, 3U, 8U}) {
    const auto result = search(TwoPhaseCommit(3), exhaust_by(threads));
    EXPECT_EQ(result.end, SearchEnd::kExhausted);
    EXPECT_EQ(result.states, 288U);
    EXPECT_EQ(result.transitions, 1'145U);
    EXPECT_EQ(result.depth, 10);
    EXPECT_FALSE(result.counterexample);
    EXPECT_GT(result.label_counts[0], 0U) << "nobody ever commits: agreement would be vacuous";
    EXPECT_GT(result.label_counts[1], 0U);
  }
}

// Stateright pins 8,832 states for five.
TEST(TwoPhaseCommitTest, FiveResourceManagersGiveThePublishedCount) {
  for (const unsigned threads : {1U, 2U}) {
    const auto result = search(TwoPhaseCommit(5), exhaust_by(threads));
    EXPECT_EQ(result.states, 8'832U);
    EXPECT_FALSE(result.counterexample);
  }
}

// TLC on the TLA+ Examples' Peterson (locks_auxiliary_vars), which has the same six points: 42 distinct states, 77
// generated, depth 11.
TEST(PetersonTest, MutualExclusionHoldsInThePublishedNumberOfStates) {
  for (const unsigned threads : {1U, 2U}) {
    const auto result = search(Peterson(Peterson::Variant::kCorrect), exhaust_by(threads));
    EXPECT_EQ(result.end, SearchEnd::kExhausted);
    EXPECT_EQ(result.states, 42U);
    EXPECT_EQ(result.transitions, 76U);
    EXPECT_EQ(result.depth, 10);
    EXPECT_FALSE(result.counterexample);
  }
}

TEST(PetersonTest, GivingTheTurnAwayBeforeRaisingTheFlagLetsBothInAndTheTraceIsShortest) {
  const Peterson broken(Peterson::Variant::kTurnBeforeFlag);
  SearchOptions options;
  const auto result = search(broken, options);
  ASSERT_EQ(result.end, SearchEnd::kViolation);
  ASSERT_TRUE(result.counterexample);
  // Both take four steps to get inside, so eight are the least. Whoever gives the turn away last enters only before the
  // other's flag is up. Greatest in order: 1 gives the turn away; 0 does so, too, raises its flag and enters; then 1
  // raises its flag and, having the turn, follows.
  std::vector<int> processes;
  for (const auto& action : result.counterexample->actions) processes.push_back(action.process);
  EXPECT_EQ(processes, (std::vector<int>{1, 1, 0, 0, 0, 0, 1, 1}));
  Marks marks;
  Peterson::State state = broken.initial();
  for (const auto& action : result.counterexample->actions) state = broken.apply(state, action, marks).next;
  EXPECT_EQ(broken.judge(state, marks).violated, 1U);
}

// Without the left-handed one, a state is a ring of hands holding 0, 1 or 2 forks where a 2 is followed by a 0, since
// the neighbour's left fork is taken. Such rings are counted by the trace of [[1 1 1][1 1 1][1 0 0]]^n, which is (1 +
// sqrt 2)^n + (1 - sqrt 2)^n, the companion Pell numbers; and all are reachable: seat the ones first, then the twos.
std::uint64_t companion_pell(int n) {
  std::uint64_t previous = 2;
  std::uint64_t current = 2;
  for (int i = 1; i < n; ++i) {
    const std::uint64_t next = 2 * current + previous;
    previous = current;
    current = next;
  }
  return current;
}

TEST(DiningPhilosophersTest, StateCountsAreTheCompanionPellNumbersAndTheShortestDeadlockIsEveryoneTakingOneFork) {
  ASSERT_EQ(companion_pell(5), 82U);
  for (int seats = 2; seats <= 12; ++seats) {
    for (const unsigned threads : {1U, 2U}) {
      const auto result = search(DiningPhilosophers(seats, false), exhaust_by(threads));
      EXPECT_EQ(result.states, companion_pell(seats)) << seats;
      EXPECT_EQ(result.violating_states[0], 1U);
      ASSERT_TRUE(result.counterexample);
      ASSERT_EQ(result.counterexample->actions.size(), static_cast<std::size_t>(seats));
      for (std::size_t p = 0; p < result.counterexample->actions.size(); ++p) {
        EXPECT_EQ(result.counterexample->actions[p].philosopher, result.counterexample->actions.size() - 1 - p);
      }
    }
  }
}

TEST(DiningPhilosophersTest, WithOneLeftHandedPhilosopherThereIsNoDeadlockAndSomebodyEats) {
  for (int seats = 2; seats <= 9; ++seats) {
    const DiningPhilosophers system(seats, true);
    const auto result = search(system, exhaust_by(1));
    const auto reference = textbook::reference_search(system, {.exhaust = true});
    EXPECT_EQ(result.end, SearchEnd::kExhausted);
    EXPECT_FALSE(result.counterexample);
    EXPECT_EQ(result.states, reference.states);
    EXPECT_EQ(result.transitions, reference.transitions);
    EXPECT_EQ(result.depth, reference.depth);
    EXPECT_GT(result.label_counts[0], 0U);
  }
}

TEST(TextbookTest, ResultsAreTheSameInEveryFieldForAnyNumberOfThreads) {
  const DiningPhilosophers system(12, false);
  for (const bool exhaust : {false, true}) {
    SearchOptions options;
    options.exhaust = exhaust;
    const auto one = search(system, options);
    for (const unsigned threads : {2U, 3U, 8U}) {
      options.threads = threads;
      EXPECT_EQ(textbook::difference(one, search(system, options)), "") << threads << " threads";
    }
  }
}

}  // namespace
}  // namespace stalemate::sim
