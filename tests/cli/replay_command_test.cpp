// From a diagram to a wrong value in real servers, by the command line alone; and every saved trace, re-executed on the
// model and on real servers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "machine/fault.hpp"
#include "program_support.hpp"
#include "terminal_support.hpp"
#include "traces/json.hpp"

namespace stalemate::cli {
namespace {

std::vector<std::string> saved_traces() {
  std::vector<std::string> paths;
  for (const auto& entry : std::filesystem::directory_iterator(STALEMATE_SOURCE_DIR "/traces/saved"))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

TEST(SavedTraces, every_one_is_what_the_model_tells_today_byte_for_byte) {
  ASSERT_GE(saved_traces().size(), 6U);
  for (const std::string& path : saved_traces()) {
    SCOPED_TRACE(path);
    const std::string text = read_all(path);
    const traces::Trace trace = traces::read_json(text, path);
    EXPECT_EQ(traces::write_json(model::rewalk(trace, path)), text);
    ASSERT_FALSE(trace.steps.empty());
    if (trace.property.empty()) continue;
    EXPECT_EQ(trace.steps.back().violates.front(), trace.property);
  }
}

// The page of a trace with nothing that may go wrong: no faults, and no entry with a time to live.
model::Report check_without_faults(const traces::Trace& trace) {
  const std::regex time_to_live(" EX [0-9]+");
  const std::string page = std::regex_replace(trace.protocol.text, time_to_live, "");
  traces::Scenario scenario = trace.scenario;
  scenario.faults.clear();
  model::CheckOptions options;
  options.properties = {trace.property};
  return model::check(model::read_protocol(page, trace.protocol.name, trace.protocol.roles), scenario, options);
}

TEST(SavedTraces, for_each_kind_of_fault_and_for_a_time_to_live_one_needs_it) {
  std::set<traces::StepKind> needed;
  for (const std::string& path : saved_traces()) {
    SCOPED_TRACE(path);
    const traces::Trace trace = traces::read_json(read_all(path), path);
    std::set<traces::StepKind> kinds;
    for (const traces::Step& step : trace.steps)
      if (traces::is_fault(step.kind) || step.kind == traces::StepKind::kExpire) kinds.insert(step.kind);
    // Of several kinds in one trace, which one it needs would not be known.
    if (trace.property.empty() || kinds.size() != 1) continue;
    if (check_without_faults(trace).verdict == model::Verdict::kHolds) needed.insert(*kinds.begin());
  }
  EXPECT_EQ(needed.count(traces::StepKind::kExpire), 1U);
  for (const model::FaultKind& kind : model::fault_kinds()) {
    // What befalls a cache in a process has its traces in tests/real/local_cache_test.cpp.
    if (kind.effect == model::FaultEffect::kLoseDelivery) continue;
    EXPECT_EQ(needed.count(kind.told_as), traces::facts_of(kind.told_as).replayed ? 1U : 0U) << kind.name;
  }
}

#ifdef STALEMATE_HAVE_REAL

TEST(ReplayCommand, every_saved_trace_reproduces_on_real_servers) {
  std::vector<std::string> arguments = {"replay"};
  for (const std::string& path : saved_traces()) arguments.push_back(path);
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
}

TEST(ReplayCommand, the_tutorials_race_reproduces_and_ends_with_both_values) {
  const Scratch scratch;
  const std::string trace = scratch.path("t.json");
  ASSERT_EQ(run_program({"check", scratch.write("steps.md", tutorial()), "-o", trace}).code, 1);
  const Outcome outcome = run_program({"replay", trace});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("reproduced"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("redis: 1000\npostgres: 1\n"), std::string::npos) << outcome.out;
}

TEST(ReplayCommand, an_edited_reply_diverges_at_its_step) {
  const Scratch scratch;
  const std::string trace = scratch.path("t.json");
  ASSERT_EQ(run_program({"check", "cache-aside", "-o", trace}).code, 1);
  std::string text = read_all(trace);
  // Step 4 is the handling of the database read.
  const auto step = text.find("\"kind\": \"handle\"", text.find("\"kind\": \"receive\""));
  const auto value = text.find("\"reply\": {\"outcome\": \"value\", \"value\": 1000}", step);
  ASSERT_NE(value, std::string::npos);
  text.replace(text.find("1000", value), 4, "1001");
  const Outcome outcome = run_program({"replay", scratch.write("edited.json", text)});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("diverged at step 4: expected value 1001, got value 1000"), std::string::npos)
      << outcome.out;
}

TEST(ReplayCommand, several_traces_are_told_in_a_line_each_in_the_order_given_and_as_junit) {
  const Scratch scratch;
  const std::string saved = std::string(STALEMATE_SOURCE_DIR) + "/traces/saved/";
  std::string text = read_all(saved + "cache-aside-late-fill.json");
  const auto value = text.find("\"reply\": {\"outcome\": \"value\", \"value\": 1000}");
  ASSERT_NE(value, std::string::npos);
  text.replace(text.find("1000", value), 4, "1001");
  const std::string edited = scratch.write("edited<1>.json", text);
  const std::string xml = scratch.path("replay.xml");
  const std::vector<std::string> arguments = {"replay", edited, saved + "two-keys.json", "--junit", xml};
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const auto first = outcome.out.find("diverged    edited<1>.json (4 of 12 steps, 2 round trips)\n");
  const auto second = outcome.out.find("reproduced  two-keys.json (17 of 17 steps, 7 round trips)\n");
  EXPECT_LT(first, second) << outcome.out;
  EXPECT_NE(second, std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("\n1 of 2 traces reproduced\n"), std::string::npos) << outcome.out;
  const std::string junit = read_all(xml);
  EXPECT_NE(junit.find("tests=\"2\" failures=\"1\" errors=\"0\""), std::string::npos) << junit;
  EXPECT_NE(junit.find("<testcase name=\"edited&lt;1&gt;.json\" classname=\"coherent-at-rest\">"), std::string::npos)
      << junit;
  EXPECT_NE(junit.find("message=\"diverged at step 4: expected value 1001, got value 1000\""), std::string::npos)
      << junit;
  EXPECT_EQ(run_program(arguments).code, 2) << "the file is there";
}

TEST(ReplayCommand, as_json_it_says_of_each_trace_what_became_of_it) {
  const Scratch scratch;
  const std::string saved = std::string(STALEMATE_SOURCE_DIR) + "/traces/saved/";
  const std::string whole = read_all(saved + "cache-aside-late-fill.json");
  std::string edited = whole;
  const auto value = edited.find("\"reply\": {\"outcome\": \"value\", \"value\": 1000}");
  ASSERT_NE(value, std::string::npos);
  edited.replace(edited.find("1000", value), 4, "1001");
  const Outcome outcome =
      run_program({"replay", saved + "cache-aside-late-fill.json", scratch.write("edited.json", edited),
                   saved + "database-only-write-in-doubt.json", "--json"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("reproduced"), 2);
  const auto& race = json.at("traces").at(0);
  EXPECT_EQ(race.at("name"), "cache-aside-late-fill.json");
  EXPECT_EQ(race.at("verdict"), "reproduced");
  EXPECT_EQ(race.at("property"), "coherent-at-rest");
  EXPECT_EQ(race.at("came_back").size(), race.at("steps"));
  EXPECT_EQ(race.at("cache"), (nlohmann::json{{"k1", 1000}}));
  EXPECT_EQ(race.at("database"), (nlohmann::json{{"k1", 1}}));
  EXPECT_EQ(race.at("servers").size(), 2U);
  EXPECT_TRUE(race.at("error").is_null() && race.at("left").is_null() && race.at("divergences").empty());
  const auto& diverged = json.at("traces").at(1);
  EXPECT_EQ(diverged.at("verdict"), "diverged");
  EXPECT_EQ(diverged.at("divergences"),
            nlohmann::json::parse(R"([{"step": 3, "expected": "value 1001", "got": "value 1000"}])"));
  EXPECT_TRUE(json.at("traces").at(2).at("cache").is_null());
  const Outcome refused = run_program({"replay", saved + "two-keys.json", "--json", "--redis", "redis://127.0.0.1:1"});
  EXPECT_EQ(refused.code, 5);
  EXPECT_EQ(nlohmann::json::parse(refused.out).at("traces").at(0).at("verdict"), "failed");
}

TEST(ReplayCommand, after_a_divergence_it_stops_goes_on_or_finds_another_trace) {
  const Scratch scratch;
  std::string text = read_all(std::string(STALEMATE_SOURCE_DIR) + "/traces/saved/cache-aside-late-fill.json");
  const auto value = text.find("\"reply\": {\"outcome\": \"value\", \"value\": 1000}");
  ASSERT_NE(value, std::string::npos);
  text.replace(text.find("1000", value), 4, "1001");
  const std::string edited = scratch.write("edited.json", text);
  const Outcome skipped = run_program({"replay", edited, "--on-divergence", "skip"});
  EXPECT_EQ(skipped.code, 1) << skipped.err;
  EXPECT_NE(skipped.out.find("(12 of 12 steps, 5 round trips)\n"), std::string::npos) << skipped.out;
  const Outcome searched = run_program({"replay", edited, "--on-divergence", "search"});
  EXPECT_EQ(searched.code, 0) << searched.out << searched.err;
  EXPECT_NE(searched.out.find("edited.json: diverged at step 4: expected value 1001, got value 1000; instead, another "
                              "trace that breaks coherent-at-rest was found and replayed\n"),
            std::string::npos)
      << searched.out;
}

TEST(ReplayCommand, statements_that_a_trace_brings_are_shown_before_they_run_and_once) {
  const Scratch scratch;
  const std::string trace = scratch.path("account.json");
  ASSERT_EQ(run_program({"check", STALEMATE_SOURCE_DIR "/real/examples/account.md", "-o", trace}).code, 1);
  const Outcome refused = run_program({"replay", trace});
  EXPECT_EQ(refused.code, 2) << refused.err;
  EXPECT_NE(refused.err.find("--trust-mapping"), std::string::npos) << refused.err;
  const Outcome outcome = run_program({"replay", trace, trace, "--trust-mapping"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::size_t at = outcome.err.find("account.json runs these statements of its own:\n  sql setup = CREATE TABLE");
  EXPECT_NE(at, std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("\n  redis delete = DEL account::key\n", at), std::string::npos) << outcome.err;
  EXPECT_EQ(outcome.err.find("runs these statements", at + 40), std::string::npos) << outcome.err;
}

TEST(ReplayCommand, what_could_not_be_removed_is_said_and_the_junit_file_says_it_too) {
  const Scratch scratch;
  const std::string trace = scratch.path("account.json");
  ASSERT_EQ(run_program({"check", STALEMATE_SOURCE_DIR "/real/examples/account.md", "-o", trace}).code, 1);
  std::string mapping;
  const std::string page = read_all(STALEMATE_SOURCE_DIR "/real/examples/account.md");
  const std::string mark = "%% stalemate: ";
  for (std::size_t line = page.find(mark); line != std::string::npos; line = page.find(mark, line + 1)) {
    const std::string text = page.substr(line + mark.size(), page.find('\n', line) - line - mark.size());
    if (text.starts_with("sql ") || text.starts_with("redis ") || text.starts_with("key ")) mapping += text + "\n";
  }
  mapping += "sql teardown = DROP TABLE acount\n";
  const Outcome outcome = run_program(
      {"replay", trace, "--mapping", scratch.write("shop.mapping", mapping), "--junit", scratch.path("replay.xml")});
  EXPECT_EQ(outcome.code, 5) << outcome.err;
  EXPECT_NE(outcome.out.find("\nreproduced ("), std::string::npos) << outcome.out;
  const std::string left = "what the mapping's teardown takes away may be left behind (PostgreSQL at 127.0.0.1:";
  EXPECT_NE(outcome.err.find("stalemate: the replay is done; " + left), std::string::npos) << outcome.err;
  EXPECT_NE(read_all(scratch.path("replay.xml")).find("<error message=\"the replay is done; what the mapping"),
            std::string::npos);
}

TEST(ReplayCommand, ctrl_c_tells_what_was_replayed_by_then) {
  const Scratch scratch;
  constexpr std::size_t kTraces = 1000;
  for (const std::string form : {"text", "json"}) {
    const std::string report = scratch.path(form + ".xml");
    std::vector<std::string> arguments = {"replay", "--junit", report};
    if (form == "json") arguments.push_back("--json");
    arguments.insert(arguments.end(), kTraces, STALEMATE_SOURCE_DIR "/traces/saved/database-only-write-in-doubt.json");
    Terminal terminal(arguments);
    const auto some_are_done = [](const std::string& screen) {
      return screen.find(" of 1000 traces, ") != std::string::npos;
    };
    ASSERT_TRUE(terminal.shows(some_are_done, 60)) << terminal.screen().text();
    terminal.type("\x03");
    EXPECT_EQ(terminal.wait(), 128 + SIGINT);
    const std::string screen = terminal.screen().text();
    const std::string junit = read_all(report);
    std::smatch errors;
    ASSERT_TRUE(std::regex_search(junit, errors, std::regex("tests=\"1000\" failures=\"0\" errors=\"(\\d+)\"")))
        << junit.substr(0, 300);
    const std::size_t not_replayed = std::stoul(errors[1]);
    EXPECT_GT(not_replayed, 0U);
    EXPECT_LT(not_replayed, kTraces);
    const std::string told = form == "text" ? fmt::format("\n{} of 1000 traces reproduced; {} not replayed\n",
                                                          kTraces - not_replayed, not_replayed)
                                            : "\"error\": \"not replayed: interrupted before its turn was over\"";
    EXPECT_NE(screen.find(told), std::string::npos)
        << screen.substr(screen.size() - std::min<std::size_t>(screen.size(), 1000));
  }
}

TEST(ReplayCommand, a_server_elsewhere_and_what_a_proxy_cannot_carry_are_refused_in_one_line) {
  const std::string trace = std::string(STALEMATE_SOURCE_DIR) + "/traces/saved/database-only-write-in-doubt.json";
  const Outcome remote = run_program({"replay", trace, "--postgres", "postgresql://u:geheim@192.0.2.1/d"});
  EXPECT_EQ(remote.code, 2);
  EXPECT_NE(remote.err.find("--allow-remote"), std::string::npos) << remote.err;
  const Outcome encrypted =
      run_program({"replay", trace, "--postgres", "postgresql://u:geheim@127.0.0.1/d?gssencmode=require"});
  EXPECT_EQ(encrypted.code, 2);
  EXPECT_NE(encrypted.err.find("gssencmode=require asks for GSSAPI"), std::string::npos) << encrypted.err;
  for (const Outcome& outcome : {remote, encrypted}) {
    EXPECT_EQ(outcome.err.find("geheim"), std::string::npos) << outcome.err;
    EXPECT_TRUE(outcome.out.empty());
  }
}

// What `check` finds on the page, as a trace.
std::string trace_of(const Scratch& scratch, const std::string& lines, std::vector<std::string> options = {}) {
  scratch.write("page.mmd", "sequenceDiagram\n" + lines);
  const std::string trace = scratch.path("page.json");
  std::vector<std::string> command = {"check", scratch.path("page.mmd"), "-o", trace, "--force"};
  command.insert(command.end(), options.begin(), options.end());
  EXPECT_EQ(run_program(command).code, 1) << lines;
  return trace;
}

TEST(ReplayCommand, what_people_ship_as_the_fix_is_reproduced) {
  const Scratch scratch;
  const std::string reads = "Note over app: Read\napp->>cache: ";
  const std::string hit = "\nalt hit\ncache-->>app: value\n";
  const std::string fills = "\napp->>database: get\napp->>cache: ";
  const std::string writes = "\nend\nNote over app: Write\n";
  const std::string watched =
      trace_of(scratch, reads + "WATCH k, GET k" + hit + "else miss" + fills + "MULTI, SET k, EXEC" + writes +
                            "app->>cache: DEL k\napp->>database: set\n");
  EXPECT_EQ(run_program({"replay", watched}).code, 0);
  const std::string several = trace_of(scratch, reads + "GET k:1" + hit + "else miss" + fills + "SET k:1" + writes +
                                                    "app->>cache: DEL k:1 l:1\napp->>database: set\n");
  EXPECT_EQ(run_program({"replay", several}).code, 0);
  const std::string leased =
      trace_of(scratch,
               reads + "get k:1, take a lease if it is missing" + hit + "else miss, lease granted" + fills +
                   "set k:1 if the lease is still valid" + writes + "app->>database: UPDATE\napp->>cache: DEL k:1\n",
               {"--cached", "--property", "fresh-reads", "--fault", "lost-message"});
  EXPECT_EQ(run_program({"replay", leased}).code, 0);
  const std::string absent = trace_of(
      scratch,
      reads + "GET k:1" + hit + "else miss\napp->>database: SELECT k\nalt no row\ndatabase-->>app: no row\n" +
          "else row\ndatabase-->>app: row\napp->>cache: SET k:1\nend" + writes + "app->>database: INSERT INTO k\n",
      {"--writers", "2"});
  EXPECT_EQ(run_program({"replay", absent}).code, 0);
}

TEST(ReplayCommand, the_cache_is_the_server_that_the_diagram_names_or_that_is_asked_for) {
  const auto saved = [](const std::string& name) { return STALEMATE_SOURCE_DIR "/traces/saved/" + name + ".json"; };
  const auto replayed = [&](const std::string& name, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"replay", saved(name)};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  };
  EXPECT_NE(replayed("tombstone-evict", {}).out.find("\nmemcached: 1000\n"), std::string::npos);
  EXPECT_NE(replayed("tombstone-evict", {}).out.find(" and memcached 1."), std::string::npos);
  EXPECT_NE(replayed("cache-aside-late-fill", {}).out.find("\nredis: 1000\n"), std::string::npos);
  EXPECT_NE(replayed("cache-aside-late-fill", {"--cache", "memcached"}).out.find("\nmemcached: 1000\n"),
            std::string::npos);
  const auto refused = [&](const std::string& name, const std::vector<std::string>& more) {
    const Outcome outcome = replayed(name, more);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_NE(refused("versioned-set-cache-restart", {"--cache", "memcached"})
                .find("'cache: set-if-newer' is sent, which a memcached is not asked"),
            std::string::npos);
  EXPECT_NE(refused("tombstone-evict", {"--cache", "redis"}).find("which is memcached's, and not Redis's"),
            std::string::npos);
  EXPECT_EQ(refused("tombstone-evict", {"--cache", "memcached", "--redis", "redis://localhost"}),
            "stalemate: --cache memcached: leave out --redis, or the other way round\n");
  EXPECT_EQ(refused("tombstone-evict", {"--cache", "redis", "--memcached", "memcached://localhost"}),
            "stalemate: --cache redis: leave out --memcached, or the other way round\n");
  EXPECT_EQ(refused("tombstone-evict", {"--sandbox", "--memcached", "memcached://localhost"}),
            "stalemate: --sandbox starts servers of its own; leave it out, or leave out their URLs\n");
  EXPECT_NE(refused("tombstone-evict", {"--memcached", "redis://localhost"})
                .find("--memcached: the URL does not begin with memcached://"),
            std::string::npos);
  EXPECT_NE(refused("tombstone-evict", {"--memcached", "memcached://192.0.2.1"}).find("--allow-remote"),
            std::string::npos);
  EXPECT_NE(refused("tombstone-evict", {"--cache", "hazelcast"}).find("--cache"), std::string::npos);
}

TEST(ReplayCommand, a_mappings_commands_are_not_asked_of_a_memcached) {
  const Scratch scratch;
  const std::string trace = scratch.path("account.json");
  ASSERT_EQ(run_program({"check", STALEMATE_SOURCE_DIR "/real/examples/account.md", "-o", trace}).code, 1);
  const Outcome outcome = run_program({"replay", trace, "--trust-mapping", "--cache", "memcached"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("a mapping's commands of a cache are Redis's; leave them out, or say --cache redis"),
            std::string::npos)
      << outcome.err;
}

TEST(ReplayCommand, what_is_modelled_and_not_asked_of_a_real_server_yet_is_refused_by_name) {
  const Scratch scratch;
  const auto refusal = [&](const std::string& get, const std::string& set) {
    const Outcome outcome = run_program(
        {"replay",
         trace_of(scratch, "Note over app: Read\napp->>cache: " + get +
                               "\nalt hit\ncache-->>app: value\nelse miss\napp->>database: get\n"
                               "app->>cache: " +
                               set + "\nend\nNote over app: Write\napp->>cache: DEL k:1\napp->>database: set\n")});
    EXPECT_EQ(outcome.code, 2);
    return outcome.err;
  };
  EXPECT_NE(refusal("MGET k:1 k:2", "SET k:1").find("'cache: get of other rows, too' is sent, which no server here is"),
            std::string::npos);
}

// By a request that the server does not understand, and by a connection that is closed.
TEST(ReplayCommand, an_error_of_a_server_and_an_operation_that_is_cancelled_happen_for_real) {
  const Scratch scratch;
  const std::string trace = scratch.path("t.json");
  const std::vector<std::pair<std::string, std::string>> faults = {{"error@write:2", "really: error\n"},
                                                                   {"cancel@write", "really: its connection closed\n"}};
  for (const auto& [fault, words] : faults) {
    SCOPED_TRACE(fault);
    ASSERT_EQ(run_program({"check", "cache-aside", "--cached", "--fault", fault, "-o", trace, "--force"}).code, 1);
    const Outcome outcome = run_program({"replay", trace});
    EXPECT_EQ(outcome.code, 0) << outcome.out << outcome.err;
    EXPECT_NE(outcome.out.find(words), std::string::npos) << outcome.out;
  }
}

#endif

}  // namespace
}  // namespace stalemate::cli
