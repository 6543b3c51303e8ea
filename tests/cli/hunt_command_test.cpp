// `stalemate hunt` as a user runs it: exit codes, the seed, the same bytes anywhere, files, limits, and what is
// refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

using Json = nlohmann::json;

TEST(HuntCommand, the_tutorials_diagrams_are_violated_and_the_trace_is_checked_and_shown_like_any_other) {
  const Scratch scratch;
  const std::string diagram = scratch.write("steps.md", tutorial());
  const std::string trace = scratch.path("t.json");
  const Outcome outcome = run_program({"hunt", diagram, "--apps", "4", "--operations", "3", "--keys", "2", "--fault",
                                       "lost-message", "--seed", "5", "--json", "-o", trace});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["verdict"], "violated");
  EXPECT_EQ(json["seed"], "5");
  EXPECT_EQ(json["drawn"], (Json{{"apps", 4}, {"operations", 3}}));
  ASSERT_EQ(json["found"].size(), 1U);
  const Json& found = json["found"][0];
  EXPECT_EQ(found["property"], json["property"]);
  EXPECT_TRUE(found["shortest"]);
  const Json saved = Json::parse(read_all(trace));
  EXPECT_EQ(saved["seed"], "5");
  EXPECT_EQ(saved["steps"], found["trace"]);
  EXPECT_EQ(run_program({"show", trace}).code, 0);
  EXPECT_NE(run_program({"hunt", diagram, "--seed", "5", "-o", trace}).code, 1) << "an older file is kept";
}

TEST(HuntCommand, a_fresh_seed_stands_in_the_first_line_and_the_command_of_the_last_line_repeats_the_hunt) {
  const Outcome outcome = run_program({"hunt", "cache-aside", "--fault", "any"});
  EXPECT_EQ(outcome.code, 1);
  const std::string first = outcome.err.substr(0, outcome.err.find('\n'));
  const auto seed_at = first.rfind(", seed ");
  ASSERT_NE(seed_at, std::string::npos) << first;
  const std::string seed = first.substr(seed_at + 7);
  EXPECT_TRUE(outcome.err.ends_with("\nreproduce: stalemate hunt cache-aside --fault any --seed " + seed + "\n"))
      << outcome.err;
  EXPECT_EQ(run_program({"hunt", "cache-aside", "--fault", "any", "--seed", seed}).out, outcome.out);
  const Outcome other = run_program({"hunt", "cache-aside", "--fault", "any"});
  EXPECT_NE(other.err.substr(0, other.err.find('\n')), first) << "two fresh seeds of 32 bits";
}

TEST(HuntCommand, database_only_is_inconclusive_with_what_was_covered) {
  const Outcome outcome = run_program({"hunt", "database-only", "--fault", "any", "--seed", "1", "--runs", "5000"});
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  for (const char* part : {"inconclusive\n", "covered: 5000 runs", "distinct states", "unseen: ", "Good-Turing",
                           "Read: 2 of 2", "Write: 1 of 1", "happened: lost-request, lost-reply"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part << '\n' << outcome.out;
}

// --- the same bytes ---

struct Bytes {
  std::string out, traces;
  bool operator==(const Bytes&) const = default;
};

Bytes bytes(Invocation invocation, const std::string& seed) {
  const Scratch scratch;
  const std::string diagram = scratch.write("steps.md", tutorial());
  const Scratch folder;
  invocation.arguments = {"hunt",   diagram, "--apps",  "4",      "--operations", "3",
                          "--keys", "2",     "--fault", "any=2",  "--seed",       seed,
                          "--runs", "3000",  "--all",   "--json", "-o",           folder.path("")};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  Bytes result{outcome.out, ""};
  for (const std::string& name : folder.names()) result.traces += name + "\n" + read_all(folder.path(name));
  return result;
}

TEST(HuntCommand, the_same_bytes_twice_and_under_another_time_zone_locale_and_folder) {
  for (const char* seed : {"1", "18446744073709551615"}) {
    const Bytes first = bytes({}, seed);
    EXPECT_NE(first.traces.find("cause-2.json"), std::string::npos) << "there is something to compare";
    EXPECT_EQ(first.traces.find("/tmp"), std::string::npos) << "a trace names no folder";
    EXPECT_EQ(bytes({}, seed), first);
    Invocation elsewhere;
    elsewhere.environment = {"TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8", "LANG=de_DE.UTF-8"};
    elsewhere.folder = "/";
    EXPECT_EQ(bytes(elsewhere, seed), first);
  }
}

TEST(HuntCommand, the_same_bytes_by_the_program_of_another_compiler) {
  const char* other = std::getenv("STALEMATE_OTHER_PROGRAM");
  if (other == nullptr) GTEST_SKIP() << "STALEMATE_OTHER_PROGRAM is not set; ./dev test builds one and sets it";
  Invocation invocation;
  invocation.program = other;
  for (const char* seed : {"1", "2", "18446744073709551615"}) EXPECT_EQ(bytes(invocation, seed), bytes({}, seed));
}

// --- limits ---

TEST(HuntCommand, ctrl_c_prints_what_is_known_so_far) {
  Invocation invocation;
  invocation.arguments = {"hunt", "database-only", "--for", "10m", "--seed", "1", "--json"};
  invocation.interrupt = {.once = says("stalemate"), .then_processor_ms = 500};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["limits"], Json::array({"interrupted"}));
  EXPECT_GT(json["runs"], 0);

  invocation.arguments = {"hunt", "cache-aside", "--for", "10m", "--seed", "1", "--json", "--all"};
  const Outcome found = run_program(invocation);
  EXPECT_EQ(found.code, 1) << "what was found stands: " << found.err;
  EXPECT_EQ(Json::parse(found.out)["limits"], Json::array({"interrupted"}));
}

TEST(HuntCommand, a_time_limit_ends_it_and_is_said) {
  const Outcome outcome = run_program({"hunt", "database-only", "--for", "100ms", "--seed", "1"});
  EXPECT_EQ(outcome.code, 3) << outcome.err;
  EXPECT_NE(outcome.out.find("limit: time limit of 100ms reached"), std::string::npos) << outcome.out;
}

// --- files ---

TEST(HuntCommand, for_all_each_cause_is_a_file_in_a_folder_that_must_exist_and_hold_no_older_ones) {
  const Scratch scratch;
  const std::vector<std::string> hunt = {"hunt", "cache-aside", "--seed", "1", "--runs", "2000", "--all", "-o"};
  const auto into = [&](const std::string& folder, bool force = false) {
    std::vector<std::string> arguments = hunt;
    arguments.push_back(folder);
    if (force) arguments.emplace_back("--force");
    return run_program(arguments);
  };
  const Outcome outcome = into(scratch.path(""));
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const std::vector<std::string> names = scratch.names();
  ASSERT_GE(names.size(), 2U);
  EXPECT_EQ(names.front(), "cause-1.json");
  EXPECT_EQ(into(scratch.path("")).code, 2) << "older ones are kept";
  EXPECT_EQ(into(scratch.path(""), true).out, outcome.out);
  const Outcome missing = into(scratch.path("none"));
  EXPECT_EQ(missing.code, 2);
  EXPECT_EQ(missing.out, "");
  EXPECT_EQ(std::count(missing.err.begin(), missing.err.end(), '\n'), 1) << missing.err;
  EXPECT_EQ(scratch.names(), names) << "no folder is made";
}

// --- bad input ---

TEST(HuntCommand, what_makes_no_sense_is_refused_in_one_line_and_nothing_is_written) {
  const Scratch scratch;
  const struct {
    std::vector<std::string> arguments;
    const char* part;
  } cases[] = {
      {{"--apps", "0"}, "--apps 0: say a whole number from 1 to 63"},
      {{"--apps", "1000000"}, "--apps 1000000"},
      {{"--operations", "0"}, "--operations 0"},
      {{"--operations", "63", "--apps", "63"}, "at most 63"},
      {{"--keys", "0"}, "--keys 0"},
      {{"--runs", "0"}, "--runs 0"},
      {{"--runs", "1e9"}, "--runs 1e9"},
      {{"--seed", "-1"}, "--seed -1"},
      {{"--seed", "x"}, "--seed x"},
      {{"--seed", "18446744073709551616"}, "--seed 18446744073709551616"},
      {{"--for", "10"}, "--for 10: say a whole number with its unit"},
      {{"--for", "0s"}, "--for 0s"},
      {{"--strategy", "swam"}, "did you mean swarm?"},
      {{"--property", "fresh-read"}, "did you mean fresh-reads?"},
      {{"--fault", "lost-mesage"}, "did you mean lost-message?"},
      {{"--fault", "any=0"}, "--fault any=0"},
      {{"--apps", "2", "--app", "read"}, "--apps 2:"},
      {{"--operations", "2", "--readers", "1"}, "--operations 2:"},
      {{"--run", "5"}, "--run"},
      {{"-o", scratch.path("none/t.json")}, "none"},
  };
  for (const auto& one : cases) {
    std::vector<std::string> arguments = {"hunt", "cache-aside"};
    arguments.insert(arguments.end(), one.arguments.begin(), one.arguments.end());
    if (one.arguments.front() != "-o") arguments.insert(arguments.end(), {"-o", scratch.path("t.json")});
    const Outcome outcome = run_program(arguments);
    EXPECT_EQ(outcome.code, 2) << one.part << outcome.err;
    EXPECT_EQ(outcome.out, "") << one.part;
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << one.part << outcome.err;
    EXPECT_NE(outcome.err.find(one.part), std::string::npos) << one.part << '\n' << outcome.err;
    EXPECT_TRUE(scratch.names().empty()) << one.part;
  }
  const Outcome no_cache = run_program({"hunt", "database-only", "--property", "coherent-at-rest"});
  EXPECT_EQ(no_cache.code, 3);
  EXPECT_NE(no_cache.out.find("never reached: a cached entry at rest"), std::string::npos);
}

TEST(HuntCommand, help_has_every_option_with_its_default_and_an_example) {
  const Outcome outcome = run_program({"hunt", "--help"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* part : {"--apps", "--operations", "--keys", "--fault", "--cached", "--runs", "--for", "--seed",
                           "--strategy", "swarm", "uniform", "--all", "--json", "-o", "Examples:"})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << part;
}

}  // namespace
}  // namespace stalemate::cli
