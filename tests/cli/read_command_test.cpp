// `stalemate read` as a user meets it: the reading, as JSON too, and what --fix writes into a file.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

constexpr const char* kByPosition =
    "# Read\n\n```mermaid\nsequenceDiagram\n    participant Fetcher\n    Fetcher->>cache: get\n"
    "    cache-->>Fetcher: miss\n    Fetcher->>database: get\n    Fetcher->>cache: set\n```\n";
constexpr const char* kOpen =
    "# Read\n\n```mermaid\nsequenceDiagram\n    app->>cache: frobnicate\n    app->>database: BEGIN\n```\n";

TEST(ReadCommand, everything_that_is_open_is_told_a_line_for_each) {
  const Scratch scratch;
  const Outcome outcome = run_program({"read", scratch.write("open.md", kOpen)});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.out, "");
  EXPECT_NE(outcome.err.find("open.md:5:5: cannot tell what \"frobnicate\" asks"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("\nstalemate: "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("open.md:6:5: understood as \"begin a transaction\""), std::string::npos) << outcome.err;
}

TEST(ReadCommand, json_is_printed_whether_or_not_something_is_open) {
  const Scratch scratch;
  const Outcome open = run_program({"read", "--json", scratch.write("open.md", kOpen)});
  EXPECT_EQ(open.code, 4);
  const auto json = nlohmann::json::parse(open.out);
  EXPECT_FALSE(json.at("understood").get<bool>());
  EXPECT_EQ(json.at("findings").size(), 2U);
  const Outcome read = run_program({"read", "--json", "cache-aside"});
  EXPECT_EQ(read.code, 0) << read.err;
  EXPECT_EQ(nlohmann::json::parse(read.out).at("operations").size(), 2U);
}

TEST(ReadCommand, fix_writes_what_was_assumed_and_nothing_the_second_time) {
  const Scratch scratch;
  const std::string path = scratch.write("page.md", kByPosition);
  const Outcome first = run_program({"read", "--fix", path});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_NE(first.out.find("page.md: before line 5, now said: %% stalemate: role Fetcher = app\n"), std::string::npos)
      << first.out;
  const std::string mended = read_all(path);
  EXPECT_NE(mended.find("\n    %% stalemate: role Fetcher = app\n    participant Fetcher\n"), std::string::npos)
      << mended;
  const Outcome second = run_program({"read", "--fix", path});
  EXPECT_EQ(second.code, 0);
  EXPECT_NE(second.out.find("nothing that was assumed"), std::string::npos) << second.out;
  EXPECT_EQ(read_all(path), mended);
}

TEST(ReadCommand, fix_shows_each_question_with_its_answers_and_writes_none_of_them) {
  const Scratch scratch;
  const std::string path = scratch.write("open.md", kOpen);
  const Outcome outcome = run_program({"read", "--fix", path});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_NE(outcome.out.find("before line 5:  %% stalemate: means get\n"), std::string::npos) << outcome.out;
  EXPECT_EQ(read_all(path), kOpen);
  EXPECT_EQ(scratch.names().size(), 1U);
}

TEST(ReadCommand, fix_is_refused_where_there_is_no_file_to_write_to) {
  const Outcome outcome = run_program({"read", "--fix", "cache-aside"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("there is none of this name"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace stalemate::cli
