// The lesson's page as text: whatever a diagram says stays data, and the page is put together once and completely.
#include "traces/lesson.hpp"
#include "stores_of.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>

namespace stalemate::traces {
namespace {

using Json = nlohmann::json;

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Two states and the step between them, every text of it foreign.
Lesson small(const std::string& foreign) {
  LessonEdge edge;
  edge.target = 1;
  edge.step.diagram = foreign;
  edge.step.key = "k1";
  edge.step.choice = 1;
  edge.step.chosen = foreign;
  edge.step.sends = {Request{1, "cache", "get", "k1", std::nullopt, foreign, true, false}};
  edge.step.violates = {"coherent-at-rest"};
  LessonState first;
  first.state.stores = {{"cache", {{"k1", std::nullopt}}}, {"database", {{"k1", 1000}}}};
  first.edges = {edge};
  LessonState second = first;
  second.edges.clear();
  second.state.in_flight = {InFlight{.app = 1, .request = edge.step.sends[0], .reply = std::nullopt}};
  LessonSide side;
  side.id = "before";
  side.protocol = foreign;
  side.check_arguments = {foreign};
  side.scenario.apps = {foreign};
  side.stores = stores_with_cache();
  side.states = {first, second};
  side.properties = {{"coherent-at-rest", "at rest, a cached entry equals the database", "violated", foreign}};
  side.broken = "coherent-at-rest";
  side.story = {0};
  side.sentences = {{"read", foreign}};
  return Lesson{foreign, {side}};
}

const std::vector<std::string> kHostile = {
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "{{scripts}}",
    "{{data}}",
    "\"';--",
    "\\u003c",
    "&lt;",
    "a\xE2\x80\xA8"
    "b",
};

// The page has the elements that it has with any other text, and its data can be read.
bool stays_data(const std::string& foreign) {
  const std::string page = render_lesson(small(foreign));
  const std::string plain = render_lesson(small("plain"));
  for (const std::string_view part : {"<script", "</script>", "<!--", "<"})
    if (count_of(page, part) != count_of(plain, part)) return false;
  const Json json = Json::parse(lesson_json(small(foreign)));
  return json["sides"][0]["states"].size() == 2 && json["sides"][0]["states"][0][4] == Json({0, 1, 1});
}

TEST(LessonPage, hostile_text_never_adds_an_element) {
  for (const std::string& foreign : kHostile) EXPECT_TRUE(stays_data(foreign)) << foreign;
}

RC_GTEST_PROP(LessonPage, any_text_stays_data, (const std::string& foreign)) { RC_ASSERT(stays_data(foreign)); }

TEST(LessonPage, a_label_is_shown_as_it_is_drawn) {
  for (const std::string& foreign : {kHostile[0], kHostile[1], kHostile[4]}) {
    const Json json = Json::parse(lesson_json(small(foreign)));
    EXPECT_EQ(json["sides"][0]["requests"][0]["label"], foreign);
    EXPECT_EQ(json["sides"][0]["protocol"], foreign);
  }
}

TEST(LessonPage, equal_things_stand_in_the_tables_once) {
  Lesson lesson = small("plain");
  LessonSide& side = lesson.sides[0];
  side.states[0].edges.push_back(side.states[0].edges[0]);
  side.states.push_back(side.states[1]);
  const Json json = Json::parse(lesson_json(lesson));
  const Json& written = json["sides"][0];
  EXPECT_EQ(written["steps"].size(), 1U);
  EXPECT_EQ(written["stores"].size(), 1U);
  EXPECT_EQ(written["messages"].size(), 1U);
  EXPECT_EQ(written["states"][0][4], Json({0, 1, 1, 0, 1, 1}));
  EXPECT_EQ(written["states"][1], written["states"][2]);
}

TEST(LessonPage, a_step_is_told_in_sentences) {
  const Json json = Json::parse(lesson_json(small("Read")));
  EXPECT_EQ(json["sides"][0]["steps"][0]["what"], "app1 starts Read k1 (Read).");
  EXPECT_EQ(json["sides"][0]["steps"][0]["then"], "It asks the cache: get k1.");
}

}  // namespace
}  // namespace stalemate::traces
