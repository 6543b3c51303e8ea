// How fast `check` is: states per second on the tutorial's protocol as compiled from its diagrams (559,282 states,
// 3,016,751 transitions), by one and by two threads, to be read beside the hand-written system of search_bench.cpp; and
// the time to the first counterexample of one reader and one writer.
#include <benchmark/benchmark.h>

#include "ask/check.hpp"

namespace {

namespace model = stalemate::model;
namespace traces = stalemate::traces;

void plain_space(benchmark::State& state) {
  const model::Protocol protocol = model::read_page("cache-aside").value();
  traces::Scenario scenario;
  scenario.apps = {"read", "read", "read", "write", "write"};
  scenario.faults = {"lost-message=1"};
  scenario.on_database_timeout = "continue";
  scenario.all_invoked = true;
  model::CheckOptions options;
  options.properties = {"coherent-at-rest"};
  options.exhaust = true;
  options.threads = static_cast<unsigned>(state.range(0));
  std::uint64_t states = 0;
  for (auto _ : state) states += model::check(protocol, scenario, options).states;
  state.counters["states_per_second"] = benchmark::Counter(static_cast<double>(states), benchmark::Counter::kIsRate);
}
BENCHMARK(plain_space)
    ->Name("check/559282_states/threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void first_counterexample(benchmark::State& state) {
  const model::Protocol protocol = model::read_page("cache-aside").value();
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  for (auto _ : state) benchmark::DoNotOptimize(model::check(protocol, scenario, {}));
}
BENCHMARK(first_counterexample)->Name("check/first_counterexample")->Unit(benchmark::kMicrosecond);

}  // namespace
