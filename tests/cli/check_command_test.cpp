// `stalemate check` as a user runs it: exit codes, JSON, the same bytes anywhere, and what a limit or Ctrl-C leaves.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

using Json = nlohmann::json;

TEST(CheckCommand, the_tutorials_diagrams_are_violated_by_the_race_and_the_json_says_so) {
  const Scratch scratch;
  const Outcome outcome =
      run_program({"check", scratch.write("steps.md", tutorial()), "--readers", "1", "--writers", "1", "--json"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["verdict"], "violated");
  EXPECT_EQ(json["property"], "coherent-at-rest");
  EXPECT_EQ(json["trace"].size(), 12U);
  EXPECT_EQ(json["trace"][11]["after"]["stores"]["cache"]["k1"], 1000);
  EXPECT_EQ(json["trace"][11]["after"]["stores"]["database"]["k1"], 1);
  EXPECT_EQ(json["reductions"], Json::array({"fusing", "independence"}));
  EXPECT_EQ(json["reductions_off"].size(), 1U) << "symmetry: no two app instances are alike";
  EXPECT_EQ(json["limits"], Json::array());
}

TEST(CheckCommand, a_race_is_taken_as_it_is_drawn_and_the_mend_on_its_page_forbids_it) {
  const Scratch scratch;
  const std::string page = scratch.write("race.md", R"(## The bug

```mermaid
sequenceDiagram
    participant A as App A
    participant B as App B
    participant C as Redis
    participant D as Postgres
    A->>C: GET price
    C-->>A: nil
    A->>D: SELECT price
    B->>D: UPDATE price = 20
    B->>C: SET price 20
    A->>C: SET price
```

## The mend: read

```mermaid
sequenceDiagram
    participant App
    participant C as Redis
    participant D as Postgres
    App->>C: GET price
    C-->>App: nil
    App->>D: SELECT price
```

## The mend: write

```mermaid
sequenceDiagram
    participant App
    participant C as Redis
    participant D as Postgres
    App->>D: UPDATE price
    App->>C: SET price
```
)");
  const std::string trace = scratch.path("race.json");
  const Outcome outcome = run_program({"check", page, "--as-drawn", "-o", trace});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("as drawn: it can happen, and ends wrong: it breaks coherent-at-rest\n"),
            std::string::npos);
  EXPECT_NE(outcome.out.find("app2 is App B: Write"), std::string::npos);
  EXPECT_NE(
      outcome.out.find("the protocol of line 20, with the same operations in every order: holds: it forbids this"),
      std::string::npos)
      << outcome.out;
  EXPECT_EQ(run_program({"explain", trace}).code, 0) << "a trace as any other";
  const Json json = Json::parse(run_program({"check", page + ":6", "--as-drawn", "--json"}).out);
  EXPECT_EQ(json["as_drawn"][0]["answer"], "ends-wrong");
  EXPECT_EQ(json["as_drawn"][0]["instances"][1]["name"], "App B");
  EXPECT_EQ(json["as_drawn"][0]["trace"].size(), 12U);
  EXPECT_EQ(json["others"][0]["verdict"], "holds");
  const Outcome other = run_program({"check", page + ":22", "--as-drawn"});
  EXPECT_EQ(other.code, 2);
  EXPECT_NE(other.err.find("no diagram here shows a race"), std::string::npos) << other.err;
  EXPECT_EQ(run_program({"check", page, "--as-drawn", "--readers", "2"}).code, 2) << "the diagram says who takes part";
}

TEST(CheckCommand, several_pages_are_checked_one_after_the_other_and_the_worst_is_the_exit_code) {
  const Scratch scratch;
  const std::string broken = scratch.write("broken.md", "no diagram\n");
  const Outcome holds = run_program({"check", "database-only", "database-only"});
  EXPECT_EQ(holds.code, 0) << holds.err;
  const Outcome mixed = run_program({"check", "database-only", broken, "cache-aside"});
  EXPECT_EQ(mixed.code, 1) << "of 1 and 2 the violation is said";
  EXPECT_NE(mixed.err.find("broken.md"), std::string::npos);
  EXPECT_LT(mixed.out.find("database-only\nholds"), mixed.out.find("cache-aside\nviolated: coherent-at-rest"));
  EXPECT_EQ(run_program({"check", "database-only", broken}).code, 2);
  const Json json = Json::parse(run_program({"check", "database-only", broken, "cache-aside", "--json"}).out);
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[0]["verdict"], "holds");
  EXPECT_EQ(json[1]["protocol"], broken);
  EXPECT_EQ(json[1]["exit_code"], 2);
  EXPECT_EQ(json[2]["verdict"], "violated");
  EXPECT_EQ(run_program({"check", "database-only", "cache-aside", "-o", scratch.path("t.json")}).code, 2);
}

TEST(CheckCommand, converges_is_a_lasso_in_the_json_and_its_file_is_explained_and_shown) {
  const Scratch scratch;
  const std::string trace = scratch.path("stays.json");
  const Outcome outcome =
      run_program({"check", scratch.write("steps.md", tutorial()), "--property", "converges", "--json", "-o", trace});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["property"], "converges");
  EXPECT_EQ(json["loop"], 12);
  EXPECT_EQ(json["trace"].size(), 12U);
  EXPECT_EQ(json["trace"][11]["violates"], Json{"converges"});
  EXPECT_EQ(run_program({"explain", trace}).code, 0);
  const Outcome itf = run_program({"show", trace, "--as", "itf"});
  EXPECT_EQ(Json::parse(itf.out)["loop"], 12);
  EXPECT_EQ(run_program({"hunt", "cache-aside", "--property", "converges"}).code, 2);
  EXPECT_EQ(run_program({"graph", "cache-aside", "--property", "converges"}).code, 2);
}

TEST(CheckCommand, the_tutorials_own_file_reads_the_same_where_it_is_there) {
  const std::string seed = STALEMATE_SOURCE_DIR "/../shared/seed/steps.md";
  if (!std::filesystem::exists(seed)) GTEST_SKIP() << "no " << seed << ": only the project's own copy was tested";
  const Scratch scratch;
  const Outcome own = run_program({"check", scratch.write("steps.md", tutorial()), "--json", "--count-schedules"});
  const Outcome seeds = run_program({"check", seed, "--json", "--count-schedules"});
  EXPECT_EQ(seeds.code, 1) << seeds.err;
  EXPECT_EQ(Json::parse(seeds.out)["schedules"], (Json{{"total", 10}, {"violating", 1}}));
  EXPECT_EQ(seeds.out, own.out);
}

// --- the same bytes ---

struct Bytes {
  std::string out, trace;
  bool operator==(const Bytes&) const = default;
};

Bytes bytes(Invocation invocation) {
  const Scratch scratch;
  const std::string diagram = scratch.write("steps.md", tutorial());
  const std::string trace = scratch.path("t.json");
  invocation.arguments = {"check", diagram, "--readers", "2", "--fault", "lost-message", "-o", trace};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  return {outcome.out, read_all(trace)};
}

TEST(CheckCommand, the_same_bytes_twice_and_under_another_time_zone_locale_and_folder) {
  const Bytes first = bytes({});
  EXPECT_FALSE(first.trace.empty());
  EXPECT_EQ(first.trace.find("/tmp"), std::string::npos) << "a trace names no folder";
  EXPECT_EQ(bytes({}), first);
  Invocation elsewhere;
  elsewhere.environment = {"TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8", "LANG=de_DE.UTF-8"};
  elsewhere.folder = "/";
  EXPECT_EQ(bytes(elsewhere), first);
}

TEST(CheckCommand, the_same_bytes_by_the_program_of_another_compiler) {
  const char* other = std::getenv("STALEMATE_OTHER_PROGRAM");
  if (other == nullptr) GTEST_SKIP() << "STALEMATE_OTHER_PROGRAM is not set; ./dev test builds one and sets it";
  Invocation invocation;
  invocation.program = other;
  EXPECT_EQ(bytes(invocation), bytes({}));
}

// --- limits ---

TEST(CheckCommand, ctrl_c_prints_what_is_known_so_far_and_exits_inconclusive) {
  Invocation invocation;
  // A delete that is lost: the violation lies a few steps from the start, the end of the search nowhere near.
  invocation.arguments = {"check", "cache-aside", "--cached", "--fault",   "lost-message",   "--readers",
                          "5",     "--writers",   "4",        "--exhaust", "--no-reduction", "--json"};
  invocation.interrupt = {.once = says(""), .then_processor_ms = 1500};
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 1) << "a violation was found on the way, so the verdict stands: " << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["limits"], Json::array({"interrupted"}));
  EXPECT_GT(json["states"], 0);
}

// Whatever it is that takes long: the search, its symmetry, the schedules, the loops; or a command without an end.
TEST(CheckCommand, whatever_takes_long_ends_when_it_is_interrupted) {
  const std::vector<std::string> large = {"--readers", "5", "--writers", "5"};
  const std::vector<std::vector<std::string>> commands = {
      {"check", "cache-aside", "--exhaust"},
      {"check", "cache-aside", "--exhaust", "--no-reduction", "--compact"},
      {"check", "cache-aside", "--exhaust", "--no-fusing", "--no-independence", "--fault", "duplicate=2"},
      {"check", "cache-aside", "--count-schedules"},
      {"check", "cache-aside", "--property", "converges"},
      {"hunt", "database-only", "--for", "1h"},
  };
  for (std::vector<std::string> command : commands) {
    Invocation invocation;
    invocation.arguments = command;
    if (command.front() == "check") invocation.arguments.insert(invocation.arguments.end(), large.begin(), large.end());
    invocation.interrupt = {.once = says("stalemate"), .then_processor_ms = 500};
    const Outcome outcome = run_program(invocation);
    // A signal that comes before the program listens ends it, too.
    const bool listened = outcome.code == 1 || outcome.code == 3;
    EXPECT_TRUE(listened || outcome.code == 128 + SIGINT) << command.back() << ": " << outcome.code << outcome.err;
    if (listened) {
      EXPECT_NE(outcome.out.find("interrupted"), std::string::npos) << command.back() << outcome.out;
    }
  }
}

TEST(CheckCommand, each_limit_is_kept_and_said) {
  const struct {
    const char *option, *value, *said;
  } limits[] = {{"--depth", "5", "depth limit 5 reached"},
                {"--memory", "8MiB", "memory limit of 8388608 bytes reached"},
                {"--time", "50ms", "time limit of 50ms reached"}};
  for (const auto& limit : limits) {
    const Outcome outcome = run_program({"check", "database-only", "--readers", "6", "--writers", "6", "--no-reduction",
                                         "--json", limit.option, limit.value});
    EXPECT_EQ(outcome.code, 3) << limit.option << outcome.err;
    const Json json = Json::parse(outcome.out);
    EXPECT_EQ(json["verdict"], "inconclusive");
    EXPECT_EQ(json["limits"], Json::array({limit.said}));
    EXPECT_TRUE(json["trace"].is_null());
  }
}

// --- what a verdict rests on ---

// One operation, which changes nothing.
constexpr const char* kReadOnly =
    "# Read\n\n```mermaid\nsequenceDiagram\n    participant app\n    participant cache\n    participant database\n"
    "    app->>cache: get value\n    cache-->>app: miss\n    app->>database: get value\n    database-->>app: value\n"
    "    app->>cache: set value\n```\n";

TEST(CheckCommand, every_assumption_about_the_diagrams_stands_beside_the_verdict_as_read_lists_it) {
  const Outcome read = run_program({"read", "cache-aside"});
  const std::string word = "assumed: ";
  std::vector<std::string> assumed;
  for (auto at = read.out.find(word); at != std::string::npos; at = read.out.find(word, at + 1))
    assumed.push_back(read.out.substr(at + word.size(), read.out.find('\n', at) - at - word.size()));
  ASSERT_FALSE(assumed.empty()) << read.out;
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--cached"}}) {
    std::vector<std::string> arguments = {"check", "cache-aside"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_program(arguments);
    for (const std::string& one : assumed)
      EXPECT_NE(outcome.out.find(": " + one + "\n"), std::string::npos) << outcome.out;
    arguments.emplace_back("--json");
    const Json json = Json::parse(run_program(arguments).out);
    ASSERT_EQ(json["assumptions"].size(), assumed.size());
    for (std::size_t i = 0; i < assumed.size(); ++i) EXPECT_EQ(json["assumptions"][i]["text"], assumed[i]);
  }
}

TEST(CheckCommand, a_protocol_without_a_write_is_inconclusive_and_says_what_to_draw) {
  const Scratch scratch;
  const Outcome outcome = run_program({"check", scratch.write("only.md", kReadOnly)});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_NE(outcome.out.find("draw a Write, too"), std::string::npos) << outcome.out;
}

TEST(CheckCommand, readers_and_writers_that_nothing_is_drawn_for_are_refused_by_their_own_name) {
  const Scratch scratch;
  const std::string diagram = scratch.write("only.md", kReadOnly);
  const Outcome outcome = run_program({"check", diagram, "--writers", "1"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "stalemate: --writers 1: no Write is drawn in " + diagram + "; draw one, or leave --writers out\n");
  EXPECT_NE(run_program({"check", diagram, "--writers", "0"}).code, 2) << "none were asked for";
}

// --- output ---

TEST(CheckCommand, a_forced_output_with_nothing_to_write_says_whether_an_older_file_stands) {
  const Scratch scratch;
  const std::string trace = scratch.path("t.json");
  const Outcome none = run_program({"check", "database-only", "-o", trace, "--force"});
  EXPECT_EQ(none.code, 0);
  EXPECT_NE(none.err.find("no trace to write: " + trace + " was not made\n"), std::string::npos) << none.err;
  scratch.write("t.json", "older");
  const Outcome older = run_program({"check", "database-only", "-o", trace, "--force"});
  EXPECT_EQ(older.code, 0);
  EXPECT_NE(older.err.find("no trace to write; the older " + trace + " is left as it was\n"), std::string::npos)
      << older.err;
  EXPECT_EQ(read_all(trace), "older");
}

TEST(CheckCommand, a_stderr_that_is_full_or_closed_changes_neither_result_nor_exit_code) {
  const Scratch scratch;
  const std::string expected = run_program({"check", "cache-aside"}).out;
  Invocation invocation;
  invocation.arguments = {"check", "cache-aside", "-o", scratch.path("full.json")};
  invocation.err_path = "/dev/full";
  const Outcome full = run_program(invocation);
  EXPECT_EQ(full.code, 1);
  EXPECT_EQ(full.out, expected);
  invocation.err_path.clear();
  invocation.err_closed = true;
  invocation.arguments.back() = scratch.path("closed.json");
  const Outcome closed = run_program(invocation);
  EXPECT_EQ(closed.code, 1);
  EXPECT_EQ(closed.out, expected);
  EXPECT_EQ(read_all(scratch.path("closed.json")), read_all(scratch.path("full.json"))) << "no remark lands in a file";
  invocation.arguments = {"check", "no-such-page"};
  EXPECT_EQ(run_program(invocation).code, 2);
}

TEST(CheckCommand, an_output_that_exists_is_kept_unless_forced_and_is_refused_before_the_search) {
  const Scratch scratch;
  const std::string trace = scratch.write("t.json", "precious");
  const Outcome refused = run_program({"check", "cache-aside", "-o", trace});
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_EQ(read_all(trace), "precious");
  EXPECT_EQ(run_program({"check", "cache-aside", "-o", trace, "--force"}).code, 1);
  EXPECT_NE(read_all(trace), "precious");
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"t.json"});
}

TEST(CheckCommand, a_full_disk_under_the_trace_or_under_stdout_is_an_environment_error) {
  const Outcome trace = run_program({"check", "cache-aside", "-o", "/dev/full"});
  EXPECT_EQ(trace.code, 5);
  EXPECT_EQ(std::count(trace.err.begin(), trace.err.end(), '\n'), 1) << trace.err;
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/full"));
  Invocation invocation;
  invocation.arguments = {"check", "cache-aside"};
  invocation.out_path = "/dev/full";
  EXPECT_EQ(run_program(invocation).code, 5);
  for (const char* option : {"--help", "--version"}) {
    invocation.arguments = {option};
    EXPECT_EQ(run_program(invocation).code, 5) << option;
  }
}

TEST(CheckCommand, with_all_each_cause_has_a_trace_in_the_folder_and_in_the_report) {
  const Scratch folder;
  const Outcome outcome =
      run_program({"check", "cache-aside", "--cached", "--fault", "any", "--all", "--json", "-o", folder.path("")});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  const Json json = Json::parse(outcome.out);
  ASSERT_GT(json.at("causes").size(), 2U);
  EXPECT_EQ(folder.names().size(), json.at("causes").size());
  for (std::size_t i = 0; i < json.at("causes").size(); ++i) {
    const Json& cause = json.at("causes")[i];
    const Json trace = Json::parse(read_all(folder.path("cause-" + std::to_string(i + 1) + ".json")));
    EXPECT_EQ(trace.at("steps"), cause.at("trace"));
    EXPECT_EQ(trace.at("property"), cause.at("property"));
    EXPECT_EQ(cause.at("steps"), cause.at("trace").size());
  }
  const Outcome again = run_program({"check", "cache-aside", "--all", "-o", folder.path("")});
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("holds cause-"), std::string::npos) << again.err;
  const Outcome text = run_program({"check", "cache-aside", "--cached", "--fault", "any", "--all"});
  EXPECT_NE(text.out.find("cause 2 of "), std::string::npos);
}

}  // namespace
}  // namespace stalemate::cli
