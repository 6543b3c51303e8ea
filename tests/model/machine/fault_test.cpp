// What each fault does, one small walk or search a claim; and what a time to live does, which is no fault.
#include "machine/fault.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

// A Read that takes what is there, and three Writes to try things on.
constexpr const char* kPage = R"(
# Read
```mermaid
sequenceDiagram
  participant app
  participant cache
  participant database
  app->>cache: Get value
```
# Write
```mermaid
sequenceDiagram
  participant app
  participant cache
  participant database
  app->>database: Set value
  app->>cache: Set value EX 60
```
)";

Play play(std::vector<std::string> apps, std::vector<std::string> faults, bool cached = false, int keys = 1) {
  return {read_protocol(kPage, "page.md", {}), scenario(std::move(apps), std::move(faults), cached, keys)};
}

using Names = std::vector<std::string>;

Verdict verdict_of(const std::string& page, const traces::Scenario& words) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  return check(read_page(page).value(), words, options).verdict;
}

TEST(LateRequest, the_session_goes_on_and_the_request_is_handled_at_any_later_moment) {
  Play late = play({"write; write"}, {"late-request@write:2=1"});
  late.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "late-request app1 write:2"});
  EXPECT_EQ(late.in_flight(), 1U);
  EXPECT_EQ(late.enabled(), (Names{"handle app1 write:2 ghost", "invoke app1 write k1 operation 2"}));
  late.take({"invoke app1 write", "handle app1 write:1 operation 2", "receive app1 write:1",
             "handle app1 write:2 operation 2"});
  EXPECT_EQ(late.cached(), 2);
  late.take({"handle app1 write:2 ghost"});
  EXPECT_EQ(late.cached(), 1) << "the older value, after the newer one";
  late.take({"receive app1 write:2"});
  EXPECT_TRUE(late.can("expire cache k1"));
}

TEST(LateRequest, is_worse_than_losing_it_where_the_late_one_is_overtaken) {
  EXPECT_EQ(verdict_of("cache-aside", scenario({"read; write"}, {"lost-message@read:5=1"})), Verdict::kHolds);
  EXPECT_EQ(verdict_of("cache-aside", scenario({"read; write"}, {"late-request@read:5=1"})), Verdict::kViolated);
}

TEST(Duplicate, the_copy_is_handled_a_second_time_and_nobody_gets_its_reply) {
  Play twice = play({"write", "write"}, {"duplicate@write:1=1"});
  twice.take({"invoke app1 write", "duplicate app1 write:1", "handle app1 write:1 ghost"});
  EXPECT_EQ(twice.stored(), 1);
  EXPECT_FALSE(twice.can("receive app1 write:1")) << "the copy's reply is not the request's";
  twice.take({"invoke app2 write", "handle app2 write:1"});
  EXPECT_EQ(twice.stored(), 2);
  twice.take({"handle app1 write:1"});
  EXPECT_EQ(twice.stored(), 1);
  EXPECT_TRUE(twice.can("receive app1 write:1"));
}

TEST(Error, the_server_has_done_nothing_and_who_asked_knows_at_once) {
  Play refused = play({"write"}, {"error@write:1=1"});
  refused.take({"invoke app1 write", "refuse app1 write:1"});
  EXPECT_EQ(refused.stored(), 1000);
  EXPECT_EQ(refused.in_flight(), 0U);
  EXPECT_EQ(refused.last().endings.at(0).kind, traces::Ending::Kind::kFailed) << "as where the database times out";
  Play goes_on = play({"write"}, {"error@write:2=1"});
  goes_on.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1"});
  EXPECT_TRUE(goes_on.can("refuse app1 write:2"));
  goes_on.take({"handle app1 write:2"});
  EXPECT_FALSE(goes_on.can("refuse app1 write:2")) << "it was done";
}

// A Write that deletes once more where a label says so.
std::string deletes_again(const std::string& label) {
  return std::string("# Read\n```mermaid\nsequenceDiagram\n  app->>cache: Get value\n  alt miss\n") +
         "    app->>database: Get value\n    app->>cache: Set value\n  end\n```\n# Write\n```mermaid\n" +
         "sequenceDiagram\n  app->>database: Set value\n  app->>cache: Delete value\n  alt " + label +
         "\n    app->>cache: Delete value\n  end\n```\n";
}

TEST(Error, is_a_failure_and_no_timeout) {
  const auto verdict = [](const std::string& label, const std::string& fault) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    return check(read_protocol(deletes_again(label), "page.md", {}), scenario({"write; read"}, {fault}, true), options)
        .verdict;
  };
  EXPECT_EQ(verdict("the cache fails", "error@write:2=1"), Verdict::kHolds);
  EXPECT_EQ(verdict("the cache fails", "lost-request@write:2=1"), Verdict::kHolds);
  EXPECT_EQ(verdict("timeout", "lost-request@write:2=1"), Verdict::kHolds);
  EXPECT_EQ(verdict("timeout", "error@write:2=1"), Verdict::kViolated) << "nobody waits for an answer in vain";
}

TEST(Cancel, the_operation_ends_and_its_session_and_its_instance_go_on) {
  Play gone = play({"write; write | read"}, {"cancel=1"});
  gone.take({"invoke app1.1 write", "handle app1.1 write:1", "cancel app1.1 write:1"});
  EXPECT_EQ(gone.last().endings.at(0).kind, traces::Ending::Kind::kFailed);
  EXPECT_EQ(gone.in_flight(), 0U) << "nobody gets the reply";
  EXPECT_EQ(gone.enabled(), (Names{"invoke app1.1 write k1 operation 2", "invoke app1.2 read k1"}));
}

TEST(Cancel, what_the_operation_awaits_may_still_be_handled_in_its_turn_and_takes_no_other_fault) {
  Play gone = play({"write; write"}, {"cancel=1", "lost-request=1"});
  gone.take({"invoke app1 write"});
  for (const std::string choice : {"1", "2"}) EXPECT_TRUE(gone.can("cancel app1 write:1 choice " + choice));
  gone.take({"cancel app1 write:1 choice 2"});
  EXPECT_EQ(gone.enabled(), (Names{"handle app1 write:1 ghost", "invoke app1 write k1 operation 2"}));
  gone.take({"invoke app1 write"});
  EXPECT_FALSE(gone.can("handle app1 write:1 operation 2")) << "it is behind the other, on one connection";
  gone.take({"handle app1 write:1 ghost", "handle app1 write:1 operation 2"});
  EXPECT_EQ(gone.stored(), 2);
  Play never = play({"write"}, {"cancel=1"});
  never.take({"invoke app1 write", "cancel app1 write:1 choice 1"});
  EXPECT_EQ(never.enabled(), Names{});
  EXPECT_EQ(never.stored(), 1000);
}

TEST(Cancel, of_a_write_leaves_the_old_entry_and_of_a_read_is_no_worse_than_the_read) {
  EXPECT_EQ(verdict_of("cache-aside", scenario({"write"}, {"cancel=1"}, true)), Verdict::kViolated);
  EXPECT_EQ(verdict_of("cache-aside", scenario({"read; write"}, {"cancel@read=*"})), Verdict::kHolds);
}

// Between the commit and what is in the app's own process, where no message travels.
TEST(Cancel, comes_before_a_call_too) {
  const std::string page = R"(
# Read
```mermaid
sequenceDiagram
  participant local as In-process cache
  app->>local: Get value
  alt miss
    app->>database: Get value
    app->>local: Set value
  end
```
# Write
```mermaid
sequenceDiagram
  participant local as In-process cache
  app->>database: Set value
  app->>local: Delete value
```
)";
  Play gone{read_protocol(page, "page.md", {}), scenario({"write"}, {"cancel=1"}, true)};
  gone.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1"});
  EXPECT_EQ(gone.enabled(), (Names{"call app1 write:2", "cancel app1 write:2"}));
  gone.take({"cancel app1 write:2"});
  EXPECT_EQ(gone.state().stores.at(0).entries.at(0).value, 1000) << "the local cache was never asked";
}

TEST(Crash, every_session_of_the_instance_ends_and_starts_nothing_more_and_others_go_on) {
  Play dead = play({"write; write | read", "read"}, {"crash=1"});
  dead.take({"invoke app1.1 write", "handle app1.1 write:1", "crash app1.1 write:1"});
  EXPECT_EQ(dead.in_flight(), 0U);
  EXPECT_EQ(dead.enabled(), Names{"invoke app2 read k1"});
}

TEST(Crash, which_of_its_requests_arrive_is_a_choice_and_it_takes_no_other_fault) {
  Play dead = play({"write | read"}, {"crash=1", "lost-request=1"});
  dead.take({"invoke app1.1 write", "invoke app1.2 read"});
  // Neither, the one, the other, both.
  for (const std::string choice : {"1", "2", "3", "4"}) EXPECT_TRUE(dead.can("crash app1.1 write:1 choice " + choice));
  EXPECT_FALSE(dead.can("crash app1.2 read:1 choice 1")) << "the instance crashes once, not once for each session";
  dead.take({"crash app1.1 write:1 choice 4"});
  EXPECT_EQ(dead.enabled(), (Names{"handle app1.1 write:1 ghost", "handle app1.2 read:1 ghost"}));
  dead.take({"handle app1.1 write:1 ghost"});
  EXPECT_EQ(dead.stored(), 1);
}

TEST(Evict, drops_the_entry_where_there_is_one) {
  EXPECT_FALSE(play({"read"}, {"evict=1"}).can("evict cache k1"));
  Play evicted = play({"read"}, {"evict=1"}, true);
  evicted.take({"evict cache k1"});
  EXPECT_EQ(evicted.cached(), std::nullopt);
  EXPECT_EQ(evicted.enabled(), Names{"invoke app1 read k1"}) << "there is nothing to drop any more";
  Play of_two = play({"read k1"}, {"evict=1"}, true, 2);
  EXPECT_TRUE(of_two.can("evict cache k1") && of_two.can("evict cache k2"));
  of_two.take({"evict cache k1"});
  EXPECT_EQ(of_two.enabled(), (Names{"invoke app1 read k1", "expire cache k2"})) << "the budget is used up";
}

TEST(CacheRestart, drops_everything_and_what_is_in_flight_stays) {
  Play restarted = play({"write"}, {"cache-restart=2"}, true);
  restarted.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "cache-restart"});
  EXPECT_EQ(restarted.cached(), std::nullopt);
  restarted.take({"handle app1 write:2"});
  EXPECT_EQ(restarted.cached(), 1);
  restarted.take({"cache-restart"});
  EXPECT_EQ(restarted.enabled(), Names{"receive app1 write:2"}) << "no entry, nothing to expire";
}

TEST(CacheFailover, only_the_last_change_is_lost) {
  Play over = play({"write; write"}, {"cache-failover=1"}, true);
  EXPECT_FALSE(over.can("cache-failover")) << "nothing changed yet";
  over.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
             "receive app1 write:2", "invoke app1 write", "handle app1 write:1", "receive app1 write:1",
             "handle app1 write:2"});
  EXPECT_EQ(over.cached(), 2);
  over.take({"cache-failover"});
  EXPECT_EQ(over.cached(), 1);
  EXPECT_TRUE(over.can("expire cache k1")) << "the time to live of the older entry is back with it";
}

TEST(CacheFailover, a_replica_without_the_last_set_of_all_is_empty_again) {
  Play over = play({"write"}, {"cache-failover=1"});
  over.take(
      {"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2", "cache-failover"});
  EXPECT_EQ(over.cached(), std::nullopt);
  EXPECT_EQ(over.enabled(), Names{"receive app1 write:2"}) << "the app does not know";
}

const Names kSetThrice = {
    "invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2", "receive app1 write:2",
    "invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2", "receive app1 write:2",
    "invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"};

TEST(CacheFailover, several_of_the_last_changes_may_be_lost) {
  const auto after = [](const std::string& fault, const std::string& step) {
    Play over = play({"write; write; write"}, {fault});
    return over.take(kSetThrice).take({step}).cached();
  };
  EXPECT_EQ(after("cache-failover:3", "cache-failover cache"), 2);
  EXPECT_EQ(after("cache-failover:3", "cache-failover missed 2"), 1);
  EXPECT_EQ(after("cache-failover:3", "cache-failover missed 3"), std::nullopt);
  Play two = play({"write; write; write"}, {"cache-failover:2"});
  two.take(kSetThrice);
  EXPECT_FALSE(two.can("cache-failover cache missed 3")) << "no more than the scenario says";
  two.take({"cache-failover missed 2"});
  EXPECT_FALSE(two.can("cache-failover cache")) << "the budget is spent";
}

TEST(CacheFailover, to_miss_more_is_offered_only_where_it_is_something_else) {
  Play over = play({"write"}, {"cache-failover:3"}, true);
  over.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(over.enabled(), (Names{"receive app1 write:2", "expire cache k1", "cache-failover cache"}));
  Play again = play({"write; write; write"}, {"cache-failover:3=2"});
  again.take(kSetThrice).take({"cache-failover missed 2"});
  EXPECT_FALSE(again.can("cache-failover cache missed 2")) << "the others have what the one that took over has";
}

// What the cache drops of itself, the replica keeps; it has what was there before the last command that changed it.
TEST(CacheFailover, an_eviction_a_restart_and_an_expiry_leave_the_replica_as_it_was) {
  const Names set_twice = {"invoke app1 write",   "handle app1 write:1",  "receive app1 write:1",
                           "handle app1 write:2", "receive app1 write:2", "invoke app1 write",
                           "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"};
  for (const std::string drop : {"evict cache k1", "cache-restart", "expire cache k1"}) {
    SCOPED_TRACE(drop);
    Play over = play({"write; write"}, {"evict", "cache-restart", "cache-failover"});
    over.take(set_twice).take({drop});
    EXPECT_EQ(over.cached(), std::nullopt);
    over.take({"cache-failover"});
    EXPECT_EQ(over.cached(), 1) << "the first set; only the second was missed";
  }
}

TEST(CacheFailover, what_the_cache_dropped_before_any_command_comes_back_too) {
  for (const std::string drop : {"evict cache k1", "cache-restart"}) {
    SCOPED_TRACE(drop);
    Play over = play({"read"}, {"evict", "cache-restart", "cache-failover=2"}, true);
    EXPECT_FALSE(over.can("cache-failover")) << "both have the same";
    over.take({drop, "cache-failover"});
    EXPECT_EQ(over.cached(), 1000);
    EXPECT_FALSE(over.can("cache-failover")) << "the replica of the one that took over has caught up";
  }
}

TEST(CacheFailover, a_command_that_changes_nothing_moves_no_side) {
  Play over = play({"write; write"}, {"cache-restart", "cache-failover"});
  over.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
             "receive app1 write:2", "cache-restart", "invoke app1 write", "handle app1 write:1",
             "receive app1 write:1", "handle app1 write:2", "cache-failover"});
  EXPECT_EQ(over.cached(), std::nullopt) << "the set after the restart changed the cache: before it there was nothing";
}

// The delete after the restart finds nothing, so the replica is still as before the Write's own set.
TEST(CacheFailover, a_restart_before_the_delete_leaves_the_replica_with_the_old_entry) {
  const Protocol protocol = read_lines(
      "Note over app: Read\napp->>cache: Get value\n"
      "Note over app: Write\napp->>cache: Set value\napp->>database: Set value\napp->>cache: Delete value\n");
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  const auto verdict = [&](std::vector<std::string> faults) {
    return check(protocol, scenario({"write"}, std::move(faults), true), options).verdict;
  };
  EXPECT_EQ(verdict({"cache-failover", "cache-restart"}), Verdict::kViolated);
  EXPECT_EQ(verdict({"cache-failover", "evict"}), Verdict::kViolated);
}

TEST(Expiry, what_was_stored_with_a_time_to_live_may_go_and_nothing_else) {
  EXPECT_TRUE(play({"read"}, {}, true).can("expire cache k1")) << "at the start it has what a fill would give it";
  Play stored = play({"write"}, {});
  stored.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_TRUE(stored.can("expire cache k1"));
  stored.take({"expire cache k1"});
  EXPECT_EQ(stored.cached(), std::nullopt);
  EXPECT_EQ(stored.enabled(), Names{"receive app1 write:2"});
  std::string for_ever = kPage;
  for_ever.replace(for_ever.find("app->>cache: Get value"), 22, "app->>database: Get value\n  app->>cache: Set value");
  Play kept(read_protocol(for_ever, "page.md", {}), scenario({"read", "write"}, {}));
  kept.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:2"});
  EXPECT_FALSE(kept.can("expire cache k1")) << "it was stored without one";
}

TEST(Expiry, an_armed_time_to_live_does_not_keep_the_system_from_rest) {
  const Protocol protocol = read_protocol(kPage, "page.md", {});
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  const Report report = check(protocol, scenario({"write"}, {"lost-request@write:2"}, true), options);
  EXPECT_EQ(report.verdict, Verdict::kViolated) << "a stale entry that has not expired yet";
  options.exhaust = true;
  EXPECT_EQ(check(protocol, scenario({"write"}, {}), options).verdict, Verdict::kHolds);
}

// What a Read stores is what says it; what a Write stores, where no Read stores anything.
TEST(Expiry, what_is_cached_at_the_start_has_the_time_to_live_of_a_fill) {
  const auto expires = [](const std::string& read, const std::string& write) {
    const Protocol protocol =
        read_lines("Note over app: Read\napp->>cache: Get value\nalt miss\napp->>database: Get value\n" + read +
                   "end\nNote over app: Write\napp->>database: Set value\n" + write);
    return Play(protocol, scenario({"read"}, {}, true)).can("expire cache k1");
  };
  const std::string forever = "app->>cache: Set value\n";
  const std::string for_a_while = "app->>cache: Set value EX 60\n";
  EXPECT_TRUE(expires(for_a_while, "app->>cache: Delete value\n"));
  EXPECT_TRUE(expires(for_a_while, forever)) << "a Write's set is no fill where Reads fill";
  EXPECT_FALSE(expires(forever, for_a_while));
  EXPECT_FALSE(expires(for_a_while + forever, "")) << "only one of two gives it";
}

TEST(Faults, of_the_cache_never_happen_where_there_is_none_and_are_aimed_at_nothing_else) {
  const Protocol alone = read_page("database-only").value();
  const Protocol cached = read_page("cache-aside").value();
  for (const FaultKind& kind : fault_kinds()) {
    if (kind.server() == nullptr) continue;
    const std::string name(kind.name);
    CheckOptions options;
    options.properties = {"fresh-reads"};
    const Report report = check(alone, scenario({"read", "write"}, {name}), options);
    EXPECT_EQ(report.verdict, Verdict::kInconclusive) << name;
    EXPECT_NE(report.properties.at(0).why.find(name), std::string::npos) << report.properties.at(0).why;
    EXPECT_NE(error_of([&] { Walk(cached, scenario({"read"}, {name + "@read:1"}), {}); }), "no error") << name;
  }
}

TEST(Faults, any_stands_for_each_that_fits) {
  const auto kinds_at_first_message = [](const std::string& page, bool cached) {
    Walk walk(read_page(page).value(), scenario({"write"}, {"any=1"}, cached), {});
    walk.take(find_step(walk.trace(), walk.enabled(), "invoke app1 write", "here"));
    std::set<std::string_view> kinds;
    for (const traces::Step& step : walk.enabled()) kinds.insert(to_string(step.kind));
    return kinds;
  };
  using Kinds = std::set<std::string_view>;
  EXPECT_EQ(kinds_at_first_message("database-only", false),
            (Kinds{"handle", "lose-request", "late-request", "duplicate", "refuse", "cancel", "crash"}));
  EXPECT_EQ(kinds_at_first_message("cache-aside", true),
            (Kinds{"handle", "lose-request", "late-request", "duplicate", "refuse", "cancel", "crash", "evict",
                   "cache-restart"}));
}

}  // namespace
}  // namespace stalemate::model
