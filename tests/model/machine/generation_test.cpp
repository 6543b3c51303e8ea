// Storing by generation: a value is stored only if a counter, in a key of its own or beside it, is as it was read
// before. The counter is a number like any other: lost and counted up again, it may be what it was. That a search
// agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "model/machine/play_support.hpp"

namespace stalemate::model {
namespace {

std::string page(const std::string& read, const std::string& purge) {
  return "sequenceDiagram\nNote over app: Read\napp->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\n"
         "app->>cache: " +
         read +
         "\napp->>database: SELECT item\napp->>cache: save item:1 only if the generation is as read (one script)\n"
         "end\nNote over app: Write\napp->>database: UPDATE item\napp->>cache: " +
         purge + "\n";
}

const std::string kBeside = page("GET gen:item:1", "purge item:1: delete it and count its generation up (one script)");
const std::string kInside =
    page("HGET item:1 generation", "purge item:1: delete it and count its generation up (one script)");

Play play(const std::string& text, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(read_protocol(text, "g.mmd", {}), scenario(apps, faults, cached));
}

// What the cache has of the row, entry by entry: a value, "generation 2", both or nothing.
std::string cached(const Play& play) {
  std::string text;
  const traces::State state = play.state();
  for (const traces::Entry& entry : cache_of(state)) {
    text += text.empty() ? "" : ", ";
    text += entry.value ? std::to_string(*entry.value) : entry.generation ? "" : "nothing";
    if (entry.generation) text += " generation " + std::to_string(*entry.generation);
  }
  return text;
}

const std::vector<std::string> kReadsTheRow = {"invoke app1 read",   "handle app1 read:1",  "receive app1 read:1",
                                               "handle app1 read:3", "receive app1 read:3", "handle app1 read:4",
                                               "receive app1 read:4"};
const std::vector<std::string> kWrites = {"invoke app2 write", "handle app2 write:1", "receive app2 write:1",
                                          "handle app2 write:2"};

TEST(Generations, a_fill_is_refused_where_somebody_has_counted_up_since) {
  for (const std::string& text : {kBeside, kInside}) {
    Play raced = play(text, {"read", "write"});
    raced.take(kReadsTheRow).take(kWrites).take({"handle app1 read:5"});
    EXPECT_EQ(raced.last().reply->outcome, "conflict");
    EXPECT_EQ(raced.last().request->generation, 0);
    Play alone = play(text, {"read", "write"});
    alone.take(kWrites).take(kReadsTheRow).take({"handle app1 read:5"});
    EXPECT_EQ(alone.last().reply->outcome, "ok");
    EXPECT_EQ(alone.last().request->generation, 1);
    EXPECT_EQ(cached(alone), text == kBeside ? "1,  generation 1" : "1 generation 1");
  }
}

TEST(Generations, what_counts_up_in_the_same_hash_keeps_the_generation_and_takes_the_value) {
  Play of_hash = play(kInside, {"write", "write"}, {}, true);
  of_hash.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"})
      .take(kWrites);
  EXPECT_EQ(cached(of_hash), " generation 2");
}

TEST(Generations, one_that_is_lost_and_counted_up_again_is_as_it_was) {
  const Protocol beside = read_protocol(kBeside, "g.mmd", {});
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  EXPECT_EQ(check(beside, scenario({"read", "write", "write"}, {}), options).verdict, Verdict::kHolds);
  EXPECT_EQ(check(beside, scenario({"read", "write", "write"}, {"evict"}), options).verdict, Verdict::kViolated)
      << "read as 1, evicted, counted up to 1 again";
}

TEST(Generations, where_its_reading_times_out_nothing_is_stored) {
  Play blind = play(kBeside, {"read", "write"}, {"lost-reply"});
  blind.take({"invoke app1 read", "handle app1 read:1", "receive app1 read:1", "handle app1 read:3",
              "lose-reply app1 read:3", "handle app1 read:4", "receive app1 read:4"});
  EXPECT_TRUE(blind.last().sends.empty());
  EXPECT_EQ(blind.last().endings.size(), 1U);
}

TEST(Generations, a_delete_of_what_is_not_there_changes_what_is_counted_alone) {
  Play purged = play(kBeside, {"read", "write"});
  purged.take(kWrites);
  EXPECT_EQ(cached(purged), "nothing,  generation 1");
}

}  // namespace
}  // namespace stalemate::model
