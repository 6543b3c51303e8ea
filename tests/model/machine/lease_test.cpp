// Leases: of what is not there, or is marked stale, one session at a time has the lease, and a set with it stores only
// while it is valid. That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kFilled = "app->>database: SELECT item\napp->>cache: set item:1 if the lease is still valid\n";

std::string page(const std::string& branches, const std::string& invalidate) {
  return "sequenceDiagram\nNote over app: Read\napp->>cache: get item:1, take a lease if it is missing\nalt hit\n"
         "cache-->>app: value\n" +
         branches + "end\nNote over app: Write\napp->>database: UPDATE item\napp->>cache: " + invalidate + "\n";
}

const std::string kLeased =
    page("else miss, no lease\napp->>database: SELECT item\nelse miss, lease granted\n" + kFilled, "DEL item:1");
const std::string kStale = page(
    "else stale, somebody else refills\ncache-->>app: stale value\nelse no lease\napp->>database: SELECT item\n"
    "else won\n" +
        kFilled,
    "mark item:1 as stale");

Play play(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(read_protocol(text, "l.mmd", {}), scenario(apps, faults, cached));
}

// What the cache has of the row: "1000", "stale 1000", "lease", "stale 1000 lease", "nothing".
std::string cached(const Play& play) {
  const traces::State state = play.state();
  const traces::Entry& entry = cache_of(state).at(0);
  std::string text = entry.value ? (entry.stale ? "stale " : "") + std::to_string(*entry.value) : "";
  if (entry.lease) text += text.empty() ? "lease" : " lease";
  return text.empty() ? "nothing" : text;
}

const std::vector<std::string> kTakes = {"invoke app1 read", "handle app1 read:1", "receive app1 read:1"};

Verdict verdict(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults,
                bool cached = false) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  return check(read_protocol(text, "l.mmd", {}), scenario(apps, faults, cached), options).verdict;
}

TEST(Leases, one_reader_has_it_and_the_others_are_denied) {
  Play two = play(kLeased, {"read", "read"});
  two.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_EQ(two.last().reply->outcome, "granted");
  EXPECT_EQ(cached(two), "lease");
  two.take({"invoke app2 read", "handle app2 read:1"});
  EXPECT_EQ(two.last().reply->outcome, "denied");
}

TEST(Leases, a_delete_voids_it_and_a_fill_ends_it) {
  Play raced = play(kLeased, {"read", "write"});
  raced.take(kTakes).take({"handle app1 read:4", "receive app1 read:4", "invoke app2 write", "handle app2 write:1",
                           "receive app2 write:1", "handle app2 write:2"});
  EXPECT_EQ(cached(raced), "nothing") << "the delete of what is not there takes the lease";
  raced.take({"handle app1 read:5"});
  EXPECT_EQ(raced.last().reply->outcome, "conflict");
  Play alone = play(kLeased, {"read", "write"});
  alone.take(kTakes).take({"handle app1 read:4", "receive app1 read:4", "handle app1 read:5"});
  EXPECT_EQ(alone.last().reply->outcome, "ok");
  EXPECT_EQ(cached(alone), "1000");
  EXPECT_EQ(verdict(kLeased, {"read", "write"}, {}), Verdict::kHolds);
  EXPECT_EQ(verdict(kLeased, {"read", "read", "write"}, {}, true), Verdict::kHolds);
}

TEST(Leases, who_does_not_learn_that_it_has_it_goes_the_way_of_who_has_not) {
  Play lost = play(kLeased, {"read", "read"}, {"lost-reply"});
  lost.take({"invoke app1 read", "handle app1 read:1", "lose-reply app1 read:1"});
  EXPECT_EQ(lost.last().sends.at(0).arrow, 3) << "the branch without a lease";
  EXPECT_EQ(cached(lost), "lease") << "which nobody can use";
  Play late = play(kLeased, {"read", "read"}, {"late-request"});
  late.take({"invoke app1 read", "late-request app1 read:1", "handle app1 read:1 ghost"});
  EXPECT_EQ(cached(late), "lease");
}

TEST(Leases, a_failover_brings_them_back) {
  Play back = play(kLeased, {"read", "write"}, {"cache-failover"});
  back.take(kTakes).take({"handle app1 read:4", "receive app1 read:4", "invoke app2 write", "handle app2 write:1",
                          "receive app2 write:1", "handle app2 write:2", "cache-failover"});
  EXPECT_EQ(cached(back), "lease") << "the delete is undone";
  back.take({"handle app1 read:5"});
  EXPECT_EQ(back.last().reply->outcome, "ok") << "and the old value is stored";
  EXPECT_EQ(verdict(kLeased, {"read", "write"}, {"cache-failover"}), Verdict::kViolated);
  EXPECT_EQ(verdict(kLeased, {"read", "write"}, {"cache-restart"}), Verdict::kHolds);
}

TEST(Leases, what_is_marked_stale_is_served_to_all_but_the_one_who_wins) {
  Play stale = play(kStale, {"write", "read", "read"}, {}, true);
  stale.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(cached(stale), "stale 1000");
  stale.take({"invoke app2 read", "handle app2 read:1"});
  EXPECT_EQ(stale.last().reply->outcome, "won");
  EXPECT_EQ(stale.last().reply->value, 1000);
  EXPECT_EQ(cached(stale), "stale 1000 lease");
  stale.take({"invoke app3 read", "handle app3 read:1"});
  EXPECT_EQ(stale.last().reply->outcome, "stale");
  stale.take({"receive app3 read:1"});
  EXPECT_EQ(stale.last().endings.at(0).value, 1000);
  EXPECT_EQ(verdict(kStale, {"write", "read", "read"}, {}, true), Verdict::kHolds)
      << "what the next reader has to refill does not count";
  EXPECT_EQ(verdict(kStale, {"write", "read"}, {"lost-request@read"}, true), Verdict::kViolated)
      << "what nobody can refill any more does";
}

// As a lock with a time to live does; memcached's is that of the placeholder which a miss leaves.
std::string timed(std::string text, const std::string& get) {
  const std::string untimed = "get item:1, take a lease if it is missing";
  return text.replace(text.find(untimed), untimed.size(), get);
}

TEST(Leases, one_that_is_given_for_a_time_may_run_out_and_then_stores_nothing) {
  const std::string text = timed(kLeased, "get item:1, take a lease for 10 s if it is missing");
  Play over = play(text, {"read", "read"}, {"expire"});
  EXPECT_FALSE(over.can("expire-marker cache k1")) << "nobody has it";
  over.take(kTakes);
  EXPECT_EQ(over.last().sends.at(0).arrow, 4);
  over.take({"expire-marker cache k1"});
  EXPECT_EQ(cached(over), "nothing");
  over.take({"invoke app2 read", "handle app2 read:1"});
  EXPECT_EQ(over.last().reply->outcome, "granted") << "the next to come has it";
  over.take({"handle app1 read:4", "receive app1 read:4", "handle app1 read:5"});
  EXPECT_EQ(over.last().reply->outcome, "conflict");
  EXPECT_EQ(cached(over), "lease") << "it is not taken from who has it now";
  Play lasting = play(kLeased, {"read"}, {"expire"});
  lasting.take(kTakes);
  EXPECT_FALSE(lasting.can("expire-marker cache k1")) << "one that is not given for a time never does";
  traces::Scenario held = scenario({"read"}, {"expire,evict"});
  held.no_expiry = true;
  Play timers(read_protocol(text, "l.mmd", {}), held);
  timers.take(kTakes);
  EXPECT_FALSE(timers.can("expire-marker cache k1"));
  EXPECT_TRUE(timers.can("evict cache k1"));
}

TEST(Leases, what_is_stale_stays_where_its_lease_runs_out_and_a_placeholders_time_is_none_of_it) {
  const std::vector<std::string> won = {"invoke app1 write",   "handle app1 write:1", "receive app1 write:1",
                                        "handle app1 write:2", "invoke app2 read",    "handle app2 read:1"};
  Play lock = play(timed(kStale, "get item:1 and take its lock for 30 s if it is free (one script)"), {"write", "read"},
                   {"expire"}, true);
  lock.take(won);
  EXPECT_EQ(cached(lock), "stale 1000 lease");
  lock.take({"expire-marker cache k1"});
  EXPECT_EQ(cached(lock), "stale 1000");
  const std::string meta = timed(kStale, "mg item:1 v c N30");
  Play placeholder = play(meta, {"write", "read"}, {"expire"}, true);
  placeholder.take(won);
  EXPECT_FALSE(placeholder.can("expire-marker cache k1"));
  Play missing = play(meta, {"read"}, {"expire"});
  missing.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_TRUE(missing.can("expire-marker cache k1"));
}

TEST(Leases, of_one_entry_all_run_out_or_none) {
  const std::string both =
      "sequenceDiagram\nNote over app: Read\napp->>cache: get item:1, take a lease for 10 s if it "
      "is missing\nNote over app: Read again\napp->>cache: get item:1, take a lease if it is "
      "missing\nNote over app: Write\napp->>database: UPDATE item\n";
  EXPECT_TRUE(
      contains(error_of([&] { read_protocol(both, "l.mmd", {}); }), "leases of one entry of which only some run out"));
}

}  // namespace
}  // namespace stalemate::model
