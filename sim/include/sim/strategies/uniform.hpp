// uniform: each enabled action with the same chance. The plainest walk; what is rare at every step stays rare.
//
// Determinism: a function of the numbers drawn.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/random.hpp"
#include "sim/system.hpp"

namespace stalemate::sim {

class Uniform {
 public:
  template <System S>
  void begin(const S&, Random&) {}

  template <System S>
  std::size_t choose(const S&, const std::vector<typename S::Action>& enabled, Random& random) {
    return static_cast<std::size_t>(random.below(enabled.size()));
  }
};

}  // namespace stalemate::sim
