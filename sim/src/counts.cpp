// What a search counts.
#include "sim/detail/counts.hpp"

#include <bit>

#include "sim/search.hpp"

namespace stalemate::sim::detail {

namespace {

void count_bits(std::uint32_t bits, std::array<std::uint64_t, 32>& counts) {
  for (; bits != 0; bits &= bits - 1) ++counts[static_cast<std::size_t>(std::countr_zero(bits))];
}

}  // namespace

void Counts::judge(const Judgement& judgement, PropertyMask checked) {
  ++states;
  const PropertyMask broken = judgement.violated & checked;
  violated |= broken;
  count_bits(judgement.labels, labels);
  count_bits(broken, violating);
}

void Counts::add(const Counts& other) {
  states += other.states;
  transitions += other.transitions;
  violated |= other.violated;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    labels[i] += other.labels[i];
    violating[i] += other.violating[i];
  }
}

}  // namespace stalemate::sim::detail

namespace stalemate::sim {

double omission_bound(std::uint64_t states) {
  const auto n = static_cast<double>(states);
  return n * (n - 1) / 2 / 0x1p64;
}

}  // namespace stalemate::sim
