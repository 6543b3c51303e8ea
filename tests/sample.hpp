// How much of a long test a slow build takes: ./dev test sets STALEMATE_ONE_IN for sanitizers and for -O0 or -Og, where
// the same cases cost three to ten times as much. The optimized stages take every case.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>

namespace stalemate {

// One case in this many is taken; 1, and so every case, where nothing else is asked for.
inline std::size_t one_in() {
  const char* const given = std::getenv("STALEMATE_ONE_IN");  // NOLINT(concurrency-mt-unsafe): nothing here sets it
  return given == nullptr ? 1 : std::stoul(given);
}

}  // namespace stalemate
