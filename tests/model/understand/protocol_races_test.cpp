// A race drawn as one: which diagrams show it, what its columns do, which of them are instances of one operation, and
// what is asked instead of guessed.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"
#include "understand/page.hpp"

namespace stalemate::model {
namespace {

const std::string kServers = "participant C as Redis\nparticipant D as Postgres\n";
const std::string kApps = "participant A as App 1\nparticipant B as App 2\n" + kServers;
const std::string kLateFill = "A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n";

// The operations one after another, or the error.
std::string told(const std::string& lines) {
  const std::string error = error_of_lines(lines);
  if (error != "no error") return error;
  std::string text;
  for (const Operation& operation : read_lines(lines).operations)
    text += (text.empty() ? "" : " // ") + operation.name + ": " + outline(operation.body);
  return text;
}

// "1 begins 0; 1 asks 0#1; 1 is answered 0#1 miss": the instance, its operation and the arrow.
std::string order_of(const DrawnRace& race) {
  std::string text;
  for (const DrawnMessage& message : race.messages) {
    const std::string operation = std::to_string(message.operation);
    text += (text.empty() ? "" : "; ") + std::to_string(message.instance);
    switch (message.kind) {
      case DrawnMessage::Kind::kBegins:
        text += " begins " + operation;
        break;
      case DrawnMessage::Kind::kAsks:
        text += " asks " + operation + "#" + std::to_string(message.arrow);
        break;
      case DrawnMessage::Kind::kIsAnswered:
        text += " is answered " + operation + "#" + std::to_string(message.arrow) + " " + outline(message.says);
        break;
    }
  }
  return text;
}

TEST(ProtocolRaces, each_column_is_an_operation_and_the_order_is_kept) {
  EXPECT_EQ(told(kApps + kLateFill),
            "Read: get cache#1; if miss; get database#3; set cache#4 // Write: set database#1; delete cache#2");
  const Protocol protocol = read_lines(kApps + kLateFill);
  ASSERT_EQ(protocol.races.size(), 1U);
  const DrawnRace& race = protocol.races[0];
  ASSERT_EQ(race.instances.size(), 2U);
  EXPECT_EQ(race.instances[0].name, "App 1");
  EXPECT_EQ(race.instances[1].operations, std::vector<std::size_t>{1});
  EXPECT_EQ(order_of(race),
            "0 begins 0; 0 asks 0#1; 0 is answered 0#1 miss; 0 asks 0#3; 1 begins 0; 1 asks 0#1; 1 asks 0#2; 0 asks "
            "0#4");
}

TEST(ProtocolRaces, an_instance_is_one_that_asks_both_servers_or_is_called_one) {
  const auto is_race = [](const std::string& one, const std::string& other, const std::string& lines) {
    const std::string names = "participant A as " + one + "\nparticipant B as " + other + "\n";
    const std::string text = names + kServers + lines;
    return error_of_lines(text) == "no error" && read_lines(text).races.size() == 1;
  };
  const std::string cut = "A->>C: GET k\nC-->>A: nil\nB->>D: SELECT\nA->>C: SET k\n";
  EXPECT_TRUE(is_race("Orders", "Stock", kLateFill)) << "each asks both";
  EXPECT_FALSE(is_race("Service", "Repository", cut)) << "parts of one, whose call is not drawn";
  EXPECT_FALSE(is_race("Orders", "Stock", cut));
  const std::string alone = "A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nA->>C: SET k\n";
  EXPECT_TRUE(is_race("Reader", "Writer", alone));
  EXPECT_TRUE(is_race("app1", "app2", alone));
  EXPECT_TRUE(is_race("Thread A", "Thread B", alone));
  EXPECT_FALSE(is_race("Orders", "Stock", alone)) << "the second only asks the database";
  EXPECT_FALSE(is_race("App 1", "App 2", "A->>C: GET k\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\n"))
      << "no turns are taken: one may be a part of the other";
}

TEST(ProtocolRaces, what_is_not_told_is_asked_and_one_line_answers_it) {
  const std::string lines = "participant A as Orders\nparticipant B as Stock\n" + kServers +
                            "A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nA->>C: SET k\n";
  EXPECT_TRUE(contains(error_of_lines(lines), "Say %% stalemate: race first in the diagram"));
  EXPECT_EQ(told("%% stalemate: race\n" + lines),
            "Read: get cache#1; if miss; get database#3; set cache#4 // Write: set database#1");
  EXPECT_TRUE(contains(error_of_lines("app->>cache: get\n%% stalemate: race\napp->>db: get"),
                       "t.mmd:3:1: \"race\" stands first in a diagram"));
  EXPECT_TRUE(contains(error_of_lines("%% stalemate: race\napp->>cache: get\napp->>db: get"),
                       "t.mmd:2:1: \"race\" is said of a diagram in which one app instance alone asks the servers"));
  EXPECT_TRUE(
      contains(error_of_lines("%% stalemate: race now\napp->>cache: get\napp->>db: get"), "\"race\" stands alone"));
}

TEST(ProtocolRaces, apps_that_call_one_another_are_one_column) {
  EXPECT_EQ(told("participant S as Service 1\nparticipant R as Repository\nparticipant B as Service 2\n" + kServers +
                 "S->>C: GET k\nC-->>S: nil\nS->>R: load\nR->>D: SELECT\nR-->>S: row\nB->>D: UPDATE\nB->>C: DEL k\n"
                 "S->>C: SET k\n"),
            "Read: get cache#1; if miss; get database#4; set cache#6 // Write: set database#1; delete cache#2");
}

TEST(ProtocolRaces, numbered_readers_are_instances_of_one_operation) {
  const std::string reader = "participant X as App 3\n" + kApps + kLateFill;
  EXPECT_EQ(read_lines(reader + "X->>C: GET k\nC-->>X: hit\n").operations.size(), 2U)
      << "the hit that is drawn nowhere";
  EXPECT_EQ(read_lines(reader + "X->>C: GET k\nC-->>X: nil\nX->>D: SELECT\nX->>C: SET k\n").operations.size(), 2U);
  const Protocol joined = read_lines(reader + "X->>C: GET k\nC-->>X: hit\n");
  EXPECT_EQ(joined.races[0].instances[2].operations, std::vector<std::size_t>{0});
  // One that changes something is an instance only where it does all of it.
  EXPECT_EQ(told("participant A as Writer 1\nparticipant B as Writer 2\n" + kServers +
                 "A->>D: UPDATE\nB->>D: UPDATE\nA->>C: DEL k\n"),
            "Writer 1: set database#1; delete cache#2 // Writer 2: set database#1");
  EXPECT_EQ(told("participant A as Writer 1\nparticipant B as Writer 2\n" + kServers +
                 "A->>D: UPDATE\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: DEL k\n"),
            "Write: set database#1; delete cache#2");
  EXPECT_TRUE(contains(told("participant A as Reader 1\nparticipant B as Reader 2\n" + kServers +
                            "A->>C: GET user:1\nB->>C: GET order:7\nC-->>A: nil\nA->>D: SELECT\nA->>C: SET user:1\n"),
                       "\"Reader 2\" is about \"order\", and \"Reader 1\" in line 6 about \"user\""))
      << "of other entries it is another operation";
}

TEST(ProtocolRaces, the_arrows_of_an_instance_are_those_of_its_operation) {
  const Protocol protocol = read_lines(
      "participant A as App 1\nparticipant B as App 2\n" + kServers +
      "A->>C: GET k\nC-->>A: nil\nB->>C: GET k\nA->>D: SELECT\nD-->>A: row\nB->>D: SELECT\nA->>C: SET k\nB->>C: SET "
      "k\n");
  EXPECT_EQ(outline(protocol.operations.at(0).body), "get cache#1; if miss; get database#3; if value; set cache#5");
  EXPECT_EQ(protocol.operations.size(), 1U);
  EXPECT_EQ(order_of(protocol.races.at(0)),
            "0 begins 0; 0 asks 0#1; 0 is answered 0#1 miss; 1 begins 0; 1 asks 0#1; 0 asks 0#3; 0 is answered 0#3 "
            "value; 1 asks 0#3; 0 asks 0#5; 1 asks 0#5");
}

std::string page(const std::string& race, const std::string& read, const std::string& write) {
  const std::string begin = "```mermaid\nsequenceDiagram\n";
  return "## The race\n" + begin + race + "```\n## Read\n" + begin + read + "```\n## Write\n" + begin + write + "```\n";
}
const std::string kRead = "participant S as App\n" + kServers +
                          "S->>C: GET k\nalt hit\nC-->>S: value\nelse miss\nS->>D: SELECT\nS->>C: SET k\nend\n";
const std::string kWrite = "participant S as App\n" + kServers + "S->>D: UPDATE\nS->>C: DEL k\n";

TEST(ProtocolRaces, a_race_of_what_the_page_draws_elsewhere_adds_nothing_to_it) {
  const Protocol protocol = read_protocol(page(kApps + kLateFill, kRead, kWrite), "t.md", {});
  EXPECT_EQ(protocol.operations.size(), 2U);
  EXPECT_EQ(protocol.operations[0].at.line, 17) << "the diagrams that draw them whole";
  ASSERT_EQ(protocol.races.size(), 1U);
  EXPECT_EQ(protocol.races[0].at.line, 3);
}

TEST(ProtocolRaces, a_race_of_something_else_is_another_protocol_of_the_page) {
  const std::string fills = "participant S as App\n" + kServers + "S->>D: UPDATE\nS->>C: SET k\n";
  const std::string text = page(kApps + kLateFill, kRead, fills);
  EXPECT_TRUE(contains(error_of_text(text, "t.md"),
                       "t.md:3:1: this diagram shows a race of operations that no other diagram of the page draws"));
  const Page parted = part_page(text, "t.md", {});
  ASSERT_EQ(parted.features.size(), 2U);
  EXPECT_EQ(parted.features[0].read.protocol.value().races.size(), 1U);
  EXPECT_EQ(parted.features[1].read.protocol.value().races.size(), 0U);
  EXPECT_EQ(parted.features[0].servers, parted.features[1].servers);
}

TEST(ProtocolRaces, a_block_that_several_instances_stand_in_is_asked_about_and_a_rectangle_is_none) {
  EXPECT_TRUE(contains(
      error_of_lines(kApps + "A->>C: GET k\nA->>D: SELECT\nopt slow\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\nend\n"),
      "t.mmd:8:1: \"App 1\" and \"App 2\" take turns"));
  EXPECT_EQ(told(kApps + "rect rgb(1, 2, 3)\n" + kLateFill + "end\n"), told(kApps + kLateFill));
  const Protocol choosing = read_lines(kApps +
                                       "A->>C: GET k\nalt miss\nA->>D: SELECT\nend\nB->>D: UPDATE\nB->>C: DEL k\n"
                                       "A->>C: SET k\n");
  EXPECT_EQ(choosing.races.at(0).choice.line, 7);
}

TEST(ProtocolRaces, two_callers_at_once_in_one_app_are_asked_about) {
  const std::string begin =
      "actor R\nactor W\nR->>app: view\napp->>cache: GET k\ncache-->>app: nil\napp->>db: SELECT\nW->>app: change\n"
      "app->>db: UPDATE\napp->>cache: DEL k\n";
  EXPECT_TRUE(contains(error_of_lines(begin + "app-->>W: ok\napp->>cache: SET k\napp-->>R: row\n"),
                       "t.mmd:13:1: \"R\" is answered here, after the operation in line 8 has begun: two operations"));
  EXPECT_TRUE(contains(error_of_lines(begin + "app->>cache: SET k\n"),
                       "t.mmd:11:1: this may be what the operation in line 1 does"));
  EXPECT_EQ(error_of_lines("actor R\nactor W\nR->>app: view\napp->>cache: GET k\ncache-->>app: nil\napp->>db: SELECT\n"
                           "app-->>R: row\nW->>app: change\napp->>db: UPDATE\napp->>cache: DEL k\napp-->>W: ok\n"
                           "app-->>R: changed\n"),
            "no error")
      << "who was answered is told of something";
}

}  // namespace
}  // namespace stalemate::model
