// Random walks through the model, every kind of fault included, re-executed on real servers: what the model says of
// each step is what happens. A divergence here is a defect of the model or of the replay. STALEMATE_WALKS=N walks more.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>

#include "model/fault.hpp"
#include "model/protocol.hpp"
#include "model/walk.hpp"
#include "real/replay.hpp"
#include "real/stage.hpp"
#include "real/support.hpp"
#include "sim/random.hpp"
#include "traces/error.hpp"
#include "traces/json.hpp"

namespace stalemate::real {
namespace {

// A protocol of each shape, one with a time to live and a message that nobody awaits.
constexpr const char* kTimeToLive = R"(# Reads and writes
```mermaid
sequenceDiagram
    participant app
    participant cache
    participant database
    Note over app: Read
    app->>cache: Get value
    cache-->>app: Does not exist
    app->>database: Get value
    database-->>app: Value
    app->>cache: Set value TTL 60
    Note over app: Write
    app->>database: Set value
    app-)cache: Delete value
```
)";

model::Protocol draw_protocol(sim::Random& random) {
  constexpr const char* kPages[] = {"cache-aside",   "write-through",     "delete-before-write",
                                    "double-delete", "write-through-add", "database-only"};
  const std::uint64_t number = random.below(8);
  if (number >= 6) return model::read_protocol(kTimeToLive, "ttl.md", {});
  return model::read_page(kPages[number]).value();
}

traces::Scenario draw_scenario(sim::Random& random, const model::Protocol& protocol) {
  constexpr const char* kScripts[] = {"read", "write", "read; write", "read | write", "write; read", "write | write"};
  traces::Scenario scenario;
  const std::uint64_t apps = 1 + random.below(3);
  for (std::uint64_t i = 0; i < apps; ++i) scenario.apps.emplace_back(kScripts[random.below(6)]);
  scenario.keys = 1 + static_cast<int>(random.below(2));
  scenario.cached = protocol.name != "database-only.md" && random.below(2) == 1;
  const auto kinds = model::fault_kinds();
  for (int budgets = 0; budgets < 2; ++budgets) {
    const model::FaultKind& kind = kinds[random.below(kinds.size())];
    scenario.faults.push_back(std::string(kind.name) + "=1");
  }
  return scenario;
}

// Faults are few among what is enabled: each that is, is taken with a chance of a third.
traces::Trace draw_walk(std::uint64_t seed) {
  for (std::uint64_t stream = 0;; ++stream) {
    sim::Random random(seed, stream);
    const model::Protocol protocol = draw_protocol(random);
    traces::Scenario scenario = draw_scenario(random, protocol);
    try {
      model::Walk walk(protocol, scenario, {});
      while (!walk.enabled().empty()) {
        std::size_t choice = random.below(walk.enabled().size());
        for (std::size_t i = 0; i < walk.enabled().size(); ++i) {
          const bool is_rare = traces::is_fault(walk.enabled()[i].kind);
          if (is_rare && random.below(6) == 0) choice = i;
        }
        walk.take(choice);
      }
      return walk.trace();
    } catch (const traces::InputError&) {
      continue;  // a fault for which this protocol has no actor: draw again
    }
  }
}

TEST(WalkReplay, RandomWalksWithEveryKindOfFaultAreReproduced) {
  const char* wish = std::getenv("STALEMATE_WALKS");
  const std::uint64_t walks = wish != nullptr ? std::stoull(wish) : 120;
  Sandbox sandbox{SandboxOptions{}};
  Stage stage({sandbox.postgres(), sandbox.redis(), true, true, &sandbox});
  std::map<traces::StepKind, int> seen;
  std::size_t steps = 0;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t seed = 1; seed <= walks; ++seed) {
    const traces::Trace trace = draw_walk(seed);
    const Conformance result = stage.replay(trace);
    ASSERT_TRUE(result.reproduced()) << "seed " << seed << "\n" << describe(trace, result) << traces::write_json(trace);
    for (const traces::Step& step : trace.steps) ++seen[step.kind];
    steps += trace.steps.size();
  }
  EXPECT_EQ(stage.close(), "");
  EXPECT_TRUE(walks < 120 || seen.size() == 12U) << "every kind of step happens";
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::fprintf(stderr, "%zu steps, %.0f steps/s\n", steps, static_cast<double>(steps) / elapsed.count());
}

}  // namespace
}  // namespace stalemate::real
