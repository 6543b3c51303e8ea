// Live runs that go on until they have seen what the test wants, however busy the machine is.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <utility>

#include "live/live.hpp"

namespace stalemate::real::support {

// Ends when it is `enough`; after two minutes in any case, and the test says what is missing.
inline Judgement run_live_until(LiveOptions options, std::function<bool(const Judgement&)> enough) {
  options.run_for = std::chrono::minutes(2);
  options.is_enough = std::move(enough);
  const LiveResult result = run_live(options);
  EXPECT_EQ(result.failure, "");
  return result.judgement;
}

}  // namespace stalemate::real::support
