// alt, opt and break: what their branches test, what is left to the others, and when a choice is free.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

// `lines` after a get of the cache in line 2.
std::string after_get(const std::string& lines) {
  return outline(read_lines("app->>cache: Get value\n" + lines).operations.at(0).body);
}
std::string error_after_get(const std::string& lines) { return error_of_lines("app->>cache: Get value\n" + lines); }

TEST(ProtocolChoices, a_branch_tests_the_latest_reply_by_its_label) {
  EXPECT_EQ(after_get("alt Cache hit\nNote over app: done\nelse Cache miss\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | miss: get database#2}");
}

TEST(ProtocolChoices, a_reply_at_the_start_of_a_branch_is_its_test_and_no_guard) {
  EXPECT_EQ(after_get("alt\ncache-->>app: value\nelse\ncache-->>app: null\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | miss: get database#4}");
  EXPECT_EQ(after_get("alt first way\nNote over app: x\ncache-->>app: nil\napp->>database: Get\nend"),
            "get cache#1; alt{miss: get database#3}");
}

TEST(ProtocolChoices, an_else_without_a_label_is_the_complement) {
  const std::string outline =
      after_get("alt miss\napp->>database: Get\nelse\napp->>app: use it\nend\napp->>cache: Set");
  EXPECT_EQ(outline, "get cache#1; alt{miss: get database#2 | else: }; set cache#4");
}

TEST(ProtocolChoices, a_branch_whose_label_fits_nothing_is_what_the_others_leave) {
  EXPECT_EQ(after_get("alt good luck\napp->>app: use it\nelse miss\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | miss: get database#3}");
  EXPECT_EQ(after_get("alt miss\napp->>database: Get\nelse good luck\napp->>app: use it\nend"),
            "get cache#1; alt{miss: get database#2 | else: }");
  const Protocol protocol =
      read_lines("app->>cache: Get\nalt miss\napp->>database: Get\nelse good luck\napp->>app: use it\nend");
  EXPECT_TRUE(contains(describe_reading(protocol), "assumed: \"good luck\" says nothing of the reply"));
}

TEST(ProtocolChoices, an_opt_tests_too_and_what_it_does_not_take_passes_it_by) {
  EXPECT_EQ(after_get("opt not in cache\napp->>database: Get\napp->>cache: Set\nend"),
            "get cache#1; opt{miss: get database#2; set cache#3}");
}

TEST(ProtocolChoices, yes_and_no_answer_a_question_whether_something_is_there_and_no_other) {
  const std::string blocks = "alt yes\ncache-->>app: rate\nelse no\napp->>db: SELECT rate\nend\n";
  EXPECT_EQ(outline(read_lines("app->>cache: do you have rate:1?\n" + blocks).operations.at(0).body),
            "get cache#1; alt{value:  | miss: get database#3}");
  EXPECT_EQ(
      outline(
          read_lines("app->>cache: EXISTS rate:1\nalt no\napp->>db: SELECT rate\nelse yes\nend").operations.at(0).body),
      "get cache#1; alt{miss: get database#2 | value: }");
  // Of any other question they say nothing: both ways are free.
  EXPECT_EQ(
      outline(read_lines("app->>db: query whether order 5 is paid\nalt yes\napp->>app: log\nelse no\napp->>app: wait\n"
                         "end")
                  .operations.at(0)
                  .body),
      "get database#1; free alt{ | }");
}

TEST(ProtocolChoices, a_break_ends_the_operation) {
  EXPECT_EQ(after_get("break hit\ncache-->>app: value\nend\napp->>database: Get"),
            "get cache#1; break{value:  end}; get database#3");
}

TEST(ProtocolChoices, a_reply_line_before_an_alt_that_looks_at_other_outcomes_is_no_guard) {
  EXPECT_EQ(after_get("cache-->>app: result\nalt hit\napp->>app: use\nelse miss\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | miss: get database#4}");
  EXPECT_EQ(after_get("cache-->>app: miss\nopt miss\napp->>database: Get\nend"),
            "get cache#1; if miss; opt{miss: get database#3}")
      << "the block looks at nothing else: the guard stands";
}

TEST(ProtocolChoices, failures_and_timeouts_are_branches) {
  EXPECT_EQ(after_get("alt timeout\napp->>database: Get\nelse hit\napp->>app: use\nend"),
            "get cache#1; alt{timeout: get database#2 | value: }");
  EXPECT_EQ(after_get("alt hit\napp->>app: use\nelse error\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | error or timeout: get database#3}")
      << "who sees an error cannot tell it from a timeout";
  EXPECT_EQ(after_get("alt error\napp->>app: log\nelse timeout\napp->>database: Get\nend"),
            "get cache#1; alt{error:  | timeout: get database#3}");
}

TEST(ProtocolChoices, success_of_a_write) {
  EXPECT_EQ(outline_of("app->>database: Set\nalt success\napp->>cache: Delete\nelse failure\napp->>app: log\nend"),
            "set database#1; alt{ok: delete cache#2 | error or timeout: }");
  EXPECT_EQ(
      outline_of("app->>cache: SETNX k v\nalt stored\napp->>app: fine\nelse already there\napp->>cache: GET k\nend"),
      "add cache#1; alt{ok:  | conflict: get cache#3}");
}

TEST(ProtocolChoices, a_block_that_is_about_no_reply_is_free) {
  EXPECT_EQ(after_get("alt it rains\napp->>database: Get\nelse the sun shines\napp->>app: go out\nend"),
            "get cache#1; free alt{get database#2 | }");
  EXPECT_EQ(outline_of("opt feeling lucky\napp->>cache: Delete\nend\napp->>database: Set"),
            "free opt{delete cache#1}; set database#2");
  EXPECT_TRUE(contains(describe_reading(read_lines("app->>cache: Get\nopt lucky\napp->>database: Get\nend")),
                       "a free choice, explored both ways"));
  EXPECT_TRUE(contains(describe_reading(read_lines("app->>cache: Get\nalt lucky\napp->>database: Get\nend")),
                       "may happen or not: a free choice, explored both ways"))
      << "an alt of one branch says nothing of when it is not taken";
}

TEST(ProtocolChoices, that_one_of_several_ways_is_always_taken_is_assumed_where_nothing_says_so) {
  const auto assumed = [](const std::string& one, const std::string& other) {
    return contains(describe_reading(read_lines("app->>database: Set\nalt " + one + "\napp->>cache: Delete\nelse " +
                                                other + "\napp->>cache: Delete\nend")),
                    "one of its ways is taken in every run");
  };
  EXPECT_TRUE(assumed("the name changes", "the price changes"));
  EXPECT_FALSE(assumed("small", ""));
  EXPECT_FALSE(assumed("small", "otherwise"));
  EXPECT_FALSE(assumed("small", "in every other case"));
  EXPECT_FALSE(assumed("it is small", "it is not small"));
}

TEST(ProtocolChoices, a_directive_first_in_a_branch_says_what_it_tests) {
  EXPECT_EQ(after_get("alt good\n%% stalemate: branch = value\napp->>app: use\nelse bad\n%% stalemate: branch = miss, "
                      "timeout\napp->>database: Get\nend"),
            "get cache#1; alt{value:  | miss or timeout: get database#3}");
  EXPECT_EQ(after_get("opt value is large\n%% stalemate: branch = free\napp->>database: Get\nend"),
            "get cache#1; free opt{get database#2}");
  EXPECT_EQ(after_get("alt miss\napp->>database: Get\nelse hit\n%% stalemate: branch = else\napp->>app: use\nend"),
            "get cache#1; alt{miss: get database#2 | else: }");
}

TEST(ProtocolChoices, blocks_nest_and_replies_outward_stand_in_branches) {
  EXPECT_EQ(
      after_get("actor user\nalt hit\napp-->>user: value\nelse miss\napp->>database: Get\nalt found\ndatabase-->>app: "
                "row\napp->>cache: Set\nelse not found\napp-->>user: 404\nend\nend"),
      "get cache#1; alt{value: ack | miss: get database#3; alt{value: set cache#5 | miss: ack}}");
}

TEST(ProtocolChoices, a_timeout_of_a_request_drawn_as_lost_can_be_a_branch) {
  EXPECT_EQ(outline_of("app-xcache: Delete\nalt timeout\napp->>cache: Delete\nend"),
            "delete cache#1x; alt{timeout: delete cache#2}");
}

TEST(ProtocolChoices, every_branch_of_a_request_drawn_as_lost_is_about_it) {
  EXPECT_EQ(outline_of("app-xcache: Delete\nalt ok\napp->>database: Set\nelse\napp->>cache: Delete\nend"),
            "delete cache#1x; alt{ok: set database#2 | else: delete cache#3}");
}

TEST(ProtocolChoices, blocks_in_a_row_are_about_one_reply) {
  const std::string first = "app->>database: Set\nopt ok\napp->>cache: Delete\nend\n";
  const Protocol protocol = read_lines(first + "opt timeout\napp->>cache: Set\nend");
  EXPECT_EQ(outline(protocol.operations.at(0).body),
            "set database#1; opt{ok: delete cache#2}; opt{timeout: set cache#3}");
  EXPECT_EQ(std::get<Choice>(protocol.operations.at(0).body.at(2).node).about, 1);
  EXPECT_TRUE(
      contains(describe_reading(protocol), "the block above is about arrow 1, so this one is taken to be, too"));
  EXPECT_EQ(after_get("opt miss\napp->>database: Get\napp->>cache: Set\nend\nopt hit\napp->>app: use\nend"),
            "get cache#1; opt{miss: get database#2; set cache#3}; opt{value: }");
}

TEST(ProtocolChoices, a_block_that_may_be_about_a_request_in_the_one_above_is_refused) {
  const std::string about = "t.mmd:6:1: cannot tell which request this is about: it depends on the branch taken before";
  EXPECT_TRUE(
      starts_with(error_after_get("opt miss\napp->>database: Get\nend\nopt found\napp->>cache: Set\nend"), about));
  EXPECT_TRUE(starts_with(error_after_get("opt miss\napp->>database: Get\nend\nopt miss\napp->>app: x\nend"), about));
  for (const char* outcome : {"ok", "success", "failed", "timeout"}) {
    const std::string lines = "app->>database: Set\nopt timeout\napp->>cache: Delete\nend\nopt " +
                              std::string(outcome) + "\napp->>cache: Set\nend";
    EXPECT_TRUE(contains(error_of_lines(lines), "cannot tell which request this is about")) << outcome;
  }
}

TEST(ProtocolChoices, what_a_branch_for_failures_does_not_cover_is_assumed) {
  const auto reading = [](const std::string& lines) {
    return describe_reading(
        read_lines("%% stalemate: operation continues\nparticipant cache\nparticipant database\n" + lines));
  };
  const std::string two = "app->>database: Set\napp->>cache: Delete\n";
  EXPECT_TRUE(contains(reading(two + "opt failure\napp->>cache: Set\nend"),
                       "a failure of arrow 1 does not lead here; draw the block behind that one, too, if it should"));
  EXPECT_TRUE(contains(reading(two + "alt ok\napp->>app: fine\nelse\napp->>cache: Set\nend"),
                       "a failure of arrow 1 does not lead here"));
  for (const char* clear : {"opt cache timeout\napp->>cache: Set\nend", "opt ok\napp->>cache: Set\nend"})
    EXPECT_FALSE(contains(reading(two + clear), "does not lead here")) << clear;
  EXPECT_FALSE(contains(reading("app->>database: Set\nopt failure\napp->>app: log\nend\napp->>cache: Delete\n"
                                "opt failure\napp->>app: log\nend"),
                        "does not lead here"))
      << "each has its own";
  EXPECT_FALSE(contains(reading("app->>database: Set\napp->>cache: Get\nalt hit\napp->>app: use\nelse\napp->>database: "
                                "Get\nend"),
                        "does not lead here"))
      << "an else that a miss leads to is not drawn for failures";
}

TEST(ProtocolChoices, an_outcome_is_of_the_awaited_request_although_another_was_sent_and_forgotten_since) {
  EXPECT_EQ(after_get("app-)cache: Delete\nalt hit\napp->>app: use\nelse miss\napp->>database: Get\nend"),
            "get cache#1; delete cache#2~; alt{value:  | miss: get database#4}");
  EXPECT_EQ(after_get("app-)cache: Delete\nopt miss\napp->>database: Get\nend"),
            "get cache#1; delete cache#2~; opt{miss: get database#3}");
  EXPECT_EQ(after_get("app-)cache: Delete\nalt\ncache-->>app: nil\napp->>database: Get\nend"),
            "get cache#1; delete cache#2~; alt{miss: get database#4}");
  EXPECT_EQ(after_get("app-)cache: Delete\ncache-->>app: miss\napp->>database: Get"),
            "get cache#1; delete cache#2~; if miss; get database#4");
  EXPECT_EQ(after_get("opt lucky\napp-)cache: Delete\nend\nopt miss\napp->>database: Get\nend"),
            "get cache#1; free opt{delete cache#2~}; opt{miss: get database#3}");
}

TEST(ProtocolChoices, a_branch_that_begins_with_the_reply_to_a_request_sent_and_forgotten_is_about_that) {
  EXPECT_EQ(outline_of("app->>database: Set\napp-)cache: Delete\nalt deleted\ncache-->>app: 1\napp->>app: log\nelse "
                       "error\napp->>app: log\nend"),
            "set database#1; delete cache#2; alt{ok:  | error or timeout: }");
  EXPECT_EQ(outline_of("app->>database: Set\napp-)cache: Delete\nopt cache error\napp->>app: log\nend"),
            "set database#1; delete cache#2; opt{error or timeout: }")
      << "so is one whose label names its server";
}

TEST(ProtocolChoices, a_hit_or_a_miss_behind_a_later_request_is_not_modelled) {
  const std::string start =
      "t.mmd:4:1: understood as \"a branch about the get in line 2 behind the delete in line 3\", which is not "
      "modelled ";
  EXPECT_TRUE(starts_with(error_after_get("app->>cache: Delete\nalt hit\napp->>app: use\nend"), start));
  EXPECT_TRUE(starts_with(error_after_get("app->>cache: Delete\nopt miss\napp->>app: use\nend"), start));
  EXPECT_TRUE(starts_with(error_after_get("app->>database: Set\nopt miss\napp->>app: use\nend"),
                          "t.mmd:4:1: understood as \"a branch about the get in line 2 behind the set in line 3\""));
  EXPECT_EQ(after_get("app->>cache: Delete\nopt deleted\napp->>database: Set\nend"),
            "get cache#1; delete cache#2; opt{ok: set database#3}");
}

TEST(ProtocolChoices, every_line_of_a_block_is_in_the_reading) {
  const Protocol protocol = read_lines("app->>cache: Get\nalt hit\napp->>app: use\nelse\napp->>database: Get\nend");
  std::vector<int> lines;
  for (const ReadingLine& line : protocol.reading) {
    if (lines.empty() || lines.back() != line.at.line) lines.push_back(line.at.line);
  }
  EXPECT_EQ(lines, (std::vector<int>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(ProtocolChoices, what_cannot_be_told_apart_is_refused) {
  struct Refusal {
    const char* lines;
    const char* start;
  };
  const std::vector<Refusal> refusals = {
      {"alt hit\napp->>app: a\nelse found\napp->>app: b\nend",
       "t.mmd:5:1: another branch of this block tests a hit already"},
      {"alt lalala\napp->>app: a\nelse dumdum\napp->>app: b\nelse miss\napp->>app: c\nend",
       "t.mmd:5:1: cannot tell when this branch is taken; name the outcome (value or miss"},
      {"alt hit\ncache-->>app: miss\nend",
       "t.mmd:3:1: the label says a hit, but the reply the branch begins with says a miss"},
      {"cache-->>app: hit\napp->>database: Get\nalt found in cache\napp->>app: a\nend",
       "t.mmd:5:1: the label speaks of another server, but the latest request (line 4) went to the database"},
      {"alt a\n%% stalemate: branch = free\napp->>app: a\nelse miss\napp->>app: b\nend",
       "t.mmd:3:1: this branch is said to be free, but others"},
      {"opt a\n%% stalemate: branch = conflict\napp->>app: a\nend", "t.mmd:3:1: a get cannot turn out as conflict"},
      {"opt a\n%% stalemate: branch = else\napp->>app: a\nend", "t.mmd:3:1: everything else than what?"},
      {"opt a\n%% stalemate: branch = often\napp->>app: a\nend", "t.mmd:4:1: \"branch = often\" is not known"},
      {"opt a\nuser->>app: GET\nend", "t.mmd:4:1: an operation cannot begin inside a block"},
      {"opt a\n%% stalemate: operation = x\napp->>app: b\nend", "t.mmd:4:1: an operation cannot begin inside a block"},
  };
  for (const Refusal& refusal : refusals) {
    const std::string error = error_after_get(refusal.lines);
    EXPECT_TRUE(starts_with(error, refusal.start)) << refusal.lines << "\n  " << error;
  }
  EXPECT_TRUE(starts_with(error_of_lines("alt cache hit\napp->>cache: Get\nend"),
                          "t.mmd:2:1: this is about the outcome of a request, but none was drawn yet"));
  EXPECT_TRUE(starts_with(error_of_lines("app->>database: Set\nalt row not found\napp->>app: a\nend"),
                          "t.mmd:3:1: a set cannot turn out as a miss, but as ok or error or timeout"));
}

TEST(ProtocolChoices, a_lone_branch_that_fills_the_cache_behind_a_get_is_no_free_choice) {
  const std::string fill = "app->>database: get\napp->>cache: set\nend\n";
  EXPECT_TRUE(contains(error_of_lines("app->>cache: get\nalt nothing on it\n" + fill),
                       "t.mmd:3:1: cannot tell whether \"nothing on it\" is a miss"));
  EXPECT_EQ(outline(read_lines("app->>cache: get\nalt nothing on it\n%% stalemate: branch = miss\n" + fill)
                        .operations.at(0)
                        .body),
            outline(read_lines("app->>cache: get\nalt miss\n%% such\n" + fill).operations.at(0).body));
  EXPECT_EQ(error_of_lines("app->>cache: get\nalt nothing on it\n%% stalemate: branch = free\n" + fill), "no error");
  EXPECT_EQ(error_of_lines("app->>cache: get\napp->>database: get\nopt on Mondays\napp->>cache: set\nend\n"),
            "no error");
}

}  // namespace
}  // namespace stalemate::model
