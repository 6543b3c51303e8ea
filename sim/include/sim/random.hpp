// The generator of every random choice the engine makes: std::mt19937_64, whose numbers the C++ standard fixes, seeded
// by std::seed_seq, which it fixes, too. A stream is named by a seed and a number, so the choices of one do not depend
// on how many others made before.
//
// Determinism: the same seed and stream give the same numbers with every compiler and machine; kGenerator names the
// version and stands in reports, because what a seed means changes with it. No std::*_distribution: those are not
// fixed.
#pragma once

#include <cstdint>
#include <random>
#include <string_view>

#include "base/invariant.hpp"

namespace stalemate::sim {

inline constexpr std::string_view kGenerator = "mt19937_64/1";

class Random {
 public:
  Random(std::uint64_t seed, std::uint64_t stream) {
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)};
    engine_.seed(sequence);
  }

  std::uint64_t next() { return engine_(); }

  // Every number from 0 to n - 1 with the same chance: multiply and reject (Lemire, "Fast Random Integer Generation in
  // an Interval", ACM TOMACS 29, 2019). REQUIRES: n >= 1.
  std::uint64_t below(std::uint64_t n) {
    STALEMATE_INVARIANT(n >= 1, "a number is drawn below at least 1");
    Uint128 product = static_cast<Uint128>(next()) * n;
    if (static_cast<std::uint64_t>(product) < n) {
      const std::uint64_t rejected = (0 - n) % n;
      while (static_cast<std::uint64_t>(product) < rejected) product = static_cast<Uint128>(next()) * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

 private:
  __extension__ using Uint128 = unsigned __int128;

  std::mt19937_64 engine_;
};

}  // namespace stalemate::sim
