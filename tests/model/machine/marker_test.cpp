// Markers: entries of a cache that are there and are no value, beside the row's or in its place. What each command
// makes of them is told by steps; that a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

std::string page(const std::string& read, const std::string& write) {
  return "sequenceDiagram\nNote over app: Read\n" + read + "\nNote over app: Write\n" + write;
}

// "k1=1000 k1/lock:item=marker~": what the cache has.
std::string cached(const Play& play) {
  const traces::State state = play.state();
  std::string text;
  for (const traces::Entry& entry : cache_of(state)) {
    if (!entry.value && !entry.marker) continue;
    text += (text.empty() ? "" : " ") + entry.key + "=" + (entry.marker ? "marker" : std::to_string(*entry.value)) +
            (entry.expires ? "~" : "");
  }
  return text;
}

const std::string kLockedRead =
    "app->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\napp->>cache: EXISTS lock:item:1\nalt exists\n"
    "app->>database: SELECT\nelse free\napp->>database: SELECT\napp->>cache: SET item:1\nend\nend";
const std::string kLockedWrite =
    "app->>cache: SET lock:item:1 EX 60\napp->>cache: DEL item:1\napp->>database: UPDATE\napp->>cache: DEL lock:item:1";

TEST(Marker, a_lock_beside_the_entry_is_seen_and_taken_away_again) {
  Play play(read_protocol(page(kLockedRead, kLockedWrite), "lock.mmd", {}), scenario({"read", "write"}, {}, true));
  play.take({"invoke app2 write", "handle app2 write:1"});
  EXPECT_EQ(cached(play), "k1=1000 k1/lock:item=marker~");
  play.take({"receive app2 write:1", "handle app2 write:2", "invoke app1 read", "handle app1 read:1",
             "receive app1 read:1", "handle app1 read:3"});
  EXPECT_EQ(play.last().reply->outcome, "marker");
  EXPECT_EQ(cached(play), "k1/lock:item=marker~");
  play.take({"receive app1 read:3"});
  EXPECT_EQ(play.last().sends.at(0).arrow, 4) << "it reads the database and does not fill";
  play.take({"receive app2 write:2", "handle app2 write:3", "receive app2 write:3", "handle app2 write:4"});
  EXPECT_EQ(cached(play), "");
}

TEST(Marker, the_time_of_a_lock_is_over_by_a_fault_alone_and_evictions_and_restarts_take_it) {
  const Protocol protocol = read_protocol(page(kLockedRead, kLockedWrite), "lock.mmd", {});
  const std::vector<std::string> locked = {"invoke app1 write", "handle app1 write:1"};
  Play safe(protocol, scenario({"write"}, {}));
  EXPECT_EQ(safe.take(locked).enabled().size(), 1U) << "only the reply may come";
  for (const char* step : {"expire-marker cache k1/lock:item", "evict cache k1/lock:item", "cache-restart"}) {
    Play play(protocol, scenario({"write"}, {"expire", "evict", "cache-restart"}));
    play.take(locked).take({step});
    EXPECT_EQ(cached(play), "") << step;
  }
  traces::Scenario held = scenario({"write"}, {"expire,evict"});
  held.no_expiry = true;
  EXPECT_FALSE(Play(protocol, held).take(locked).can("expire-marker cache k1/lock:item"));
  const std::string timed_read = "app->>cache: GET item:1\napp->>database: SELECT\napp->>cache: SET item:1 EX 60";
  Play beside(read_protocol(page(timed_read, kLockedWrite), "lock.mmd", {}), scenario({"write"}, {}, true));
  beside.take(locked);
  EXPECT_TRUE(beside.can("expire cache k1")) << "a value does of itself";
  EXPECT_FALSE(beside.can("expire cache k1/lock:item"));
}

TEST(Marker, a_failover_brings_a_lock_back_and_loses_the_one_that_was_set_last) {
  const Protocol protocol = read_protocol(page(kLockedRead, kLockedWrite), "lock.mmd", {});
  Play lost(protocol, scenario({"write"}, {"cache-failover"}));
  lost.take({"invoke app1 write", "handle app1 write:1", "cache-failover"});
  EXPECT_EQ(cached(lost), "");
  Play back(protocol, scenario({"write"}, {"cache-failover"}));
  back.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
             "receive app1 write:2", "handle app1 write:3", "receive app1 write:3", "handle app1 write:4",
             "cache-failover"});
  EXPECT_EQ(cached(back), "k1/lock:item=marker~");
}

TEST(Marker, one_in_place_of_the_value_keeps_an_add_away_and_counts_as_a_miss_where_no_branch_names_it) {
  const std::string text =
      page("app->>cache: GET item:1\ncache-->>app: miss\napp->>database: SELECT\napp->>cache: SET item:1 NX",
           "app->>database: UPDATE\napp->>cache: SET item:1 to DELETED");
  Play play(read_protocol(text, "tombstone.mmd", {}), scenario({"write", "read"}, {}));
  play.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(cached(play), "k1=marker");
  play.take({"invoke app2 read", "handle app2 read:1"});
  EXPECT_EQ(play.last().reply->outcome, "marker");
  play.take({"receive app2 read:1", "handle app2 read:3", "receive app2 read:3", "handle app2 read:4"});
  EXPECT_EQ(play.last().reply->outcome, "conflict");
  EXPECT_EQ(cached(play), "k1=marker");
}

const std::string kTaken =
    "app->>cache: GET item:1\ncache-->>app: miss\napp->>cache: SET lock:item:1 NX\nalt taken\napp->>database: SELECT\n"
    "else mine\napp->>database: SELECT\napp->>cache: SET item:1\napp->>cache: DEL lock:item:1\nend";

TEST(Marker, who_cannot_know_whether_the_lock_is_its_own_goes_on_without_it) {
  Play play(read_protocol(page(kTaken, "app->>database: UPDATE"), "lock.mmd", {}),
            scenario({"read"}, {"lost-reply@read:3"}));
  play.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:3"});
  EXPECT_EQ(play.last().reply->outcome, "ok");
  play.take({"lose-reply app1 read:3"});
  EXPECT_EQ(play.last().sends.at(0).arrow, 4);
  EXPECT_EQ(cached(play), "k1/lock:item=marker") << "nobody takes it away";
}

TEST(Marker, a_late_lock_is_taken_for_nobody) {
  Play play(read_protocol(page(kTaken, "app->>database: UPDATE"), "lock.mmd", {}),
            scenario({"read"}, {"late-request@read:3"}));
  play.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "late-request app1 read:3",
             "handle app1 read:4", "receive app1 read:4", "handle app1 read:3 ghost"});
  EXPECT_EQ(cached(play), "k1/lock:item=marker");
  EXPECT_TRUE(play.enabled().empty());
}

TEST(Marker, a_set_unless_looks_and_stores_in_one_step) {
  const std::string text = page(
      "app->>cache: GET item:1\ncache-->>app: miss\napp->>database: SELECT\napp->>cache: SET item:1 unless lock:item:1 "
      "exists",
      "app->>cache: SET lock:item:1\napp->>database: UPDATE");
  for (const bool locked : {false, true}) {
    Play play(read_protocol(text, "unless.mmd", {}), scenario({"read", "write"}, {}));
    play.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:3",
               "receive app1 read:3", "invoke app2 write"});
    if (locked) play.take({"handle app2 write:1"});
    play.take({"handle app1 read:4"});
    EXPECT_EQ(play.last().reply->outcome, locked ? "conflict" : "ok");
    EXPECT_EQ(cached(play), locked ? "k1/lock:item=marker" : "k1=1000");
  }
}

// memcached's gets gives a number to a marker, too, and one's own add of one gives one that nobody else has.
TEST(Marker, one_that_was_found_or_put_may_be_replaced_by_a_compare_and_set) {
  const std::string swap =
      "app->>cache: gets item:1\nalt hit\ncache-->>app: value\nelse locked\napp->>database: SELECT\n"
      "app->>cache: cas item:1\nelse absent\napp->>cache: add item:1 LOCKED\nalt stored\napp->>database: SELECT\n"
      "app->>cache: cas item:1\nend\nend";
  const Protocol protocol =
      read_protocol(page(swap, "app->>database: UPDATE\napp->>cache: DEL item:1"), "swap.mmd", {});
  const std::vector<std::string> locks = {"invoke app1 read",   "handle app1 read:1",  "receive app1 read:1",
                                          "handle app1 read:5", "receive app1 read:5", "handle app1 read:6",
                                          "receive app1 read:6"};
  Play alone(protocol, scenario({"read"}, {}));
  alone.take(locks).take({"handle app1 read:7"});
  EXPECT_EQ(cached(alone), "k1=1000");
  Play both(protocol, scenario({"read", "read"}, {}));
  both.take(locks).take({"invoke app2 read", "handle app2 read:1", "receive app2 read:1", "handle app2 read:3",
                         "receive app2 read:3", "handle app2 read:4"});
  EXPECT_EQ(both.last().reply->outcome, "ok") << "the second one replaces the lock that it found";
  both.take({"handle app1 read:7"});
  EXPECT_EQ(both.last().reply->outcome, "conflict") << "and so the first one's number is void";
}

// A list and an object made of the same row, each with an entry: the write must delete both.
TEST(Marker, every_value_entry_of_a_row_is_held_against_it) {
  const std::string read =
      "sequenceDiagram\nNote over app: Read object\napp->>cache: GET item:1\ncache-->>app: miss\napp->>database: "
      "SELECT\n"
      "app->>cache: SET item:1\nNote over app: Read list\napp->>cache: GET items\ncache-->>app: miss\n"
      "app->>database: SELECT\napp->>cache: SET items\nNote over app: Write\napp->>database: UPDATE\napp->>cache: DEL "
      "item:1\n";
  const auto verdict = [&](const std::string& text, const traces::Scenario& words) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    return check(read_protocol(text, "list.mmd", {}), words, options).verdict;
  };
  EXPECT_EQ(verdict(read, scenario({"write"}, {}, true)), Verdict::kViolated) << "the list stays as it was";
  EXPECT_EQ(verdict(read + "app->>cache: DEL items\n", scenario({"write; read"}, {}, true)), Verdict::kHolds);
}

TEST(Marker, an_entry_that_is_one_for_all_rows_leaves_room_for_one_row_and_there_are_so_many_entries) {
  const auto refusal = [](const std::string& text, int keys) {
    try {
      Play play(read_protocol(text, "keys.mmd", {}), scenario({"read", "write"}, {}, false, keys));
      return std::string("none");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
  };
  const std::string tagged = page(
      "app->>cache: GET item:1\ncache-->>app: miss\napp->>database: SELECT\napp->>cache: SET "
      "item:1\napp->>cache: SADD tag:items item:1",
      "app->>database: UPDATE\napp->>cache: SMEMBERS tag:items\nopt item:1 is in it\n"
      "app->>cache: DEL item:1\nend");
  EXPECT_EQ(refusal(tagged, 1), "none");
  EXPECT_EQ(
      refusal(tagged, 2),
      "--keys 2: \"tag:items\" is one entry for all rows, and then only one row is modelled; leave out --keys, or "
      "name the entry after its row, as in \"tag:items:1\"");
  const auto with_locks = [](int count) {
    std::string locks;
    for (int i = 0; i < count; ++i)
      locks += "\napp->>cache: SET lock:" + std::string(1, static_cast<char>('a' + i)) + ":1";
    return page("app->>cache: GET item:1\ncache-->>app: miss\napp->>database: SELECT\napp->>cache: SET item:1",
                "app->>database: UPDATE" + locks);
  };
  EXPECT_EQ(refusal(with_locks(15), 1), "none");
  EXPECT_EQ(refusal(with_locks(15), 4), "none");
  EXPECT_EQ(refusal(with_locks(15), 5),
            "--keys 5: the cache has 16 entries of each row, and at most 64 of all rows are possible");
  EXPECT_NE(refusal(with_locks(16), 1).find("more than 16 entries of one row"), std::string::npos);
}

TEST(Marker, the_fault_expire_is_known_where_nothing_expires_and_contradicts_no_expiry) {
  const Protocol protocol = read_protocol(page(kLockedRead, kLockedWrite), "lock.mmd", {});
  traces::Scenario held = scenario({"write"}, {"expire"});
  held.no_expiry = true;
  EXPECT_THROW(Play(protocol, held), InputError);
  const auto answer = [](const std::string& fill, const std::string& fault) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    const std::string read =
        "app->>cache: GET item:1\ncache-->>app: miss\napp->>database: SELECT\napp->>cache: " + fill;
    return check(read_protocol(page(read, "app->>database: UPDATE\napp->>cache: DEL item:1"), "e.mmd", {}),
                 scenario({"read"}, {fault}), options);
  };
  EXPECT_EQ(answer("SET item:1", "expire").verdict, Verdict::kInconclusive) << "no time is ever over";
  EXPECT_EQ(answer("SET item:1 EX 60", "expire=*").verdict, Verdict::kHolds) << "a value's time is over of itself";
  EXPECT_EQ(answer("SET item:1", "any").properties.at(0).why.find("expire"), std::string::npos)
      << "any is all that the page has something for";
}

}  // namespace
}  // namespace stalemate::model
