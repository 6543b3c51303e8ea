// From a diagram to a wrong value in real servers, by the command line alone; and every saved trace, re-executed on the
// model and on real servers.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "model/walk.hpp"
#include "program_support.hpp"
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

#endif

}  // namespace
}  // namespace stalemate::cli
