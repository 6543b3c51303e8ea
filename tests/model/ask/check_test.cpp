// The model against counts that independent checkers agree on: SPIN, TLC, Stateright and hand-written searches for the
// state space of cache-aside, two independent programs for the schedules. The figures are theirs, not this program's.
// A long file: a claim after another.
#include "ask/check.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ask/walk.hpp"
#include "base/error.hpp"
#include "stores_of.hpp"

namespace stalemate::model {
namespace {

Protocol diagram(const std::string& read, const std::string& write) {
  return read_protocol("Read\n\n```mermaid\nsequenceDiagram\n" + read +
                           "\n```\n\nWrite\n\n```mermaid\nsequenceDiagram\n" + write + "\n```\n",
                       "test.md", {});
}

traces::Scenario scenario(int readers, int writers) {
  traces::Scenario words;
  words.apps.assign(static_cast<std::size_t>(readers), "read");
  words.apps.insert(words.apps.end(), static_cast<std::size_t>(writers), "write");
  return words;
}

// The walk's kinds of steps and arrows, for exact expectations: "handle app1 read:1".
std::vector<std::string> told(const Report& report) {
  std::vector<std::string> lines;
  if (report.trace)
    for (const traces::Step& step : report.trace->steps) lines.push_back(step_name(*report.trace, step));
  return lines;
}

struct Row {
  int readers, writers, lost;
  std::uint64_t states, transitions, at_rest, incoherent;
  int depth;
  std::size_t shortest;
};

Report plain_space(const Row& row, unsigned threads) {
  traces::Scenario words = scenario(row.readers, row.writers);
  words.all_invoked = true;
  words.on_database_timeout = "continue";
  if (row.lost > 0) words.faults = {"lost-message=" + std::to_string(row.lost)};
  CheckOptions options;
  options.threads = threads;
  options.exhaust = true;
  options.properties = {"coherent-at-rest"};
  return check(read_page("cache-aside").value(), words, options);
}

TEST(Check, the_plain_state_space_of_cache_aside_has_the_published_counts_with_one_and_two_threads) {
  const Row rows[] = {
      {1, 1, 0, 59, 90, 4, 1, 10, 10},           {1, 1, 1, 149, 307, 11, 2, 10, 9},
      {2, 1, 0, 761, 1730, 10, 3, 16, 12},       {1, 2, 0, 735, 1646, 12, 4, 14, 14},
      {2, 1, 1, 1913, 5962, 30, 8, 16, 11},      {2, 2, 0, 13565, 40354, 48, 20, 20, 16},
      {2, 2, 1, 29564, 127334, 120, 48, 20, 15}, {3, 2, 1, 559282, 3016751, 480, 212, 26, 17},
  };
  for (const Row& row : rows) {
    for (const unsigned threads : {1U, 2U}) {
      SCOPED_TRACE(testing::Message() << row.readers << " readers, " << row.writers << " writers, " << row.lost
                                      << " lost, " << threads << " threads");
      const Report report = plain_space(row, threads);
      EXPECT_EQ(report.verdict, Verdict::kViolated);
      EXPECT_EQ(report.states, row.states);
      EXPECT_EQ(report.transitions, row.transitions);
      EXPECT_EQ(report.at_rest, row.at_rest);
      EXPECT_EQ(report.incoherent_at_rest, row.incoherent);
      EXPECT_EQ(report.depth, row.depth);
      ASSERT_TRUE(report.trace);
      EXPECT_EQ(report.trace->steps.size(), row.shortest);
    }
  }
}

TEST(Check, a_small_scenario_has_states_of_8_bytes) {
  EXPECT_EQ(plain_space({3, 2, 0, 0, 0, 0, 0, 0, 0}, 1).state_bytes, 8U);
}

TEST(Check, schedules_have_the_counts_two_independent_programs_agree_on) {
  const struct {
    const char* protocol;
    int readers, writers;
    bool cached;
    const char* total;
    const char* incoherent;
  } rows[] = {
      {"cache-aside", 1, 1, false, "10", "1"},         {"cache-aside", 1, 1, true, "3", "0"},
      {"cache-aside", 2, 1, false, "534", "70"},       {"cache-aside", 1, 2, false, "210", "24"},
      {"delete-before-write", 1, 1, false, "10", "6"}, {"delete-before-write", 1, 1, true, "5", "2"},
      {"double-delete", 1, 1, false, "20", "3"},       {"double-delete", 1, 1, true, "11", "1"},
      {"write-through", 0, 2, false, "6", "2"},        {"write-through", 1, 1, false, "10", "1"},
      {"write-through-add", 1, 1, false, "10", "0"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(testing::Message() << row.protocol << " " << row.readers << " " << row.writers << " " << row.cached);
    traces::Scenario words = scenario(row.readers, row.writers);
    words.cached = row.cached;
    CheckOptions options;
    options.count_schedules = true;
    options.properties = {"coherent-at-rest"};
    const Report report = check(read_page(row.protocol).value(), words, options);
    ASSERT_TRUE(report.schedules);
    EXPECT_EQ(report.schedules->total, row.total);
    EXPECT_EQ(report.schedules->violating, row.incoherent);
  }
}

// The database's set that is lost leaves a rest that is wrong; an eviction mends it, if it comes. Of the two requests
// and their eviction there are: set set; set set evict; set evict set; set evict lost; set lost; set lost evict.
TEST(Check, schedules_that_pass_through_a_violation_and_end_well_are_told_apart) {
  const Protocol protocol = read_protocol(
      "# Read\n```mermaid\nsequenceDiagram\n  app->>cache: Get value\n```\n"
      "# Write\n```mermaid\nsequenceDiagram\n  app->>cache: Set value\n  app->>database: Set value\n```\n",
      "page.md", {});
  traces::Scenario words = scenario(0, 1);
  words.faults = {"evict", "lost-request@write:2"};
  CheckOptions options;
  options.count_schedules = true;
  options.properties = {"coherent-at-rest"};
  const Report report = check(protocol, words, options);
  ASSERT_TRUE(report.schedules);
  EXPECT_EQ(report.schedules->total, "6");
  EXPECT_EQ(report.schedules->violating, "1");
  EXPECT_EQ(report.schedules->passing_through, "2");
  EXPECT_NE(describe(report).find("1 of 6 schedules end in a violation\n2 of 6 schedules pass through a violation"),
            std::string::npos);
  EXPECT_NE(to_json(report).find("\"passing_through\": 2"), std::string::npos);
}

// Each session's handle may be the last thing before the crash, and each makes schedules of its own.
TEST(Check, crashes_of_an_instance_with_two_sessions_are_counted_for_each_of_them) {
  traces::Scenario words;
  words.apps = {"write | read"};
  words.faults = {"crash"};
  CheckOptions options;
  options.count_schedules = true;
  options.properties = {"coherent-at-rest"};
  const Report report = check(read_page("cache-aside").value(), words, options);
  ASSERT_TRUE(report.schedules);
  EXPECT_EQ(report.schedules->total, "136");
  EXPECT_EQ(report.schedules->violating, "15");
}

TEST(Check, cache_aside_a_late_fill_after_the_delete_leaves_a_stale_value) {
  const Report report = check(read_page("cache-aside").value(), scenario(1, 1), {});
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(report.property, "coherent-at-rest");
  const std::vector<std::string> expected = {"invoke app1 read k1", "handle app1 read:1",   "receive app1 read:1",
                                             "handle app1 read:3",  "receive app1 read:3",  "invoke app2 write k1",
                                             "handle app2 write:1", "receive app2 write:1", "handle app2 write:2",
                                             "handle app1 read:5",  "receive app1 read:5",  "receive app2 write:2"};
  EXPECT_EQ(told(report), expected);
  const traces::State& last = traces::final_state(*report.trace);
  EXPECT_EQ(cache_of(last).at(0).value, 1000);
  EXPECT_EQ(database_of(last).at(0).value, 1);
}

TEST(Check, cache_aside_holds_on_a_cached_key_because_a_miss_is_a_precondition) {
  traces::Scenario words = scenario(1, 1);
  words.cached = true;
  const Report report = check(read_page("cache-aside").value(), words, {});
  EXPECT_EQ(report.verdict, Verdict::kHolds);
  EXPECT_FALSE(report.trace);
}

TEST(Check, cache_aside_cached_an_update_whose_reply_is_lost_sends_no_delete) {
  traces::Scenario words = scenario(1, 1);
  words.cached = true;
  words.faults = {"lost-message"};
  const Report report = check(read_page("cache-aside").value(), words, {});
  EXPECT_EQ(report.property, "coherent-at-rest");
  EXPECT_EQ(told(report),
            (std::vector<std::string>{"invoke app2 write k1", "handle app2 write:1", "lose-reply app2 write:1"}));
}

TEST(Check, cache_aside_cached_a_lost_delete_leaves_a_stale_value) {
  const std::vector<std::string> expected = {"invoke app2 write k1", "handle app2 write:1", "receive app2 write:1",
                                             "lose-request app2 write:2"};
  traces::Scenario words = scenario(1, 1);
  words.cached = true;
  words.faults = {"lost-request@write:2"};
  EXPECT_EQ(told(check(read_page("cache-aside").value(), words, {})), expected);
  words.faults = {"lost-message"};
  words.on_database_timeout = "continue";
  EXPECT_EQ(told(check(read_page("cache-aside").value(), words, {})), expected);
}

// --- vacuity ---

TEST(Check, holds_is_vacuous_where_no_read_follows_an_acknowledged_write) {
  traces::Scenario words = scenario(1, 1);
  words.all_invoked = true;
  words.cached = true;
  CheckOptions options;
  options.properties = {"fresh-reads"};
  const Report report = check(read_page("cache-aside").value(), words, options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.properties.at(0).why.substr(0, 8), "vacuous:");
}

TEST(Check, holds_is_vacuous_where_nothing_is_ever_cached) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  EXPECT_EQ(check(read_page("cache-aside").value(), scenario(0, 1), options).verdict, Verdict::kInconclusive);
}

TEST(Check, holds_is_vacuous_where_an_allowed_fault_cannot_happen) {
  // An asynchronous request has no reply to lose.
  const Protocol protocol = diagram("app->>database: get value", "app->>database: set value\napp-)cache: delete value");
  traces::Scenario words = scenario(1, 1);
  words.cached = true;
  words.faults = {"lost-reply@write:2"};
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  words.apps = {"read; write"};
  const Report report = check(protocol, words, options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_NE(report.properties.at(0).why.find("never happened: lost-reply"), std::string::npos);
}

// --- fresh-reads ---

TEST(Check, fresh_reads_breaks_when_a_read_follows_the_race_and_hits_the_stale_entry) {
  CheckOptions options;
  options.properties = {"fresh-reads"};
  // Shortest: the write is acknowledged only when its delete was answered, and the filler's set lands after the delete;
  // the filler's own reply may stay in flight. 11 steps of the race, then invoke, handle and receive of the second
  // read.
  const Report report = check(read_page("cache-aside").value(), scenario(2, 1), options);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  ASSERT_TRUE(report.trace);
  EXPECT_EQ(report.trace->steps.size(), 14U);
  EXPECT_EQ(report.trace->steps.back().endings.at(0).value, 1000);
}

TEST(Check, fresh_reads_holds_on_the_database_alone_and_a_newer_value_than_expected_is_not_wrong) {
  traces::Scenario words = scenario(0, 0);
  words.apps = {"read; read", "write; read", "write"};
  words.faults = {"lost-message"};
  const Report report = check(read_page("database-only").value(), words, {});
  EXPECT_EQ(report.verdict, Verdict::kHolds);
}

TEST(Check, fresh_reads_asks_nothing_of_a_write_that_was_never_acknowledged) {
  // The delete is never sent, so the cache goes on serving the old value; but no write was ever answered.
  const Protocol protocol = diagram("app->>cache: get value", "app->>database: set value");
  traces::Scenario words;
  words.apps = {"write", "read"};
  words.cached = true;
  words.faults = {"lost-reply@write:1"};
  CheckOptions options;
  options.properties = {"fresh-reads"};
  const Report with_loss = check(protocol, words, options);
  EXPECT_EQ(with_loss.verdict, Verdict::kViolated) << "the run without a loss is acknowledged and then read stale";
  for (const traces::Step& step : with_loss.trace->steps) EXPECT_NE(step.kind, traces::StepKind::kLoseReply);
}

TEST(Check, fresh_reads_is_per_key) {
  const Protocol protocol = read_page("database-only").value();
  traces::Scenario words;
  words.apps = {"write k1; read k2", "write k2; read k1"};
  words.keys = 2;
  EXPECT_EQ(check(protocol, words, {}).verdict, Verdict::kHolds);
}

TEST(Check, by_default_every_safety_property_that_can_say_something_is_checked) {
  const auto checked = [](const Protocol& protocol, const std::vector<std::string>& apps) {
    traces::Scenario words;
    words.apps = apps;
    std::vector<std::string> names;
    for (const PropertyReport& each : check(protocol, words, {}).properties) names.push_back(each.property);
    return names;
  };
  using Names = std::vector<std::string>;
  const Names always = {"coherent-at-rest", "fresh-reads", "committed-reads", "acknowledged-survives"};
  const Protocol aside = read_page("cache-aside").value();
  EXPECT_EQ(checked(aside, {"read", "write"}), always);
  EXPECT_EQ(checked(aside, {"read; read", "write"}),
            (Names{"coherent-at-rest", "fresh-reads", "monotonic-reads", "committed-reads", "acknowledged-survives"}));
  EXPECT_EQ(checked(aside, {"write; read", "write"}),
            (Names{"coherent-at-rest", "fresh-reads", "read-your-writes", "committed-reads", "acknowledged-survives"}));
  EXPECT_EQ(checked(aside, {"write; write", "read"}), always) << "no Read behind them";
  EXPECT_EQ(checked(read_page("database-only").value(), {"read", "write"}),
            (Names{"fresh-reads", "acknowledged-survives"}));
  const Protocol counts = diagram(
      "app->>cache: get value\nopt miss\napp->>database: get value\napp->>cache: set value\n"
      "end",
      "app->>database: UPDATE stock SET n = n - 1\napp->>cache: delete value");
  EXPECT_EQ(checked(counts, {"read", "write"}),
            (Names{"coherent-at-rest", "fresh-reads", "committed-reads", "acknowledged-survives", "no-lost-update"}));
}

// --- scenarios ---

TEST(Check, an_operation_without_a_key_explores_every_key) {
  traces::Scenario words = scenario(1, 1);
  words.keys = 2;
  const Report report = check(read_page("cache-aside").value(), words, {});
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(report.trace->steps.size(), 12U) << "the race needs both on one key, as with one key";
}

TEST(Check, a_free_choice_is_explored_both_ways) {
  const Protocol protocol =
      diagram("app->>cache: get value\ncache-->>app: miss\napp->>database: get value\napp->>cache: set value",
              "app->>database: set value\nopt if configured\napp->>cache: delete value\nend");
  traces::Scenario words = scenario(0, 1);
  words.cached = true;
  const Report report = check(protocol, words, {});
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(told(report).back(), "receive app1 write:1 choice 2");
}

TEST(Check, two_ways_to_the_same_request_in_flight_are_one_state) {
  const std::string write =
      "app->>database: set value\nalt large\napp-->>user: done\nelse small\nend\napp-)cache: delete value";
  const Report report = check(diagram("app->>cache: get value", write), scenario(0, 1), {});
  // Not begun; the set under way; handled; answered or not, the delete under way; done.
  EXPECT_EQ(report.states, 5U);
}

TEST(Check, requests_of_one_session_to_one_server_are_handled_in_the_order_sent) {
  // Two asynchronous sets of the cache: the delete cannot overtake the set.
  const Protocol protocol =
      diagram("app->>cache: get value", "app->>database: set value\napp-)cache: set value\napp-)cache: delete value");
  traces::Scenario words = scenario(0, 1);
  words.cached = true;
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  options.exhaust = true;
  const Report report = check(protocol, words, options);
  // Every state at rest but the first has an empty cache.
  EXPECT_EQ(report.at_rest, 2U);
  EXPECT_EQ(report.incoherent_at_rest, 0U);
}

TEST(Check, an_operation_acknowledged_early_goes_on) {
  const Protocol protocol = read_protocol(
      "```mermaid\nsequenceDiagram\nactor user\nuser->>app: read\napp->>cache: get\nalt hit\napp-->>user: value\nelse "
      "miss\n"
      "app->>database: get\napp-->>user: value\napp->>cache: set "
      "value\nend\n```\n\nWrite\n\n```mermaid\nsequenceDiagram\n"
      "app->>database: set value\napp->>cache: delete value\n```\n",
      "early.md", {});
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  const Report report = check(protocol, scenario(1, 1), options);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(report.trace->steps.size(), 12U);
}

// --- limits and errors ---

TEST(Check, a_depth_limit_below_the_shortest_violation_is_inconclusive) {
  CheckOptions options;
  options.depth_max = 11;
  const Report report = check(read_page("cache-aside").value(), scenario(1, 1), options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.limits, std::vector<std::string>{"depth limit 11 reached"});
  options.depth_max = 12;
  EXPECT_EQ(check(read_page("cache-aside").value(), scenario(1, 1), options).verdict, Verdict::kViolated);
}

TEST(Check, an_interrupted_search_says_what_it_knew) {
  CheckOptions options;
  options.interrupt = [](const sim::Progress&) { return std::optional<std::string>("interrupted"); };
  traces::Scenario words = scenario(3, 3);
  const Report report = check(read_page("cache-aside").value(), words, options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.limits, std::vector<std::string>{"interrupted"});
  EXPECT_GT(report.states, 0U);
}

TEST(Check, the_report_is_the_same_for_any_number_of_threads) {
  traces::Scenario words = scenario(2, 2);
  words.faults = {"lost-message"};
  CheckOptions options;
  const std::string one = to_json(check(read_page("double-delete").value(), words, options));
  for (const unsigned threads : {2U, 3U, 8U}) {
    options.threads = threads;
    EXPECT_EQ(to_json(check(read_page("double-delete").value(), words, options)), one) << threads;
  }
}

TEST(Check, a_scenario_too_large_for_a_state_is_refused) {
  traces::Scenario words;
  words.apps.assign(60, "read; write; read");
  words.keys = 20;
  try {
    check(read_page("cache-aside").value(), words, {});
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("bytes a state"), std::string::npos) << error.what();
  }
}

TEST(Check, an_unknown_property_names_the_nearest) {
  CheckOptions options;
  options.properties = {"coherent-at-test"};
  try {
    check(read_page("cache-aside").value(), scenario(1, 1), options);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean coherent-at-rest?"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace stalemate::model
