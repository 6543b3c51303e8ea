// `stalemate lint` as a user meets it: folders, its exit codes, its files, and what it takes of time and memory.
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLogin =
    "# Log in\n\n```mermaid\nsequenceDiagram\n    actor User\n    User->>Auth0: log in\n    Auth0-->>User: "
    "token\n```\n";
constexpr const char* kFlow = "# How it goes\n\n```mermaid\nflowchart TD\n    A-->B\n```\n";
constexpr const char* kAfter =
    "# Read\n\n```mermaid\nsequenceDiagram\n    app->>database: get\n    database-->>app: value\n```\n";

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

Outcome lint_in(const std::string& folder, std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.arguments = std::move(arguments);
  invocation.arguments.insert(invocation.arguments.begin(), "lint");
  invocation.folder = folder;
  return run_program(invocation);
}

TEST(LintCommand, a_folder_is_looked_through_and_paths_are_told_as_they_are_given) {
  const Scratch scratch;
  write(scratch.path("docs/a/caching.md"), tutorial());
  write(scratch.path("docs/login.md"), kLogin);
  write(scratch.path("docs/prose.md"), "# Prose\n");
  write(scratch.path("docs/node_modules/x/caching.md"), tutorial());
  write(scratch.path("docs/.hidden/caching.md"), tutorial());
  write(scratch.path("docs/notes.txt"), tutorial());
  const Outcome outcome = lint_in(scratch.path("."), {"docs"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("docs/a/caching.md:"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("docs/login.md: skipped: neither a cache nor a database is drawn\n"), std::string::npos)
      << outcome.out;
  EXPECT_NE(outcome.out.find("1 problem; 0 hold, 0 as expected; 1 page skipped, 1 without a sequence diagram\n"),
            std::string::npos)
      << outcome.out;
  EXPECT_EQ(outcome.err, "");
}

TEST(LintCommand, the_configuration_above_is_found_and_a_baseline_makes_today_the_beginning) {
  const Scratch scratch;
  write(scratch.path("docs/caching.md"), tutorial());
  write(scratch.path("docs/old/caching.md"), tutorial());
  write(scratch.path(".stalemate.toml"), "exclude = [\"docs/old/**\"]\nbaseline = \"known.json\"\n");
  const std::string docs = scratch.path("docs");
  const Outcome none = lint_in(docs, {"."});
  EXPECT_EQ(none.code, 2) << "the baseline that is named is not there";
  EXPECT_EQ(lint_in(docs, {".", "--write-baseline", "../known.json"}).code, 0);
  const Outcome known = lint_in(docs, {".", "--quiet"});
  EXPECT_EQ(known.code, 0) << known.out << known.err;
  EXPECT_EQ(known.out, "");
  write(scratch.path("docs/new.md"), tutorial());
  EXPECT_EQ(lint_in(docs, {"."}).code, 1) << "what is new is reported";
  write(scratch.path("known.json"), "");
  EXPECT_EQ(lint_in(docs, {"."}).code, 2) << "an empty file knows nothing";
  write(scratch.path(".stalemate.toml"), "exclud = []\n");
  const Outcome mistaken = lint_in(docs, {"."});
  EXPECT_EQ(mistaken.code, 2);
  EXPECT_NE(mistaken.err.find("../.stalemate.toml:1:10: unknown key \"exclud\" (did you mean exclude?)"),
            std::string::npos)
      << mistaken.err;
}

TEST(LintCommand, several_forms_go_to_files_and_one_to_stdout) {
  const Scratch scratch;
  write(scratch.path("caching.md"), tutorial());
  const Outcome outcome = lint_in(scratch.path("."), {"caching.md", "--format", "github", "--format", "sarif=a.sarif",
                                                      "--format", "junit=a.xml", "--format", "json=a.json"});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_EQ(outcome.out.substr(0, 27), "::error file=caching.md,lin");
  EXPECT_EQ(nlohmann::json::parse(read_all(scratch.path("a.sarif"))).at("version"), "2.1.0");
  EXPECT_EQ(nlohmann::json::parse(read_all(scratch.path("a.json"))).at("exit_code"), 1);
  EXPECT_NE(read_all(scratch.path("a.xml")).find("<testsuite name=\"stalemate lint\""), std::string::npos);
  const Outcome again = lint_in(scratch.path("."), {"caching.md", "--format", "json=a.json"});
  EXPECT_EQ(again.code, 2) << "a file that exists is kept";
  EXPECT_EQ(lint_in(scratch.path("."), {"caching.md", "--format", "json", "--format", "text"}).code, 2);
  const Outcome unknown = lint_in(scratch.path("."), {"caching.md", "--format", "sari"});
  EXPECT_NE(unknown.err.find("did you mean sarif?"), std::string::npos) << unknown.err;
}

TEST(LintCommand, stdin_is_read_and_what_is_not_there_is_an_error) {
  Invocation invocation;
  invocation.arguments = {"lint", "-"};
  invocation.input = tutorial();
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out.substr(0, 2), "-:") << outcome.out;
  invocation.input = "sequenceDiagram\n    app->>cache: get\n    app->>database: BEGIN\n";
  EXPECT_EQ(run_program(invocation).code, 4);
  EXPECT_EQ(run_program({"lint", "no-such-folder"}).code, 2);
  EXPECT_EQ(run_program({"lint"}).code, 2);
}

TEST(LintCommand, a_file_that_cannot_be_read_is_a_problem_and_the_others_are_judged) {
  const Scratch scratch;
  write(scratch.path("docs/bad.md"), std::string("```mermaid\nsequenceDiagram\n  a->>b: \xff\n```\n"));
  write(scratch.path("docs/caching.md"), tutorial());
  const Outcome outcome = lint_in(scratch.path("."), {"docs"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("docs/bad.md:3:10: not UTF-8"), std::string::npos) << outcome.out;
}

TEST(LintCommand, ctrl_c_tells_what_was_judged_and_leaves_nothing_half) {
  const Scratch scratch;
  write(scratch.path("docs/a.md"), tutorial());
  write(scratch.path("docs/b.md"), "%%\n" + tutorial());
  std::string big = tutorial();
  const std::string line = "sequenceDiagram\n";
  big.insert(big.find(line) + line.size(),
             "%% stalemate: readers = 12\n%% stalemate: writers = 12\n"
             "%% stalemate: expect fresh-reads holds\n");
  write(scratch.path("docs/c.md"), big);
  Invocation invocation;
  invocation.arguments = {"lint", "docs", "--time", "1000s", "--jobs", "3", "--format", "json"};
  invocation.folder = scratch.path(".");
  invocation.interrupt = Invocation::Interrupt{{}, 500};
  invocation.interrupt->once = [](const std::string&) { return true; };
  const Outcome outcome = run_program(invocation);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("stopped"), "interrupted");
  EXPECT_EQ(outcome.code, 1) << "what the others broke is known";
  invocation.arguments = {"lint", "docs", "--time", "1000s", "--jobs", "3", "--write-baseline", "known.json"};
  const Outcome half = run_program(invocation);
  EXPECT_NE(half.err.find("no baseline was written to known.json"), std::string::npos) << half.err;
  EXPECT_FALSE(fs::exists(scratch.path("known.json")));
}

// What a team meets on its first day: most of its pages have nothing to do with this.
TEST(LintCommand, a_thousand_files_take_little_memory_and_nothing_of_them_is_an_error) {
  const Scratch scratch;
  const std::string prose(4000, 'x');
  for (int i = 0; i < 1000; ++i) {
    std::string text = fmt::format("# Page {}\n\n{}\n\n", i, prose);
    if (i < 30)
      text = tutorial();
    else if (i < 90)
      text += kLogin;
    else if (i < 120)
      text += kAfter;
    else if (i < 300)
      text += kFlow;
    write(scratch.path(fmt::format("docs/{}/page-{}.md", i % 20, i)), text);
  }
  const Outcome outcome = lint_in(scratch.path("."), {"docs", "--format", "json"});
  EXPECT_EQ(outcome.code, 1);
  const auto json = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(json.at("without_diagram"), 700 + 180);
  ASSERT_EQ(json.at("pages").size(), 120U);
  int violated = 0, skipped = 0;
  for (const auto& page : json.at("pages")) {
    for (const auto& problem : page.at("problems")) violated += problem.at("code") == "violated" ? 1 : 100;
    skipped += page.at("skipped").is_null() ? 0 : 1;
  }
  EXPECT_EQ(violated, 30);
  EXPECT_EQ(skipped, 90);
#if !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)  // whose own memory counts
  EXPECT_LT(outcome.memory_kib, 300 * 1024);
#endif
}

TEST(LintCommand, jobs_change_no_byte) {
  const Scratch scratch;
  for (int i = 0; i < 12; ++i) write(scratch.path(fmt::format("docs/{}.md", i)), i % 3 == 0 ? kLogin : tutorial());
  const Outcome one = lint_in(scratch.path("."), {"docs", "--jobs", "1"});
  const Outcome many = lint_in(scratch.path("."), {"docs", "--jobs", "7"});
  EXPECT_EQ(one.out, many.out);
}

}  // namespace
}  // namespace stalemate::cli
