// Where another operation begins although nothing from outside says so: by what a request says of itself, and in what
// one instance of a race does. And who takes part under a name that several kinds of participants have.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/told_support.hpp"

namespace stalemate::model {
namespace {

const std::string kStores = "participant C as Redis\nparticipant D as Postgres\n";
const std::string kRead = "app->>C: GET seat:1\nC-->>app: miss\napp->>D: SELECT seat\napp->>C: SET seat:1\n";
const std::string kBegins = "does another operation begin here";

TEST(ProtocolParts, a_request_that_says_which_operation_it_begins_begins_one) {
  EXPECT_EQ(told(kStores + "app->>D: UPDATE seat\napp->>C: DEL seat\napp->>C: Next read\nC-->>app: miss\n"
                           "app->>D: fetch seat\napp->>C: SET seat\n"),
            "Write: set database#1; delete cache#2 // Read: get cache#1; if miss; get database#3; set cache#4");
  EXPECT_EQ(told(kStores + kRead + "app->>D: UPDATE seat (write path)\napp->>C: DEL seat:1\n"),
            "Read: get cache#1; if miss; get database#3; set cache#4 // Write: set database#1; delete cache#2");
  EXPECT_TRUE(contains(describe_reading(read_lines(kStores + kRead + "app->>D: UPDATE seat (write path)\n")),
                       "another operation begins here; write %% stalemate: operation continues before it"));
  expect_asked(kStores + "app->>D: UPDATE seat\napp->>C: DEL seat:1\n" + kRead, kBegins);
  expect_asked(kStores + kRead + "app->>D: UPDATE seat\napp->>C: DEL seat:1\n", kBegins);
  expect_asked(kStores + kRead + "app->>D: UPDATE seat (read path)\napp->>C: DEL seat:1\n", kBegins);
}

TEST(ProtocolParts, an_instance_of_a_race_does_one_operation_after_another) {
  const std::string names = "participant A as Thread 1\nparticipant B as Thread 2\n" + kStores;
  EXPECT_EQ(told(names + "A->>C: GET k\nC-->>A: miss\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nB->>C: GET k\n"
                         "C-->>B: miss\nB->>D: SELECT\nB->>C: SET k\nA->>C: SET k\n"),
            "Read: get cache#1; if miss; get database#3; set cache#4 // Write: set database#1; delete cache#2");
  EXPECT_EQ(told(names + "A->>C: GET k\nC-->>A: miss\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n"
                         "Note over C: too late\nA->>C: GET k\nC-->>A: hit\n"),
            "Read: get cache#1; if miss; get database#3; set cache#4 // Write: set database#1; delete cache#2");
  // Who looks twice before he fills what is missing has not done with it.
  expect_asked(names +
                   "A->>C: GET k\nC-->>A: miss\nA->>C: GET k\nC-->>A: miss\nA->>D: SELECT\nB->>D: UPDATE\n"
                   "B->>C: DEL k\nA->>C: SET k\nB->>D: SELECT\nB->>C: SET k\nB->>D: UPDATE\nB->>C: DEL k\n",
               kBegins);
}

TEST(ProtocolParts, services_that_each_do_a_whole_operation_in_turn_are_instances) {
  const std::string names = "participant W as Order Service\nparticipant R as Catalog Service\n" + kStores;
  const std::string write = "W->>D: UPDATE seat\nW->>C: DEL seat:1\n";
  EXPECT_EQ(told(names + write + "R->>C: GET seat:1\nC-->>R: null\nR->>D: SELECT seat\nR->>C: SET seat:1\n"),
            "Write: set database#1; delete cache#2 // Read: get cache#1; if miss; get database#3; set cache#4");
  const std::string two = "are they two app instances";
  expect_asked(names + write + "R->>D: SELECT seat\nR->>C: SET seat:1\n", two);  // a part of the Write, perhaps
  expect_asked(names + "W->>D: UPDATE seat\nR->>C: DEL seat:1\n", two);
  expect_asked(names + "W->>D: UPDATE seat\nR->>C: GET seat:1\nR->>D: SELECT seat\nR->>C: SET seat:1\n", two);
}

TEST(ProtocolParts, layers_before_the_app_are_the_app) {
  EXPECT_EQ(
      told("participant U as User\nparticipant E as ALB\nparticipant F as AuthFilter\nparticipant S as Service\n" +
           kStores +
           "U->>E: GET\nE->>F: forward\nF->>S: pass\nS->>C: GET seat:1\nC-->>S: miss\nS->>D: SELECT seat\n"
           "S->>C: SET seat:1\nS-->>E: seat\nE-->>U: seat\n"),
      "Read: get cache#4; if miss; get database#6; set cache#7; ack");
  expect_asked("participant A as Auth Service\n" + kStores +
                   "user->>app: GET\napp->>A: who is it\nA->>Z: ask\napp->>C: GET seat:1\n",
               "\"Z\"");
}

TEST(ProtocolParts, who_asks_both_stores_itself_is_the_app_whatever_its_name) {
  const std::string lines =
      "participant A as AcmeAuth\n" + kStores + "user->>A: log in\nA->>C: GET user:1\nC-->>A: miss\n";
  EXPECT_EQ(told(lines + "A->>D: SELECT user\nA->>C: SET user:1\nA-->>user: in\n"),
            "Read: get cache#2; if miss; get database#4; set cache#5; ack");
}

TEST(ProtocolParts, a_store_that_asks_the_database_is_a_layer_of_the_app) {
  const auto lines = [](const std::string& name) {
    return "participant S as " + name + "\n" + kStores +
           "user->>app: save\napp->>S: save seat\nS->>D: UPDATE seat\nS->>C: DEL seat:1\nS-->>app: ok\napp-->>user: "
           "ok\n";
  };
  EXPECT_EQ(told(lines("SeatStore")), "Write: set database#3; delete cache#4; ack");
  EXPECT_TRUE(contains(error_of_lines(lines("MySQL")), "a second database"));
  expect_asked(lines("SeatStore") + "S->>S: put it into a map of its own\n", "a second database");
  expect_asked(
      "participant S as SeatStore\nparticipant C as Redis\nuser->>app: save\napp->>S: save seat\n"
      "S->>C: DEL seat:1\nS-->>app: ok\napp-->>user: ok\n",
      "a message from the database to the cache");
}

TEST(ProtocolParts, a_cache_by_what_it_does_is_of_the_kind_its_name_says) {
  const auto lines = [](const std::string& name) {
    return "participant M as " + name +
           "\nparticipant D as Postgres\nuser->>app: load\napp->>M: get seat\nM-->>app: miss\n"
           "app->>D: SELECT seat\napp->>M: put seat\napp-->>user: seat\n";
  };
  EXPECT_TRUE(contains(describe_reading(read_lines(lines("In-process Map"))), "the local cache, one in each app"));
  EXPECT_TRUE(contains(describe_reading(read_lines(lines("Hash map"))), "the local cache, one in each app"));
  EXPECT_TRUE(contains(describe_reading(read_lines(lines("Board"))), "— the cache, by what it does"));
  expect_asked(lines("Sidecar"), "a cache of less than an app instance, or beside one");
}

TEST(ProtocolParts, who_asks_a_cache_for_others_and_is_no_store_by_its_name_is_the_app) {
  const auto lines = [](const std::string& name) {
    return "participant cache as " + name + "\n" + kStores +
           "user->>app: load\napp->>cache: getOrCreate(seat)\ncache->>C: GET seat:1\nC-->>cache: miss\ncache->>D: "
           "SELECT seat\n"
           "cache->>C: SET seat:1\ncache-->>app: seat\napp-->>user: seat\n";
  };
  for (const char* name : {"CacheService", "Cache library", "CacheManager", "cache client"})
    EXPECT_EQ(told(lines(name)), "Read: get cache#3; if miss; get database#5; set cache#6; ack") << name;
  EXPECT_NE(error_of_lines(lines("CacheService") + "cache->>cache: look into a map\n"), "no error");
  for (const char* name : {"Hybrid cache", "L1 cache", "In-memory CacheService", "Near cache client"})
    EXPECT_NE(error_of_lines(lines(name)), "no error") << name;
}

TEST(ProtocolParts, who_only_works_something_out_or_is_searched_is_a_third_party) {
  const std::string read = "user->>app: load\napp->>C: GET seat:1\nC-->>app: miss\napp->>D: SELECT seat\n";
  const std::string rest = "app->>C: SET seat:1\napp-->>user: seat\n";
  const std::string is = "Read: get cache#2; if miss; get database#4; set cache#7; ack";
  EXPECT_EQ(
      told("participant X as Cedar\n" + kStores + read + "app->>X: evaluate(policy, request)\nX-->>app: yes\n" + rest),
      is);
  EXPECT_EQ(told("participant X as Price server\n" + kStores + read + "app->>X: POST /prices/analysis\nX-->>app: ok\n" +
                 rest),
            is);
  EXPECT_EQ(told("participant X as Meilisearch\n" + kStores +
                 "user->>app: save\napp->>D: UPDATE seat\n"
                 "app->>C: DEL seat:1\napp->>X: update the index\napp-->>user: ok\n"),
            "Write: set database#2; delete cache#3; ack");
  for (const char* label : {"check permission", "is the user allowed?", "verify token", "can the user read it?"})
    EXPECT_EQ(told("participant X as Zanzi\n" + kStores + read + "app->>X: " + label + "\nX-->>app: yes\n" + rest), is)
        << label;
  expect_asked(
      "participant X as Zanzi\n" + kStores + read + "app->>X: check token and store it\nX-->>app: yes\n" + rest,
      "cannot tell what \"X\" is");
  expect_asked("participant X as Cedar\n" + kStores + read + "app->>X: load policy\nX-->>app: yes\n" + rest,
               "cannot tell what \"X\" is");
  expect_asked("participant X as Price server\n" + kStores + read + "app->>X: POST /prices\nX-->>app: ok\n" + rest,
               "\"X\" is called an app");
  expect_asked(
      "participant X as Price server\n" + kStores + read + "app->>X: evaluate and store price\nX-->>app: ok\n" + rest,
      "\"X\" is called an app");
}

}  // namespace
}  // namespace stalemate::model
