// What was seen and how often, against a plain map; and Good and Turing's estimate against distributions that are
// known.
#include "sim/fingerprints.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "sim/random.hpp"

namespace stalemate::sim {
namespace {

RC_GTEST_PROP(Fingerprints, counts_as_a_map_does_until_it_is_full,
              (std::vector<std::uint8_t> kinds, std::uint8_t room)) {
  Fingerprints table(room + 1U);
  std::map<std::uint64_t, int> seen;
  std::uint64_t observations = 0;
  for (const std::uint8_t kind : kinds) {
    const bool full = seen.size() == room + 1U;
    RC_ASSERT(table.full() == full);
    // Numbers that differ in few bits and begin at 0 and 1, which the table has to tell from an empty slot. The lowest
    // bit is not kept.
    RC_ASSERT(table.observe(std::uint64_t{kind} << 1 | (kind & 1U)) == !full);
    if (full) continue;
    ++observations;
    ++seen[kind == 0 ? 1 : kind];  // 0 and 1 << 1 are one: a fingerprint of 0 is kept as 2
  }
  std::uint64_t once = 0;
  for (const auto& [kind, count] : seen) once += count == 1 ? 1U : 0U;
  RC_ASSERT(table.observations() == observations);
  RC_ASSERT(table.distinct() == seen.size());
  RC_ASSERT(table.singletons() == once);
}

TEST(Fingerprints, a_million_different_ones_are_a_million) {
  Fingerprints table;
  Random random(1, 0);
  std::vector<std::uint64_t> drawn;
  for (int i = 0; i < 1'000'000; ++i) drawn.push_back(random.next());
  for (const std::uint64_t one : drawn) table.observe(one);
  EXPECT_EQ(table.distinct(), 1'000'000U);
  EXPECT_EQ(table.singletons(), 1'000'000U);
  EXPECT_EQ(table.unseen(), 1.0);
  for (const std::uint64_t one : drawn) table.observe(one);
  EXPECT_EQ(table.distinct(), 1'000'000U);
  EXPECT_EQ(table.singletons(), 0U);
  EXPECT_EQ(table.unseen(), 0.0);
}

TEST(Fingerprints, words_in_another_order_or_of_another_seed_are_another_fingerprint) {
  std::set<std::uint64_t> all;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t a = 0; a < 20; ++a) {
      for (std::uint64_t b = 0; b < 20; ++b) {
        const std::uint64_t words[] = {a, b};
        all.insert(fingerprint(seed, words, 2));
      }
    }
  }
  EXPECT_EQ(all.size(), 4000U);
}

// Weights of a distribution, the draws from it, and what is really unseen afterwards: the mass of what was not drawn.
void expect_estimate(const std::vector<std::uint64_t>& weights, std::uint64_t draws) {
  std::vector<std::uint64_t> up_to;
  std::uint64_t total = 0;
  for (const std::uint64_t weight : weights) up_to.push_back(total += weight);
  Random random(5, weights.size());
  Fingerprints table;
  std::set<std::size_t> seen;
  for (std::uint64_t i = 0; i < draws; ++i) {
    const auto kind =
        static_cast<std::size_t>(std::upper_bound(up_to.begin(), up_to.end(), random.below(total)) - up_to.begin());
    seen.insert(kind);
    const std::uint64_t words[] = {kind};
    table.observe(fingerprint(0, words, 1));
  }
  std::uint64_t unseen = 0;
  for (std::size_t kind = 0; kind < weights.size(); ++kind) unseen += seen.count(kind) == 0 ? weights[kind] : 0;
  const double truth = static_cast<double>(unseen) / static_cast<double>(total);
  // The mean square error is at most 1/n (Robbins, Annals of Mathematical Statistics 39, 1968); here four times its
  // root.
  EXPECT_NEAR(table.unseen(), truth, 4 / std::sqrt(static_cast<double>(draws)));
  EXPECT_GT(truth, 0.01) << "there was something to estimate";
}

TEST(Fingerprints, the_estimate_of_the_unseen_meets_known_distributions) {
  expect_estimate(std::vector<std::uint64_t>(5000, 1), 10'000);
  std::vector<std::uint64_t> zipf;
  for (std::uint64_t rank = 1; rank <= 20'000; ++rank) zipf.push_back(10'000'000 / rank);
  expect_estimate(zipf, 10'000);
  std::vector<std::uint64_t> halves = {1'000'000};
  halves.resize(100'001, 10);
  expect_estimate(halves, 10'000);
}

}  // namespace
}  // namespace stalemate::sim
