// Retries: an operation that failed is run again by its session, with the same value, before that goes on. That a
// search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

using Names = std::vector<std::string>;

Protocol page(const std::string& write) {
  return read_protocol(
      "sequenceDiagram\nNote over app: Read\napp->>cache: Get value\nopt miss\napp->>database: Get "
      "value\napp->>cache: Set value\nend\nNote over app: Write\n" +
          write,
      "r.mmd", {});
}
const std::string kInvalidates = "app->>database: Set value\napp->>cache: Delete value\n";

traces::Scenario tried(std::vector<std::string> apps, std::vector<std::string> faults, int retries) {
  traces::Scenario words = scenario(std::move(apps), std::move(faults));
  words.retries = retries;
  return words;
}
const Names kLost = {"invoke app1 write", "handle app1 write:1", "lose-reply app1 write:1"};
const Names kWrites = {"handle app1 write:1", "receive app1 write:1", "handle app1 write:2", "receive app1 write:2"};

TEST(Retries, what_failed_is_run_again_with_the_same_value_before_the_session_goes_on) {
  Play play(page(kInvalidates), tried({"write; read"}, {"lost-message=2"}, 1));
  play.take(kLost);
  EXPECT_EQ(play.last().endings.at(0).kind, traces::Ending::Kind::kFailed);
  EXPECT_EQ(play.enabled(), Names{"invoke app1 write k1 operation 2"}) << "not the read";
  play.take({"invoke app1 write k1 operation 2"});
  EXPECT_EQ(play.last().again, 1);
  EXPECT_EQ(play.last().operation, 2) << "each has an ordinal of its own";
  EXPECT_EQ(play.last().sends.at(0).value, 1);
  play.take(kWrites);
  EXPECT_EQ(play.enabled(), Names{"invoke app1 read k1 operation 3"});
  play.take({"invoke app1 read k1 operation 3"});
  EXPECT_EQ(play.last().again, 0);
  EXPECT_EQ(play.last().operation, 3);
}

TEST(Retries, are_as_many_as_are_allowed_and_none_where_nothing_failed) {
  Play twice(page(kInvalidates), tried({"write; read"}, {"lost-request=*"}, 2));
  for (int again = 0; again <= 2; ++again) {
    twice.take({"invoke app1 write"});
    EXPECT_EQ(twice.last().again, again);
    twice.take({"lose-request app1 write:1"});
  }
  EXPECT_EQ(twice.enabled(), Names{"invoke app1 read k1 operation 4"}) << "it gives up";
  Play well(page(kInvalidates), tried({"write; read"}, {}, 2));
  well.take({"invoke app1 write"}).take(kWrites);
  EXPECT_EQ(well.enabled(), Names{"invoke app1 read k1 operation 4"});
}

TEST(Retries, of_who_crashed_or_was_cancelled_there_are_none) {
  Play cancelled(page(kInvalidates), tried({"write; read"}, {"cancel"}, 1));
  cancelled.take({"invoke app1 write", "handle app1 write:1", "cancel app1 write:1"});
  EXPECT_EQ(cancelled.enabled(), Names{"invoke app1 read k1 operation 3"}) << "its caller went away";
  Play crashed(page(kInvalidates), tried({"write | read"}, {"lost-reply", "crash"}, 1));
  crashed.take({"invoke app1.1 write", "handle app1.1 write:1", "lose-reply app1.1 write:1", "invoke app1.2 read"});
  crashed.take({"crash app1.2 read:1 choice 1 budget 2"});
  EXPECT_EQ(crashed.enabled(), Names{}) << "what was going to be run again dies with it";
}

// The reply of the database is lost, and the app ends: the row has changed, the entry stays. A retry mends that, and a
// state in which one is still to come is none at rest.
TEST(Retries, mend_what_a_lost_reply_left_and_may_fail_themselves) {
  const auto verdict = [](int retries, const std::string& fault) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    traces::Scenario words = tried({"write"}, {fault}, retries);
    words.cached = true;
    return check(page(kInvalidates), words, options).verdict;
  };
  EXPECT_EQ(verdict(0, "lost-reply@write:1"), Verdict::kViolated);
  EXPECT_EQ(verdict(1, "lost-reply@write:1"), Verdict::kHolds);
  EXPECT_EQ(verdict(1, "lost-reply@write:1=2"), Verdict::kViolated);
  EXPECT_EQ(verdict(2, "lost-reply@write:1=2"), Verdict::kHolds);
  EXPECT_EQ(verdict(1, "lost-request@write:2"), Verdict::kViolated) << "a delete that fails does not fail the Write";
}

// The second attempt ends without a write of its own: the first one's value is its own, and nothing older.
TEST(Retries, a_value_that_an_attempt_before_has_written_is_as_new_as_the_operation) {
  const Protocol protocol = read_protocol(
      "sequenceDiagram\nNote over app: Read\napp->>database: Get value\nNote over app: Write\n"
      "app->>cache: Set value if absent\nbreak error\napp->>database: Set value\nend\n",
      "r.mmd", {});
  Play play(protocol, tried({"write", "read"}, {"lost-reply=*"}, 1));
  play.take({"invoke app1 write", "handle app1 write:1", "lose-reply app1 write:1", "handle app1 write:2",
             "lose-reply app1 write:2", "invoke app1 write", "handle app1 write:1"});
  EXPECT_EQ(play.last().reply->outcome, "conflict");
  play.take({"receive app1 write:1", "invoke app2 read", "handle app2 read:1", "receive app2 read:1"});
  EXPECT_EQ(play.last().endings.at(0).value, 1);
  EXPECT_EQ(play.last().violates, Names{});
}

TEST(Retries, of_a_change_of_what_is_there_may_make_it_twice) {
  const Protocol counts = page("app->>database: UPDATE stock SET n = n - 1\napp->>cache: Delete value\n");
  const auto report = [&](int retries) {
    CheckOptions options;
    options.properties = {"no-lost-update"};
    return check(counts, tried({"write"}, {"lost-reply@write:1"}, retries), options);
  };
  EXPECT_EQ(report(0).verdict, Verdict::kHolds) << "whether one that failed was made is in doubt";
  const Report again = report(1);
  EXPECT_EQ(again.verdict, Verdict::kViolated);
  const std::string text = traces::find_renderer("text")->render(*again.trace, {});
  EXPECT_TRUE(contains(text, "starts Write k1 again; sends database: ")) << text;
  EXPECT_TRUE(contains(text, "--retries 1")) << text;
  EXPECT_EQ(traces::entries_of(final_state(*again.trace), "database").at(0).value, 1002) << "it is there twice";
  EXPECT_EQ(traces::read_json(traces::write_json(*again.trace), "t.json"), *again.trace);
}

TEST(Retries, need_to_know_what_is_run_again) {
  const auto refused = [](const Protocol& protocol, traces::Scenario words) {
    return error_of([&] { resolve(words, compile(protocol, {})); });
  };
  traces::Scenario any_key = tried({"write"}, {}, 1);
  any_key.keys = 2;
  EXPECT_TRUE(contains(refused(page(kInvalidates), any_key), "with --retries an operation needs its key"));
  const Protocol two = read_protocol(
      "```mermaid\nsequenceDiagram\n%% stalemate: operation = write price\napp->>database: Set value\n```\n"
      "```mermaid\nsequenceDiagram\n%% stalemate: same = price, stock\n%% stalemate: operation = write "
      "stock\napp->>cache: Delete value\n"
      "app->>database: Set value\n```\n",
      "two.md", {});
  EXPECT_TRUE(contains(refused(two, tried({"write"}, {}, 1)), "with --retries an operation needs its name"));
  EXPECT_EQ(refused(two, tried({"write price"}, {}, 1)), "no error");
}

}  // namespace
}  // namespace stalemate::model
