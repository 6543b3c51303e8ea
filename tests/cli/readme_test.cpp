// What the README shows is what the program says: every "$ stalemate …" in it is run, in its order and in one folder
// that holds the README, and each line shown below it must come, in that order, among what the command prints. A line
// that is only "…" stands for lines left out.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "cli/program_support.hpp"

namespace stalemate::cli {
namespace {

struct Example {
  std::string command;
  std::vector<std::string> shown;
};

std::string without_trailing_space(std::string line) {
  line.erase(line.find_last_not_of(" \t\r") + 1);
  return line;
}

std::vector<Example> examples_of(const std::string& markdown) {
  std::vector<Example> examples;
  std::istringstream lines(markdown);
  bool in_block = false;
  bool in_example = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.rfind("```", 0) == 0) {
      in_block = !in_block;
      in_example = false;
    } else if (in_block && line.rfind("$ stalemate ", 0) == 0) {
      examples.push_back({line.substr(2), {}});
      in_example = true;
    } else if (in_example && line != "…") {
      examples.back().shown.push_back(without_trailing_space(line));
    }
  }
  return examples;
}

// The first line shown that does not come in its turn; "" if all do.
std::string missing_line(const std::vector<std::string>& shown, const std::string& printed) {
  std::istringstream lines(printed);
  std::string line;
  for (const std::string& wanted : shown) {
    do {
      if (!std::getline(lines, line)) return wanted;
    } while (without_trailing_space(line) != wanted);
  }
  return "";
}

// Runs what a page shows, in `folder`.
void expect_as_shown(const std::string& page, const std::string& folder, std::size_t least) {
  const std::string path = std::filesystem::path(STALEMATE_PROGRAM).parent_path().string() + ":/usr/bin:/bin";
  const std::vector<Example> examples = examples_of(page);
  EXPECT_GE(examples.size(), least);
  for (const Example& example : examples) {
#ifndef STALEMATE_HAVE_REAL
    const std::string verb = example.command.substr(0, example.command.find(' ', 10));
    if (verb == "stalemate replay" || verb == "stalemate conform" || verb == "stalemate live") continue;
#endif
    Invocation shell;
    shell.program = "/bin/sh";
    shell.arguments = {"-c", example.command + " 2>&1"};
    shell.folder = folder;
    shell.environment = {"PATH=" + path};
    const Outcome outcome = run_program(shell);
    EXPECT_LE(outcome.code, 3) << example.command << "\n" << outcome.out;
    EXPECT_EQ(missing_line(example.shown, outcome.out), "") << "$ " << example.command << "\n" << outcome.out;
  }
}

TEST(Readme, everything_it_shows_is_what_the_program_says) {
  const std::string readme = read_all(STALEMATE_SOURCE_DIR "/README.md");
  const Scratch scratch;
  scratch.write("README.md", readme);
  for (const std::string folder : {"traces", "real", "docs"})
    std::filesystem::create_directory_symlink(STALEMATE_SOURCE_DIR "/" + folder, scratch.path(folder));
  expect_as_shown(readme, scratch.path(""), 8);
}

// The whole way of a page that somebody drew for people, in Korean: from lint to servers that disagree.
TEST(Docs, from_a_page_in_korean_to_real_servers_as_the_page_of_the_docs_shows_it) {
  const Scratch scratch;
  std::filesystem::copy(STALEMATE_SOURCE_DIR "/docs", scratch.path("docs"));
  expect_as_shown(read_all(STALEMATE_SOURCE_DIR "/docs/from-page-to-servers.md"), scratch.path("docs"), 7);
}

TEST(Docs, a_race_is_taken_as_it_is_drawn_as_the_page_of_the_docs_shows_it) {
  const Scratch scratch;
  std::filesystem::copy(STALEMATE_SOURCE_DIR "/docs", scratch.path("docs"));
  expect_as_shown(read_all(STALEMATE_SOURCE_DIR "/docs/a-race-as-drawn.md"), scratch.path("docs"), 3);
}

TEST(Docs, the_versions_of_a_fence_win_what_the_page_of_the_docs_says) {
  const Scratch scratch;
  std::filesystem::copy(STALEMATE_SOURCE_DIR "/docs", scratch.path("docs"));
  expect_as_shown(read_all(STALEMATE_SOURCE_DIR "/docs/versions-of-a-fence.md"), scratch.path("docs"), 4);
}

}  // namespace
}  // namespace stalemate::cli
