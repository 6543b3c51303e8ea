// Random walks and their strategies: a walk is a path of the system that ends where a path ends or a property breaks;
// uniform is even; swarm starves, which uniform hardly ever does.
#include "sim/random_walk.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "sim/strategies.hpp"
#include "table_system.hpp"

namespace stalemate::sim {
namespace {

using textbook::TableRow;
using textbook::TableSystem;

// Rows whose edges lead to later rows, so that every path ends.
std::vector<TableRow> random_table(std::uint64_t seed) {
  textbook::SplitMix64 draw(seed);
  std::vector<TableRow> rows(2 + draw.below(10));
  for (std::uint32_t s = 0; s < rows.size(); ++s) {
    const auto later = static_cast<std::uint32_t>(rows.size()) - s - 1;
    const std::uint32_t edges = later == 0 ? 0 : draw.below(4);
    for (std::uint32_t e = 0; e < edges; ++e)
      rows[s].edges.push_back({s + 1 + draw.below(later), draw.below(8) == 0 ? 1 + draw.below(3) : 0});
    if (draw.below(8) == 0) rows[s].violated = 1 + draw.below(3);
  }
  return rows;
}

RC_GTEST_PROP(RandomWalk, is_a_path_to_rest_or_to_the_first_step_that_breaks_a_checked_property,
              (std::uint64_t table, std::uint64_t seed)) {
  const std::vector<TableRow> rows = random_table(table);
  const TableSystem system(rows);
  const WalkOptions options{.checked = 1 + static_cast<PropertyMask>(table % 3)};
  for (const StrategyName& strategy : kStrategies) {
    with_strategy(strategy.name, [&](auto chosen) {
      Random random(seed, 0);
      WalkRecord<TableSystem::Action> record;
      std::vector<std::uint32_t> visited;
      random_walk(system, chosen, random, options, record,
                  until_violation([&](const TableSystem::State& state) { visited.push_back(state.number); }));
      RC_ASSERT(visited.size() == record.actions.size() + 1);
      RC_ASSERT(visited.front() == 0U);
      for (std::size_t i = 0; i < visited.size(); ++i) {
        const TableRow& row = rows[visited[i]];
        RC_ASSERT(record.marks.reached(2 * std::size_t{visited[i]}));
        PropertyMask broken = row.violated;
        if (i > 0) broken |= rows[visited[i - 1]].edges[record.actions[i - 1].ordinal].violated;
        broken &= options.checked;
        const bool last = i + 1 == visited.size();
        if (!last) {
          RC_ASSERT(broken == 0U);
          RC_ASSERT(visited[i + 1] == row.edges.at(record.actions[i].ordinal).target);
        } else if (record.end == WalkEnd::kViolation) {
          RC_ASSERT(broken == record.violated);
          RC_ASSERT(broken != 0U);
        } else {
          RC_ASSERT(record.end == WalkEnd::kRest);
          RC_ASSERT(broken == 0U);
          RC_ASSERT(row.edges.empty());
        }
      }
    });
  }
}

TEST(RandomWalk, an_endless_system_ends_at_the_step_limit) {
  const std::vector<TableRow> rows = {{.edges = {{0, 0}}}};
  Random random(1, 0);
  WalkRecord<TableSystem::Action> record;
  Uniform uniform;
  random_walk(TableSystem(rows), uniform, random, {.steps_max = 17}, record, until_violation([](const auto&) {}));
  EXPECT_EQ(record.end, WalkEnd::kStepLimit);
  EXPECT_EQ(record.actions.size(), 17U);
}

// Two actors with three steps each. Groups: the actors.
class TwoActors {
 public:
  struct State {
    std::array<std::uint32_t, 2> done{};
    bool operator==(const State&) const = default;
  };
  struct Action {
    std::uint32_t actor;
  };
  State initial() const { return {}; }
  void actions(const State& state, std::vector<Action>& out) const {
    for (std::uint32_t actor = 0; actor < 2; ++actor)
      if (state.done[actor] < 3) out.push_back({actor});
  }
  Applied<State> apply(State state, const Action& action, Marks&) const {
    ++state.done[action.actor];
    return {state, 0};
  }
  Judgement judge(const State&, Marks&) const { return {}; }
  std::size_t group_count() const { return 2; }
  std::size_t group(const Action& action) const { return action.actor; }
};

// How many of 20,000 walks take each order of the two actors' steps.
template <class Strategy>
std::vector<int> orders_of() {
  std::vector<int> orders(64);
  Random random(3, 0);
  WalkRecord<TwoActors::Action> record;
  Strategy strategy;
  for (int i = 0; i < 20'000; ++i) {
    random_walk(TwoActors(), strategy, random, {}, record, until_violation([](const auto&) {}));
    std::size_t order = 0;
    for (const TwoActors::Action& action : record.actions) order = order * 2 + action.actor;
    ++orders[order];
  }
  return orders;
}

TEST(Strategies, uniform_takes_each_of_two_enabled_steps_as_often) {
  const std::vector<int> orders = orders_of<Uniform>();
  int first = 0;
  for (std::size_t order = 0; order < 32; ++order) first += orders[order];
  EXPECT_NEAR(first, 10'000, 360);            // five standard deviations
  EXPECT_NEAR(orders[0b000111], 2'500, 240);  // actor 0 first: three times one of two
}

TEST(Strategies, swarm_lets_one_starve_in_a_good_part_of_the_runs_and_still_takes_every_order) {
  const std::vector<int> orders = orders_of<Swarm>();
  // One group is left out and the other is not: in a quarter of the mixes for each. Where both or neither are, it
  // happens as well, so a quarter is the least.
  EXPECT_GT(orders[0b000111], 5'000);
  EXPECT_GT(orders[0b111000], 5'000);
  int different = 0;
  for (const int count : orders) different += count > 0 ? 1 : 0;
  EXPECT_EQ(different, 20);  // 6! / (3! 3!)
}

TEST(Strategies, names_are_different_and_each_is_one) {
  for (const StrategyName& one : kStrategies) {
    EXPECT_FALSE(one.summary.empty());
    int same = 0;
    for (const StrategyName& other : kStrategies) same += one.name == other.name ? 1 : 0;
    EXPECT_EQ(same, 1);
  }
}

}  // namespace
}  // namespace stalemate::sim
