// Faults that are more than a lost message, made to happen for real: late and copied requests, crashes, and what
// befalls the cache. Traces are built by hand; each claim has a trace beside it that differs in one place and must
// diverge.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "base/error.hpp"
#include "real/sample_traces.hpp"
#include "real/support.hpp"
#include "replay/replay.hpp"
#include "stores_of.hpp"

namespace stalemate::real {
namespace {

using samples::miss;
using samples::ok;
using samples::Session;
using samples::TraceBuilder;
using samples::value;

const Session kReader{1, 1, "Read", "k1", 1};
const Session kWriter{2, 1, "Write", "k1", 1};

// A sandbox whose Redis may be killed.
Sandbox& mortal_sandbox() {
  static Sandbox sandbox{SandboxOptions{}};
  return sandbox;
}

Conformance replayed(const traces::Trace& trace) {
  Sandbox& sandbox = mortal_sandbox();
  return replay(trace, {sandbox.postgres(), sandbox.redis(), true, true, &sandbox});
}

std::string verdict_of(const traces::Trace& trace) { return verdict(replayed(trace)); }

// The same trace with another final value in the cache.
std::string verdict_with_cache(traces::Trace trace, samples::Value value) {
  cache_of(trace.steps.back().after)[0].value = value;
  return verdict_of(trace);
}

TEST(LateRequest, IsCarriedOutLongAfterItsSessionTimedOut) {
  for (const std::string store : {"cache", "database"}) {
    const traces::Trace trace = TraceBuilder(1, true, true)
                                    .invoke(kWriter)
                                    .delay(kWriter, 1, store, "set", 1)
                                    .ask(kReader, 1, store, "get", {}, value(1000))
                                    .ghost(kWriter, 1, store, "set", 1)
                                    .ask(kReader, 2, store, "get", {}, value(1))
                                    .trace();
    const Conformance result = replayed(trace);
    EXPECT_EQ(verdict(result), "reproduced") << store;
    EXPECT_EQ(result.came_back[1], store == "cache" ? "on its way; the driver: timed out, in doubt"
                                                    : "on its way; the driver: connection broken, in doubt");
    EXPECT_EQ(result.came_back[4], "ok, to nobody");
  }
}

TEST(LateRequest, NeverArrivesWhereTheTraceEndsBefore) {
  const traces::Trace trace =
      TraceBuilder(1, true, true).invoke(kWriter).delay(kWriter, 1, "cache", "delete", {}).trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
  EXPECT_EQ(verdict_with_cache(trace, {}), "diverged after the last step: expected cache k1=absent, got 1000");
}

TEST(LateRequest, DoesNotHoldUpWhatItsSessionSendsNext) {
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(kWriter)
                                  .delay(kWriter, 1, "cache", "set", 1)
                                  .ask(kWriter, 2, "cache", "set", 2, ok())
                                  .ghost(kWriter, 1, "cache", "set", 1)
                                  .trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
  EXPECT_EQ(verdict_with_cache(trace, 2), "diverged after the last step: expected cache k1=2, got 1");
}

TEST(Duplicate, IsCarriedOutTwice) {
  for (const std::string store : {"cache", "database"}) {
    const traces::Trace trace = TraceBuilder(1, true, true)
                                    .invoke(kWriter)
                                    .copy(kWriter, 1, store, "set", 1)
                                    .ask(kWriter, 1, store, "set", 1, ok())
                                    .ask(kReader, 1, store, "set", 2, ok())
                                    .ghost(kWriter, 1, store, "set", 1)
                                    .ask(kReader, 2, store, "get", {}, value(1))
                                    .trace();
    EXPECT_EQ(verdict_of(trace), "reproduced") << store;
    traces::Trace wrong = trace;
    wrong.steps[7].reply = value(2);
    EXPECT_EQ(verdict_of(wrong), "diverged at step 8: expected value 2, got value 1") << store;
  }
}

TEST(Duplicate, MayOvertakeTheOriginalWhoseOwnReplyIsTheOneReceived) {
  const traces::Trace trace = TraceBuilder()
                                  .invoke(kReader)
                                  .copy(kReader, 1, "cache", "add", 5)
                                  .ghost(kReader, 1, "cache", "add", 5)
                                  .ask(kReader, 1, "cache", "add", 5, samples::conflict())
                                  .trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
}

TEST(Crash, ARequestOnItsWayArrivesOnlyIfTheTraceSaysSo) {
  for (const std::string store : {"cache", "database"}) {
    for (const bool arrives : {true, false}) {
      TraceBuilder builder(1, true, true);
      builder.invoke(kWriter).sends(kWriter, 1, store, "set", 1).crash(kWriter, 1, arrives);
      builder.ask(kReader, 1, store, "get", {}, value(1000));
      if (arrives) builder.ghost(kWriter, 1, store, "set", 1);
      builder.ask(kReader, 2, store, "get", {}, value(arrives ? 1 : 1000));
      const Conformance result = replayed(builder.trace());
      EXPECT_EQ(verdict(result), "reproduced") << store << arrives;
      EXPECT_EQ(result.came_back[1], arrives ? "killed; 1 of its requests on the way" : "killed");
    }
  }
}

TEST(Crash, AReplyOnItsWayReachesNobodyAndOtherInstancesGoOn) {
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(kWriter)
                                  .handle(kWriter, 1, "database", "set", 1, ok())
                                  .handle(kReader, 1, "cache", "get", {}, value(1000))
                                  .crash(kWriter, 1, false)
                                  .receive(kReader, 1, value(1000))
                                  .trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
}

TEST(Eviction, TheEntryIsReallyGone) {
  const traces::Trace trace =
      TraceBuilder(1, true, true).evict("k1").ask(kReader, 1, "cache", "get", {}, miss()).trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
  EXPECT_EQ(verdict_of(TraceBuilder().evict("k1").trace()),
            "diverged at step 1: expected an entry to drop, got absent");
}

TEST(Expiry, OnlyWhatHasATimeToLiveExpires) {
  const auto trace = [](std::optional<std::int64_t> ttl) {
    return TraceBuilder()
        .invoke(kWriter)
        .ask(kWriter, 1, "cache", "set", 1, ok(), ttl)
        .ask(kReader, 1, "cache", "get", {}, value(1))
        .expire("k1")
        .ask(kReader, 2, "cache", "get", {}, miss())
        .trace();
  };
  EXPECT_EQ(verdict_of(trace(1)), "reproduced") << "one second is over long after: by itself it must not expire";
  EXPECT_EQ(verdict_of(trace({})),
            "diverged at step 6: expected an entry with a time to live, got without a time to live");
}

TEST(CacheRestart, NothingIsLeftInItAndWhatWasOnTheWayArrives) {
  const traces::Trace trace = TraceBuilder(1, true, true)
                                  .invoke(kReader)
                                  .sends(kReader, 1, "cache", "set", 7)
                                  .delay(kWriter, 1, "cache", "add", 8)
                                  .handle(kWriter, 2, "cache", "get", {}, value(1000))
                                  .restart()
                                  .receive(kWriter, 2, value(1000))
                                  .ask(kWriter, 3, "cache", "get", {}, miss())
                                  .ghost(kWriter, 1, "cache", "add", 8)
                                  .ask(kWriter, 4, "cache", "get", {}, value(8))
                                  .ask(kReader, 1, "cache", "set", 7, ok())
                                  .ask(kWriter, 5, "cache", "get", {}, value(7))
                                  .trace();
  EXPECT_EQ(verdict_of(trace), "reproduced");
  EXPECT_EQ(verdict_of(samples::cache_aside_race()), "reproduced") << "the next replay finds the new one";
}

TEST(CacheRestart, ARedisThatIsNotOursKeepsWhatIsNotOurs) {
  const Servers servers = support::shared_servers();
  const traces::Trace trace = TraceBuilder(1, true, true).restart().ask(kReader, 1, "cache", "get", {}, miss()).trace();
  const Conformance result = replay(trace, servers);
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(result.came_back[0], "our keys deleted and our connections closed; this cache is not ours to restart");
}

TEST(CacheFailover, TheReplicaMissesTheLastChangeAndNoOther) {
  const auto trace = [](std::int64_t after) {
    TraceBuilder builder;
    builder.invoke(kWriter)
        .ask(kWriter, 1, "cache", "set", 1, ok())
        .ask(kWriter, 2, "cache", "set", 2, ok())
        .ask(kReader, 1, "cache", "get", {}, value(2))
        .failover("k1", 1)
        .ask(kReader, 2, "cache", "get", {}, value(after));
    return builder.trace();
  };
  EXPECT_EQ(verdict_of(trace(1)), "reproduced");
  EXPECT_EQ(verdict_of(trace(2)), "diverged at step 9: expected value 2, got value 1");
}

TEST(CacheFailover, TheReplicaMissesAsManyOfTheLastChangesAsTheStepSays) {
  const auto trace = [](int missed, std::optional<std::int64_t> after) {
    TraceBuilder builder;
    builder.invoke(kWriter)
        .ask(kWriter, 1, "cache", "set", 1, ok())
        .ask(kWriter, 2, "cache", "set", 2, ok())
        .ask(kReader, 1, "cache", "get", {}, value(2))
        .ask(kWriter, 3, "cache", "set", 3, ok())
        .failover("k1", after, missed)
        .ask(kReader, 2, "cache", "get", {}, after ? value(*after) : miss());
    return builder.trace();
  };
  EXPECT_EQ(verdict_of(trace(2, 1)), "reproduced");
  EXPECT_EQ(verdict_of(trace(3, {})), "reproduced");
}

TEST(CacheFailover, WithoutAnyChangeByACommandTheReplicaMissesWhatTheCacheDropped) {
  TraceBuilder builder(1, true, true);
  builder.evict("k1").failover("k1", 1000).ask(kReader, 1, "cache", "get", {}, value(1000));
  builder.ask(kReader, 2, "cache", "delete", {}, ok()).failover("k1", 1000);
  builder.ask(kReader, 3, "cache", "get", {}, value(1000));
  EXPECT_EQ(verdict_of(builder.trace()), "reproduced") << "the second one by a replica of the first";
}

TEST(CacheFailover, ARestartOfTheCacheLeavesTheReplicaAsItWas) {
  TraceBuilder before_any(1, true, true);
  before_any.restart().failover("k1", 1000).ask(kReader, 1, "cache", "get", {}, value(1000));
  EXPECT_EQ(verdict_of(before_any.trace()), "reproduced");

  TraceBuilder after_a_set(1, true, true);
  after_a_set.invoke(kWriter).ask(kWriter, 1, "cache", "set", 1, ok()).restart();
  after_a_set.ask(kWriter, 2, "cache", "delete", {}, ok()).failover("k1", 1000);
  after_a_set.ask(kReader, 1, "cache", "get", {}, value(1000));
  EXPECT_EQ(verdict_of(after_a_set.trace()), "reproduced") << "a delete of nothing changed nothing";

  TraceBuilder between;
  between.invoke(kWriter).ask(kWriter, 1, "cache", "set", 1, ok()).restart();
  between.ask(kWriter, 2, "cache", "set", 2, ok()).failover("k1", {}).ask(kReader, 1, "cache", "get", {}, miss());
  EXPECT_EQ(verdict_of(between.trace()), "reproduced") << "what was there before the last change: nothing";
}

TEST(CacheFailover, ARedisThatIsNotOursIsRefusedBeforeAnythingHappens) {
  try {
    replay(TraceBuilder(1, true, true).failover("k1", 1000).trace(), support::shared_servers());
    ADD_FAILURE() << "it was replayed";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("leave out --redis"), std::string::npos) << error.what();
  }
}

TEST(DrawnLost, IsSentAndDropped) {
  TraceBuilder builder(1, true, true);
  builder.invoke(kWriter).sends(kWriter, 1, "cache", "delete", {}, true);
  builder.ask(kReader, 1, "cache", "get", {}, value(1000));
  EXPECT_EQ(verdict_of(builder.trace()), "reproduced");
}

}  // namespace
}  // namespace stalemate::real
