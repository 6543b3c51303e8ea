// What the connections of all adapters share: what one is for, and how it is said that no answer came.
#pragma once

#include <fmt/format.h>

#include <string>

#include "stores/store.hpp"

namespace stalemate::real {

// What a connection is for: once the user asked to stop, nothing begins but cleaning up.
enum class Purpose { kWork, kCleanUp };

// `place` as of place(address).
[[noreturn]] inline void throw_timeout(const std::string& place, int timeout_seconds) {
  throw NoAnswer(
      fmt::format("{}: no answer within {} s; check what holds it up, then run it again", place, timeout_seconds),
      "timed out");
}

[[noreturn]] inline void throw_broken(const std::string& place, const std::string& reason) {
  throw NoAnswer(fmt::format("{}: the connection was lost: {}; check that the server still runs, then run it again",
                             place, reason),
                 "connection broken");
}

}  // namespace stalemate::real
