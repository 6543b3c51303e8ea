// App instances that start again (app-restart): what they had under way is over, what they sent may yet arrive, what
// their process held is gone, and their sessions go on. That a search agrees is held by the reference
// (tests/model/reference).
#include <gtest/gtest.h>

#include "ask/check.hpp"
#include "ask/explain.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

using Names = std::vector<std::string>;

const std::string kRead =
    "sequenceDiagram\nNote over app: Read\napp->>cache: Get value\nopt miss\napp->>database: Get "
    "value\napp->>cache: Set value\nend\n";
const std::string kDeletesFirst =
    kRead + "Note over app: Write\napp->>cache: Delete value\napp->>database: Set value\n";
const std::string kUnawaited = kRead +
                               "Note over app: Write\napp-)cache: Set value\napp-)cache: Delete "
                               "value\napp->>database: Set value\n";
const std::string kLocal =
    "sequenceDiagram\nparticipant near as In-process cache\nNote over app: Read\napp->>near: GET item:1\nalt "
    "hit\nnear-->>app: value\nelse miss\napp->>database: SELECT item\napp->>near: SET item:1\nend\nNote over app: "
    "Write\napp->>database: UPDATE item\n";

Play play(const std::string& text, const Names& apps, const Names& faults, bool cached = false) {
  return Play(read_protocol(text, "s.mmd", {}), scenario(apps, faults, cached));
}

// What the cache in the process of app1 has.
std::optional<std::int64_t> in_process(const Play& play) {
  const traces::State state = play.state();
  return traces::entries_of(state, "local cache of app1").at(0).value;
}

Report report(const std::string& text, const traces::Scenario& words, const std::string& property) {
  CheckOptions options;
  options.properties = {property};
  return check(read_protocol(text, "s.mmd", {}), words, options);
}

TEST(Restarts, a_session_goes_on_with_its_next_operation) {
  Play again = play(kDeletesFirst, {"write; read | read"}, {"app-restart"});
  again.take({"invoke app1.1 write", "handle app1.1 write:1", "receive app1.1 write:1"});
  Play dead = play(kDeletesFirst, {"write; read | read"}, {"crash"});
  dead.take({"invoke app1.1 write", "handle app1.1 write:1", "receive app1.1 write:1"});
  again.take({"app-restart app1.1 write:2 choice 1"});
  dead.take({"crash app1.1 write:2 choice 1"});
  EXPECT_EQ(again.enabled(), (Names{"invoke app1.1 read k1 operation 2", "invoke app1.2 read k1"}));
  EXPECT_EQ(dead.enabled(), Names{});
  EXPECT_EQ(again.in_flight(), 0U) << "choice 1: nothing of it arrives";
}

// What was sent before it died comes over a connection that nobody has any more: at any moment, and to nobody.
TEST(Restarts, what_was_sent_before_may_arrive_at_any_moment_and_to_nobody) {
  Play late = play(kDeletesFirst, {"write; read"}, {"app-restart"});
  late.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "app-restart app1 write:2 choice 2"});
  late.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1"});
  EXPECT_TRUE(late.can("handle app1 read:2 operation 2")) << "the new process has a new connection";
  EXPECT_TRUE(late.can("handle app1 write:2 ghost"));
  late.take({"handle app1 read:2", "handle app1 write:2 ghost"});
  EXPECT_TRUE(late.last().is_ghost);
  EXPECT_FALSE(late.last().reply) << "nobody waits for it";
  late.take({"receive app1 read:2", "handle app1 read:3", "receive app1 read:3"});
  EXPECT_EQ(late.last().violates, Names{"coherent-at-rest"});
}

// Over one connection what was sent before is handled in order, and the first few of it alone; from a pool, whichever.
TEST(Restarts, what_was_sent_keeps_its_order_on_its_own_connection) {
  const Names sent = {"invoke app1 write"};
  const auto left = [&](const std::string& connections) {
    traces::Scenario words = scenario({"write; write"}, {"app-restart@cache"});
    words.connections = connections;
    Play play(read_protocol(kUnawaited, "s.mmd", {}), words);
    play.take(sent);
    std::size_t ways = 0;
    for (const std::string& name : play.enabled()) ways += name.starts_with("app-restart") ? 1U : 0U;
    return ways;
  };
  EXPECT_EQ(left("one"), 3U * 2U) << "none, one or both at the cache, and the row's change or not";
  EXPECT_EQ(left("pool"), 4U * 2U);
  Play order = play(kUnawaited, {"write; write"}, {"app-restart=2"});
  order.take(sent).take({"app-restart app1 write:3 choice 3"});
  EXPECT_EQ(order.in_flight(), 2U);
  order.take({"invoke app1 write"});
  EXPECT_TRUE(order.can("handle app1 write:1 ghost"));
  EXPECT_FALSE(order.can("handle app1 write:2 ghost")) << "behind what was sent before it";
  EXPECT_TRUE(order.can("handle app1 write:1 operation 2")) << "not behind what an earlier process has sent";
  // What the first process left is no choice of the second one's end.
  std::size_t ways = 0;
  for (const std::string& name : order.enabled()) ways += name.starts_with("app-restart") ? 1U : 0U;
  EXPECT_EQ(ways, 3U * 2U);
  order.take({"app-restart app1 write:3 choice 1"});
  EXPECT_EQ(order.in_flight(), 2U);
  EXPECT_EQ(order.enabled(), Names{"handle app1 write:1 ghost"});
}

TEST(Restarts, empty_what_was_in_the_process) {
  Play busy = play(kLocal, {"read; write"}, {"app-restart"}, true);
  busy.take({"invoke app1 read", "app-restart app1 read:1"});
  EXPECT_EQ(in_process(busy), std::nullopt);
  EXPECT_EQ(busy.enabled(), Names{"invoke app1 write k1 operation 2"});
}

// Nothing of it need be under way, if there is anything to lose; then it is told by its cache, as what befalls that.
TEST(Restarts, may_come_while_nothing_is_under_way) {
  const std::string kIdle = "idle-restart";
  Play idle = play(kLocal, {"read; read", "write"}, {"app-restart"}, true);
  EXPECT_TRUE(idle.can(kIdle + " local cache of app1"));
  EXPECT_TRUE(idle.can(kIdle + " local cache of app2"));
  idle.take({"invoke app1 read"});
  EXPECT_FALSE(idle.can(kIdle + " local cache of app1")) << "now it is told by what is under way";
  EXPECT_TRUE(idle.can("app-restart app1 read:1"));
  idle.take({"call app1 read:1", kIdle + " local cache of app1"});
  EXPECT_EQ(in_process(idle), std::nullopt);
  EXPECT_EQ(idle.last().budget, 1);
  EXPECT_FALSE(idle.can(kIdle + " local cache of app2")) << "the budget is spent";
  Play empty = play(kLocal, {"read; read"}, {"app-restart"});
  EXPECT_EQ(empty.enabled(), Names{"invoke app1 read k1"}) << "there is nothing to lose";
  Play aimed = play(kLocal, {"read; read"}, {"app-restart@read"}, true);
  EXPECT_EQ(aimed.enabled(), Names{"invoke app1 read k1"}) << "where it is aimed at messages, there is one";
}

// The session's own write is in the cache of its process, and the shared one still has what was there before.
TEST(Restarts, can_take_from_a_session_what_it_has_seen) {
  const std::string tiers =
      "sequenceDiagram\nparticipant near as In-process cache\nparticipant far as Redis\nNote over app: "
      "Read\napp->>near: GET item:1\nalt hit\nnear-->>app: value\nelse miss\napp->>far: GET item:1\nalt "
      "hit\nfar-->>app: value\nelse miss\napp->>database: SELECT item\napp->>far: SET item:1\napp->>near: SET "
      "item:1\nend\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>near: SET item:1\n";
  traces::Scenario words = scenario({"write; read"}, {"app-restart"}, true);
  const Report torn = report(tiers, words, "read-your-writes");
  ASSERT_EQ(torn.verdict, Verdict::kViolated);
  EXPECT_EQ(torn.trace->scenario.faults, Names{"app-restart=1"});
  words.faults = {"crash"};
  EXPECT_EQ(report(tiers, words, "read-your-writes").verdict, Verdict::kHolds);
}

TEST(Restarts, of_the_operation_that_was_broken_off_there_is_no_retry) {
  traces::Scenario words = scenario({"write; read"}, {"app-restart", "lost-reply"});
  words.retries = 1;
  Play broken(read_protocol(kDeletesFirst, "s.mmd", {}), words);
  broken.take({"invoke app1 write", "app-restart app1 write:1 choice 1"});
  EXPECT_EQ(broken.enabled(), Names{"invoke app1 read k1 operation 3"});
}

TEST(Restarts, can_break_what_a_crash_cannot) {
  const traces::Scenario restarts = scenario({"write; read"}, {"app-restart"});
  EXPECT_EQ(report(kDeletesFirst, scenario({"write; read"}, {"crash"}), "coherent-at-rest").verdict, Verdict::kHolds);
  const Report again = report(kDeletesFirst, restarts, "coherent-at-rest");
  ASSERT_EQ(again.verdict, Verdict::kViolated);
  EXPECT_EQ(traces::read_json(traces::write_json(*again.trace), "t.json"), *again.trace);
  const std::string text = traces::find_renderer("text")->render(*again.trace, {});
  EXPECT_TRUE(contains(text, "app1 crashes at database: set k1=1; set k1=1 may yet arrive; it starts again")) << text;
  const std::string mermaid = traces::find_renderer("mermaid")->render(*again.trace, {});
  EXPECT_TRUE(contains(mermaid, "app1 crashes, and starts again")) << mermaid;
}

// "any" has it where an instance has something left to do then; it is among what was not considered where that is so.
TEST(Restarts, are_any_fault_where_something_is_left_to_do) {
  const auto left_out = [](const Names& apps) {
    const Report one = report(kDeletesFirst, scenario(apps, {"lost-request"}), "coherent-at-rest");
    return std::count(one.not_considered.begin(), one.not_considered.end(), "app-restart") != 0;
  };
  EXPECT_TRUE(left_out({"write; read"}));
  EXPECT_TRUE(left_out({"write | read"}));
  EXPECT_FALSE(left_out({"write", "read"})) << "a crash is the same";
  EXPECT_EQ(report(kDeletesFirst, scenario({"write; read"}, {"any"}), "coherent-at-rest").verdict, Verdict::kViolated);
  traces::Scenario retried = scenario({"write", "read"}, {"lost-request"});
  retried.retries = 2;
  const Report one = report(kDeletesFirst, retried, "coherent-at-rest");
  EXPECT_EQ(std::count(one.not_considered.begin(), one.not_considered.end(), "app-restart"), 0)
      << "a retry is nothing that is left to do";
}

}  // namespace
}  // namespace stalemate::model
