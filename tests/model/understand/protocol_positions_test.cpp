// Who is told by what they do, where no name tells: what is drawn decides, and it is printed as an assumption. And what
// more a diagram shows by position: layers of one app instance, calls to others, a reply within a label.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string read_as(const std::string& lines) {
  const std::string error = error_of_lines(lines);
  return error == "no error" ? outline(read_lines(lines).operations.at(0).body) : error;
}

// What `stalemate read` says of each participant.
std::string told(const std::string& lines) { return describe_reading(read_lines(lines)); }

TEST(ProtocolPositions, who_asks_the_servers_is_the_app_whatever_its_name) {
  const std::string lines = "Import->>redis: get\nredis-->>Import: nil\nImport->>postgres: get\nImport->>redis: set";
  EXPECT_EQ(read_as(lines), "get cache#1; if miss; get database#3; set cache#4");
  EXPECT_TRUE(contains(told(lines), "\"Import\" asks the servers itself, so it is the app; say role Import = outside"));
}

TEST(ProtocolPositions, what_is_asked_first_and_filled_is_the_cache_and_what_it_is_filled_with_the_database) {
  const std::string lines =
      "participant K as Kept tariffs\nparticipant T as Tariffs\nuser->>app: show\napp->>K: get tariff\nK-->>app: "
      "nothing\n"
      "app->>T: get tariff\nT-->>app: tariff\napp->>K: store tariff\napp-->>user: it";
  EXPECT_EQ(read_as(lines), "get cache#2; if miss; get database#4; set cache#6; ack");
  EXPECT_TRUE(contains(told(lines), "is asked first, and filled with what another server had"));
}

TEST(ProtocolPositions, who_only_asks_the_app_is_outside_and_who_passes_on_is_a_layer) {
  const std::string lines =
      "Shopper->>Shelf: show\nShelf->>api: show\napi->>cache: get\ncache-->>api: hit\napi-->>Shelf: "
      "it\nShelf-->>Shopper: it";
  EXPECT_EQ(read_as(lines), "get cache#3; if value; ack");
  EXPECT_TRUE(contains(told(lines), "\"Shopper\" only asks the app, so it is outside"));
  EXPECT_TRUE(contains(told(lines), "\"Shelf\" passes on to the app what it is asked, so it is the app"));
}

TEST(ProtocolPositions, who_is_told_and_keeps_nothing_is_a_third_party) {
  const std::string lines =
      "user->>app: book\napp->>database: set\napp->>Card: charge 24.00\nCard-->>app: done\n"
      "app->>cache: delete\napp-->>user: ok";
  EXPECT_EQ(read_as(lines), "set database#2; delete cache#5; ack");
  EXPECT_TRUE(contains(told(lines), "\"Card\" is told and asked, but keeps nothing that is read here"));
  EXPECT_EQ(read_as("app->>database: set\napp->>Rates: GET /rates/eur\nRates-->>app: 200\napp->>cache: delete"),
            "set database#1; delete cache#4")
      << "a call over HTTP asks no store";
}

TEST(ProtocolPositions, without_a_database_nobody_is_passed_over) {
  EXPECT_TRUE(contains(read_as("app->>cache: get\napp->>Engine: compute report\nEngine-->>app: it\napp->>cache: set"),
                       "cannot tell what \"Engine\" is; likeliest a database"));
}

TEST(ProtocolPositions, a_queue_that_nobody_takes_from_is_told_and_that_is_all) {
  EXPECT_EQ(read_as("app->>database: set\napp->>cache: delete\napp-)kafka: send event"),
            "set database#1; delete cache#2");
  EXPECT_EQ(read_as("participant Q as Job queue\napp->>database: set\napp->>Q: order a key\napp->>cache: delete"),
            "set database#1; delete cache#3");
  EXPECT_TRUE(contains(read_as("app->>database: set\napp->>kafka: publish changed\nkafka->>app: changed"),
                       "\"a message of a queue\""))
      << "something comes from it";
  EXPECT_TRUE(
      contains(read_as("app->>database: set\napp->>sqs: enqueue delete of the entry"), "\"a message of a queue\""))
      << "it is told to change the cache";
}

TEST(ProtocolPositions, apps_that_call_one_another_are_layers_of_one_instance) {
  EXPECT_EQ(read_as("user->>controller: save\ncontroller->>service: save\nservice->>database: update\n"
                    "service-->>controller: done\ncontroller->>cache: delete\ncontroller-->>user: ok"),
            "set database#3; delete cache#5; ack");
  EXPECT_TRUE(contains(read_as("participant A as App 1\nparticipant B as App 2\nA->>cache: get\nB->>database: set"),
                       "\"B\" also asks the servers"));
}

TEST(ProtocolPositions, a_stick_figure_that_is_asked_for_what_is_kept_is_not_outside) {
  const std::string asked = "app->>cache: get\ncache-->>app: miss\napp->>L: load it once\nL-->>app: it\n";
  EXPECT_TRUE(contains(read_as("actor L as Loads\n" + asked + "app->>database: get\napp->>cache: set\n"),
                       "cannot tell what \"L\" is"));
  EXPECT_TRUE(contains(told("actor L as Loads\n" + asked + "app->>cache: set\n"), "so it is a database"));
  EXPECT_EQ(read_as("actor L as Alice\napp->>cache: get\ncache-->>app: miss\napp->>database: get\napp->>L: shown\n"),
            "get cache#1; if miss; get database#3; ack");
}

TEST(ProtocolPositions, a_block_whose_branches_begin_with_what_others_answer_is_free) {
  const std::string lines =
      "app->>database: set\napp->>payment: charge\nalt card refused\npayment-->>app: refused\napp-->>user: error\n"
      "else charged\npayment-->>app: charged\napp->>cache: delete\napp-->>user: ok\nend";
  EXPECT_EQ(read_as(lines), "set database#1; free alt{nack | delete cache#6; ack}");
  EXPECT_TRUE(contains(told(lines), "it is about what others answer, so it is free"));
}

TEST(ProtocolPositions, a_label_may_say_how_its_request_turned_out) {
  for (const char* label :
       {"get user:7 (miss)", "GET user:7 => nil", "get user:7 -> not found", "get user:7, returns nothing"})
    EXPECT_EQ(read_as("app->>cache: " + std::string(label) + "\napp->>database: get\napp->>cache: SET user:7"),
              "get cache#1; if miss; get database#2; set cache#3")
        << label;
  for (const char* label : {"get(key)", "GET user (JSON)", "get user (7)"})
    EXPECT_EQ(read_as("app->>cache: " + std::string(label) + "\ncache-->>app: miss\napp->>database: get"),
              "get cache#1; if miss; get database#3")
        << label;
}

TEST(ProtocolPositions, an_operation_that_asks_no_server_is_none) {
  const Protocol protocol =
      read_lines("user->>app: who am I\napp-->>user: you\nuser->>app: write it\napp->>database: set\napp-->>user: ok");
  ASSERT_EQ(protocol.operations.size(), 1U);
  EXPECT_EQ(outline(protocol.operations[0].body), "set database#2; ack");
  EXPECT_TRUE(contains(describe_reading(protocol), "asks neither a cache nor a database: no operation"));
  EXPECT_TRUE(contains(describe_reading(protocol), "answers outside, and ends no operation"));
}

TEST(ProtocolPositions, an_app_that_only_a_queue_calls_is_a_worker) {
  const std::string lines =
      "participant MQ as SQS\nparticipant Fn as Refund lambda\napp->>database: set\napp->>MQ: refund\n"
      "MQ->>Fn: refund\nFn->>database: set\n";
  const std::string said = error_of_lines(lines);
  EXPECT_TRUE(contains(said, "t.mmd:7:1: understood as \"a message of a worker\"")) << said;
  EXPECT_FALSE(contains(said, "also asks the servers")) << said;
  EXPECT_TRUE(contains(error_of_lines(lines + "user->>Fn: refund\n"), "also asks the servers"));
}

}  // namespace
}  // namespace stalemate::model
