// Habits of drawing and of naming that were met in pages of several people, each read as it is meant, or asked about.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

TEST(ProtocolHabits, a_get_in_the_branch_that_it_decides_is_made_before_the_block) {
  EXPECT_EQ(outline_of("alt cache hit\n"
                       "app->>cache: GET item:1\n"
                       "cache-->>app: item\n"
                       "else cache miss\n"
                       "app->>database: SELECT item\n"
                       "app->>cache: SET item:1\n"
                       "end\n"),
            "get cache#1; alt{value:  | miss: get database#3; set cache#4}");
  const Protocol protocol = read_lines(
      "participant app\nparticipant cache\nparticipant database\n"
      "alt hit\napp->>cache: GET item:1\nelse miss\napp->>database: SELECT item\nend\n");
  EXPECT_TRUE(contains(describe_reading(protocol), "it stands in the branch that it decides"));
}

TEST(ProtocolHabits, a_branch_that_begins_with_another_request_is_not_taken_apart) {
  for (const char* first : {"app->>cache: DEL item:1", "app->>database: SELECT item"})
    EXPECT_TRUE(
        contains(error_of_lines(std::string("participant app\nparticipant cache\nparticipant database\n") +
                                "alt cache hit\n" + first + "\nelse cache miss\napp->>cache: SET item:1\nend\n"),
                 "this is about the outcome of a request, but none was drawn yet"))
        << first;
}

TEST(ProtocolHabits, two_blocks_one_after_the_other_test_the_same_look_up) {
  EXPECT_EQ(outline_of("app->>cache: Look up list\n"
                       "alt nothing cached\n"
                       "app->>database: Read list\n"
                       "database-->>app: list\n"
                       "app->>cache: Set list\n"
                       "end\n"
                       "alt list cached\n"
                       "cache-->>app: cached list\n"
                       "end\n"),
            "get cache#1; alt{miss: get database#2; set cache#4}; alt{value: }");
}

// Whether it is a write or the end of a transaction is told by what else the operation writes.
TEST(ProtocolHabits, to_commit_something_new_is_to_write_it_where_nothing_else_is_written) {
  EXPECT_EQ(outline_of("app->>database: Commit new sheet\napp->>cache: Delete sheet\n"),
            "set database#1; delete cache#2");
  EXPECT_EQ(outline_of("app->>database: new value commit\napp->>cache: Delete value\n"),
            "set database#1; delete cache#2");
  EXPECT_TRUE(contains(
      error_of_lines("participant app\nparticipant cache\nparticipant database\n"
                     "app->>database: Insert sheet\napp->>database: Commit new sheet\napp->>cache: Delete sheet\n"),
      "understood as \"commit a transaction\", which is not modelled yet"));
  for (const char* ends : {"COMMIT", "commit", "Commit the transaction", "commit changes", "commit it"})
    EXPECT_TRUE(contains(error_of_lines(std::string("participant app\nparticipant cache\nparticipant database\n") +
                                        "app->>database: " + ends + "\n"),
                         "commit a transaction"))
        << ends;
}

TEST(ProtocolHabits, a_lone_write_may_be_confirmed_as_a_transaction) {
  for (const char* reply : {"committed", "transaction committed", "transaction commit successful"})
    EXPECT_EQ(outline_of("app->>database: Update item\ndatabase-->>app: " + std::string(reply) +
                         "\napp->>cache: DEL item:1\n"),
              "set database#1; delete cache#3")
        << reply;
}

TEST(ProtocolHabits, what_is_optional_is_asked_about_wherever_the_label_says_so) {
  for (const char* label : {"DEL item:1 (optional)", "DEL item:1 (optional invalidation)", "optional: DEL item:1"})
    EXPECT_TRUE(contains(error_of_lines(std::string("participant app\nparticipant cache\nparticipant database\n") +
                                        "app->>database: Update item\napp->>cache: " + label + "\n"),
                         "says by \"optional\" that it may not happen"))
        << label;
}

TEST(ProtocolHabits, an_answer_on_a_condition_with_requests_behind_it_is_asked_about) {
  const std::string roles = "actor user\nparticipant app\nparticipant cache\nparticipant database\n";
  const std::string asked = "answers the caller on a condition, and the operation goes on";
  EXPECT_TRUE(contains(error_of_lines(roles + "user->>app: save item\napp-->>user: [blocked if over the limit]\n"
                                              "app->>database: Update item\napp->>cache: DEL item:1\n"),
                       asked));
  EXPECT_FALSE(contains(error_of_lines(roles + "user->>app: save item\napp->>database: Update item\n"
                                               "app->>cache: DEL item:1\napp-->>user: 200 (404 if there is none)\n"),
                        asked))
      << "nothing follows";
}

TEST(ProtocolHabits, shares_times_and_pictures_beside_an_outcome_say_nothing_more) {
  for (const char* hit :
       {"cache hit (80% of requests)", "cache hit ✅", "cache hit (10-min TTL)", "cache hit (pre-computed)"})
    EXPECT_EQ(outline_of("app->>cache: GET item:1\nalt " + std::string(hit) +
                         "\ncache-->>app: item\nelse cache miss ❌\napp->>database: SELECT item\n"
                         "app->>cache: SET item:1\nend\n"),
              "get cache#1; alt{value:  | miss: get database#3; set cache#4}")
        << hit;
  EXPECT_TRUE(contains(error_of_lines("participant app\nparticipant cache\nparticipant database\n"
                                      "app->>cache: GET item:1\nalt cache hit ❌\napp->>database: SELECT item\nend\n"),
                       "is a hit or a miss"))
      << "a hit that is crossed out may be none";
}

TEST(ProtocolHabits, a_time_to_live_may_stand_as_a_word) {
  for (const char* label : {"SET item:1 value EX seconds", "SET key value TTL"}) {
    const Protocol protocol = read_lines(
        "participant app\nparticipant cache\nparticipant database\napp->>cache: GET item:1\nalt miss\n"
        "app->>database: SELECT item\napp->>cache: " +
        std::string(label) + "\nend\n");
    int lives = 0;
    visit_requests(protocol.operations.at(0).body, [&](const Request& request) { lives += request.ttl; });
    EXPECT_EQ(lives, 60) << label;
  }
}

TEST(ProtocolHabits, what_the_next_read_does_is_no_change_of_this_operation) {
  EXPECT_EQ(outline_of("app->>database: Update item\napp->>cache: DEL item:1\n"
                       "Note over app,cache: Next read is a miss, but then the cache is filled\n"),
            "set database#1; delete cache#2");
}

TEST(ProtocolHabits, a_service_named_after_the_cache_that_it_asks_is_the_app) {
  const Protocol protocol = read_lines(
      "actor Client\nparticipant Svc as ItemCacheService\nparticipant Cache as Redis\nparticipant DB as Postgres\n"
      "Client->>Svc: save\nSvc->>DB: Update item\nSvc->>Cache: DEL item:1\nSvc-->>Client: ok\n");
  EXPECT_EQ(outline(protocol.operations.at(0).body), "set database#2; delete cache#3; ack");
  EXPECT_TRUE(contains(describe_reading(protocol), "asks a cache itself"));
}

TEST(ProtocolHabits, what_a_server_holds_in_brackets_makes_it_nobody_outside) {
  const Protocol protocol = read_lines(
      "participant App\nparticipant M as MongoDB (user collection)\nparticipant R as Redis (client sessions)\n"
      "App->>M: Update user\nApp->>R: DEL user:1\n");
  EXPECT_EQ(outline(protocol.operations.at(0).body), "set database#1; delete cache#2");
}

// "TB_" is in front of every table, so it is no thing that two tables have in common.
TEST(ProtocolHabits, the_prefix_of_tables_is_nothing_that_two_have_in_common) {
  EXPECT_TRUE(contains(error_of_lines("actor user\nparticipant app\nparticipant cache as Redis\nparticipant db\n"
                                      "user->>app: start watching\napp->>db: TB_WATCH_LOG INSERT\napp-->>user: ok\n"
                                      "user->>app: get channel\napp->>cache: GET channel:1\nalt miss\n"
                                      "app->>db: SELECT * FROM TB_CHANNEL_SETUP\napp->>cache: SET channel:1\nend\n"
                                      "app-->>user: channel\n"),
                       "are these two features of the application?"));
}

}  // namespace
}  // namespace stalemate::model
