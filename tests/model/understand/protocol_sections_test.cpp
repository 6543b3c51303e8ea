// Several operations in one diagram, told apart by notes, comments, rectangles, or by nothing at all: where the next
// begins is understood or asked about, and what is said within one operation does not part it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const std::string kRead = "app->>cache: get\ncache-->>app: miss\napp->>db: get\napp->>cache: set\n";
const std::string kWrite = "app->>db: set\napp->>cache: delete\n";
const std::string kReadThenWrite =
    "get cache#1; if miss; get database#3; set cache#4 // set database#1; delete cache#2";
const std::string kWriteThenRead =
    "set database#1; delete cache#2 // get cache#1; if miss; get database#3; set cache#4";

std::string note(const std::string& text) { return "Note over app: " + text + "\n"; }
std::string comment(const std::string& text) { return "%% " + text + "\n"; }
std::string rectangle(const std::string& lines) { return "rect rgb(240, 240, 240)\n" + lines + "end\n"; }

// The operations one after another, or the error.
std::string told(const std::string& lines) {
  const std::string error = error_of_lines(lines);
  if (error != "no error") return error;
  std::string text;
  for (const Operation& operation : read_lines(lines).operations)
    text += (text.empty() ? "" : " // ") + outline(operation.body);
  return text;
}
std::string kinds(const std::string& lines) {
  std::string text;
  for (const Operation& operation : read_lines(lines).operations)
    text += (text.empty() ? "" : " ") + operation.name + ":" + std::string(to_string(operation.kind));
  return text;
}
bool asks(const std::string& lines) {
  const std::string error = error_of_lines(lines);
  return contains(error, "does another operation begin here") && contains(error, "%% stalemate: operation continues");
}

TEST(ProtocolSections, texts_that_name_an_operation_by_any_word_part_a_diagram) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"Read", "Write"},
      {"Request for a basket", "Basket update"},
      {"Reading a price", "Updating the price"},
      {"1. Read path", "2. Write path"},
      {"How we read", "How we write"},
      {"A visitor looks it up", "An editor saves it"},
      {"Cache-aside read", "Write with invalidation"},
      {"Loading", "Storing"},
      {"--- read ---", "--- write ---"},
      {"Someone opens the page", "An admin changes the price"},
      {"Look-aside, for reading", "Write-around, past the cache"},
      {"First", "Then a price update comes in"}};
  for (const auto& [read, write] : pairs) {
    EXPECT_EQ(told(note(read) + kRead + note(write) + kWrite), kReadThenWrite) << read << ", " << write;
    EXPECT_EQ(told(comment(read) + kRead + comment(write) + kWrite), kReadThenWrite) << read << ", " << write;
    EXPECT_EQ(told(rectangle(note(read) + kRead) + rectangle(note(write) + kWrite)), kReadThenWrite) << write;
    EXPECT_EQ(told(note(write) + kWrite + note(read) + kRead).find("set database#1; delete cache#2; get"),
              std::string::npos)
        << read << ", " << write;
  }
  EXPECT_EQ(kinds(note("Request for a basket") + kRead + note("Basket update") + kWrite), "Read:read Write:write");
  EXPECT_EQ(told(note("Write") + kWrite + note("Read") + kRead), kWriteThenRead);
  EXPECT_EQ(told("Note left of app: Read\n" + kRead + "Note right of db: Price update\n" + kWrite), kReadThenWrite);
}

TEST(ProtocolSections,
     a_text_that_says_no_more_than_that_something_begins_is_taken_so_where_the_first_part_had_one_too) {
  const std::string lines = note("A customer comes") + kRead + note("Night shift") + kWrite;
  EXPECT_EQ(told(lines), kReadThenWrite);
  EXPECT_TRUE(contains(describe_reading(read_lines(lines)), "assumed: another operation begins here"));
  EXPECT_TRUE(asks(kRead + note("Night shift") + kWrite)) << "the first part has none";
}

TEST(ProtocolSections, texts_in_another_language_part_a_diagram_too) {
  EXPECT_EQ(told(note("Eine Tafel fragt nach ihrer Haltestelle") + kRead +
                 note("Die Leitstelle tr\xC3\xA4gt eine Versp\xC3\xA4tung ein") + kWrite),
            kReadThenWrite);
}

TEST(ProtocolSections, a_part_that_begins_anew_is_never_joined_in_silence) {
  const std::vector<std::string> parts = {
      kRead + note("later") + kWrite,
      kRead + comment("later") + kWrite,
      kRead + rectangle(kWrite),
      rectangle(kRead) + kWrite,
      rectangle(kRead) + rectangle(kWrite),
      kWrite + note("later") + kRead,
      kWrite + rectangle(kRead),
      kRead + note("later") + kRead,
      kRead + note("later") + "app->>cache: delete\napp->>db: set\n",
      kRead + note("the cache is told") + "app->>cache: delete\n",
      kWrite + note("once more") + kWrite,
      kRead + note("3 ms") + note("later") + kWrite,
      "app->>db: set\n" + note("and back") + "app->>db: get\napp->>cache: set\n",
      "app->>db: set\n" + note("read it back") + "app->>db: get\napp->>cache: set\n",
      "user->>app: GET\n" + kRead + "app-->>user: ok\n" + note("later") + "app->>db: set\n",
      "app->>cache: get\ncache-->>app: miss\napp->>db: get\n" + note("Price update") + kWrite,
      // Without anything between.
      kRead + kWrite,
      kWrite + kRead,
      kRead + "app->>cache: delete\napp->>db: set\n",
      "user->>app: PUT\napp->>cache: set\napp-->>user: ok\napp->>cache: get\n",
      kRead + "alt small\napp->>db: set\nelse large\napp->>db: set\nend\n",
      kWrite + kWrite,
      kWrite + "app->>db: set\n",
      "user->>app: PUT\napp->>db: set\napp-->>user: ok\napp->>db: set\n",
      "user->>app: GET\napp->>cache: get\nalt hit\napp-->>user: ok\nelse miss\napp->>db: get\napp-->>user: ok\nend\n" +
          kWrite,
      // Titles for what writes nothing, or starts nothing.
      kRead + note("Write") + "app->>cache: set\n",
      "app->>cache: delete\n" + note("Write") + "app->>db: set\n",
  };
  for (const std::string& part : parts) EXPECT_TRUE(asks(part)) << part << told(part);
}

TEST(ProtocolSections, what_is_said_within_an_operation_does_not_part_it) {
  const auto one = [](const std::string& lines) {
    return told(lines).find(" // ") == std::string::npos && error_of_lines(lines) == "no error";
  };
  for (const char* text : {"cache miss", "serialize", "TTL 5 min", "read from the database",
                           "now write it to the cache", "update the cache so that the next read hits", "about 3 ms",
                           "JSON, 2 kB", "store the result", "put it back", "load the row"}) {
    const std::string begin = "app->>cache: get\ncache-->>app: miss\n";
    for (const std::string& between : {note(text), comment(text)}) {
      EXPECT_TRUE(one(between + kRead)) << text;
      EXPECT_TRUE(one(begin + between + "app->>db: get\n" + between + "app->>cache: set\n" + between))
          << text << told(begin + between + "app->>db: get\napp->>cache: set\n" + between);
    }
    EXPECT_TRUE(one(begin + rectangle("app->>db: get\napp->>cache: set\n"))) << text;
  }
  for (const char* text : {"then remove it from the cache", "invalidate", "the row is updated", "row is written now",
                           "next read will miss", "update is durable"}) {
    EXPECT_TRUE(one("app->>db: set\n" + note(text) + "app->>cache: delete\n" + note(text))) << text;
    EXPECT_TRUE(one("app->>cache: delete\n" + note(text) + "app->>db: set\n" + comment(text) + "app->>cache: delete\n"))
        << text;
    EXPECT_TRUE(one("app->>cache: set\n" + note(text) + "app->>db: set\n")) << text;
  }
  EXPECT_TRUE(one("app->>cache: get\nalt miss\n" + note("Update the cache") + "app->>db: get\napp->>cache: set\nend\n" +
                  note("Write") + "app->>app: log\n") == false)
      << "a title at the end names an operation that asks nothing";
  EXPECT_TRUE(one("app->>cache: get\nalt hit\n" + note("Read") + "app->>app: use\nelse miss\n" + note("Write") +
                  "app->>db: get\napp->>cache: set\nend\n"));
  EXPECT_TRUE(one(kRead + comment("app->>db: set") + "app->>app: log\n")) << "commented out";
}

TEST(ProtocolSections, what_an_operation_does_after_its_answer_or_between_two_deletes_goes_on) {
  for (const std::string lines :
       {"user->>app: PUT\napp->>cache: set\napp-->>user: ok\napp->>db: set\n",
        "user->>app: PUT\napp->>db: set\napp-->>user: ok\napp->>cache: delete\n",
        "user->>app: GET\napp->>cache: get\ncache-->>app: miss\napp->>db: get\napp-->>user: ok\napp->>cache: set\n",
        "app->>cache: delete\napp->>db: set\napp->>app: wait\napp->>cache: delete\n",
        "app->>db: set\napp->>db: set\napp->>cache: delete\n", "app->>db: get\napp->>db: set\napp->>cache: set\n",
        "app->>db: set\napp->>db: get\napp->>cache: set\n"}) {
    EXPECT_EQ(error_of_lines(lines), "no error") << lines;
  }
}

TEST(ProtocolSections, an_operation_that_a_heading_names_may_look_something_up_first) {
  const auto page = [](const std::string& heading, const std::string& lines) {
    return error_of_text("# " + heading + "\n```mermaid\nsequenceDiagram\n" + lines + "```\n", "t.md");
  };
  EXPECT_EQ(
      page("Write", "app->>cache: get\ncache-->>app: miss\napp->>db: get\n" + note("update the balance") + kWrite),
      "no error");
  EXPECT_EQ(page("Touch (write)", kRead + kWrite), "no error");
  EXPECT_TRUE(contains(page("Write", kWrite + kRead), "does another operation begin here"));
  EXPECT_TRUE(contains(page("Read and write", kRead + kWrite), "does another operation begin here"));
  EXPECT_TRUE(
      contains(page("Write", kRead + note("update the balance") + kWrite), "does another operation begin here"));
}

TEST(ProtocolSections, a_directive_says_whether_the_operation_goes_on) {
  const std::string on = "%% stalemate: operation continues\n";
  EXPECT_EQ(told(kWrite + on + kRead),
            "set database#1; delete cache#2; get cache#3; if miss; get database#5; set cache#6");
  EXPECT_EQ(told(kWrite + on + note("Read") + kRead),
            "set database#1; delete cache#2; get cache#3; if miss; get database#5; set cache#6");
  EXPECT_EQ(told(on + kWrite + kRead),
            "set database#1; delete cache#2; get cache#3; if miss; get database#5; set cache#6")
      << "for the whole diagram";
  EXPECT_EQ(told(kWrite + "%% stalemate: operation = Look up\n" + kRead), kWriteThenRead);
  EXPECT_EQ(told(on + kWrite + "%% stalemate: operation = Look up\n" + kRead), kWriteThenRead);
  EXPECT_EQ(told(on + "user->>app: PUT\n" + kWrite + "user->>app: GET\n" + kRead),
            "set database#2; delete cache#3 // get cache#2; if miss; get database#4; set cache#5")
      << "who comes from outside begins an operation all the same";
  EXPECT_TRUE(contains(error_of_lines("alt a\n" + on + kWrite + "end\n"), "move it out of the block"));
  EXPECT_TRUE(contains(describe_reading(read_lines(on + kWrite)), "the operation goes on: as said"));
}

TEST(ProtocolSections, branches_that_are_called_operations_are_asked_about) {
  for (const std::string& lines : {"alt read request\n" + kRead + "else update\n" + kWrite + "end\n",
                                   "opt Reading\n" + kRead + "end\nopt Writing\n" + kWrite + "end\n",
                                   "alt somebody looks\n" + kRead + "else somebody edits\n" + kWrite + "end\n"}) {
    EXPECT_TRUE(contains(error_of_lines(lines), "an operation of its own?")) << lines << told(lines);
  }
  EXPECT_EQ(error_of_lines("app->>db: get\nopt update needed\n" + kWrite + "end\n"), "no error");
}

}  // namespace
}  // namespace stalemate::model
