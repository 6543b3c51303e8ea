// Traces as JSON: the bytes written, and that reading gives back what was written.
#include "traces/json.hpp"
#include "stores_of.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/file.hpp"
#include "generators.hpp"
#include "samples.hpp"

namespace stalemate::traces {
namespace {

TEST(TraceJson, every_sample_comes_back_equal_and_is_written_again_byte_for_byte) {
  for (const samples::Sample& sample : samples::all()) {
    SCOPED_TRACE(sample.name);
    const std::string text = write_json(sample.trace);
    const Trace back = read_json(text, "t.json");
    EXPECT_EQ(back, sample.trace);
    EXPECT_EQ(write_json(back), text);
  }
}

RC_GTEST_PROP(TraceJson, any_trace_comes_back_equal_and_is_written_again_byte_for_byte, ()) {
  const Trace trace = generators::any_trace();
  const std::string text = write_json(trace);
  const Trace back = read_json(text, "t.json");
  RC_ASSERT(back == trace);
  RC_ASSERT(write_json(back) == text);
}

TEST(TraceJson, the_loop_stands_before_the_initial_state_and_only_where_there_is_one) {
  EXPECT_NE(write_json(samples::endless()).find("\n  \"property\": \"converges\",\n  \"loop\": 4,\n  \"initial\": "),
            std::string::npos);
  EXPECT_EQ(write_json(samples::race()).find("\"loop\""), std::string::npos);
}

TEST(TraceJson, the_layout_is_one_step_a_line_with_keys_in_the_documented_order) {
  samples::Story story(samples::scenario({"read"}), true);
  const samples::Who reader;
  story.invoke(reader, {{samples::get(1, "cache", "Get \"value\"")}, {}});
  Trace trace = story.ends();
  trace.protocol = {.name = "p.md", .text = "a\r\nb", .roles = {"X=cache"}};
  trace.seed = 18446744073709551615U;
  // Written down from FORMAT.md.
  EXPECT_EQ(write_json(trace),
            R"({
  "format": "stalemate-trace",
  "version": 2,
  "protocol": {
    "name": "p.md",
    "roles": ["X=cache"],
    "text": [
      "a\r",
      "b"
    ]
  },
  "scenario": {"apps": ["read"], "keys": 1, "cached": false, "faults": [], "on_database_timeout": "fail", "all_invoked": false},
  "stores": [{"name": "cache", "kind": "cache", "scope": "shared"}, {"name": "database", "kind": "database", "scope": "shared"}],
  "property": null,
  "seed": "18446744073709551615",
  "initial": {"stores": {"cache": {"k1": null}, "database": {"k1": 1000}}, "in_flight": []},
  "steps": [
    {"kind": "invoke", "app": 1, "session": 1, "operation": 1, "diagram": "Read", "key": "k1", "sends": [{"arrow": 1, "to": "cache", "verb": "get", "key": "k1", "label": "Get \"value\""}], "after": {"stores": {"cache": {"k1": null}, "database": {"k1": 1000}}, "in_flight": [{"app": 1, "session": 1, "operation": 1, "request": {"arrow": 1, "to": "cache", "verb": "get", "key": "k1", "label": "Get \"value\""}}]}}
  ]
}
)");
}

TEST(TraceJson, the_branch_chosen_and_a_request_drawn_as_lost_are_written_only_where_they_are) {
  const std::string text = write_json(samples::drawn_as_lost());
  EXPECT_NE(text.find(R"("choice": 2, "chosen": "feature flag on", "reply": )"), std::string::npos) << text;
  EXPECT_NE(text.find(R"("verb": "delete", "key": "k1", "label": "Delete value", "drawn_lost": true}, {"arrow": 3)"),
            std::string::npos)
      << text;
  for (const char* name : {"chosen", "drawn_lost"}) {
    EXPECT_EQ(text.find(name), text.rfind(name)) << name;
    EXPECT_EQ(write_json(samples::race()).find(name), std::string::npos) << name;
  }
  Trace choice = samples::race();
  choice.steps[0].choice = 1;  // of a branch without a label
  EXPECT_NE(write_json(choice).find(R"("choice": 1, "sends")"), std::string::npos);
}

TEST(TraceJson, a_protocol_text_keeps_every_byte_whatever_its_line_ends) {
  for (const std::string text :
       {"", "\n", "\n\n", "a", "a\n", "a\r\nb\r\n", "\r", "a\rb", "\t\"\\\u00e9\U0001F600\n"}) {
    Trace trace = samples::race();
    trace.protocol.text = text;
    EXPECT_EQ(read_json(write_json(trace), "t.json").protocol.text, text);
  }
}

TEST(TraceJson, a_trace_without_steps_is_written_and_read) {
  Trace trace = samples::database_only();
  trace.steps.clear();
  EXPECT_EQ(read_json(write_json(trace), "t.json"), trace);
}

TEST(TraceJson, keys_stand_in_the_order_of_their_numbers_even_beyond_nine) {
  samples::Story story(samples::scenario({"read"}, {}, 12), true);
  const Trace trace = story.ends();
  const Trace back = read_json(write_json(trace), "t.json");
  EXPECT_EQ(back, trace);
  EXPECT_EQ(database_of(back.initial)[1].key, "k2");
  EXPECT_EQ(database_of(back.initial)[11].key, "k12");
}

TEST(TraceJson, steps_alone_are_an_array_with_one_step_a_line_indented_as_asked) {
  const Trace trace = samples::database_only();
  const std::string text = write_steps_json(trace, 4);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);  // after "[" and after each of three steps
  EXPECT_TRUE(text.starts_with("[\n      {\"kind\": \"invoke\""));
  EXPECT_TRUE(text.ends_with("}\n    ]"));
  Trace empty = trace;
  empty.steps.clear();
  EXPECT_EQ(write_steps_json(empty, 4), "[]");
}

TEST(TraceJson, text_that_is_not_utf8_cannot_be_written_and_says_so) {
  Trace trace = samples::race();
  trace.protocol.name = "caf\xE9.md";
  try {
    write_json(trace);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("not UTF-8"), std::string::npos);
    EXPECT_EQ(std::string(error.what()).find('\xE9'), std::string::npos);
  }
}

TEST(TraceJson, the_example_in_the_documentation_is_valid_and_in_its_one_form) {
  const std::string page = read_text_file(STALEMATE_SOURCE_DIR "/traces/FORMAT.md", 1 << 20);
  const std::string fence = "```json\n";
  const std::size_t start = page.find(fence);
  ASSERT_NE(start, std::string::npos);
  const std::size_t end = page.find("```", start + fence.size());
  const std::string example = page.substr(start + fence.size(), end - start - fence.size());
  EXPECT_EQ(write_json(read_json(example, "FORMAT.md")), example);
}

// What is saved was once written as version 1, and rewritten: the two say the same. (version2: what was saved then, and
// is not any more, because the model takes other steps now.)
TEST(TraceJson, every_trace_of_version_1_reads_as_what_it_says) {
  const std::filesystem::path old = STALEMATE_SOURCE_DIR "/tests/traces/version1";
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(old)) {
    SCOPED_TRACE(entry.path().string());
    const std::string name = entry.path().filename().string();
    const std::string text = read_text_file(entry.path().string(), 1 << 24);
    EXPECT_NE(text.find("\"version\": 1,"), std::string::npos);
    std::string saved = std::string(STALEMATE_SOURCE_DIR "/traces/saved/") + name;
    if (!std::filesystem::exists(saved)) saved = std::string(STALEMATE_SOURCE_DIR "/tests/traces/version2/") + name;
    EXPECT_EQ(read_json(text, name), read_json(read_text_file(saved, 1 << 24), name));
    ++files;
  }
  EXPECT_EQ(files, 19U);
}

// Two operations of a session ask alike: only the order of the messages tells which is which.
TEST(TraceJson, a_message_of_version_1_has_the_operation_that_sent_it) {
  const std::string path = STALEMATE_SOURCE_DIR "/tests/traces/version1/cache-aside-late-request.json";
  const Trace trace = read_json(read_text_file(path, 1 << 20), "t.json");
  std::size_t ghosts = 0;
  for (const Step& step : trace.steps)
    for (const InFlight& message : step.after.in_flight) {
      if (!message.is_ghost) continue;
      ++ghosts;
      const auto sent = std::find_if(trace.steps.begin(), trace.steps.end(), [&](const Step& earlier) {
        return std::any_of(earlier.sends.begin(), earlier.sends.end(),
                           [&](const Request& request) { return id_of(earlier, request) == id_of(message); });
      });
      EXPECT_NE(sent, trace.steps.end());
    }
  EXPECT_GT(ghosts, 0U);
}

// Copies are counted as they are made; of several ghosts of one request the lowest goes first.
TEST(TraceJson, copies_are_numbered_in_the_order_of_their_making) {
  const Trace trace = samples::duplicate_set();
  std::vector<int> handled;
  for (const Step& step : trace.steps) {
    if (step.kind == StepKind::kDuplicate) {
      EXPECT_EQ(copy_made(step).copy, 1);
      EXPECT_EQ(step.copy, 0) << "it is about the request itself";
    }
    if (step.kind == StepKind::kHandle && step.is_ghost) handled.push_back(step.copy);
  }
  EXPECT_EQ(handled, std::vector<int>{1});
}

TEST(TraceJson, every_saved_trace_is_valid_and_in_its_one_form) {
  const std::filesystem::path folder = STALEMATE_SOURCE_DIR "/traces/saved";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no traces are saved";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  for (const auto& file : files) {
    SCOPED_TRACE(file.string());
    const std::string text = read_text_file(file.string(), 1 << 24);
    EXPECT_EQ(write_json(read_json(text, file.filename().string())), text);
  }
}

}  // namespace
}  // namespace stalemate::traces
