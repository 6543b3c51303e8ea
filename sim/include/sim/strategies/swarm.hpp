// swarm: every run draws its own mix (Groce, Zhang, Eide, Chen, Regehr: "Swarm Testing", ISSTA 2012). A run gives each
// group of actions a weight; a group of weight 0 is left out for as long as anything else is enabled. So one run
// starves an actor, another lets nothing be answered until everything is sent: orders that a fair walk hardly ever
// tries.
//
// A system says what its groups are by `group_count()` and `group(action)`; to one that does not, every action is of
// one group, and the walk is uniform. Determinism: a function of the numbers drawn.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/random.hpp"
#include "sim/system.hpp"

namespace stalemate::sim {

template <class S>
concept Grouped = System<S> && requires(const S& system, const typename S::Action& action) {
  { system.group_count() } -> std::same_as<std::size_t>;
  { system.group(action) } -> std::same_as<std::size_t>;  // below group_count()
};

class Swarm {
 public:
  // Half of the groups are left out, as in the paper; the others differ, so that one may race ahead of another.
  static constexpr std::array<std::uint32_t, 8> kWeights = {0, 0, 0, 0, 1, 4, 16, 64};

  template <System S>
  void begin(const S& system, Random& random) {
    weights_.assign(group_count(system), 1);
    // One number is good for 21 weights of three bits.
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < weights_.size(); ++i) {
      if (i % 21 == 0) bits = random.next();
      weights_[i] = kWeights[bits & 7];
      bits >>= 3;
    }
  }

  template <System S>
  std::size_t choose(const S& system, const std::vector<typename S::Action>& enabled, Random& random) {
    std::uint64_t total = 0;
    for (const auto& action : enabled) total += weight(system, action);
    if (total == 0) return static_cast<std::size_t>(random.below(enabled.size()));
    std::uint64_t drawn = random.below(total);
    std::size_t index = 0;
    while (drawn >= weight(system, enabled[index])) drawn -= weight(system, enabled[index++]);
    return index;
  }

 private:
  template <System S>
  static std::size_t group_count(const S& system) {
    if constexpr (Grouped<S>)
      return system.group_count();
    else
      return 1;
  }
  template <System S>
  std::uint64_t weight(const S& system, const typename S::Action& action) const {
    if constexpr (Grouped<S>)
      return weights_[system.group(action)];
    else
      return weights_[0];
  }

  std::vector<std::uint32_t> weights_;
};

}  // namespace stalemate::sim
