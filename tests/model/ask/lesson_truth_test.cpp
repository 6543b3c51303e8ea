// What a lesson says, of every page of the catalogue under every fault: computed again by the reference model, by hand
// from the stores, or by a plain search of another kind, and compared. A long file: a claim after another.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/lesson.hpp"
#include "base/error.hpp"
#include "machine/fault.hpp"
#include "model/plain_pages.hpp"
#include "model/reference/reference_claims.hpp"
#include "stores_of.hpp"
#include "traces/story.hpp"

namespace stalemate::model {
namespace {

using traces::LessonEdge;
using traces::LessonRun;
using traces::LessonSide;
using traces::LessonState;
using traces::StepKind;

constexpr std::size_t kWorldsMax = 200'000;

struct Case {
  std::string name;
  Protocol protocol;
  traces::Scenario scenario;
  traces::Lesson lesson;
};

// A page without a cache cannot start cached, and has nothing to evict.
std::vector<Case> every_page_under_every_fault() {
  std::vector<Case> cases;
  for (const CataloguePage& page : plain_pages())
    for (const FaultKind& fault : fault_kinds())
      for (const bool cached : {false, true}) {
        Case one{fmt::format("{} {}{}", page.name, fault.name, cached ? " cached" : ""),
                 read_page(page.name).value(),
                 {},
                 {}};
        one.scenario.apps = {"read", "write"};
        one.scenario.cached = cached;
        one.scenario.faults = {std::string(fault.name)};
        if (page.name == "database-only" && (cached || fault.server() != nullptr)) continue;
        one.lesson = make_lesson(one.protocol, one.scenario, {});
        cases.push_back(std::move(one));
      }
  return cases;
}

const std::vector<Case>& cases() {
  static const std::vector<Case> all = every_page_under_every_fault();
  return all;
}

std::uint32_t end_of(const LessonSide& side, const LessonRun& run) {
  std::uint32_t at = 0;
  for (const std::uint32_t choice : run) at = side.states.at(at).edges.at(choice).target;
  return at;
}

// What a run takes, each step with the state it leads to.
std::vector<traces::Step> steps_of(const LessonSide& side, const LessonRun& run) {
  std::vector<traces::Step> steps;
  std::uint32_t at = 0;
  for (const std::uint32_t choice : run) {
    const LessonEdge& edge = side.states.at(at).edges.at(choice);
    at = edge.target;
    steps.push_back(edge.step);
    steps.back().after = side.states[at].state;
  }
  return steps;
}

bool has_fault(const std::vector<traces::Step>& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const traces::Step& step) { return traces::is_fault(step.kind); });
}

bool differs(const traces::State& state) {
  const std::vector<traces::Entry>& cache = entries_of(state, "cache");
  for (std::size_t k = 0; k < cache.size(); ++k)
    if (cache[k].value && cache[k].value != database_of(state)[k].value) return true;
  return false;
}

traces::Trace story_of(const LessonSide& side, const Protocol& protocol) {
  traces::Trace trace;
  trace.protocol = {protocol.name, protocol.text, protocol.roles};
  trace.scenario = side.scenario;
  trace.stores = side.stores;
  trace.property = side.broken;
  trace.initial = side.states[0].state;
  trace.steps = steps_of(side, side.story);
  return trace;
}

std::vector<std::string> told_of(const LessonSide& side, const std::string& about) {
  std::vector<std::string> texts;
  for (const traces::LessonSentence& sentence : side.sentences)
    if (sentence.about == about) texts.push_back(sentence.text);
  return texts;
}

TEST(LessonTruth, a_story_ends_as_the_title_says) {
  std::size_t wrong = 0;
  std::size_t well = 0;
  for (const Case& each : cases())
    for (const LessonSide& side : each.lesson.sides) {
      const std::vector<traces::Step> steps = steps_of(side, side.story);
      const LessonState& end = side.states[end_of(side, side.story)];
      for (std::size_t i = 0; i + 1 < steps.size(); ++i) EXPECT_TRUE(steps[i].violates.empty()) << each.name << i;
      if (side.broken == "coherent-at-rest") {
        EXPECT_TRUE(end.at_rest && differs(end.state)) << each.name;
      } else if (side.broken.empty()) {
        EXPECT_TRUE(end.at_rest && !differs(end.state)) << each.name;
        EXPECT_TRUE(steps.empty() || steps.back().violates.empty()) << each.name;
      }
      ++(side.broken.empty() ? well : wrong);
    }
  EXPECT_GT(wrong, 50U);
  EXPECT_GT(well, 80U);
}

TEST(LessonTruth, what_is_marked_in_a_story_is_what_the_reference_marks) {
  std::size_t compared = 0;
  for (const Case& each : cases()) {
    const LessonSide& side = each.lesson.sides[0];
    if (side.broken.empty()) continue;
    const traces::Trace trace = story_of(side, each.protocol);
    const auto claims = reference::claims_of(each.protocol, reference::setting_of(trace), trace, kWorldsMax);
    ASSERT_TRUE(claims) << each.name;
    const auto& pair = side.highlights.racing_pair;
    EXPECT_EQ(pair ? std::optional(std::pair(pair->first, pair->second)) : std::nullopt, claims->racing_pair)
        << each.name;
    EXPECT_EQ(side.highlights.point_of_no_return, claims->no_return) << each.name;
    const std::vector<std::string> needed = told_of(side, "faults");
    ASSERT_EQ(needed.size(), 1U) << each.name;
    EXPECT_EQ(needed[0].starts_with("No fault is needed"), claims->smallest_faults.empty()) << each.name;
    EXPECT_EQ(needed[0].starts_with("One fault suffices"), claims->smallest_faults.size() == 1) << each.name;
    ++compared;
  }
  EXPECT_GT(compared, 50U);
}

TEST(LessonTruth, the_runs_it_leads_to_end_well) {
  std::size_t followed = 0;
  for (const Case& each : cases()) {
    const LessonSide& side = each.lesson.sides[0];
    for (const traces::LessonOther& other : side.others) {
      const std::vector<traces::Step> steps = steps_of(side, other.run);
      EXPECT_FALSE(differs(steps.back().after)) << each.name << " " << other.about;
      for (const traces::Step& step : steps)
        EXPECT_EQ(std::count(step.violates.begin(), step.violates.end(), side.broken), 0) << each.name;
      ++followed;
    }
  }
  EXPECT_GT(followed, 50U);
}

// Whether a run in which a fault strikes breaks a property by its last step and not before; depth first, each state
// with and without a fault behind it.
bool can_break_after_a_fault(const LessonSide& side) {
  std::set<std::pair<std::uint32_t, bool>> seen = {{0, false}};
  std::vector<std::pair<std::uint32_t, bool>> stack = {{0, false}};
  while (!stack.empty()) {
    const auto [at, struck] = stack.back();
    stack.pop_back();
    for (const LessonEdge& edge : side.states[at].edges) {
      const bool now = struck || traces::is_fault(edge.step.kind);
      if (!edge.step.violates.empty() && now) return true;
      if (edge.step.violates.empty() && seen.insert({edge.target, now}).second) stack.emplace_back(edge.target, now);
    }
  }
  return false;
}

TEST(LessonTruth, the_fault_that_was_asked_for_strikes_where_it_can) {
  std::size_t struck = 0;
  for (const Case& each : cases()) {
    const LessonSide& side = each.lesson.sides[0];
    const std::vector<traces::Step> steps = steps_of(side, side.story);
    const std::vector<std::string> asked = told_of(side, "asked");
    struck += has_fault(steps) ? 1U : 0U;
    if (side.broken.empty()) {
      EXPECT_EQ(asked.empty(), has_fault(steps)) << each.name;
      continue;
    }
    EXPECT_EQ(has_fault(steps), can_break_after_a_fault(side)) << each.name;
    traces::Scenario plain = each.scenario;
    plain.faults.clear();
    const Report without = check(each.protocol, plain, {});
    const Report with = check(each.protocol, each.scenario, {});
    ASSERT_TRUE(with.trace) << each.name;
    if (!has_fault(steps)) {
      EXPECT_EQ(asked.size(), 1U) << each.name;
    } else if (with.trace->steps.size() < steps.size()) {
      ASSERT_TRUE(without.trace) << each.name;
      ASSERT_EQ(asked.size(), 1U) << each.name;
      EXPECT_NE(asked[0].find(fmt::format(" has {} steps", without.trace->steps.size())), std::string::npos)
          << each.name << ": " << asked[0];
    } else {
      EXPECT_TRUE(asked.empty()) << each.name;
    }
  }
  EXPECT_GT(struck, 60U) << "of " << cases().size();
}

// What it is about, as far as both sides can have it: which app, and whether it goes to the database.
TEST(LessonTruth, beside_each_fault_stands_the_same_one_or_why_there_is_none) {
  std::size_t same = 0;
  std::size_t apart = 0;
  for (const Case& each : cases()) {
    if (each.lesson.sides.size() < 2) continue;
    const LessonSide& after = each.lesson.sides[1];
    const std::vector<traces::Step> led = steps_of(each.lesson.sides[0], each.lesson.sides[0].story);
    const std::vector<traces::Step> taken = steps_of(after, after.story);
    ASSERT_EQ(after.moments.size(), led.size() + 1) << each.name;
    for (std::size_t i = 0; i < led.size(); ++i) {
      std::size_t beside = 0;
      for (std::uint32_t n = after.moments[i]; n < after.moments[i + 1]; ++n)
        beside +=
            traces::is_fault(taken[n].kind) && taken[n].kind == led[i].kind && taken[n].app == led[i].app ? 1U : 0U;
      const auto why = std::count_if(after.apart.begin(), after.apart.end(),
                                     [&](const traces::LessonApart& one) { return one.moment == i + 1; });
      EXPECT_EQ(beside + static_cast<std::size_t>(why), traces::is_fault(led[i].kind) ? 1U : 0U) << each.name << i;
      same += beside;
      apart += static_cast<std::size_t>(why);
    }
  }
  EXPECT_GT(same, 15U);
  EXPECT_GT(apart, 30U);
}

TEST(LessonTruth, beside_a_lost_set_of_the_database_the_same_set_is_lost) {
  const Protocol page = read_protocol(
      "Read\n\n```mermaid\nsequenceDiagram\napp->>cache: get value\ncache-->>app: miss\napp->>database: get value\n"
      "app->>cache: set value\n```\n\nWrite\n\n```mermaid\nsequenceDiagram\napp->>database: get value\n"
      "app->>database: set value\napp->>cache: delete value\n```\n",
      "page.md", {});
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  scenario.cached = true;
  scenario.faults = {"lost-reply@write:2"};
  const traces::Lesson lesson = make_lesson(page, scenario, {});
  const LessonSide& after = lesson.sides.at(1);
  EXPECT_TRUE(has_fault(steps_of(lesson.sides[0], lesson.sides[0].story)));
  EXPECT_TRUE(has_fault(steps_of(after, after.story)));
  EXPECT_TRUE(after.apart.empty());
}

TEST(LessonTruth, no_two_choices_read_alike) {
  std::vector<Case> all = cases();
  // The same request twice from one session, and two budgets that pay for the same.
  for (const auto& [page, faults] : {std::pair("double-delete", std::vector<std::string>{"late-request=2"}),
                                     std::pair("cache-aside", std::vector<std::string>{"lost-message", "lost-request"}),
                                     std::pair("cache-aside", std::vector<std::string>{"evict", "evict=2"})}) {
    Case one{page, read_page(page).value(), {}, {}};
    one.scenario.apps = {"read", "write"};
    one.scenario.cached = true;
    one.scenario.faults = faults;
    one.lesson = make_lesson(one.protocol, one.scenario, {});
    all.push_back(std::move(one));
  }
  for (const Case& each : all) {
    const auto json = nlohmann::json::parse(traces::lesson_json(each.lesson));
    for (const auto& side : json["sides"])
      for (const auto& state : side["states"]) {
        std::set<std::string> told;
        for (std::size_t e = 0; e < state[4].size(); e += 3) {
          const auto& step = side["steps"][state[4][e].get<std::size_t>()];
          const std::string words = step["what"].get<std::string>() + step["then"].get<std::string>();
          EXPECT_TRUE(told.insert(words).second) << each.name << ": " << words;
        }
      }
  }
}

TEST(LessonTruth, a_crash_tells_what_of_the_requests_under_way_arrives) {
  std::size_t told = 0;
  for (const Case& each : cases())
    for (const LessonSide& side : each.lesson.sides) {
      if (side.broken.empty() || !each.name.ends_with("crash")) continue;
      const auto json = nlohmann::json::parse(traces::lesson_json({"", {side}}))["sides"][0];
      for (std::size_t from = 0; from < side.states.size(); ++from)
        for (std::size_t e = 0; e < side.states[from].edges.size(); ++e) {
          const LessonEdge& edge = side.states[from].edges[e];
          if (edge.step.kind != StepKind::kCrash) continue;
          std::size_t requests = 0;
          std::size_t ghosts = 0;
          for (const traces::InFlight& message : side.states[from].state.in_flight)
            requests += message.app == edge.step.app && !message.is_reply && !message.is_ghost ? 1U : 0U;
          for (const traces::InFlight& message : side.states[edge.target].state.in_flight)
            ghosts += message.app == edge.step.app && message.is_ghost ? 1U : 0U;
          const auto place = json["states"][from][4][3 * e].get<std::size_t>();
          EXPECT_EQ(json["steps"][place]["effect"], "dies");
          const std::string then = json["steps"][place]["then"].get<std::string>();
          const auto count = [&then](const std::string& words) {
            std::size_t times = 0;
            for (std::size_t at = then.find(words); at != std::string::npos; at = then.find(words, at + 1)) ++times;
            return times;
          };
          EXPECT_EQ(count("may yet reach"), ghosts) << each.name << ": " << then;
          EXPECT_EQ(count("never reaches"), requests - ghosts) << each.name << ": " << then;
          ++told;
        }
    }
  EXPECT_GT(told, 50U);
}

TEST(LessonTruth, each_light_can_be_asked_for_and_says_what_the_states_say) {
  for (const Case& each : cases())
    for (const LessonSide& side : each.lesson.sides) {
      std::set<std::string> broken;
      for (const LessonState& state : side.states)
        for (const LessonEdge& edge : state.edges) broken.insert(edge.step.violates.begin(), edge.step.violates.end());
      for (const traces::LessonProperty& property : side.properties) {
        EXPECT_NO_THROW(refuse_liveness({property.name})) << each.name;
        EXPECT_EQ(property.verdict == "violated", broken.contains(property.name)) << each.name << property.name;
        EXPECT_EQ(property.verdict.empty() || property.verdict == "inconclusive", !property.why.empty()) << each.name;
      }
    }
}

TEST(LessonTruth, nothing_lasts_for_ever_that_something_to_come_can_mend) {
  std::size_t mended = 0;
  for (const Case& each : cases()) {
    const std::vector<std::string> told = told_of(each.lesson.sides[0], "duration");
    const bool can = std::any_of(told.begin(), told.end(),
                                 [](const std::string& text) { return text.find("still to come can") != text.npos; });
    if (!can) continue;
    for (const std::string& text : told) EXPECT_EQ(text.find("for ever, "), std::string::npos) << each.name << text;
    ++mended;
  }
  EXPECT_GT(mended, 3U);
  // No Write of this page touches a cached entry, and only an eviction can: the second one, for the story takes one.
  const Protocol page = read_protocol(
      "Read\n\n```mermaid\nsequenceDiagram\napp->>cache: get value\ncache-->>app: miss\napp->>database: get value\n"
      "app->>cache: set value\n```\n\nWrite\n\n```mermaid\nsequenceDiagram\napp->>database: set value\n```\n",
      "page.md", {});
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  EXPECT_NE(told_of(make_lesson(page, scenario, {}).sides[0], "duration").at(0).find("for ever, "), std::string::npos);
  scenario.faults = {"evict=2"};
  EXPECT_NE(told_of(make_lesson(page, scenario, {}).sides[0], "duration")
                .at(0)
                .find("until a fault of the cache takes it away"),
            std::string::npos);
}

TEST(LessonTruth, a_read_replaces_an_entry_only_if_its_own_request_may_time_out) {
  const Protocol page = read_page("cache-aside").value();
  traces::Scenario scenario;
  scenario.apps = {"read; read", "write"};
  const auto duration = [&](const std::string& fault) {
    scenario.faults = {fault};
    return told_of(make_lesson(page, scenario, {}).sides[0], "duration").at(0);
  };
  for (const char* fault : {"lost-reply@read:1=3", "late-request@read:1=3", "lost-request=3"})
    EXPECT_NE(duration(fault).find("until a Read or a Write replaces or deletes it"), std::string::npos) << fault;
  // What strikes Writes, or what comes behind the get, leaves a Read to find what is there; so does a fault that the
  // story has taken: the last one.
  for (const char* fault :
       {"lost-reply@write:1=3", "lost-request@write:2=3", "lost-reply@read:3=3", "lost-reply@read:1"})
    EXPECT_NE(duration(fault).find("for ever if no one writes k1 again"), std::string::npos) << fault;
}

TEST(LessonTruth, a_wrong_cache_that_nobody_asked_about_is_told) {
  LessonOptions options;
  options.properties = {"fresh-reads"};
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  const LessonSide side = make_lesson(read_page("cache-aside").value(), scenario, options).sides[0];
  std::size_t at_rest = 0;
  std::size_t wrong = 0;
  for (const LessonState& state : side.states) {
    at_rest += state.at_rest ? 1U : 0U;
    wrong += state.at_rest && differs(state.state) ? 1U : 0U;
  }
  ASSERT_GT(wrong, 0U);
  EXPECT_EQ(told_of(side, "not-asked"),
            std::vector<std::string>{fmt::format("coherent-at-rest was not asked for. In {} of the {} states at rest "
                                                 "the cache holds another value than the database.",
                                                 wrong, at_rest)});
  EXPECT_EQ(told_of(side, "proof").at(0).find("none of them breaks a property"), std::string::npos);
}

TEST(LessonTruth, a_fault_aimed_at_the_database_is_aimed_at_the_same_request_there) {
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  scenario.faults = {"lost-request@read:3", "lost-reply@read:1", "lost-reply,late-request@write:1=2"};
  const traces::Lesson lesson = make_lesson(read_page("cache-aside").value(), scenario, {});
  // Arrow 3 of Read asks the database, arrow 1 the cache. A kind without an aim keeps none.
  EXPECT_EQ(lesson.sides.at(1).scenario.faults,
            (std::vector<std::string>{"lost-request@read:1=1", "lost-reply,late-request@write:1=2"}));
}

}  // namespace
}  // namespace stalemate::model
