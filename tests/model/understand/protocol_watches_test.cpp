// Gets that watch and sets that ask whether what is watched is unchanged, as diagrams draw them.
#include <gtest/gtest.h>

#include <string>

#include "base/text.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

// Which gets watch: those that say so, else all of them.
std::string watches(const std::string& lines) {
  std::string text;
  for (const Operation& operation : read_lines(lines).operations)
    visit_requests(operation.body, [&](const Request& request) {
      if (request.watch != Watch::kNothing)
        text += std::to_string(request.arrow) + " " + std::string(to_string(request.watch)) + ";";
    });
  return text;
}

TEST(ProtocolWatches, gets_watch_where_a_set_asks_whether_something_is_unchanged) {
  const std::string filled = "alt miss\napp->>database: get\n";
  EXPECT_EQ(watches("app->>cache: get k\n" + filled + "app->>cache: set k if unchanged\nend"), "1 key;");
  EXPECT_EQ(watches("app->>cache: get k\n" + filled + "app->>cache: cas k\nend"), "1 entry;");
  EXPECT_EQ(watches("app->>cache: get k\n" + filled + "app->>cache: get k\napp->>cache: cas k\nend"),
            "1 entry;3 entry;");
  EXPECT_EQ(watches("app->>cache: get k\n" + filled + "app->>cache: gets k\napp->>cache: cas k\nend"), "3 entry;");
  EXPECT_EQ(watches("app->>cache: WATCH k, GET k\n" + filled + "app->>cache: MULTI, SET k, EXEC\nend"), "1 key;");
  EXPECT_EQ(watches("app->>cache: WATCH k, GET k\n" + filled + "app->>cache: SET k\nend"), "") << "nobody asks";
  EXPECT_EQ(watches("app->>cache: GET k\n" + filled + "app->>cache: MULTI, SET k, EXEC\nend"), "") << "nobody watches";
}

TEST(ProtocolWatches, a_condition_that_nothing_can_meet_is_asked_about) {
  EXPECT_TRUE(contains(error_of_lines("app->>database: set\napp->>cache: cas k\n"),
                       "asks for something to be unchanged, but no get of the cache stands before it"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: WATCH k, GET k\ncache-->>app: miss\napp->>cache: WATCH k, GET k\n"
                                      "app->>database: get\napp->>cache: MULTI, SET k, EXEC\n"),
                       "a second WATCH in one operation"));
  EXPECT_TRUE(contains(error_of_lines("app->>database: set value if unchanged\n"), "not modelled yet"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: MULTI, SET k, DEL j, EXEC\n"), "names a second step"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: WATCH k, GET k\ncache-->>app: value\napp->>database: set\n"
                                      "app->>cache: MULTI, DEL k, EXEC\n"),
                       "delete something only if it is unchanged"));
}

}  // namespace
}  // namespace stalemate::model
