// The text renderer and the one-line forms: that a reader finds the race in them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "generators.hpp"
#include "samples.hpp"
#include "stores_of.hpp"
#include "traces/json.hpp"
#include "traces/property_words.hpp"
#include "traces/render.hpp"

namespace stalemate::traces {
namespace {

std::string as(std::string_view name, const Trace& trace) {
  for (const Renderer& renderer : renderers()) {
    if (renderer.name == name) return renderer.render(trace, {});
  }
  ADD_FAILURE() << "no renderer " << name;
  return "";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += c;
    }
  }
  return lines;
}

// The first line that holds `part`; "" if there is none.
std::string line_with(const std::string& text, const std::string& part) {
  for (const std::string& line : lines_of(text)) {
    if (line.find(part) != std::string::npos) return line;
  }
  return "";
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Renderers, are_listed_as_text_mermaid_json_and_each_has_a_summary) {
  std::vector<std::string_view> names;
  for (const Renderer& renderer : renderers()) {
    names.push_back(renderer.name);
    EXPECT_FALSE(renderer.summary.empty());
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"text", "mermaid", "svg", "itf", "json"}));
  EXPECT_EQ(as("json", samples::race()), write_json(samples::race()));
}

TEST(StepLine, says_who_does_what_what_is_answered_sent_and_ended) {
  const Trace trace = samples::race();
  EXPECT_EQ(step_line(trace, trace.steps[0]), "app1  invoke   starts Read k1; sends cache: get k1");
  EXPECT_EQ(step_line(trace, trace.steps[1]), "app1  handle   cache: get k1 -> miss");
  EXPECT_EQ(step_line(trace, trace.steps[4]),
            "app1  receive  database: get k1 -> 1000 arrives; sends cache: set k1=1000");
  EXPECT_EQ(step_line(trace, trace.steps[9]), "app2  receive  cache: delete k1 -> ok arrives; ends");
  EXPECT_EQ(step_line(trace, trace.steps[11]), "app1  receive  cache: set k1=1000 -> ok arrives; returns 1000");
}

TEST(StepLine, a_step_that_is_not_yet_in_the_trace_knows_its_request_too) {
  Trace trace = samples::race();
  const Step next = trace.steps[2];  // receives the reply to the get
  trace.steps.resize(2);
  EXPECT_EQ(step_line(trace, next), "app1  receive  cache: get k1 -> miss arrives; sends database: get k1");
}

TEST(StepLine, says_what_is_lost_and_who_times_out) {
  const Trace lost = samples::lost_reply();
  EXPECT_EQ(step_line(lost, lost.steps[9]), "app2  lose-reply    database: set k1=1 -> ok is lost; times out; fails");
  const Trace async = samples::async_lost();
  EXPECT_EQ(step_line(async, async.steps[3]), "app1  lose-request  cache: delete k1 never arrives");
}

TEST(StepLine, says_what_is_late_copied_or_handled_when_nobody_waits_any_more) {
  const Trace late = samples::late_delete();
  EXPECT_EQ(step_line(late, late.steps[3]), "app1  late-request  cache: delete k1 is late; times out; fails");
  EXPECT_EQ(step_line(late, late.steps[9]), "app1  handle        cache: delete k1 (nobody waits for it)");
  const Trace copied = samples::duplicate_set();
  EXPECT_EQ(step_line(copied, copied.steps[3]), "app1  duplicate     cache: set k1=1 is sent twice");
}

TEST(StepLine, of_a_crash_says_what_was_under_way_and_what_of_it_may_yet_arrive) {
  const Trace answered = samples::crash_before_delete();
  EXPECT_EQ(step_line(answered, answered.steps[2]), "app1  crash         app1 crashes at database: set k1=1 -> ok");
  const Trace both = samples::crash_of_two_sessions();
  EXPECT_EQ(step_line(both, both.steps[2]),
            "app1.1  crash         app1 crashes at database: set k1=1; set k1=1 may yet arrive");
}

TEST(StepLine, of_an_error_and_of_a_cancelled_operation_says_what_becomes_of_the_request) {
  const Trace refused = samples::refused_delete();
  EXPECT_EQ(step_line(refused, refused.steps[3]),
            "app1  refuse        cache: delete k1 -> error; nothing is done; ends");
  const Trace cancelled = samples::cancelled_writes();
  EXPECT_EQ(step_line(cancelled, cancelled.steps[1]),
            "app1  cancel        database: set k1=1 is awaited no more; set k1=1 may yet arrive; fails");
  EXPECT_EQ(step_line(cancelled, cancelled.steps[5]),
            "app1  cancel        database: set k1=2 -> ok is awaited no more; fails");
}

TEST(StepLine, what_happens_in_the_cache_is_told_of_the_cache) {
  const Trace evicted = samples::evicted();
  EXPECT_EQ(step_line(evicted, evicted.steps[2]), "cache  evict         evicts k1");
  const Trace expired = samples::expired();
  EXPECT_EQ(step_line(expired, expired.steps[7]), "cache  expire   k1 expires");
  const Trace restarted = samples::restarted();
  EXPECT_EQ(step_line(restarted, restarted.steps[1]), "cache  cache-restart  restarts, empty");
  const Trace failed_over = samples::forgotten_delete();
  EXPECT_EQ(step_line(failed_over, failed_over.steps[5]), "cache  cache-failover  fails over; the last change is lost");
  Step three = failed_over.steps[5];
  three.missed = 3;
  EXPECT_EQ(step_line(failed_over, three), "cache  cache-failover  fails over; the last 3 changes are lost");
}

TEST(StepLine, a_time_to_live_stands_beside_what_is_stored) {
  const Trace trace = samples::expired();
  EXPECT_TRUE(holds(step_line(trace, trace.steps[4]), "; sends cache: set k1=1000 for 60 s"));
  EXPECT_EQ(state_line(trace.steps[5].after), "cache k1=1000~  database k1=1000");
  EXPECT_EQ(state_line(final_state(trace)), "cache k1=-  database k1=1000");
}

TEST(StepLine, names_the_session_where_an_app_has_several) {
  const Trace trace = samples::two_sessions();
  EXPECT_EQ(step_line(trace, trace.steps[3]),
            "app1.1  receive  database: set k1=5 -> ok arrives; sends cache: delete k1 (without waiting); "
            "answers outside; ends");
  EXPECT_TRUE(step_line(trace, trace.steps[1]).starts_with("app1.2  invoke "));
}

TEST(StepLine, a_request_drawn_as_lost_says_so_and_who_awaits_it_times_out_before_more_is_sent) {
  Trace trace = samples::drawn_as_lost();
  EXPECT_EQ(step_line(trace, trace.steps[2]),
            "app1  receive  database: set k1=1 -> ok arrives (feature flag on); sends cache: delete k1, drawn as lost; "
            "times out; sends cache: set k1=1");
  trace.steps[2].sends[0].awaited = false;
  EXPECT_TRUE(holds(step_line(trace, trace.steps[2]),
                    "; sends cache: delete k1 (without waiting), drawn as lost; sends cache: set k1=1"));
}

TEST(StepLine, a_reply_belongs_to_the_request_that_arrived_and_not_to_one_drawn_as_lost) {
  Trace trace = samples::drawn_as_lost();
  trace.steps[2].sends.push_back(trace.steps[2].sends[0]);
  trace.steps[2].sends[2].arrow = 3;  // the same arrow again, drawn as lost
  EXPECT_TRUE(holds(step_line(trace, trace.steps[4]), "cache: set k1=1 -> ok arrives"));
}

TEST(StepLine, an_answer_outside_tells_what_a_read_answered) {
  Trace trace = samples::race();
  trace.steps[4].endings = {{Ending::Kind::kAcknowledged, 1000}};
  EXPECT_TRUE(step_line(trace, trace.steps[4]).ends_with("; sends cache: set k1=1000; answers outside with 1000"));
}

TEST(StateLine, holds_both_stores_and_leaves_out_a_cache_that_is_none) {
  EXPECT_EQ(state_line(final_state(samples::race())), "cache k1=1000  database k1=1");
  EXPECT_EQ(state_line(samples::race().initial), "cache k1=-  database k1=1000");
  EXPECT_EQ(state_line(samples::two_sessions().initial), "cache k1=- k2=-  database k1=1000 k2=1000");
  EXPECT_EQ(state_line(samples::database_only().initial), "database k1=1000");
}

TEST(TextRenderer, the_race_shows_scenario_changes_the_broken_property_and_both_values) {
  const std::string text = as("text", samples::race());
  EXPECT_EQ(line_with(text, "scenario"), "scenario  --readers 1 --writers 1");
  EXPECT_EQ(line_with(text, "breaks"), "breaks    coherent-at-rest");
  EXPECT_TRUE(holds(line_with(text, "   7  "), "1 *"));
  EXPECT_FALSE(holds(line_with(text, "   8  "), "*"));
  EXPECT_TRUE(holds(line_with(text, "  11  "), "1000 *"));
  EXPECT_TRUE(line_with(text, "  12  ").ends_with("<- breaks coherent-at-rest"));
  EXPECT_TRUE(holds(line_with(text, "k1 "), "k1"));
  EXPECT_TRUE(holds(text, "At rest the cache holds k1=1000, but the database holds k1=1."));
  EXPECT_TRUE(holds(text, "Step 11 put k1=1000 into the cache, by a request that was sent at step 5, before step 7"));
}

TEST(TextRenderer, the_store_columns_of_all_steps_stand_under_their_heads) {
  const std::string text = as("text", samples::race());
  const std::vector<std::string> lines = lines_of(text);
  const auto head = std::find_if(lines.begin(), lines.end(), [](const auto& l) { return l.starts_with("step  what"); });
  ASSERT_NE(head, lines.end());
  const std::size_t cache = head->find("cache k1");
  const std::size_t database = head->find("database k1");
  for (auto line = head + 1; line != head + 14; ++line) {  // the start and 12 steps
    ASSERT_GT(line->size(), database) << *line;
    EXPECT_NE((*line)[cache], ' ') << *line;
    EXPECT_NE((*line)[database], ' ') << *line;
    EXPECT_EQ((*line)[database - 1], ' ') << *line;
  }
}

TEST(TextRenderer, an_entry_that_nobody_deleted_after_the_write_is_told_so) {
  EXPECT_TRUE(holds(as("text", samples::lost_reply()),
                    "Step 6 put k1=1000 into the cache; step 9 changed the database, and nothing deleted or replaced"));
}

TEST(TextRenderer, a_stale_read_names_the_write_that_was_acknowledged_before_it) {
  const std::string text = as("text", samples::async_lost());
  EXPECT_EQ(line_with(text, "scenario"), "scenario  --app write --app read --cached --fault lost-request@write:2=1");
  EXPECT_TRUE(holds(text,
                    "app2's Read k1 returned 1000 (step 7), although app1's Write of k1=7 had been acknowledged "
                    "(step 3) before that read began (step 5)."));
}

TEST(TextRenderer, a_write_that_answered_outside_first_is_acknowledged_then) {
  EXPECT_TRUE(holds(as("text", samples::early_answer()),
                    "app2's Read k1 returned 1000 (step 6), although app1's Write of k1=1 had been acknowledged (step "
                    "1) before that read began (step 4)."));
}

TEST(TextRenderer, a_stale_read_is_not_measured_against_the_write_that_it_returned_nor_an_older_one) {
  // Three writes one after another, committed in the order 1, 2, 3, acknowledged in the order 3, 2; a read returns 2.
  samples::Story story(samples::scenario({"write", "write", "write", "read"}), false);
  const auto writer = [](int app) { return samples::Who{.app = app, .diagram = "Write"}; };
  const samples::Who reader{.app = 4};
  for (int app = 1; app <= 3; ++app) story.invoke(writer(app), {{samples::set(1, "database", app, "Set value")}, {}});
  for (int app = 1; app <= 3; ++app) story.handle(writer(app), 1);
  for (int app = 3; app >= 1; --app) story.receive(writer(app), 1, {{}, {samples::returned()}});
  story.invoke(reader, {{samples::get(1, "database", "Get value")}, {}});
  story.handle(reader, 1);
  story.receive(reader, 1, {{}, {samples::returned(2)}});
  EXPECT_TRUE(holds(as("text", story.ends("fresh-reads")),
                    "although app3's Write of k1=3 had been acknowledged (step 7) before that read began (step 10)."));
}

TEST(TextRenderer, a_walk_with_messages_in_flight_claims_nothing_of_its_values) {
  Trace trace = samples::race();
  trace.property.clear();
  trace.steps.back().violates.clear();
  EXPECT_TRUE(holds(as("text", trace), "<- differ"));
  EXPECT_TRUE(holds(as("text", trace), "No property is named as broken by these steps."));
  trace.steps.resize(11);  // the cache holds 1000, the database 1, and a reply is on its way
  const std::string text = as("text", trace);
  EXPECT_FALSE(holds(text, "<- differ"));
  EXPECT_FALSE(holds(text, "No property is named"));
  EXPECT_TRUE(holds(text, "Not at rest yet: 1 message is in flight, so nothing is claimed about the values."));
  EXPECT_EQ(line_with(text, "breaks"), "breaks    nothing so far");
  EXPECT_TRUE(holds(text, "at rest: no message is in flight"));
}

TEST(TextRenderer, the_legend_explains_the_words_and_values_of_this_trace) {
  const std::string race = as("text", samples::race());
  EXPECT_TRUE(holds(race, "\napp1: app instance 1\n"));
  EXPECT_TRUE(holds(race, "values: 1000 is what every key starts with; 1, 2, ... are what the writes write"));
  EXPECT_TRUE(holds(race, "at rest: no message is in flight"));
  const std::string lost = as("text", samples::lost_reply());
  EXPECT_TRUE(holds(lost, "lose-reply: the server carried out the request"));
  EXPECT_TRUE(holds(lost, "\ntimes out: "));
  EXPECT_TRUE(holds(lost, "\nfails: "));
  EXPECT_TRUE(holds(as("text", samples::async_lost()), "\nlose-request: "));
  EXPECT_TRUE(holds(as("text", samples::drawn_as_lost()), "\ndrawn as lost: "));
  EXPECT_TRUE(holds(as("text", samples::drawn_as_lost()), "\ntimes out: "));
  const std::string sessions = as("text", samples::two_sessions());
  EXPECT_TRUE(holds(sessions, "\nanswers outside: "));
  EXPECT_TRUE(holds(sessions, "\napp1.1: session 1 of app instance 1\n"));
}

TEST(TextRenderer, the_legend_explains_each_new_kind_of_step_where_it_is_used_and_nowhere_else) {
  const std::vector<std::pair<Trace, std::string>> used = {{samples::late_delete(), "late-request: "},
                                                           {samples::late_delete(), "nobody waits for it: "},
                                                           {samples::late_delete(), "times out: "},
                                                           {samples::duplicate_set(), "duplicate: "},
                                                           {samples::crash_before_delete(), "crash: "},
                                                           {samples::refused_delete(), "refuse: "},
                                                           {samples::cancelled_writes(), "cancel: "},
                                                           {samples::evicted(), "evict: "},
                                                           {samples::expired(), "expire: "},
                                                           {samples::expired(), "~: has a time to live"},
                                                           {samples::restarted(), "cache-restart: "},
                                                           {samples::forgotten_delete(), "cache-failover: "}};
  const std::string race = as("text", samples::race());
  for (const auto& [trace, words] : used) {
    EXPECT_TRUE(holds(as("text", trace), words)) << words;
    EXPECT_FALSE(holds(race, words)) << words;
  }
  // Nobody crashes with a request on its way, so no ghost is there to be explained.
  EXPECT_FALSE(holds(as("text", samples::crash_before_delete()), "nobody waits for it: "));
}

TEST(TextRenderer, a_value_that_a_copy_put_back_is_told_as_that) {
  EXPECT_TRUE(holds(as("text", samples::duplicate_set()),
                    "Step 12 put k1=1 into the cache, by a request that nobody waits for and that was sent at step 4, "
                    "before step 8 changed the database."));
}

TEST(TextRenderer, a_value_that_a_failover_brought_back_is_told_with_the_change_that_it_forgot) {
  EXPECT_TRUE(holds(as("text", samples::forgotten_delete()),
                    "Step 6 brought k1=1000 back into the cache: the replica that took over never got the change of "
                    "step 4."));
}

TEST(TextRenderer, a_crash_that_leaves_an_old_entry_is_told_as_an_entry_that_nothing_deleted) {
  EXPECT_TRUE(holds(as("text", samples::crash_before_delete()),
                    "At the start k1=1000 stood in the cache; step 2 changed the database, and nothing deleted or "
                    "replaced the entry after that."));
}

TEST(TextRenderer, the_legend_leaves_out_what_this_trace_does_not_use) {
  const std::string race = as("text", samples::race());
  for (const char* word : {"lose-", "drawn as lost", "times out", "fails", "answers outside", "session"}) {
    EXPECT_FALSE(holds(race, word)) << word;
  }
  EXPECT_FALSE(holds(as("text", samples::database_only()), "what the writes write"));
  EXPECT_FALSE(holds(as("text", samples::database_only()), "at rest: "));
  EXPECT_FALSE(holds(as("text", samples::early_answer()), "at rest"));  // in flight at the end, but that is not said
  // Nobody waits for the request that is lost here, and what is written is not numbered.
  EXPECT_FALSE(holds(as("text", samples::async_lost()), "times out"));
  EXPECT_FALSE(holds(as("text", samples::async_lost()), "what the writes write"));
}

TEST(TextRenderer, scripts_are_quoted_for_a_shell_and_keys_are_counted) {
  EXPECT_EQ(line_with(as("text", samples::two_sessions()), "scenario"),
            "scenario  --app 'write k1; read k1 | read k2' --keys 2");
  Trace trace = samples::race();
  trace.scenario.apps = {"it's"};
  trace.scenario.on_database_timeout = "continue";
  trace.scenario.on_cache_timeout = "fail";
  trace.scenario.connections = "pool";
  trace.scenario.retries = 3;
  trace.scenario.all_invoked = true;
  EXPECT_EQ(line_with(as("text", trace), "scenario"),
            "scenario  --app 'it'\\''s' --on-database-timeout=continue --on-cache-timeout=fail --retries 3 "
            "--connections=pool --all-invoked");
}

TEST(TextRenderer, without_a_cache_there_is_no_cache_column) {
  EXPECT_FALSE(holds(as("text", samples::database_only()), "cache k1"));
}

TEST(TextRenderer, keys_that_nothing_touches_are_not_shown_and_that_is_said) {
  samples::Story story(samples::scenario({"read"}, {}, 50), true);
  story.invoke({.key = "k7"}, {{samples::get(1, "cache", "Get value", "k7")}, {}});
  const std::string text = as("text", story.ends());
  EXPECT_TRUE(holds(text, "cache k7"));
  EXPECT_FALSE(holds(text, "k8"));
  EXPECT_TRUE(holds(text, "keys not shown are never touched"));
}

TEST(TextRenderer, the_loop_of_a_lasso_is_marked_where_it_begins_and_told_in_the_end) {
  const auto lines = lines_of(as("text", samples::endless()));
  for (const std::string& line : lines)
    EXPECT_EQ(holds(line, "<- from here on steps 5 to 6 repeat for ever"), line.starts_with("   5  ")) << line;
  const std::string text = as("text", samples::endless());
  EXPECT_TRUE(holds(text,
                    "Step 6 breaks converges.\nFrom here on steps 5 to 6 repeat for ever: after step 6 all is as it "
                    "was before step 5, and no message waits for ever.\nEach time round, after step 6, the cache "
                    "holds k1=7, but the database holds k1=1000.\n"))
      << text;
}

TEST(TextRenderer, a_lasso_that_stays_says_that_nothing_happens_any_more) {
  const std::string text = as("text", samples::staying());
  EXPECT_TRUE(holds(text,
                    "Step 12 breaks converges.\nFrom here on nothing happens any more, unless another operation "
                    "starts or a fault strikes.\nAt rest the cache holds k1=1000, but the database holds k1=1.\n"))
      << text;
  EXPECT_FALSE(holds(text, "repeat"));
}

// One that nothing here knows is told as broken: never as a read of something old, nor as an entry that differs.
TEST(TextRenderer, a_property_without_words_of_its_own_is_told_as_broken_and_as_nothing_else) {
  Trace trace = samples::race();
  trace.property = "of-somebody-else";
  trace.steps.back().violates = {trace.property};
  const std::string text = as("text", trace);
  EXPECT_TRUE(text.ends_with("\nStep 12 breaks of-somebody-else.\n")) << text;
  EXPECT_EQ(words_of_property("of-somebody-else").story, PropertyStory::kNone);
  EXPECT_EQ(words_of_property("fresh-reads").story, PropertyStory::kStaleRead);
}

RC_GTEST_PROP(TextRenderer, any_trace_renders_the_same_twice_without_control_characters_or_trailing_blanks, ()) {
  const Trace trace = generators::any_trace();
  const std::string text = as("text", trace);
  RC_ASSERT(text == as("text", trace));
  RC_ASSERT(
      std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\n') || c == 0x7F; }));
  RC_ASSERT(!holds(text, "\u202e"));
  RC_ASSERT(!holds(text, "\u2028"));
  // Never more lines than the trace accounts for, so no foreign text broke a line: 33 that stand once (seed, loop
  // and every line of the legend included), the empty piece after the last line feed, and for each key its final values
  // and up to three sentences of the verdict about each of two caches.
  RC_ASSERT(lines_of(text).size() <=
            34 + trace.protocol.roles.size() + trace.steps.size() + 7 * database_of(trace.initial).size());
  for (const std::string& line : lines_of(text)) RC_ASSERT(!line.ends_with(' '));
}

RC_GTEST_PROP(StepLine, of_any_step_is_one_line, ()) {
  const Trace trace = generators::any_trace();
  for (const Step& step : trace.steps) RC_ASSERT(!holds(step_line(trace, step), "\n"));
  RC_ASSERT(!holds(state_line(trace.initial), "\n"));
}

}  // namespace
}  // namespace stalemate::traces
