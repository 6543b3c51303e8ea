// How a shard of the visited set grows. Deterministic: capacities follow from sizes alone.
#include "sim/detail/index_table.hpp"

#include <bit>
#include <utility>

#include "base/invariant.hpp"

namespace stalemate::sim::detail {

namespace {

constexpr std::size_t kFirstCapacity = 16;
constexpr std::size_t kCapacityMax = std::size_t{1} << 31;

}  // namespace

IndexTable::IndexTable() { allocate(kFirstCapacity); }

void IndexTable::allocate(std::size_t capacity) {
  STALEMATE_INVARIANT(capacity <= kCapacityMax, "a shard of the visited set outgrew its 32-bit tags");
  RawArray<std::uint64_t> slots;
  slots.reserve(capacity, 0);
  std::fill_n(slots.data(), capacity, kEmpty);
  slots_ = std::move(slots);
  mask_ = static_cast<std::uint32_t>(capacity - 1);
  shift_ = 32 - static_cast<std::uint32_t>(std::countr_zero(capacity));
}

std::size_t IndexTable::capacity_for(std::size_t added) const {
  std::size_t capacity = slots_.capacity();
  while ((size_ + added) * 4 > capacity * 3) capacity *= 2;
  return capacity;
}

void IndexTable::make_room(std::size_t added) {
  const std::size_t capacity = capacity_for(added);
  if (capacity == slots_.capacity()) return;
  const RawArray<std::uint64_t> old = std::move(slots_);
  allocate(capacity);
  for (std::size_t i = 0; i < old.capacity(); ++i) {
    if (old[i] == kEmpty) continue;
    std::uint32_t position = home(static_cast<std::uint32_t>(old[i] >> 32));
    while (!empty_at(position)) position = (position + 1) & mask_;
    slots_[position] = old[i];
  }
}

}  // namespace stalemate::sim::detail
