// Live runs that go on until they have seen what the test wants, however busy the machine is.
#pragma once

#include <chrono>
#include <functional>
#include <utility>

#include "real/live.hpp"

namespace stalemate::real::support {

// Ends when it is `enough`; after two minutes in any case, and the test says what is missing.
inline Judgement run_live_until(LiveOptions options, std::function<bool(const Judgement&)> enough) {
  options.run_for = std::chrono::minutes(2);
  options.is_enough = std::move(enough);
  return run_live(options);
}

}  // namespace stalemate::real::support
