// Invariants: statements about our own code that must never be false. On in every build type. A broken one is a bug,
// not an operating error: it prints where and what, and aborts, so that no wrong verdict leaves the program.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace stalemate {

[[noreturn]] inline void broken_invariant(const char* file, int line, const char* condition, const char* meaning) {
  std::fprintf(stderr, "stalemate: broken invariant at %s:%d: %s (%s)\nThis is a bug in stalemate.\n", file, line,
               condition, meaning);
  std::abort();
}

}  // namespace stalemate

#define STALEMATE_INVARIANT(condition, meaning)        \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::stalemate::broken_invariant(__FILE__, __LINE__, #condition, meaning))
