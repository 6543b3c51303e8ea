// A cache that asks the database itself: on a miss (read-through), before it answers a set (write-through), or after it
// (write-behind). That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kReadThrough =
    "Note over app: Read\napp->>cache: get item\nalt hit\ncache-->>app: value\nelse miss\ncache->>database: get item\n"
    "database-->>cache: row\ncache-->>app: value\nend\n";
const std::string kDeletes = "Note over app: Write\napp->>database: set item\napp->>cache: delete item\n";
const std::string kWriteThrough =
    "Note over app: Write\napp->>cache: set item\ncache->>database: set item\ndatabase-->>cache: ok\ncache-->>app: "
    "ok\n";
const std::string kWriteBehind =
    "Note over app: Write\napp->>cache: set item\ncache-->>app: ok\ncache-)database: flush item\n";

Protocol page(const std::string& lines) { return read_protocol("sequenceDiagram\n" + lines, "p.mmd", {}); }

Play play(const std::string& lines, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(page(lines), scenario(apps, faults, cached));
}

Verdict verdict(const std::string& lines, const std::vector<std::string>& apps, const std::vector<std::string>& faults,
                bool cached, const std::string& property = "coherent-at-rest") {
  CheckOptions options;
  options.properties = {property};
  return check(page(lines), scenario(apps, faults, cached), options).verdict;
}

TEST(PassedOn, a_miss_is_answered_once_the_database_has_answered_the_cache) {
  Play one = play(kReadThrough + kDeletes, {"read"});
  one.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_FALSE(one.last().reply);
  ASSERT_EQ(one.last().sends.size(), 1U);
  EXPECT_EQ(one.last().sends.front().from, "cache");
  EXPECT_EQ(one.in_flight(), 1U) << "what the cache asks; the app waits for the cache alone";
  one.take({"handle app1 read:3"});
  ASSERT_EQ(one.last().sends.size(), 1U);
  EXPECT_EQ(one.last().sends.front().from, "database");
  EXPECT_FALSE(one.cached());
  one.take({"handle app1 read:4"});
  EXPECT_EQ(one.cached(), 1000);
  EXPECT_EQ(one.last().answers, 1);
  ASSERT_TRUE(one.last().reply);
  EXPECT_EQ(one.last().reply->outcome, "loaded");
  one.take({"receive app1 read:1"});
  ASSERT_EQ(one.last().endings.size(), 1U);
  EXPECT_EQ(one.last().endings.front().value, 1000);
}

TEST(PassedOn, a_hit_asks_nobody_else) {
  Play one = play(kReadThrough + kDeletes, {"read"}, {}, true);
  one.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_TRUE(one.last().sends.empty());
  ASSERT_TRUE(one.last().reply);
  EXPECT_EQ(one.last().reply->outcome, "value");
}

TEST(PassedOn, what_the_database_answered_a_cache_may_come_too_late) {
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read", "write"}, {}, false), Verdict::kViolated);
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; read", "write"}, {}, true), Verdict::kHolds)
      << "it misses behind the delete alone, and the row is new by then";
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; write"}, {}, false), Verdict::kHolds) << "one after the other";
}

// The app gives up, or dies, and the cache goes on with what it was asked.
TEST(PassedOn, the_cache_goes_on_for_who_waits_no_more) {
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; write"}, {"late-request=1"}, false), Verdict::kViolated);
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; write"}, {"cancel=1"}, false), Verdict::kViolated);
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; write"}, {"duplicate=1"}, false), Verdict::kViolated);
  EXPECT_EQ(verdict(kReadThrough + kDeletes, {"read; write"}, {"lost-message@read=1"}, false), Verdict::kHolds)
      << "what is lost is nowhere";
  Play one = play(kReadThrough + kDeletes, {"read | write"}, {"crash=1"});
  one.take({"invoke app1.1 read", "handle app1.1 read:1", "handle app1.1 read:3", "crash app1.1 read:1"});
  EXPECT_EQ(one.in_flight(), 1U) << "the database's answer to the cache";
  one.take({"handle app1.1 read:4"});
  EXPECT_EQ(one.cached(), 1000);
}

TEST(PassedOn, who_waits_for_a_message_that_is_lost_times_out) {
  Play one = play(kReadThrough + kDeletes, {"read"}, {"lost-message=1"});
  one.take({"invoke app1 read", "handle app1 read:1", "lose-request app1 read:3"});
  ASSERT_EQ(one.last().endings.size(), 1U);
  EXPECT_EQ(one.last().endings.front().kind, traces::Ending::Kind::kFailed) << "there is nothing it could go on with";
  Play other = play(kReadThrough + kDeletes, {"read"}, {"lost-message=1"});
  other.take({"invoke app1 read", "handle app1 read:1", "handle app1 read:3", "lose-request app1 read:4"});
  EXPECT_EQ(other.last().endings.front().kind, traces::Ending::Kind::kFailed);
  EXPECT_FALSE(other.cached());
}

TEST(PassedOn, a_cache_that_starts_again_forgets_what_it_was_about_to_do) {
  Play one = play(kReadThrough + kDeletes, {"read"}, {"cache-restart=1"});
  one.take({"invoke app1 read", "handle app1 read:1", "handle app1 read:3", "cache-restart cache"});
  EXPECT_EQ(one.in_flight(), 0U);
  ASSERT_EQ(one.enabled(), std::vector<std::string>{"give-up app1 read:1"});
  one.take({"give-up app1 read:1"});
  EXPECT_EQ(one.last().endings.front().kind, traces::Ending::Kind::kFailed);
}

TEST(PassedOn, a_write_through_is_answered_by_the_database) {
  Play one = play(kReadThrough + kWriteThrough, {"write"});
  one.take({"invoke app1 write", "handle app1 write:1"});
  EXPECT_EQ(one.cached(), 1) << "kept as soon as it is asked";
  EXPECT_EQ(one.stored(), 1000);
  EXPECT_FALSE(one.last().reply);
  one.take({"handle app1 write:2"});
  EXPECT_EQ(one.stored(), 1);
  EXPECT_EQ(one.last().answers, 1);
  one.take({"receive app1 write:1"});
  EXPECT_EQ(one.last().endings.front().kind, traces::Ending::Kind::kReturned);
}

TEST(PassedOn, a_cache_may_keep_what_it_is_to_set_only_once_the_database_has_it) {
  const std::string later =
      "Note over app: Write\napp->>cache: set item\ncache->>database: set item\ndatabase-->>cache: ok\n"
      "cache->>cache: set item, TTL 60\ncache-->>app: ok\n";
  Play one = play(kReadThrough + later, {"write"});
  one.take({"invoke app1 write", "handle app1 write:1"});
  EXPECT_FALSE(one.cached());
  one.take({"handle app1 write:2"});
  EXPECT_FALSE(one.cached());
  one.take({"handle app1 write:3"});
  EXPECT_EQ(one.cached(), 1);
  EXPECT_TRUE(one.can("expire cache k1"));
  EXPECT_EQ(verdict(kReadThrough + later, {"write", "read"}, {"lost-message=1"}, false, "committed-reads"),
            Verdict::kHolds);
  EXPECT_EQ(verdict(kReadThrough + kWriteThrough, {"write", "read"}, {"lost-message=1"}, false, "committed-reads"),
            Verdict::kViolated)
      << "what it keeps at once may never come to the database";
}

TEST(PassedOn, two_writes_through_a_cache_may_reach_the_database_the_other_way_round) {
  EXPECT_EQ(verdict(kReadThrough + kWriteThrough, {"write"}, {}, true), Verdict::kHolds);
  EXPECT_EQ(verdict(kReadThrough + kWriteThrough, {"write", "write"}, {}, true), Verdict::kViolated);
}

TEST(PassedOn, a_write_behind_is_answered_before_the_database_has_it) {
  Play one = play(kReadThrough + kWriteBehind, {"write"});
  one.take({"invoke app1 write", "handle app1 write:1"});
  ASSERT_TRUE(one.last().reply);
  EXPECT_EQ(one.in_flight(), 2U);
  one.take({"receive app1 write:1"});
  EXPECT_EQ(one.last().endings.front().kind, traces::Ending::Kind::kReturned);
  EXPECT_EQ(one.stored(), 1000);
  one.take({"handle app1 write:3"});
  EXPECT_EQ(one.stored(), 1);
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write", "read"}, {}, true), Verdict::kHolds);
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write", "read"}, {}, true, "acknowledged-survives"),
            Verdict::kHolds);
}

// What was acknowledged is in the cache's memory alone until it is flushed.
TEST(PassedOn, what_a_cache_asks_and_what_the_app_asks_go_over_connections_of_their_own) {
  Play behind = play("Note over app: Read\napp->>database: get item\n" + kWriteBehind, {"write; read"});
  behind.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "invoke app1 read"});
  EXPECT_TRUE(behind.can("handle app1 write:3")) << testing::PrintToString(behind.enabled());
  EXPECT_TRUE(behind.can("handle app1 read:1 operation 2")) << "before what the cache has sent";
}

TEST(PassedOn, a_cache_that_starts_again_may_lose_what_it_has_acknowledged) {
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write", "read"}, {"cache-restart=1"}, true, "acknowledged-survives"),
            Verdict::kViolated);
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write", "read"}, {"crash=1"}, true, "acknowledged-survives"),
            Verdict::kHolds)
      << "the app may die: the cache has it";
  EXPECT_EQ(
      verdict(kReadThrough + kWriteThrough, {"write", "read"}, {"cache-restart=1"}, true, "acknowledged-survives"),
      Verdict::kHolds);
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write"}, {"lost-reply@write:1=1"}, true), Verdict::kHolds)
      << "the cache was asked, so the database will be";
  EXPECT_EQ(verdict(kReadThrough + kWriteBehind, {"write"}, {"lost-request@write:3=1"}, true), Verdict::kViolated);
}

TEST(PassedOn, a_write_through_that_failed_is_in_doubt) {
  EXPECT_EQ(verdict(kReadThrough + kWriteThrough, {"write", "read"}, {"lost-message=1"}, true, "fresh-reads"),
            Verdict::kHolds);
}

// What a cache has passed on and its restart do not commute, whoever else does something.
TEST(PassedOn, a_restart_is_tried_before_what_was_passed_on_arrives) {
  CheckOptions options;
  options.properties = {"acknowledged-survives"};
  options.reductions = Reductions::all();
  const traces::Scenario words = scenario({"write"}, {"cache-restart=1"}, true);
  EXPECT_EQ(check(page(kReadThrough + kWriteBehind), words, options).verdict, Verdict::kViolated);
}

TEST(PassedOn, a_write_through_whose_set_of_the_database_is_lost_is_in_doubt_though_the_app_goes_on) {
  traces::Scenario words = scenario({"write", "read"}, {"lost-request@write:2=1"}, true);
  words.on_database_timeout = "continue";
  CheckOptions options;
  options.properties = {"acknowledged-survives"};
  EXPECT_EQ(check(page(kReadThrough + kWriteThrough), words, options).verdict, Verdict::kHolds);
}

TEST(PassedOn, of_several_that_a_cache_has_passed_on_the_youngest_are_lost) {
  const std::vector<std::string> both = {"invoke app1 write",
                                         "handle app1 write:1",
                                         "receive app1 write:1",
                                         "invoke app1 write operation 2",
                                         "handle app1 write:1 operation 2",
                                         "receive app1 write:1 operation 2"};
  Play two = play(kReadThrough + kWriteBehind, {"write; write"}, {"cache-restart=1"}, true);
  two.take(both);
  EXPECT_EQ(two.in_flight(), 2U);
  for (std::size_t left = 0; left <= 2; ++left) {
    Play one = play(kReadThrough + kWriteBehind, {"write; write"}, {"cache-restart=1"}, true);
    one.take(both);
    std::vector<std::string> restarts;
    for (const std::string& step : one.enabled())
      if (step.starts_with("cache-restart")) restarts.push_back(step);
    ASSERT_EQ(restarts.size(), 3U);
    EXPECT_EQ(restarts.at(1), "cache-restart cache choice 2");
    one.take({restarts.at(2 - left)});
    EXPECT_EQ(one.in_flight(), left);
  }
}

TEST(PassedOn, a_restart_with_more_outcomes_than_can_be_told_apart_is_refused) {
  const auto many = [](std::size_t sessions) { return std::vector<std::string>(sessions, "write"); };
  EXPECT_NO_THROW(make_machine(page(kReadThrough + kWriteBehind), scenario(many(16), {"cache-restart=1"}), {},
                               Granularity::kPlain));
  EXPECT_THROW(
      make_machine(page(kReadThrough + kWriteBehind), scenario(many(17), {"cache-restart=1"}), {}, Granularity::kPlain),
      InputError);
}

TEST(PassedOn, orders_are_not_counted) {
  CheckOptions options;
  options.count_schedules = true;
  EXPECT_THROW(check(page(kReadThrough + kDeletes), scenario({"read", "write"}, {}), options), InputError);
}

}  // namespace
}  // namespace stalemate::model
