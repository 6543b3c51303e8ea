// Pages that are read at first contact although they are not drawn by the book: for each kind what is read and told as
// an assumption, and what is so near to it that it is asked about all the same.
#include <gtest/gtest.h>

#include <string>

#include "model/understand/told_support.hpp"

namespace stalemate::model {
namespace {

void expect_assumed(const std::string& lines, const std::string& part) {
  EXPECT_TRUE(contains(describe_reading(read_lines(lines)), part)) << describe_reading(read_lines(lines));
}

const std::string kStores = "participant C as Redis\nparticipant D as Postgres\n";
const std::string kLocal = "participant L as Local LRU cache\nparticipant D as Postgres\n";

TEST(ProtocolKinds, a_change_confirmed_behind_a_call_of_the_apps_own_cache_was_waited_for) {
  const std::string late = kLocal + "user->>app: save\napp->>D: UPDATE seat\napp->>L: drop seat\n";
  EXPECT_EQ(told(late + "D-->>app: row id\napp-->>user: saved\n"), "Write: set database#2; delete cache#3; ack");
  expect_assumed(late + "D-->>app: ok\napp-->>user: saved\n",
                 "it is drawn behind the call of the app's own cache in line 6, and the app is taken to have waited");
}

TEST(ProtocolKinds, another_late_reply_is_asked_about) {
  const std::string asks = "a reply comes before the next request";
  expect_asked(kStores + "user->>app: save\napp->>D: UPDATE seat\napp->>C: DEL seat\nD-->>app: ok\n", asks);
  expect_asked(kLocal + "user->>app: save\napp->>D: UPDATE seat\napp->>L: drop seat\nD-->>app: not found\n", asks);
  expect_asked(kLocal + "user->>app: save\napp->>D: UPDATE seat\napp->>L: drop seat\nD-->>app: timeout\n", asks);
  expect_asked(kLocal + "user->>app: load\napp->>D: SELECT seat\napp->>L: put seat\nD-->>app: row\n", asks);
  expect_asked(kLocal + "user->>app: save\napp->>D: UPDATE seat\napp->>L: drop seat\napp-->>user: ok\nD-->>app: ok\n",
               asks);
  expect_asked(kLocal + "user->>app: save\napp->>D: UPDATE seat\nD-->>app: ok\napp->>L: drop seat\nD-->>app: ok\n",
               asks);
  expect_asked(kLocal + "user->>app: save\napp-)D: UPDATE seat\napp->>L: drop seat\nD-->>app: ok\n", asks);
}

TEST(ProtocolKinds, who_is_told_in_a_note_where_nothing_follows_is_told_by_the_end) {
  const std::string read = kStores +
                           "app->>C: GET seat:1\nalt hit\nC-->>app: seat\nNote over app: Return immediately\n"
                           "else miss\napp->>D: SELECT seat\nD-->>app: row\napp->>C: SET seat:1\n";
  EXPECT_EQ(told(read + "Note over app: return it, ok\nend\n"),
            "Read: get cache#1; alt{value:  | miss: get database#3; if value; set cache#5}");
  expect_asked(read + "end\napp->>C: SET seen:1\n", "\"Return immediately\" may say that the operation ends here");
  const std::string write = kStores + "app->>D: UPDATE seat\nNote over app: ";
  expect_asked(write + "return 200 immediately\napp->>C: DEL seat:1\n", "tells that the caller is answered");
  expect_asked(kStores + "app->>D: UPDATE seat\napp->>C: DEL seat:1\nNote over app: the user got its reply before\n",
               "tells that the caller is answered");
}

TEST(ProtocolKinds, what_is_cached_and_valid_is_a_hit_beside_what_is_missing_or_expired) {
  const auto lines = [](const std::string& hit, const std::string& otherwise) {
    return kStores + "app->>C: GET seat:1\nalt " + hit + "\nC-->>app: seat\nelse " + otherwise +
           "\napp->>D: SELECT seat\napp->>C: SET seat:1 EX 60\nend\n";
  };
  for (const char* other : {"seat missing or expired", "Missing/Expired", "cache miss", "not found"}) {
    EXPECT_EQ(told(lines("Seat cached & valid", other)),
              "Read: get cache#1; alt{value:  | miss: get database#3; set cache#4}")
        << other;
  }
  expect_assumed(lines("cached and valid", "missing or expired"), "an entry that is there is taken to be valid");
  for (const char* other : {"stale", "invalid or missing", "soft expired", "", "not valid"})
    expect_asked(lines("cached and valid", other), "is a hit or a miss");
  expect_asked(lines("valid", "missing or expired"), "is a hit or a miss");
  expect_asked(lines("cached and fresh", "missing or expired"), "is a hit or a miss");
}

TEST(ProtocolKinds, an_expired_entry_that_is_answered_with_its_old_value_is_asked_about) {
  const auto lines = [](const std::string& reply) {
    return kStores + "app->>C: GET seat:1\nalt hit and not expired\nC-->>app: seat\nelse expired\nC-->>app: " + reply +
           "\napp->>D: SELECT seat\napp->>C: SET seat:1\nend\n";
  };
  for (const char* reply : {"old seat", "stale seat"}) expect_asked(lines(reply), "tells of a value that is there");
  EXPECT_EQ(told(lines("nil")), "Read: get cache#1; alt{value:  | miss: get database#4; set cache#5}");
}

TEST(ProtocolKinds, what_is_not_in_the_cache_may_be_called_by_its_name) {
  const auto lines = [](const std::string& label) {
    return "participant M as In-process Map\nparticipant D as Postgres\napp->>M: get seat\nalt " + label +
           "\napp->>D: SELECT seat\napp->>M: put seat\nend\n";
  };
  for (const char* label : {"not in map", "not in the map", "Seat not in Map"})
    EXPECT_EQ(told(lines(label)), "Read: get cache#1; alt{miss: get database#2; set cache#3}") << label;
  for (const char* label : {"not in list", "not in map yet of VIPs"}) expect_asked(lines(label), "cannot tell whether");
}

TEST(ProtocolKinds, a_block_on_which_only_the_answer_depends_is_free) {
  const std::string read = kStores +
                           "user->>app: load\napp->>C: GET seat:1\nalt hit\nC-->>app: seat\nelse miss\n"
                           "app->>D: SELECT seat\nD-->>app: row or nothing\napp->>C: SET seat:1\nend\n";
  EXPECT_EQ(told(read + "alt seat exists\napp-->>user: 302\nelse seat not found\napp-->>user: 404\nend\n"),
            "Read: get cache#2; alt{value:  | miss: get database#4; set cache#6}; free alt{ack | ack}");
  expect_assumed(read + "alt seat exists\napp-->>user: 302\nelse seat not found\napp-->>user: 404\nend\n",
                 "nothing but what is answered depends on it");
  const std::string nested = kStores +
                             "user->>app: load\napp->>C: GET seat:1\nC-->>app: miss\napp->>D: SELECT seat\n"
                             "app->>C: SET seat:1\n";
  EXPECT_EQ(told(nested + "alt not found\napp-->>user: none\nelse found\napp-->>user: seat\nend\n"),
            "Read: get cache#2; if miss; get database#4; set cache#5; free alt{ack | ack}");
  expect_asked(read +
                   "alt seat exists\napp->>C: SET basket\napp-->>user: 200\nelse seat not found\napp-->>user: 404\n"
                   "end\n",
               "it depends on the branch taken before");
  expect_asked(nested + "opt not found\napp->>app: count it\nend\napp-->>user: seat\n", "is not modelled");
  expect_asked(nested + "alt not found\napp->>C: DEL seat:1\napp-->>user: none\nelse found\napp-->>user: seat\nend\n",
               "\"a branch about the get in line 7 behind the set in line 8\"");
}

TEST(ProtocolKinds, one_call_drawn_on_a_miss_and_on_a_hit_is_one_operation) {
  const std::string miss =
      "user->>app: findSeat(7)\napp->>C: get seat:7\nC-->>app: miss\napp->>D: select seat 7\n"
      "D-->>app: row\napp->>C: set seat:7\napp-->>user: seat\n";
  const std::string hit = "user->>app: findSeat(7)\napp->>C: get seat:7\nC-->>app: hit\napp-->>user: seat\n";
  const std::string one = "Read: get cache#2; if miss; get database#4; if value; set cache#6; ack";
  EXPECT_EQ(told(kStores + miss + hit), one);
  EXPECT_EQ(told(kStores + hit + miss), one);
  expect_assumed(kStores + miss + hit, "one way through the operation in line 4");
  expect_asked(kStores + hit + hit, "a second operation is called");
  expect_asked(kStores + miss +
                   "user->>app: findSeat(7)\napp->>C: get seat:7\nC-->>app: hit\napp->>C: delete seat:7\n"
                   "app-->>user: seat\n",
               "a second operation is called");
  expect_asked(kStores + miss + "user->>app: findSeat(7)\napp->>C: get basket:7\nC-->>app: hit\napp-->>user: seat\n",
               "a second operation is called");
}

TEST(ProtocolKinds, a_look_up_drawn_under_hit_and_under_miss_is_one_operation) {
  const auto lines = [](const std::string& one, const std::string& other, const std::string& more) {
    return kStores + "participant app\nNote over app: " + one + "\napp->>C: get seat:7\nC-->>app: seat\n" + more +
           "Note over app: " + other +
           "\napp->>C: get seat:7\nC-->>app: nil\napp->>D: select seat\napp->>C: set seat:7\n";
  };
  const std::string one = "Read: get cache#1; if miss; get database#3; set cache#4";
  EXPECT_EQ(told(lines("Cache hit", "Cache miss", "")), one);
  EXPECT_EQ(told(lines("Scenario 1: hit", "Scenario 2: miss", "")), one);
  expect_assumed(lines("Cache hit", "Cache miss", ""), "it is taken as a hit, as the text says that stands above it");
  expect_asked(lines("First", "Cache miss", ""), "cannot tell whether \"seat\" is a hit or a miss");
  expect_asked(lines("Hit of the old page", "Cache miss", ""), "cannot tell whether \"seat\" is a hit or a miss");
  expect_asked(lines("Cache hit", "Cache miss", "app->>C: delete seat:7\n"), "this one has no name");
}

}  // namespace
}  // namespace stalemate::model
