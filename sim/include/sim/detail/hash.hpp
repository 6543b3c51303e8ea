// The hash of a state's bytes: multiply two words into 128 bits, keep both halves, and multiply again, as the wyhash
// family does. Fast on short blocks whose size is known at compile time; all 64 bits are good: the highest choose a
// shard, the next ones a slot, and `compact` searches keep all of them in place of the state.
//
// Determinism: no result of an exact search depends on it. It decides where a state is looked up; a collision costs
// time only. Not for files: it reads words in the machine's byte order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "sim/system.hpp"

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

[[gnu::always_inline]] inline std::uint64_t hash_bytes(const void* data, std::size_t size) {
  constexpr std::uint64_t kOdd[] = {0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93};
  const auto* bytes = static_cast<const std::byte*>(data);
  std::uint64_t low = kOdd[0] ^ size;
  std::uint64_t high = kOdd[1];
  const auto absorb = [&](std::uint64_t first, std::uint64_t second) {
    const Uint128 product = static_cast<Uint128>(first ^ low) * (second ^ high);
    low = static_cast<std::uint64_t>(product) ^ kOdd[2];
    high = static_cast<std::uint64_t>(product >> 64) ^ kOdd[3];
  };
  for (; size >= 16; size -= 16, bytes += 16) absorb(load_word(bytes), load_word(bytes + 8));
  if (size > 0) {
    std::byte tail[16] = {};
    std::memcpy(tail, bytes, size);
    absorb(load_word(tail), load_word(tail + 8));
  }
  return multiply_fold(low, high);
}

// The hash a system gives its states, or else that of their bytes.
template <System S>
std::uint64_t hash_of(const typename S::State& state) {
  if constexpr (requires { S::hash(state); }) {
    return S::hash(state);
  } else {
    return hash_bytes(&state, sizeof state);
  }
}

}  // namespace stalemate::sim::detail
