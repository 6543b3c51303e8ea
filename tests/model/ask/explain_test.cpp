// Explanations: every claim recomputed by the reference model, for the saved traces and for random protocols; the
// textbook traces by hand; what the sentences say.
#include "ask/explain.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "machine/program.hpp"
#include "machine/scenario.hpp"
#include "model/reference/reference_claims.hpp"
#include "model/reference/reference_model.hpp"
#include "model/reference/reference_random.hpp"
#include "sample.hpp"
#include "stores_of.hpp"
#include "traces/json.hpp"

namespace stalemate::model {
namespace {

using reference::Claims;
using reference::Setting;

constexpr std::size_t kTraceBytesMax = std::size_t{1} << 20;
constexpr std::size_t kWorldsMax = 20'000;

traces::Trace saved(const std::string& name) {
  return traces::read_json(read_text_file(STALEMATE_SOURCE_DIR "/traces/saved/" + name + ".json", kTraceBytesMax),
                           name);
}

std::vector<std::string> saved_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(STALEMATE_SOURCE_DIR "/traces/saved"))
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

Protocol protocol_of(const traces::Trace& trace) {
  return read_protocol(trace.protocol.text, trace.protocol.name, trace.protocol.roles);
}

std::string words_of(const std::optional<std::size_t>& step) { return step ? std::to_string(*step) : "none"; }

std::string words_of(const std::optional<Claims>& claims, bool with_passed) {
  if (!claims) return "too large";
  const auto pair = claims->racing_pair;
  return fmt::format("race {}-{}, no return {}, {} ({}) of {}{}, faults [{}]{}",
                     words_of(pair ? std::optional(pair->first) : std::nullopt),
                     words_of(pair ? std::optional(pair->second) : std::nullopt), words_of(claims->no_return),
                     claims->schedules.violating, claims->schedules.passing, claims->schedules.total,
                     claims->all_invoked ? " all invoked" : "", fmt::join(claims->smallest_faults, ", "),
                     with_passed ? ", passed " + words_of(claims->always_passed) : "");
}

// The reference counts schedules in 64 bits, beyond which it begins anew: so is a number that has more cut here.
std::uint64_t in_a_word(const std::string& digits) {
  std::uint64_t number = 0;
  for (const char digit : digits) number = number * 10 + static_cast<std::uint64_t>(digit - '0');
  return number;
}

// The explanation's claims in the form of the reference's.
Claims claims_in(const Explanation& explanation) {
  Claims claims;
  if (const auto& pair = explanation.highlights.racing_pair) claims.racing_pair = std::pair(pair->first, pair->second);
  claims.no_return = explanation.highlights.point_of_no_return;
  claims.always_passed = explanation.always_passed;
  if (const auto& schedules = explanation.schedules)
    claims.schedules = {in_a_word(schedules->total), in_a_word(schedules->violating),
                        in_a_word(schedules->passing_through)};
  claims.all_invoked = explanation.schedules_all_invoked;
  claims.smallest_faults = explanation.smallest_faults.value();
  return claims;
}

// What is wrong with a run: it must differ from the trace where it says so, and not before, and end at a rest that is
// well. `may_pass`: what is wrong with a state on the way does not matter if it is mended.
std::string fault_of(const std::optional<Otherwise>& otherwise, const traces::Trace& trace, bool may_pass = false) {
  if (!otherwise) return "";
  const traces::Trace& run = otherwise->run;
  for (std::size_t i = 0; i < otherwise->from; ++i)
    if (step_name(run, run.steps[i]) != step_name(trace, trace.steps[i])) return "differs earlier than it says";
  if (run.steps.size() > otherwise->from &&
      step_name(run, run.steps[otherwise->from]) == step_name(trace, trace.steps[otherwise->from]))
    return "does not differ where it says";
  traces::Trace judged = run;
  judged.property = trace.property;
  if (rewalk(judged, "run").steps != run.steps) return "is no run of the scenario";
  for (std::size_t i = otherwise->from; i < run.steps.size(); ++i)
    if (!run.steps[i].violates.empty() && (!may_pass || i + 1 == run.steps.size())) return "breaks the property";
  return final_state(run).in_flight.empty() ? "" : "does not end at rest";
}

const std::string* sentence_about(const Explanation& explanation, std::string_view about) {
  for (const Sentence& sentence : explanation.sentences)
    if (sentence.about == about) return &sentence.text;
  return nullptr;
}

// --- the saved traces ---

TEST(Explain, the_claims_about_every_saved_trace_are_those_of_the_reference) {
  std::size_t explained = 0;
  for (const std::string& name : saved_names()) {
    const traces::Trace trace = saved(name);
    if (trace.property.empty()) continue;
    const Protocol protocol = protocol_of(trace);
    const Explanation explanation = explain(trace);
    const auto expected = reference::claims_of(protocol, reference::setting_of(trace), trace, 200'000);
    ASSERT_TRUE(expected) << name;
    const bool with_passed = trace.property == "coherent-at-rest";
    EXPECT_EQ(words_of(claims_in(explanation), with_passed), words_of(expected, with_passed)) << name;
    EXPECT_EQ(expected->no_return, expected->first_doomed) << name << ": no trace here returns from a doomed state";
    EXPECT_EQ(fault_of(explanation.order_reversed, trace), "") << name;
    EXPECT_EQ(fault_of(explanation.escape, trace), "") << name;
    EXPECT_TRUE(explanation.limits.empty()) << name;
    ++explained;
  }
  EXPECT_GE(explained, 11U);
}

TEST(Explain, the_textbook_race_is_between_the_delete_and_the_late_set_and_lost_from_the_delete_on) {
  const traces::Trace trace = saved("cache-aside-late-fill");
  const Explanation explanation = explain(trace);
  // Steps 9 and 10, counted from 1: the cache handles the delete, then the late set.
  ASSERT_EQ(trace.steps[8].request->verb, "delete");
  ASSERT_EQ(trace.steps[9].request->verb, "set");
  EXPECT_EQ(explanation.highlights.racing_pair, (traces::RacingPair{8, 9}));
  EXPECT_EQ(explanation.highlights.point_of_no_return, 8U);
  EXPECT_EQ(explanation.schedules.value().violating, "1");
  EXPECT_EQ(explanation.schedules.value().total, "10");
  EXPECT_EQ(explanation.smallest_faults, std::vector<std::string>{});
  ASSERT_TRUE(explanation.escape);
  EXPECT_EQ(explanation.escape->from, 8U);
  EXPECT_EQ(explanation.escape->run.steps.size(), 12U) << "set handled, delete handled, and both replies received";
  EXPECT_EQ(explanation.escape->run.steps[8].request->verb, "set");
  EXPECT_EQ(cache_of(traces::final_state(explanation.escape->run))[0].value, std::nullopt);
  ASSERT_TRUE(explanation.order_reversed);
  EXPECT_EQ(explanation.order_reversed->from, 8U);
  EXPECT_EQ(cache_of(traces::final_state(explanation.order_reversed->run))[0].value, std::nullopt);
}

TEST(Explain, the_lost_delete_has_no_race_needs_one_lost_request_and_is_lost_with_it) {
  const traces::Trace trace = saved("cache-aside-lost-delete");
  const Explanation explanation = explain(trace);
  EXPECT_EQ(explanation.highlights.racing_pair, std::nullopt);
  EXPECT_FALSE(explanation.order_reversed);
  EXPECT_EQ(explanation.highlights.point_of_no_return, 3U);
  EXPECT_EQ(explanation.smallest_faults, std::vector<std::string>{"lost-request"});
  EXPECT_NE(sentence_about(explanation, "racing-pair")->find("No two requests race: with these faults"),
            std::string::npos);
  ASSERT_TRUE(explanation.escape);
  EXPECT_EQ(explanation.escape->run.steps.size(), 5U) << "the delete is handled and its reply received";
}

// The read begins after the acknowledgement, so the acknowledgement is what makes the old entry a broken promise.
TEST(Explain, a_stale_read_is_inevitable_once_the_write_is_acknowledged_over_the_old_entry) {
  const traces::Trace trace = saved("cache-aside-stale-read");
  const Explanation explanation = explain(trace);
  const auto no_return = explanation.highlights.point_of_no_return;
  ASSERT_TRUE(no_return);
  EXPECT_EQ(trace.steps[*no_return].kind, traces::StepKind::kReceive);
  EXPECT_EQ(trace.steps[*no_return].diagram, "Write");
  EXPECT_FALSE(trace.steps[*no_return].endings.empty());
  EXPECT_FALSE(explanation.schedules_all_invoked) << "no read would begin after a write";
  const std::string* missed = sentence_about(explanation, "missed-write");
  ASSERT_NE(missed, nullptr);
  EXPECT_NE(missed->find("app3's Write of k1=1"), std::string::npos) << *missed;
  EXPECT_NE(sentence_about(explanation, "before-it")->find("app2 starts Read k1 first"), std::string::npos);
}

TEST(Explain, a_step_may_race_with_a_message_that_is_still_in_flight_at_the_end) {
  const traces::Trace trace = saved("unawaited-delete-stale-read");
  const Explanation explanation = explain(trace);
  EXPECT_EQ(explanation.highlights.racing_pair, std::nullopt);
  ASSERT_TRUE(explanation.order_reversed);
  EXPECT_EQ(explanation.order_reversed->from, 4U) << "the cache answers the read before it gets the delete";
  EXPECT_EQ(explanation.order_reversed->run.steps[4].request->verb, "delete");
  EXPECT_NE(sentence_about(explanation, "racing-pair")->find("still in flight"), std::string::npos);
}

// --- what is refused, and what is too large ---

TEST(Explain, a_trace_that_breaks_nothing_is_refused) {
  EXPECT_THROW(explain(saved("database-only-write-in-doubt")), InputError);
  traces::Trace shorter = saved("cache-aside-late-fill");
  shorter.steps.pop_back();
  EXPECT_THROW(explain(shorter), InputError);
  shorter.steps.clear();
  EXPECT_THROW(explain(shorter), InputError);
}

TEST(Explain, what_is_too_large_is_said_and_the_rest_is_told) {
  const traces::Trace trace = saved("cache-aside-lost-delete");
  const Explanation explanation = explain(trace, {.states_max = 5});
  EXPECT_EQ(explanation.highlights.point_of_no_return, std::nullopt);
  EXPECT_FALSE(explanation.schedules);
  EXPECT_FALSE(explanation.smallest_faults);
  EXPECT_EQ(explanation.limits.size(), 3U);
  for (const char* about : {"read", "missed-write", "racing-pair", "duration", "limit"})
    EXPECT_NE(sentence_about(explanation, about), nullptr) << about;
  for (const char* about : {"no-return", "before-it", "likelihood", "faults"})
    EXPECT_EQ(sentence_about(explanation, about), nullptr) << about;
}

// --- words and bytes ---

TEST(Explain, the_text_names_actors_values_and_steps_counted_from_one) {
  const traces::Trace trace = saved("cache-aside-late-fill");
  const std::string text = describe(trace, explain(trace));
  for (const char* part : {"app1's Read of k1 got k1=1000", "app2's Write of k1=1", "Steps 9 and 10 race",
                           "Step 9 is the point of no return", "1 of 10", "No fault is needed", "\"Delete value\""})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(Explain, every_sentence_of_every_saved_trace_stands_on_one_line_and_ends_with_a_full_stop) {
  for (const std::string& name : saved_names()) {
    const traces::Trace trace = saved(name);
    if (trace.property.empty()) continue;
    for (const Sentence& sentence : explain(trace).sentences) {
      EXPECT_EQ(sentence.text.find('\n'), std::string::npos) << name;
      EXPECT_EQ(sentence.text.find("  "), std::string::npos) << name << ": " << sentence.text;
      EXPECT_TRUE(sentence.text.size() > 1 && sentence.text.back() == '.') << name << ": " << sentence.text;
    }
  }
}

TEST(Explain, labels_and_names_of_diagrams_come_out_printable) {
  const Protocol protocol =
      read_protocol(as_page("app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
                            "app->>cache: Set value\n",
                            "app->>database: Set value\napp->>cache: Delete \x1b[2J\xe2\x80\xae value <img src=x>\n"),
                    "odd.md", {});
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};
  const traces::Trace trace = check(protocol, scenario, {}).trace.value();
  const Explanation explanation = explain(trace);
  const std::string text = describe(trace, explanation);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
  EXPECT_NE(text.find("value <img src=x>"), std::string::npos);
}

TEST(Explain, the_json_holds_the_claims_and_counts_steps_from_zero) {
  const traces::Trace trace = saved("cache-aside-late-fill");
  const Explanation explanation = explain(trace);
  const auto json = nlohmann::json::parse(to_json(trace, explanation));
  EXPECT_EQ(json.at("property"), "coherent-at-rest");
  EXPECT_EQ(json.at("racing_pair").at("first"), 8);
  EXPECT_EQ(json.at("racing_pair").at("second"), 9);
  EXPECT_EQ(json.at("point_of_no_return"), 8);
  EXPECT_EQ(json.at("schedules").at("violating"), 1);
  EXPECT_EQ(json.at("schedules").at("total"), 10);
  EXPECT_EQ(json.at("smallest_faults"), nlohmann::json::array());
  EXPECT_EQ(json.at("escape").at("steps").size(), 12U);
  EXPECT_EQ(json.at("sentences").size(), explanation.sentences.size());
  EXPECT_EQ(json.at("limits"), nlohmann::json::array());
  const traces::Trace lost = saved("cache-aside-lost-delete");
  EXPECT_TRUE(nlohmann::json::parse(to_json(lost, explain(lost))).at("racing_pair").is_null());
}

// --- random protocols ---

// A walk that takes the choices drawn, until a step breaks the property; none where none does.
std::optional<traces::Trace> wander(const Protocol& protocol, const traces::Scenario& words,
                                    const std::string& property, const std::vector<std::size_t>& choices) {
  Walk walk(protocol, words, {property});
  for (const std::size_t choice : choices) {
    if (walk.enabled().empty()) return std::nullopt;
    walk.take(choice % walk.enabled().size());
    if (!walk.trace().property.empty()) return walk.trace();
  }
  return std::nullopt;
}

// What the explanation and the reference do not agree on; empty where they agree, or it is too large to tell.
std::string disagreement(const Protocol& protocol, const Setting& setting, const traces::Trace& trace,
                         std::size_t& compared) {
  auto expected = reference::claims_of(protocol, setting, trace, kWorldsMax);
  if (!expected) return "";
  ++compared;
  const Explanation explanation = explain(trace);
  // Where a cache asks the database itself they are not counted, and that is said.
  const bool counts = !compile(protocol, compile_options(trace.scenario)).passes_on;
  if (counts != explanation.schedules.has_value()) return "the schedules are counted, or not";
  if (!counts) expected->schedules = {};
  const bool with_passed = trace.property == "coherent-at-rest";
  const std::string told = words_of(claims_in(explanation), with_passed);
  if (told != words_of(expected, with_passed)) return told + ", by the reference " + words_of(expected, with_passed);
  const std::string reversed = fault_of(explanation.order_reversed, trace);
  if (!reversed.empty()) return "the reversed run " + reversed;
  const std::string escape = fault_of(explanation.escape, trace, trace.property == "coherent-at-rest");
  return escape.empty() ? "" : "the escape " + escape;
}

// Nothing where the scenario is past a declared limit ("more than 65536 outcomes"): a line that says so, not a claim.
std::optional<Report> checked(const Protocol& protocol, const traces::Scenario& scenario, const CheckOptions& options) {
  try {
    return check(protocol, scenario, options);
  } catch (const InputError& refused) {
    if (std::string_view(refused.what()).find("outcomes") == std::string_view::npos) throw;
    return {};
  }
}

TEST(Explain, the_claims_about_violations_of_random_protocols_are_those_of_the_reference) {
  const std::size_t scenarios = std::max<std::size_t>(1, 4 / one_in());
  std::size_t compared = 0;
  const bool agreed = rc::check([&] {
    const reference::RandomProtocol drawn = *rc::gen::suchThat(reference::random_protocol(), reference::understood);
    const Protocol protocol = read_protocol(drawn.text, "random.md", {});
    const auto choices = *rc::gen::container<std::vector<std::size_t>>(80, rc::gen::inRange<std::size_t>(0, 1000));
    for (const auto& scenario :
         *rc::gen::container<std::vector<reference::RandomScenario>>(scenarios, reference::random_scenario())) {
      traces::Scenario words;
      if ((scenario.switches & reference::kContinueSwitch) != 0) words.on_database_timeout = "continue";
      const bool has_cache = compile(protocol, compile_options(words)).has_cache;
      const Setting setting = reference::setting_of(scenario, protocol, has_cache);
      words = reference::words_of(setting);
      for (const std::string property : {"coherent-at-rest", "fresh-reads"}) {
        if (property == "coherent-at-rest" && !has_cache) continue;
        CheckOptions options;
        options.properties = {property};
        options.interrupt = [](const sim::Progress& progress) {
          return progress.states > 3000 ? std::optional<std::string>("more states than are compared") : std::nullopt;
        };
        const std::optional<Report> report = checked(protocol, words, options);
        if (!report || !report->trace || report->states > 3000) continue;
        RC_LOG() << drawn.text << describe(words) << '\n' << traces::write_json(*report->trace) << '\n';
        RC_ASSERT(disagreement(protocol, setting, *report->trace, compared) == "");
        if (const auto longer = wander(protocol, words, property, choices)) {
          RC_LOG() << "longer:\n" << traces::write_json(*longer) << '\n';
          RC_ASSERT(disagreement(protocol, setting, *longer, compared) == "");
        }
      }
    }
  });
  EXPECT_TRUE(agreed);
  EXPECT_GT(compared, 15 * scenarios) << "violations that were compared";
}

}  // namespace
}  // namespace stalemate::model
