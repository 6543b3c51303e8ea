// Which operation a diagram describes, what splits a diagram into several, and what they are called.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

const std::string kRead = "sequenceDiagram\n  app->>cache: Get\n";
const std::string kWrite = "sequenceDiagram\n  app->>database: Set\n";

std::string fenced(const std::string& diagram) { return "```mermaid\n" + diagram + "```\n"; }

// "Read:read Write:write" of a Markdown file.
std::string operations_of(const std::string& text) {
  std::string all;
  for (const Operation& operation : read_protocol(text, "t.md", {}).operations) {
    all += (all.empty() ? "" : " ") + operation.name + ":" + std::string(to_string(operation.kind));
  }
  return all;
}

TEST(ProtocolOperations, the_nearest_text_that_says_exactly_one_decides) {
  EXPECT_EQ(operations_of("# Read\n" + fenced(kWrite)), "Read:read");
  EXPECT_EQ(operations_of("# Write\n\nRead\n\n" + fenced(kRead)), "Read:read");
  EXPECT_EQ(operations_of("# Update\n## Read and write\n" + fenced(kRead)), "Write:write");
  EXPECT_EQ(operations_of("# Update\n## Before\n" + fenced(kRead)), "Write:write");
  EXPECT_EQ(operations_of("# Update\n" + fenced("sequenceDiagram\n  title Lookup\n  app->>cache: Get\n")), "Read:read");
}

TEST(ProtocolOperations, without_such_a_text_a_diagram_that_changes_the_database_is_a_write) {
  EXPECT_EQ(operations_of("# Before\n" + fenced(kWrite)), "Write:write");
  EXPECT_EQ(operations_of("# Before\n" + fenced(kRead)), "Read:read");
  const Protocol protocol = read_protocol("# Before\n" + fenced(kRead), "t.md", {});
  EXPECT_TRUE(contains(describe_reading(protocol), "assumed: nothing above it says read or write"));
}

// A wrong Write is never looked at: what it returns is checked for nothing.
TEST(ProtocolOperations, what_only_reads_is_a_read_whatever_is_said_of_a_change_in_passing) {
  const std::string fill =
      "sequenceDiagram\n  app->>cache: Get\n  alt miss\n    app->>database: Get\n    app->>cache: Set\n"
      "  end\n";
  for (const char* heading : {"After the change: see stock", "How changes show", "Changes come first into the cache",
                              "Price after the update"}) {
    EXPECT_EQ(operations_of("# " + std::string(heading) + "\n" + fenced(fill)), "Read:read") << heading;
    EXPECT_EQ(operations_of("# " + std::string(heading) + "\n" + fenced(kWrite)), "Write:write") << heading;
  }
  EXPECT_EQ(operations_of("Every change is written to the cache first.\n\n# Menu\n" + fenced(fill)), "Read:read");
  EXPECT_EQ(operations_of(fenced("sequenceDiagram\n  user->>app: POST /search\n  app->>cache: Get\n")), "Read:read");
  EXPECT_TRUE(contains(describe_reading(read_protocol("# Stock after the change\n" + fenced(kRead), "t.md", {})),
                       "speaks of a change, but it makes none"));
  EXPECT_EQ(operations_of("Every change is written to the cache first.\n\n# Menu\n" +
                          fenced("sequenceDiagram\n  app->>cache: Get\n  app->>database: Get\n  app->>cache: Set\n")),
            "Read:read");
  // Said of the operation itself, or changing something, it is a Write.
  EXPECT_EQ(operations_of("# Write path\n" + fenced(fill)), "Write:write");
  EXPECT_EQ(operations_of("# Menu\n" +
                          fenced("sequenceDiagram\n%% stalemate: operation = change the menu\n  app->>cache: Get\n")),
            "change the menu:write");
  for (const char* change :
       {"app->>cache: Delete", "app->>cache: Set", "app->>cache: Set new value", "app->>cache: Get\n  app->>cache: Set",
        "app->>database: Set", "app->>cache: Get\n  alt hit\n    app->>cache: Set\n  end",
        "app->>cache: Get\n  alt miss\n    app->>database: Get\n    app->>cache: Set new value\n  end"})
    EXPECT_EQ(operations_of("# Change the menu\n" + fenced("sequenceDiagram\n  " + std::string(change) + "\n")),
              "Write:write")
        << change;
}

TEST(ProtocolOperations, a_heading_holds_for_the_diagrams_below_it_until_the_next) {
  EXPECT_EQ(
      operations_of("# Read\n%%\n" + fenced("sequenceDiagram\n%% stalemate: operation = by key\napp->>cache: Get\n") +
                    fenced("sequenceDiagram\n%% stalemate: operation = by name\napp->>database: Set\n")),
      "by key:read by name:read");
  EXPECT_EQ(operations_of("# Read\n" + fenced(kRead) + "# Invalidate\n" + fenced(kWrite)), "Read:read Write:write");
}

TEST(ProtocolOperations, a_read_that_changes_the_database_is_said) {
  EXPECT_TRUE(contains(describe_reading(read_protocol("# Read\n" + fenced(kWrite), "t.md", {})),
                       "it is a read although it sets the database"));
}

TEST(ProtocolOperations, messages_from_outside_start_operations) {
  const Protocol protocol = read_lines(
      "actor user\nuser->>app: GET /stock\napp->>cache: Get\ncache-->>app: miss\napp-->>user: none\n"
      "user->>app: PUT /stock\napp->>database: Set\napp-->>user: done\napp->>cache: Delete");
  ASSERT_EQ(protocol.operations.size(), 2U);
  EXPECT_EQ(protocol.operations[0].name, "Read");
  EXPECT_EQ(outline(protocol.operations[0].body), "get cache#2; if miss; ack");
  EXPECT_EQ(protocol.operations[0].arrows, (std::vector<int>{0, 2, 2, 0}));
  EXPECT_EQ(protocol.operations[1].name, "Write");
  EXPECT_EQ(protocol.operations[1].at, (Position{7, 1}));
  EXPECT_EQ(outline(protocol.operations[1].body), "set database#2; ack; delete cache#4")
      << "arrows count from 1 in each operation";
  EXPECT_EQ(protocol.operations[1].arrows, (std::vector<int>{0, 2, 0, 4}));
}

TEST(ProtocolOperations, the_message_from_outside_names_the_only_operation_unless_a_heading_does) {
  const std::string diagram = "sequenceDiagram\n  user->>app: PUT /stock\n  app->>cache: Get\n";
  EXPECT_EQ(operations_of(fenced(diagram)), "Write:write");
  EXPECT_EQ(operations_of("# Read\n" + fenced(diagram)), "Read:read");
}

TEST(ProtocolOperations, a_note_that_names_the_next_operation_separates) {
  const Protocol protocol = read_lines(
      "Note over app: Read\napp->>cache: Get\nNote over app: write this down\ncache-->>app: miss\napp->>database: Get\n"
      "Note over app,cache: Write\napp->>database: Set\napp->>cache: Delete");
  ASSERT_EQ(protocol.operations.size(), 2U);
  EXPECT_EQ(outline(protocol.operations[0].body), "get cache#1; if miss; get database#3");
  EXPECT_EQ(outline(protocol.operations[1].body), "set database#1; delete cache#2");
  EXPECT_EQ(protocol.operations[1].kind, OperationKind::kWrite);
}

TEST(ProtocolOperations, directives_name_operations_and_their_kind) {
  const Protocol protocol = read_lines(
      "%% stalemate: operation stock level is read\napp->>cache: Get\n%% stalemate: operation = Update\napp->>cache: "
      "Get\n"
      "%% stalemate: operation Restock is write\napp->>cache: Get\n"
      "%% stalemate: operation by name is read\n%% stalemate: means local\napp->>cache: x\napp->>cache: Get");
  ASSERT_EQ(protocol.operations.size(), 4U);
  EXPECT_EQ(protocol.operations[0].name, "stock level");
  EXPECT_EQ(protocol.operations[0].kind, OperationKind::kRead);
  EXPECT_EQ(protocol.operations[1].name, "Update");
  EXPECT_EQ(protocol.operations[1].kind, OperationKind::kWrite);
  EXPECT_EQ(protocol.operations[2].kind, OperationKind::kWrite);
  EXPECT_EQ(outline(protocol.operations[3].body), "get cache#2");
  EXPECT_EQ(read_lines("%% stalemate: operation is write\napp->>cache: Get").operations[0].name, "Write");
}

TEST(ProtocolOperations, several_of_a_kind_are_named_by_what_stands_above_them) {
  EXPECT_EQ(operations_of("# Read by key\n" + fenced(kRead) + "# Read by name:\n" + fenced(kRead)),
            "Read by key:read Read by name:read");
  EXPECT_EQ(operations_of("# Read\n" + fenced(kRead) + "# Buy\n" + fenced(kWrite) + "# Restock\n" + fenced(kWrite)),
            "Read:read Buy:write Restock:write");
}

TEST(ProtocolOperations, several_of_a_kind_without_names_are_refused) {
  EXPECT_TRUE(starts_with(error_of_text("# Read\n" + fenced(kRead) + fenced(kRead), "t.md"),
                          "t.md:7:1: a second operation is called \"Read\", as the one in line 3; they need names"));
  EXPECT_TRUE(starts_with(error_of_text(fenced(kRead) + fenced(kRead), "t.md"),
                          "t.md:2:1: there are several read operations, and this one has no name; write %% stalemate: "
                          "operation = NAME first in each of the diagrams"));
  EXPECT_TRUE(starts_with(error_of_lines("user->>app: GET\napp->>cache: Get\nuser->>app: get\napp->>cache: Get"),
                          "t.mmd:4:1: a second operation is called \"get\", as the one in line 1"));
}

TEST(ProtocolOperations, a_diagram_that_says_ignore_is_passed_over) {
  const std::string overview = "sequenceDiagram\n%% stalemate: ignore\nfoo->>bar: hello\n";
  EXPECT_EQ(operations_of("# Read\n" + fenced(overview) + "# Read\n" + fenced(kRead) + "# Write\n" + fenced(kWrite)),
            "Read:read Write:write");
  EXPECT_EQ(operations_of(fenced("%% stalemate: ignore\nsequenceDiagram\nfoo->>bar: hello\n") + fenced(kRead)),
            "Read:read")
      << "above the diagram's first word, too";
  const std::string text = describe_reading(read_protocol(fenced(overview) + fenced(kRead), "t.md", {}));
  EXPECT_TRUE(contains(text, "passed over: as said in line 3")) << text;
  EXPECT_TRUE(contains(text, "assumed: what this diagram shows has nothing to do with the others")) << text;
  EXPECT_FALSE(contains(text, "hello")) << text;
}

TEST(ProtocolOperations, ignore_stands_alone_and_first_and_leaves_a_diagram) {
  EXPECT_TRUE(starts_with(error_of_lines("%% stalemate: ignore\napp->>cache: Get"),
                          "t.mmd:1:1: no arrow here goes from the app "));
  EXPECT_TRUE(
      starts_with(error_of_lines("app->>cache: Get\n%% stalemate: ignore"), "t.mmd:3:1: \"ignore\" passes over "));
  EXPECT_TRUE(
      starts_with(error_of_lines("%% stalemate: ignore this\napp->>cache: Get"), "t.mmd:2:1: \"ignore\" stands"));
}

TEST(ProtocolOperations, the_error_about_an_unknown_participant_names_ignore_where_there_are_several_diagrams) {
  const std::string unknown = "sequenceDiagram\nfoo->>bar: hello\n";
  const std::string hint = "%% stalemate: ignore first in a diagram passes over it";
  EXPECT_TRUE(contains(error_of_text(fenced(kRead) + fenced(unknown), "t.md"), hint));
  EXPECT_FALSE(contains(error_of_text(fenced(unknown), "t.md"), hint));
}

TEST(ProtocolOperations, a_named_operation_that_asks_nothing_is_refused) {
  EXPECT_TRUE(
      starts_with(error_of_lines("app->>cache: Get\nNote over app: Write"), "t.mmd:3:1: no arrow here goes from"));
}

}  // namespace
}  // namespace stalemate::model
