// Scenarios: from scripts, keys and faults in words to what they mean for a program; every error in one line that
// begins with what is wrong where.
#include "machine/scenario.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "machine/fault.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const char* const kRead =
    "Note over app: Read\napp->>cache: Get value\ncache-->>app: miss\napp->>database: Get value\napp->>cache: Set "
    "value\n";
const char* const kWrite =
    "Note over app: Write\napp->>app: think\napp->>database: Set value\napp->>cache: Delete value\n";

// Read and Write; in Write, arrow 1 is local work and arrow 2 the database write.
Program both() { return compile(read_lines(std::string(kRead) + kWrite), {}); }

traces::Scenario words(std::vector<std::string> apps, int keys = 1) {
  traces::Scenario scenario;
  scenario.apps = std::move(apps);
  scenario.keys = keys;
  return scenario;
}
traces::Scenario with_faults(std::vector<std::string> faults) {
  traces::Scenario scenario = words({"read", "write"});
  scenario.faults = std::move(faults);
  return scenario;
}

std::string error_of(const traces::Scenario& scenario, const Program& program = both()) {
  return model::error_of([&] { resolve(scenario, program); });
}

std::string kind_name(const FaultTarget& target) { return std::string(fault_kinds()[target.kind].name); }

TEST(Scenario, a_script_is_sessions_of_operations_and_every_write_has_a_value_of_its_own) {
  const Scenario scenario = resolve(words({"read; WRITE k2 | write k1", " write\tk2 "}, 2), both());
  ASSERT_EQ(scenario.sessions.size(), 3U);
  EXPECT_EQ(scenario.sessions[0].app, 1);
  EXPECT_EQ(scenario.sessions[0].session, 1);
  EXPECT_EQ(scenario.sessions[1].app, 1);
  EXPECT_EQ(scenario.sessions[1].session, 2);
  EXPECT_EQ(scenario.sessions[2].app, 2);
  EXPECT_EQ(scenario.sessions[2].session, 1);
  const std::vector<ScriptedOperation>& first = scenario.sessions[0].operations;
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].kind, OperationKind::kRead);
  EXPECT_EQ(first[0].value, 0U);
  EXPECT_EQ(first[1].kind, OperationKind::kWrite);
  EXPECT_EQ(first[1].value, 1U);
  EXPECT_EQ(scenario.sessions[1].operations[0].value, 2U);
  EXPECT_EQ(scenario.sessions[2].operations[0].value, 3U);
  EXPECT_EQ(scenario.values, 4U) << "three writes, and the initial value";
}

TEST(Scenario, an_operation_without_a_key_takes_the_only_one_or_leaves_it_to_invoking) {
  EXPECT_EQ(resolve(words({"read"}, 1), both()).sessions[0].operations[0].key, 0);
  EXPECT_EQ(resolve(words({"read"}, 2), both()).sessions[0].operations[0].key, kAnyKey);
  EXPECT_EQ(resolve(words({"read k2"}, 2), both()).sessions[0].operations[0].key, 1);
}

TEST(Scenario, two_operations_of_a_kind_are_both_candidates_and_a_name_chooses_one) {
  const Program program = compile(read_lines("%% stalemate: operation Quick is write\napp->>cache: Set value\n"
                                             "%% stalemate: operation Safe is write\napp->>database: Set value\n"),
                                  {});
  ASSERT_EQ(program.operations.size(), 2U);
  using Candidates = std::vector<std::uint16_t>;
  EXPECT_EQ(resolve(words({"write"}), program).sessions[0].operations[0].candidates, (Candidates{0, 1}));
  EXPECT_EQ(resolve(words({"safe"}), program).sessions[0].operations[0].candidates, (Candidates{1}));
  EXPECT_EQ(resolve(words({"Quick k1"}), program).sessions[0].operations[0].candidates, (Candidates{0}));
  EXPECT_EQ(resolve(words({"safe"}), program).sessions[0].operations[0].kind, OperationKind::kWrite);
}

TEST(Scenario, the_name_of_a_kind_is_any_of_the_kind_also_where_one_is_called_so) {
  const Program program = compile(
      read_lines(std::string(kRead) + kWrite + "Note over app: Write without the cache\napp->>database: Set value\n"),
      {});
  ASSERT_EQ(program.operations.size(), 3U);
  EXPECT_EQ(resolve(words({"write"}), program).sessions[0].operations[0].candidates.size(), 2U);
  EXPECT_EQ(resolve(words({"write without the cache"}), program).sessions[0].operations[0].candidates.size(), 1U);
  traces::Scenario aimed = words({"write"});
  aimed.faults = {"lost-reply@write:2"};
  EXPECT_EQ(resolve(aimed, program).budgets.at(0).targets.at(0).operations, (std::vector<std::uint16_t>{1}));
}

TEST(Scenario, a_fault_has_kinds_and_a_budget_that_is_one_unless_said) {
  const Scenario scenario =
      resolve(with_faults({"lost-message", "LOST-REPLY = 3", "lost-request,lost-reply=2", "any"}), both());
  ASSERT_EQ(scenario.budgets.size(), 4U);
  EXPECT_EQ(scenario.budgets[0].budget, 1U);
  ASSERT_EQ(scenario.budgets[0].targets.size(), 2U);
  EXPECT_EQ(kind_name(scenario.budgets[0].targets[0]), "lost-request");
  EXPECT_EQ(kind_name(scenario.budgets[0].targets[1]), "lost-reply");
  EXPECT_TRUE(scenario.budgets[0].targets[0].operations.empty());
  EXPECT_EQ(scenario.budgets[1].budget, 3U);
  ASSERT_EQ(scenario.budgets[1].targets.size(), 1U);
  EXPECT_EQ(kind_name(scenario.budgets[1].targets[0]), "lost-reply");
  EXPECT_EQ(scenario.budgets[2].budget, 2U);
  EXPECT_EQ(scenario.budgets[2].targets.size(), 2U);
  EXPECT_EQ(scenario.budgets[3].targets.size(), fault_kinds().size() - 3)
      << "no marker is there to expire, nobody is told of changes, and who starts again has nothing left to do";
}

TEST(Scenario, faults_are_normalised_in_the_words_that_a_trace_keeps) {
  const Scenario scenario = resolve(with_faults({"lost-message", " Lost-Reply @ WRITE:2 , lost-request=02"}), both());
  EXPECT_EQ(scenario.words.faults, (std::vector<std::string>{"lost-message=1", "lost-reply@write:2,lost-request=2"}));
  const Scenario again = resolve(scenario.words, both());
  EXPECT_EQ(again.words, scenario.words) << "normalised words stay as they are";
}

TEST(Scenario, an_aim_is_the_request_at_an_arrow_or_the_one_that_a_reply_line_answers) {
  const Scenario scenario = resolve(with_faults({"lost-reply@write:3", "lost-reply@read:2"}), both());
  EXPECT_EQ(scenario.budgets[0].targets[0].operations, (std::vector<std::uint16_t>{1}));
  EXPECT_EQ(scenario.budgets[0].targets[0].arrow, 3);
  EXPECT_EQ(scenario.budgets[1].targets[0].operations, (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(scenario.budgets[1].targets[0].arrow, 1) << "read:2 is the reply to read:1";
}

TEST(Scenario, switches_are_kept) {
  traces::Scenario given = words({"read k1", "write k2"}, 2);
  given.cached = true;
  given.all_invoked = true;
  const Scenario scenario = resolve(given, both());
  EXPECT_TRUE(scenario.cached);
  EXPECT_TRUE(scenario.all_invoked);
  EXPECT_EQ(scenario.keys, 2);
  EXPECT_EQ(scenario.words, given);
}

TEST(Scenario, errors_of_keys_and_scripts_say_where) {
  expect_start(error_of(words({"read"}, 0)), "--keys 0: a scenario has 1 to 64 keys");
  expect_start(error_of(words({"read"}, 65)), "--keys 65: a scenario has 1 to 64 keys");
  expect_start(error_of(words({})), "the scenario has no app instance; say");
  expect_start(error_of(words({"read;"})), "--app 'read;': an operation is missing; write for example");
  expect_start(error_of(words({"read | "})), "--app 'read | ': an operation is missing");
  expect_start(error_of(words({""})), "--app '': an operation is missing");
  expect_start(error_of(words({"read k2"})), "--app 'read k2': k2 is outside the scenario's 1 key; say --keys 2");
  expect_start(error_of(words({"read k0"}, 2)), "--app 'read k0': k0 is outside the scenario's 2 keys");
  expect_start(error_of(words({"reed"})), "--app 'reed': the protocol has no operation \"reed\"; it has read, write");
  expect_start(error_of(words({"read kx"})), "--app 'read kx': the protocol has no operation \"read kx\"");
}

TEST(Scenario, errors_of_size_say_the_limit) {
  expect_start(error_of(words(std::vector<std::string>(64, "read"))), "the scenario has 64 sessions; at most 63");
  EXPECT_EQ(error_of(words(std::vector<std::string>(63, "write"))), "no error");
  expect_start(error_of(words(std::vector<std::string>(32, "write; write"))), "the scenario has 64 writes; at most 63");
  std::string script = "read";
  for (int i = 1; i < 256; ++i) script += ";read";
  const std::string error = error_of(words({script}));
  expect_start(error, "--app 'read;read;");
  EXPECT_TRUE(contains(error, "a session has at most 255 operations"));
}

TEST(Scenario, an_aim_without_an_arrow_is_at_a_kind_of_operation_at_one_of_that_name_or_at_a_server) {
  const Scenario scenario =
      resolve(with_faults({"late-request@read", "duplicate@Cache=2", "lost-message@database", "evict@cache"}), both());
  const auto target = [&](std::size_t budget) { return scenario.budgets.at(budget).targets.at(0); };
  EXPECT_EQ(target(0).operations, (std::vector<std::uint16_t>{0}));
  EXPECT_EQ(target(0).arrow, 0);
  EXPECT_EQ(target(1).servers, (std::vector<ServerId>{0}));
  EXPECT_TRUE(target(1).operations.empty());
  EXPECT_EQ(target(2).servers, (std::vector<ServerId>{1}));
  EXPECT_EQ(target(3).servers, (std::vector<ServerId>{0}));
  EXPECT_EQ(scenario.words.faults, (std::vector<std::string>{"late-request@read=1", "duplicate@cache=2",
                                                             "lost-message@database=1", "evict@cache=1"}));
  EXPECT_EQ(resolve(scenario.words, both()).words, scenario.words);
}

TEST(Scenario, a_star_is_no_budget_but_for_what_could_go_on_without_end) {
  const Scenario scenario = resolve(with_faults({"lost-message=*", "crash = *"}), both());
  EXPECT_TRUE(scenario.budgets[0].unlimited);
  EXPECT_EQ(scenario.words.faults, (std::vector<std::string>{"lost-message=*", "crash=*"}));
  expect_start(error_of(with_faults({"duplicate=*"})),
               "--fault duplicate=*: duplicate can happen without end; say how often, as in duplicate=2");
  EXPECT_EQ(error_of(with_faults({"cache-failover:1"})), "no error");
  EXPECT_EQ(error_of(with_faults({"cache-failover:16=2"})), "no error");
  for (const std::string many : {"cache-failover:0", "cache-failover:17", "cache-failover:", "cache-failover:two"})
    expect_start(
        error_of(with_faults({many})),
        "--fault " + many + ": behind the colon stands how many of the last changes the replica may miss, from 1");
  expect_start(error_of(with_faults({"lost-reply:2"})),
               "--fault lost-reply:2: only a cache-failover has a number behind a colon");
  expect_start(error_of(with_faults({"cache-failover=*"})), "--fault cache-failover=*: cache-failover can happen");
  expect_start(error_of(with_faults({"any=*"})), "--fault any=*: duplicate can happen without end");
}

TEST(Scenario, what_strikes_a_cache_where_there_is_none_never_happens) {
  traces::Scenario scenario = words({"write"});
  scenario.cached = true;
  scenario.faults = {"evict"};
  EXPECT_EQ(error_of(scenario, compile(read_lines("app->>database: Set value\n"), {})), "no error");
}

TEST(Scenario, all_invoked_needs_one_first_state) {
  traces::Scenario scenario = words({"read"}, 2);
  scenario.all_invoked = true;
  expect_start(error_of(scenario), "--app 'read': --all-invoked needs the key of every first operation");
  scenario.apps = {"read k1; read"};
  EXPECT_EQ(error_of(scenario), "no error") << "later operations may choose";
  const Program choosing =
      compile(read_lines("opt large\napp->>cache: Delete value\nend\napp->>database: Set value\n"), {});
  scenario.apps = {"write k1"};
  expect_start(error_of(scenario, choosing), "--all-invoked: an operation here starts with a choice");
}

TEST(Scenario, errors_of_faults_say_which_one) {
  const auto error = [](const std::string& fault) { return error_of(with_faults({fault})); };
  expect_start(error("lost-mesage"), "--fault lost-mesage: no such fault (did you mean lost-message?); there is");
  expect_start(error("abort"), "--fault abort: understood, but not modelled yet; there is");
  expect_start(error(""), "--fault : no such fault");
  expect_start(error("lost-reply,"), "--fault : no such fault");
  for (const std::string budget : {"0", "1001", "x", "-1", "", "1.5"})
    expect_start(error("any=" + budget), "--fault any=" + budget + ": the budget after '=' is a number from 1 to 1000");
  expect_start(
      error("lost-reply@wirte"),
      "--fault lost-reply@wirte: cannot read the aim \"wirte\"; write OPERATION:ARROW, as in write:2, an operation "
      "(read, write), or a server (cache, database)");
  expect_start(error("evict@write"), "--fault evict@write: evict strikes the cache, not a message");
  expect_start(error("evict@database"), "--fault evict@database: evict strikes the cache, not a message");
  expect_start(error("lost-reply@write:two"), "--fault lost-reply@write:two: cannot read the aim");
  expect_start(error("lost-reply@update:1"), "--fault lost-reply@update:1: \"update\" names no operation");
  expect_start(error("lost-reply@write:1"), "--fault lost-reply@write:1: arrow 1 of Write is no request to a server");
  expect_start(error("lost-reply@write:0"), "--fault lost-reply@write:0: arrow 0 of Write is no request");
  const std::string beyond = error("lost-reply@write:9");
  expect_start(beyond, "--fault lost-reply@write:9: arrow 9 of Write is no request");
  EXPECT_TRUE(contains(beyond, "it has 3 arrows")) << beyond;
}

TEST(Scenario, what_to_do_on_a_timeout_is_fail_or_continue) {
  traces::Scenario scenario = words({"read"});
  EXPECT_FALSE(compile_options(scenario).continue_on_database_timeout);
  scenario.on_database_timeout = "continue";
  EXPECT_TRUE(compile_options(scenario).continue_on_database_timeout);
  scenario.on_database_timeout = "retry";
  EXPECT_THROW(compile_options(scenario), InputError);
  scenario = words({"read"});
  EXPECT_FALSE(compile_options(scenario).fail_on_cache_timeout);
  scenario.on_cache_timeout = "fail";
  EXPECT_TRUE(compile_options(scenario).fail_on_cache_timeout);
  scenario.on_cache_timeout = "retry";
  EXPECT_THROW(compile_options(scenario), InputError);
}

TEST(Scenario, one_line_for_people_counts_readers_and_writers_or_shows_the_scripts) {
  EXPECT_EQ(describe(words({"read", "write", "read"})), "2 readers, 1 writer, 1 key, no faults");
  traces::Scenario scenario = words({"read; write"}, 2);
  scenario.cached = true;
  scenario.faults = {"any=1"};
  scenario.on_database_timeout = "continue";
  scenario.on_cache_timeout = "fail";
  scenario.all_invoked = true;
  EXPECT_EQ(
      describe(scenario),
      "app 'read; write', 2 keys, cached, fault any=1, on database timeout: continue, on cache timeout: fail, all "
      "invoked");
}

}  // namespace
}  // namespace stalemate::model
