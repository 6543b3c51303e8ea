// What is published to all app instances: each that is up hears of it at most once, at any later moment, and drops what
// its local cache has. That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kParticipants =
    "sequenceDiagram\nparticipant near as In-process cache\nparticipant bus as Pub/sub\nparticipant others as "
    "In-process "
    "cache of every other instance\n";
const std::string kRead =
    "Note over app: Read\napp->>near: GET item:1\nalt hit\nnear-->>app: value\nelse miss\napp->>database: SELECT "
    "item\napp->>near: SET item:1\nend\n";
const std::string kPublishes = kParticipants + kRead +
                               "Note over app: Write\napp->>database: UPDATE item\napp->>near: DEL item:1\napp->>bus: "
                               "publish that item:1 has changed\nbus-)others: delete item:1\n";
const std::string kTracked =
    "sequenceDiagram\nparticipant near as In-process cache\n" + kRead +
    "Note over app: Write\napp->>database: UPDATE item\ndatabase-)near: item:1 has changed (to every instance)\n";

Play play(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = true) {
  return Play(read_protocol(text, "d.mmd", {}), scenario(apps, faults, cached));
}

// "app1 1000, app2 - (1)": what the local caches have, and how often each is to hear.
std::string local(const Play& play) {
  const traces::State state = play.state();
  std::string text;
  for (const traces::Contents& contents : state.stores) {
    if (contents.store.find(" of ") == std::string::npos) continue;
    text += (text.empty() ? "" : ", ") + contents.store.substr(contents.store.rfind(' ') + 1) + " " +
            (contents.entries.at(0).value ? std::to_string(*contents.entries.at(0).value) : "-");
    for (const traces::Delivery& delivery : state.deliveries)
      if (delivery.store == contents.store) text += " (" + std::to_string(delivery.count) + ")";
  }
  return text;
}

const std::vector<std::string> kWrites = {"invoke app1 write", "handle app1 write:1", "receive app1 write:1",
                                          "call app1 write:2", "handle app1 write:3"};

Verdict verdict(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults,
                bool cached = true) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  return check(read_protocol(text, "d.mmd", {}), scenario(apps, faults, cached), options).verdict;
}

TEST(Deliveries, every_other_instance_hears_of_what_is_published) {
  Play three = play(kPublishes, {"write", "read", "read"});
  three.take(kWrites);
  EXPECT_EQ(local(three), "app1 -, app2 1000 (1), app3 1000 (1)");
  three.take({"receive app1 write:3"});
  EXPECT_FALSE(three.last().endings.empty());
  EXPECT_TRUE(three.can("deliver local cache of app2 k1"));
  three.take({"deliver local cache of app3 k1"});
  EXPECT_EQ(local(three), "app1 -, app2 1000 (1), app3 -");
  EXPECT_FALSE(three.can("deliver local cache of app3 k1"));
  three.take({"deliver local cache of app2 k1"});
  EXPECT_EQ(local(three), "app1 -, app2 -, app3 -");
}

TEST(Deliveries, nothing_is_at_rest_while_somebody_is_to_hear) {
  EXPECT_EQ(verdict(kPublishes, {"write", "read"}, {}, false), Verdict::kViolated) << "a late fill";
  EXPECT_EQ(verdict(kPublishes, {"write", "read"}, {}), Verdict::kHolds) << "nothing is filled late";
  EXPECT_EQ(verdict(kPublishes, {"write", "write"}, {}), Verdict::kHolds);
  EXPECT_EQ(verdict(kPublishes, {"write", "write"}, {"lost-delivery=1"}), Verdict::kViolated);
  EXPECT_EQ(verdict(kPublishes, {"write", "write"}, {"lost-message@write:3=1"}), Verdict::kViolated)
      << "the publish itself is lost";
}

TEST(Deliveries, one_that_is_lost_is_not_heard_of) {
  Play two = play(kPublishes, {"write", "read"}, {"lost-message=1"});
  two.take(kWrites).take({"lose-delivery local cache of app2 k1"});
  EXPECT_EQ(local(two), "app1 -, app2 1000");
}

TEST(Deliveries, who_is_down_hears_nothing_more) {
  Play two = play(kPublishes, {"write", "read; read"}, {"crash=1"});
  two.take(kWrites).take({"invoke app2 read", "crash app2 read:1"});
  EXPECT_EQ(local(two), "app1 -, app2 -") << "what was on its way is gone with it";
  Play before = play(kPublishes, {"write", "read; read"}, {"crash=1"});
  before.take({"invoke app2 read", "crash app2 read:1"}).take(kWrites);
  EXPECT_EQ(local(before), "app1 -, app2 -");
}

TEST(Deliveries, a_database_that_tells_by_itself_tells_who_wrote_too) {
  Play two = play(kTracked, {"write", "read"});
  two.take({"invoke app1 write", "handle app1 write:1"});
  EXPECT_EQ(local(two), "app1 1000 (1), app2 1000 (1)");
  const std::vector<traces::Contents> stores = two.state().stores;
  EXPECT_EQ(stores.size(), 3U) << "there is no channel";
}

// A process that notes a miss, or leaves a placeholder, stores only if nothing was cleared since: it has a lease.
TEST(Deliveries, what_is_heard_of_voids_what_was_left_on_a_miss) {
  const auto guarded = [](const std::string& get, const std::string& denied, const std::string& put) {
    return kParticipants + "Note over app: Read\napp->>near: " + get + "\nalt hit\nnear-->>app: value\nelse " + denied +
           "\napp->>database: SELECT item\nelse miss\napp->>database: SELECT item\napp->>near: " + put +
           "\nend\nNote over app: Write\napp->>database: UPDATE item\napp->>near: DEL item:1\napp->>bus: publish that "
           "item:1 "
           "is gone\nbus-)others: delete item:1\n";
  };
  const std::string notes = guarded("get item:1, note the miss", "miss, somebody else loads",
                                    "put item:1 unless it was cleared since the miss");
  const std::string leaves = guarded("get item:1, leave a placeholder on a miss", "placeholder of somebody else",
                                     "put item:1 if the placeholder is still there");
  for (const std::string& page : {notes, leaves}) {
    EXPECT_EQ(verdict(page, {"read", "write"}, {}, false), Verdict::kHolds) << page;
    EXPECT_EQ(verdict(page, {"read", "write"}, {"lost-delivery=1"}, false), Verdict::kViolated) << page;
    Play two = play(page, {"read", "write"}, {}, false);
    two.take({"invoke app1 read", "call app1 read:1"});
    EXPECT_EQ(two.last().reply->outcome, "granted");
  }
}

TEST(Deliveries, what_is_drawn_otherwise_is_asked_about_or_refused) {
  const auto error = [](const std::string& text) { return error_of([&] { read_protocol(text, "d.mmd", {}); }); };
  const std::string write = kParticipants + kRead + "Note over app: Write\napp->>database: UPDATE item\n";
  EXPECT_TRUE(contains(error(write + "app->>bus: publish: delete item:1\n"), "nobody is drawn who hears of what"));
  EXPECT_TRUE(
      contains(error(write + "bus-)others: delete item:1\n"), "what is heard of here is no publish right before it"));
  EXPECT_TRUE(
      contains(error(write + "app->>bus: item:1\nbus-)others: delete item:1\n"), "says that something has changed"));
  EXPECT_TRUE(contains(error(write + "app->>bus: publish that item:1 has changed\nbus-)near: delete item:1\n"),
                       "which app instances hear of this?"));
  EXPECT_TRUE(contains(error(write + "app->>others: delete item:1\n"), "asking the cache of other app instances"));
  EXPECT_TRUE(contains(error(write + "app->>bus: publish that item:1 has changed\nbus-xothers: delete item:1\n"),
                       "a delivery that is lost or answered"));
  EXPECT_TRUE(contains(error(write + "app->>bus: don't publish that item:1 has changed\nbus-)others: delete item:1\n"),
                       "whether anybody hears of a change is not clear"));
  EXPECT_TRUE(
      contains(error("sequenceDiagram\nparticipant bus as Pub/sub\nparticipant others as In-process cache of every "
                     "other instance\nNote over app: Write\napp->>database: UPDATE item\napp->>bus: publish that "
                     "item:1 has changed\nbus-)others: delete item:1\n"),
               "is a cache of other app instances, and none of this one is drawn"));
  EXPECT_TRUE(
      contains(error(kParticipants + "Note over app: Read\napp->>near: GET item:1\napp->>near: GET items:all\n"
                                     "app->>database: SELECT item\napp->>near: SET item:1\napp->>near: SET items:all\n"
                                     "Note over app: Write\napp->>database: UPDATE item\napp->>bus: publish that "
                                     "item:1 has changed\nbus-)others: delete item:1\n"),
               "publishing which of several entries has changed"));
}

}  // namespace
}  // namespace stalemate::model
