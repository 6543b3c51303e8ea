// How fast `hunt` walks: steps per second of one core on the database-only page, 4 app instances of 3 operations on 2
// keys, fingerprints and coverage included; by strategy, on fixed scripts and on drawn ones. To be read beside
// Stateright's simulation checker on the same model (peers/stateright), which `./dev bench` measures next to it. And
// the time from a seed to a shrunk trace on cache-aside.
#include <benchmark/benchmark.h>

#include "ask/hunt.hpp"

namespace {

namespace model = stalemate::model;

model::HuntSpace space(bool drawn) {
  model::HuntSpace space;
  space.scenario.keys = 2;
  space.apps = 4;
  // The scripts of peers/stateright.
  if (!drawn)
    space.scenario.apps = {"read k1; write k1; read k2", "write k1; read k1; write k2", "read k2; write k2; read k1",
                           "write k2; read k1; write k1"};
  return space;
}

void walk(benchmark::State& state, const std::string& strategy, bool drawn) {
  const model::Protocol protocol = model::read_page("database-only").value();
  model::HuntOptions options;
  options.strategy = strategy;
  options.seed = 1;
  std::uint64_t steps = 0;
  for (auto _ : state) steps += model::hunt(protocol, space(drawn), options).steps;
  state.counters["steps_per_second"] = benchmark::Counter(static_cast<double>(steps), benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(walk, uniform, "uniform", false)->Name("hunt/uniform/fixed_scripts")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(walk, swarm, "swarm", false)->Name("hunt/swarm/fixed_scripts")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(walk, drawn, "swarm", true)->Name("hunt/swarm/drawn_scripts")->Unit(benchmark::kMillisecond);

void find_and_shrink(benchmark::State& state) {
  const model::Protocol protocol = model::read_page("cache-aside").value();
  model::HuntSpace large = space(true);
  large.scenario.faults = {"lost-message=1"};
  model::HuntOptions options;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model::hunt(protocol, large, options));
    ++options.seed;
  }
}
BENCHMARK(find_and_shrink)->Name("hunt/find_and_shrink")->Unit(benchmark::kMillisecond);

}  // namespace
