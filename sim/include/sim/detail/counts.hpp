// The sums of a search.
#pragma once

#include <array>
#include <cstdint>

#include "sim/system.hpp"

namespace stalemate::sim::detail {

// What a search counts; sums over disjoint sets of states, so the order of adding does not matter.
struct Counts {
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  PropertyMask violated = 0;  // by a state or a step
  std::array<std::uint64_t, 32> labels{};
  std::array<std::uint64_t, 32> violating{};

  void judge(const Judgement& judgement, PropertyMask checked);
  void add(const Counts& other);
};

}  // namespace stalemate::sim::detail
