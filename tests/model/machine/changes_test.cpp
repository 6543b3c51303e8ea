// Writes that change what is there: sums that say which changes are in them, so that one that is lost or made twice
// shows. That a search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "machine/amounts.hpp"
#include "model/machine/play_support.hpp"
#include "reduce/symmetry.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

const std::string kRead =
    "Note over app: Read\napp->>cache: GET item:1\nalt hit\ncache-->>app: value\nelse miss\napp->>database: SELECT "
    "item\napp->>cache: SET item:1\nend\n";
Protocol page(const std::string& write, const std::string& read = kRead) {
  return read_protocol("sequenceDiagram\n" + read + "Note over app: Write\n" + write, "c.mmd", {});
}
const std::string kByTheServer = "app->>database: UPDATE t SET n = n + 1\napp->>cache: DEL item:1\n";
const std::string kByTheApp =
    "app->>database: SELECT t\napp->>database: UPDATE t SET n = the n that was read plus 1\napp->>cache: DEL item:1\n";
const std::string kIfVersion =
    "app->>database: SELECT t\napp->>database: UPDATE t SET n = the n that was read plus 1 WHERE version is as read\n"
    "alt conflict\napp->>app: give up\nelse ok\napp->>cache: DEL item:1\nend\n";

Play play(const Protocol& protocol, const std::vector<std::string>& apps, const std::vector<std::string>& faults = {},
          bool cached = false) {
  return Play(protocol, scenario(apps, faults, cached));
}
Verdict verdict(const std::string& property, const std::string& write, const std::vector<std::string>& apps,
                const std::vector<std::string>& faults = {}) {
  CheckOptions options;
  options.properties = {property};
  return check(page(write), scenario(apps, faults), options).verdict;
}
const std::vector<std::string> kTwo = {"write", "write"};

TEST(Amounts, a_sum_says_how_often_each_change_is_in_it) {
  const Amounts sums(3, 2, false);
  EXPECT_EQ(sums.values(), 27U);
  const unsigned both = sums.change_of(1) + sums.change_of(3) + sums.change_of(3);
  EXPECT_EQ(sums.times(both, 1), 1U);
  EXPECT_EQ(sums.times(both, 2), 0U);
  EXPECT_EQ(sums.times(both, 3), 2U);
  EXPECT_EQ(sums.shown(both), 1201);
  EXPECT_EQ(sums.shown(0), 1000);
  EXPECT_EQ(sums.shown_change(sums.change_of(2)), 10);
  EXPECT_EQ(Amounts(2, 1, true).shown(0), 0) << "counted up from nothing";
  EXPECT_EQ(Amounts().shown(0), 1000);
  EXPECT_EQ(Amounts().shown(7), 7);
}

// There are fewer sums than Writes then, and each Write that is acknowledged before it writes has a place of its own.
TEST(Changes, a_change_that_no_run_makes_leaves_room_to_remember_who_was_told) {
  const std::string told = "actor user\napp-->>user: accepted\napp->>cache: DEL item:1\n";
  const std::string never = "alt failure\napp->>database: UPDATE t SET n = n + 1\nend\n";
  for (const char* const property : {"fresh-reads", "read-your-writes"})
    EXPECT_EQ(verdict(property, told + never, {"read | write; read"}), Verdict::kViolated) << property;
}

TEST(Changes, a_server_changes_what_it_has_and_an_app_what_it_has_read) {
  Play server = play(page(kByTheServer), kTwo);
  server.take({"invoke app1 write", "invoke app2 write", "handle app1 write:1"});
  EXPECT_EQ(server.last().request->value, 1) << "the change alone travels";
  EXPECT_EQ(server.take({"handle app2 write:1"}).stored(), 1011);
  Play app = play(page(kByTheApp), kTwo);
  app.take({"invoke app1 write", "invoke app2 write", "handle app1 write:1", "handle app2 write:1",
            "receive app1 write:1", "receive app2 write:1", "handle app1 write:2"});
  EXPECT_EQ(app.last().request->value, 1001);
  EXPECT_EQ(app.stored(), 1001);
  EXPECT_EQ(app.take({"handle app2 write:2"}).stored(), 1010) << "the first is lost";
}

TEST(Changes, an_update_that_compares_the_version_is_refused_where_somebody_was_faster) {
  Play raced = play(page(kIfVersion), kTwo);
  raced.take({"invoke app1 write", "invoke app2 write", "handle app1 write:1", "handle app2 write:1",
              "receive app1 write:1", "receive app2 write:1", "handle app1 write:2", "handle app2 write:2"});
  EXPECT_EQ(raced.last().reply->outcome, "conflict");
  EXPECT_EQ(raced.last().request->version, 0);
  EXPECT_EQ(raced.stored(), 1001);
  Play after = play(page(kIfVersion), kTwo);
  after.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2",
              "invoke app2 write", "handle app2 write:1", "receive app2 write:1", "handle app2 write:2"});
  EXPECT_EQ(after.last().request->version, 1);
  EXPECT_EQ(after.stored(), 1011);
}

TEST(Changes, a_counter_in_the_cache_starts_from_nothing_unless_it_is_to_be_there) {
  Play counts = play(page("app->>database: UPDATE t SET n = n + 1\napp->>cache: INCRBY item:1 1\n"), {"write"});
  counts.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(counts.cached(), 1);
  EXPECT_EQ(counts.stored(), 1) << "rows are taken to start from 0, too";
  const Protocol there =
      page("app->>database: UPDATE t SET n = n + 1\napp->>cache: INCRBY item:1 1 only if it exists (one script)\n");
  Play absent = play(there, {"write"});
  absent.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(absent.last().reply->outcome, "conflict");
  EXPECT_EQ(absent.cached(), std::nullopt);
  Play filled = play(there, {"write"}, {}, true);
  filled.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(filled.cached(), 1001);
}

TEST(Changes, what_the_database_has_made_of_one_is_what_the_app_stores) {
  Play through = play(page("app->>database: UPDATE t SET n = n + 1 RETURNING n\napp->>cache: SET item:1\n"), kTwo);
  through.take({"invoke app1 write", "handle app1 write:1"});
  EXPECT_EQ(through.last().reply->outcome, "ok");
  EXPECT_EQ(through.last().reply->value, 1001);
  through.take({"receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(through.cached(), 1001);
}

TEST(NoLostUpdate, is_broken_by_who_stores_what_it_has_read_and_kept_by_who_lets_the_server_add_or_compares) {
  EXPECT_EQ(verdict("no-lost-update", kByTheApp, kTwo), Verdict::kViolated);
  EXPECT_EQ(verdict("acknowledged-survives", kByTheApp, kTwo), Verdict::kViolated);
  for (const std::string& write : {kByTheServer, kIfVersion}) {
    EXPECT_EQ(verdict("no-lost-update", write, kTwo), Verdict::kHolds);
    EXPECT_EQ(verdict("acknowledged-survives", write, kTwo), Verdict::kHolds);
  }
  EXPECT_EQ(verdict("no-lost-update", "app->>database: UPDATE t SET n = 2\n", kTwo), Verdict::kInconclusive)
      << "nothing is changed there";
}

TEST(NoLostUpdate, is_broken_by_a_change_that_is_made_twice) {
  EXPECT_EQ(verdict("no-lost-update", kByTheServer, {"write"}, {"duplicate"}), Verdict::kViolated);
  EXPECT_EQ(verdict("acknowledged-survives", kByTheServer, {"write"}, {"duplicate"}), Verdict::kHolds);
  EXPECT_EQ(verdict("no-lost-update", kIfVersion, {"write"}, {"duplicate"}), Verdict::kHolds);
  EXPECT_EQ(verdict("no-lost-update", kByTheServer, {"write"}, {"late-request"}), Verdict::kHolds)
      << "what its writer gave up is in there once";
}

TEST(NoLostUpdate, is_told_by_what_is_missing_or_too_many) {
  const auto told = [](const std::string& write, const std::vector<std::string>& apps,
                       const std::vector<std::string>& faults, const std::string& property) {
    CheckOptions options;
    options.properties = {property};
    return traces::find_renderer("text")->render(*check(page(write), scenario(apps, faults), options).trace, {});
  };
  const std::string lost = "changes k1 by 1 and was acknowledged (step ";
  EXPECT_TRUE(contains(told(kByTheApp, kTwo, {}, "no-lost-update"), lost));
  EXPECT_TRUE(
      contains(told(kByTheApp, kTwo, {}, "no-lost-update"), "that is not in the 1010 that the database holds."));
  EXPECT_TRUE(contains(told(kByTheApp, kTwo, {}, "acknowledged-survives"), lost));
  EXPECT_TRUE(contains(told(kByTheServer, {"write"}, {"duplicate"}, "no-lost-update"),
                       "that is 2 times in the 1002 that the database holds."));
  EXPECT_TRUE(contains(told(kByTheServer, {"write"}, {"duplicate"}, "no-lost-update"),
                       "1, 10, 100, ... more for each time the first, second, third write, ... is in it"));
}

// A sum does not say by itself whose changes are in it, as the number of a Write does.
TEST(Changes, who_makes_them_is_not_exchanged_and_who_reads_is) {
  const auto symmetry = [](const std::vector<std::string>& apps) {
    return Symmetry::of(
        make_machine(page(kByTheServer), scenario(apps, {}), {"coherent-at-rest"}, Granularity::kPlain));
  };
  EXPECT_TRUE(std::holds_alternative<std::string>(symmetry({"write", "write", "write", "read"})));
  EXPECT_TRUE(std::holds_alternative<Symmetry>(symmetry({"write", "write", "read", "read"})));
}

TEST(Changes, so_many_are_told_apart_as_a_state_has_room_for) {
  const auto error = [](const std::vector<std::string>& apps, const std::vector<std::string>& faults) {
    return error_of(
        [&] { make_machine(page(kByTheServer), scenario(apps, faults), {"no-lost-update"}, Granularity::kPlain); });
  };
  EXPECT_EQ(error(std::vector<std::string>(6, "write"), {}), "no error") << "2^6 sums";
  EXPECT_TRUE(contains(error(std::vector<std::string>(7, "write"), {}), "in more ways than a state can tell apart"));
  EXPECT_EQ(error(kTwo, {"duplicate=6"}), "no error") << "8^2 sums";
  EXPECT_TRUE(contains(error(kTwo, {"duplicate=7"}), "in more ways than a state can tell apart"));
}

}  // namespace
}  // namespace stalemate::model
