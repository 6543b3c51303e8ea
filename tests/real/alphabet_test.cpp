// What people build their fixes from, at a real Redis, memcached and PostgreSQL: walks through a page of each kind
// happen as the model says, and where one reply or one entry is said to be another, that is where they diverge.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "ask/random_page.hpp"
#include "ask/walk.hpp"
#include "real/support.hpp"
#include "replay/batch.hpp"
#include "replay/replay.hpp"
#include "traces/shapes.hpp"
#include "traces/verb.hpp"
#include "understand/protocol.hpp"

namespace stalemate::real {
namespace {

struct Page {
  std::string called;
  std::string read;
  std::string write;
  std::string asks;  // a verb that some walk must ask
};

const std::string kMiss = "app->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\n";
const std::string kLoad = "app->>database: SELECT item\n";
const std::string kStore = "app->>database: UPDATE item\n";

const std::string kNear = "participant near as In-process cache\n";
const std::string kProcess = kNear +
                             "participant bus as Pub/sub\nparticipant others as In-process cache of every "
                             "other instance\n";

const std::vector<Page> kPages = {
    {"a lock",
     kMiss + "app->>cache: SET lock:item:1 NX EX 60\nalt taken\napp-->>user: busy\nelse acquired\n" + kLoad +
         "app->>cache: SET item:1\napp->>cache: DEL lock:item:1\nend\nend\n",
     kStore + "app->>cache: DEL item:1\n", "mark-if-absent"},
    {"a lock that forbids", kMiss + kLoad + "app->>cache: SET item:1 unless lock:item:1 exists\nend\n",
     "app->>cache: SET lock:item:1 EX 60\n" + kStore + "app->>cache: DEL item:1\n", "set-unless"},
    {"versions", kMiss + kLoad + "app->>cache: set item:1 only if the version is newer\nend\n",
     kStore + "app->>cache: mark item:1 deleted at this version, only if newer\n", "mark-if-newer"},
    {"a fence",
     kMiss + "app->>cache: GET gen:item:1\n" + kLoad +
         "app->>cache: save item:1 only if the generation is as read (one script)\nend\n",
     kStore + "app-)cache: DEL item:1 and INCR gen:item:1 (one script)\n", "set-if-generation"},
    {"a fence inside",
     kMiss + "app->>cache: HGET item:1 generation\n" + kLoad +
         "app->>cache: save item:1 only if the generation is as read (one script)\nend\n",
     kStore + "app->>cache: purge item:1: delete it and count its generation up (one script)\n", "delete-and-count-up"},
    {"a lease",
     "app->>cache: get item:1, take a lease if it is missing\nalt hit\ncache-->>app: value\nelse miss, lease "
     "granted\n" +
         kLoad + "app->>cache: set item:1 if the lease is still valid\nend\n",
     kStore + "app->>cache: mark item:1 as stale\n", "mark-stale"},
    {"a watch",
     "app->>cache: WATCH item:1, GET item:1\nalt hit\ncache-->>app: value\nelse miss\n" + kLoad +
         "app->>cache: MULTI, SET item:1, EXEC\nend\n",
     kStore + "app->>cache: DEL item:1\n", "set-if-unchanged"},
    {"a value compared",
     "app->>cache: gets item:1\nalt hit\ncache-->>app: value\nelse deleted marker\n" + kLoad +
         "app->>cache: cas item:1 with the number that gets returned\nelse absent\n" + kLoad +
         "app->>cache: add item:1\nend\n",
     kStore + "app->>cache: set item:1 to DELETED EX 1000\n", "set-if-unchanged"},
    {"a lock that is its own entry",
     "app->>cache: gets item:1\nalt hit\ncache-->>app: value\nelse locked\n" + kLoad +
         "else absent\napp->>cache: add item:1 LOCKED\nalt taken\ncache-->>app: taken\n" + kLoad + "else stored\n" +
         kLoad + "app->>cache: cas item:1 with the number that gets returned\nend\nend\n",
     "app->>cache: set item:1 to LOCKED EX 32\n" + kStore + "app->>cache: delete item:1\n", "mark-if-absent"},
    {"a wait for the replica", kMiss + kLoad + "app->>cache: SET item:1\nend\n",
     kStore + "app->>cache: DEL item:1\napp->>cache: WAIT 1 100\n", "wait"},
    {"a replica that lags",
     "participant follower as Redis replica\napp->>follower: GET item:1\nalt hit\nfollower-->>app: value\nelse miss\n" +
         kLoad + "app->>cache: SET item:1\nend\n",
     kStore + "app->>cache: DEL item:1\n", "get"},
    {"a database that tells",
     kNear + "app->>near: look up item:1\nalt hit\nnear-->>app: value\nelse miss\n" + kLoad +
         "app->>near: put item:1\nend\n",
     kNear + kStore + "database-)near: item:1 has changed (to every instance)\n", "set"},
    {"increases", kMiss + kLoad + "app->>cache: SET item:1\nend\n",
     "app->>database: increment item\napp->>cache: increment item:1 only if it exists\n", "increase-if-there"},
    {"a version read", kMiss + kLoad + "app->>cache: SET item:1\nend\n",
     kLoad + "app->>database: UPDATE item SET n = the n that was read plus 1 WHERE version is as read\nalt "
             "conflict\napp-->>user: error\nelse ok\napp->>cache: DEL item:1\nend\n",
     "set-if-version"},
    {"a cache in every process",
     kProcess + "app->>near: get item:1\nalt hit\nnear-->>app: value\nelse miss\n" + kLoad +
         "app->>near: put item:1\nend\n",
     kProcess + kStore +
         "app->>near: delete item:1\napp->>bus: publish that item:1 is gone\nbus-)others: delete item:1\n",
     "publish"},
    {"two levels",
     kProcess + "app->>near: GET item:1\nalt hit\nnear-->>app: value\nelse miss\n" + kMiss + kLoad +
         "app->>cache: SET item:1\napp->>near: SET item:1\nend\nend\n",
     kProcess + kStore +
         "app->>cache: DEL item:1\napp->>near: DEL item:1\napp->>bus: publish that item:1 is gone\nbus-)others: delete "
         "item:1\n",
     "publish"},
    {"rows that go", kMiss + kLoad + "alt no row\napp-->>user: done\nelse row\napp->>cache: SET item:1\nend\nend\n",
     "app->>database: DELETE item\napp->>cache: DEL item:1\n", "remove"}};

// The walks that take the n-th of the steps that are enabled, again and again.
std::vector<traces::Trace> walks_through(const Page& page) {
  std::vector<traces::Trace> walks;
  for (std::size_t stride = 0; stride < 12; ++stride) {
    traces::Scenario scenario;
    scenario.apps = {"read", "write; read", "write"};
    scenario.cached = stride % 2 == 1 && page.called != "rows that go";
    model::Walk walk(model::read_protocol(model::as_page(page.read, page.write), "page.md", {}), scenario, {});
    for (std::size_t at = stride; !walk.enabled().empty(); at += stride) walk.take(at % walk.enabled().size());
    walks.push_back(walk.trace());
  }
  return walks;
}

// What it is not.
traces::Reply another(traces::Reply reply) {
  if (reply.generation)
    ++*reply.generation;
  else if (reply.value)
    ++*reply.value;
  else if (reply.version)
    ++*reply.version;
  else
    reply.outcome = reply.outcome == "ok" ? "conflict" : "ok";
  return reply;
}

traces::Entry another(traces::Entry entry) {
  if (entry.marker) return {.key = entry.key, .value = {}};
  if (entry.generation)
    ++*entry.generation;
  else if (entry.lease)
    entry.lease = false;
  else if (entry.stale)
    entry.stale = false;
  else if (entry.version)
    ++*entry.version;
  else
    entry.value = entry.value.value_or(0) + 1;
  return entry;
}

// The trace with each reply, and each entry at its end, in turn another; where it must diverge.
void add_lies(const traces::Trace& trace, std::vector<traces::Trace>& lies, std::vector<int>& steps) {
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const traces::StepKind kind = trace.steps[i].kind;
    if ((kind != traces::StepKind::kHandle && kind != traces::StepKind::kCall) || !trace.steps[i].reply) continue;
    lies.push_back(trace);
    lies.back().steps[i].reply = another(*trace.steps[i].reply);
    steps.push_back(static_cast<int>(i) + 1);
  }
  for (std::size_t store = 0; store < trace.stores.size(); ++store)
    for (std::size_t entry = 0; entry < trace.steps.back().after.stores[store].entries.size(); ++entry) {
      lies.push_back(trace);
      traces::Entry& told = lies.back().steps.back().after.stores[store].entries[entry];
      told = another(told);
      steps.push_back(0);
    }
}

// Of those walks the ones that this server can be the cache of: they are reproduced, and of the last each lie is found
// where it is told.
void expect_truth(WarmServers& servers, traces::CacheServer cache, std::vector<traces::Trace> walks) {
  std::erase_if(walks, [&](const traces::Trace& walk) { return !traces::why_not_replayed(walk, cache).empty(); });
  if (walks.empty()) return;
  BatchOptions two_at_a_time;
  two_at_a_time.jobs = 2;
  two_at_a_time.replay.cache = [cache](const traces::Trace&) { return cache; };
  for (const Replayed& each : servers.replay_all(walks, two_at_a_time))
    EXPECT_EQ(each.conformance ? verdict(*each.conformance) : each.error, "reproduced");
  std::vector<traces::Trace> lies;
  std::vector<int> steps;
  add_lies(walks.back(), lies, steps);
  const std::vector<Replayed> lied = servers.replay_all(lies, two_at_a_time);
  for (std::size_t i = 0; i < lies.size(); ++i) {
    ASSERT_TRUE(lied[i].conformance) << lied[i].error;
    ASSERT_TRUE(lied[i].conformance->divergence) << "lie " << i << " about step " << steps[i];
    EXPECT_EQ(lied[i].conformance->divergence->step, steps[i]) << verdict(*lied[i].conformance);
  }
}

TEST(Alphabet, a_page_of_each_kind_happens_as_the_model_says_and_every_lie_is_found_where_it_is_told) {
  WarmServers servers({}, {.redis = true, .memcached = true});
  std::map<traces::CacheServer, std::set<std::string>> replayed;  // pages
  for (const Page& page : kPages) {
    SCOPED_TRACE(page.called);
    const std::vector<traces::Trace> walks = walks_through(page);
    std::set<std::string> asked;
    for (const traces::Trace& walk : walks) {
      EXPECT_EQ(traces::why_not_replayed(walk), "");
      for (const traces::Step& step : walk.steps)
        if (step.request) asked.insert(step.request->verb);
    }
    EXPECT_TRUE(asked.contains(page.asks));
    for (const auto cache : {traces::CacheServer::kRedis, traces::CacheServer::kMemcached}) {
      SCOPED_TRACE(to_string(cache));
      if (traces::why_not_replayed(walks.back(), cache).empty()) replayed[cache].insert(page.called);
      expect_truth(servers, cache, walks);
    }
  }
  servers.close();
  const std::set<std::string> of_memcached = {"a lock",
                                              "a lease",
                                              "a value compared",
                                              "a lock that is its own entry",
                                              "a database that tells",
                                              "increases",
                                              "a version read",
                                              "a cache in every process",
                                              "two levels",
                                              "rows that go"};
  EXPECT_EQ(replayed[traces::CacheServer::kMemcached], of_memcached);
  EXPECT_EQ(replayed[traces::CacheServer::kRedis].size(), kPages.size() - 2) << "all but the two that say gets";
}

// Where the channel's Redis is the cache's, too, and is killed: what was published before is still heard, and so is
// what comes after.
TEST(Alphabet, what_is_published_is_heard_though_its_redis_is_killed_as_a_cache) {
  const auto page =
      std::find_if(kPages.begin(), kPages.end(), [](const Page& one) { return one.called == "two levels"; });
  std::vector<traces::Trace> walks;
  for (const char* fault : {"cache-restart", "cache-failover"})
    for (std::size_t stride = 1; stride < 60; ++stride) {
      traces::Scenario scenario;
      scenario.apps = {"read", "write"};
      scenario.cached = true;
      scenario.faults = {fault};
      model::Walk walk(model::read_protocol(model::as_page(page->read, page->write), "page.md", {}), scenario, {});
      for (std::size_t at = stride; !walk.enabled().empty(); at += stride) walk.take(at % walk.enabled().size());
      std::string story;  // publish, killed, heard
      for (const traces::Step& step : walk.trace().steps) {
        const bool publishes = step.kind == traces::StepKind::kHandle && step.request->verb == "publish";
        const bool kills =
            step.kind == traces::StepKind::kCacheRestart || step.kind == traces::StepKind::kCacheFailover;
        story += publishes ? "p" : kills ? "k" : step.kind == traces::StepKind::kDeliver ? "h" : "";
      }
      if (story.find("pkh") != std::string::npos || story.find("kph") != std::string::npos)
        walks.push_back(walk.trace());
    }
  ASSERT_GE(walks.size(), 4U);
  WarmServers servers({}, {.redis = true});
  for (const Replayed& each : servers.replay_all(walks, {}))
    EXPECT_EQ(each.conformance ? verdict(*each.conformance) : each.error, "reproduced");
  servers.close();
}

// Found by conform: a gets whose reply never comes gives no number, and that of an earlier one is none any more.
TEST(Alphabet, of_two_gets_the_latter_counts_even_where_it_is_lost) {
  traces::Scenario scenario;
  scenario.apps = {"read"};
  scenario.cached = true;
  model::Walk walk(
      model::read_protocol(model::as_page("app->>cache: Get value\napp->>database: Get value\napp-xcache: Get "
                                          "value\napp->>cache: cas value\n",
                                          "app->>database: Set value\n"),
                           "page.md", {}),
      scenario, {});
  while (!walk.enabled().empty()) walk.take(0);
  const traces::Trace trace = walk.trace();
  EXPECT_TRUE(std::any_of(trace.steps.begin(), trace.steps.end(),
                          [](const traces::Step& step) { return step.reply && step.reply->outcome == "conflict"; }));
  EXPECT_EQ(verdict(replay_at(trace, {})), "reproduced");
}

// A connection that is closed forgets what it watches, and that a cache is emptied is no change of a key that was not
// there: both have to happen where a cache is not ours to restart.
TEST(Alphabet, a_restart_of_a_redis_that_stays_ends_what_was_watched) {
  const auto page = std::find_if(kPages.begin(), kPages.end(), [](const Page& one) { return one.called == "a watch"; });
  traces::Scenario scenario;
  scenario.apps = {"read"};
  scenario.faults = {"cache-restart"};
  model::Walk walk(model::read_protocol(model::as_page(page->read, page->write), "page.md", {}), scenario, {});
  const auto take = [&walk](traces::StepKind kind) {
    for (std::size_t i = 0; i < walk.enabled().size(); ++i)
      if (walk.enabled()[i].kind == kind) return walk.take(i);
    FAIL() << "no " << to_string(kind) << " is enabled";
  };
  using Kind = traces::StepKind;
  for (const Kind kind : {Kind::kInvoke, Kind::kHandle, Kind::kReceive, Kind::kHandle, Kind::kReceive,
                          Kind::kCacheRestart, Kind::kHandle, Kind::kReceive})
    take(kind);
  const traces::Trace trace = walk.trace();
  ASSERT_EQ(trace.steps[6].reply->outcome, "conflict");
  ReplayPlace where;
  EXPECT_EQ(verdict(replay_at(trace, where)), "reproduced");
  where.urls = {.postgres = support::url(support::shared_servers().postgres),
                .redis = support::url(*support::shared_servers().redis)};
  EXPECT_EQ(verdict(replay_at(trace, where)), "reproduced");
}

}  // namespace
}  // namespace stalemate::real
