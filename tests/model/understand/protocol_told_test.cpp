// Who has been told of an operation before it ends, by arrows or in words; and what is said beside the arrows.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string asked(const std::string& lines) { return error_of_lines(lines); }

const char* const kLayers = "user->>api: save\napi->>svc: save\nsvc->>db: UPDATE user\n";
const char* const kRoles = "participant api as API\nparticipant svc as Service\n";

TEST(ProtocolTold, a_layer_that_answers_and_goes_on_asking_is_asked_about) {
  const std::string lines = std::string(kRoles) + kLayers;
  EXPECT_TRUE(
      contains(asked(lines + "svc-->>api: 200 saved\nsvc->>cache: DEL user\n"), "\"svc\" has answered in line 7"));
  EXPECT_EQ(asked(lines + "svc->>cache: DEL user\nsvc-->>api: 200 saved\napi-->>user: 200\n"), "no error");
  EXPECT_EQ(asked(lines + "svc-->>api: saved\napi->>svc: invalidate\nsvc->>cache: DEL user\nsvc-->>api: ok\n"),
            "no error")
      << "called again";
  const std::string get = std::string(kRoles) + "api->>svc: load\nsvc->>cache: GET user\n";
  EXPECT_EQ(asked(get + "alt hit\nsvc-->>api: value\nelse miss\nsvc->>db: SELECT user\nsvc-->>api: value\nend\n"),
            "no error")
      << "each branch answers once";
  EXPECT_TRUE(contains(asked(get + "opt hit\nsvc-->>api: value\nend\nsvc->>db: SELECT user\n"), "draw break around"));
  EXPECT_EQ(asked(get + "break hit\nsvc-->>api: value\nend\nsvc->>db: SELECT user\n"), "no error");
}

TEST(ProtocolTold, an_answer_in_words_is_asked_for_as_an_arrow) {
  const std::string before = "user->>app: save\napp->>db: UPDATE user\n";
  for (const char* words : {"Note over app,user: responds 200 here", "app->>app: return 200 to user",
                            "Note over app: reply to the client", "app->>app: respond immediately"})
    EXPECT_TRUE(contains(asked(before + words + "\napp->>cache: DEL user\n"), "tells that the caller is answered"))
        << words;
  EXPECT_EQ(asked(before + "app-->>user: 200\nNote over app,user: responds 200 here\napp->>cache: DEL user\n"),
            "no error")
      << "the arrow is drawn";
  for (const char* words : {"Note over app: a reply may be lost", "app->>app: return the parsed row"})
    EXPECT_EQ(asked(before + words + "\napp->>cache: DEL user\n"), "no error") << words;
}

TEST(ProtocolTold, marked_as_failed_is_done) {
  for (const char* answer : {"payment marked as failed", "saved as rejected"}) {
    const Protocol protocol = read_lines(
        "user->>app: save\napp->>db: UPDATE user\napp-->>user: " + std::string(answer) + "\napp->>cache: DEL user\n");
    EXPECT_FALSE(std::get<Acknowledge>(protocol.operations.at(0).body.at(1).node).fails) << answer;
  }
}

TEST(ProtocolTold, what_is_said_beside_the_arrows_is_one_assumption_a_diagram) {
  const std::string reading =
      describe_reading(read_lines("app->>db: UPDATE user\nNote over app: the price may be old\napp->>app: think\n"
                                  "app->>cache: DEL user\nNote over cache: a cat\n"));
  EXPECT_TRUE(contains(
      reading, "\"the price may be old\", \"think\", \"a cat\" are taken to change nothing of what the arrows do"))
      << reading;
  EXPECT_FALSE(
      contains(describe_reading(read_lines("app->>db: UPDATE user\napp->>cache: DEL user\n")), "taken to change"));
}

TEST(ProtocolTold, a_remark_that_says_that_arrows_happen_otherwise_is_asked_about) {
  for (const char* words :
       {"only when price changed", "fire and forget", "not awaited", "steps 1 and 2 in parallel",
        "DEL happens before UPDATE", "each pod has its own cache", "not implemented yet", "reads go to the other node",
        "another service also updates the table directly", "only for admins", "this step is optional",
        "we skip this for admins", "each pod has its own copy", "write-behind", "also cached in the browser",
        "retry 3 times"}) {
    for (const std::string where : {"Note over app: ", "app->>app: "})
      EXPECT_NE(error_of_lines("app->>db: UPDATE user\n" + where + words + "\napp->>cache: DEL user\n"), "no error")
          << words;
  }
  for (const char* words : {"the price may be old now", "parse the body", "a race may happen here"})
    EXPECT_EQ(
        error_of_lines("app->>db: UPDATE user\nNote over app: " + std::string(words) + "\napp->>cache: DEL user\n"),
        "no error")
        << words;
}

TEST(ProtocolTold, a_heading_that_may_read_above_a_change_of_the_database_is_asked_about) {
  const auto page = [](const std::string& heading) {
    return "## " + heading + "\n```mermaid\nsequenceDiagram\napp->>db: SELECT job\napp->>db: UPDATE job\n```\n";
  };
  EXPECT_TRUE(contains(error_of_text(page("Fetch next job"), "t.md"), "is it a Write?"));
  EXPECT_EQ(error_of_text(page("Read a job and count it"), "t.md"), "no error");
}

}  // namespace
}  // namespace stalemate::model
