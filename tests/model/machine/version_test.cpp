// Storing by version: a value or a tombstone is stored only over what has a lower version, or over nothing. A version
// is how many commits of the row came before. That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

const std::string kFill = "app->>cache: set item:1 only if the version is newer";

std::string page(const std::string& fill, const std::string& invalidate) {
  return "sequenceDiagram\nNote over app: Read\napp->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\n"
         "app->>database: SELECT item\n" +
         fill + "\nend\nNote over app: Write\napp->>database: UPDATE item\n" + invalidate + "\n";
}

// What the cache has of the row, with its version.
std::string cached(const Play& play) {
  const traces::State state = play.state();
  const traces::Entry& entry = cache_of(state).at(0);
  const std::string version = entry.version ? " v" + std::to_string(*entry.version) : "";
  return entry.marker ? "marker" + version : entry.value ? std::to_string(*entry.value) + version : "nothing";
}

const std::vector<std::string> kReadsTheRow = {"invoke app1 read", "handle app1 read:1", "receive app1 read:1",
                                               "handle app1 read:3", "receive app1 read:3"};
const std::vector<std::string> kWrites = {"invoke app2 write", "handle app2 write:1", "receive app2 write:1",
                                          "handle app2 write:2"};

TEST(Versions, a_fill_that_comes_behind_a_newer_one_is_refused) {
  Play play(read_protocol(page(kFill, kFill), "v.mmd", {}), scenario({"read", "write"}, {}));
  play.take(kReadsTheRow).take(kWrites);
  EXPECT_EQ(cached(play), "1 v1");
  play.take({"handle app1 read:4"});
  EXPECT_EQ(play.last().reply->outcome, "conflict");
  EXPECT_EQ(play.last().request->version, 0);
  EXPECT_EQ(cached(play), "1 v1");
}

TEST(Versions, a_tombstone_keeps_older_fills_away_and_a_delete_takes_the_version_along) {
  Play buried(
      read_protocol(page(kFill, "app->>cache: mark item:1 deleted at this version, only if newer"), "v.mmd", {}),
      scenario({"read", "write"}, {}));
  buried.take(kReadsTheRow).take(kWrites);
  EXPECT_EQ(cached(buried), "marker v1");
  buried.take({"handle app1 read:4"});
  EXPECT_EQ(buried.last().reply->outcome, "conflict");
  Play deleted(read_protocol(page(kFill, "app->>cache: DEL item:1"), "v.mmd", {}), scenario({"read", "write"}, {}));
  deleted.take(kReadsTheRow).take(kWrites).take({"handle app1 read:4"});
  EXPECT_EQ(cached(deleted), "1000 v0") << "which is old, and nothing says so any more";
}

TEST(Versions, one_that_was_read_after_the_value_says_of_the_value_what_is_not_so) {
  const std::string text = page("app->>database: SELECT version of item\n" + kFill, "app->>cache: DEL item:1");
  Play play(read_protocol(text, "v.mmd", {}), scenario({"read", "write"}, {}));
  play.take(kReadsTheRow).take({"invoke app2 write", "handle app2 write:1", "handle app1 read:4"});
  EXPECT_EQ(play.last().reply->version, 1);
  play.take({"receive app1 read:4", "handle app1 read:5"});
  EXPECT_EQ(cached(play), "1000 v1");
}

TEST(Versions, who_does_not_know_the_version_of_its_write_stores_nothing) {
  traces::Scenario words = scenario({"write"}, {"lost-reply@write:1"});
  words.on_database_timeout = "continue";
  Play play(read_protocol(page(kFill, kFill), "v.mmd", {}), words);
  play.take({"invoke app1 write", "handle app1 write:1", "lose-reply app1 write:1"});
  EXPECT_TRUE(play.last().sends.empty());
  EXPECT_TRUE(play.enabled().empty());
}

TEST(Versions, a_late_fill_takes_its_version_along_and_a_repeated_write_is_a_version_more) {
  Play late(read_protocol(page(kFill, kFill), "v.mmd", {}), scenario({"read", "write"}, {"late-request@read"}));
  late.take(kReadsTheRow).take({"late-request app1 read:4"}).take(kWrites).take({"handle app1 read:4 ghost"});
  EXPECT_EQ(cached(late), "1 v1");
  Play twice(read_protocol(page(kFill, kFill), "v.mmd", {}), scenario({"write"}, {"duplicate@database"}));
  twice.take({"invoke app1 write", "duplicate app1 write:1", "handle app1 write:1", "handle app1 write:1 ghost"});
  const traces::State state = twice.state();
  EXPECT_EQ(database_of(state).at(0).version, 2);
}

TEST(Versions, the_newest_wins_and_plain_deletes_lose_what_is_known) {
  const auto verdict = [](const std::string& invalidate) {
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    return check(read_protocol(page(kFill, invalidate), "v.mmd", {}), scenario({"read", "write"}, {}), options).verdict;
  };
  EXPECT_EQ(verdict(kFill), Verdict::kHolds);
  EXPECT_EQ(verdict("app->>cache: mark item:1 deleted at this version, only if newer"), Verdict::kHolds);
  EXPECT_EQ(verdict("app->>cache: DEL item:1"), Verdict::kViolated);
}

TEST(Versions, where_none_can_be_known_is_said) {
  EXPECT_NE(
      error_of_text("sequenceDiagram\nNote over app: Write\n" + kFill + "\napp->>database: UPDATE item\n", "v.mmd")
          .find("no error"),
      std::string::npos)
      << "the page is read";
  EXPECT_THROW(Play(read_protocol("sequenceDiagram\nNote over app: Write\n" + kFill + "\napp->>database: UPDATE item\n",
                                  "v.mmd", {}),
                    scenario({"write"}, {})),
               InputError);
  EXPECT_TRUE(contains(error_of_lines("app->>cache: SELECT version of item\n"), "the version of an entry alone"));
  EXPECT_TRUE(contains(error_of_lines("app->>cache: set item:1 only if the version is not newer\n"), "not modelled"));
}

}  // namespace
}  // namespace stalemate::model
