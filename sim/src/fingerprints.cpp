// Open addressing with linear probing; grows by doubling.
#include "sim/fingerprints.hpp"

#include <utility>

#include "base/invariant.hpp"
#include "sim/detail/hash.hpp"

namespace stalemate::sim {
namespace {

constexpr std::size_t kSlotsFirst = 1024;

}  // namespace

Fingerprints::Fingerprints(std::uint64_t entries_max) : slots_(kSlotsFirst), entries_max_(entries_max) {
  STALEMATE_INVARIANT(entries_max >= 1, "a table has room for something");
}

std::uint64_t* Fingerprints::find(std::uint64_t key) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = static_cast<std::size_t>(key >> 1) & mask;
  while (slots_[at] != 0 && (slots_[at] & ~std::uint64_t{1}) != key) at = (at + 1) & mask;
  return &slots_[at];
}

bool Fingerprints::observe(std::uint64_t fingerprint) {
  if (full()) return false;
  const std::uint64_t key = fingerprint < 2 ? 2 : fingerprint & ~std::uint64_t{1};
  std::uint64_t* slot = find(key);
  ++observations_;
  if (*slot == 0) {
    *slot = key;
    ++distinct_;
    ++singletons_;
    if (distinct_ * 4 > slots_.size() * 3) grow();
  } else if ((*slot & 1) == 0) {
    *slot |= 1;
    --singletons_;
  }
  return true;
}

void Fingerprints::grow() {
  const std::vector<std::uint64_t> old = std::exchange(slots_, std::vector<std::uint64_t>(slots_.size() * 2));
  for (const std::uint64_t slot : old)
    if (slot != 0) *find(slot & ~std::uint64_t{1}) = slot;
}

std::uint64_t fingerprint(std::uint64_t seed, const std::uint64_t* words, std::size_t count) {
  std::uint64_t hash = seed ^ 0x9e3779b97f4a7c15;
  for (std::size_t i = 0; i < count; ++i)
    hash = detail::multiply_fold(words[i] ^ 0xbf58476d1ce4e5b9, hash ^ 0x94d049bb133111eb);
  return detail::multiply_fold(hash ^ 0x94d049bb133111eb, 0x9e3779b97f4a7c15);
}

}  // namespace stalemate::sim
