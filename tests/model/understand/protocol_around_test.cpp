// What a request asks where its words alone do not say: by what stands around it, by a verb that says so only where it
// leads, and by how its arrow is drawn.
#include <gtest/gtest.h>

#include <string>

#include "../../../model/understand/src/vocabulary/vocabulary.hpp"
#include "model/understand/told_support.hpp"

namespace stalemate::model {
namespace {

const std::string kStores = "participant C as Redis\nparticipant D as Postgres\n";
const std::string kUnknown = "cannot tell what";

// A Read in which the database is asked with this label, and answers so.
std::string read(const std::string& label, const std::string& reply = "result",
                 const std::string& fill = "SET seat:1") {
  return kStores + "app->>C: GET seat:1\nalt hit\nC-->>app: seat\nelse miss\napp->>D: " + label +
         "\nD-->>app: " + reply + "\napp->>C: " + fill + "\nend\n";
}

TEST(ProtocolAround, what_is_asked_on_a_miss_and_fills_the_cache_is_a_read) {
  for (const char* label : {"run SQL", "graph resolution", "join all parts", "seats of the hall"})
    EXPECT_EQ(told(read(label)), "Read: get cache#1; alt{value:  | miss: get database#3; if value; set cache#5}")
        << label;
  EXPECT_TRUE(contains(describe_reading(read_lines(read("run SQL"))), "\"run SQL\" is taken as a read"));
  for (const char* label :
       {"provision a seat", "init seat", "run procedure", "process the order", "claim a seat", "rebuild totals"})
    expect_asked(read(label), kUnknown);
  for (const char* reply : {"ok", "saved", "1 row affected", "failed"}) expect_asked(read("run SQL", reply), kUnknown);
  expect_asked(read("run SQL", "result", "DEL seat:1"), kUnknown);
  expect_asked(kStores + "app->>D: run SQL\nD-->>app: result\napp->>C: SET seat:1\n", kUnknown);
  expect_asked(kStores +
                   "app->>C: GET seat:1\nalt miss\nC-->>app: nil\nelse hit\napp->>D: run SQL\nD-->>app: result\n"
                   "app->>C: SET seat:1\nend\n",
               kUnknown);
  expect_asked(kStores + "app->>C: GET seat:1\nalt miss\napp->>D: run SQL\napp->>C: SET seat:1\nend\n", kUnknown);
}

TEST(ProtocolAround, what_would_fill_by_itself_looks_where_the_filling_is_drawn) {
  for (const char* label :
       {"remember('seat:1')", "Cache::remember('seat:1', 60)", "getOrCreate(seat:1)", "getOrSet seat:1"}) {
    EXPECT_EQ(told(kStores + "app->>C: " + label +
                   "\nalt cache miss\napp->>D: SELECT seat\nD-->>app: row\napp->>C: store it\nend\n"),
              "Read: get cache#1; alt{miss: get database#2; if value; set cache#4}")
        << label;
  }
  const std::string asks = kStores + "user->>app: load\napp->>C: getOrCreate(seat:1)\n";
  const std::string own = "C->>D: SELECT seat\nD-->>C: row\n";
  EXPECT_TRUE(contains(describe_reading(read_lines(asks + own + "C-->>app: seat\napp-->>user: seat\n")),
                       "the app asks the cache to get the key"));
  EXPECT_TRUE(contains(describe_reading(read_lines(asks + "alt hit\nC-->>app: seat\nelse miss\n" + own +
                                                   "C-->>app: seat\nend\napp-->>user: seat\n")),
                       "the cache itself asks the database"));
  EXPECT_TRUE(contains(describe_reading(read_lines(kStores + "app->>C: remember seat\nC->>D: UPDATE seat\nD-->>C: ok\n"
                                                             "C-->>app: ok\n")),
                       "(write-through)"));
  expect_asked(
      kStores + "app->>C: getOrSet seat:1 (with lock)\nalt cache miss\napp->>D: SELECT seat\napp->>C: store it\nend\n",
      "read and change in one step");
  expect_asked(kStores + "app->>C: getOrCreate(seat:1)\napp->>D: SELECT seat\n", "getOrCreate");
  expect_asked(kStores + "app->>C: getOrCreate(seat:1)\nalt cache miss\napp->>D: SELECT seat\nend\n", "getOrCreate");
  EXPECT_EQ(told(kStores + "app->>D: SELECT seat\napp->>C: remember the seat\n"), "Read: get database#1; set cache#2");
}

TEST(ProtocolAround, verbs_that_lead_a_label_ask_for_something) {
  for (const char* label : {"mark seat taken", "record the sale", "link seat to order", "revoke the session",
                            "archive seat", "toggle seat", "cancel booking", "then mark seat taken"}) {
    const RequestWords words = leading_request(label);
    EXPECT_TRUE(words.kind == RequestWords::Kind::kVerb && words.verb == Verb::kSet && words.of_row) << label;
  }
  for (const char* label : {"verify ownership", "count seats", "aggregate sales", "validate the password"}) {
    const RequestWords words = leading_request(label);
    EXPECT_TRUE(words.kind == RequestWords::Kind::kVerb && words.verb == Verb::kGet && words.of_row) << label;
  }
  for (const char* label : {"promote to hot cache", "prime seat:1", "hydrate the seat"}) {
    const RequestWords words = leading_request(label);
    EXPECT_TRUE(words.kind == RequestWords::Kind::kVerb && words.verb == Verb::kSet && !words.of_row) << label;
  }
  for (const char* label : {"the record", "a link", "seat count", "don't mark it", "its count"})
    EXPECT_TRUE(leading_request(label).kind == RequestWords::Kind::kNothing) << label;
  EXPECT_EQ(leading_request("get record count").verb, Verb::kGet);
  EXPECT_EQ(leading_request("verify and update the row").verb, Verb::kSet);
  EXPECT_TRUE(request_words("cancel booking").kind == RequestWords::Kind::kNothing) << "of anybody else it may be said";
  EXPECT_EQ(
      told(kStores + "user->>app: cancel\napp->>D: UPDATE seat\napp->>C: DEL seat:1\napp->>billing: cancel booking\n"
                     "app-->>user: ok\n"),
      "Write: set database#2; delete cache#3; ack");
  EXPECT_EQ(told(kStores + "app->>D: mark seat taken\napp->>C: DEL seat:1\n"), "Write: set database#1; delete cache#2");
  expect_asked(kStores + "app->>D: verify the address\nD-->>app: updated\napp->>C: DEL user:1\n", kUnknown);
  expect_asked(kStores + "app->>D: UPDATE seat\napp->>C: mark seat:1\n", "asks of the cache");
  expect_asked(kStores + "app->>C: verify seat:1\napp->>D: SELECT seat\n", "asks of the cache");
}

TEST(ProtocolAround, a_dotted_change_that_nobody_waits_for_is_sent_off) {
  const std::string lines = kStores + "app->>D: UPDATE seat\napp";
  EXPECT_EQ(told(lines + "-->>C: DEL seat:1 (fire and forget)\n"), "Write: set database#1; delete cache#2~");
  EXPECT_EQ(told(lines + "-->>C: DEL seat:1\n"), "Write: set database#1; delete cache#2");
  expect_asked(lines + "->>C: DEL seat:1 (fire and forget)\n", "nobody waits");
}

TEST(ProtocolAround, a_server_that_can_be_reached_has_done_what_it_confirms) {
  const auto lines = [](const std::string& label, const std::string& reply) {
    return kStores + "app->>D: DELETE seat 1\nD-->>app: deleted\napp->>C: UNLINK seat:1\nalt " + label +
           "\nC-->>app: " + reply + "\nelse Redis down\nC-->>app: error\napp->>app: warn\nend\n";
  };
  EXPECT_TRUE(contains(told(lines("Redis available", "deleted")), "alt{ok:")) << told(lines("Redis available", "ok"));
  expect_asked(lines("feature available", "deleted"), "cannot tell whether");
  expect_asked(lines("Redis available and VIP", "deleted"), "cannot tell whether");
}

}  // namespace
}  // namespace stalemate::model
