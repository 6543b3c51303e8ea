// A cache in the process of an app instance: what each verb does there, and that it is gone with its process.
#include "stores/local_cache.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "ask/random_page.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "real/support.hpp"
#include "replay/replay.hpp"
#include "traces/shapes.hpp"
#include "understand/protocol.hpp"

namespace stalemate::real {
namespace {

std::string outcome(LocalCache& cache, const Wanted& wanted) { return cache.ask(wanted).reply.outcome; }

TEST(LocalCache, values_and_markers_are_stored_where_their_condition_is_met) {
  LocalCache cache;
  EXPECT_EQ(outcome(cache, {"get", "a"}), "miss");
  EXPECT_EQ(outcome(cache, {"add", "a", 7}), "ok");
  EXPECT_EQ(outcome(cache, {"add", "a", 8}), "conflict");
  EXPECT_EQ(cache.ask({"get", "a"}).reply, (traces::Reply{"value", 7}));
  EXPECT_EQ(outcome(cache, {"mark-if-absent", "lock", {}, 60}), "ok");
  EXPECT_EQ(outcome(cache, {"mark-if-absent", "lock"}), "conflict");
  EXPECT_EQ(outcome(cache, {"exists", "lock"}), "marker");
  EXPECT_EQ(outcome(cache, {"get", "lock"}), "marker");
  EXPECT_EQ(outcome(cache, {.verb = "set-unless", .product = "b", .value = 1, .other = "lock"}), "conflict");
  EXPECT_EQ(cache.expire("lock"), "");
  EXPECT_EQ(cache.expire("lock"), "absent");
  EXPECT_EQ(cache.expire("a"), "without a time to live");
  EXPECT_EQ(outcome(cache, {.verb = "set-unless", .product = "b", .value = 1, .other = "lock"}), "ok");
  EXPECT_EQ(outcome(cache, {"increase", "b", 2}), "ok");
  EXPECT_EQ(outcome(cache, {"increase-if-there", "c", 2}), "conflict");
  EXPECT_EQ(cache.contents(), (std::vector<StoredValue>{{"a", 7}, {"b", 3}}));
  EXPECT_EQ(outcome(cache, {.verb = "delete", .product = "a", .also = {"b"}}), "ok");
  EXPECT_TRUE(cache.contents().empty());
  EXPECT_FALSE(cache.drop("a"));
}

TEST(LocalCache, one_session_at_a_time_has_the_lease) {
  LocalCache cache;
  const auto get = [&] { return cache.ask({.verb = "get", .product = "a", .watch = "lease"}); };
  const auto set = [&](std::int64_t value, const std::string& token) {
    return outcome(cache,
                   {.verb = "set-if-unchanged", .product = "a", .value = value, .watch = "lease", .token = token});
  };
  const Answer first = get();
  EXPECT_EQ(first.reply.outcome, "granted");
  EXPECT_EQ(get().reply.outcome, "denied");
  EXPECT_EQ(set(1, ""), "conflict");
  EXPECT_EQ(set(1, first.token), "ok");
  EXPECT_EQ(get().reply.outcome, "value");
  EXPECT_EQ(outcome(cache, {"mark-stale", "a"}), "ok");
  const Answer won = get();
  EXPECT_EQ(won.reply.outcome, "won");
  EXPECT_EQ(get().reply.outcome, "stale");
  EXPECT_TRUE(cache.end_lease("a"));
  EXPECT_EQ(set(2, won.token), "conflict");
  EXPECT_EQ(get().reply.outcome, "won");
  EXPECT_EQ(outcome(cache, {"delete", "a"}), "ok");
  EXPECT_EQ(set(2, won.token), "conflict");
}

TEST(LocalCache, what_none_is_asked_here_is_refused) {
  LocalCache cache;
  for (const char* verb : {"set-if-newer", "count-up", "publish", "put"}) {
    EXPECT_FALSE(traces::is_asked_in_process(verb, ""));
    EXPECT_THROW(cache.ask({verb, "a", 1}), InputError);
  }
  EXPECT_FALSE(traces::is_asked_in_process("get", "key"));
}

// A page with a cache in every process, and a shared one behind it.
std::string page() {
  const std::string participants =
      "participant near as In-process cache\nparticipant bus as Pub/sub\nparticipant others as In-process cache of "
      "every other instance\n";
  return model::as_page(
      participants +
          "app->>near: get item:1\nalt hit\nnear-->>app: value\nelse miss\napp->>database: SELECT item\n"
          "app->>near: put item:1\nend\n",
      participants +
          "app->>database: UPDATE item\napp->>near: delete item:1\napp->>bus: publish that item:1 is gone\n"
          "bus-)others: delete item:1\n");
}

traces::Trace walk(const std::vector<std::string>& faults, const std::vector<std::string>& steps) {
  traces::Scenario scenario;
  scenario.apps = {"read; read", "write"};
  scenario.faults = faults;
  model::Walk walk(model::read_protocol(page(), "near.md", {}), scenario, {});
  for (const std::string& step : steps) {
    if (step == "...") {
      while (walk.enabled().size() == 1) walk.take(0);
      continue;
    }
    std::size_t at = walk.enabled().size();
    for (std::size_t i = 0; i < walk.enabled().size(); ++i) {
      const traces::Step& one = walk.enabled()[i];
      const std::string name =
          fmt::format("{} {}", to_string(one.kind), one.store.empty() ? fmt::format("app{}", one.app) : one.store);
      if (name == step) at = i;
    }
    if (at == walk.enabled().size()) throw InputError("no such step: " + step);
    walk.take(at);
  }
  return walk.trace();
}

std::string verdict_of(const traces::Trace& trace) { return verdict(replay(trace, support::shared_servers())); }

// A reader fills its cache; a writer changes the row, clears its own and publishes.
const std::vector<std::string> kPublished = {"invoke app1", "call app1",   "handle app1", "receive app1",
                                             "call app1",   "invoke app2", "handle app2", "receive app2",
                                             "call app2",   "handle app2", "receive app2"};

std::vector<std::string> published_and(std::vector<std::string> more) {
  more.insert(more.begin(), kPublished.begin(), kPublished.end());
  return more;
}

TEST(InProcess, what_is_published_clears_the_other_cache_when_it_is_heard_and_not_before) {
  traces::Trace heard = walk({}, published_and({"deliver local cache of app1"}));
  EXPECT_EQ(verdict_of(heard), "reproduced");
  heard.steps.pop_back();
  EXPECT_EQ(verdict_of(heard), "reproduced") << "it has the old value until it hears of it";
  heard.steps.back().after.stores.front().entries.front().value.reset();
  EXPECT_EQ(verdict_of(heard), "diverged after the last step: expected local cache of app1 k1=absent, got 1000");
}

TEST(InProcess, what_is_never_heard_leaves_the_old_value) {
  traces::Trace lost = walk({"lost-delivery"}, published_and({"lose-delivery local cache of app1"}));
  EXPECT_EQ(verdict_of(lost), "reproduced");
  lost.steps.back().kind = traces::StepKind::kDeliver;
  EXPECT_NE(verdict_of(lost), "reproduced") << "to hear of it would have cleared it";
}

TEST(InProcess, with_its_process_goes_what_it_held_and_what_it_was_told) {
  traces::Trace again =
      walk({"app-restart"}, published_and({"idle-restart local cache of app1", "invoke app1", "call app1"}));
  EXPECT_EQ(again.steps.back().reply->outcome, "miss");
  EXPECT_EQ(verdict_of(again), "reproduced");
  again.steps.back().reply = {"value", 1000};
  EXPECT_EQ(verdict_of(again), fmt::format("diverged at step {}: expected value 1000, got miss", again.steps.size()));
  const traces::Trace evicted =
      walk({"evict"}, published_and({"evict local cache of app1", "deliver local cache of app1"}));
  EXPECT_EQ(verdict_of(evicted), "reproduced");
}

}  // namespace
}  // namespace stalemate::real
