// The properties beside coherent-at-rest and fresh-reads, one small search a claim. That they agree with an independent
// reading of their definitions over random protocols is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

const std::string kRead =
    "Note over app: Read\napp->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
    "app->>cache: Set value\n";

struct Found {
  Verdict verdict = Verdict::kInconclusive;
  std::size_t steps = 0;
};
Found ask(const std::string& property, const std::string& write, std::vector<std::string> apps,
          std::vector<std::string> faults = {}, bool cached = false, const std::string& read = kRead) {
  CheckOptions options;
  options.properties = {property};
  const Report report =
      check(read_protocol("sequenceDiagram\n" + read + "Note over app: Write\n" + write, "page.mmd", {}),
            scenario(std::move(apps), std::move(faults), cached), options);
  return {report.verdict, report.trace ? report.trace->steps.size() : 0};
}
Verdict verdict(const std::string& property, const std::string& write, std::vector<std::string> apps,
                std::vector<std::string> faults = {}, bool cached = false) {
  return ask(property, write, std::move(apps), std::move(faults), cached).verdict;
}

const std::string kNeverInvalidated = "app->>database: Set value\n";
const std::string kInvalidates = "app->>database: Set value\napp->>cache: Delete value\n";

TEST(ReadYourWrites, breaks_where_a_session_reads_what_stood_in_the_cache_before_it_wrote) {
  // Its write: invoked, handled, received; its read: invoked, handled, received.
  const Found found = ask("read-your-writes", kNeverInvalidated, {"write; read"}, {}, true);
  EXPECT_EQ(found.verdict, Verdict::kViolated);
  EXPECT_EQ(found.steps, 6U);
  EXPECT_EQ(verdict("read-your-writes", kInvalidates, {"write; read"}, {}, true), Verdict::kHolds);
}

TEST(ReadYourWrites, is_about_the_writes_of_its_own_session_alone) {
  const std::vector<std::string> apps = {"read; read", "write"};
  EXPECT_EQ(verdict("fresh-reads", kNeverInvalidated, apps, {}, true), Verdict::kViolated);
  EXPECT_EQ(verdict("read-your-writes", kNeverInvalidated, apps, {}, true), Verdict::kInconclusive)
      << "no session reads after a write of its own";
  EXPECT_EQ(verdict("read-your-writes", kInvalidates, {"write; read", "read"}, {}, false), Verdict::kViolated)
      << "a slow reader fills the cache with what was there before";
}

TEST(MonotonicReads, breaks_where_a_session_reads_the_new_value_and_then_the_old_one) {
  // Read past the cache by a look-up that times out, then from the cache.
  const Found found = ask("monotonic-reads", kNeverInvalidated, {"read; read", "write"}, {"lost-request@read:1"}, true,
                          "Note over app: Read\napp->>cache: Get value\ncache-->>app: Does not exist\n"
                          "app->>database: Get value\n");
  EXPECT_EQ(found.verdict, Verdict::kViolated);
  // The write: invoked and handled; the first read: invoked, its look-up lost, handled, received; the second: invoked,
  // handled, received.
  EXPECT_EQ(found.steps, 9U);
  EXPECT_EQ(verdict("monotonic-reads", kNeverInvalidated, {"read; read", "write"}, {}, true), Verdict::kHolds)
      << "what is cached stays";
  EXPECT_EQ(verdict("monotonic-reads", kNeverInvalidated, {"read", "write"}), Verdict::kInconclusive);
}

TEST(MonotonicReads, what_is_committed_again_is_the_newest_again) {
  const Protocol protocol = read_protocol(
      "sequenceDiagram\nNote over app: Read\napp->>database: Get value\nNote over app: Write\n" + kNeverInvalidated,
      "page.mmd", {});
  Play play(protocol, scenario({"read; read", "write", "write"}, {"duplicate@write"}), {"monotonic-reads"});
  play.take({"invoke app2 write", "duplicate app2 write:1", "handle app2 write:1", "invoke app3 write",
             "handle app3 write:1", "invoke app1 read", "handle app1 read:1", "receive app1 read:1",
             "handle app2 write:1 ghost", "invoke app1 read", "handle app1 read:1 operation 2",
             "receive app1 read:1 operation 2"});
  ASSERT_EQ(play.last().endings.size(), 1U);
  EXPECT_EQ(play.last().endings.front().value, 1) << "after it had returned 2";
  EXPECT_TRUE(play.last().violates.empty());
}

TEST(CommittedReads, a_cached_value_that_the_database_never_gets_breaks_it) {
  const std::string cache_first = "app->>cache: Set value\napp->>database: Set value\n";
  EXPECT_EQ(verdict("committed-reads", cache_first, {"write"}, {"lost-request@write:2"}), Verdict::kViolated);
  EXPECT_EQ(verdict("committed-reads", cache_first, {"write"}), Verdict::kHolds)
      << "it is committed by the time of rest";
  EXPECT_EQ(verdict("committed-reads", kInvalidates, {"read", "write"}, {"lost-message"}), Verdict::kHolds);
}

TEST(CommittedReads, a_value_that_was_read_and_is_never_committed_breaks_it_though_no_cache_holds_it) {
  const std::string write =
      "app->>cache: Set value\napp->>database: Set value\nalt timeout\napp->>cache: Delete value\nend\n";
  EXPECT_EQ(verdict("committed-reads", write, {"write", "read"}, {"lost-request@write:2"}), Verdict::kViolated);
  EXPECT_EQ(verdict("committed-reads", write, {"write"}, {"lost-request@write:2"}), Verdict::kHolds);
}

TEST(AcknowledgedSurvives, breaks_where_the_write_behind_is_lost_and_holds_where_it_comes_late) {
  const std::string behind = "user->>app: save\napp->>cache: Set value\napp-->>user: done\napp-)database: Set value\n";
  EXPECT_EQ(verdict("acknowledged-survives", behind, {"write"}, {"lost-request"}), Verdict::kViolated);
  EXPECT_EQ(verdict("acknowledged-survives", behind, {"write"}), Verdict::kHolds);
  EXPECT_EQ(verdict("acknowledged-survives", kInvalidates, {"write"}, {"lost-message"}), Verdict::kHolds)
      << "who is not answered is not told that it is done";
  EXPECT_EQ(verdict("acknowledged-survives", kInvalidates, {"read"}), Verdict::kInconclusive);
}

TEST(Heals, breaks_where_a_wrong_entry_has_no_time_to_live) {
  EXPECT_EQ(verdict("heals", kNeverInvalidated, {"read", "write"}), Verdict::kViolated);
  const std::string lives =
      "Note over app: Read\napp->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
      "app->>cache: Set value, TTL 60\n";
  EXPECT_EQ(ask("heals", kNeverInvalidated, {"read", "write"}, {}, false, lives).verdict, Verdict::kHolds);
  EXPECT_EQ(ask("coherent-at-rest", kNeverInvalidated, {"read", "write"}, {}, false, lives).verdict,
            Verdict::kViolated);
}

TEST(NoExpiry, holds_every_timer_that_stays_armed_all_the_same) {
  const std::string lives = "app->>database: Set value\napp->>cache: Set value, TTL 60\n";
  traces::Scenario words = scenario({"write"}, {});
  const Protocol protocol =
      read_protocol("sequenceDiagram\n" + kRead + "Note over app: Write\n" + lives, "page.mmd", {});
  for (const bool held : {false, true}) {
    words.no_expiry = held;
    Play play(protocol, words);
    play.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
    EXPECT_EQ(play.can("expire cache k1"), !held);
    const traces::State now = play.state();
    EXPECT_TRUE(cache_of(now).at(0).expires);
  }
}

TEST(FaultAims, at_a_server_or_a_kind_of_operation_strike_nothing_else) {
  const Protocol protocol =
      read_protocol("sequenceDiagram\n" + kRead + "Note over app: Write\n" + kInvalidates, "page.mmd", {});
  Play play(protocol, scenario({"read", "write"}, {"lost-request@cache", "late-request@read", "duplicate@database=2"}));
  play.take({"invoke app1 read", "invoke app2 write"});
  EXPECT_TRUE(play.can("lose-request app1 read:1"));
  EXPECT_TRUE(play.can("late-request app1 read:1 budget 2"));
  EXPECT_FALSE(play.can("duplicate app1 read:1 budget 3"));
  EXPECT_FALSE(play.can("lose-request app2 write:1"));
  EXPECT_FALSE(play.can("late-request app2 write:1 budget 2"));
  EXPECT_TRUE(play.can("duplicate app2 write:1 budget 3"));
}

TEST(Unlimited, a_fault_without_a_budget_strikes_as_often_as_it_can) {
  const Protocol protocol =
      read_protocol("sequenceDiagram\n" + kRead + "Note over app: Write\n" + kInvalidates, "page.mmd", {});
  Play play(protocol, scenario({"write; write; write"}, {"lost-request@cache=*"}));
  for (int i = 1; i <= 3; ++i) {
    const std::string which = i == 1 ? "" : " operation " + std::to_string(i);
    play.take({"invoke app1 write" + which, "handle app1 write:1" + which, "receive app1 write:1" + which,
               "lose-request app1 write:2" + which});
  }
  EXPECT_EQ(play.stored(), 3);
}

// Each violation is told by what broke it.
TEST(TellingProperties, a_violation_is_told_by_what_was_read_held_or_lost) {
  const auto told = [](const std::string& property, const std::string& write, std::vector<std::string> apps,
                       std::vector<std::string> faults, bool cached) {
    CheckOptions options;
    options.properties = {property};
    const Protocol protocol =
        read_protocol("sequenceDiagram\n" + kRead + "Note over app: Write\n" + write, "page.mmd", {});
    const Report report = check(protocol, scenario(std::move(apps), std::move(faults), cached), options);
    return report.trace ? traces::find_renderer("text")->render(*report.trace, {}) : std::string("no violation");
  };
  const std::string backwards = told("monotonic-reads", kNeverInvalidated, {"read; read", "write"},
                                     {"lost-request@read:1", "lost-request@read:4"}, true);
  EXPECT_TRUE(contains(backwards, "returned 1000 (step ")) << backwards;
  EXPECT_TRUE(contains(backwards, "although the same session had read 1 before (step ")) << backwards;
  const std::string cache_first = "app->>cache: Set value\napp->>database: Set value\n";
  EXPECT_TRUE(contains(told("committed-reads", cache_first, {"write"}, {"lost-request@write:2"}, false),
                       "At rest the cache holds k1=1, which the database never had."));
  const std::string behind = "user->>app: save\napp->>cache: Set value\napp-->>user: done\napp-)database: Set value\n";
  EXPECT_TRUE(contains(told("acknowledged-survives", behind, {"write"}, {"lost-request"}, false),
                       "app1's Write of k1=1 was acknowledged (step "));
}

// What was read before it was committed is committed while a later read's reply is on its way: a search that takes a
// reply in the step that makes it would not see it.
TEST(MonotonicReads, are_looked_at_step_by_step) {
  const std::string page =
      "sequenceDiagram\nNote over app: Read\napp->>database: Get value\nopt hit\napp->>cache: Get value\ncache-->>app: "
      "Does not exist\nend\napp->>database: Get value\nNote over app: Write\napp-)cache: Set value\napp->>cache: "
      "Delete value\napp->>database: Set value\n";
  for (const bool reduced : {false, true}) {
    CheckOptions options;
    options.properties = {"monotonic-reads"};
    options.reductions = reduced ? Reductions::all() : Reductions{};
    const Report report = check(read_protocol(page, "m.mmd", {}), scenario({"read; read", "write"}, {}), options);
    EXPECT_EQ(report.verdict, Verdict::kViolated) << reduced;
    EXPECT_EQ(report.trace->steps.size(), 17U) << reduced;
  }
}

}  // namespace
}  // namespace stalemate::model
