// A cache that is drawn to ask the database itself, and what of it is asked about or refused.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

// "get: get awaited kept", by request.
std::string passed_on(const std::string& lines) {
  std::string text;
  for (const Operation& operation : read_lines(lines).operations)
    visit_requests(operation.body, [&](const Request& request) {
      for (const Request& next : request.passes_on)
        text += std::string(text.empty() ? "" : "; ") + std::string(to_string(request.verb)) + ": " +
                std::string(to_string(next.verb)) + (next.awaited ? " awaited" : "") + (next.fills ? " kept" : "") +
                (next.ttl != 0 ? " " + std::to_string(next.ttl) : "");
    });
  return text;
}

TEST(ProtocolPassedOn, a_get_that_misses_is_passed_on_wherever_it_is_drawn) {
  const std::string asked = "app->>cache: get item\n";
  const std::string loads = "cache->>database: get item\ndatabase-->>cache: row\n";
  EXPECT_EQ(passed_on(asked + loads + "cache-->>app: value\n"), "get: get awaited kept");
  EXPECT_EQ(passed_on(asked + "alt hit\ncache-->>app: value\nelse miss\n" + loads + "cache-->>app: value\nend\n"),
            "get: get awaited kept");
  EXPECT_EQ(passed_on(asked + "alt hit\ncache-->>app: value\nelse\n" + loads + "cache-->>app: value\nend\n"),
            "get: get awaited kept");
  EXPECT_EQ(passed_on(asked + "opt not in cache\n" + loads + "end\ncache-->>app: 8.1\n"), "get: get awaited kept");
  EXPECT_EQ(passed_on(asked + "alt not in cache\n" + loads + "cache->>cache: SETEX item 60\nend\ncache-->>app: 8.1\n"),
            "get: get awaited kept 60");
}

TEST(ProtocolPassedOn, the_outcome_of_a_get_that_is_passed_on_is_a_hit_or_what_was_loaded) {
  const Protocol protocol = read_lines(
      "app->>cache: get item\nalt hit\ncache-->>app: value\nelse miss\ncache->>database: get item\n"
      "database-->>cache: row\ncache-->>app: value\nend\n");
  const auto& choice = std::get<Choice>(protocol.operations.at(0).body.at(1).node);
  EXPECT_EQ(choice.branches.at(0).tests, Outcomes{Outcome::kValue});
  EXPECT_EQ(choice.branches.at(1).tests, Outcomes{Outcome::kLoaded});
  EXPECT_TRUE(choice.branches.at(1).body.empty()) << "what the cache does is no act of the app";
}

TEST(ProtocolPassedOn, a_set_is_passed_on_before_the_cache_answers_or_afterwards) {
  const std::string set = "app->>cache: set item\n";
  EXPECT_EQ(passed_on(set + "cache->>database: set item\ndatabase-->>cache: ok\ncache-->>app: ok\n"),
            "set: set awaited");
  EXPECT_EQ(passed_on(set + "cache->>database: set item\ndatabase-->>cache: ok\ncache->>cache: set item\ncache-->>app: "
                            "ok\n"),
            "set: set awaited kept");
  EXPECT_EQ(passed_on(set + "cache-->>app: ok\ncache->>database: set item\n"), "set: set");
  EXPECT_EQ(passed_on(set + "cache-->>app: ok\ncache-)database: flush in batches\n"), "set: set");
  EXPECT_EQ(passed_on(set + "cache-)database: persist\ncache-->>app: ok\n"), "set: set") << "nobody waits for it";
}

TEST(ProtocolPassedOn, a_page_says_what_is_assumed_of_it) {
  const auto reads = [](const std::string& lines) { return describe_reading(read_lines(lines)); };
  EXPECT_TRUE(contains(reads("app->>cache: set item\ncache->>database: set item\ncache-->>app: ok\n"),
                       "it keeps the value as soon as it is asked"));
  EXPECT_TRUE(contains(reads("app->>cache: set item\ncache-->>app: ok\ncache-)database: set item\n"),
                       "one may overtake another"));
}

TEST(ProtocolPassedOn, what_a_cache_does_otherwise_is_refused) {
  const auto error = [](const std::string& lines) { return error_of_lines(lines); };
  EXPECT_TRUE(contains(error("app->>cache: get item\ncache->>database: set item\ncache-->>app: value\n"),
                       "asks for something else than the cache was asked"));
  EXPECT_TRUE(contains(error("app->>cache: get item\ncache-->>app: value\ncache->>database: get item\n"),
                       "after it has answered a get"));
  EXPECT_TRUE(contains(error("app->>cache: delete item\ncache->>database: delete item\ncache-->>app: ok\n"),
                       "which is not modelled yet"));
  EXPECT_TRUE(contains(error("app->>cache: set item\nalt large\ncache->>database: set item\nend\ncache-->>app: ok\n"),
                       "on a condition"));
  EXPECT_TRUE(contains(error("app->>cache: get item\nalt hit\ncache->>database: get item\nend\n"), "on a condition"));
  EXPECT_TRUE(contains(error("app->>cache: get item\ncache-xdatabase: get item\ncache-->>app: value\n"),
                       "a lost message from the cache"));
  EXPECT_TRUE(contains(error("app->>cache: get item\nopt miss\ncache->>database: get item\nalt row\ndatabase-->>cache: "
                             "row\nelse no row\ndatabase-->>cache: null\nend\nend\ncache-->>app: value\n"),
                       "a branch on what the database answers a cache"));
  EXPECT_TRUE(contains(error("app->>cache: get item\ncache->>database: get item\ndatabase-->>cache: not found\n"
                             "cache-->>app: value\n"),
                       "that there is no such row"));
  EXPECT_TRUE(contains(error("app->>cache: get item\ncache->>database: get item\ncache->>cache: set item if absent\n"
                             "cache-->>app: value\n"),
                       "keeps on a condition"));
  EXPECT_TRUE(contains(error("app->>database: get item\ncache->>database: get item\n"), "which is not modelled yet"))
      << "nobody asked the cache";
}

TEST(ProtocolPassedOn, conditions_and_changes_beside_it_are_refused) {
  const std::string through =
      "Note over app: Read\napp->>cache: get item\nalt hit\ncache-->>app: value\nelse miss\ncache->>database: get "
      "item\n"
      "database-->>cache: row\ncache-->>app: value\nend\n";
  for (const char* write : {"app->>cache: set item if unchanged\n", "app->>database: UPDATE item SET n = n + 1\n",
                            "app->>cache: mark item as stale\n", "app->>database: DELETE FROM item\n",
                            "app->>cache: set item only if the version is newer\n"}) {
    const std::string error =
        error_of_lines(through + "Note over app: Write\napp->>database: get item\napp->>database: set item\n" + write);
    EXPECT_NE(error, "no error") << write;
  }
  EXPECT_EQ(error_of_lines(through + "Note over app: Write\napp->>database: set item\napp->>cache: delete item\n"),
            "no error");
}

// Likewise a Write's: what it is acknowledged for is in no database then.
TEST(ProtocolPassedOn, a_write_that_passes_on_what_it_has_read_is_refused) {
  const std::string write = "%% stalemate: operation continues\napp->>database: get item\napp-->>user: done\n";
  EXPECT_TRUE(
      contains(error_of_lines("Note over app: Write\n" + write + "app-)cache: set item\ncache->>database: set item\n"),
               "a Write that sets what it has read, which the cache passes on to the database"));
  EXPECT_EQ(error_of_lines("Note over app: Write\n" + write + "app-)cache: set new item\ncache->>database: set item\n"),
            "no error");
}

// It would write back what may be old by then.
TEST(ProtocolPassedOn, a_read_whose_fill_is_passed_on_is_refused) {
  const std::string page =
      "# Read\n\n```mermaid\nsequenceDiagram\n%% stalemate: operation continues\napp->>database: get "
      "item\napp->>cache: set "
      "item\ncache-)database: set item\n```\n\n# Write\n\n```mermaid\nsequenceDiagram\napp->>database: set item\n```\n";
  try {
    read_protocol(page, "p.md", {});
    ADD_FAILURE() << "it is read";
  } catch (const NotModelledError& error) {
    EXPECT_TRUE(contains(error.what(), "a Read whose fill the cache passes on")) << error.what();
  }
}

TEST(ProtocolPassedOn, what_a_cache_in_the_process_asks_is_refused) {
  EXPECT_TRUE(
      contains(error_of_lines("participant near as In-process cache\napp->>near: get item\nnear->>database: get "
                              "item\ndatabase-->>near: row\nnear-->>app: value\n"),
               "which is not modelled yet"));
}

}  // namespace
}  // namespace stalemate::model
