// First fit: a field goes into the first word that has room for it, so a layout depends on the order of asking alone.
#include "model/layout.hpp"

#include <bit>

#include "sim/invariant.hpp"

namespace stalemate::model {

Field LayoutBuilder::add(std::uint64_t values) {
  STALEMATE_INVARIANT(values >= 1, "a field has at least one value");
  return add_bits(static_cast<unsigned>(std::bit_width(values - 1)));
}

Field LayoutBuilder::add_bits(unsigned width) {
  STALEMATE_INVARIANT(width <= 64, "a field fits a word");
  if (width == 0) return {};
  std::size_t word = 0;
  while (word < used_.size() && used_[word] + width > 64) ++word;
  if (word == used_.size()) used_.push_back(0);
  const Field field{static_cast<std::uint16_t>(word), static_cast<std::uint8_t>(used_[word]),
                    static_cast<std::uint8_t>(width)};
  used_[word] += width;
  return field;
}

}  // namespace stalemate::model
