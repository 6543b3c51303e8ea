// `check --as-drawn`: what a race shows is taken as it is drawn, whatever the model does is found again in its drawing,
// and what cannot happen says where.
#include "ask/as_drawn.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ask/walk.hpp"
#include "model/understand/protocol_support.hpp"
#include "stores_of.hpp"

namespace stalemate::model {
namespace {

const std::string kBegin =
    "sequenceDiagram\nparticipant A as App 1\nparticipant B as App 2\nparticipant X as App 3\n"
    "participant C as Redis\nparticipant D as Postgres\n";

AsDrawn taken(const std::string& lines, const AsDrawnOptions& options = {}) {
  const Protocol protocol = read_protocol(kBegin + lines, "t.mmd", {});
  return as_drawn(protocol, protocol.races.at(0), options);
}

TEST(AsDrawn, the_late_fill_happens_and_ends_wrong) {
  const AsDrawn race = taken("A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n");
  EXPECT_EQ(race.answer, AsDrawn::Answer::kEndsWrong);
  EXPECT_EQ(race.broken, std::vector<std::string>{"coherent-at-rest"});
  ASSERT_TRUE(race.trace.has_value());
  EXPECT_EQ(race.trace->steps.size(), 12U) << "five requests, each handled and answered, and two invokes";
  EXPECT_EQ(race.trace->property, "coherent-at-rest");
}

TEST(AsDrawn, runs_each_operation_once) {
  AsDrawnOptions options;
  options.given.retries = 1;
  EXPECT_TRUE(contains(error_of([&] {
                         taken("A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n",
                               options);
                       }),
                       "leave out --retries"));
}

TEST(AsDrawn, in_another_order_the_same_arrows_end_right) {
  const AsDrawn race = taken("A->>C: GET k\nC-->>A: nil\nB->>D: UPDATE\nA->>D: SELECT\nA->>C: SET k\nB->>C: DEL k\n");
  EXPECT_EQ(race.answer, AsDrawn::Answer::kEndsRight);
  EXPECT_TRUE(race.broken.empty());
  EXPECT_EQ(database_of(race.trace.value().steps.back().after).at(0).value, 1);
}

TEST(AsDrawn, a_reply_comes_where_it_is_drawn) {
  // The row is read before the change and arrives after it; or is read after it.
  const std::string rest = "B->>D: UPDATE\nB->>C: DEL k\n";
  const AsDrawn early = taken("A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\n" + rest + "D-->>A: row\nA->>C: SET k\n");
  EXPECT_EQ(early.answer, AsDrawn::Answer::kEndsWrong);
  const AsDrawn late = taken("A->>C: GET k\nC-->>A: nil\n" + rest + "A->>D: SELECT\nD-->>A: row\nA->>C: SET k\n");
  EXPECT_EQ(late.answer, AsDrawn::Answer::kEndsRight);
}

TEST(AsDrawn, a_read_that_begins_behind_the_write_must_not_be_stale) {
  const AsDrawn race = taken(
      "A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\nX->>C: GET k\nC-->>X: "
      "hit\n");
  EXPECT_EQ(race.broken, (std::vector<std::string>{"coherent-at-rest", "fresh-reads"}));
}

TEST(AsDrawn, a_hit_at_the_start_is_one_of_an_entry_that_is_cached) {
  const std::string lines = "A->>C: GET k\nC-->>A: hit\nB->>D: UPDATE\nB->>C: DEL k\nA->>D: SELECT\n";
  const AsDrawn race = taken(lines);
  EXPECT_EQ(race.answer, AsDrawn::Answer::kEndsRight);
  EXPECT_TRUE(race.scenario.cached);
}

TEST(AsDrawn, what_cannot_happen_says_where_and_why) {
  const std::string miss =
      "A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nA->>C: SET k\nB->>D: UPDATE\nX->>C: GET k\nC-->>X: nil\nB->>C: DEL "
      "k\n";
  const AsDrawn race = taken(miss);
  EXPECT_EQ(race.answer, AsDrawn::Answer::kCannotHappen);
  EXPECT_EQ(
      race.why,
      "line 13: drawn is miss, but by then the cache answers GET k by value; where the entry went by itself before "
      "(its time to live, an eviction), say --fault evict");
  EXPECT_FALSE(race.trace.has_value());
  AsDrawnOptions evicted;
  evicted.given.fault = {"evict"};
  EXPECT_EQ(taken(miss, evicted).answer, AsDrawn::Answer::kEndsRight) << "with an eviction it can";
}

TEST(AsDrawn, what_a_cache_asks_itself_is_not_followed) {
  const AsDrawn race = taken(
      "%% stalemate: race\nA->>C: GET k\nC->>D: SELECT k\nD-->>C: row\nB->>D: UPDATE\nB->>C: DEL k\nC-->>A: value\n");
  EXPECT_EQ(race.answer, AsDrawn::Answer::kNotTold);
  EXPECT_TRUE(contains(race.why, "the cache itself asks the database")) << race.why;
}

TEST(AsDrawn, a_choice_in_the_race_is_no_one_order) {
  const AsDrawn race = taken("A->>C: GET k\nalt miss\nA->>D: SELECT\nend\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n");
  EXPECT_EQ(race.answer, AsDrawn::Answer::kNotTold);
  EXPECT_TRUE(contains(race.why, "line 8: a choice is drawn here"));
}

TEST(AsDrawn, it_ends_where_it_is_interrupted) {
  AsDrawnOptions options;
  options.interrupt = [](const sim::Progress&) { return std::optional<std::string>("stopped by hand"); };
  const AsDrawn race =
      taken("A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE\nB->>C: DEL k\nA->>C: SET k\n", options);
  EXPECT_EQ(race.answer, AsDrawn::Answer::kNotTold);
  EXPECT_EQ(race.why, "stopped by hand");
}

TEST(AsDrawn, what_is_written_on_the_arrows_has_to_fit) {
  // The row that is read is the old one although it is read after the change: that is not handled before.
  const AsDrawn late = taken(
      "B->>D: UPDATE p = 20\nA->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nD-->>A: 10\nB->>C: DEL k\nA->>C: SET k 10\n");
  EXPECT_EQ(late.answer, AsDrawn::Answer::kEndsWrong);
  EXPECT_TRUE(late.is_late);
  // The row is asked for before the change, and is the new one.
  const AsDrawn fresh =
      taken("A->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nB->>D: UPDATE p = 2\nD-->>A: 2\nB->>C: DEL k\nA->>C: SET k 2\n");
  EXPECT_EQ(fresh.answer, AsDrawn::Answer::kEndsRight);
  EXPECT_TRUE(fresh.is_late);
  // A value that nobody wrote, behind an answer to the change.
  const AsDrawn never =
      taken("B->>D: UPDATE p = 20\nD-->>B: OK\nA->>C: GET k\nC-->>A: nil\nA->>D: SELECT\nD-->>A: 10\nB->>C: DEL k\n");
  EXPECT_EQ(never.answer, AsDrawn::Answer::kCannotHappen);
  EXPECT_EQ(never.why, "line 12: drawn is 10, but by then it is the value that is drawn as 20 elsewhere");
}

TEST(AsDrawn, a_number_that_a_cache_answers_is_a_hit) {
  const AsDrawn race = taken("B->>D: UPDATE p = 20\nA->>C: GET k\nC-->>A: 10 (stale)\nB->>C: DEL k\n");
  EXPECT_EQ(race.answer, AsDrawn::Answer::kEndsRight);
  EXPECT_TRUE(race.scenario.cached);
}

// A walk through cache-aside, drawn as a race: a request where it is handled, a reply where it is received.
std::string drawn(const traces::Trace& walk) {
  std::string lines;
  std::map<int, std::string> asked;  // by app: the server
  for (const traces::Step& step : walk.steps) {
    const std::string app = fmt::format("App{}", step.app);
    if (step.kind == traces::StepKind::kHandle) {
      const traces::Request& request = step.request.value();
      const std::string words = request.to == "database" ? (request.verb == "get" ? "SELECT" : "UPDATE")
                                : request.verb == "get"  ? "GET k"
                                : request.verb == "set"  ? "SET k"
                                                         : "DEL k";
      asked[step.app] = request.to == "database" ? "D" : "C";
      lines += fmt::format("{}->>{}: {}\n", app, asked[step.app], words);
    } else if (step.kind == traces::StepKind::kReceive) {
      lines += fmt::format("{}-->>{}: {}\n", asked[step.app], app, step.reply.value().outcome);
    }
  }
  return lines;
}

TEST(AsDrawn, nothing_is_said_to_end_right_that_was_not_looked_at_to_its_end) {
  const std::string lines = "A->>C: GET k\nC-->>A: nil\nB->>D: UPDATE\nA->>D: SELECT\nB->>C: DEL k\nX->>C: GET k\n";
  AsDrawnOptions options;
  options.given.fault = {"duplicate=3", "late-request=2"};
  EXPECT_EQ(taken(lines, options).answer, AsDrawn::Answer::kEndsRight);
  int looks = 0;
  options.interrupt = [&](const sim::Progress&) {
    return ++looks > 1 ? std::optional<std::string>("stopped by hand") : std::nullopt;
  };
  const AsDrawn race = taken(lines, options);
  EXPECT_GT(looks, 1);
  EXPECT_EQ(race.answer, AsDrawn::Answer::kNotTold);
  EXPECT_EQ(race.why, "stopped by hand");
}

// A value of the walk as the race numbers it: writers are counted in the order of the instances there.
std::int64_t as_in(const AsDrawn& race, const traces::Scenario& walked, std::int64_t value) {
  std::int64_t written = 0;
  for (std::size_t app = 1; app <= walked.apps.size(); ++app) {
    if (walked.apps[app - 1] != "write" || ++written != value) continue;
    std::int64_t number = 0;
    for (const DrawnRace::Instance& instance : race.race.instances) {
      number += race.scenario.apps[static_cast<std::size_t>(&instance - race.race.instances.data())] == "write" ? 1 : 0;
      if (instance.name == fmt::format("App {}", app)) return number;
    }
  }
  return value;
}

RC_GTEST_PROP(AsDrawn, whatever_the_model_does_is_found_again_in_its_drawing, ()) {
  const Protocol protocol = read_page("cache-aside").value();
  traces::Scenario scenario;
  const int apps = *rc::gen::inRange(2, 4);
  for (int i = 0; i < apps; ++i)
    scenario.apps.push_back(i == 0 ? "read" : *rc::gen::element<std::string>("read", "write"));
  Walk walk(protocol, scenario, {});
  while (!walk.enabled().empty()) walk.take(*rc::gen::inRange<std::size_t>(0, walk.enabled().size()));
  const traces::Trace done = walk.trace();
  std::string text = "sequenceDiagram\n%% stalemate: race\n";
  for (int i = 1; i <= apps; ++i) text += fmt::format("participant App{} as App {}\n", i, i);
  text += "participant C as Redis\nparticipant D as Postgres\n" + drawn(done);
  const Protocol race = read_protocol(text, "t.mmd", {});
  const AsDrawn again = as_drawn(race, race.races.at(0), {});
  RC_ASSERT(again.trace.has_value());
  const traces::State& end = done.steps.back().after;
  const traces::State& end_again = again.trace->steps.back().after;
  const auto renumbered = [&](std::optional<std::int64_t> value) {
    if (value) value = as_in(again, scenario, *value);
    return value;
  };
  RC_ASSERT(cache_of(end_again).at(0).value == renumbered(cache_of(end).at(0).value));
  RC_ASSERT(database_of(end_again).at(0).value == renumbered(database_of(end).at(0).value));
}

}  // namespace
}  // namespace stalemate::model
