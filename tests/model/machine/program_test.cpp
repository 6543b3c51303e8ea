// The compiler from protocol to program: instructions, locations and transitions of hand-made protocols, what timeouts
// count as, and what is refused.
#include "machine/program.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/machine/program_outline.hpp"

namespace stalemate::model {
namespace {

TEST(Program, the_tutorials_read_is_a_row_a_request_and_a_miss_leads_to_the_database) {
  const Program program = compile_lines(kReadLines);
  ASSERT_EQ(program.operations.size(), 1U);
  EXPECT_EQ(program.operations[0].kind, OperationKind::kRead);
  ASSERT_EQ(program.instructions.size(), 3U);
  EXPECT_TRUE(program.has_cache);
  EXPECT_FALSE(program.has_async);
  EXPECT_FALSE(program.get_while_holding);
  EXPECT_EQ(start(program), "#1");
  EXPECT_EQ(after(program, 1, Outcome::kMiss), "#3");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "ack end") << "the guard says miss: a hit ends the Read";
  EXPECT_EQ(after(program, 3, Outcome::kValue), "#5");
  EXPECT_EQ(after(program, 5, Outcome::kOk), "ack end");
}

TEST(Program, the_tutorials_write_goes_from_the_database_to_the_cache) {
  const Program program = compile_lines("app->>database: Set value\napp->>cache: Delete value\n");
  EXPECT_EQ(program.operations[0].kind, OperationKind::kWrite);
  ASSERT_EQ(program.instructions.size(), 2U);
  EXPECT_EQ(start(program), "#1");
  EXPECT_EQ(after(program, 1, Outcome::kOk), "#2");
  EXPECT_EQ(after(program, 2, Outcome::kOk), "ack end");
}

TEST(Program, every_awaited_row_has_a_point_for_its_request_and_for_each_reply_it_can_get) {
  const Program program = compile_lines(kReadLines);
  EXPECT_EQ(program.locations.size(), 1U + 3U + (2U + 1U + 1U)) << "idle, three requests; value or miss, value, ok";
  EXPECT_EQ(program.locations[kIdle].instruction, kNoInstruction);
  for (std::size_t r = 0; r < program.instructions.size(); ++r) {
    const Instruction& instruction = program.instructions[r];
    EXPECT_EQ(program.locations[instruction.request_location].instruction, r);
    EXPECT_FALSE(program.locations[instruction.request_location].is_reply);
    const std::vector<Outcome> possible = possible_outcomes(kind_of_server(program, instruction), instruction.verb);
    for (int o = 0; o < kOutcomeCount; ++o) {
      const auto outcome = static_cast<Outcome>(o);
      const ProgramCounter location = instruction.reply_locations[static_cast<std::size_t>(o)];
      if (std::find(possible.begin(), possible.end(), outcome) == possible.end()) {
        EXPECT_EQ(location, kIdle);
        continue;
      }
      EXPECT_EQ(program.locations[location].instruction, r);
      EXPECT_TRUE(program.locations[location].is_reply);
      EXPECT_EQ(program.locations[location].outcome, outcome);
    }
  }
}

TEST(Program, servers_answer_only_what_their_verbs_allow) {
  using O = std::vector<Outcome>;
  EXPECT_EQ(possible_outcomes(Role::kCache, Verb::kGet), (O{Outcome::kValue, Outcome::kMiss}));
  EXPECT_EQ(possible_outcomes(Role::kDatabase, Verb::kGet), O{Outcome::kValue}) << "every key has a row";
  EXPECT_EQ(possible_outcomes(Role::kCache, Verb::kAdd), (O{Outcome::kOk, Outcome::kConflict}));
  EXPECT_EQ(possible_outcomes(Role::kCache, Verb::kDelete), O{Outcome::kOk});
  EXPECT_EQ(possible_outcomes(Role::kDatabase, Verb::kSet), O{Outcome::kOk});
}

TEST(Program, a_cache_get_that_times_out_counts_as_a_miss) {
  EXPECT_EQ(after(compile_lines(kReadLines), 1, Outcome::kTimeout), "#3");
  const Program tested =
      compile_lines("app->>cache: Get value\nalt hit\napp->>app: use\nelse miss\napp->>database: Get value\nend\n");
  EXPECT_EQ(after(tested, 1, Outcome::kTimeout), "#3");
}

TEST(Program, a_cache_set_add_or_delete_that_times_out_is_skipped) {
  for (const std::string verb : {"Set value", "Set value if absent", "Delete value"}) {
    const Program program =
        compile_lines("app->>database: Set value\napp->>cache: " + verb + "\napp->>cache: Get value\n");
    EXPECT_EQ(after(program, 2, Outcome::kTimeout), "#3") << verb;
  }
}

TEST(Program, a_database_request_that_times_out_fails_the_operation) {
  const Program program = compile_lines(kReadLines);
  EXPECT_EQ(after(program, 3, Outcome::kTimeout), "failed");
  const Program write = compile_lines("app->>database: Set value\napp->>cache: Delete value\n");
  EXPECT_EQ(after(write, 1, Outcome::kTimeout), "failed");
}

TEST(Program, to_continue_on_a_database_timeout_concerns_writes_alone) {
  const Program write = compile_lines("app->>database: Set value\napp->>cache: Delete value\n", kContinue);
  EXPECT_EQ(after(write, 1, Outcome::kTimeout), "#2");
  EXPECT_EQ(after(compile_lines(kReadLines, kContinue), 3, Outcome::kTimeout), "failed")
      << "a read that got no value ends without one either way";
}

TEST(Program, a_branch_for_timeouts_is_stronger_than_what_they_count_as_otherwise) {
  const std::string lines =
      "app->>database: Set value\nalt timeout\napp->>cache: Get value\nelse success\napp->>cache: Delete value\nend\n";
  for (const CompileOptions& options : {kFail, kContinue}) {
    const Program program = compile_lines(lines, options);
    EXPECT_EQ(after(program, 1, Outcome::kTimeout), "#2");
    EXPECT_EQ(after(program, 1, Outcome::kOk), "#3");
  }
  const Program get = compile_lines(
      "app->>cache: Get value\nalt miss\napp->>database: Get value\nelse timeout\napp->>app: give up\nend\n");
  EXPECT_EQ(after(get, 1, Outcome::kTimeout), "ack end") << "no miss: the diagram says what happens";
  EXPECT_EQ(after(get, 1, Outcome::kMiss), "#2");
}

TEST(Program, a_request_drawn_as_lost_is_a_timeout_and_never_sent) {
  const Program write = compile_lines("app->>database: Set value\napp-xcache: Delete value\n");
  ASSERT_EQ(write.instructions.size(), 2U) << "it has an instruction, so that it can be told";
  EXPECT_TRUE(write.instructions[1].drawn_lost || write.instructions[0].drawn_lost);
  EXPECT_EQ(after(write, 1, Outcome::kOk), "!#2 ack end");
  EXPECT_EQ(start(compile_lines("app-xdatabase: Set value\napp->>cache: Delete value\n")), "!#1 failed");
  EXPECT_EQ(start(compile_lines("app-xdatabase: Set value\napp->>cache: Delete value\n", kContinue)), "!#1 #2");
}

TEST(Program, an_asynchronous_request_is_sent_on_the_way_to_the_next_awaited_one) {
  const Program program =
      compile_lines("app->>database: Set value\napp-)cache: Delete value\napp->>cache: Get value\n");
  EXPECT_TRUE(program.has_async);
  EXPECT_EQ(after(program, 1, Outcome::kOk), "~#2 #3");
  const auto instruction = std::find_if(program.instructions.begin(), program.instructions.end(),
                                        [](const Instruction& r) { return r.arrow == 2; });
  ASSERT_NE(instruction, program.instructions.end());
  EXPECT_FALSE(instruction->awaited);
  EXPECT_EQ(instruction->request_location, kIdle) << "nobody stands there";
}

TEST(Program, a_reply_outward_acknowledges_once_and_what_follows_still_runs) {
  const Program program =
      compile_lines("app->>database: Set value\napp-->>user: done\napp-->>user: done\napp->>cache: Delete value\n");
  EXPECT_EQ(after(program, 1, Outcome::kOk), "ack #4");
  EXPECT_EQ(after(program, 4, Outcome::kOk), "end");
}

TEST(Program, a_free_choice_is_a_way_for_each_branch) {
  const Program alt = compile_lines(
      "app->>database: Set value\nalt small\napp->>cache: Set value\nelse large\napp->>cache: Delete value\nend\n");
  EXPECT_EQ(after(alt, 1, Outcome::kOk), "#2 | #3");
  const Program opt = compile_lines("app->>database: Set value\nopt large\napp->>cache: Delete value\nend\n");
  EXPECT_EQ(after(opt, 1, Outcome::kOk), "#2 | ack end") << "or not";
  const std::vector<Transition>& transitions = opt.instructions[0].after[static_cast<std::size_t>(Outcome::kOk)];
  EXPECT_EQ(transitions.at(0).choice, "large");
  EXPECT_EQ(transitions.at(1).choice, "not: large");
}

TEST(Program, a_break_ends_the_operation_and_what_it_does_not_take_goes_on) {
  const Program program =
      compile_lines("app->>cache: Get value\nbreak hit\napp->>cache: Delete value\nend\napp->>database: Get value\n");
  EXPECT_EQ(after(program, 1, Outcome::kValue), "#2");
  EXPECT_EQ(after(program, 2, Outcome::kOk), "ack end");
  EXPECT_EQ(after(program, 1, Outcome::kMiss), "#3");
}

TEST(Program, a_second_get_needs_room_beside_the_value_held) {
  EXPECT_TRUE(
      compile_lines("Note over app: Read\napp->>database: Get value\napp->>cache: Get value\n").get_while_holding);
  EXPECT_FALSE(
      compile_lines("app->>cache: Get value\napp->>cache: Get value\napp->>database: Set value\n").get_while_holding)
      << "a Write keeps no value";
}

TEST(Program, a_read_that_may_store_before_it_received_a_value_is_refused_at_that_arrow) {
  const std::string error = compile_error("Note over app: Read\napp->>cache: Get value\napp->>cache: Set value\n");
  EXPECT_TRUE(
      starts_with(error, "t.mmd:7:1: a Read stores the last value it received, and here it may not have received any"))
      << error;
  EXPECT_EQ(compile_error("Note over app: Read\napp->>database: Get value\napp->>cache: Set value\n"), "no error");
  EXPECT_EQ(compile_error("app->>cache: Set value\napp->>database: Set value\n"), "no error")
      << "a Write brings its own";
}

TEST(Program, too_many_combinations_of_free_choices_are_refused) {
  const auto choices = [](int count) {
    std::string lines = "app->>database: Set value\n";
    for (int i = 0; i < count; ++i) lines += "opt large\napp-)cache: Delete value\nend\n";
    return lines;
  };
  EXPECT_EQ(compile_error(choices(10)), "no error") << "2 to the 10th is the limit itself";
  const std::string error = compile_error(choices(11));
  EXPECT_TRUE(starts_with(error, "t.mmd:")) << error;
  EXPECT_TRUE(contains(error, "more than 1024 combinations of free choices")) << error;
}

TEST(Program, marks_say_arrows_replies_and_branches_and_are_passed_by_the_ways_they_name) {
  const Program program =
      compile_lines(std::string(kReadLines) + "opt large product\napp->>cache: Delete value\nend\n");
  const auto find = [&](const std::string& text) {
    return static_cast<std::size_t>(std::find(program.marks.begin(), program.marks.end(), text) -
                                    program.marks.begin());
  };
  const auto passes = [&](const Transition& transition, const std::string& text) {
    return std::find(transition.marks.begin(), transition.marks.end(), find(text)) != transition.marks.end();
  };
  const Instruction& first = program.instructions.at(0);
  const Transition& miss = first.after[static_cast<std::size_t>(Outcome::kMiss)].at(0);
  const Transition& hit = first.after[static_cast<std::size_t>(Outcome::kValue)].at(0);
  EXPECT_TRUE(passes(program.operations[0].start.at(0), "Read arrow 1 \"Get value\""));
  EXPECT_TRUE(passes(miss, "Read line 7: the reply as drawn"));
  EXPECT_TRUE(passes(miss, "Read arrow 3 \"Get value\""));
  EXPECT_TRUE(passes(hit, "Read line 7: another reply, so the operation ends there"));
  EXPECT_FALSE(passes(hit, "Read line 7: the reply as drawn"));
  const auto set = std::find_if(program.instructions.begin(), program.instructions.end(),
                                [](const Instruction& r) { return r.arrow == 5; });
  ASSERT_NE(set, program.instructions.end());
  const std::vector<Transition>& transitions = set->after[static_cast<std::size_t>(Outcome::kOk)];
  ASSERT_EQ(transitions.size(), 2U);
  EXPECT_TRUE(passes(transitions[0], "Read line 11: opt large product"));
  EXPECT_TRUE(passes(transitions[1], "Read line 11: opt not taken"));
}

}  // namespace
}  // namespace stalemate::model
