// `stalemate step`: by hand and from a file.
#include <gtest/gtest.h>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

constexpr const char* kLostReply =
    "# The update arrives, its answer does not.\n\ninvoke app2\nhandle app2\nlose-reply app2 write:1\n";

TEST(StepCommand, a_schedule_is_followed_and_saved_as_a_trace_that_can_be_shown) {
  const Scratch scratch;
  const std::string schedule = scratch.write("lost.txt", kLostReply);
  const std::string trace = scratch.path("lost.json");
  const Outcome outcome =
      run_program({"step", "cache-aside", "--cached", "--fault", "lost-reply", "--schedule", schedule, "-o", trace});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_NE(outcome.out.find("coherent-at-rest"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("invoke app1 read k1"), std::string::npos)
      << "the reader may still start: " << outcome.out;
  const Outcome shown = run_program({"show", trace});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(outcome.out.substr(0, shown.out.size()), shown.out);
}

TEST(StepCommand, a_schedules_step_that_is_not_enabled_is_named_with_its_line_and_nothing_is_written) {
  const Scratch scratch;
  const std::string schedule = scratch.write("wrong.txt", "invoke app1\nhandle app1\nhandle app1\n");
  const Outcome outcome = run_program({"step", "cache-aside", "--schedule", schedule, "-o", scratch.path("t.json")});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("wrong.txt:3: \"handle app1\" is not enabled; enabled here: receive app1 read:1"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"wrong.txt"});
}

TEST(StepCommand, a_person_chooses_undoes_and_saves) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"step", "cache-aside"};
  // Start the reader, take it back, start it again by words, save, try nonsense, leave.
  invocation.input = "1\nu\nu\ninvoke app1\nw " + scratch.path("t.json") + "\n99\nfly\nq\n";
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("nothing to undo"), std::string::npos);
  EXPECT_NE(outcome.out.find("say a number from 1 to 2"), std::string::npos);
  EXPECT_NE(outcome.out.find("\"fly\" is not enabled"), std::string::npos);
  const Outcome shown = run_program({"show", scratch.path("t.json"), "--as", "mermaid"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_EQ(shown.out.find("sequenceDiagram"), 0U) << shown.out;
}

TEST(StepCommand, a_trace_that_cannot_be_written_is_complained_about_and_the_walk_goes_on) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"step", "cache-aside"};
  invocation.input = "invoke app1\nw /dev/full\nw\nw -\nw " + scratch.path("t.json") + "\nq\n";
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("/dev/full: no space left"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("w: the name is empty; say a file name"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("w -: no file is meant"), std::string::npos) << outcome.out;
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"t.json"});
  EXPECT_EQ(outcome.err, "");
}

TEST(StepCommand, foreign_input_is_neither_echoed_in_full_nor_obeyed_by_the_terminal) {
  Invocation invocation;
  invocation.arguments = {"step", "cache-aside"};
  invocation.input = "\x1b[2J\xff" + std::string(100000, 'a') + "\n" + std::string(100000, '9') + "\nq\n";
  const Outcome outcome = run_program(invocation);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LT(outcome.out.size(), 5000U);
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.out.find("\\x1b[2J\\xffaaa"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("aaa…\" is not enabled"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("; ? lists what else can be said"), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("999…: say a number from 1 to 2"), std::string::npos) << outcome.out;

  const Scratch scratch;
  const Outcome listed = run_program(
      {"step", "cache-aside", "--schedule", scratch.write("odd.txt", "\x1b[2J" + std::string(100000, 'a') + "\n")});
  EXPECT_EQ(listed.code, 2);
  EXPECT_EQ(listed.err.find('\x1b'), std::string::npos);
  EXPECT_LT(listed.err.size(), 1000U);
}

TEST(StepCommand, commands_have_long_names_too) {
  for (const char* help : {"?", "h", "help"}) {
    Invocation invocation;
    invocation.arguments = {"step", "cache-aside"};
    invocation.input = std::string(help) + "\n1\nundo\nundo\nquit\n2\n";
    const Outcome outcome = run_program(invocation);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("take back the last step"), std::string::npos) << help;
    EXPECT_NE(outcome.out.find("nothing to undo"), std::string::npos) << help;
    EXPECT_EQ(outcome.out.find("invoke   starts Write k1", outcome.out.find("nothing to undo")), std::string::npos)
        << "nothing is taken after quit";
  }
}

TEST(StepCommand, the_end_of_input_ends_it_and_writes_the_walk) {
  const Scratch scratch;
  Invocation invocation;
  invocation.arguments = {"step", "database-only", "-o", scratch.path("t.json")};
  invocation.input = "1\n1\n";
  EXPECT_EQ(run_program(invocation).code, 0);
  EXPECT_EQ(scratch.names(), std::vector<std::string>{"t.json"});
}

}  // namespace
}  // namespace stalemate::cli
