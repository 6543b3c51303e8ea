// Which requests of a session wait for one another: those on one connection do; after a timeout there is a new one, and
// from a pool each takes its own. And what becomes of a request that nobody waits for.
#include <gtest/gtest.h>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

using Names = std::vector<std::string>;

std::string page(const std::string& read, const std::string& write) {
  const auto diagram = [](const std::string& lines) { return "```mermaid\nsequenceDiagram\n" + lines + "```\n"; };
  return "# Read\n" + diagram(read) + "# Write\n" + diagram(write);
}

// A Write that waits for the first of its deletes alone, if for any.
Protocol deletes(const std::string& first, const std::string& second, const std::string& third) {
  const auto arrow = [](const std::string& line, const std::string& label) { return "app" + line + "cache: " + label; };
  return read_protocol(
      page("app->>cache: Get value\n", arrow(first, "Delete value") + "\n" + arrow(second, "Set value") + "\n" +
                                           arrow(third, "Delete value") + "\n"),
      "page.md", {});
}

traces::Scenario with(std::vector<std::string> apps, std::vector<std::string> faults, const std::string& connections) {
  traces::Scenario words = scenario(std::move(apps), std::move(faults));
  words.connections = connections;
  return words;
}

const Names kAllSent = {"invoke app1 write"};

TEST(Connections, over_one_what_is_sent_first_is_handled_first) {
  Play one(deletes("-)", "-)", "-)"), with({"write"}, {}, "one"));
  one.take(kAllSent);
  EXPECT_EQ(one.enabled(), Names{"handle app1 write:1"});
}

TEST(Connections, from_a_pool_only_what_is_awaited_keeps_an_order) {
  Play pool(deletes("-)", "-)", "-)"), with({"write"}, {}, "pool"));
  pool.take(kAllSent);
  EXPECT_EQ(pool.enabled(), (Names{"handle app1 write:1", "handle app1 write:2", "handle app1 write:3"}));
  pool.take({"handle app1 write:3", "handle app1 write:2"});
  EXPECT_EQ(pool.cached(), 1) << "the delete that was sent last came before the set";
  Play awaited(deletes("->>", "->>", "-)"), with({"write"}, {}, "pool"));
  awaited.take(kAllSent);
  EXPECT_EQ(awaited.enabled(), Names{"handle app1 write:1"});
}

TEST(Connections, after_a_timeout_what_follows_goes_over_a_new_one) {
  Play late(deletes("-)", "->>", "-)"), with({"write"}, {"lost-request@write:2"}, "one"));
  late.take(kAllSent);
  EXPECT_FALSE(late.can("handle app1 write:2")) << "it waits behind the first";
  late.take({"lose-request app1 write:2"});
  EXPECT_EQ(late.enabled(), (Names{"handle app1 write:1", "handle app1 write:3"})) << "the third is on another";
  Play refused(deletes("-)", "->>", "-)"), with({"write"}, {"error@write:2"}, "one"));
  refused.take(kAllSent).take({"handle app1 write:1"});
  EXPECT_EQ(refused.enabled(), (Names{"handle app1 write:2", "refuse app1 write:2"}));
}

TEST(Connections, what_is_given_up_is_in_order_all_the_same) {
  const Protocol protocol = read_protocol(page("app->>cache: Get value\n",
                                               "app-)cache: Delete value\napp-)cache: Set value\n"
                                               "app->>cache: Delete value\napp-)cache: Delete value\n"),
                                          "page.md", {});
  Play play(protocol, with({"write"}, {"lost-request@write:3", "lost-request@write:2"}, "one"));
  play.take(kAllSent).take({"lose-request app1 write:3"});
  EXPECT_TRUE(play.can("handle app1 write:1"));
  EXPECT_FALSE(play.can("handle app1 write:2")) << "behind the first, on the same connection";
  EXPECT_TRUE(play.can("handle app1 write:4"));
  play.take({"lose-request app1 write:2"});
  EXPECT_TRUE(play.can("handle app1 write:4")) << "the connection that was given up is still another";
}

TEST(Connections, a_late_request_that_nobody_waits_for_is_overtaken) {
  Play late(deletes("-)", "-)", "-)"), with({"write"}, {"late-request@write:1"}, "one"));
  late.take(kAllSent).take({"late-request app1 write:1"});
  EXPECT_EQ(late.enabled(), (Names{"handle app1 write:2", "handle app1 write:1 ghost"}));
}

// Of each connection a first part may arrive; of several, any of them.
TEST(Connections, a_crash_leaves_a_first_part_of_each) {
  const auto outcomes = [](const std::string& connections) {
    Play play(deletes("-)", "-)", "->>"), with({"write"}, {"crash"}, connections));
    play.take(kAllSent);
    std::size_t ways = 0;
    for (const std::string& name : play.enabled()) ways += name.starts_with("crash") ? 1U : 0U;
    return ways;
  };
  EXPECT_EQ(outcomes("one"), 4U);
  EXPECT_EQ(outcomes("pool"), 8U);
}

TEST(Connections, a_crash_strikes_also_where_only_what_nobody_waits_for_is_under_way) {
  Play over(deletes("-)", "-)", "-)"), with({"write; write"}, {"crash"}, "one"));
  over.take(kAllSent).take({"crash app1 write:1 choice 1"});
  EXPECT_EQ(over.in_flight(), 0U);
  EXPECT_TRUE(over.enabled().empty()) << "it starts nothing more";
  const Protocol protocol =
      read_protocol(page("app->>cache: Get value\nalt miss\napp->>database: Get value\napp->>cache: Set value\nend\n",
                         "app->>database: Set value\napp-)cache: Delete value\n"),
                    "page.md", {});
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  const auto verdict = [&](std::vector<std::string> faults) {
    return check(protocol, scenario({"write"}, std::move(faults), true), options).verdict;
  };
  EXPECT_EQ(verdict({}), Verdict::kHolds);
  EXPECT_EQ(verdict({"crash"}), Verdict::kViolated) << "the delete dies with the app";
}

// A search that fuses a handle to the crash behind it tells the crash by the message that it is aimed at, which is
// another one.
TEST(Connections, a_crash_is_told_by_what_it_is_aimed_at_whatever_else_is_awaited) {
  const Protocol protocol = read_protocol(
      page("app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\napp->>cache: Set value\n"
           "app->>cache: Set value if absent\ncache-->>app: already there\napp->>cache: Set value\n",
           "app-)cache: Delete value\napp->>cache: Set value\n"),
      "page.md", {});
  CheckOptions options;
  options.properties = {"fresh-reads"};
  options.reductions = Reductions::all();
  const Report report =
      check(protocol, scenario({"read k1", "write k1; read k1"}, {"lost-request", "crash@write"}), options);
  ASSERT_EQ(report.verdict, Verdict::kViolated);
  const auto crash = std::find_if(report.trace->steps.begin(), report.trace->steps.end(),
                                  [](const traces::Step& step) { return step.kind == traces::StepKind::kCrash; });
  ASSERT_NE(crash, report.trace->steps.end()) << "else this says nothing";
  EXPECT_EQ(crash->diagram, "Write");
  ASSERT_TRUE(crash->request);
  EXPECT_EQ(crash->request->verb, "delete");
  EXPECT_EQ(rewalk(*report.trace, "t.json"), *report.trace);
}

}  // namespace
}  // namespace stalemate::model
