// The generator: its numbers are those of the C++ standard, its draws below n are even, its streams are their own.
#include "sim/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace stalemate::sim {
namespace {

// From a program of its own in another language, written after the standard's text of std::seed_seq and
// mersenne_twister_engine; it gives the standard's 9981545732273789042 as the 10,000th number of the default seed.
TEST(Random, the_same_numbers_everywhere) {
  const struct {
    std::uint64_t seed, stream, first, second, thousandth;
  } known[] = {{0, 0, 9826868804458059804U, 10035197629148757060U, 8849178525404161576U},
               {1, 2, 960524919686204622U, 8035120714412365424U, 7508034335897899620U},
               {~std::uint64_t{0}, (std::uint64_t{1} << 40) + 5, 3996636854352372141U, 14061098943634247713U,
                7267763639895801289U}};
  for (const auto& row : known) {
    Random random(row.seed, row.stream);
    EXPECT_EQ(random.next(), row.first);
    EXPECT_EQ(random.next(), row.second);
    for (int i = 3; i < 1000; ++i) random.next();
    EXPECT_EQ(random.next(), row.thousandth) << "seed " << row.seed;
  }
}

TEST(Random, below_n_is_below_n_and_every_number_comes_as_often) {
  Random random(42, 0);
  std::array<int, 6> counts{};
  for (int i = 0; i < 600'000; ++i) ++counts[random.below(6)];
  // 100,000 each, with a standard deviation of 289: five of them.
  for (const int count : counts) EXPECT_NEAR(count, 100'000, 1450);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(random.below(1), 0U);
}

// Without rejection every third number would come twice as often: 2^64 is 4/3 of n.
TEST(Random, below_a_number_that_does_not_divide_the_range_is_even_too) {
  Random random(42, 1);
  std::array<int, 3> counts{};
  for (int i = 0; i < 300'000; ++i) ++counts[random.below(std::uint64_t{3} << 62) % 3];
  for (const int count : counts) EXPECT_NEAR(count, 100'000, 1300);
}

TEST(Random, streams_of_one_seed_differ_and_do_not_depend_on_each_other) {
  Random first(7, 0);
  Random second(7, 1);
  Random again(7, 1);
  for (int i = 0; i < 1000; ++i) first.next();
  bool differs = false;
  Random fresh(7, 0);
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t drawn = second.next();
    EXPECT_EQ(drawn, again.next());
    differs |= drawn != fresh.next();
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace stalemate::sim
