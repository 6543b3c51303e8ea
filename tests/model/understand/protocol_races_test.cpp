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

bool is_asked_whose(const std::string& lines) {
  return contains(error_of_lines(lines), "two operations at once in one app, and whose each arrow is, is not drawn");
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

TEST(ProtocolRaces, what_may_be_the_rest_of_an_operation_above_is_asked_about) {
  const std::string read = "U->>app: read\napp->>cache: GET k\ncache-->>app: nil\n";
  EXPECT_TRUE(is_asked_whose("actor U\nactor V\n" + read +
                             "V->>app: update\napp->>db: UPDATE\napp->>cache: DEL k\napp-->>V: done\n"
                             "app->>db: SELECT\ndb-->>app: row\napp->>cache: SET k\n"));
  EXPECT_TRUE(is_asked_whose("actor U\n" + read +
                             "app->>db: SELECT\nU->>app: update\napp->>db: UPDATE\n"
                             "app->>cache: DEL k\napp-->>U: ok\napp->>cache: SET k\napp-->>U: row\n"));
  EXPECT_TRUE(
      is_asked_whose("actor U\nactor V\nU->>app: change one\napp->>db: UPDATE\nV->>app: change two\n"
                     "app->>db: UPDATE\napp->>cache: SET k\napp->>cache: SET k\n"));
  EXPECT_TRUE(
      is_asked_whose("actor U\nactor V\nU->>app: change\napp->>db: UPDATE\nV->>app: read\n"
                     "app->>cache: GET k\ncache-->>app: nil\napp->>db: SELECT\napp->>cache: SET k\n"
                     "app->>cache: DEL k\n"));
  EXPECT_TRUE(
      is_asked_whose("actor U\nactor V\nU->>app: read\nV->>app: update\napp->>cache: GET k\n"
                     "cache-->>app: nil\napp->>db: UPDATE\napp->>cache: DEL k\n"));
  EXPECT_FALSE(is_asked_whose("actor U\n" + read +
                              "app->>db: SELECT\nU->>app: update\napp->>cache: DEL k\n"
                              "app->>db: UPDATE\napp->>cache: DEL k\n"))
      << "a double delete is no fill";
  EXPECT_FALSE(
      is_asked_whose("actor U\nU->>app: change\napp->>db: UPDATE\nU->>app: read\napp->>cache: GET k\n"
                     "alt hit\ncache-->>app: it\nelse miss\napp->>db: SELECT\napp->>cache: SET k\nend\n"));
}

TEST(ProtocolRaces, texts_that_say_whose_work_it_is_are_asked_about) {
  const std::string read = "app->>cache: GET k\ncache-->>app: nil\napp->>db: SELECT\n";
  const std::string write = "app->>db: UPDATE\napp->>cache: DEL k\n";
  EXPECT_TRUE(is_asked_whose("Note over app: Request 1 (read)\n" + read + "Note over app: Request 2 (write)\n" + write +
                             "Note over app: Request 1 continues\napp->>cache: SET k\n"));
  EXPECT_TRUE(
      is_asked_whose("app->>cache: [T1] GET k\ncache-->>app: nil\napp->>db: [T1] SELECT\napp->>db: [T2] UPDATE\n"
                     "app->>cache: [T2] DEL k\napp->>cache: [T1] SET k\n"));
  EXPECT_TRUE(
      is_asked_whose("app->>cache: GET k (thread 1)\ncache-->>app: nil\napp->>db: UPDATE (thread 2)\n"
                     "app->>cache: DEL k (thread 2)\n"));
  EXPECT_FALSE(
      is_asked_whose("app->>cache: T1: GET k\ncache-->>app: nil\napp->>db: T2: SELECT\napp->>cache: T3: SET k\n"))
      << "points in time";
  EXPECT_FALSE(
      is_asked_whose("Note over app: Request 1 (read)\n" + read + "Note over app: Request 2 (write)\n" + write));
  EXPECT_FALSE(is_asked_whose("app->>cache: GET user 7\ncache-->>app: nil\napp->>db: SELECT user 7\n"));
}

TEST(ProtocolRaces, who_hands_out_work_is_no_part_of_an_instance) {
  const std::string race =
      "participant L as Load Balancer\n" + kApps +
      "L->>A: GET /item\nA->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nL->>B: PUT /item\nB->>D: UPDATE\n"
      "B->>C: DEL k\nA->>C: SET k\n";
  EXPECT_EQ(told(race),
            "Read: get cache#2; if miss; get database#4; set cache#5 // Write: set database#2; delete cache#3");
  EXPECT_EQ(told("actor U as User\nU->>L: go\n" + race), told(race));
  EXPECT_EQ(
      told("participant S as Controller\nparticipant A as Lookup service\nparticipant B as Repository\n" + kServers +
           "S->>A: find\nA->>C: GET k\nC-->>A: nil\nA-->>S: nothing\nS->>B: load\nB->>D: SELECT\nB-->>S: row\n"
           "S->>A: keep\nA->>C: SET k\n"),
      "Read: get cache#2; if miss; get database#6; set cache#9")
      << "a controller awaits each of its parts";
  EXPECT_TRUE(
      contains(error_of_lines(kApps + "A->>C: GET k\nC-->>A: nil\nA->>B: please refresh\nB->>D: SELECT\nB->>C: SET "
                                      "k\nA->>C: GET k\n"),
               "\"App 1\" calls \"App 2\", and both ask the servers"));
  EXPECT_TRUE(is_asked_whose(
      "participant X as ReadController\nparticipant Y as WriteController\nparticipant S as Service\n" + kServers +
      "X->>S: get\nS->>C: GET k\nC-->>S: nil\nS->>D: SELECT\nY->>S: set\nS->>D: UPDATE\n"
      "S->>C: DEL k\nS->>C: SET k\n"));
}

TEST(ProtocolRaces, a_get_behind_a_hit_begins_another_read) {
  EXPECT_TRUE(
      contains(error_of_lines(kApps + "A->>C: GET k\nC-->>A: hit\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: GET k\nC-->>A: "
                                      "nil\nA->>D: SELECT\nA->>C: SET k\n"),
               "t.mmd:10:1: does another operation begin here?"));
}

TEST(ProtocolRaces, as_many_are_checked_as_a_race_draws) {
  const Protocol protocol =
      read_lines("participant A as Writer 1\nparticipant B as Writer 2\nparticipant R as Reader\n" + kServers +
                 "A->>D: UPDATE\nB->>D: UPDATE\nB->>C: SET k\nA->>C: SET k\nR->>C: GET k\n");
  EXPECT_EQ(scenario_of({}, protocol).apps, (std::vector<std::string>{"read", "write", "write"}));
  ScenarioWords one;
  one.writers = 1;
  EXPECT_EQ(scenario_of(one, protocol).apps, (std::vector<std::string>{"read", "write"}));
}

TEST(ProtocolRaces, what_is_written_on_the_arrows_is_kept) {
  const Protocol protocol =
      read_lines(kApps +
                 "A->>C: GET k:7\nC-->>A: nil\nA->>D: SELECT p WHERE id=7\nD-->>A: 10\nB->>D: UPDATE p = "
                 "20\nB->>C: DEL k:7\nA->>C: SET k:7 10 EX 60 (stale)\n");
  std::string values;
  for (const DrawnMessage& message : protocol.races.at(0).messages)
    if (!message.value.empty()) values += std::to_string(message.at.line) + ":" + message.value + " ";
  EXPECT_EQ(values, "9:10 10:20 12:10 ");
}

TEST(ProtocolRaces, a_race_has_as_many_apps_as_a_scenario_may_have) {
  const auto page_of = [](int apps) {
    std::string text = kServers;
    for (int turn = 0; turn < 2; ++turn) {
      for (int i = 1; i <= apps; ++i)
        text += "App" + std::to_string(i) + (turn == 0 ? "->>D: UPDATE\n" : "->>C: DEL k\n");
    }
    return text;
  };
  EXPECT_EQ(read_lines(page_of(kAppsMax)).races.at(0).instances.size(), static_cast<std::size_t>(kAppsMax));
  EXPECT_TRUE(contains(error_of_lines(page_of(kAppsMax + 1)), "\"App2\" also asks the servers"));
  EXPECT_TRUE(contains(error_of_lines("%% stalemate: race\n" + page_of(kAppsMax + 1)),
                       "65 apps ask the servers; there may be 64 at most"));
}

}  // namespace
}  // namespace stalemate::model
