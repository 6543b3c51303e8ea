// The strategies of random walks, by name. One is a class with
//   void begin(const S& system, Random& random)                              before each run
//   std::size_t choose(const S& system, const std::vector<Action>& enabled, Random& random)
// in a file of its own in strategies/; add it here, in the table and in with_strategy().
//
// Determinism: a strategy decides by what it is handed and by the numbers it draws, nothing else.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "base/invariant.hpp"
#include "sim/strategies/swarm.hpp"
#include "sim/strategies/uniform.hpp"

namespace stalemate::sim {

struct StrategyName {
  std::string_view name;
  std::string_view summary;  // one line for --help
};

inline constexpr std::array<StrategyName, 2> kStrategies = {
    {{"swarm", "every run draws its own mix of who is fast and who is starved"},
     {"uniform", "every enabled step with the same chance"}}};

// Calls visit(strategy). REQUIRES: `name` stands in the table.
template <class Visitor>
auto with_strategy(std::string_view name, Visitor&& visit) {
  if (name == kStrategies[0].name) return std::forward<Visitor>(visit)(Swarm{});
  STALEMATE_INVARIANT(name == kStrategies[1].name, "a strategy is one of the table");
  return std::forward<Visitor>(visit)(Uniform{});
}

}  // namespace stalemate::sim
