// Rows that may not be there, second looks at them, waits for the replica of a cache, and what is stale for ever. That
// a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

Protocol page(const std::string& read, const std::string& write) {
  return read_protocol(
      "sequenceDiagram\nNote over app: Read\napp->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse "
      "miss\napp->>database: SELECT item\n" +
          read + "end\nNote over app: Write\n" + write,
      "r.mmd", {});
}
const std::string kFills = "app->>cache: SET item:1\n";
const std::string kOnlyRows =
    "alt no row\ndatabase-->>app: no row\nelse row\ndatabase-->>app: row\n" + kFills + "end\n";
const std::string kAbsenceToo = "alt no row\napp->>cache: SET item:1 to null\nelse row\n" + kFills + "end\n";
const std::string kRemoves = "app->>database: DELETE FROM item\napp->>cache: DEL item:1\n";
const std::string kInserts = "app->>database: INSERT INTO item\napp->>cache: DEL item:1\n";
const std::string kUpdates = "app->>database: UPDATE item\napp->>cache: DEL item:1\n";

Play play(const Protocol& protocol, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(protocol, scenario(apps, faults, cached));
}
Verdict verdict(const std::string& property, const Protocol& protocol, const std::vector<std::string>& apps,
                const std::vector<std::string>& faults = {}, bool cached = false) {
  CheckOptions options;
  options.properties = {property};
  return check(protocol, scenario(apps, faults, cached), options).verdict;
}
const std::vector<std::string> kReads = {"invoke app2 read", "handle app2 read:1", "receive app2 read:1",
                                         "handle app2 read:3"};
const std::vector<std::string> kRemoved = {"invoke app1 write", "handle app1 write:1"};

TEST(AbsentRows, a_row_that_is_removed_is_not_found) {
  Play removed = play(page(kOnlyRows, kRemoves), {"write", "read"});
  removed.take(kRemoved);
  EXPECT_EQ(removed.stored(), 0) << "how a row is written that is not there";
  removed.take(kReads);
  EXPECT_EQ(removed.last().reply->outcome, "no-row");
  removed.take({"receive app2 read:3"});
  ASSERT_EQ(removed.last().endings.size(), 1U) << "nothing is stored";
  EXPECT_EQ(removed.last().endings[0].value, 0);
}

TEST(AbsentRows, that_there_is_none_is_kept_like_a_value_where_the_page_says_so_or_nothing) {
  for (const std::string& read : {kAbsenceToo, kFills}) {
    const Protocol protocol = page(read, kRemoves);
    Play kept = play(protocol, {"write", "read"});
    kept.take(kRemoved).take(kReads).take({"receive app2 read:3"});
    ASSERT_EQ(kept.last().sends.size(), 1U);
    EXPECT_EQ(kept.last().sends[0].value, 0);
    EXPECT_EQ(verdict("coherent-at-rest", protocol, {"write", "read"}), Verdict::kViolated) << "a slow fill";
  }
}

TEST(AbsentRows, rows_start_absent_where_a_branch_says_so_and_writes_put_them_there) {
  const Protocol protocol = page(kOnlyRows, kInserts);
  Play absent = play(protocol, {"write", "read"});
  EXPECT_EQ(absent.stored(), 0);
  absent.take(kReads);
  EXPECT_EQ(absent.last().reply->outcome, "no-row");
  EXPECT_EQ(verdict("coherent-at-rest", protocol, {"write", "read"}), Verdict::kHolds)
      << "there is nothing old to fill";
  EXPECT_EQ(verdict("coherent-at-rest", protocol, {"write", "write", "read"}), Verdict::kViolated);
  EXPECT_EQ(play(page(kOnlyRows, kUpdates), {"write", "read"}).stored(), 1000) << "an update finds one";
  EXPECT_TRUE(contains(error_of([&] {
                         check(protocol, scenario({"read", "write"}, {}, true), {});
                       }),
                       "no row of this page is there at first, so nothing is cached of one"));
}

// That there is none is what was there at first, and what was committed last.
TEST(AbsentRows, one_that_is_removed_again_is_newer_than_what_was_read_of_it) {
  const auto diagram = [](const std::string& name, const std::string& lines) {
    return "# " + name + "\n\n```mermaid\nsequenceDiagram\n" + lines + "```\n\n";
  };
  const Protocol protocol = read_protocol(
      diagram("Read item",
              "app->>database: SELECT item\nalt no row\ndatabase-->>app: no row\nelse row\ndatabase-->>app: "
              "row\nend\n") +
          diagram("Write item", "app->>database: INSERT INTO item\n") +
          diagram("Delete item", "app->>database: DELETE FROM item\n"),
      "m.md", {});
  EXPECT_TRUE(protocol.rows_start_absent);
  Play reads(protocol, scenario({"read; read", "write; write"}, {}), {"monotonic-reads"});
  reads.take({"invoke app2 write item k1", "handle app2 write item:1", "receive app2 write item:1",
              "invoke app1 read k1", "handle app1 read:1", "receive app1 read:1",
              "invoke app2 delete item k1 operation 2", "handle app2 delete item:1 operation 2",
              "receive app2 delete item:1 operation 2", "invoke app1 read k1 operation 2",
              "handle app1 read:1 operation 2", "receive app1 read:1 operation 2"});
  EXPECT_EQ(reads.last().endings.at(0).value, 0);
  EXPECT_TRUE(reads.last().violates.empty());
}

TEST(AbsentRows, a_removal_is_a_write_like_others) {
  const Protocol protocol = page(kOnlyRows, kRemoves);
  EXPECT_EQ(verdict("acknowledged-survives", protocol, {"write"}, {"lost-message"}), Verdict::kHolds);
  EXPECT_EQ(verdict("fresh-reads", page(kOnlyRows, "app->>database: DELETE FROM item\n"), {"write", "read"}, {}, true),
            Verdict::kViolated)
      << "nothing takes the cached row away";
}

TEST(AbsentRows, one_removed_before_its_acknowledgement_is_known_is_refused) {
  const Protocol early =
      page(kOnlyRows, "user->>app: delete\napp-->>user: accepted\napp->>database: DELETE FROM item\n");
  EXPECT_TRUE(
      contains(error_of([&] { compile(early, {}); }), "where a Write may be acknowledged before it has written"));
}

const std::string kLooksAgain =
    kFills + "app->>database: SELECT item again\nalt changed meanwhile\napp->>cache: DEL item:1\nend\n";

TEST(SecondLooks, tell_whether_the_row_is_as_it_was_read) {
  const std::vector<std::string> filled = {"receive app2 read:3", "handle app2 read:4", "receive app2 read:4"};
  Play same = play(page(kLooksAgain, kUpdates), {"write", "read"});
  same.take(kReads).take(filled).take({"handle app2 read:5"});
  EXPECT_EQ(same.last().reply->outcome, "ok");
  Play looks = play(page(kLooksAgain, kUpdates), {"write", "read"});
  looks.take(kReads).take(filled);
  looks.take(kRemoved).take({"handle app2 read:5"});
  EXPECT_EQ(looks.last().reply->outcome, "conflict");
  looks.take({"receive app2 read:5"});
  ASSERT_EQ(looks.last().sends.size(), 1U);
  EXPECT_EQ(looks.last().sends[0].verb, "delete");
}

TEST(SecondLooks, fail_a_read_that_gets_no_answer) {
  Play looks = play(page(kLooksAgain, kUpdates), {"write", "read"}, {"lost-request@read:5"});
  looks.take(kReads).take(
      {"receive app2 read:3", "handle app2 read:4", "receive app2 read:4", "lose-request app2 read:5"});
  ASSERT_EQ(looks.last().endings.size(), 1U);
  EXPECT_EQ(looks.last().endings[0].kind, traces::Ending::Kind::kFailed);
}

TEST(SecondLooks, compare_with_something) {
  const std::string first =
      "sequenceDiagram\nNote over app: Read\napp->>cache: GET item:1\nalt hit\napp->>app: use it\nelse "
      "miss\napp->>database: SELECT item\nend\napp->>database: SELECT item again\nalt changed\napp->>cache: "
      "DEL item:1\nend\n";
  EXPECT_EQ(error_of([&] { compile(read_protocol(first, "l.mmd", {}), {}); }), "no error") << "a hit is something, too";
}

TEST(Waits, for_the_replica_leave_a_failover_nothing_to_undo) {
  const std::string waits = kUpdates + "app->>cache: WAIT 1 100\n";
  Play waited = play(page(kFills, waits), {"write"}, {"cache-failover"}, true);
  waited.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
               "receive app1 write:2"});
  EXPECT_TRUE(waited.can("cache-failover cache")) << testing::PrintToString(waited.enabled());
  waited.take({"handle app1 write:3"});
  EXPECT_FALSE(waited.can("cache-failover cache")) << "it would change nothing";
  EXPECT_EQ(
      outline_of("app->>database: Set value\napp->>cache: Delete value\napp->>cache: wait until the replica has it"),
      "set database#1; delete cache#2; wait cache#3");
}

TEST(Refillable, is_broken_where_a_lease_of_what_is_stale_is_left) {
  const auto stale = [](const std::string& get) {
    return read_protocol(
        "sequenceDiagram\nparticipant app\nparticipant cache as Memcached\nparticipant database\nNote over app: "
        "Read\napp->>cache: " +
            get +
            "\nalt hit\ncache-->>app: value\nelse stale\ncache-->>app: stale value\nelse won\napp->>database: "
            "SELECT item\napp->>cache: set item:1 if the lease is still valid\nend\nNote over app: "
            "Write\napp->>database: UPDATE item\napp->>cache: mark item:1 as stale\n",
        "s.mmd", {});
  };
  const Protocol leases = stale("mg item:1 v c N30");
  EXPECT_EQ(verdict("refillable", leases, {"read", "write"}, {}, true), Verdict::kHolds);
  EXPECT_EQ(verdict("refillable", leases, {"read", "write"}, {"crash"}, true), Verdict::kViolated)
      << "who won is gone with its lease";
  CheckOptions options;
  options.properties = {"refillable"};
  const Report report = check(leases, scenario({"read", "write"}, {"crash"}, true), options);
  EXPECT_TRUE(contains(traces::find_renderer("text")->render(*report.trace, {}),
                       "At rest k1 in the cache is stale, and somebody who is gone has its lease"));
  const Protocol locks = stale("get item:1 and take its lock if it is free (one script)");
  for (const std::string property : {"refillable", "heals"})
    EXPECT_TRUE(contains(error_of([&] {
                           verdict(property, locks, {"read", "write"});
                         }),
                         "whether that runs out is not said"));
  EXPECT_EQ(verdict("coherent-at-rest", locks, {"read", "write"}), Verdict::kHolds);
  const Report unsaid = check(locks, scenario({"read", "write"}, {}, true), {});
  EXPECT_TRUE(std::none_of(unsaid.properties.begin(), unsaid.properties.end(),
                           [](const PropertyReport& each) { return each.property == "refillable"; }));
  EXPECT_TRUE(contains(describe(unsaid), "not checked: refillable. In line "));
  const Protocol timed = stale("get item:1 and take its lock for 30 s if it is free (one script)");
  EXPECT_EQ(verdict("refillable", timed, {"read", "write"}, {"crash"}, true), Verdict::kHolds)
      << "the lock of who is gone runs out";
}

// What a fill that never came leaves stale heals where the lock runs out; with a lease for ever it does not.
TEST(Heals, waits_for_the_time_of_the_lock_that_somebody_left_on_what_is_stale) {
  const auto stale = [](const std::string& get) {
    return read_protocol("sequenceDiagram\nNote over app: Read\napp->>cache: " + get +
                             "\nalt hit\ncache-->>app: value\nelse stale\ncache-->>app: stale value\nelse won\n"
                             "app->>database: SELECT item\napp->>cache: set item:1 if the lock is still mine (one "
                             "script)\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>cache: mark "
                             "item:1 as stale\n",
                         "s.mmd", {});
  };
  const std::vector<std::string> apps = {"read", "write"};
  const Protocol timed = stale("get item:1 and take its lock for 30 s if it is free (one script)");
  EXPECT_EQ(verdict("coherent-at-rest", timed, apps, {"lost-request@read"}, true), Verdict::kViolated);
  EXPECT_EQ(verdict("heals", timed, apps, {"lost-request@read"}, true), Verdict::kHolds);
  EXPECT_EQ(verdict("heals", stale("get item:1, take a lease if it is missing"), apps, {"lost-request@read"}, true),
            Verdict::kViolated);
}

}  // namespace
}  // namespace stalemate::model
