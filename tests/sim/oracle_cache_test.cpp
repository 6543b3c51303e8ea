// The engine on a cache beside a database whose counts several independent model checkers agree on.
#include "sim/oracle_cache.hpp"

#include <gtest/gtest.h>

#include <ostream>

#include "sim/same_result.hpp"
#include "sim/search.hpp"

namespace stalemate::sim {
namespace {

using textbook::OracleCache;

struct Row {
  int readers, writers, faults;
  std::uint64_t states, transitions, at_rest, incoherent;
  int depth;
  std::size_t shortest_violation;

  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.readers << " readers, " << row.writers << " writers, " << row.faults << " faults";
  }
};

void expect_row(const SearchResult<OracleCache::Action>& result, const Row& row) {
  EXPECT_EQ(result.end, SearchEnd::kExhausted);
  EXPECT_EQ(result.states, row.states);
  EXPECT_EQ(result.transitions, row.transitions);
  EXPECT_EQ(result.label_counts[OracleCache::kAtRest], row.at_rest);
  EXPECT_EQ(result.violating_states[OracleCache::kCoherentAtRest], row.incoherent);
  EXPECT_EQ(result.depth, row.depth);
  ASSERT_TRUE(result.counterexample);
  EXPECT_EQ(result.counterexample->actions.size(), row.shortest_violation);
}

class OracleCacheTest : public testing::TestWithParam<Row> {};

TEST_P(OracleCacheTest, EveryColumnIsWhatIndependentCheckersFoundByOneAndByTwoThreads) {
  const Row& row = GetParam();
  const OracleCache system(row.readers, row.writers, row.faults);
  SearchOptions options;
  options.exhaust = true;
  const auto one = search(system, options);
  expect_row(one, row);
  options.threads = 2;
  EXPECT_EQ(textbook::difference(one, search(system, options)), "");
}

TEST_P(OracleCacheTest, StoppingAtTheFirstViolationGivesTheSameTraceAsGoingOn) {
  const Row& row = GetParam();
  const OracleCache system(row.readers, row.writers, row.faults);
  SearchOptions options;
  options.threads = 2;
  const auto stopped = search(system, options);
  EXPECT_EQ(stopped.end, SearchEnd::kViolation);
  EXPECT_EQ(static_cast<std::size_t>(stopped.depth), row.shortest_violation);
  options.exhaust = true;
  const auto exhausted = search(system, options);
  ASSERT_TRUE(stopped.counterexample && exhausted.counterexample);
  EXPECT_EQ(stopped.counterexample->actions, exhausted.counterexample->actions);
}

INSTANTIATE_TEST_SUITE_P(Small, OracleCacheTest,
                         testing::Values(Row{1, 1, 0, 59, 90, 4, 1, 10, 10}, Row{1, 1, 1, 149, 307, 11, 2, 10, 9},
                                         Row{2, 1, 0, 761, 1'730, 10, 3, 16, 12},
                                         Row{1, 2, 0, 735, 1'646, 12, 4, 14, 14},
                                         Row{2, 1, 1, 1'913, 5'962, 30, 8, 16, 11},
                                         Row{2, 2, 0, 13'565, 40'354, 48, 20, 20, 16},
                                         Row{2, 2, 1, 29'564, 127'334, 120, 48, 20, 15},
                                         Row{3, 2, 1, 559'282, 3'016'751, 480, 212, 26, 17}));

// Some seconds in a release build, minutes under a sanitizer: left out there.
#if defined(NDEBUG) && !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
class LargeOracleCacheTest : public testing::TestWithParam<Row> {};

TEST_P(LargeOracleCacheTest, EveryColumnIsWhatIndependentCheckersFoundByTwoThreads) {
  SearchOptions options;
  options.threads = 2;
  options.exhaust = true;
  expect_row(search(OracleCache(GetParam().readers, GetParam().writers, GetParam().faults), options), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Large, LargeOracleCacheTest,
                         testing::Values(Row{3, 3, 0, 3'785'065, 17'044'473, 636, 333, 30, 22},
                                         Row{3, 3, 1, 8'118'993, 53'263'299, 1'668, 855, 30, 21}));
#endif

// The race behind it all: the reader misses and reads the old value; the writer writes and deletes; the late fill
// stays.
TEST(OracleCacheTrace, OneReaderOneWriterFaultFree) {
  const auto result = search(OracleCache(1, 1, 0), {});
  ASSERT_TRUE(result.counterexample);
  int by_reader = 0;
  int by_writer = 0;
  for (const auto& action : result.counterexample->actions) ++(action.actor == 0 ? by_reader : by_writer);
  EXPECT_EQ(by_reader, 6);
  EXPECT_EQ(by_writer, 4);
}

}  // namespace
}  // namespace stalemate::sim
