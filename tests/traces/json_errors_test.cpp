// Bad trace files: each is refused in one line that says where and what, whatever was done to it.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.hpp"
#include "base/file.hpp"
#include "generators.hpp"
#include "samples.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

// The one line with which `text` is refused; "" if it is accepted.
std::string refusal(const std::string& text) {
  try {
    read_json(text, "t.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// The refusal of the race with the value at `pointer` replaced.
std::string refusal_with(const std::string& pointer, const json& value) {
  json document = json::parse(write_json(samples::lost_reply()));
  document[json::json_pointer(pointer)] = value;
  return refusal(document.dump());
}

std::string refusal_without(const std::string& parent, const std::string& name) {
  json document = json::parse(write_json(samples::lost_reply()));
  document[json::json_pointer(parent)].erase(name);
  return refusal(document.dump());
}

void expect_prefix_and(const std::string& line, const std::string& prefix, const std::string& part) {
  EXPECT_TRUE(line.starts_with(prefix)) << line;
  EXPECT_NE(line.find(part), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

TEST(TraceJsonErrors, the_sample_itself_is_accepted) {
  EXPECT_EQ(refusal(json::parse(write_json(samples::lost_reply())).dump()), "");
}

TEST(TraceJsonErrors, a_truncated_file_is_refused_at_its_end_by_line_and_column) {
  const std::string text = write_json(samples::race());
  // The first 30 bytes are "{\n" and 28 bytes of the second line.
  expect_prefix_and(refusal(text.substr(0, 30)), "t.json:2:29: ", "ends too early");
  expect_prefix_and(refusal(""), "t.json:1:1: ", "ends too early");
  for (std::size_t size = 0; size + 2 < text.size(); size += 7) EXPECT_NE(refusal(text.substr(0, size)), "") << size;
}

TEST(TraceJsonErrors, foreign_text_is_refused_where_it_stops_being_json) {
  expect_prefix_and(refusal("{\n  \"a\": oops}"), "t.json:2:", "not JSON");
  expect_prefix_and(refusal("sequenceDiagram\n"), "t.json:1:1: ", "not JSON");
}

TEST(TraceJsonErrors, foreign_json_is_refused_as_no_trace) {
  for (const char* text :
       {"{}", "[]", "3", "null", "\"x\"", R"({"format": "itf", "version": 1})", R"({"format": 7})"}) {
    expect_prefix_and(refusal(text), "t.json: ", "not a stalemate trace");
  }
}

TEST(TraceJsonErrors, a_newer_version_is_refused_by_name_even_if_its_fields_are_unknown) {
  EXPECT_EQ(refusal(R"({"format": "stalemate-trace", "version": 3, "dimensions": []})"),
            "t.json: written by a newer stalemate (trace version 3; this one reads up to 2); update stalemate");
  expect_prefix_and(refusal_with("/version", 18446744073709551615U), "t.json: ", "version 18446744073709551615;");
}

TEST(TraceJsonErrors, an_impossible_version_is_off_the_schema) {
  for (const json& version : {json(0), json(-1), json("1"), json(nullptr), json(1.5)}) {
    expect_prefix_and(refusal_with("/version", version), "t.json: /version: ", "expected");
  }
}

TEST(TraceJsonErrors, an_unknown_word_is_refused_with_its_address_and_the_known_ones) {
  expect_prefix_and(refusal_with("/steps/3/kind", "teleport"), "t.json: /steps/3/kind: ", "\"handle\"");
  expect_prefix_and(refusal_with("/steps/9/name", "lost-hope"), "t.json: /steps/9/name: ", "\"lost-reply\"");
  expect_prefix_and(refusal_with("/steps/3/request/to", "queue"),
                    "t.json: /steps/3/request/to: ", "no store queue: the trace has cache, database");
  expect_prefix_and(refusal_with("/stores/0/kind", "heap"), "t.json: /stores/0/kind: ", "\"database\"");
  expect_prefix_and(refusal_with("/scenario/on_database_timeout", "wait"),
                    "t.json: /scenario/on_database_timeout: ", "\"continue\"");
}

TEST(TraceJsonErrors, a_wrong_type_is_refused_with_its_address) {
  expect_prefix_and(refusal_with("/steps/0/app", "1"), "t.json: /steps/0/app: ", "expected integer, found string");
  expect_prefix_and(refusal_with("/steps/0/app", 1.0), "t.json: /steps/0/app: ", "expected integer");
  expect_prefix_and(refusal_with("/steps", json::object()), "t.json: /steps: ", "expected array");
  expect_prefix_and(refusal_with("/initial/stores/cache/k1", true),
                    "t.json: /initial/stores/cache/k1: ", "integer or null");
  expect_prefix_and(refusal_with("/property", 3), "t.json: /property: ", "string or null");
}

TEST(TraceJsonErrors, missing_and_unknown_fields_are_refused_by_name) {
  expect_prefix_and(refusal_without("/steps/2", "after"), "t.json: /steps/2: ", "\"after\" is missing");
  expect_prefix_and(refusal_without("", "scenario"), "t.json: ", "\"scenario\" is missing");
  expect_prefix_and(refusal_with("/steps/2/when", 12), "t.json: /steps/2: ", "unknown field \"when\"");
  expect_prefix_and(refusal_with("/scenario/a~1\nb", 12), "t.json: /scenario: ", "unknown field \"a/ b\"");
}

TEST(TraceJsonErrors, numbers_out_of_range_are_refused) {
  expect_prefix_and(refusal_with("/steps/0/app", 0), "t.json: /steps/0/app: ", "from 1 to");
  expect_prefix_and(refusal_with("/steps/0/app", 4294967297), "t.json: /steps/0/app: ", "from 1 to");
  expect_prefix_and(refusal_with("/steps/0/app", 18446744073709551615U), "t.json: /steps/0/app: ", "from 1 to");
  expect_prefix_and(refusal_with("/scenario/keys", 0), "t.json: /scenario/keys: ", "from 1 to");
  expect_prefix_and(refusal_with("/initial/stores/database/k1", 9223372036854775808U),
                    "t.json: /initial/stores/database/k1: ", "too large");
  expect_prefix_and(refusal_with("/seed", "18446744073709551616"), "t.json: /seed: ", "too large");
  expect_prefix_and(refusal_with("/seed", "007"), "t.json: /seed: ", "");
  expect_prefix_and(refusal_with("/seed", 7), "t.json: /seed: ", "expected string");
  EXPECT_NE(refusal(R"({"format": "stalemate-trace", "version": 1e999})"), "");
  EXPECT_NE(refusal(R"({"format": "stalemate-trace", "version": )" + std::string(100000, '9') + "}"), "");
}

TEST(TraceJsonErrors, an_app_session_key_or_fault_that_the_scenario_lacks_is_refused) {
  expect_prefix_and(refusal_with("/steps/0/app", 3), "t.json: /steps/0/app: ", "no app instance 3");
  expect_prefix_and(refusal_with("/steps/0/session", 2), "t.json: /steps/0/session: ", "no session 2");
  expect_prefix_and(refusal_with("/steps/0/key", "k2"), "t.json: /steps/0/key: ", "no key k2");
  expect_prefix_and(refusal_with("/steps/0/sends/0/key", "k9999"), "t.json: /steps/0/sends/0/key: ", "no key k9999");
  expect_prefix_and(refusal_with("/steps/9/budget", 2), "t.json: /steps/9/budget: ", "no fault 2");
}

TEST(TraceJsonErrors, a_store_that_lacks_a_key_or_has_another_is_refused) {
  const std::string after = "/steps/0/after/stores";
  expect_prefix_and(refusal_with("/initial/stores/cache", json::object()), "t.json: /initial/stores/cache: ", "k1");
  expect_prefix_and(refusal_with(after + "/cache", json::object()), "t.json: " + after + "/cache: ", "k1");
  expect_prefix_and(refusal_with(after + "/database/k2", 1), "t.json: " + after + "/database: ", "k1");
  expect_prefix_and(refusal_with("/initial/stores/database", {{"k01", 1}}), "t.json: /initial/stores/database: ", "k1");
  expect_prefix_and(refusal_with(after + "/other", json::object()), "t.json: " + after + "/other: ", "no such store");
  expect_prefix_and(refusal_without(after, "database"), "t.json: " + after + "/database: ", "k1");
  expect_prefix_and(refusal_with("/stores/1/name", "cache"), "t.json: /stores/1/name: ", "twice");
}

TEST(TraceJsonErrors, of_several_entries_each_is_named_once_and_about_the_row) {
  Trace trace = samples::async_lost();
  Request& dropped = trace.steps[2].sends[0];
  const auto add_list = [](State& state) { cache_of(state).push_back({"k1/list", 1}); };
  add_list(trace.initial);
  for (Step& step : trace.steps) add_list(step.after);
  dropped.also = {"k1/list"};
  EXPECT_EQ(refusal(write_json(trace)), "");
  const auto refused = [&](std::vector<std::string> also) {
    dropped.also = std::move(also);
    return refusal(write_json(trace));
  };
  expect_prefix_and(refused({"k1/list", "k1/list"}), "t.json: /steps/2/sends/0/also/1: ", "twice");
  expect_prefix_and(refused({"k1"}), "t.json: /steps/2/sends/0/also/0: ", "twice");
  expect_prefix_and(refused({"k1/lost"}), "t.json: /steps/2/sends/0/also/0: ", "no k1/lost");
  dropped.also = {"k1/list"};
  dropped.verb = "mark";
  expect_prefix_and(refusal(write_json(trace)), "t.json: /steps/2/sends/0/also: ", "a mark is asked of one entry");
}

TEST(TraceJsonErrors, what_expires_is_in_a_cache) {
  const json expiring = {{"value", 1}, {"expires", true}};
  EXPECT_EQ(refusal_with("/initial/stores/cache/k1", expiring), "");
  expect_prefix_and(refusal_with("/initial/stores/database/k1", expiring),
                    "t.json: /initial/stores/database/k1: ", "cache");
  expect_prefix_and(refusal_with("/initial/stores/cache/k1", {{"value", 1}, {"expires", false}}),
                    "t.json: /initial/stores/cache/k1/expires: ", "true");
  expect_prefix_and(refusal_with("/initial/stores/cache/k1", {{"value", nullptr}, {"expires", true}}),
                    "t.json: /initial/stores/cache/k1/value: ", "integer");
}

TEST(TraceJsonErrors, a_copy_is_a_ghost_and_has_the_number_that_its_making_gives_it) {
  expect_prefix_and(refusal_with("/steps/1/copy", 1), "t.json: /steps/1/copy: ", "ghost");
  Trace trace = samples::duplicate_set();
  EXPECT_EQ(refusal(write_json(trace)), "");
  for (Step& step : trace.steps)
    for (InFlight& message : step.after.in_flight)
      if (message.is_ghost) message.copy += 1;
  expect_prefix_and(refusal(write_json(trace)), "t.json: /steps/", "numbered otherwise");
}

TEST(TraceJsonErrors, a_file_of_version_1_is_refused_with_the_addresses_that_it_has) {
  const std::string text =
      read_text_file(STALEMATE_SOURCE_DIR "/tests/traces/version1/cache-aside-late-fill.json", 1 << 20);
  const auto changed = [&](const std::string& address, const json& value) {
    json document = json::parse(text);
    document[json::json_pointer(address)] = value;
    return refusal(document.dump());
  };
  EXPECT_EQ(refusal(text), "");
  expect_prefix_and(changed("/initial/cache", json::object()), "t.json: /steps/0/sends/0/to: ", "no store cache");
  expect_prefix_and(changed("/steps/0/after/database/k2", 1), "t.json: /steps/0/after/database: ", "k1");
  expect_prefix_and(changed("/initial/database/k1", nullptr), "t.json: /initial/database/k1: ", "integer");
  expect_prefix_and(changed("/initial/expiring", json::array({"k1"})),
                    "t.json: /initial/expiring/0: ", "cannot expire");
  expect_prefix_and(changed("/steps/3/kind", "fault"), "t.json: /steps/3/kind: ", "\"lose-request\"");
  expect_prefix_and(changed("/steps/1/request/to", "queue"), "t.json: /steps/1/request/to: ", "\"cache\"");
  expect_prefix_and(changed("/stores", json::array()), "t.json: ", "unknown field \"stores\"");
}

TEST(TraceJsonErrors, a_value_without_or_against_its_outcome_or_verb_is_refused) {
  expect_prefix_and(refusal_without("/steps/3/reply", "value"), "t.json: /steps/3/reply/value: ", "is missing");
  expect_prefix_and(refusal_with("/steps/1/reply/value", 3), "t.json: /steps/1/reply/value: ", "must not be there");
  expect_prefix_and(refusal_without("/steps/8/request", "value"), "t.json: /steps/8/request/value: ", "is missing");
  expect_prefix_and(refusal_with("/steps/1/request/value", 3), "t.json: /steps/1/request/value: ", "no value");
  expect_prefix_and(refusal_with("/steps/9/endings/0/value", 3), "t.json: /steps/9/endings/0/value: ", "failed");
}

TEST(TraceJsonErrors, a_step_with_fields_of_another_kind_is_refused) {
  expect_prefix_and(refusal_with("/steps/0/arrow", 1), "t.json: /steps/0/arrow: ", "invoke");
  expect_prefix_and(refusal_without("/steps/1", "request"), "t.json: /steps/1/request: ", "is missing");
  expect_prefix_and(refusal_without("/steps/2", "reply"), "t.json: /steps/2/reply: ", "is missing");
  expect_prefix_and(refusal_without("/steps/9", "budget"), "t.json: /steps/9/budget: ", "is missing");
  expect_prefix_and(refusal_with("/steps/1/budget", 1), "t.json: /steps/1/budget: ", "no fault");
  expect_prefix_and(refusal_with("/steps/1/arrow", 2), "t.json: /steps/1/request/arrow: ", "differs");
  expect_prefix_and(refusal_with("/property", "fresh-reads"), "t.json: /property: ", "last step");
}

TEST(TraceJsonErrors, a_second_form_of_the_same_trace_is_refused) {
  expect_prefix_and(refusal_with("/steps/0/endings", json::array()), "t.json: /steps/0/endings: ", "empty");
  expect_prefix_and(refusal_with("/steps/0/choice", 0), "t.json: /steps/0/choice: ", "from 1");
  expect_prefix_and(refusal_with("/steps/0/sends/0/awaited", true), "t.json: /steps/0/sends/0/awaited: ", "false");
  expect_prefix_and(refusal_with("/protocol/text/0", "a\nb"), "t.json: /protocol/text/0: ", "line feed");
  expect_prefix_and(refusal_with("/protocol/text", json::array()), "t.json: /protocol/text: ", "empty");
}

TEST(TraceJsonErrors, a_request_drawn_as_lost_stands_in_sends_only_and_says_so_only_when_it_is_true) {
  expect_prefix_and(refusal_with("/steps/0/sends/0/drawn_lost", false),
                    "t.json: /steps/0/sends/0/drawn_lost: ", "true");
  expect_prefix_and(refusal_with("/steps/1/request/drawn_lost", true),
                    "t.json: /steps/1/request/drawn_lost: ", "sends alone");
  expect_prefix_and(refusal_with("/steps/0/after/in_flight/0/request/drawn_lost", true),
                    "t.json: /steps/0/after/in_flight/0/request/drawn_lost: ", "sends alone");
}

TEST(TraceJsonErrors, a_branch_is_named_only_beside_a_choice_and_never_by_nothing) {
  expect_prefix_and(refusal_with("/steps/0/chosen", "feature flag on"),
                    "t.json: /steps/0/chosen: ", "without a choice");
  expect_prefix_and(refusal_with("/steps/0/chosen", ""), "t.json: /steps/0/chosen: ", "empty");
}

TEST(TraceJsonErrors, a_name_that_stands_twice_in_one_object_is_refused) {
  std::string text = write_json(samples::race());
  text.insert(text.find("\"version\""), "\"version\": 1, ");
  expect_prefix_and(refusal(text), "t.json: ", "\"version\" stands twice");
}

TEST(TraceJsonErrors, deep_nesting_is_refused_before_anything_recurses) {
  expect_prefix_and(refusal(std::string(1000000, '[')), "t.json:1:65: ", "nested deeper than 64");
  std::string text = write_json(samples::race());
  const std::string deep = std::string(60, '[') + std::string(60, ']');
  text.insert(text.find("\"version\""), "\"x\": " + deep + ", ");
  expect_prefix_and(refusal(text), "t.json: ", "unknown field \"x\"");
}

TEST(TraceJsonErrors, a_nul_byte_does_not_end_the_file_early) {
  const std::string text = write_json(samples::race());
  expect_prefix_and(refusal(text + std::string(1, '\0') + "{}"), "t.json:33:1: ", "NUL");
}

TEST(TraceJsonErrors, hostile_text_in_a_file_or_its_name_never_breaks_the_line) {
  expect_prefix_and(refusal_with("/steps/0/kind", "a\nb\x1b[31m"), "t.json: /steps/0/kind: ", "expected one of");
  try {
    read_json("{}", "bad\nname.json");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(TraceJsonErrors, very_long_text_where_a_pattern_is_asked_for_is_refused_without_harm) {
  for (const char c : {'k', '1', '0'}) {
    EXPECT_NE(refusal_with("/steps/0/key", std::string(1000000, c)), "");
    EXPECT_NE(refusal_with("/seed", std::string(1000000, c)), "");
  }
}

TEST(TraceJsonErrors, two_million_objects_in_one_array_are_read_in_time_that_grows_no_faster_than_the_file) {
  std::string text = "[{}";
  for (int i = 1; i < 2000000; ++i) text += ",{}";
  expect_prefix_and(refusal(text + "]"), "t.json: ", "not a stalemate trace");  // or the test's time runs out
}

RC_GTEST_PROP(TraceJsonErrors, bytes_changed_anywhere_are_refused_in_one_line_or_give_a_trace_that_renders, ()) {
  const auto samples = samples::all();
  std::string text = write_json(samples[*rc::gen::inRange<std::size_t>(0, samples.size())].trace);
  const int edits = *rc::gen::inRange(1, 4);
  for (int i = 0; i < edits; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        text[at] = *rc::gen::arbitrary<char>();
        break;
      case 1:
        text.erase(at, *rc::gen::inRange<std::size_t>(1, 40));
        break;
      case 2:
        text.insert(at, *rc::gen::element<std::string>("0", "-", "9", "null", "\"", "{", "}", "[", "]", ",", "\\u0000",
                                                       "\"kind\": \"invoke\", ", "k", "e5", "\xFF"));
        break;
      default:
        text.insert(at,
                    text.substr(*rc::gen::inRange<std::size_t>(0, text.size()), *rc::gen::inRange<std::size_t>(1, 60)));
    }
    if (text.empty()) break;
  }
  try {
    const Trace trace = read_json(text, "t.json");
    const std::string written = write_json(trace);
    RC_ASSERT(write_json(read_json(written, "t.json")) == written);
    for (const Renderer& renderer : renderers()) RC_ASSERT(!renderer.render(trace, {}).empty());
  } catch (const InputError& error) {
    RC_ASSERT(std::string(error.what()).starts_with("t.json:"));
    RC_ASSERT(std::string(error.what()).find('\n') == std::string::npos);
  }
}

// The refusal of the endless sample after `edit`.
template <class Edit>
std::string refusal_of_loop(Edit edit) {
  Trace trace = samples::endless();
  edit(trace);
  return refusal(write_json(trace));
}

TEST(TraceJsonErrors, a_loop_that_is_none_is_refused) {
  EXPECT_EQ(refusal_of_loop([](Trace&) {}), "");
  expect_prefix_and(refusal_of_loop([](Trace& trace) { trace.property = ""; }), "t.json: /loop: ", "none is named");
  expect_prefix_and(refusal_of_loop([](Trace& trace) { trace.loop = 7; }), "t.json: /loop: ", "no step 7");
  expect_prefix_and(refusal_of_loop([](Trace& trace) { trace.loop = 5; }), "t.json: /loop: ", "lead back");
  expect_prefix_and(refusal_of_loop([](Trace& trace) { trace.loop = 6; }), "t.json: /loop: ", "still in flight");
  expect_prefix_and(refusal_of_loop([](Trace& trace) { trace.loop = 3; }),
                    "t.json: /steps/3/kind: ", "handle, receive, call");
  expect_prefix_and(refusal_with("/loop", -1), "t.json: /loop: ", "from 0 to");
  expect_prefix_and(refusal_with("/loop", "4"), "t.json: /loop: ", "expected integer");
}

// Replaces any one value anywhere in a valid document: the JSON stays well formed, so the schema is what is tested.
RC_GTEST_PROP(TraceJsonErrors, values_changed_anywhere_are_refused_or_give_a_trace_that_renders, ()) {
  const auto samples = samples::all();
  const json flat = json::parse(write_json(samples[*rc::gen::inRange<std::size_t>(0, samples.size())].trace)).flatten();
  json document = flat.unflatten();
  auto place = flat.begin();
  std::advance(place, *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(flat.size())));
  const json value = *rc::gen::element<json>(nullptr, true, 0, 1, 2, -1, 1.5, 1e300, 18446744073709551615U, "", "x",
                                             "k1", "handle", json::array(), json::object(), json::array({1}));
  document[json::json_pointer(place.key())] = value;
  try {
    const Trace trace = read_json(document.dump(), "t.json");
    for (const Renderer& renderer : renderers()) RC_ASSERT(!renderer.render(trace, {}).empty());
    RC_ASSERT(read_json(write_json(trace), "t.json") == trace);
  } catch (const InputError& error) {
    RC_ASSERT(std::string(error.what()).starts_with("t.json: "));
  }
}

}  // namespace
}  // namespace stalemate::traces
