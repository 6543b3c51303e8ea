// The lesson's data: the whole state space of both sides, the story as a run through it, and the same operations on the
// database alone. The counts of states are check()'s own.
#include "ask/lesson.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ask/check.hpp"
#include "ask/explain.hpp"
#include "base/error.hpp"
#include "stores_of.hpp"

namespace stalemate::model {
namespace {

traces::Scenario scenario(std::vector<std::string> apps, std::vector<std::string> faults = {}, bool cached = false) {
  traces::Scenario words;
  words.apps = std::move(apps);
  words.faults = std::move(faults);
  words.cached = cached;
  return words;
}

// The steps of a run, and the state it leads to.
struct Taken {
  std::vector<traces::Step> steps;
  std::uint32_t end = 0;
};
Taken take(const traces::LessonSide& side, const traces::LessonRun& run) {
  Taken taken;
  for (const std::uint32_t choice : run) {
    const traces::LessonEdge& edge = side.states.at(taken.end).edges.at(choice);
    taken.steps.push_back(edge.step);
    taken.end = edge.target;
  }
  return taken;
}

std::vector<std::pair<int, std::string>> operations(const traces::LessonSide& side) {
  std::vector<std::pair<int, std::string>> started;
  for (const traces::Step& step : take(side, side.story).steps)
    if (step.kind == traces::StepKind::kInvoke) started.emplace_back(step.app, step.diagram + " " + step.key);
  return started;
}

Report exhausted(const Protocol& protocol, const traces::Scenario& words) {
  CheckOptions options;
  options.exhaust = true;
  return check(protocol, words, options);
}

TEST(Lesson, holds_the_states_and_steps_that_check_counts) {
  const traces::Scenario words = scenario({"read", "write"});
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), words, {});
  ASSERT_EQ(lesson.sides.size(), 2U);
  for (const auto& [side, name] :
       {std::pair(lesson.sides[0], "cache-aside"), std::pair(lesson.sides[1], "database-only")}) {
    const Report report = exhausted(read_page(name).value(), words);
    std::size_t edges = 0;
    std::uint64_t at_rest = 0;
    for (const traces::LessonState& state : side.states) {
      edges += state.edges.size();
      at_rest += state.at_rest ? 1 : 0;
    }
    EXPECT_EQ(side.states.size(), report.states) << name;
    EXPECT_EQ(edges, report.transitions) << name;
    EXPECT_EQ(at_rest, report.at_rest) << name;
  }
}

TEST(Lesson, the_story_is_the_shortest_trace_that_check_finds) {
  const traces::Scenario words = scenario({"read", "write"});
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), words, {});
  const traces::LessonSide& side = lesson.sides[0];
  CheckOptions as_by_default;
  as_by_default.reductions = Reductions::all();
  const Report report = check(read_page("cache-aside").value(), words, as_by_default);
  const Taken taken = take(side, side.story);
  EXPECT_EQ(side.broken, "coherent-at-rest");
  ASSERT_EQ(taken.steps.size(), report.trace->steps.size());
  std::uint32_t at = 0;
  for (std::size_t i = 0; i < taken.steps.size(); ++i) {
    at = side.states[at].edges[side.story[i]].target;
    traces::Step expected = report.trace->steps[i];
    EXPECT_EQ(side.states[at].state, expected.after) << i;
    EXPECT_EQ(taken.steps[i].violates, expected.violates) << i;
    expected.after = {};
    EXPECT_EQ(taken.steps[i], expected) << i;
  }
  EXPECT_FALSE(side.sentences.empty());
  EXPECT_EQ(side.highlights, find_highlights(*report.trace)) << "explain and show mark the same steps";
}

TEST(Lesson, a_state_that_breaks_a_property_says_so_and_so_does_every_step_into_it) {
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), scenario({"read", "write"}), {});
  const traces::LessonSide& side = lesson.sides[0];
  std::size_t wrong = 0;
  for (const traces::LessonState& state : side.states) {
    // Coherence at rest, judged by hand.
    const bool differs = state.at_rest && cache_of(state.state)[0].value &&
                         cache_of(state.state)[0].value != database_of(state.state)[0].value;
    EXPECT_EQ(std::count(state.violates.begin(), state.violates.end(), "coherent-at-rest"), differs ? 1 : 0);
    wrong += differs ? 1 : 0;
    for (const traces::LessonEdge& edge : state.edges)
      for (const std::string& broken : side.states[edge.target].violates)
        EXPECT_EQ(std::count(edge.step.violates.begin(), edge.step.violates.end(), broken), 1);
  }
  EXPECT_GT(wrong, 0U);
}

TEST(Lesson, the_database_alone_runs_the_same_operations_and_breaks_nothing) {
  const traces::Lesson lesson =
      make_lesson(read_page("cache-aside").value(), scenario({"read; write", "read k1", "write"}), {});
  const traces::LessonSide& after = lesson.sides[1];
  EXPECT_EQ(after.id, "after");
  EXPECT_EQ(after.broken, "");
  EXPECT_FALSE(has_cache(after.stores));
  EXPECT_EQ(operations(lesson.sides[0]), operations(after));
  for (const traces::LessonState& state : after.states) {
    EXPECT_TRUE(state.violates.empty());
    for (const traces::LessonEdge& edge : state.edges) EXPECT_TRUE(edge.step.violates.empty());
  }
  EXPECT_TRUE(after.states[take(after, after.story).end].at_rest);
}

TEST(Lesson, the_other_side_goes_along_step_by_step) {
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), scenario({"read", "write"}), {});
  const traces::LessonSide& before = lesson.sides[0];
  const traces::LessonSide& after = lesson.sides[1];
  ASSERT_EQ(after.moments.size(), before.story.size() + 1);
  EXPECT_EQ(after.moments.front(), 0U);
  EXPECT_EQ(after.moments.back(), after.story.size());
  EXPECT_TRUE(std::is_sorted(after.moments.begin(), after.moments.end()));
  // An operation starts on both sides in the same moment.
  const std::vector<traces::Step> led = take(before, before.story).steps;
  const std::vector<traces::Step> taken = take(after, after.story).steps;
  for (std::size_t i = 0; i < led.size(); ++i) {
    if (led[i].kind != traces::StepKind::kInvoke) continue;
    ASSERT_GT(after.moments[i + 1], after.moments[i]);
    const traces::Step& started = taken[after.moments[i + 1] - 1];
    EXPECT_EQ(started.kind, traces::StepKind::kInvoke);
    EXPECT_EQ(started.app, led[i].app);
  }
}

TEST(Lesson, a_fault_that_the_database_has_no_arrow_for_is_left_out_there) {
  const traces::Lesson lesson =
      make_lesson(read_page("cache-aside").value(),
                  scenario({"read", "write"}, {"lost-request@write:2", "lost-reply@write:1"}, true), {});
  EXPECT_EQ(lesson.sides[0].scenario.faults,
            (std::vector<std::string>{"lost-request@write:2=1", "lost-reply@write:1=1"}));
  EXPECT_EQ(lesson.sides[1].scenario.faults, (std::vector<std::string>{"lost-reply@write:1=1"}));
  EXPECT_FALSE(lesson.sides[1].scenario.cached);
}

TEST(Lesson, a_protocol_without_a_cache_has_one_side) {
  const traces::Lesson lesson = make_lesson(read_page("database-only").value(), scenario({"read", "write"}), {});
  ASSERT_EQ(lesson.sides.size(), 1U);
  EXPECT_EQ(lesson.sides[0].id, "before");
  EXPECT_EQ(lesson.sides[0].broken, "");
  EXPECT_TRUE(lesson.sides[0].states[take(lesson.sides[0], lesson.sides[0].story).end].edges.empty());
}

TEST(Lesson, every_page_of_the_catalogue_makes_one_and_its_data_is_json_without_an_opening_angle) {
  for (const CataloguePage& each : catalogue()) {
    const Protocol protocol = read_protocol(each.text, std::string(each.name) + ".md", {});
    if (each.name == "local-publish") {  // with a cache in each app instance it is no lesson yet
      EXPECT_THROW(make_lesson(protocol, scenario({"read", "write"}), {}), InputError);
      continue;
    }
    const traces::Lesson lesson = make_lesson(protocol, scenario({"read", "write"}), {});
    const std::string text = traces::lesson_json(lesson);
    EXPECT_EQ(text.find('<'), std::string::npos) << each.name;
    const auto json = nlohmann::json::parse(text);
    ASSERT_EQ(json["sides"].size(), lesson.sides.size()) << each.name;
    for (std::size_t s = 0; s < lesson.sides.size(); ++s) {
      EXPECT_EQ(json["sides"][s]["states"].size(), lesson.sides[s].states.size()) << each.name;
      EXPECT_EQ(json["sides"][s]["story"].size(), lesson.sides[s].story.size()) << each.name;
    }
    EXPECT_EQ(traces::render_lesson(lesson),
              traces::render_lesson(make_lesson(protocol, scenario({"read", "write"}), {})));
  }
}

TEST(Lesson, a_space_too_large_is_refused_with_its_size_and_what_would_do) {
  LessonOptions options;
  options.states_max = 99;  // of 78 + 22
  try {
    make_lesson(read_page("cache-aside").value(), scenario({"read", "write"}), options);
    FAIL() << "100 states in a page for 99";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("100 states"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("show"), std::string::npos) << error.what();
  }
  options.states_max = 100;
  EXPECT_EQ(make_lesson(read_page("cache-aside").value(), scenario({"read", "write"}), options).sides.size(), 2U);
}

// Its table would show one of them alone.
TEST(Lesson, a_page_with_caches_that_the_table_does_not_show_is_refused) {
  const std::string text =
      "sequenceDiagram\nNote over app: Read\napp->>X: GET item:1\nX-->>app: miss\napp->>database: SELECT "
      "item\napp->>X: "
      "SET item:1\nNote over app: Write\napp->>database: UPDATE item\napp->>X: DEL item:1\n";
  EXPECT_EQ(make_lesson(read_protocol(text, "x.mmd", {"X=cache"}), scenario({"read", "write"}), {}).sides.size(), 2U);
  EXPECT_THROW(make_lesson(read_protocol(text, "x.mmd", {"X=local-cache"}), scenario({"read", "write"}), {}),
               InputError);
}

TEST(Lesson, only_the_properties_asked_for_are_judged) {
  LessonOptions options;
  options.properties = {"fresh-reads"};
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), scenario({"read", "write"}), options);
  EXPECT_EQ(lesson.sides[0].broken, "");
  for (const traces::LessonState& state : lesson.sides[0].states) EXPECT_TRUE(state.violates.empty());
}

}  // namespace
}  // namespace stalemate::model
