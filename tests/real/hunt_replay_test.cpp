// What a hunt finds and shrinks happens on a real PostgreSQL and a real Redis, too.
#include <gtest/gtest.h>

#include "ask/hunt.hpp"
#include "real/support.hpp"
#include "replay/replay.hpp"

namespace stalemate::real {
namespace {

TEST(HuntReplay, every_cause_found_in_the_tutorials_diagrams_is_reproduced) {
  model::HuntSpace space;
  space.scenario.keys = 2;
  space.scenario.faults = {"lost-message=1"};
  space.apps = 4;
  model::HuntOptions options;
  options.all = true;
  options.runs_max = 5000;
  for (const std::string name : {"cache-aside", "write-through"}) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      options.seed = seed;
      const model::HuntReport report = model::hunt(model::read_page(name).value(), space, options);
      EXPECT_GE(report.found.size(), 2U);
      for (const model::HuntFound& found : report.found) {
        const Conformance result = replay(found.trace, support::shared_servers());
        EXPECT_TRUE(result.reproduced()) << name << " seed " << seed << ": " << found.cause << ": " << verdict(result);
      }
    }
  }
}

}  // namespace
}  // namespace stalemate::real
