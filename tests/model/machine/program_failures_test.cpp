// What a request that fails leads to: which branches cover it, wherever they stand, and what it counts as where none
// does.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "model/machine/program_outline.hpp"

namespace stalemate::model {
namespace {

bool has_mark(const Program& program, const std::string& text) {
  return std::find(program.marks.begin(), program.marks.end(), text) != program.marks.end();
}

TEST(ProgramFailures, an_else_without_a_label_takes_a_failure_of_any_request) {
  const std::string otherwise = "app->>app: go on\nelse\napp->>cache: Delete value\nend\n";
  for (const std::string asked : {"database: Set value\nalt ok\n", "cache: Set value\nalt ok\n",
                                  "cache: Set value if absent\nalt ok\n", "cache: Get value\nalt hit\n"}) {
    for (const CompileOptions& options : {kFail, kContinue}) {
      const Program program = compile_lines("app->>" + asked + otherwise + "app->>database: Set value\n", options);
      EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#3") << asked;
      EXPECT_EQ(after(program, 1, Outcome::kError), "#3") << asked;
    }
  }
  EXPECT_EQ(
      after(compile_lines("app->>database: Get value\nalt row\napp->>app: use\nelse\napp->>cache: Get value\nend\n"), 1,
            Outcome::kTimeout),
      "#3");
}

// --on-cache-timeout=fail: what no branch covers.
TEST(ProgramFailures, a_client_that_throws_ends_the_operation_where_the_cache_fails) {
  constexpr CompileOptions kThrows{.fail_on_cache_timeout = true};
  const std::string read = "app->>cache: Get value\nalt miss\napp->>database: Get value\nend\n";
  for (const Outcome failure : {Outcome::kTimeout, Outcome::kError}) {
    EXPECT_EQ(after(compile_lines(read), 1, failure), "#2") << "as a miss";
    EXPECT_EQ(after(compile_lines(read, kThrows), 1, failure), "failed");
    const std::string write = "app->>database: Set value\napp->>cache: Delete value\n";
    EXPECT_EQ(after(compile_lines(write), 2, failure), "ack end") << "as done";
    EXPECT_EQ(after(compile_lines(write, kThrows), 2, failure), "failed");
    EXPECT_EQ(
        after(compile_lines(write + "alt the cache fails\napp->>cache: Delete value\nend\n", kThrows), 2, failure),
        "#3")
        << "a branch says what then";
  }
}

TEST(ProgramFailures, an_else_takes_what_no_other_branch_names_and_so_a_hit_too) {
  const Program program = compile_lines(
      "app->>cache: Get value\nalt miss\napp->>database: Get value\nelse\napp->>cache: Delete value\nend\n");
  EXPECT_EQ(after(program, 1, Outcome::kMiss), "#2");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "#3");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#3") << "the complement, not what a timeout counts as elsewhere";
}

TEST(ProgramFailures, a_branch_that_names_one_failure_leaves_the_other_to_the_else) {
  const Program program = compile_lines(
      "app->>database: Set value\nalt timeout\napp->>cache: Get value\nelse ok\napp->>cache: Set value\nelse\n"
      "app->>cache: Delete value\nend\n");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#2");
  EXPECT_EQ(after(program, 1, Outcome::kOk), "#3");
  EXPECT_EQ(after(program, 1, Outcome::kError), "#4");
}

TEST(ProgramFailures, a_branch_for_a_timeout_may_stand_anywhere_before_the_next_awaited_request) {
  const std::string mends = "opt timeout\napp->>cache: Get value\nend\n";
  struct Case {
    const char* between;
    const char* ok;
    const char* timeout;
  };
  const Case cases[] = {
      {"app-)cache: Delete value\n", "~#2 ack end", "~#2 #3"},
      {"opt ok\napp-)cache: Delete value\nend\n", "~#2 ack end", "#3"},
      {"app-->>user: done\n", "ack end", "ack #3"},
      {"alt small\napp-)cache: Delete value\nelse large\napp-)cache: Delete value\nend\n", "~#2 ack end | ~#3 ack end",
       "~#2 #4 | ~#3 #4"},
      {"opt ok\napp->>app: log\nend\nNote over app: later\n", "ack end", "#3"},
      {"break ok\napp-)cache: Delete value\nend\n", "~#2 ack end", "#3"},
  };
  for (const Case& one : cases) {
    for (const CompileOptions& options : {kFail, kContinue}) {
      const Program program = compile_lines("app->>database: Set value\n" + std::string(one.between) + mends, options);
      EXPECT_EQ(after(program, 1, Outcome::kOk), one.ok) << one.between;
      EXPECT_EQ(after(program, 1, Outcome::kTimeout), one.timeout) << one.between;
    }
  }
}

TEST(ProgramFailures, a_branch_behind_the_next_awaited_request_covers_that_one_alone) {
  const Program program =
      compile_lines("app->>database: Set value\napp->>cache: Delete value\nopt timeout\napp->>cache: Set value\nend\n");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "failed");
  EXPECT_EQ(after(program, 2, Outcome::kTimeout), "#3");
  EXPECT_EQ(after(program, 2, Outcome::kOk), "ack end");
}

TEST(ProgramFailures, an_alternative_without_such_a_branch_is_not_covered) {
  const Program program = compile_lines(
      "app->>database: Set value\nalt small\nopt timeout\napp->>cache: Delete value\nend\nelse large\n"
      "app-)cache: Set value\nend\n");
  EXPECT_EQ(after(program, 1, Outcome::kOk), "ack end | ~#3 ack end");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#2 | failed");
  const Program get = compile_lines(
      "app->>cache: Get value\nalt small\nopt timeout\napp->>cache: Delete value\nend\nelse large\nopt miss\n"
      "app->>database: Get value\nend\nend\n");
  EXPECT_EQ(after(get, 1, Outcome::kTimeout), "#2 | #3") << "there it counts as a miss";
}

TEST(ProgramFailures, the_outcome_of_a_request_is_kept_for_the_blocks_that_look_at_it) {
  const Program program = compile_lines(
      "app->>database: Set value\nopt ok\napp->>cache: Delete value\nend\nopt failure\napp->>cache: Set value\nend\n"
      "app->>cache: Get value\n");
  EXPECT_EQ(after(program, 1, Outcome::kOk), "#2");
  EXPECT_EQ(after(program, 2, Outcome::kOk), "#4") << "the database did not fail";
  EXPECT_EQ(after(program, 2, Outcome::kTimeout), "#4") << "nor does a failure of arrow 2 make it";
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#3");
}

TEST(ProgramFailures, a_branch_on_a_timeout_is_left_as_what_it_is) {
  const Program program = compile_lines(
      "app->>database: Set value\nopt timeout\napp-)cache: Delete value\nend\nopt ok\napp-)cache: Set value\nend\n"
      "opt timeout\napp->>cache: Get value\nend\n");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "~#2 #4") << "both that name it, not the one that says ok";
}

TEST(ProgramFailures, a_reply_line_looks_at_nothing_where_there_was_no_reply) {
  const Program program = compile_lines(std::string("app->>cache: Get value\ncache-->>app: miss\n") +
                                        "opt timeout\napp-)cache: Delete value\nend\napp->>database: Get value\n");
  EXPECT_EQ(after(program, 1, Outcome::kMiss), "#4");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "ack end");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "~#3 #4");
}

TEST(ProgramFailures, what_needs_a_value_that_was_not_received_is_skipped_on_a_failure_and_refused_without) {
  const Program program = compile_lines(
      "Note over app: Read\napp->>database: Get value\nalt timeout\napp->>app: log\nelse row\napp->>app: use\nend\n"
      "app->>cache: Set value\napp->>cache: Get value\n");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "#4");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#5");
  EXPECT_TRUE(contains(compile_error("Note over app: Read\napp->>cache: Get value\nopt timeout\napp->>app: log\nend\n"
                                     "app->>cache: Set value\n"),
                       "a Read stores the last value it received"))
      << "a miss leads there, too";
}

TEST(ProgramFailures, a_request_drawn_as_lost_takes_the_branch_for_its_timeout_behind_others) {
  EXPECT_EQ(start(compile_lines("app-xdatabase: Set value\napp-)cache: Delete value\nopt timeout\napp->>cache: Get "
                                "value\nend\n")),
            "!#1 ~#2 #3");
  EXPECT_EQ(start(compile_lines(
                "app-xdatabase: Set value\nalt ok\napp->>cache: Delete value\nelse\napp->>cache: Get value\nend\n")),
            "!#1 #3");
}

TEST(ProgramFailures, an_operation_that_tells_its_caller_of_a_failure_ends_as_failed) {
  const Program program = compile_lines(
      "user->>app: save\napp->>database: Set value\nalt ok\napp-->>user: saved\nelse timeout\napp-->>user: 500\n"
      "app->>cache: Delete value\nend\n");
  EXPECT_EQ(after(program, 2, Outcome::kOk), "ack end");
  EXPECT_EQ(after(program, 2, Outcome::kTimeout), "#5");
  EXPECT_EQ(after(program, 5, Outcome::kOk), "failed");
}

TEST(ProgramFailures, every_branch_guard_and_arrow_has_its_mark_whether_or_not_a_way_leads_there) {
  const Program program = compile_lines(
      "Note over app: Read\napp->>database: Get value\nalt row\napp->>app: use\nelse not found\napp->>cache: Get "
      "value\n"
      "cache-->>app: miss\nopt lucky\napp->>cache: Delete value\nend\nend\n");
  for (const char* mark : {"Read line 7: alt row", "Read line 9: alt not found", "Read arrow 3 \"Get value\"",
                           "Read line 11: the reply as drawn", "Read line 12: opt lucky", "Read line 12: opt not taken",
                           "Read arrow 5 \"Delete value\""})
    EXPECT_TRUE(has_mark(program, mark)) << mark;
}

// Its arrows may start over.
const std::string kWrite = "%% stalemate: operation Write is write\n%% stalemate: operation continues\n";

// A Write's set of arrow `arrow`: "own", "received", or both where it depends on the path.
std::string stored(const std::string& lines, int arrow) {
  const Program program = compile_lines(kWrite + lines);
  bool own = false;
  bool received = false;
  for (const Instruction& instruction : program.instructions) {
    if (instruction.arrow != arrow) continue;
    own = own || carries_own(program, instruction);
    received = received || instruction.carries_received;
  }
  return std::string(own ? "own" : "") + (own && received ? " or " : "") + (received ? "received" : "");
}

TEST(ProgramFailures, a_write_stores_what_the_database_answered_until_it_writes_its_own_value) {
  const std::string fill = "app->>database: Get value\napp->>cache: Set value\n";
  EXPECT_EQ(stored(fill + "app->>database: Set value\n", 2), "received");
  EXPECT_EQ(stored(fill + "app->>database: Set value\n", 3), "own");
  EXPECT_EQ(stored(fill + "app->>database: Set value\napp->>cache: Set value\n", 4), "own");
  EXPECT_EQ(stored("app->>database: Get value\napp->>cache: Set value if absent\n", 2), "received");
  EXPECT_EQ(stored("app->>cache: Set value\n" + fill, 1), "own");
  EXPECT_EQ(stored("app->>database: Set value\n" + fill, 3), "received") << "what it read back";
  EXPECT_EQ(stored("app->>database: Get value\napp->>cache: Set new value\n", 2), "own") << "as its label says";
  EXPECT_EQ(stored("app->>cache: Get value\napp->>cache: Set value\n", 2), "own") << "what the cache has is looked at";
  EXPECT_EQ(stored("app->>cache: Get value\nopt miss\napp->>database: Get value\nend\napp->>cache: Set value\n", 3),
            "own or received");
}

TEST(ProgramFailures, a_write_that_asked_the_database_in_vain_skips_what_would_store_the_answer) {
  const Program program =
      compile_lines(kWrite +
                    "app->>database: Get value\nopt timeout\napp->>app: log\nend\napp->>cache: Set value\n"
                    "app->>database: Set value\napp->>cache: Set value\n");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "#3");
  EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#4");
}

TEST(ProgramFailures, only_a_write_that_may_be_acknowledged_before_it_is_answered_needs_to_be_watched_for_that) {
  const auto early = [](const std::string& lines) { return compile_lines(kWrite + lines).may_tell_early; };
  EXPECT_FALSE(early("app->>database: Set value\napp-->>user: done\napp->>cache: Delete value\n"));
  EXPECT_FALSE(early("app->>cache: Get value\ncache-->>app: hit\napp->>database: Set value\n"))
      << "on a miss it ends, and has written nothing";
  EXPECT_FALSE(early("app->>cache: Delete value\n"));
  EXPECT_TRUE(early("app-)database: Set value\n"));
  EXPECT_TRUE(early("app-->>user: done\napp->>database: Set value\n"));
  EXPECT_TRUE(early("app->>database: Set value\napp-->>user: done\napp->>database: Set value\n"));
  EXPECT_TRUE(early("app->>cache: Set value\n"));
  EXPECT_TRUE(early("opt large\napp->>cache: Set value\napp-->>user: done\nend\napp->>database: Set value\n"));
}

}  // namespace
}  // namespace stalemate::model
