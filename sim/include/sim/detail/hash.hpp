// The hash of a state's bytes: multiply two words into 128 bits and fold the halves, as the wyhash family does. Fast on
// short blocks whose size is known at compile time; good in its high bits (the shard) and its low ones (the slot).
//
// Determinism: no result depends on it. It decides where a state is looked up, never in which order states are
// numbered; a collision costs time only. Not for files: it reads words in the machine's byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace stalemate::sim::detail {

__extension__ using Uint128 = unsigned __int128;

inline std::uint64_t multiply_fold(std::uint64_t a, std::uint64_t b) {
  const Uint128 product = static_cast<Uint128>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t load_word(const std::byte* bytes) {
  std::uint64_t word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

inline std::uint64_t hash_bytes(const void* data, std::size_t size) {
  constexpr std::uint64_t kOdd[] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb};
  const auto* bytes = static_cast<const std::byte*>(data);
  std::uint64_t hash = kOdd[0] ^ size;
  for (; size >= 16; size -= 16, bytes += 16) {
    hash = multiply_fold(load_word(bytes) ^ kOdd[1], load_word(bytes + 8) ^ hash);
  }
  if (size > 0) {
    std::byte tail[16] = {};
    std::memcpy(tail, bytes, size);
    hash = multiply_fold(load_word(tail) ^ kOdd[1], load_word(tail + 8) ^ hash);
  }
  return multiply_fold(hash ^ kOdd[2], kOdd[0]);
}

}  // namespace stalemate::sim::detail
