// Replay against the servers it runs on: steps per second of the cache-aside race on a warm sandbox, beside the raw
// round trips of the same PostgreSQL and Redis in the same run.
#ifdef STALEMATE_HAVE_REAL

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <pqxx/pqxx>

#include "../real/sample_traces.hpp"
#include "replay/replay.hpp"
#include "sandbox/sandbox.hpp"

namespace stalemate::real {
namespace {

const Sandbox& warm_sandbox() {
  static const Sandbox sandbox{SandboxOptions{}};
  return sandbox;
}

// The race, then its Read and Write over and over by the same two sessions: what a step costs once connections stand.
traces::Trace long_trace(int rounds) {
  samples::TraceBuilder builder;
  for (int round = 1; round <= rounds; ++round) {
    const samples::Session reader{1, 1, "Read", "k1", round};
    const samples::Session writer{2, 1, "Write", "k1", round};
    const std::int64_t before = round == 1 ? 1000 : round - 1;
    builder.invoke(reader)
        .ask(reader, 1, "cache", "get", {}, samples::miss())
        .ask(reader, 3, "database", "get", {}, samples::value(before))
        .ask(reader, 5, "cache", "set", before, samples::ok())
        .invoke(writer)
        .ask(writer, 1, "database", "set", round, samples::ok())
        .ask(writer, 2, "cache", "delete", {}, samples::ok());
  }
  return builder.trace();
}

void replay_trace(benchmark::State& state, const traces::Trace& trace) {
  const Servers servers{warm_sandbox().postgres(), warm_sandbox().redis(), false, false};
  std::int64_t steps = 0;
  std::int64_t round_trips = 0;
  for (auto _ : state) {
    const Conformance result = replay(trace, servers);
    if (!result.reproduced()) {
      state.SkipWithError(verdict(result).c_str());
      return;
    }
    steps += static_cast<std::int64_t>(result.came_back.size());
    round_trips += result.round_trips;
  }
  state.SetItemsProcessed(steps);
  state.counters["round_trips/s"] = benchmark::Counter(static_cast<double>(round_trips), benchmark::Counter::kIsRate);
}

void replay_race(benchmark::State& state) { replay_trace(state, samples::cache_aside_race()); }
void replay_thousand_rounds(benchmark::State& state) { replay_trace(state, long_trace(1000)); }

void postgres_round_trip(benchmark::State& state) {
  const PostgresAddress& at = warm_sandbox().postgres();
  pqxx::connection connection(fmt::format("host={} port={} user={} password={} dbname={} sslmode=disable", at.host,
                                          at.port, at.user, at.password, at.database));
  for (auto _ : state) {
    pqxx::nontransaction statement(connection);
    benchmark::DoNotOptimize(statement.exec("SELECT 1"));
  }
  state.SetItemsProcessed(state.iterations());
}

void redis_round_trip(benchmark::State& state) {
  const RedisAddress& at = warm_sandbox().redis();
  redisContext* context = redisConnect(at.host.c_str(), at.port);
  freeReplyObject(redisCommand(context, "AUTH %s", at.password.c_str()));
  for (auto _ : state) {
    void* reply = redisCommand(context, "GET key");
    if (reply == nullptr) {
      state.SkipWithError(context->errstr);
      break;
    }
    freeReplyObject(reply);
  }
  state.SetItemsProcessed(state.iterations());
  redisFree(context);
}

void sandbox_start_and_stop(benchmark::State& state) {
  for (auto _ : state) const Sandbox sandbox{SandboxOptions{}};
}

BENCHMARK(replay_race)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(replay_thousand_rounds)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(postgres_round_trip)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(redis_round_trip)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(sandbox_start_and_stop)->UseRealTime()->Unit(benchmark::kMillisecond)->Iterations(3);

}  // namespace
}  // namespace stalemate::real

#endif  // STALEMATE_HAVE_REAL
