// What people build their fixes from, at a real Redis and PostgreSQL: walks through a page of each kind happen as the
// model says, and where one reply or one entry is said to be another, that is where they diverge.
#include <gtest/gtest.h>

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

const std::string kProcess =
    "participant near as In-process cache\nparticipant bus as Pub/sub\nparticipant others as In-process cache of every "
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

TEST(Alphabet, a_page_of_each_kind_happens_as_the_model_says_and_every_lie_is_found_where_it_is_told) {
  WarmServers servers({}, true);
  BatchOptions two_at_a_time;
  two_at_a_time.jobs = 2;
  for (const Page& page : kPages) {
    SCOPED_TRACE(page.called);
    std::set<std::string> asked;
    std::vector<traces::Trace> lies;
    std::vector<int> steps;
    const std::vector<traces::Trace> walks = walks_through(page);
    for (const traces::Trace& walk : walks) {
      ASSERT_EQ(traces::why_not_replayed(walk), "");
      for (const traces::Step& step : walk.steps)
        if (step.request) asked.insert(step.request->verb);
    }
    add_lies(walks.back(), lies, steps);
    EXPECT_TRUE(asked.contains(page.asks));
    const std::vector<Replayed> honest = servers.replay_all(walks, two_at_a_time);
    for (const Replayed& each : honest)
      EXPECT_EQ(each.conformance ? verdict(*each.conformance) : each.error, "reproduced");
    const std::vector<Replayed> lied = servers.replay_all(lies, two_at_a_time);
    for (std::size_t i = 0; i < lies.size(); ++i) {
      ASSERT_TRUE(lied[i].conformance) << lied[i].error;
      ASSERT_TRUE(lied[i].conformance->divergence) << "lie " << i << " about step " << steps[i];
      EXPECT_EQ(lied[i].conformance->divergence->step, steps[i]) << verdict(*lied[i].conformance);
    }
  }
  servers.close();
}

}  // namespace
}  // namespace stalemate::real
