// `stalemate explain` as a user meets it: what it prints, that it is the same bytes anywhere, and what it refuses.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

std::string saved(const std::string& name) { return STALEMATE_SOURCE_DIR "/traces/saved/" + name + ".json"; }

void expect_in(const std::string& part, const std::string& text) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\nis not in\n" << text;
}

// A trace that `arguments` make the program write.
std::string made(const Scratch& scratch, std::vector<std::string> arguments) {
  const std::string path = scratch.path("made.json");
  arguments.insert(arguments.end(), {"-o", path});
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.err.find("stalemate: "), std::string::npos) << outcome.err;
  return path;
}

TEST(ExplainCommand, a_race_is_explained_with_heading_labels_and_exit_code_zero) {
  const Scratch scratch;
  const Outcome outcome = run_program({"explain", made(scratch, {"check", "cache-aside"})});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out.rfind("coherent-at-rest is broken: ", 0), 0U) << outcome.out;
  expect_in("cache-aside.md: 1 reader, 1 writer, 1 key, no faults\n", outcome.out);
  for (const char* label : {"What was read", "What it missed", "The race", "No return", "Until then", "How long",
                            "How often", "Which faults"})
    expect_in("\n" + std::string(label), outcome.out);
  expect_in("Step 9 is the point of no return", outcome.out);
  expect_in("1 of 10", outcome.out);
}

TEST(ExplainCommand, no_line_of_a_paragraph_is_wider_than_a_hundred_columns) {
  const Outcome outcome = run_program({"explain", saved("cache-aside-stale-read")});
  std::size_t lines = 0;
  for (std::size_t begin = outcome.out.find("\n\n"); begin < outcome.out.size(); ++lines) {
    const std::size_t end = outcome.out.find('\n', begin);
    EXPECT_LE(end - begin, 100U) << outcome.out.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_GT(lines, 20U);
}

TEST(ExplainCommand, json_is_one_object_with_the_same_sentences) {
  const Outcome text = run_program({"explain", saved("cache-aside-lost-delete")});
  const Outcome json = run_program({"explain", saved("cache-aside-lost-delete"), "--json"});
  EXPECT_EQ(json.code, 0) << json.err;
  const auto object = nlohmann::json::parse(json.out);
  EXPECT_TRUE(object.at("racing_pair").is_null());
  EXPECT_EQ(object.at("point_of_no_return"), 3);
  EXPECT_EQ(object.at("smallest_faults"), nlohmann::json::array({"lost-request"}));
  EXPECT_GE(object.at("sentences").size(), 8U);
  std::string unwrapped;
  for (const char c : text.out)
    if (!((c == ' ' || c == '\n') && !unwrapped.empty() && unwrapped.back() == ' ')) unwrapped += c == '\n' ? ' ' : c;
  for (const auto& sentence : object.at("sentences")) expect_in(sentence.at("text").get<std::string>(), unwrapped);
}

TEST(ExplainCommand, the_same_bytes_in_another_time_zone_and_locale) {
  Invocation here;
  here.arguments = {"explain", saved("two-keys"), "--json"};
  Invocation there = here;
  there.environment = {"TZ=Asia/Kathmandu", "LC_ALL=tr_TR.UTF-8"};
  EXPECT_EQ(run_program(here).out, run_program(there).out);
}

void expect_refused(const std::vector<std::string>& arguments, const std::string& part) {
  const Outcome outcome = run_program(arguments);
  EXPECT_EQ(outcome.code, 2) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err.find('\n'), outcome.err.size() - 1) << outcome.err;
  expect_in(part, outcome.err);
}

TEST(ExplainCommand, what_breaks_nothing_or_is_no_trace_is_refused_in_one_line_that_says_what_to_do) {
  const Scratch scratch;
  expect_refused({"explain", saved("database-only-write-in-doubt")},
                 "breaks no property, so there is nothing to explain; see it with stalemate show ");
  // Well formed, but on the model the claim of the last step is not true: a message is still in flight.
  std::string edited = read_all(saved("cache-aside-late-fill"));
  const std::size_t last = edited.rfind(",\n    {\"kind\"");
  ASSERT_NE(last, std::string::npos);
  edited.erase(last, edited.find('\n', last + 2) - last);
  edited.insert(last - 1, ", \"violates\": [\"coherent-at-rest\"]");
  expect_refused({"explain", scratch.write("shorter.json", edited)}, "shorter.json: breaks no property");
  expect_refused({"explain", scratch.write("list.json", "[1, 2]")}, "list.json");
  expect_refused({"explain", scratch.write("page.md", "# Read\n")}, "page.md");
  expect_refused({"explain", scratch.path("missing.json")}, "missing.json");
  expect_refused({"explain"}, "TRACE");
  expect_refused({"explain", saved("two-keys"), saved("two-keys")}, "unknown argument");
  expect_refused({"explain", saved("two-keys"), "--jsn"}, "did you mean --json?");
}

}  // namespace
}  // namespace stalemate::cli
