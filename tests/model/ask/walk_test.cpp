// Walks: what is enabled, taking back, names of steps, and re-executing traces.
#include "ask/walk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "machine/scenario.hpp"
#include "model/plain_pages.hpp"
#include "model/understand/protocol_support.hpp"
#include "stores_of.hpp"

namespace stalemate::model {
namespace {

traces::Scenario words(std::vector<std::string> apps, std::vector<std::string> faults = {}, int keys = 1) {
  traces::Scenario scenario;
  scenario.apps = std::move(apps);
  scenario.faults = std::move(faults);
  scenario.keys = keys;
  return scenario;
}

std::vector<std::string> names(const Walk& walk) {
  std::vector<std::string> all;
  for (const traces::Step& step : walk.enabled()) all.push_back(step_name(walk.trace(), step));
  return all;
}

void take(Walk& walk, std::string_view step) { walk.take(find_step(walk.trace(), walk.enabled(), step, "here")); }

using Names = std::vector<std::string>;

TEST(Walk, an_operation_goes_from_invoke_over_handle_and_receive_to_its_end) {
  Walk walk(read_page("cache-aside").value(), words({"write"}), {});
  EXPECT_EQ(names(walk), Names{"invoke app1 write k1"});
  take(walk, "invoke app1 write k1");
  EXPECT_EQ(names(walk), Names{"handle app1 write:1"});
  take(walk, "handle app1 write:1");
  EXPECT_EQ(names(walk), Names{"receive app1 write:1"});
  take(walk, "receive app1 write:1");
  EXPECT_EQ(names(walk), Names{"handle app1 write:2"});
  take(walk, "handle app1 write:2");
  take(walk, "receive app1 write:2");
  EXPECT_TRUE(walk.enabled().empty());
  const traces::Trace trace = walk.trace();
  ASSERT_EQ(trace.steps.size(), 5U);
  EXPECT_EQ(trace.property, "");
  EXPECT_EQ(database_of(trace.steps[1].after).at(0).value, 1);
  ASSERT_EQ(trace.steps[4].endings.size(), 1U);
  EXPECT_EQ(trace.steps[4].endings[0].kind, traces::Ending::Kind::kReturned);
}

TEST(Walk, faults_are_enabled_for_messages_in_flight_while_their_budget_lasts) {
  Walk walk(read_page("cache-aside").value(), words({"write"}, {"lost-message"}), {});
  EXPECT_EQ(names(walk), Names{"invoke app1 write k1"}) << "nothing is in flight";
  take(walk, "invoke");
  EXPECT_EQ(names(walk), (Names{"handle app1 write:1", "lose-request app1 write:1"}));
  take(walk, "handle");
  EXPECT_EQ(names(walk), (Names{"receive app1 write:1", "lose-reply app1 write:1"}));
  take(walk, "receive");
  take(walk, "lose-request");
  EXPECT_TRUE(walk.enabled().empty()) << "the delete was skipped, the write is over, the budget is spent";
}

TEST(Walk, with_all_invoked_every_first_request_is_in_flight_at_the_start) {
  traces::Scenario scenario = words({"read", "write"});
  scenario.all_invoked = true;
  const Walk walk(read_page("cache-aside").value(), scenario, {});
  EXPECT_EQ(names(walk), (Names{"handle app1 read:1", "handle app2 write:1"}));
  EXPECT_EQ(walk.trace().initial.in_flight.size(), 2U);
}

TEST(Walk, a_step_that_breaks_a_property_names_it) {
  traces::Scenario scenario = words({"write"}, {"lost-request"});
  scenario.cached = true;
  Walk walk(read_page("cache-aside").value(), scenario, {"coherent-at-rest"});
  for (const char* step : {"invoke", "handle", "receive"}) take(walk, step);
  EXPECT_EQ(walk.trace().property, "") << "a message is in flight: not at rest";
  take(walk, "lose-request");
  EXPECT_EQ(walk.trace().property, "coherent-at-rest");
  EXPECT_EQ(walk.trace().steps.back().violates, std::vector<std::string>{"coherent-at-rest"});
}

TEST(Walk, undo_takes_back_the_last_step_and_says_where_there_is_none) {
  Walk walk(read_page("cache-aside").value(), words({"read", "write"}, {"lost-message"}), {});
  EXPECT_FALSE(walk.undo());
  const Names first = names(walk);
  take(walk, "invoke read");
  const Names second = names(walk);
  const traces::Trace after_one = walk.trace();
  take(walk, "handle read:1");
  EXPECT_TRUE(walk.undo());
  EXPECT_EQ(names(walk), second);
  EXPECT_EQ(walk.trace(), after_one);
  EXPECT_TRUE(walk.undo());
  EXPECT_EQ(names(walk), first);
  EXPECT_TRUE(walk.trace().steps.empty());
  EXPECT_FALSE(walk.undo());
}

TEST(Walk, a_name_tells_the_session_the_operation_the_choice_and_the_budget) {
  Walk walk(read_page("cache-aside").value(), words({"write; write | read"}, {"lost-reply", "lost-message"}), {});
  EXPECT_EQ(names(walk), (Names{"invoke app1.1 write k1", "invoke app1.2 read k1"}));
  for (const char* step : {"invoke write", "handle write:1", "receive write:1", "handle write:2", "receive write:2"})
    take(walk, step);
  take(walk, "invoke write operation 2");
  take(walk, "handle write:1 operation 2");
  EXPECT_EQ(names(walk), (Names{"receive app1.1 write:1 operation 2", "lose-reply app1.1 write:1 operation 2",
                                "lose-reply app1.1 write:1 operation 2 budget 2", "invoke app1.2 read k1"}));

  Walk choosing(read_lines("app->>database: Set value\nopt large\napp->>cache: Delete value\nend\n"), words({"write"}),
                {});
  take(choosing, "invoke");
  take(choosing, "handle");
  EXPECT_EQ(names(choosing), (Names{"receive app1 write:1 choice 1", "receive app1 write:1 choice 2"}));
}

TEST(Walk, an_operation_without_a_key_is_invoked_on_any_of_them) {
  const Walk walk(read_page("cache-aside").value(), words({"read"}, {}, 3), {});
  EXPECT_EQ(names(walk), (Names{"invoke app1 read k1", "invoke app1 read k2", "invoke app1 read k3"}));
}

TEST(Walk, overlapping_aims_of_one_budget_offer_a_fault_once) {
  Walk walk(read_page("cache-aside").value(), words({"write"}, {"lost-reply,lost-reply@write:1"}), {});
  take(walk, "invoke");
  take(walk, "handle");
  EXPECT_EQ(names(walk), (Names{"receive app1 write:1", "lose-reply app1 write:1"}));
}

TEST(FindStep, words_name_the_one_step_whose_name_has_them_all) {
  const Walk walk(read_page("cache-aside").value(), words({"read", "write"}), {});
  const traces::Trace trace = walk.trace();
  EXPECT_EQ(find_step(trace, walk.enabled(), "invoke app2 write k1", "s:1"), 1U);
  EXPECT_EQ(find_step(trace, walk.enabled(), " write\tinvoke ", "s:1"), 1U);
  EXPECT_EQ(find_step(trace, walk.enabled(), "app1", "s:1"), 0U);
}

TEST(FindStep, a_whole_name_is_stronger_than_a_longer_one_that_has_its_words) {
  Walk walk(read_page("cache-aside").value(), words({"write"}, {"lost-reply", "lost-reply"}), {});
  take(walk, "invoke");
  take(walk, "handle");
  EXPECT_EQ(find_step(walk.trace(), walk.enabled(), "lose-reply app1 write:1", "s:1"), 1U);
  EXPECT_EQ(find_step(walk.trace(), walk.enabled(), "budget 2", "s:1"), 2U);
}

TEST(FindStep, words_that_fit_none_or_several_are_refused_with_what_is_enabled) {
  const Walk walk(read_page("cache-aside").value(), words({"read", "write"}), {});
  const auto error = [&](std::string_view text) {
    return error_of([&] { find_step(walk.trace(), walk.enabled(), text, "steps.txt:4"); });
  };
  EXPECT_EQ(error("handle app1"),
            "steps.txt:4: \"handle app1\" is not enabled; enabled here: invoke app1 read k1, invoke app2 write k1");
  expect_start(error("invoke"), "steps.txt:4: \"invoke\" fits more than one step; enabled here: invoke app1");
  expect_start(error("inv"), "steps.txt:4: \"inv\" is not enabled");
}

// All scenarios over which traces are found and re-executed.
std::vector<traces::Trace> found_traces() {
  std::vector<traces::Trace> found;
  for (const CataloguePage& each : plain_pages()) {
    const Protocol protocol = read_page(each.name).value();
    for (const std::vector<std::string>& faults : {Names{}, Names{"lost-message"}, Names{"lost-request"},
                                                   Names{"lost-reply"}, Names{"lost-reply@write:1", "any=2"}}) {
      for (const bool cached : {false, true}) {
        if (cached && !protocol.has_cache()) continue;
        traces::Scenario scenario = words({"read; read k2", "write"}, faults, 2);
        scenario.cached = cached;
        CheckOptions options;
        Report report = check(protocol, scenario, options);
        if (report.trace) found.push_back(*report.trace);
        options.properties = {"fresh-reads"};
        report = check(protocol, scenario, options);
        if (report.trace) found.push_back(*report.trace);
      }
    }
  }
  return found;
}

TEST(Rewalk, every_trace_that_check_finds_over_catalogue_and_faults_is_walked_again_to_the_same) {
  const std::vector<traces::Trace> found = found_traces();
  EXPECT_GE(found.size(), 30U);
  for (const traces::Trace& trace : found) {
    EXPECT_EQ(rewalk(trace, "t.json"), trace) << trace.protocol.name << ": " << describe(trace.scenario);
    ASSERT_FALSE(trace.steps.empty());
    EXPECT_FALSE(trace.steps.back().violates.empty());
  }
}

// The late fill: the reader's old value goes into the cache after the writer's delete.
traces::Trace late_fill() {
  return check(read_page("cache-aside").value(), words({"read", "write"}), {}).trace.value();
}

std::size_t index_of(const traces::Trace& trace, traces::StepKind kind, const std::string& diagram, int arrow) {
  for (std::size_t i = 0; i < trace.steps.size(); ++i)
    if (trace.steps[i].kind == kind && trace.steps[i].diagram == diagram && trace.steps[i].arrow == arrow) return i;
  throw std::logic_error("no such step");
}

TEST(Rewalk, a_step_that_is_not_enabled_is_refused_by_its_address) {
  traces::Trace trace = late_fill();
  const std::size_t handled = index_of(trace, traces::StepKind::kHandle, "Write", 1);
  std::swap(trace.steps[handled], trace.steps[handled + 1]);
  expect_start(error_of([&] { rewalk(trace, "t.json"); }), fmt::format("t.json: /steps/{}: \"", handled));

  trace = late_fill();
  trace.steps[0].app = 3;
  expect_start(
      error_of([&] { rewalk(trace, "t.json"); }),
      fmt::format("t.json: /steps/0: \"{}\" is not enabled; enabled here: invoke app1 read k1, invoke app2 write k1",
                  step_name(trace, trace.steps[0])));
}

TEST(Rewalk, every_part_of_a_steps_name_counts) {
  const traces::Trace trace = late_fill();
  const std::size_t i = index_of(trace, traces::StepKind::kHandle, "Read", 1);
  const std::string start = fmt::format("t.json: /steps/{}: \"", i);
  const auto refused = [&](auto edit) {
    traces::Trace edited = trace;
    edit(edited.steps[i]);
    const std::string error = error_of([&] { rewalk(edited, "t.json"); });
    expect_start(error, start);
    EXPECT_NE(error.find("\" is not enabled; enabled here: "), std::string::npos) << error;
  };
  refused([](traces::Step& step) { step.kind = traces::StepKind::kReceive; });
  refused([](traces::Step& step) { step.app = 2; });
  refused([](traces::Step& step) { step.session = 2; });
  refused([](traces::Step& step) { step.operation = 2; });
  refused([](traces::Step& step) { step.diagram = "Write"; });
  refused([](traces::Step& step) { step.key = "k2"; });
  refused([](traces::Step& step) { step.arrow = 3; });
  refused([](traces::Step& step) { step.choice = 1; });
  refused([](traces::Step& step) { step.budget = 1; });
}

TEST(Rewalk, an_edited_request_or_sending_is_refused) {
  traces::Trace trace = late_fill();
  const std::size_t handled = index_of(trace, traces::StepKind::kHandle, "Write", 1);
  trace.steps[handled].request->value = 7;
  expect_start(error_of([&] { rewalk(trace, "t.json"); }),
               fmt::format("t.json: /steps/{}/request: is not what the protocol sends here", handled));
  trace = late_fill();
  trace.steps[handled].request.reset();
  expect_start(error_of([&] { rewalk(trace, "t.json"); }), fmt::format("t.json: /steps/{}/request: ", handled));
  trace = late_fill();
  ASSERT_FALSE(trace.steps[0].sends.empty());
  trace.steps[0].sends[0].label = "Fetch value";
  expect_start(error_of([&] { rewalk(trace, "t.json"); }),
               "t.json: /steps/0/sends: is not what the protocol sends here");
  trace = late_fill();
  trace.steps[0].sends[0].arrow = 2;
  expect_start(error_of([&] { rewalk(trace, "t.json"); }), "t.json: /steps/0/sends: ");
}

TEST(Rewalk, edited_replies_and_stores_are_predictions_and_are_told_as_the_model_has_them) {
  const traces::Trace original = late_fill();
  traces::Trace edited = original;
  const std::size_t handled = index_of(edited, traces::StepKind::kHandle, "Read", 3);
  edited.steps[handled].reply->value = 999;
  database_of(edited.steps.back().after)[0].value = 999;
  database_of(edited.initial)[0].value = 5;
  EXPECT_EQ(rewalk(edited, "t.json"), original);
}

TEST(Rewalk, a_trace_that_breaks_nothing_any_more_is_told_without_the_violation) {
  traces::Trace trace = late_fill();
  trace.steps.pop_back();
  const traces::Trace again = rewalk(trace, "t.json");
  EXPECT_TRUE(again.steps.back().violates.empty());
  EXPECT_EQ(again.steps.size(), trace.steps.size());
}

// Random walks over the catalogue, with faults and several sessions.
RC_GTEST_PROP(Walk, steps_enabled_together_have_different_names_that_find_them_and_undo_leads_back, ()) {
  const std::vector<CataloguePage> pages = plain_pages();
  const CataloguePage& drawn = pages[*rc::gen::inRange<std::size_t>(0, pages.size())];
  const Names scripts = {"read", "write", "read; write", "write k1 | read", "read | read | write k2", "write; write"};
  const auto apps = *rc::gen::container<Names>(3, rc::gen::elementOf(scripts));
  const auto faults = *rc::gen::elementOf(std::vector<Names>{{},
                                                             {"lost-message"},
                                                             {"lost-request=2", "lost-reply"},
                                                             {"any", "lost-message@write:1"},
                                                             {"lost-reply", "any=2"}});
  Walk walk(read_page(drawn.name).value(), words(apps, faults, 2), {});
  const traces::Trace start = walk.trace();
  const Names first = names(walk);
  const auto choices = *rc::gen::container<std::vector<std::size_t>>(40, rc::gen::inRange<std::size_t>(0, 1000));
  std::size_t taken = 0;
  for (const std::size_t choice : choices) {
    const Names all = names(walk);
    if (all.empty()) break;
    RC_ASSERT(std::set<std::string>(all.begin(), all.end()).size() == all.size());
    const std::size_t index = choice % all.size();
    RC_ASSERT(find_step(start, walk.enabled(), all[index], "here") == index);
    const traces::Step told = walk.enabled()[index];
    walk.take(index);
    ++taken;
    RC_ASSERT(walk.trace().steps.back() == told);
  }
  const traces::Trace trace = walk.trace();
  if (trace.property.empty()) {
    traces::Trace again = rewalk(trace, "walk");
    again.property.clear();
    RC_ASSERT(again == trace);
  }
  for (std::size_t i = 0; i < taken; ++i) RC_ASSERT(walk.undo());
  RC_ASSERT(!walk.undo());
  RC_ASSERT(names(walk) == first);
  RC_ASSERT(walk.trace() == start);
}

}  // namespace
}  // namespace stalemate::model
