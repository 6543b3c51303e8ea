// Replays of traces built by hand, on a real PostgreSQL and Redis: what agrees is reproduced, what does not is named.
#include "replay/replay.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "real/sample_traces.hpp"
#include "real/support.hpp"
#include "stores_of.hpp"

namespace stalemate::real {
namespace {

using samples::conflict;
using samples::miss;
using samples::ok;
using samples::Session;
using samples::TraceBuilder;
using samples::value;

Conformance replayed(const traces::Trace& trace) { return replay(trace, support::shared_servers()); }

std::vector<traces::Entry> entries(std::initializer_list<traces::Entry> list) { return list; }

TEST(Replay, CacheAsideRaceLeavesTheOldValueInRedis) {
  const traces::Trace trace = samples::cache_aside_race();
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_TRUE(result.reproduced());
  EXPECT_EQ(find_store(result, "cache")->entries, entries({{"k1", 1000}}));
  EXPECT_EQ(find_store(result, "database")->entries, entries({{"k1", 1}}));
  EXPECT_EQ(result.came_back, (std::vector<std::string>{"", "miss", "miss", "value 1000", "value 1000", "", "ok", "ok",
                                                        "ok", "ok", "ok"}));
  EXPECT_EQ(result.round_trips, 5);
  EXPECT_EQ(find_store(result, "database")->version.rfind("PostgreSQL ", 0), 0U);
  EXPECT_EQ(find_store(result, "cache")->version.rfind("Redis ", 0), 0U);
}

TEST(Replay, ReportEndsWithTheTwoValuesSideBySide) {
  const traces::Trace trace = samples::cache_aside_race();
  const std::string report = describe(trace, replayed(trace));
  const std::string tail = "\nreproduced (11 of 11 steps, 5 round trips)\nredis: 1000\npostgres: 1\n";
  ASSERT_GE(report.size(), tail.size());
  EXPECT_EQ(report.substr(report.size() - tail.size()), tail);
  EXPECT_NE(report.find("really: value 1000"), std::string::npos);
}

TEST(Replay, EditedReplyDivergesAtTheStepThatHandlesIt) {
  traces::Trace trace = samples::cache_aside_race();
  trace.steps[3].reply = value(999);
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "diverged at step 4: expected value 999, got value 1000");
  EXPECT_EQ(result.came_back.size(), 4U) << "a replay ends where it diverges";
  EXPECT_EQ(find_store(result, "database")->entries, entries({{"k1", 1000}})) << "the writer has not run yet";
}

TEST(Replay, EditedReceiveDivergesWhereItIsHandedOver) {
  traces::Trace trace = samples::cache_aside_race();
  trace.steps[2].reply = value(7);
  EXPECT_EQ(verdict(replayed(trace)), "diverged at step 3: expected value 7, got miss");
}

TEST(Replay, EditedFinalCacheDivergesAfterTheLastStep) {
  traces::Trace trace = samples::cache_aside_race();
  cache_of(trace.steps.back().after)[0].value.reset();
  EXPECT_EQ(verdict(replayed(trace)), "diverged after the last step: expected cache k1=absent, got 1000");
}

TEST(Replay, EditedFinalDatabaseDivergesAfterTheLastStep) {
  traces::Trace trace = samples::cache_aside_race();
  database_of(trace.steps.back().after)[0].value = 2;
  EXPECT_EQ(verdict(replayed(trace)), "diverged after the last step: expected database k1=2, got 1");
}

TEST(Replay, FillThatTheTraceForgetsIsFoundInTheFinalContents) {
  traces::Trace trace = samples::cache_aside_race();
  trace.steps.pop_back();
  cache_of(trace.steps.back().after)[0].value = 1000;
  EXPECT_EQ(verdict(replayed(trace)), "diverged after the last step: expected cache k1=1000, got absent");
}

TEST(Replay, EntryOutsideTheFinalStateDiverges) {
  const Session reader{1, 1, "Read", "k1", 1};
  const Session stranger{1, 1, "Read", "k9", 1};
  traces::Trace trace = TraceBuilder().invoke(reader).ask(stranger, 1, "cache", "set", 5, ok()).trace();
  std::erase_if(cache_of(trace.steps.back().after), [](const traces::Entry& entry) { return entry.key == "k9"; });
  for (traces::Step& step : trace.steps) {
    std::erase_if(cache_of(step.after), [](const traces::Entry& entry) { return entry.key == "k9"; });
  }
  EXPECT_EQ(verdict(replayed(trace)),
            "diverged after the last step: expected cache with nothing else changed, got "
            "00000000-0000-4000-8000-000000000009=5");
}

TEST(Replay, ProductOutsideTheScenarioMustStayAsItWas) {
  const Session writer{1, 1, "Write", "k2", 1};
  traces::Trace trace = TraceBuilder(2).invoke(writer).ask(writer, 1, "database", "set", 5, ok()).trace();
  for (traces::Step& step : trace.steps) database_of(step.after).pop_back();
  EXPECT_EQ(verdict(replayed(trace)),
            "diverged after the last step: expected database with nothing else changed, got "
            "47b0472d-708c-4377-aab4-acf8752f0ecb=5");
}

TEST(Replay, LostRequestIsNeverSent) {
  const Session writer{1, 1, "Write", "k1", 1};
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(writer)
                                  .ask(writer, 1, "database", "set", 1, ok())
                                  .lose_request(writer, 2, "cache", "delete", {})
                                  .trace();
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(result.came_back.back(), "not sent; the driver: timed out, in doubt");
  EXPECT_EQ(find_store(result, "cache")->entries, entries({{"k1", 1000}}));
  EXPECT_EQ(find_store(result, "database")->entries, entries({{"k1", 1}}));
  EXPECT_EQ(result.round_trips, 1);
}

TEST(Replay, LostReplyIsExecutedAndWithheld) {
  const Session writer{1, 1, "Write", "k1", 1};
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(writer)
                                  .handle(writer, 1, "database", "set", 1, ok())
                                  .lose_reply(writer, 1, ok())
                                  .trace();
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(result.came_back.back(), "withheld: ok; the driver: connection broken, in doubt");
  EXPECT_EQ(find_store(result, "database")->entries, entries({{"k1", 1}}));
  EXPECT_EQ(find_store(result, "cache")->entries, entries({{"k1", 1000}}));
}

TEST(Replay, AsynchronousRequestRunsWhereItIsHandled) {
  const Session writer{1, 1, "Write", "k1", 1};
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(writer)
                                  .ask(writer, 1, "database", "set", 1, ok())
                                  .handle(writer, 2, "cache", "delete", {}, {})
                                  .trace();
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(find_store(result, "cache")->entries, entries({{"k1", std::nullopt}}));
}

TEST(Replay, AsynchronousRequestThatTheServerRefusesDiverges) {
  const Session writer{1, 1, "Write", "k1", 1};
  traces::Trace trace = TraceBuilder().invoke(writer).handle(writer, 1, "database", "set", 3'000'000'000, {}).trace();
  const std::string text = verdict(replayed(trace));
  EXPECT_EQ(text.rfind("diverged at step 2: expected no error, got error: ", 0), 0U) << text;
  EXPECT_NE(text.find("22003"), std::string::npos) << text;
}

TEST(Replay, AddStoresOnlyWhereNothingIs) {
  const Session first{1, 1, "Read", "k1", 1};
  const Session second{2, 1, "Read", "k1", 1};
  const traces::Trace trace = TraceBuilder()
                                  .invoke(first)
                                  .invoke(second)
                                  .ask(first, 1, "cache", "add", 1, ok())
                                  .ask(second, 1, "cache", "add", 2, conflict())
                                  .ask(second, 2, "cache", "get", {}, value(1))
                                  .trace();
  EXPECT_EQ(verdict(replayed(trace)), "reproduced");
  traces::Trace wrong = trace;
  wrong.steps[4].reply = ok();
  EXPECT_EQ(verdict(replayed(wrong)), "diverged at step 5: expected ok, got conflict");
}

TEST(Replay, CachedScenarioStartsWithTheInitialValueInRedis) {
  const Session reader{1, 1, "Read", "k1", 1};
  const traces::Trace trace =
      TraceBuilder(1, true, true).invoke(reader).ask(reader, 1, "cache", "get", {}, value(1000)).trace();
  EXPECT_EQ(verdict(replayed(trace)), "reproduced");
}

TEST(Replay, InitialValuesAreTheTraces) {
  const Session reader{1, 1, "Read", "k1", 1};
  traces::Trace trace = TraceBuilder().invoke(reader).ask(reader, 1, "database", "get", {}, value(42)).trace();
  database_of(trace.initial)[0].value = 42;
  for (traces::Step& step : trace.steps) database_of(step.after)[0].value = 42;
  EXPECT_EQ(verdict(replayed(trace)), "reproduced");
}

TEST(Replay, KeysAreKeptApartBeyondTheSixProducts) {
  TraceBuilder builder(8);
  for (int k = 1; k <= 8; ++k) {
    const Session writer{1, 1, "Write", "k" + std::to_string(k), k};
    builder.invoke(writer)
        .ask(writer, 1, "database", "set", k, ok())
        .ask(writer, 2, "cache", "set", 100 + k, ok())
        .ask(writer, 3, "database", "get", {}, value(k));
  }
  const traces::Trace trace = builder.trace();
  const Conformance result = replayed(trace);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(find_store(result, "database")->entries.at(7), (traces::Entry{"k8", 8}));
  EXPECT_EQ(find_store(result, "cache")->entries.at(6), (traces::Entry{"k7", 107}));
  EXPECT_NE(describe(trace, result).find("redis: k1=101 k2=102 "), std::string::npos);
}

TEST(Replay, SessionsOfOneAppInterleave) {
  const Session one{1, 1, "Write", "k1", 1};
  const Session two{1, 2, "Read", "k1", 1};
  const traces::Trace trace = TraceBuilder()
                                  .invoke(one)
                                  .invoke(two)
                                  .handle(one, 1, "database", "set", 1, ok())
                                  .handle(two, 1, "database", "get", {}, value(1))
                                  .receive(one, 1, ok())
                                  .handle(one, 2, "cache", "set", 1, ok())
                                  .receive(two, 1, value(1))
                                  .trace();
  EXPECT_EQ(verdict(replayed(trace)), "reproduced");
}

TEST(Replay, TraceWithoutACacheNeedsNoRedis) {
  const Session writer{1, 1, "Write", "k1", 1};
  const traces::Trace trace = TraceBuilder(1, false).invoke(writer).ask(writer, 1, "database", "set", 1, ok()).trace();
  const CachesNeeded needed = caches_needed(trace, traces::CacheServer::kRedis);
  EXPECT_FALSE(needed.redis || needed.memcached);
  const Conformance result = replay(trace, {support::shared_servers().postgres, std::nullopt, false, false});
  EXPECT_EQ(verdict(result), "reproduced");
  const std::string report = describe(trace, result);
  EXPECT_EQ(report.find("redis:"), std::string::npos);
  EXPECT_NE(report.find("postgres: 1\n"), std::string::npos);
}

TEST(Replay, TheReportOfALoopSaysThatItWasRunOnce) {
  traces::Trace trace = samples::cache_aside_race();
  Conformance result;
  result.came_back.assign(trace.steps.size(), "ok");
  EXPECT_EQ(describe(trace, result).find("loop"), std::string::npos);
  trace.loop = trace.steps.size();
  EXPECT_EQ(describe(trace, result).find("loop"), std::string::npos);
  trace.loop = 8;
  EXPECT_NE(describe(trace, result).find("the loop from step 9 on was run once; that it goes on for ever"),
            std::string::npos);
  result.divergence = Divergence{2, "miss", "value 1"};
  EXPECT_EQ(describe(trace, result).find("loop"), std::string::npos);
}

TEST(Replay, ForeignTracesAreRefusedWithTheStep) {
  const Session reader{1, 1, "Read", "k1", 1};
  const auto refusal = [](const traces::Trace& trace) -> std::string {
    try {
      replayed(trace);
    } catch (const InputError& error) {
      return error.what();
    }
    return "none";
  };
  EXPECT_NE(refusal(TraceBuilder().invoke(reader).receive(reader, 1, miss()).trace()).find("step 2"),
            std::string::npos);
  EXPECT_NE(refusal(TraceBuilder().ask(reader, 1, "queue", "publish", {}, ok()).trace()).find("'queue: publish'"),
            std::string::npos);
  Session odd = reader;
  odd.key = "stock";
  EXPECT_NE(refusal(TraceBuilder().ask(odd, 1, "cache", "get", {}, miss()).trace()).find("'stock'"), std::string::npos);
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Replay, NothingIsLeftInTheServersWhateverTheResult) {
  traces::Trace wrong = samples::cache_aside_race();
  wrong.steps[6].reply = conflict();
  ASSERT_FALSE(replayed(wrong).reproduced());
  ASSERT_TRUE(replayed(samples::cache_aside_race()).reproduced());
  ReplayOptions options;
  options.on_step = [](int step) {
    if (step == 11) throw EnvironmentError("thrown on purpose");
  };
  EXPECT_THROW(replay(samples::cache_aside_race(), support::shared_servers(), options), EnvironmentError);
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(Replay, WhileItRunsItsAreaIsThereToBeRemoved) {
  std::vector<std::string> seen;
  ReplayOptions options;
  options.on_step = [&seen](int step) {
    if (step == 11) seen = support::areas_left();
  };
  traces::Trace cached = samples::cache_aside_race();
  ASSERT_TRUE(replay(cached, support::shared_servers(), options).reproduced());
  EXPECT_EQ(seen.size(), 2U) << "the schema, and the mark of the keys; the cache is empty just before the last step";
}

}  // namespace
}  // namespace stalemate::real
