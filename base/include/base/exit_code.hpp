// The exit code of several things, each with its own: the first that occurs of 5 (environment), 1 (violated), 2
// (unreadable), 4 (not modelled, or to be asked) and 3 (inconclusive).
#pragma once

#include <algorithm>
#include <vector>

namespace stalemate {

inline int exit_code_of(const std::vector<int>& codes) {
  for (const int code : {5, 1, 2, 4, 3}) {
    if (std::find(codes.begin(), codes.end(), code) != codes.end()) return code;
  }
  return 0;
}

}  // namespace stalemate
