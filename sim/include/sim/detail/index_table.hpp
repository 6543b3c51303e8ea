// A shard of the visited set: an open-addressing table from hashes to the indices of states. It stores no states;
// whoever looks up says whether the state at an index is the one meant, so the set is exact whatever the hash does.
//
// I1: a slot is kEmpty, or holds 32 bits of the hash (the tag) above a 32-bit reference.
// I2: every entry lies at or cyclically after its home, the tag's highest bits, with no empty slot between.
// I3: at least a quarter of the slots is empty, so every probe ends.
#pragma once

#include <cstdint>

#include "sim/detail/arrays.hpp"

namespace stalemate::sim::detail {

class IndexTable {
 public:
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  IndexTable();

  // Makes room for `added` more entries; positions found before are void. Capacity depends on the sizes asked for only.
  void make_room(std::size_t added);
  // The slots after make_room(added).
  std::size_t capacity_for(std::size_t added) const;

  // The position of the entry under `tag` for whose reference same(reference) is true; else the position of the empty
  // slot where it belongs.
  template <class Same>
  std::uint32_t probe(std::uint32_t tag, Same&& same) const {
    for (std::uint32_t position = home(tag);; position = (position + 1) & mask_) {
      const std::uint64_t slot = slots_[position];
      if (slot == kEmpty || (slot >> 32 == tag && same(static_cast<std::uint32_t>(slot)))) return position;
    }
  }
  bool empty_at(std::uint32_t position) const { return slots_[position] == kEmpty; }
  std::uint32_t reference_at(std::uint32_t position) const { return static_cast<std::uint32_t>(slots_[position]); }

  // REQUIRES: the slot at `position` is empty and was found by probing for `tag`; make_room() counted this entry.
  void insert_at(std::uint32_t position, std::uint32_t tag, std::uint32_t reference) {
    slots_[position] = std::uint64_t{tag} << 32 | reference;
    ++size_;
  }
  // Replaces the reference of an entry. Different entries may be changed from different threads.
  void refer_at(std::uint32_t position, std::uint32_t reference) {
    slots_[position] = (slots_[position] & ~std::uint64_t{0xffffffff}) | reference;
  }

  // Hints to the processor; home_slot() is what a probe for the tag reads first.
  void prefetch(std::uint32_t tag) const { __builtin_prefetch(&slots_[home(tag)], 1); }
  std::uint64_t home_slot(std::uint32_t tag) const { return slots_[home(tag)]; }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.bytes(); }

 private:
  std::uint32_t home(std::uint32_t tag) const { return tag >> shift_; }
  void allocate(std::size_t capacity);

  RawArray<std::uint64_t> slots_;
  std::size_t size_ = 0;
  std::uint32_t mask_ = 0;
  std::uint32_t shift_ = 0;  // 32 - log2(capacity)
};

}  // namespace stalemate::sim::detail
