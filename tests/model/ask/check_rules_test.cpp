// Verdicts that depend on what a failure leads to, on who was told of a Write, and on which value is stored: small
// pages whose right answer can be told by hand.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const char* const kFill =
    "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\ndatabase-->>app: Value\n"
    "app->>cache: Set value\n";
const char* const kLookAside =
    "app->>cache: get\nalt hit\ncache-->>app: value\nelse miss\napp->>database: get\ndatabase-->>app: row\nend\n";

struct Question {
  std::vector<std::string> apps;
  std::vector<std::string> faults = {};
  bool cached = false;
  std::string property = "coherent-at-rest";
};

Protocol page(const std::string& read, const std::string& write) {
  const auto diagram = [](const std::string& name, const std::string& lines) {
    return lines.empty() ? "" : "# " + name + "\n\n```mermaid\nsequenceDiagram\n" + lines + "```\n\n";
  };
  return read_protocol(diagram("Read", read) + diagram("Write", write), "test.md", {});
}

Report ask(const Protocol& protocol, const Question& question) {
  traces::Scenario words;
  words.apps = question.apps;
  words.faults = question.faults;
  words.cached = question.cached;
  CheckOptions options;
  options.properties = {question.property};
  Report report = check(protocol, words, options);
  // Reductions change no verdict.
  options.reductions = Reductions::all();
  EXPECT_EQ(check(protocol, words, options).verdict, report.verdict);
  return report;
}

Verdict verdict(const std::string& read, const std::string& write, const Question& question) {
  return ask(page(read, write), question).verdict;
}

TEST(CheckRules, a_branch_that_does_harm_on_a_failure_is_found_wherever_it_stands) {
  struct Case {
    const char* write;
    const char* fault;
  };
  const Case cases[] = {
      {"app->>cache: Set value\nalt ok\napp->>database: Set value\nelse\nNote over app: give up\nend\n",
       "lost-reply@write:1"},
      {"app->>database: Set value\nalt success\napp->>cache: Delete value\nelse\napp->>cache: Set value\nend\n",
       "lost-request@write:1"},
      {"app->>database: Set value\nopt ok\napp-)cache: Delete value\nend\nopt timeout\napp->>cache: Set value\nend\n",
       "lost-request@write:1"},
      {"app->>database: Set value\napp-)cache: Delete value\nopt timeout\napp->>cache: Set value\nend\n",
       "lost-request@write:1"},
      {"app->>database: Set value\nalt small\napp-)cache: Delete value\nelse large\napp-)cache: Delete value\nend\n"
       "opt timeout\napp->>cache: Set value\nend\n",
       "lost-request@write:1"},
      {"app->>database: Set value\nopt success\napp->>cache: Delete value\nend\nopt failure\napp->>cache: Set "
       "value\nend\n",
       "lost-request@write:1"},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(verdict(kFill, one.write, {.apps = {"write"}, .faults = {one.fault}, .cached = true}), Verdict::kViolated)
        << one.write;
    EXPECT_EQ(verdict(kFill, one.write, {.apps = {"write"}, .cached = true}) == Verdict::kViolated, false) << one.write;
  }
}

TEST(CheckRules, a_branch_that_mends_a_failure_is_taken_too) {
  const std::string ok = "app->>database: Set value\nopt ok\napp-)cache: Delete value\nend\n";
  const std::string mends = "opt timeout\napp->>cache: Delete value\nend\n";
  const Question lost{.apps = {"write"}, .faults = {"lost-reply@write:1"}, .cached = true};
  EXPECT_EQ(verdict(kFill, ok, lost), Verdict::kViolated);
  EXPECT_EQ(verdict(kFill, ok + mends, lost), Verdict::kHolds);
}

TEST(CheckRules, branches_that_no_run_takes_are_listed) {
  const std::string write =
      "app->>database: Set value\nopt ok\napp-)cache: Delete value\nend\nopt timeout\napp->>cache: Set value\nend\n";
  const auto listed = [&](const std::vector<std::string>& faults) {
    const Report report = ask(page(kFill, write), {.apps = {"read", "write"}, .faults = faults});
    EXPECT_EQ(report.states > 0, true);
    return std::count(report.never_reached.begin(), report.never_reached.end(), "Write line 20: opt timeout");
  };
  EXPECT_EQ(listed({}), 0) << "the search stops at a violation";
  const Report calm = ask(page(kFill, write), {.apps = {"write"}, .cached = true});
  EXPECT_EQ(std::count(calm.never_reached.begin(), calm.never_reached.end(), "Write line 20: opt timeout"), 1);
}

TEST(CheckRules, a_caller_who_was_told_before_the_database_was_asked_has_an_acknowledged_write) {
  const Question two{.apps = {"write", "write", "read"}, .faults = {"lost-request"}, .property = "fresh-reads"};
  EXPECT_EQ(verdict(kLookAside, "user->>app: save\napp-)database: Set value\napp-->>user: saved\n", two),
            Verdict::kViolated);
  EXPECT_EQ(
      verdict(
          kLookAside, "user->>app: message\napp->>cache: set\napp-->>user: done\napp->>database: upsert\n",
          {.apps = {"write", "read"}, .faults = {"cache-restart", "lost-request@write:4"}, .property = "fresh-reads"}),
      Verdict::kViolated);
  EXPECT_EQ(verdict(kLookAside, "app-)database: Set value\n", {.apps = {"write", "read"}, .property = "fresh-reads"}),
            Verdict::kViolated)
      << "the end tells, where nothing else does";
}

TEST(CheckRules, an_early_acknowledgement_makes_old_what_was_there_before_and_nothing_else) {
  const std::string early = "user->>app: save\napp-)database: Set value\napp-->>user: saved\n";
  const std::string read = "app->>database: get\ndatabase-->>app: row\n";
  EXPECT_EQ(verdict(read, early, {.apps = {"write; read"}, .property = "fresh-reads"}), Verdict::kHolds)
      << "one connection: the session's own write is handled before its read";
  EXPECT_EQ(verdict(read, early, {.apps = {"write", "read"}, .property = "fresh-reads"}), Verdict::kViolated);
}

// O1 and O2 of fresh_reads.cpp together.
TEST(CheckRules, what_was_acknowledged_before_a_write_began_stays_old_when_that_one_commits) {
  const Protocol protocol = page("app->>cache: Get value\n",
                                 "app->>cache: Set value if absent\nalt small\napp-)cache: Delete value\nelse\n"
                                 "app-->>user: done\nend\napp->>database: Set value\n");
  traces::Scenario words;
  words.apps = {"write", "write", "read"};
  Walk walk(protocol, words, {"fresh-reads"});
  for (const std::string step :
       {"invoke app1", "handle app1 write:1", "receive app1 write:1 choice 2",  // told before its database write
        "invoke app2", "handle app2 write:1", "receive app2 write:1 choice 1", "handle app2 write:4",
        "receive app2 write:4", "invoke app3", "handle app3 read:1", "receive app3 read:1"})
    walk.take(find_step(walk.trace(), walk.enabled(), step, "test"));
  EXPECT_EQ(walk.trace().steps.back().violates, std::vector<std::string>{"fresh-reads"})
      << "the read returns the first value, and began when the second was acknowledged";
}

TEST(CheckRules, a_message_to_a_third_party_or_of_a_failure_acknowledges_nothing) {
  const std::string page_text =
      "```mermaid\nsequenceDiagram\ncustomer->>api: GET /seat\napi->>cache: GET seat\ncache-->>api: seat\n"
      "customer->>api: PUT /seat\napi->>db: UPDATE seat\napi->>mailer: send ticket\napi->>cache: DEL seat\n"
      "api-->>customer: 200 OK\n```\n";
  const Question question{.apps = {"read", "write"}, .cached = true, .property = "fresh-reads"};
  EXPECT_EQ(ask(read_protocol(page_text, "test.md", {"mailer=outside"}), question).verdict, Verdict::kInconclusive);
  const auto told = [&](const std::string& words) {
    return verdict(
        "app->>cache: Get value\n",
        "user->>app: save\napp->>database: Set value\napp-->>user: " + words + "\napp->>cache: Delete value\n",
        question);
  };
  EXPECT_EQ(told("saved"), Verdict::kViolated);
  for (const char* words : {"500", "409 Conflict", "error, try again", "not saved"})
    EXPECT_EQ(told(words), Verdict::kInconclusive) << words;
}

TEST(CheckRules, a_write_that_timed_out_is_not_acknowledged_by_telling_that_it_is_done) {
  const std::string write =
      "user->>app: save\napp->>database: Set value\nalt ok\napp->>cache: Delete value\nelse\napp->>app: "
      "log\nend\napp-->>user: done\n";
  EXPECT_NE(
      verdict("app->>cache: Get value\n", write,
              {.apps = {"write", "read"}, .faults = {"lost-reply@write:2"}, .cached = true, .property = "fresh-reads"}),
      Verdict::kViolated);
}

TEST(CheckRules, a_write_that_fills_the_cache_with_what_it_read_stores_the_old_value) {
  const std::string touch =
      "app->>cache: GET token\ncache-->>app: nil\napp->>database: SELECT token\ndatabase-->>app: row\napp->>cache: SET "
      "token\napp->>database: UPDATE token\n";
  const Report report = ask(page(kFill, touch), {.apps = {"write", "write"}});
  ASSERT_EQ(report.verdict, Verdict::kViolated);
  std::vector<std::int64_t> stored;
  for (const traces::Step& step : report.trace->steps)
    for (const traces::Request& sent : step.sends)
      if (sent.to == "cache" && sent.value) stored.push_back(*sent.value);
  ASSERT_FALSE(stored.empty());
  EXPECT_EQ(stored.front(), 1000) << "what the database had";
}

TEST(CheckRules, a_page_of_one_kind_or_without_a_database_cannot_hold) {
  const auto why = [](const Report& report) { return report.properties.at(0).why; };
  const Report reads = ask(page(kFill, ""), {.apps = {"read"}});
  EXPECT_EQ(reads.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(contains(why(reads), "draw a Write, too")) << why(reads);
  const Report writes = ask(page("", "app->>database: Set value\napp->>cache: Set value\n"), {.apps = {"write"}});
  EXPECT_EQ(writes.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(contains(why(writes), "draw a Read, too")) << why(writes);
  EXPECT_EQ(verdict("", "app->>cache: Set value\napp->>database: Set value\n",
                    {.apps = {"write"}, .faults = {"lost-request@write:2"}}),
            Verdict::kViolated)
      << "what is wrong all the same is said";
  const Report nowhere =
      ask(page("", "app->>redis: GET session\nredis-->>app: hit\napp->>redis: SET session\n"), {.apps = {"write"}});
  EXPECT_EQ(nowhere.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(contains(why(nowhere), "no database is drawn")) << why(nowhere);
  EXPECT_EQ(verdict("app->>cache: Get value\n", "app->>cache: Set value\n",
                    {.apps = {"read", "write"}, .cached = true, .property = "converges"}),
            Verdict::kInconclusive);
}

TEST(CheckRules, a_block_of_one_branch_may_be_passed_by_whatever_it_is_called) {
  const auto verdict_with = [](const std::string& block) {
    return verdict("app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n",
                   "app->>database: Set value\n" + block + "end\n", {.apps = {"write"}, .cached = true});
  };
  const std::string invalidate = "\napp->>cache: Delete value\n";
  for (const std::string first : {"alt it matters", "opt it matters", "break it matters"})
    EXPECT_EQ(verdict_with(first + invalidate), Verdict::kViolated) << first;
  EXPECT_EQ(verdict_with("alt the name" + invalidate + "else the price" + invalidate), Verdict::kHolds);
}

// The app's death takes along what it sent and does not wait for.
TEST(CheckRules, a_crash_beside_requests_that_nobody_waits_for_is_as_bad_as_their_loss) {
  const std::string read = "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n";
  const std::string write = "app-)database: Set value\napp-)cache: Delete value\n";
  for (const char* fault : {"crash", "lost-request"})
    EXPECT_EQ(verdict(read, write, {.apps = {"read", "write"}, .faults = {fault}, .cached = true}), Verdict::kViolated);
}

TEST(CheckRules, that_what_is_cached_at_the_start_does_not_expire_is_assumed_where_only_some_fills_do) {
  const auto assumed = [](const std::string& first, const std::string& second, bool cached) {
    return contains(
        describe(ask(page("app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
                          "app->>cache: Set value" +
                              first + "\napp->>cache: Set value" + second + "\n",
                          "app->>database: Set value\napp->>cache: Delete value\n"),
                     {.apps = {"read", "write"}, .cached = cached})),
        "what is cached at the start has no time to live");
  };
  EXPECT_TRUE(assumed(" (TTL 60)", "", true));
  EXPECT_FALSE(assumed(" (TTL 60)", "", false));
  EXPECT_FALSE(assumed("", "", true));
  EXPECT_FALSE(assumed(" (TTL 60)", " (TTL 60)", true)) << "it has theirs";
}

TEST(CheckRules, faults_that_could_strike_and_are_not_allowed_are_told_in_a_line) {
  const std::string read = "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n";
  const auto left_out = [&](const std::string& lines, std::vector<std::string> faults) {
    return ask(page(lines, "app->>database: Set value\n"), {.apps = {"read", "write"}, .faults = std::move(faults)})
        .not_considered;
  };
  using Names = std::vector<std::string>;
  const Names of_messages = {"lost-request", "lost-reply", "late-request", "duplicate", "error", "cancel", "crash"};
  Names with_cache = of_messages;
  with_cache.insert(with_cache.end(), {"evict", "cache-restart", "cache-failover"});
  EXPECT_EQ(left_out("app->>database: Get value\n", {}), of_messages) << "no cache, nothing that befalls one";
  EXPECT_EQ(left_out(read, {}), with_cache);
  EXPECT_EQ(left_out(read, {"any"}), Names());
  EXPECT_EQ(left_out(read, {"lost-message,evict", "crash@read"}),
            (Names{"late-request", "duplicate", "error", "cancel", "cache-restart", "cache-failover"}));
  EXPECT_TRUE(
      contains(describe(ask(page(read, "app->>database: Set value\n"), {.apps = {"read", "write"}, .faults = {}})),
               "not considered: lost-request, lost-reply, late-request, duplicate, error, cancel, crash, evict, "
               "cache-restart, cache-failover (--fault any allows them); what is beyond every verdict"));
}

TEST(CheckRules, that_nothing_is_cached_where_no_cache_is_drawn_is_said) {
  const auto told = [](bool cached) {
    return contains(describe(ask(page("app->>database: Get value\n", "app->>database: Set value\n"),
                                 {.apps = {"read", "write"}, .cached = cached})),
                    "no cache is drawn, so --cached changes nothing");
  };
  EXPECT_TRUE(told(true));
  EXPECT_FALSE(told(false));
}

TEST(CheckRules, a_database_that_is_drawn_where_no_run_comes_is_drawn) {
  const Report report = ask(page("app->>cache: Get value\nalt hit\ncache-->>app: value\nelse error\napp->>database: "
                                 "Get value\ndatabase-->>app: row\nend\n",
                                 "app->>cache: Delete value\n"),
                            {.apps = {"read", "write"}, .cached = true});
  EXPECT_EQ(report.verdict, Verdict::kHolds) << report.properties.at(0).why;
}

TEST(CheckRules, what_was_assumed_stands_beside_every_verdict) {
  const Protocol protocol = page(kFill, "app->>database: Set value\napp->>cache: Delete value\n");
  for (const bool cached : {true, false}) {
    const Report report = ask(protocol, {.apps = {"read", "write"}, .cached = cached});
    const auto json = nlohmann::json::parse(to_json(report));
    std::size_t assumed = 0;
    for (const ReadingLine& line : protocol.reading) {
      if (line.assumed.empty()) continue;
      const std::string told = "  line " + std::to_string(line.at.line) + ": " + line.assumed + "\n";
      EXPECT_TRUE(contains(describe(report), told)) << describe(report);
      EXPECT_EQ(json.at("assumptions").at(assumed).at("line"), line.at.line);
      EXPECT_EQ(json.at("assumptions").at(assumed).at("text"), line.assumed);
      ++assumed;
    }
    EXPECT_GT(assumed, 0U);
    EXPECT_EQ(json.at("assumptions").size(), assumed);
  }
}

}  // namespace
}  // namespace stalemate::model
