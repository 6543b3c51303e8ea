// Statements of the user's own, on real servers: what they do is what the trace says, values never become SQL, and
// nothing of them stays.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <pqxx/pqxx>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "real/support.hpp"
#include "replay/batch.hpp"

namespace stalemate::real {
namespace {

std::string example() { return support::project_file("real/examples/account.md"); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

// A trace that breaks coherent-at-rest on this page.
traces::Trace trace_of(const std::string& page, const std::vector<std::string>& faults = {}, bool cached = false) {
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  scenario.faults = faults;
  scenario.cached = cached;
  model::CheckOptions options;
  options.properties = {"coherent-at-rest"};
  return model::check(model::read_protocol(page, "account.md", {}), scenario, options).trace.value();
}

ReplayOptions trusting() {
  ReplayOptions options;
  options.trusts_traces = true;
  return options;
}

std::string verdict_of(const traces::Trace& trace, const ReplayOptions& options = trusting()) {
  try {
    return verdict(replay(trace, support::shared_servers(), options));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TEST(MappedReplay, the_example_reproduces_without_and_with_faults_and_leaves_nothing) {
  EXPECT_EQ(verdict_of(trace_of(example())), "reproduced");
  for (const std::string fault : {"lost-reply", "late-request", "crash", "evict", "lost-request"})
    EXPECT_EQ(verdict_of(trace_of(example(), {fault}, true)), "reproduced") << fault;
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(MappedReplay, a_statement_that_does_something_else_diverges_where_it_shows) {
  EXPECT_EQ(verdict_of(trace_of(replaced(example(), "SET balance = :value", "SET balance = :value + 1"))),
            "diverged after the last step: expected database k1=1, got 2");
  EXPECT_EQ(verdict_of(trace_of(replaced(example(), "SELECT balance FROM", "SELECT balance + 1 FROM"))),
            "diverged at step 4: expected value 1000, got value 1001");
  EXPECT_NE(verdict_of(trace_of(replaced(example(), "SET balance = :value WHERE id = :key",
                                         "SET balance = :value WHERE id <> :key")))
                .find("got error: 0 rows were updated instead of one"),
            std::string::npos);
}

// However the reader takes the word, the replay takes it: else it would be the tutorial's table that reproduces.
TEST(MappedReplay, statements_that_a_trace_brings_run_only_where_that_was_said) {
  for (const std::string word : {"%% stalemate:", "%%stalemate :", "%% StaleMate:"}) {
    std::string page = example();
    for (std::size_t at = 0; (at = page.find("%% stalemate:", at)) != std::string::npos; at += word.size())
      page.replace(at, std::string("%% stalemate:").size(), word);
    EXPECT_NE(verdict_of(trace_of(page), {}).find("--trust-mapping"), std::string::npos) << word;
    EXPECT_EQ(verdict_of(trace_of(replaced(page, "SELECT balance FROM", "SELECT balance + 1 FROM"))),
              "diverged at step 4: expected value 1000, got value 1001")
        << word;
  }
}

TEST(MappedReplay, a_mapping_given_beside_stands_for_the_traces_own) {
  ReplayOptions options;
  options.mapping = std::make_shared<model::Mapping>(model::read_mapping_file(
      "sql setup = CREATE TABLE t (k text, v text)\nsql fill = INSERT INTO t VALUES (:key, :value)\n"
      "sql get = SELECT v FROM t WHERE k = :key\nsql set = UPDATE t SET v = :value WHERE k = :key\n",
      "t.mapping"));
  const traces::Trace plain = trace_of(std::string(model::catalogue().front().text));
  EXPECT_EQ(verdict_of(plain, options), "reproduced");
  options.mapping = std::make_shared<model::Mapping>(model::read_mapping_file("sql get = SELECT :key\n", "t.mapping"));
  EXPECT_NE(verdict_of(plain, options).find("--mapping: sql fill is missing"), std::string::npos);
}

// Were anything pasted, the table would be gone, or the row would not be found.
TEST(MappedReplay, a_key_with_quotes_and_semicolons_is_a_value_and_nothing_more) {
  for (const std::string name :
       {"'; DROP TABLE account; --", "a' OR '1'='1", "\"x\" {y} %s \\", "$1 :value", "it''s"}) {
    std::string page = replaced(example(), "key k1 = 42", "key k1 = " + name);
    page = replaced(page, "id int PRIMARY KEY", "id text PRIMARY KEY");
    EXPECT_EQ(verdict_of(trace_of(page)), "reproduced") << name;
  }
}

RC_GTEST_PROP(MappedReplay, any_name_of_a_key_finds_its_own_row_and_no_other, ()) {
  const auto piece = rc::gen::element<std::string>("'", "\"", ";", "--", "\\", "$1", "{", "}", ",", ":key", " ", "%s",
                                                   "*", "é", "a", "OR 1=1");
  std::string name = "a";
  for (const std::string& part : *rc::gen::container<std::vector<std::string>>(piece)) name += part;
  std::string page = replaced(example(), "key k1 = 42", "key k1 = " + name + "b");
  page = replaced(page, "id int PRIMARY KEY", "id text PRIMARY KEY");
  // A row of another name stays as it is: the teardown fails where it does not.
  page =
      replaced(page, "    %% stalemate: sql fill",
               "    %% stalemate: sql setup = INSERT INTO account VALUES ('other', '-', 7)\n"
               "    %% stalemate: sql teardown = SELECT 1 / count(*) FROM account WHERE id = 'other' AND balance = 7\n"
               "    %% stalemate: sql fill");
  RC_ASSERT(verdict_of(trace_of(page)) == "reproduced");
}

TEST(MappedReplay, keys_alone_may_be_called_anything_in_the_tutorials_table) {
  for (const std::string name : {"a\"b", "x\",\"y", "\\", "{}", "it's"}) {
    std::string page = "```mermaid\nsequenceDiagram\n    %% stalemate: key k1 = " + name + "\n" +
                       example().substr(example().find("    participant app"));
    EXPECT_EQ(verdict_of(trace_of(page)), "reproduced") << name;
  }
}

TEST(MappedReplay, entries_with_a_time_to_live_and_entries_that_are_added_have_commands_of_their_own) {
  const std::string add = replaced(
      replaced(example(), "app->>cache: Set value", "app->>cache: SET value NX"), "    %% stalemate: redis delete",
      "    %% stalemate: redis add = HSETNX account::key balance :value\n    %% stalemate: redis delete");
  EXPECT_EQ(verdict_of(trace_of(add)), "reproduced");
  std::string page = replaced(example(), "app->>cache: Set value", "app->>cache: Set value EX 60");
  page = replaced(page, "HGET account::key balance", "GET account::key");
  page = replaced(page, "HSET account::key balance :value", "SET account::key :value");
  page = replaced(page, "    %% stalemate: redis delete",
                  "    %% stalemate: redis set-ttl = SETEX account::key :ttl :value\n    %% stalemate: redis delete");
  EXPECT_EQ(verdict_of(trace_of(page)), "reproduced");
}

TEST(MappedReplay, a_setup_or_a_fill_that_fails_is_named_and_leaves_nothing) {
  const std::string no_table =
      verdict_of(trace_of(replaced(example(), "CREATE TABLE account (", "CREATE TABLE other (")));
  EXPECT_NE(no_table.find("relation \"account\" does not exist"), std::string::npos) << no_table;
  EXPECT_NE(no_table.find("mend the mapping"), std::string::npos) << no_table;
  const std::string no_number = verdict_of(trace_of(replaced(example(), "key k1 = 42", "key k1 = forty-two")));
  EXPECT_NE(no_number.find("invalid input syntax"), std::string::npos) << no_number;
  EXPECT_EQ(support::areas_left(), std::vector<std::string>{});
}

TEST(MappedReplay, a_teardown_removes_what_a_setup_made_outside_of_the_replays_own_schema) {
  const std::string page =
      replaced(replaced(example(), "CREATE TABLE account", "CREATE TABLE public.account"), "    %% stalemate: sql fill",
               "    %% stalemate: sql teardown = DROP TABLE public.account\n    %% stalemate: sql fill");
  traces::Trace trace = trace_of(
      replaced(replaced(replaced(page, "INTO account", "INTO public.account"), "FROM account", "FROM public.account"),
               "UPDATE account", "UPDATE public.account"));
  EXPECT_EQ(verdict_of(trace), "reproduced");
  EXPECT_EQ(verdict_of(trace), "reproduced") << "the table is not there any more, so it can be made again";
}

TEST(MappedReplay, traces_with_different_mappings_share_a_batch) {
  const traces::Trace own = trace_of(example());
  const traces::Trace plain = trace_of(std::string(model::catalogue().front().text));
  const traces::Trace other = trace_of(replaced(example(), "key k1 = 42", "key k1 = 7"));
  WarmServers servers({}, {.redis = true});
  BatchOptions options;
  options.replay = trusting();
  for (const Replayed& result : servers.replay_all({own, plain, other, own, plain}, options)) {
    ASSERT_TRUE(result.conformance) << result.error;
    EXPECT_EQ(verdict(*result.conformance), "reproduced");
  }
}

}  // namespace
}  // namespace stalemate::real
