// How fast the search is: states per second and bytes per state on the hand-written cache system of tests/sim (559,282
// states, 3,016,751 transitions), by one and by two threads; and the latency of a space of 59 states.
#include <benchmark/benchmark.h>

#include "../sim/oracle_cache.hpp"
#include "sim/search.hpp"

namespace {

using stalemate::sim::SearchOptions;
using stalemate::sim::textbook::OracleCache;

void search_cache(benchmark::State& state, const OracleCache& system, unsigned threads) {
  SearchOptions options;
  options.threads = threads;
  options.exhaust = true;
  std::uint64_t states = 0;
  std::uint64_t transitions = 0;
  std::uint64_t memory_bytes = 0;
  for (auto _ : state) {
    const auto result = search(system, options);
    states = result.states;
    transitions = result.transitions;
    memory_bytes = result.memory_bytes;
  }
  const auto searches = static_cast<double>(state.iterations());
  state.counters["states_per_second"] =
      benchmark::Counter(static_cast<double>(states) * searches, benchmark::Counter::kIsRate);
  state.counters["transitions_per_second"] =
      benchmark::Counter(static_cast<double>(transitions) * searches, benchmark::Counter::kIsRate);
  state.counters["bytes_per_state"] = static_cast<double>(memory_bytes) / static_cast<double>(states);
}

void search_3_readers_2_writers_1_fault(benchmark::State& state) {
  search_cache(state, OracleCache(3, 2, 1), static_cast<unsigned>(state.range(0)));
}
BENCHMARK(search_3_readers_2_writers_1_fault)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

void search_1_reader_1_writer(benchmark::State& state) { search_cache(state, OracleCache(1, 1, 0), 1); }
BENCHMARK(search_1_reader_1_writer)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace
