// Gets that watch and sets that ask whether what is watched has changed: memcached's gets and cas, Redis's WATCH and
// EXEC. What voids a watch is told by steps; that a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

// A Read that fills what it watched, and a Write that deletes or sets in the cache.
std::string page(const std::string& get, const std::string& fill, const std::string& write) {
  return "sequenceDiagram\nNote over app: Read\n" + get + "\nalt hit\ncache-->>app: value\nelse miss\n" +
         "app->>database: Get value\n" + fill + "\nend\nNote over app: Write\n" + write;
}
const std::string kWatch = "app->>cache: WATCH k, GET k";
const std::string kExec = "app->>cache: MULTI, SET k, EXEC";
const std::string kGets = "app->>cache: gets k";
const std::string kCas = "app->>cache: cas k";
const std::string kDelete = "app->>cache: DEL k\napp->>database: Set value";
const std::string kSet = "app->>cache: SET k\napp->>database: Set value";

// How the fill of a first Read turns out, where this happens between its look-up and the fill.
std::string fill_after(const std::string& text, const std::vector<std::string>& between, bool cached = false,
                       const std::vector<std::string>& faults = {}) {
  Play play(read_protocol(text, "watch.mmd", {}), scenario({"read", "write"}, faults, cached));
  play.take(
      {"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:3", "receive app1 read:3"});
  play.take(between);
  play.take({"handle app1 read:4"});
  return play.last().reply->outcome;
}
const std::vector<std::string> kWriterChangesTheCache = {"invoke app2 write", "handle app2 write:1"};

TEST(Watch, a_fill_is_refused_where_the_key_was_set_or_deleted_since) {
  EXPECT_EQ(fill_after(page(kWatch, kExec, kSet), {}), "ok");
  EXPECT_EQ(fill_after(page(kWatch, kExec, kSet), kWriterChangesTheCache), "conflict");
  EXPECT_EQ(fill_after(page(kWatch, kExec, kSet), {"invoke app2 write"}), "ok") << "it is only on its way";
}

TEST(Watch, deleting_what_is_not_there_is_no_change) {
  EXPECT_EQ(fill_after(page(kWatch, kExec, kDelete), kWriterChangesTheCache), "ok");
}

TEST(Watch, a_compare_and_set_names_what_a_get_found_and_has_nothing_to_name_after_a_miss) {
  EXPECT_EQ(fill_after(page(kGets, kCas, kDelete), {}), "conflict");
}

// Both look up what is there; the first to replace it takes the other's number away, be it by the same value.
const std::string kReplaces = "sequenceDiagram\nNote over app: Read\n" + kGets + "\ncache-->>app: value\n" + kCas +
                              "\nNote over app: Write\napp->>cache: SET k\napp->>database: Set value\n";

TEST(Watch, to_store_the_same_value_again_is_a_change) {
  Play play(read_protocol(kReplaces, "watch.mmd", {}), scenario({"read", "read"}, {}, true));
  play.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "invoke app2 read", "handle app2 read:1",
             "receive app2 read:1", "handle app1 read:3"});
  EXPECT_EQ(play.last().reply->outcome, "ok");
  EXPECT_EQ(play.cached(), 1000);
  play.take({"handle app2 read:3"});
  EXPECT_EQ(play.last().reply->outcome, "conflict");
}

TEST(Watch, what_the_cache_drops_has_changed_and_a_restart_ends_every_watch) {
  Play evicted(read_protocol(kReplaces, "watch.mmd", {}), scenario({"read"}, {"evict"}, true));
  evicted.take(
      {"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "evict cache k1", "handle app1 read:3"});
  EXPECT_EQ(evicted.last().reply->outcome, "conflict");
  EXPECT_EQ(fill_after(page(kWatch, kExec, kDelete), {"cache-restart"}, false, {"cache-restart"}), "conflict")
      << "nothing is there to be lost, but the connection ends";
  EXPECT_EQ(fill_after(page(kWatch, kExec, kDelete), {"cache-failover"}, false, {"cache-failover"}), "conflict")
      << "the replica has the same, but the connection ends";
}

TEST(Watch, a_late_fill_takes_along_what_it_asks_about) {
  const std::string text = page(kWatch, kExec, kSet);
  for (const bool changed : {false, true}) {
    Play play(read_protocol(text, "watch.mmd", {}), scenario({"read", "write"}, {"late-request"}));
    play.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:3",
               "receive app1 read:3", "late-request app1 read:4"});
    if (changed) play.take(kWriterChangesTheCache);
    play.take({"handle app1 read:4 ghost"});
    EXPECT_EQ(play.cached(), changed ? 1 : 1000);
  }
}

TEST(Watch, a_lost_reply_to_the_look_up_leaves_nothing_watched) {
  Play play(read_protocol(page(kWatch, kExec, kSet), "watch.mmd", {}), scenario({"read"}, {"lost-reply@read:1"}));
  play.take({"invoke app1 read", "handle app1 read:1", "lose-reply app1 read:1", "handle app1 read:3",
             "receive app1 read:3", "handle app1 read:4"});
  EXPECT_EQ(play.last().reply->outcome, "conflict");
}

TEST(Watch, a_watched_fill_closes_the_race_of_the_late_fill_and_a_plain_one_does_not) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  const auto verdict = [&](const std::string& get, const std::string& fill) {
    const std::string text = page(get, fill, "app->>database: Set value\napp->>cache: SET k");
    return check(read_protocol(text, "watch.mmd", {}), scenario({"read", "write"}, {}), options).verdict;
  };
  EXPECT_EQ(verdict(kWatch, kExec), Verdict::kHolds);
  EXPECT_EQ(verdict("app->>cache: GET k", "app->>cache: SET k"), Verdict::kViolated);
  EXPECT_EQ(verdict("app->>cache: GET k", kExec), Verdict::kViolated) << "EXEC without WATCH is never refused";
}

}  // namespace
}  // namespace stalemate::model
