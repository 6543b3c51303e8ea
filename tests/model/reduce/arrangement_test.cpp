// The arrangement of a trace against the naive one: every order of the sessions' steps, from the smallest on, until one
// can be taken and does the same harm.
#include "reduce/arrangement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "sim/random.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

using Words = std::vector<std::uint64_t>;

Machine machine_for(const std::string& page, const std::vector<std::string>& apps) {
  traces::Scenario words;
  words.apps = apps;
  words.faults = {"lost-message=1"};
  return make_machine(read_page(page).value(), words, {"coherent-at-rest"}, Granularity::kPlain);
}

std::vector<Action> enabled(const Machine& machine, const Words& state) {
  std::vector<Action> actions;
  machine.actions(state.data(), actions);
  return actions;
}

// Whether the actions can be taken one after another; then, what the last one breaks.
std::optional<sim::PropertyMask> outcome_of(const Machine& machine, const std::vector<Action>& actions) {
  Words state(machine.words());
  sim::Marks unused;
  machine.initial(state.data(), unused);
  sim::PropertyMask broken = 0;
  for (const Action& action : actions) {
    const std::vector<Action> possible = enabled(machine, state);
    if (std::find(possible.begin(), possible.end(), action) == possible.end()) return std::nullopt;
    broken = machine.apply(state.data(), action, unused) | machine.judge(state.data(), unused).violated;
  }
  return broken;
}

// A random walk's actions up to the first violation; none: it has none.
std::vector<Action> violation_of_walk(const Machine& machine, sim::Random& random) {
  Words state(machine.words());
  sim::Marks unused;
  machine.initial(state.data(), unused);
  std::vector<Action> actions;
  for (auto possible = enabled(machine, state); !possible.empty(); possible = enabled(machine, state)) {
    actions.push_back(possible[random.below(possible.size())]);
    const sim::PropertyMask broken = machine.apply(state.data(), actions.back(), unused);
    if ((broken | machine.judge(state.data(), unused).violated) != 0) return actions;
  }
  return {};
}

// The orders of the sessions are tried from the smallest on; among actions of different sessions that is their order.
std::vector<Action> naive_arrangement(const Machine& machine, const std::vector<Action>& actions) {
  std::vector<std::size_t> order;
  for (const Action& action : actions) order.push_back(action.session);
  std::sort(order.begin(), order.end());
  do {
    std::vector<Action> arranged;
    for (std::size_t i = 0; i < order.size(); ++i) {
      auto nth = std::count(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(i), order[i]);
      const auto its = std::find_if(actions.begin(), actions.end(),
                                    [&](const Action& action) { return action.session == order[i] && nth-- == 0; });
      arranged.push_back(*its);
    }
    if (const auto broken = outcome_of(machine, arranged); broken && *broken != 0) return arranged;
  } while (std::next_permutation(order.begin(), order.end()));
  return {};
}

TEST(Arrangement, is_the_smallest_order_of_the_sessions_that_does_the_same_harm) {
  struct Case {
    const char* page;
    std::vector<std::string> apps;
  };
  const Case cases[] = {{"cache-aside", {"read", "write"}},
                        {"delete-before-write", {"write", "read"}},
                        {"double-delete", {"read", "write"}},
                        {"write-through", {"write", "write"}}};
  for (const Case& one : cases) {
    const Machine machine = machine_for(one.page, one.apps);
    sim::Random random(1, 0);
    int compared = 0;
    int changed = 0;
    for (int walk = 0; walk < 4'000 && compared < 12; ++walk) {
      const std::vector<Action> actions = violation_of_walk(machine, random);
      if (actions.empty()) continue;
      const std::vector<Action> arranged = smallest_arrangement(machine, actions, 0);
      ASSERT_EQ(arranged, naive_arrangement(machine, actions)) << one.page;
      ++compared;
      changed += arranged != actions ? 1 : 0;
    }
    EXPECT_EQ(compared, 12) << one.page;
    EXPECT_GT(changed, 0) << one.page;
  }
}

TEST(Arrangement, of_more_sessions_keeps_each_ones_order_and_the_harm) {
  const Machine machine = machine_for("cache-aside", {"read", "read", "read", "write", "write"});
  sim::Random random(2, 0);
  int found = 0;
  for (int walk = 0; walk < 400; ++walk) {
    const std::vector<Action> actions = violation_of_walk(machine, random);
    if (actions.empty()) continue;
    ++found;
    const std::vector<Action> arranged = smallest_arrangement(machine, actions, 0);
    const auto broken = outcome_of(machine, arranged);
    ASSERT_TRUE(broken && *broken != 0);
    for (std::size_t session = 0; session < machine.scenario().sessions.size(); ++session) {
      const auto of_session = [&](std::vector<Action> all) {
        std::erase_if(all, [&](const Action& action) { return action.session != session; });
        return all;
      };
      ASSERT_EQ(of_session(arranged), of_session(actions));
    }
  }
  EXPECT_GT(found, 20);
}

}  // namespace
}  // namespace stalemate::model
