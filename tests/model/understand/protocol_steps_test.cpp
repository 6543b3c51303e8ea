// Straight lines: arrows to requests, replies to guards, roles, and what is refused, with its position.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

// The first reading line of line `number`.
const ReadingLine& line_at(const Protocol& protocol, int number) {
  for (const ReadingLine& line : protocol.reading) {
    if (line.at.line == number) return line;
  }
  throw std::out_of_range("no reading of line");
}
std::string meaning_at(const Protocol& protocol, int number) { return line_at(protocol, number).meaning; }
std::string assumed_at(const Protocol& protocol, int number) { return line_at(protocol, number).assumed; }

TEST(ProtocolSteps, requests_guards_and_arrows_are_numbered_as_drawn) {
  const Protocol protocol = read_lines(
      "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\ndatabase-->>app: Value\n"
      "app->>app: think\napp->>cache: Set value");
  ASSERT_EQ(protocol.operations.size(), 1U);
  const Operation& read = protocol.operations[0];
  EXPECT_EQ(outline(read.body), "get cache#1; if miss; get database#3; if value; set cache#6");
  EXPECT_EQ(read.arrows, (std::vector<int>{1, 1, 3, 3, 0, 6}));
  const auto& guard = std::get<Guard>(read.body[1].node);
  EXPECT_EQ(guard.arrow, 2);
  EXPECT_EQ(guard.at, (Position{3, 1}));
  EXPECT_EQ(std::get<Request>(read.body[0].node).label, "Get value");
}

TEST(ProtocolSteps, an_ok_is_no_guard) {
  EXPECT_EQ(outline_of("app->>database: Set value\ndatabase-->>app: OK\napp->>cache: Delete value\ncache-->>app: 1"),
            "set database#1; delete cache#3");
  EXPECT_EQ(outline_of("app->>cache: Get\ncache-->>app: OK\napp->>database: Set"), "get cache#1; set database#3");
}

TEST(ProtocolSteps, a_conflict_guards_what_follows_an_add) {
  EXPECT_EQ(outline_of("app->>cache: SET k v NX\ncache-->>app: already exists\napp->>cache: GET k"),
            "add cache#1; if conflict; get cache#3");
}

TEST(ProtocolSteps, a_reply_that_names_every_outcome_is_no_guard) {
  EXPECT_EQ(outline_of("app->>cache: Get\ncache-->>app: value or nil\napp->>database: Get"),
            "get cache#1; get database#3");
}

TEST(ProtocolSteps, solid_arrows_back_are_replies_too) {
  EXPECT_EQ(outline_of("app->>cache: Get\ncache->>app: miss\napp->>database: Get"),
            "get cache#1; if miss; get database#3");
}

TEST(ProtocolSteps, open_arrows_are_sent_and_forgotten_but_a_get_is_awaited) {
  EXPECT_EQ(outline_of("app->>database: Set\napp-)cache: Delete"), "set database#1; delete cache#2~");
  EXPECT_EQ(outline_of("app->>database: Set\napp--)cache: Delete"), "set database#1; delete cache#2~");
  EXPECT_EQ(outline_of("app-)cache: Get\napp->>database: Get"), "get cache#1; get database#2");
  EXPECT_EQ(outline_of("app-)cache: Delete\ncache--)app: OK\napp->>database: Set"), "delete cache#1; set database#3")
      << "a drawn reply is waited for";
}

TEST(ProtocolSteps, crossed_and_two_headed_arrows) {
  EXPECT_EQ(outline_of("app->>database: Set\napp-xcache: Delete"), "set database#1; delete cache#2x");
  EXPECT_EQ(outline_of("app<<->>cache: Get\napp->>database: Set"), "get cache#1; set database#2");
}

TEST(ProtocolSteps, messages_that_ask_no_server_are_local_work) {
  EXPECT_EQ(
      outline_of("app->>app: Get value\ncache->>cache: evict\nparticipant api\napi->>app: anything\napp->>cache: Get"),
      "get cache#4");
  const Protocol protocol = read_lines("app->>app: Wait\napp->>app: Get value\napp->>cache: Get");
  EXPECT_TRUE(contains(describe_reading(protocol), "a wait takes no time in this model"));
  EXPECT_TRUE(contains(describe_reading(protocol), "an arrow from the app to itself asks no server"));
}

TEST(ProtocolSteps, the_reply_outward_acknowledges_and_what_follows_runs) {
  EXPECT_EQ(
      outline_of("actor user\nuser->>app: PUT /stock\napp->>database: UPDATE\napp-->>user: done\napp->>cache: DEL"),
      "set database#2; ack; delete cache#4");
}

TEST(ProtocolSteps, an_answer_outside_is_told_by_what_the_operation_does_and_only_where_something_follows) {
  const std::string acknowledged =
      "answers outside: the operation is acknowledged, unless a database write that it awaited got no answer";
  EXPECT_EQ(meaning_at(read_lines("user->>app: PUT\napp->>database: Set\napp-->>user: done\napp->>cache: Del"), 4),
            acknowledged + "; what follows still runs");
  EXPECT_EQ(meaning_at(read_lines("user->>app: PUT\napp->>database: Set\napp-->>user: done"), 4), acknowledged);
  EXPECT_EQ(meaning_at(read_lines("user->>app: GET\napp->>cache: Get\napp-->>user: value"), 4),
            "answers outside with the value it received, if any");
  const Protocol blocks = read_lines(
      "user->>app: GET\napp->>cache: Get\nbreak hit\napp-->>user: value\nend\nopt miss\napp-->>user: wait\nend\n"
      "app->>database: Get");
  EXPECT_EQ(meaning_at(blocks, 5), "answers outside with the value it received, if any")
      << "a break ends the operation";
  EXPECT_EQ(meaning_at(blocks, 8), "answers outside with the value it received, if any; what follows still runs");
}

TEST(ProtocolSteps, an_answer_outside_that_says_failure_acknowledges_nothing) {
  EXPECT_EQ(meaning_at(read_lines("user->>app: PUT\napp->>database: Set\napp-->>user: 409 Conflict"), 4),
            "answers outside that it failed, so nothing is acknowledged");
  EXPECT_EQ(outline_of("user->>app: PUT\napp->>database: Set\napp-->>user: error"), "set database#2; nack");
}

TEST(ProtocolSteps, a_read_that_refuses_answers_by_what_it_has_read_and_a_write_that_does_has_failed) {
  for (const char* answer : {"403 Forbidden (frozen)", "access denied", "blocked"}) {
    const std::string reply = "app-->>user: " + std::string(answer);
    EXPECT_EQ(outline_of("user->>app: may I?\napp->>cache: Get\n" + reply), "get cache#2; ack") << answer;
    EXPECT_EQ(outline_of("user->>app: PUT\napp->>database: Set\n" + reply), "set database#2; nack") << answer;
  }
  EXPECT_EQ(outline_of("user->>app: may I?\napp->>cache: Get\napp-->>user: 403 error"), "get cache#2; nack");
  EXPECT_EQ(meaning_at(read_lines("user->>app: may I?\napp->>cache: Get\napp-->>user: 403 Forbidden"), 4),
            "answers outside with the value it received, if any");
}

TEST(ProtocolSteps, only_who_started_the_operation_is_answered) {
  const std::vector<std::string> mailer = {"mailer=outside"};
  const std::string start = "user->>app: PUT\napp->>database: Set\n";
  const Protocol told = read_lines(start + "app->>mailer: send mail\nmailer-->>app: sent\napp->>cache: Del", mailer);
  EXPECT_EQ(outline(told.operations.at(0).body), "set database#2; delete cache#5");
  EXPECT_EQ(meaning_at(told, 4),
            "local work, no effect: mailer did not start the operation, so telling it acknowledges nothing");
  const Protocol first = read_lines(
      "user->>app: PUT\napp->>mailer: is it spam\nmailer->>app: no\napp->>database: Set\n"
      "app-->>user: done",
      mailer);
  ASSERT_EQ(first.operations.size(), 1U) << "who was asked answers, and starts nothing";
  EXPECT_EQ(outline(first.operations.at(0).body), "set database#4; ack");
}

TEST(ProtocolSteps, where_nobody_starts_the_operation_a_reply_outward_goes_to_who_is_taken_to_have) {
  const Protocol reply = read_lines("app->>database: Set\napp-->>user: done");
  EXPECT_EQ(outline(reply.operations.at(0).body), "set database#1; ack");
  EXPECT_TRUE(contains(assumed_at(reply, 3), "nobody is drawn to start the operation, so user is taken to have"));
  EXPECT_EQ(outline(read_lines("app->>database: Set\napp->>mailer: send\napp-->>user: done", {"mailer=outside"})
                        .operations.at(0)
                        .body),
            "set database#1; ack");
}

TEST(ProtocolSteps, what_a_write_stores_is_told_arrow_by_arrow) {
  const Protocol touch = read_lines(
      "%% stalemate: operation Write is write\n%% stalemate: operation continues\n"
      "app->>cache: Get\nopt miss\napp->>database: Get\napp->>cache: Set\nend\napp->>cache: Set\napp->>database: "
      "Set\napp->>cache: Set");
  EXPECT_EQ(meaning_at(touch, 7), "arrow 3: the app asks the cache to set the key to the value it received");
  EXPECT_TRUE(contains(assumed_at(touch, 7), "a Write stores what it read until it has written a value of its own"));
  EXPECT_EQ(meaning_at(touch, 9),
            "arrow 4: the app asks the cache to set the key to the value it received from the database, where it did, "
            "else to the new one");
  EXPECT_EQ(meaning_at(touch, 10), "arrow 5: the app asks the database to set the key to the new value");
  EXPECT_EQ(meaning_at(touch, 11), "arrow 6: the app asks the cache to set the key to the new value");
  EXPECT_EQ(assumed_at(touch, 11), "");
}

TEST(ProtocolSteps, an_expiry_is_an_assumption) {
  const Protocol protocol = read_lines("app->>cache: SETEX k 60 v");
  EXPECT_TRUE(contains(describe_reading(protocol), "which may expire at any later moment"));
}

TEST(ProtocolSteps, directives_override_an_arrow) {
  EXPECT_EQ(
      outline_of("%% stalemate: means delete\napp->>cache: frobnicate\n%% stalemate: means local\napp->>cache: COMMIT\n"
                 "%% stalemate: means = set\napp->>database: Get"),
      "delete cache#1; set database#3");
  EXPECT_EQ(outline_of("app->>cache: Get\n%% stalemate: means miss\ncache-->>app: gone\napp->>database: Get"),
            "get cache#1; if miss; get database#3");
}

TEST(ProtocolSteps, rect_and_decorations_change_nothing) {
  EXPECT_EQ(outline_of("autonumber\nrect rgb(1,2,3)\napp->>+cache: Get\ncache-->>-app: miss\nend\nNote over app: cold\n"
                       "app->>database: Get"),
            "get cache#1; if miss; get database#3");
}

TEST(ProtocolSteps, a_get_of_the_cache_whose_outcome_is_not_drawn_is_said_to_go_on_either_way) {
  const auto said = [](const std::string& lines) {
    return contains(describe_reading(read_lines(lines)), "no reply is drawn: what follows happens on a hit and on a ");
  };
  EXPECT_TRUE(said("app->>cache: get\napp->>database: get\napp->>cache: set"));
  EXPECT_TRUE(said("app->>cache: get\nopt lucky\napp->>database: get\nend")) << "a free choice looks at no reply";
  EXPECT_TRUE(said("opt lucky\napp->>cache: get\nend\napp->>database: get")) << "what follows stands behind the block";
  EXPECT_FALSE(said("app->>cache: get")) << "nothing follows";
  EXPECT_FALSE(said("app->>cache: get\ncache-->>app: miss\napp->>database: get"));
  EXPECT_FALSE(said("app->>cache: get\nalt miss\napp->>database: get\nend"));
  EXPECT_FALSE(said("app->>database: get\napp->>cache: set"));
}

TEST(ProtocolSteps, apps_that_call_one_another_are_one_instance_and_that_is_said_once) {
  const Protocol protocol =
      read_lines("api->>order service: reserve\norder service->>database: Set\norder service-->>api: done");
  EXPECT_EQ(outline(protocol.operations[0].body), "set database#2");
  EXPECT_EQ(assumed_at(protocol, 2), "api and order service are taken as one app instance");
  EXPECT_EQ(assumed_at(protocol, 4), "");
}

TEST(ProtocolSteps, several_operations_of_a_diagram_may_be_of_several_apps) {
  const Protocol protocol = read_lines(
      "Note over reader: Read\nreader->>cache: Get\nNote over writer: Write\nwriter->>database: Set\n"
      "writer->>cache: Delete");
  ASSERT_EQ(protocol.operations.size(), 2U);
  EXPECT_EQ(outline(protocol.operations[1].body), "set database#1; delete cache#2");
}

TEST(ProtocolSteps, a_line_is_shown_once_with_the_participants_it_introduces_beneath) {
  const std::string text = describe_reading(read_lines("app->>cache: Get; cache-->>app: miss\napp->>db: Get"));
  EXPECT_TRUE(contains(text,
                       "  2  app->>cache: Get    — arrow 1: the app asks the cache to get the key\n"
                       "                           app is the app, by \"app\" in its name\n"
                       "                           cache is the cache, by \"cache\" in its name\n"
                       "  2  cache-->>app: miss  "))
      << text;
  EXPECT_EQ(text.find("app->>cache: Get"), text.rfind("app->>cache: Get")) << text;
}

TEST(ProtocolRoles, the_alias_comes_before_the_id_and_the_id_before_the_type) {
  EXPECT_EQ(
      outline(read_lines("participant R as Redis\nparticipant S as Stock Service\nS->>R: GET k").operations[0].body),
      "get cache#1");
  EXPECT_EQ(outline(read_lines("participant cache as PostgreSQL\napp->>cache: Get").operations[0].body),
            "get database#1");
  EXPECT_EQ(outline(read_lines("participant redis as Prices\napp->>redis: Get").operations[0].body), "get cache#1");
  EXPECT_EQ(outline(read_lines("participant X@{ \"type\": \"database\" }\napp->>X: Get").operations[0].body),
            "get database#1");
}

TEST(ProtocolRoles, a_stick_figure_is_outside_if_nothing_else_is_said) {
  EXPECT_EQ(outline_of("actor shopper\nshopper->>app: look\napp->>cache: Get\napp-->>shopper: there"),
            "get cache#2; ack");
}

TEST(ProtocolRoles, the_command_line_is_stronger_than_the_diagram) {
  const std::string lines = "%% stalemate: role X = cache\napp->>X: Get";
  EXPECT_EQ(outline(read_lines(lines).operations[0].body), "get cache#1");
  EXPECT_EQ(outline(read_lines(lines, {"X=database"}).operations[0].body), "get database#1");
  EXPECT_EQ(read_lines(lines, {"X=database"}).roles, (std::vector<std::string>{"X=database"}));
}

TEST(ProtocolRoles, where_no_app_is_drawn_whoever_asks_the_servers_is_the_app) {
  const Protocol protocol = read_lines("Client->>Cache: GET k\nCache-->>Client: nil\nClient->>DB: SELECT");
  EXPECT_EQ(outline(protocol.operations[0].body), "get cache#1; if miss; get database#3");
  EXPECT_TRUE(contains(describe_reading(protocol), "so it is the app; say role Client = outside"));
}

TEST(ProtocolErrors, two_apps_that_ask_the_servers_in_one_operation_are_asked_about) {
  EXPECT_EQ(
      error_of_text("# Read\n```mermaid\nsequenceDiagram\n  participant A as Orders\n"
                    "  participant B as Stock\n  A->>cache: GET x\n  cache-->>A: miss\n  B->>db: SELECT x\n"
                    "  A->>cache: SET x\n```\n",
                    "race.md"),
      "race.md:8:3: \"B\" also asks the servers, as \"A\" did in line 6: are they two app instances, of which the "
      "diagram shows one order, or one? Say %% stalemate: race first in the diagram, draw Read and Write each in a "
      "diagram of its own, or one participant where both are one");
}

struct Refusal {
  const char* lines;  // from line 2
  const char* start;
};
void expect_refused(const std::vector<Refusal>& refusals) {
  for (const Refusal& refusal : refusals) {
    const std::string error = error_of_lines(refusal.lines);
    EXPECT_TRUE(starts_with(error, refusal.start)) << refusal.lines << "\n  " << error;
  }
}

TEST(ProtocolErrors, roles_that_cannot_be_told_are_asked_for) {
  expect_refused({
      {"participant foo\napp->>foo: Get",
       "t.mmd:2:1: cannot tell what \"foo\" is; likeliest a database: say --role foo=database, or write %% "
       "stalemate: role foo = database (roles: app, cache, local-cache, cache-replica, database, replica, queue, "
       "worker, "
       "outside, third-party)"},
      {"  participant X as cache service\napp->>X: Get", "t.mmd:2:3: cannot tell what \"cache service\" is"},
      {"app->>db: Get\napp->>postgres: Get", "t.mmd:3:7: understood as \"a second database beside db\", which is not "},
      {"%% stalemate: role Y = cache\napp->>cache: Get",
       "t.mmd:2:1: no participant is called \"Y\"; there are: app, cache"},
      {"%% stalemate: role cache = fridge\napp->>cache: Get", "t.mmd:2:1: cannot tell which role is meant"},
      {"%% stalemate: role app = app\n%% stalemate: role app = cache\napp->>cache: Get",
       "t.mmd:3:1: \"app\" is the app"},
  });
  EXPECT_TRUE(starts_with(error_of_lines("app->>cache: Get", {"Z=cache"}), "--role Z=cache: no participant of t.mmd"));
  EXPECT_TRUE(starts_with(error_of_lines("app->>cache: Get", {"cache"}), "--role cache: cannot tell which role"));
}

TEST(ProtocolErrors, what_is_understood_but_not_modelled_says_so_with_its_position) {
  expect_refused({
      {"app->>database: BEGIN", "t.mmd:2:1: understood as \"begin a transaction\", which is not modelled yet; "},
      {"app->>cache: acquire lock", "t.mmd:2:1: understood as \"take a lock\", which is not modelled yet; "},
      {"app->>database: Insert if absent", "t.mmd:2:1: understood as \"insert into the database only if absent\""},
      {"app->>queue: publish\nqueue->>app: deliver",
       "t.mmd:2:1: understood as \"a message of a queue\", which is not modelled yet; "},
      {"app->>replica: Get", "t.mmd:2:1: understood as \"a message of a replica\""},
      {"worker->>cache: DEL", "t.mmd:2:1: understood as \"a message of a worker\""},
      {"app->>database: Set\ndatabase->>cache: invalidate",
       "t.mmd:3:1: understood as \"a message from the database to the "
       "cache (change capture)\""},
      {"app->>cache: Get\nuser->>cache: Get", "t.mmd:3:1: \"user\" also asks the servers, as \"app\" did"},
      {"app->>cache: Get\ncache--xapp: value",
       "t.mmd:3:1: understood as \"a lost reply\", which is not modelled yet; "},
      {"app->>cache: Get\ncache-->>app: error", "t.mmd:3:1: understood as \"a failure outside alt\""},
      {"loop retry\napp->>cache: Get\nend", "t.mmd:2:1: understood as \"loop\", which is not modelled yet; "},
      {"par a\napp->>cache: Get\nand b\napp->>database: Get\nend", "t.mmd:2:1: understood as \"par\""},
      {"critical a\napp->>cache: Get\nend", "t.mmd:2:1: understood as \"critical\""},
      {"user-xapp: go\napp->>cache: Get", "t.mmd:2:1: understood as \"a lost message from outside\""},
  });
}

TEST(ProtocolErrors, messages_between_apps_that_nobody_waits_for_are_not_modelled) {
  expect_refused({
      {"app->>database: Set\napp-)service: changed",
       "t.mmd:3:1: understood as \"a message between two apps that nobody waits for\", which is not modelled yet; "},
      {"app->>database: Set\napp-xservice: changed",
       "t.mmd:3:1: understood as \"a lost message between two apps\", which is not modelled yet; "},
  });
  EXPECT_EQ(outline_of("app->>database: Set\n%% stalemate: means local\napp-)service: log"), "set database#1");
}

TEST(ProtocolErrors, a_negated_verb_is_not_taken_for_the_verb) {
  for (const char* label : {"don't delete", "do not cache", "without deleting", "no update", "nothing to invalidate"}) {
    const std::string error = error_of_lines(std::string("app->>database: Set\napp->>cache: ") + label);
    EXPECT_TRUE(starts_with(error, std::string("t.mmd:3:1: cannot tell what \"") + label + "\" asks of the cache"))
        << error;
    EXPECT_TRUE(contains(error, "%% stalemate: means get (set, add, delete) before it")) << error;
  }
}

TEST(ProtocolErrors, labels_that_fit_nothing_list_what_would) {
  const std::string error = error_of_lines("app->>cache: frobnicate");
  EXPECT_TRUE(
      starts_with(error, "t.mmd:2:1: cannot tell what \"frobnicate\" asks of the cache; understood would be: get"));
  EXPECT_TRUE(contains(error, "%% stalemate: means"));
}

TEST(ProtocolErrors, replies_answer_the_latest_request) {
  expect_refused({
      {"cache-->>app: miss\napp->>cache: Get", "t.mmd:2:1: a reply from the cache, but nothing was asked of it"},
      {"app->>cache: Get\napp->>database: Get\ncache-->>app: miss",
       "t.mmd:4:1: a reply from the cache, but the latest "
       "request (line 3) went to the database"},
      {"app->>cache: Get\ncache-->>app: hit\ncache-->>app: hit",
       "t.mmd:4:1: the latest request (line 2) has its reply "},
      {"app<<->>cache: Get\ncache-->>app: hit", "t.mmd:3:1: the latest request (line 2) has its reply "},
      {"app-xcache: Get\ncache-->>app: hit", "t.mmd:3:1: a reply to a request that is drawn as lost in line 2"},
      {"app->>cache: Get\nopt maybe\napp->>database: Get\nend\ndatabase-->>app: row",
       "t.mmd:6:1: cannot tell which request "},
  });
}

TEST(ProtocolErrors, directives_are_strict) {
  expect_refused({
      {"%% stalemate: rool X = cache\napp->>cache: Get",
       "t.mmd:2:1: unknown directive \"rool\"; known are: role X = cache; "},
      {"%% stalemate: means frob\napp->>cache: Get", "t.mmd:2:1: \"means frob\" is not known"},
      {"app->>cache: Get\n%% stalemate: means get",
       "t.mmd:3:1: this says what the next arrow means, but no arrow follows"},
      {"%% stalemate: means ok\napp->>cache: Get", "t.mmd:2:1: the next arrow asks a server"},
      {"app->>cache: Get\n%% stalemate: means get\ncache-->>app: hit", "t.mmd:3:1: the next arrow is a reply"},
      {"app->>cache: Set\n%% stalemate: means miss\ncache-->>app: hit",
       "t.mmd:3:1: a set cannot turn out as miss, but as ok"},
      {"%% stalemate: branch = miss\napp->>cache: Get", "t.mmd:2:1: this says what a branch tests"},
      {"%% stalemate: operation =\napp->>cache: Get", "t.mmd:2:1: the operation has no name"},
  });
}

TEST(ProtocolErrors, a_diagram_that_asks_nothing_is_refused) {
  expect_refused(
      {{"user->>app: hello\napp-->>user: hi", "t.mmd:1:1: no arrow here goes from the app to a cache or a "}});
}

}  // namespace
}  // namespace stalemate::model
