// Several caches, and those that each app instance has in its process: asked in one step, gone at a crash, out of reach
// of whatever befalls messages. That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kBoth = "sequenceDiagram\nparticipant near as In-process cache\nparticipant cache as Redis\n";
const std::string kTwoLevels =
    kBoth +
    "Note over app: Read\napp->>near: GET item:1\nalt hit\nnear-->>app: value\nelse miss\napp->>cache: GET item:1\nalt "
    "hit\ncache-->>app: value\nelse miss\napp->>database: SELECT item\napp->>cache: SET item:1\nend\napp->>near: SET "
    "item:1\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>cache: DEL item:1\napp->>near: DEL item:1\n";
const std::string kLocal =
    "sequenceDiagram\nparticipant cache as In-process cache\nNote over app: Read\napp->>cache: GET item:1\nalt "
    "hit\ncache-->>app: value\nelse miss\napp->>database: SELECT item\napp->>cache: SET item:1\nend\nNote over app: "
    "Write\napp->>database: UPDATE item\napp->>cache: DEL item:1\n";
const std::string kTwoShared =
    "sequenceDiagram\nparticipant one as Redis\nparticipant other as Memcached\nNote over app: Read\napp->>one: GET "
    "item:1\nalt hit\none-->>app: value\nelse miss\napp->>database: SELECT item\napp->>one: SET item:1\napp->>other: "
    "SET "
    "item:1\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>one: DEL item:1\napp->>other: DEL item:1\n";

Play play(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(read_protocol(text, "s.mmd", {}), scenario(apps, faults, cached));
}

// "local cache of app1 1000, cache -": what every store has of the row, the database last.
std::string stores(const Play& play) {
  std::string text;
  const traces::State state = play.state();
  for (const traces::Contents& contents : state.stores) {
    const traces::Entry& entry = contents.entries.at(0);
    text += (text.empty() ? "" : ", ") + contents.store + " " + (entry.value ? std::to_string(*entry.value) : "-");
  }
  return text;
}

Report found(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
             bool cached = false, const std::string& property = "coherent-at-rest") {
  CheckOptions options;
  options.properties = {property};
  return check(read_protocol(text, "s.mmd", {}), scenario(apps, faults, cached), options);
}

TEST(SeveralCaches, a_local_cache_is_asked_in_one_step_and_stands_in_each_app_instance) {
  Play two = play(kTwoLevels, {"read", "read"});
  EXPECT_EQ(stores(two), "local cache of app1 -, local cache of app2 -, cache -, database 1000");
  two.take({"invoke app1 read"});
  EXPECT_EQ(two.enabled(), (std::vector<std::string>{"call app1 read:1", "invoke app2 read k1"}));
  two.take({"call app1 read:1"});
  EXPECT_EQ(two.last().kind, traces::StepKind::kCall);
  EXPECT_EQ(two.last().request->to, "local cache of app1");
  EXPECT_EQ(two.last().reply->outcome, "miss");
  EXPECT_EQ(two.last().sends.at(0).to, "cache");
  two.take({"handle app1 read:3", "receive app1 read:3", "handle app1 read:5", "receive app1 read:5",
            "handle app1 read:6", "receive app1 read:6", "call app1 read:7"});
  EXPECT_EQ(stores(two), "local cache of app1 1000, local cache of app2 -, cache 1000, database 1000");
  EXPECT_EQ(two.last().endings.at(0).value, 1000);
}

TEST(SeveralCaches, sessions_of_one_app_instance_share_what_is_in_its_process) {
  Play one = play(kLocal, {"read | read"});
  EXPECT_EQ(stores(one), "local cache of app1 -, database 1000");
  one.take({"invoke app1.1 read", "call app1.1 read:1", "handle app1.1 read:3", "receive app1.1 read:3",
            "call app1.1 read:4", "invoke app1.2 read", "call app1.2 read:1"});
  EXPECT_EQ(one.last().reply->outcome, "value");
}

TEST(SeveralCaches, what_another_instance_keeps_is_not_deleted) {
  // With one instance it is cache-aside; with two nobody tells the other one.
  EXPECT_EQ(found(kLocal, {"read | write"}).verdict, Verdict::kViolated) << "a late fill";
  EXPECT_EQ(found(kLocal, {"read; write; read"}).verdict, Verdict::kHolds);
  const Report other = found(kLocal, {"read", "write"});
  ASSERT_TRUE(other.trace);
  EXPECT_EQ(other.trace->steps.size(), 9U);
  EXPECT_EQ(found(kLocal, {"read", "write"}, {}, true).trace->steps.size(), 4U) << "it is filled in every instance";
  EXPECT_EQ(found(kLocal, {"read; read", "write"}, {}, true, "fresh-reads").verdict, Verdict::kViolated);
}

TEST(SeveralCaches, no_fault_of_messages_or_of_a_shared_cache_strikes_within_a_process) {
  const std::vector<std::string> kAll = {"lost-message=1", "late-request=1", "duplicate=1", "cache-restart=1",
                                         "cache-failover=1"};
  Play all = play(kLocal, {"read"}, kAll, true);
  all.take({"invoke app1 read"});
  EXPECT_EQ(all.enabled(), (std::vector<std::string>{"call app1 read:1"}));
  Play two = play(kTwoLevels, {"read"}, {"cache-restart=1"}, true);
  EXPECT_EQ(two.enabled(), (std::vector<std::string>{"invoke app1 read k1", "cache-restart cache"}));
  two.take({"cache-restart cache"});
  EXPECT_EQ(stores(two), "local cache of app1 1000, cache -, database 1000");
  Play evicted = play(kTwoLevels, {"read", "write"}, {"evict=1"}, true);
  evicted.take({"evict local cache of app2 k1"});
  EXPECT_EQ(stores(evicted), "local cache of app1 1000, local cache of app2 -, cache 1000, database 1000");
}

TEST(SeveralCaches, a_crash_takes_along_what_is_in_the_process) {
  Play two = play(kTwoLevels, {"read", "read"}, {"crash=1"}, true);
  two.take({"invoke app1 read"});
  // What is asked within the process is gone with it: there is nothing that may arrive yet.
  EXPECT_EQ(two.enabled(), (std::vector<std::string>{"call app1 read:1", "crash app1 read:1", "invoke app2 read k1"}));
  two.take({"crash app1 read:1"});
  EXPECT_EQ(stores(two), "local cache of app1 -, local cache of app2 1000, cache 1000, database 1000");
  EXPECT_TRUE(two.state().in_flight.empty());
}

TEST(SeveralCaches, each_shared_cache_suffers_by_itself) {
  Play two = play(kTwoShared, {"write"}, {"cache-restart=1", "cache-failover=1"}, true);
  EXPECT_EQ(stores(two), "cache Redis 1000, cache Memcached 1000, database 1000");
  two.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
            "receive app1 write:2", "handle app1 write:3"});
  EXPECT_EQ(stores(two), "cache Redis -, cache Memcached -, database 1");
  two.take({"cache-failover cache Redis"});
  EXPECT_EQ(stores(two), "cache Redis 1000, cache Memcached -, database 1") << "it misses its own last change";
  two.take({"cache-restart cache Redis"});
  EXPECT_EQ(stores(two), "cache Redis -, cache Memcached -, database 1");
  // The second is filled and never looked into: a lost delete there breaks no read, but a rest.
  EXPECT_EQ(found(kTwoShared, {"read", "write"}, {"lost-request@write:3=1"}, true).verdict, Verdict::kViolated);
  EXPECT_EQ(found(kTwoShared, {"read", "write"}, {"lost-request@cache Memcached=1"}, true, "fresh-reads").verdict,
            Verdict::kHolds);
  EXPECT_EQ(found(kTwoShared, {"read", "write"}, {"lost-request@cache=1"}, true, "fresh-reads").verdict,
            Verdict::kViolated)
      << "an aim at a kind of server is at all of them";
}

// A lease of one cache is the affair of that one: what befalls another changes nothing of it.
TEST(SeveralCaches, a_condition_at_one_of_them_is_about_that_one) {
  const std::string page =
      "sequenceDiagram\nparticipant leased as Redis\nparticipant other as Memcached\nNote over app: "
      "Read\napp->>leased: "
      "get item:1, take a lease if it is missing\nalt hit\nleased-->>app: value\nelse no lease\napp->>database: SELECT "
      "item\nelse lease granted\napp->>database: SELECT item\napp->>other: SET item:1\napp->>leased: set item:1 if the "
      "lease is still valid\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>leased: DEL "
      "item:1\napp->>other: DEL item:1\n";
  const std::vector<std::string> filled = {"invoke app1 read",   "handle app1 read:1",  "receive app1 read:1",
                                           "handle app1 read:4", "receive app1 read:4", "handle app1 read:5",
                                           "receive app1 read:5"};
  Play fill = play(page, {"read"}, {"cache-failover=2", "cache-restart"});
  fill.take(filled);
  EXPECT_EQ(stores(fill), "cache Redis -, cache Memcached 1000, database 1000");
  fill.take({"cache-failover cache Memcached", "handle app1 read:6"});
  EXPECT_EQ(fill.last().reply->outcome, "ok") << "the other one failed over";
  Play lost = play(page, {"read"}, {"cache-failover=2", "cache-restart"});
  lost.take(filled).take({"cache-failover cache Redis", "handle app1 read:6"});
  EXPECT_EQ(lost.last().reply->outcome, "conflict") << "its own replica never gave that lease";
  EXPECT_EQ(found(page, {"read", "write"}).verdict, Verdict::kViolated) << "the other is filled without one";
}

TEST(SeveralCaches, a_compare_and_set_asks_about_its_own_cache) {
  const std::string page =
      kBoth +
      "Note over app: Read\napp->>cache: GET item:1\napp->>near: GET item:1\napp->>database: SELECT item\napp->>cache: "
      "SET item:1 if unchanged\nNote over app: Write\napp->>database: UPDATE item\napp->>near: SET item:1\n";
  Play raced = play(page, {"read | write"});
  raced.take({"invoke app1.1 read", "handle app1.1 read:1", "receive app1.1 read:1", "call app1.1 read:2",
              "handle app1.1 read:3", "receive app1.1 read:3", "invoke app1.2 write", "handle app1.2 write:1",
              "receive app1.2 write:1", "call app1.2 write:2", "handle app1.1 read:4"});
  EXPECT_EQ(raced.last().reply->outcome, "ok") << "the other one changed";
}

TEST(SeveralCaches, more_of_them_than_a_search_has_room_for_are_refused) {
  const auto error = [](std::size_t apps) -> std::string {
    try {
      const Protocol protocol = read_protocol(kLocal, "s.mmd", {});
      make_machine(protocol, scenario(std::vector<std::string>(apps, "read"), {"evict=1"}, false), {},
                   Granularity::kPlain);
    } catch (const InputError& refused) {
      return refused.what();
    }
    return "no error";
  };
  EXPECT_EQ(error(32), "no error");
  EXPECT_EQ(error(33),
            "the scenario has 33 sessions and 33 caches in which something may happen; at most 64 of both are "
            "possible; take fewer app instances");
}

}  // namespace
}  // namespace stalemate::model
