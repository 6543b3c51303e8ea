// One command about several entries of a row, and one get of several rows. What each does is told by steps; that a
// search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "machine/machine.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kReads =
    "sequenceDiagram\nNote over app: Read\napp->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\n"
    "app->>database: SELECT\napp->>cache: SET item:1\nend\nNote over app: Read list\napp->>cache: GET items:all\n"
    "alt hit\ncache-->>app: value\nelse miss\napp->>database: SELECT\napp->>cache: SET items:all\nend\n";

Protocol page(const std::string& write) {
  return read_protocol(kReads + "Note over app: Write\napp->>database: UPDATE\n" + write + "\n", "several.mmd", {});
}

// "k1=1000 k1/items:all=1000"
std::string cached(const Play& play) {
  const traces::State state = play.state();
  std::string text;
  for (const traces::Entry& entry : cache_of(state))
    if (entry.value)
      text += (text.empty() ? "" : " ") + entry.key + "=" + std::to_string(*entry.value) + (entry.expires ? "~" : "");
  return text;
}

const std::vector<std::string> kWritten = {"invoke app1 write", "handle app1 write:1", "receive app1 write:1"};

TEST(SeveralEntries, are_deleted_in_one_step) {
  Play play(page("app->>cache: DEL item:1 items:all"), scenario({"write"}, {}, true));
  play.take(kWritten);
  EXPECT_EQ(cached(play), "k1=1000 k1/items:all=1000");
  play.take({"handle app1 write:2"});
  EXPECT_EQ(cached(play), "");
  EXPECT_EQ(play.last().request->also, std::vector<std::string>{"k1/items:all"});
}

TEST(SeveralEntries, are_set_in_one_step_each_with_the_time_to_live) {
  Play play(page("app->>cache: MSET item:1 {new} items:all {new}"), scenario({"write"}, {}));
  play.take(kWritten).take({"handle app1 write:2"});
  EXPECT_EQ(cached(play), "k1=1 k1/items:all=1");
}

TEST(SeveralEntries, a_failover_brings_all_of_them_back) {
  Play play(page("app->>cache: DEL item:1 items:all"), scenario({"write"}, {"cache-failover"}, true));
  play.take(kWritten).take({"handle app1 write:2", "cache-failover"});
  EXPECT_EQ(cached(play), "k1=1000 k1/items:all=1000") << "it was the last command that changed anything, and is one";
}

TEST(SeveralEntries, one_command_that_is_lost_leaves_both_as_they_were) {
  const Protocol both = page("app->>cache: DEL item:1 items:all");
  traces::Scenario lost = scenario({"read", "write"}, {"lost-request"}, true);
  Play play(both, lost);
  play.take({"invoke app2 write", "handle app2 write:1", "receive app2 write:1", "lose-request app2 write:2"});
  EXPECT_EQ(cached(play), "k1=1000 k1/items:all=1000");
  EXPECT_FALSE(play.can("handle app2 write:2"));
}

TEST(SeveralEntries, who_deletes_one_of_two_leaves_the_other_stale) {
  const auto verdict = [](const std::string& write) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    return check(page(write), scenario({"write"}, {}, true), options).verdict;
  };
  EXPECT_EQ(verdict("app->>cache: DEL item:1"), Verdict::kViolated);
  EXPECT_EQ(verdict("app->>cache: DEL items:all"), Verdict::kViolated);
  EXPECT_EQ(verdict("app->>cache: DEL item:1 items:all"), Verdict::kHolds);
}

// What is independent of what is told by the entries that a request changes.
TEST(SeveralEntries, all_are_known_to_be_changed) {
  const auto program = std::make_shared<const Program>(compile(page("app->>cache: DEL item:1 items:all"), {}));
  const traces::Scenario words = scenario({"write"}, {});
  const Machine machine(program, resolve(words, *program), {}, Granularity::kPlain);
  const auto drop = std::find_if(program->instructions.begin(), program->instructions.end(),
                                 [](const Instruction& one) { return one.verb == Verb::kDelete; });
  ASSERT_NE(drop, program->instructions.end());
  EXPECT_EQ(machine.asked_by(0, *drop).touches(*drop).writes, 3U);
}

const std::string kBatch =
    "sequenceDiagram\nNote over app: Read\napp->>cache: MGET item:1 item:2\nalt all found\ncache-->>app: values\n"
    "else some missing\napp->>database: SELECT\napp->>cache: MSET item:1 item:2\nend\nNote over app: Write\n"
    "app->>database: UPDATE\napp->>cache: DEL item:1";

TEST(SeveralRows, where_a_row_is_found_another_may_be_missing) {
  const Protocol protocol = read_protocol(kBatch, "batch.mmd", {});
  Play play(protocol, scenario({"read"}, {}, true));
  play.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_EQ(play.enabled(), (std::vector<std::string>{"receive app1 read:1 choice 1", "receive app1 read:1 choice 2"}));
  play.take({"receive app1 read:1 choice 2"});
  EXPECT_EQ(play.last().chosen, "another row is missing");
  EXPECT_EQ(play.last().sends.at(0).to, "database");
  Play whole(protocol, scenario({"read"}, {}, true));
  whole.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1 choice 1"});
  EXPECT_EQ(whole.last().endings.at(0).value, 1000);
  Play empty(protocol, scenario({"read"}, {}));
  empty.take({"invoke app1 read", "handle app1 read:1"});
  EXPECT_EQ(empty.enabled().size(), 1U) << "of what is missing itself nothing is left open";
}

// The row is read from the database although it is there, and set with what it was before the write; who waits for the
// entry to be deleted first is not enough.
TEST(SeveralRows, a_row_that_is_there_may_be_filled_with_what_was_read_before_a_write) {
  const auto verdict = [](const std::string& text) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    return check(read_protocol(text, "b.mmd", {}), scenario({"read", "write"}, {}, true), options).verdict;
  };
  std::string set = kBatch;
  set.replace(set.find("DEL item:1"), std::string("DEL item:1").size(), "SET item:1");
  std::string alone = set;
  alone.replace(alone.find("MGET item:1 item:2"), std::string("MGET item:1 item:2").size(), "GET item:1");
  EXPECT_EQ(verdict(set), Verdict::kViolated);
  EXPECT_EQ(verdict(alone), Verdict::kHolds) << "it is there, so one row alone is never filled";
}

}  // namespace
}  // namespace stalemate::model
