// What is not modelled, wherever a page speaks of it, is refused with that reason and never passed over; what only
// sounds like it is not. What is said to happen after the commit is read.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

constexpr const char* kNotModelled = "which is not modelled yet";

bool is_refused_as_not_modelled(const std::string& lines) {
  try {
    read_lines(lines);
  } catch (const NotModelledError& error) {
    return contains(error.what(), kNotModelled);
  } catch (const InputError& error) {
    ADD_FAILURE() << lines << "\n  " << error.what();
  }
  return false;
}

// A Write with a line before, one between its two requests, one behind.
std::string around(const std::string& before, const std::string& behind) {
  return before + "\napp->>database: update row\napp->>cache: invalidate\n" + behind;
}

TEST(ProtocolUnmodelled, a_transaction_is_refused_however_it_is_drawn) {
  for (const std::string& lines : {
           around("app->>database: BEGIN", "app->>database: COMMIT"),
           around("Note over app,database: transaction begins", "Note over app,database: transaction commits"),
           around("Note over app: BEGIN", "Note over app: COMMIT"),
           around("Note left of app: @Transactional", ""),
           around("Note right of app: in one transaction", ""),
           around("app->>app: begin", "app->>app: commit"),
           around("", "app->>app: commit tx"),
           around("rect rgb(230,240,255)\nNote right of app: transaction", "end"),
           around("critical transaction", "end"),
           around("critical a\nNote over app: tx", "end"),
           around("title Write, inside a transaction", ""),
           around("box Aqua One transaction\nparticipant app\nend", ""),
           around("app->>service: begin transaction\nservice->>database: Get value", ""),
           around("user->>app: save (in a transaction)", ""),
           std::string("app->>database: UPDATE (uncommitted)\napp->>cache: DEL k"),
           std::string("app->>database: save in atomic block\napp->>cache: DEL k"),
           std::string("app->>database: UPDATE (transaction)\napp->>cache: DEL k"),
           std::string("app->>database: UPDATE\ndatabase-->>app: ok, not yet committed\napp->>cache: DEL k"),
           std::string("app->>database: UPDATE\nalt transaction commits\napp->>cache: DEL k\nend"),
       }) {
    EXPECT_TRUE(is_refused_as_not_modelled(lines)) << lines;
  }
}

TEST(ProtocolUnmodelled, a_heading_that_speaks_of_a_transaction_is_refused_where_it_stands) {
  const std::string error = error_of_text(
      "# Write, inside a transaction\n```mermaid\nsequenceDiagram\napp->>db: UPDATE\napp->>cache: DEL k\n```\n",
      "t.md");
  EXPECT_TRUE(contains(error, "t.md:1:")) << error;
  EXPECT_TRUE(contains(error, kNotModelled)) << error;
}

TEST(ProtocolUnmodelled, replicas_locks_queues_and_other_caches_are_refused_in_labels_notes_and_replies) {
  const std::string end = "\ndatabase-->>app: row\napp->>cache: Set value";
  for (const std::string& lines : std::vector<std::string>{
           "app->>database: SELECT (read replica)" + end,
           "app->>database: SELECT from the secondary" + end,
           "app->>database: SELECT\nNote right of database: reads go to a replica\napp->>cache: Set value",
           "app->>database: SELECT\ndatabase-->>app: row from replica\napp->>cache: Set value",
           "app->>app: acquire lock\napp->>database: SELECT" + end,
           "Note over app: under a distributed lock\napp->>database: SELECT" + end,
           "app->>database: SELECT ... FOR UPDATE" + end,
           "app->>cache: Get value\ncache-->>app: locked\napp->>database: SELECT" + end,
           "app->>app: check browser cache\napp->>database: SELECT" + end,
           "app->>app: keep value in memory\napp->>database: SELECT" + end,
           "Note over app: single-flight\napp->>database: SELECT" + end,
           "app->>database: UPDATE\nNote over app: an event is published\napp->>cache: DEL k",
           "app->>database: UPDATE\napp->>cache: DEL k (via queue)",
           "app->>database: UPDATE\napp->>cache: DEL k (retry until ok)",
           "app->>database: UPDATE\nalt version matches\napp->>cache: DEL k\nend",
       }) {
    EXPECT_TRUE(is_refused_as_not_modelled(lines)) << lines;
  }
}

TEST(ProtocolUnmodelled, things_of_the_applications_own_and_remarks_are_no_reason_to_refuse) {
  for (const char* lines : {
           "app->>cache: GET transaction 42\ncache-->>app: miss\napp->>database: SELECT * FROM transactions",
           "user->>app: save payment transaction\napp->>database: save transaction\napp->>cache: DEL transaction:42",
           "app->>cache: GET event 7\ncache-->>app: nil\napp->>database: get event 7\napp->>cache: SET event:7",
           "app->>database: update queue position\napp->>cache: delete entry",
           "Note over app: users see old data until the next write\napp->>cache: Get value",
           "Note over app: late fill!\nNote over cache: this may be stale\napp->>cache: Get value",
           "Note over app: no transaction, no lock\napp->>database: UPDATE\napp->>cache: DEL k",
           "Note over cache: version 7 of redis\napp->>cache: Get value",
           "app->>app: validate input\napp->>cache: Get value",
           "app->>database: UPDATE\ndatabase-->>app: committed\napp->>cache: DEL k",
           "user->>app: lock account\napp->>database: UPDATE\napp->>cache: DEL k",
       }) {
    EXPECT_EQ(error_of_lines(lines), "no error") << lines;
  }
}

TEST(ProtocolUnmodelled, what_happens_after_the_commit_follows_the_write_it_belongs_to) {
  const auto outline_of = [](const std::string& lines) { return outline(read_lines(lines).operations.at(0).body); };
  for (const char* label : {"invalidate (on_commit)", "invalidate after commit", "DEL k (post-commit)",
                            "once committed, delete key", "@TransactionalEventListener(AFTER_COMMIT) evict key"}) {
    EXPECT_EQ(outline_of(std::string("app->>database: UPDATE\napp->>cache: ") + label),
              "set database#1; delete cache#2")
        << label;
  }
  EXPECT_EQ(outline_of("app->>database: UPDATE\nNote over app: after commit\napp->>cache: DEL k"),
            "set database#1; delete cache#2");
  for (const char* lines :
       {"app->>cache: DEL k (after commit)\napp->>database: UPDATE",
        "app->>database: UPDATE\napp->>cache: DEL k\nNote over app: after commit\napp->>cache: DEL k",
        "app->>database: UPDATE\napp->>cache: DEL k\napp->>app: afterCommit",
        "app->>database: UPDATE\napp->>cache: DEL k (after commit)\napp->>database: UPDATE"}) {
    EXPECT_NE(error_of_lines(lines), "no error") << lines;
  }
}

TEST(ProtocolUnmodelled, rows_of_which_nobody_knows_whether_they_are_there_at_first_are_refused) {
  const std::string read =
      "Note over app: Read\napp->>database: SELECT item\nalt no row\ndatabase-->>app: no row\nelse "
      "row\ndatabase-->>app: row\napp->>cache: SET item:1\nend\nNote over app: Write\n";
  EXPECT_TRUE(
      contains(error_of_lines(read + "app->>database: INSERT item\napp->>database: UPDATE item\napp->>cache: DEL "
                                     "item:1"),
               "t.mmd:4:1: understood as \"a row that is not there at first beside one that is\""));
  EXPECT_EQ(error_of_lines(read + "app->>database: INSERT or UPDATE item\napp->>cache: DEL item:1"), "no error");
  EXPECT_EQ(error_of_lines(read + "app->>database: UPDATE item\napp->>cache: DEL item:1"), "no error");
}

TEST(ProtocolUnmodelled, what_goes_with_no_removal_of_a_row_is_refused) {
  const std::string removes = "app->>database: DELETE FROM item\n";
  EXPECT_TRUE(contains(error_of_lines("app-)database: DELETE FROM item\napp->>cache: DEL item:1"),
                       "the removal of a row that nobody waits for"));
  EXPECT_TRUE(
      contains(error_of_lines(removes + "app->>cache: SET item:1"), "a value that is stored where the row is removed"));
  EXPECT_TRUE(contains(error_of_lines(removes + "app->>database: UPDATE item SET n = n + 1"),
                       "a new value that a Write stores, where one changes what is there"));
  EXPECT_EQ(error_of_lines(removes + "app->>cache: DEL item:1"), "no error");
}

TEST(ProtocolUnmodelled, no_hint_of_a_refusal_changes_what_a_page_means) {
  for (const char* lines :
       {"app->>database: BEGIN", "app->>database: COMMIT", "app->>cache: acquire lock", "app->>replica: Get",
        "worker->>cache: DEL k", "app->>queue: publish", "app->>database: Set\ndatabase->>cache: invalidate",
        "app->>database: Insert if absent", "app->>database: Set\napp->>cache: INCR k", "app->>cache: EXPIRE k 60",
        "app->>database: Set\napp-)service: changed", "app->>cache: Get\nuser->>cache: Get",
        "loop 3 times\napp->>cache: Get\nend", "par a\napp->>cache: Get\nend", "critical a\napp->>cache: Get\nend",
        "app->>database: SELECT (replica)"}) {
    const std::string error = error_of_lines(lines);
    EXPECT_NE(error, "no error") << lines;
    for (const char* hint : {"leave it out", "means local", "= app", "straight lines"})
      EXPECT_FALSE(contains(error, hint)) << lines << "\n  " << error;
  }
}

TEST(ProtocolUnmodelled, a_remark_that_tells_of_a_change_nobody_draws_is_asked_about) {
  for (const char* lines : {"app->>database: UPDATE\nNote over cache: the entry is deleted",
                            "app->>database: UPDATE\nNote over app: invalidate cache",
                            "app->>database: UPDATE\napp->>app: update the cache",
                            "app->>cache: Get value\nNote over app: the cache is filled"}) {
    EXPECT_TRUE(contains(error_of_lines(lines), "draw it as an arrow")) << lines << error_of_lines(lines);
  }
  for (const char* lines : {"app->>database: UPDATE\nNote over app: invalidate cache\napp->>cache: DEL k",
                            "app->>database: UPDATE\nNote over cache: entry expires",
                            "app->>database: UPDATE\nNote over user: updates the profile"}) {
    EXPECT_EQ(error_of_lines(lines), "no error") << lines;
  }
}

TEST(ProtocolUnmodelled, a_time_to_live_that_only_a_note_gives_is_said_to_have_no_effect) {
  const auto said = [](const std::string& lines) {
    return contains(describe_reading(read_lines(lines)), "no arrow gives a time to live");
  };
  EXPECT_TRUE(said("app->>cache: Set value\nNote over cache: TTL 5 min"));
  EXPECT_FALSE(said("app->>cache: Set value, TTL 300\nNote over cache: TTL 5 min"));
}

TEST(ProtocolUnmodelled, a_reply_that_says_neither_hit_nor_miss_is_asked_about_where_it_matters) {
  for (const char* reply : {"product", "stale value", "hit, not found", "-1"}) {
    const std::string lines = std::string("app->>cache: Get\ncache-->>app: ") + reply;
    EXPECT_TRUE(contains(error_of_lines(lines + "\napp->>database: Get\napp->>cache: Set"), "cannot tell whether"))
        << reply;
    EXPECT_EQ(error_of_lines(lines), "no error") << reply;
  }
}

}  // namespace
}  // namespace stalemate::model
