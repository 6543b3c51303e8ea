// Words of labels and names that no table holds: nobody understood them, so that they change nothing is said beside the
// verdict. What a page is about, and what ordinary labels say, is no such word.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

constexpr const char* kSaid = "words that are not understood, and taken to change nothing: ";

std::string of_text(const std::string& text) {
  const std::string reading = describe_reading(read_protocol(text, "t.md", {}));
  const std::size_t at = reading.find(kSaid);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + std::string(kSaid).size();
  return reading.substr(begin, reading.find_first_of("\n", begin) - begin);
}

struct Page {
  std::string get = "get product 42";
  std::string found = "miss";
  std::string load = "SELECT * FROM products WHERE id = 42";
  std::string row = "row";
  std::string fill = "SET product:42";
  std::string update = "UPDATE products SET price = 10 WHERE id = 42";
  std::string remove = "DEL product:42";
  std::string cache = "Redis";
  std::string database = "PostgreSQL";
};
std::string text(const Page& page) {
  const std::string names =
      "participant app as App\nparticipant cache as " + page.cache + "\nparticipant db as " + page.database + "\n";
  const std::string open = "```mermaid\nsequenceDiagram\n" + names;
  return "## Read\n" + open + "user->>app: show product\napp->>cache: " + page.get + "\ncache-->>app: " + page.found +
         "\napp->>db: " + page.load + "\ndb-->>app: " + page.row + "\napp->>cache: " + page.fill +
         "\napp-->>user: done\n```\n## Write\n" + open + "user->>app: save product\napp->>db: " + page.update +
         "\ndb-->>app: ok\napp->>cache: " + page.remove + "\ncache-->>app: ok\napp-->>user: done\n```\n";
}

TEST(UnreadWords, ordinary_labels_have_none) {
  EXPECT_EQ(of_text(text({})), "");
  Page page;
  page.get = "1. look up the product in the cache";
  page.load = "load the product's row from the database";
  page.row = "product data (JSON)";
  page.fill = "SETEX product:{id} 300 value";
  page.update = "INSERT INTO products (id, name, price) VALUES (42, 'x', 10)";
  page.remove = "after commit: invalidate product cache";
  EXPECT_EQ(of_text(text(page)), "");
  page = {};
  page.get = "get(key)";
  page.fill = "set if absent product, TTL 5 minutes";
  page.update = "write the new value";
  page.remove = "evict it";
  page.cache = "Shared Redis 7 cluster";
  page.database = "Product DB (PostgreSQL)";
  EXPECT_EQ(of_text(text(page)), "");
}

TEST(UnreadWords, what_one_request_says_and_nothing_else_is_told_with_its_line) {
  Page page;
  page.remove = "DEL product:42 for premium users";
  EXPECT_EQ(of_text(text(page)), "\"premium\", \"users\" in line 24");
  page.remove = "DEL product:42 after 5s";
  EXPECT_EQ(of_text(text(page)), "\"after\", \"5s\" in line 24");
  page.remove = "DEL product:42";
  page.row = "archived row";
  page.fill = "SET product:42 with gusto";
  EXPECT_EQ(of_text(text(page)), "\"archived\" in line 11; \"gusto\" in line 12") << "one assumption a diagram";
  page = {};
  page.found = "miss, upside";
  EXPECT_EQ(of_text(text(page)), "\"upside\" in line 9");
  page = {};
  page.cache = "Two-level cache";
  page.database = "PostgreSQL multi-master";
  EXPECT_EQ(of_text(text(page)), "\"two\", \"level\" in line 5; \"multi\" in line 6");
}

TEST(UnreadWords, a_word_that_others_say_is_the_name_of_a_thing) {
  Page page;
  page.remove = "evict it";
  page.get = "get gizmo";
  page.fill = "set gizmo";
  EXPECT_EQ(of_text(text(page)), "") << "two kinds of requests";
  page.fill = "set it";
  page.get = "get product gizmo";
  EXPECT_EQ(of_text(text(page)), "\"gizmo\" in line 8");
  EXPECT_EQ(of_text("# Gizmos\n" + text(page)), "") << "the page is about them";
}

TEST(UnreadWords, a_reply_makes_nothing_known) {
  Page page;
  page.get = "get product softly";
  page.row = "row, softly";
  EXPECT_EQ(of_text(text(page)), "\"softly\" in line 8");
}

TEST(UnreadWords, what_a_directive_says_is_said) {
  const std::string label = "app->>cache: DEL product for premium users\n";
  const auto lines = [&](const std::string& directive) {
    return describe_reading(read_lines("app->>db: UPDATE product\n" + directive + label));
  };
  EXPECT_TRUE(contains(lines(""), kSaid));
  EXPECT_FALSE(contains(lines("%% stalemate: means delete\n"), kSaid));
}

TEST(UnreadWords, a_database_that_need_not_show_the_latest_write_is_said_to_be_taken_as_one_that_does) {
  for (const char* name : {"Cassandra", "DynamoDB", "ScyllaDB"}) {
    Page page;
    page.database = name;
    EXPECT_TRUE(contains(describe_reading(read_protocol(text(page), "t.md", {})),
                         "is taken as one database whose reads see every write before them"))
        << name;
  }
  EXPECT_FALSE(contains(describe_reading(read_protocol(text({}), "t.md", {})), "is taken as one database"));
}

}  // namespace
}  // namespace stalemate::model
