// Writes that change what is there: how labels say it, and what they may not be drawn beside.
#include <gtest/gtest.h>

#include <string>

#include "../../../model/understand/src/vocabulary/vocabulary.hpp"
#include "base/text.hpp"
#include "machine/program.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string asked_by(std::string_view label) {
  const RequestWords words = request_words(label);
  if (words.kind == RequestWords::Kind::kNotModelled) return "not modelled: " + words.not_modelled;
  if (words.kind != RequestWords::Kind::kVerb) return "?";
  return std::string(to_string(words.verb)) + (words.adds ? " of what was read" : "");
}

TEST(ProtocolChanges, a_column_that_is_computed_from_itself_is_changed_where_it_is) {
  for (const char* label :
       {"UPDATE stock SET n = n + 1", "UPDATE t SET stock = stock - 1 WHERE id = 7", "UPDATE t SET stock=stock-1",
        "update products set quantity = quantity - :qty where id = :id", "UPDATE t SET n += 1",
        "UPDATE t SET n = COALESCE(n, 0) + 1", "UPDATE t SET t.n = t.n * 2 RETURNING n",
        "UPDATE t SET tags = tags || 'a'", "UPDATE t SET n = n + 1, version = version + 1, updated_at = now()",
        "INCR views:7", "INCRBY product:1 1", "decrement stock", "DECRBY stock:1 2", "increase the balance",
        "deduct stock", "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET n = t.n + 1"})
    EXPECT_EQ(asked_by(label), "increase") << label;
  EXPECT_EQ(asked_by("INCRBY product:1 1 only if it exists (one script)"), "increase-if-there");
}

TEST(ProtocolChanges, what_is_computed_from_what_was_read_is_not_the_servers_affair) {
  EXPECT_EQ(asked_by("UPDATE stock SET n = the n that was read plus 1"), "set of what was read");
  EXPECT_EQ(asked_by("UPDATE stock SET n = :n_read + 1 WHERE id = 3"), "set of what was read");
  EXPECT_EQ(asked_by("UPDATE t SET n = current_n - 1"), "set of what was read");
  EXPECT_EQ(asked_by("UPDATE t SET n = :n - 1 WHERE id = 3"), "set of what was read");
  EXPECT_EQ(asked_by("SET product:1 to what was read, plus mine"), "set of what was read");
  EXPECT_EQ(asked_by("UPDATE t SET n = the n that was read plus 1 WHERE version is as read"),
            "set-if-version of what was read");
}

TEST(ProtocolChanges, a_plain_value_is_none) {
  for (const char* label :
       {"UPDATE t SET price = 2", "UPDATE t SET price = -1", "UPDATE t SET price = 3, n = 4",
        "UPDATE t SET v = 'a - b'", "UPDATE t SET price = ?, version = version + 1 WHERE id = 2", "SET product:1 2",
        "UPDATE product", "UPDATE t SET updated_at = now()", "SET user-1 v", "UPDATE t SET n = 2 WHERE id = :read + 1"})
    EXPECT_EQ(asked_by(label), "set") << label;
}

TEST(ProtocolChanges, a_row_that_is_written_only_as_it_was_read_is_compared_by_its_version) {
  EXPECT_EQ(asked_by("UPDATE t SET price = 2 WHERE id = 1 AND version = :v"), "set-if-version");
  EXPECT_EQ(asked_by("UPDATE t SET v = 2 WHERE id = 1 AND updated_at = :seen"), "set-if-version");
  EXPECT_EQ(asked_by("UPDATE t SET n = n + 1 WHERE version = :v"),
            "not modelled: change something only if a condition holds");
}

TEST(ProtocolChanges, the_reading_tells_what_is_stored) {
  const std::string told =
      describe_reading(read_lines("app->>cache: GET item:1\nalt miss\napp->>database: SELECT item\nend\n"
                                  "app->>database: UPDATE item SET n = the n that was read plus 1\n"
                                  "app->>cache: SET item:1"));
  EXPECT_TRUE(contains(told, "to set the key to the value it received, with a change of its own")) << told;
  EXPECT_TRUE(contains(told, "the app asks the cache to set the key to the value it received")) << told;
}

TEST(ProtocolChanges, they_stand_beside_no_value_of_a_writes_own) {
  const auto refused = [](const std::string& lines) { return error_of_lines(lines); };
  EXPECT_TRUE(contains(refused("app->>database: UPDATE t SET n = n + 1\napp->>database: UPDATE t SET n = 2"),
                       "a new value that a Write stores, where one changes what is there"));
  EXPECT_TRUE(contains(refused("app->>cache: SET k:1\napp->>database: UPDATE t SET n = n + 1"),
                       "a new value that a Write stores, where one changes what is there"));
  EXPECT_TRUE(contains(refused("app->>database: UPDATE t SET n = n + 1\napp->>cache: INCR k:1\napp->>cache: SET k:1 to "
                               "LOCKED"),
                       "a condition, a lock or a mark at an entry that is counted up"));
  EXPECT_EQ(refused("app->>database: UPDATE t SET n = n + 1\napp->>cache: SET k:1"), "no error");
}

TEST(ProtocolChanges, what_nothing_was_read_for_is_asked_about) {
  const Protocol protocol =
      read_lines("app->>database: UPDATE t SET n = the n that was read plus 1\napp->>cache: DEL k:1");
  EXPECT_TRUE(contains(error_of([&] { compile(protocol, {}); }), "here it may not have received anything"));
  EXPECT_TRUE(contains(error_of_lines("app->>database: UPDATE t SET n = 2 WHERE version = 3\napp->>cache: DEL k:1"),
                       "stores only if the row is as it was read, and no get of the row stands before it"));
}

TEST(ProtocolChanges, a_last_branch_that_says_what_another_has_said_and_holds_notes_alone_is_passed_over) {
  const std::string block =
      "app->>cache: GET k:1\nalt hit\napp->>app: use it\nelse miss\napp->>database: SELECT t\nelse found\n";
  EXPECT_EQ(error_of_lines(block + "Note over app: done\nend"), "no error");
  EXPECT_TRUE(
      contains(error_of_lines(block + "app->>cache: DEL k:1\nend"), "another branch of this block tests a hit"));
}

}  // namespace
}  // namespace stalemate::model
