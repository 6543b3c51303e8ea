// See amounts.hpp. A value is a number to base `base_`, a digit for each Write.
#include "machine/amounts.hpp"

#include <limits>

namespace stalemate::model {
namespace {

// Far more than any state has room for, and no overflow.
constexpr std::uint64_t kMany = std::numeric_limits<std::uint32_t>::max();

}  // namespace

Amounts::Amounts(unsigned writes, unsigned times_max, bool from_zero)
    : base_(times_max + 1), initial_(from_zero ? 0 : kInitialValue), values_(1) {
  for (unsigned write = 0; write < writes && values_ < kMany; ++write) {
    changes_.push_back(static_cast<unsigned>(values_));
    values_ *= base_;
  }
}

std::int64_t Amounts::shown_change(unsigned change) const {
  std::int64_t sum = 0;
  std::int64_t amount = 1;
  for (unsigned write = 1; write <= writes(); ++write, amount *= 10) sum += amount * times(change, write);
  return sum;
}

std::int64_t Amounts::shown(unsigned value) const {
  if (!any()) return value == 0 ? initial_ : static_cast<std::int64_t>(value);
  return initial_ + shown_change(value);
}

}  // namespace stalemate::model
