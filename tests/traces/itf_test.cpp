// The ITF renderer: against a schema written from ADR-015, judged by a validator of somebody else's, and against the
// trace it was made from.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "generators.hpp"
#include "held_words.hpp"
#include "saved.hpp"
#include "schema_support.hpp"
#include "traces/render.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

constexpr const char* kSchema = STALEMATE_SOURCE_DIR "/tests/traces/itf.schema.json";

json itf(const Trace& trace) { return json::parse(find_renderer("itf")->render(trace, {})); }

json bigint(std::int64_t value) { return {{"#bigint", std::to_string(value)}}; }
json some(json value) { return {{"tag", "Some"}, {"value", std::move(value)}}; }
json none() { return {{"tag", "None"}, {"value", {{"#tup", json::array()}}}}; }
json optional_bigint(const std::optional<std::int64_t>& value) { return value ? some(bigint(*value)) : none(); }

json map_of(const std::string& key, json value) {
  return {{"#map", json::array({json::array({key, std::move(value)})})}};
}

// Whether a number stands anywhere outside of "#meta".
bool has_plain_number(const json& value) {
  if (value.is_number()) return true;
  if (!value.is_structured()) return false;
  for (const auto& [name, part] : value.items()) {
    if (!(value.is_object() && name == "#meta") && has_plain_number(part)) return true;
  }
  return false;
}

// What is wrong with `document` as the ITF of `trace`; "" if nothing is.
std::string difference(const json& document, const Trace& trace) {
  json without_loop = document;
  without_loop.erase("loop");
  if (has_plain_number(without_loop)) return "a plain number";
  if (document.contains("loop") != trace.loop.has_value()) return "a loop of one alone";
  const json& states = document["states"];
  if (states.size() != trace.steps.size() + 1) return "as many states as " + std::to_string(states.size());
  std::set<std::string> vars;
  for (const json& var : document["vars"]) vars.insert(var.get<std::string>());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::string where = " in state " + std::to_string(i);
    const json& state = states[i];
    std::set<std::string> defined;
    for (const auto& [name, unused] : state.items()) defined.insert(name);
    defined.erase("#meta");
    if (defined != vars) return "other variables than named" + where;
    if (state["#meta"]["index"] != i) return "another index" + where;

    const State& after = i == 0 ? trace.initial : trace.steps[i - 1].after;
    json cache = json::array();
    json database = json::array();
    for (const Entry& entry : entries_of(after, "cache")) {
      const std::string word = held_without_value(entry);
      cache.push_back({entry.key, word.empty() ? optional_bigint(entry.value) : some(word)});
    }
    for (const Entry& entry : entries_of(after, "database"))
      database.push_back({entry.key, bigint(entry.value.value())});
    if (state["cache"] != json{{"#map", cache}}) return "another cache" + where;
    if (state["database"] != json{{"#map", database}}) return "another database" + where;

    if (state["in_flight"].size() != after.in_flight.size()) return "other messages" + where;
    for (std::size_t j = 0; j < after.in_flight.size(); ++j) {
      const InFlight& message = after.in_flight[j];
      const json& told = state["in_flight"][j];
      if (told["app"] != bigint(message.app) || told["session"] != bigint(message.session) ||
          told["is_reply"] != message.is_reply || told["request"]["verb"] != message.request.verb ||
          told["request"]["key"] != message.request.key || told["request"]["to"] != message.request.to ||
          told["request"]["value"] != optional_bigint(message.request.value) ||
          told["reply"]["tag"] != (message.reply ? "Some" : "None")) {
        return "another message" + where;
      }
    }
    if (state["action_taken"] != (i == 0 ? "init" : to_string(trace.steps[i - 1].kind)))
      return "another action" + where;
    if (i == 0) continue;
    const Step& step = trace.steps[i - 1];
    const json& parameters = state["parameters"];
    if (parameters["app"] != bigint(step.app) || parameters["session"] != bigint(step.session) ||
        parameters["operation"] != bigint(step.operation) || parameters["arrow"] != bigint(step.arrow) ||
        parameters["diagram"] != step.diagram || parameters["key"] != step.key ||
        parameters["choice"] != bigint(step.choice) || parameters["budget"] != bigint(step.budget) ||
        parameters["sends"].size() != step.sends.size() || parameters["endings"].size() != step.endings.size()) {
      return "other parameters" + where;
    }
  }
  return "";
}

TEST(ItfRenderer, every_saved_trace_satisfies_the_schema_and_says_what_the_trace_says) {
  const auto traces = samples::saved_and_made();
  std::vector<json> documents;
  for (const auto& [name, trace] : traces) documents.push_back(itf(trace));
  const auto verdicts = schema::judge(kSchema, documents);
  for (std::size_t i = 0; i < traces.size(); ++i) EXPECT_EQ(verdicts[i], "ok") << traces[i].name;
  const auto of_one_cache = samples::saved_and_made_of_one_cache();
  ASSERT_GT(of_one_cache.size(), 30U);
  for (const auto& [name, trace] : of_one_cache) EXPECT_EQ(difference(itf(trace), trace), "") << name;
}

TEST(ItfRenderer, any_trace_satisfies_the_schema_and_says_what_the_trace_says) {
  std::vector<json> documents;
  ASSERT_TRUE(rc::check([&documents] {
    const Trace trace = generators::any_trace();
    const json document = itf(trace);
    const std::string found = difference(document, trace);
    if (!found.empty()) RC_FAIL(found);
    documents.push_back(document);
  }));
  ASSERT_GE(documents.size(), 50U);
  for (const std::string& verdict : schema::judge(kSchema, documents)) EXPECT_EQ(verdict, "ok");
}

TEST(ItfRenderer, the_schema_refuses_what_the_format_does_not_know) {
  const json good = itf(samples::race());
  std::vector<json> bad;
  const auto spoil = [&](auto edit) {
    bad.push_back(good);
    edit(bad.back());
  };
  spoil([](json& d) { d["states"][1]["database"]["#map"][0][1] = 1000; });
  spoil([](json& d) { d["states"][1]["database"]["#map"][0][1] = {{"#bigint", "1e3"}}; });
  spoil([](json& d) { d["states"][1]["database"]["#map"][0].push_back("more"); });
  spoil([](json& d) { d["states"][1]["violates"]["#set"] = {"twice", "twice"}; });
  spoil([](json& d) { d["states"][1]["#other"] = "x"; });
  spoil([](json& d) { d["states"][1]["in_flight"][0]["reply"] = nullptr; });
  spoil([](json& d) { d["vars"] = {"cache", "cache"}; });
  spoil([](json& d) { d.erase("states"); });
  for (const std::string& verdict : schema::judge(kSchema, bad)) EXPECT_NE(verdict, "ok");
}

TEST(ItfRenderer, two_equal_messages_in_flight_are_both_there) {
  Trace trace = samples::race();
  trace.initial.in_flight = {trace.steps[0].after.in_flight[0], trace.steps[0].after.in_flight[0]};
  EXPECT_EQ(itf(trace)["states"][0]["in_flight"].size(), 2U);
}

TEST(ItfRenderer, a_property_that_a_step_breaks_twice_is_in_the_set_once) {
  Trace trace = samples::race();
  trace.steps.back().violates = {"fresh-reads", "coherent-at-rest", "fresh-reads"};
  const json broken = {{"#set", {"fresh-reads", "coherent-at-rest"}}};
  EXPECT_EQ(itf(trace)["states"].back()["violates"], broken);
}

TEST(ItfRenderer, the_loop_of_a_lasso_is_the_state_that_follows_the_last_one) {
  // After state 6, which is as state 4, comes state 5; what stays is followed by itself.
  EXPECT_EQ(itf(samples::endless())["loop"], 5);
  EXPECT_EQ(itf(samples::staying())["loop"], samples::staying().steps.size());
  EXPECT_FALSE(itf(samples::race()).contains("loop"));
}

TEST(ItfRenderer, the_race_in_words_of_the_format) {
  const json document = itf(samples::race());
  EXPECT_EQ(document["#meta"]["format"], "ITF");
  EXPECT_EQ(document["states"][0]["cache"], map_of("k1", none()));
  EXPECT_EQ(document["states"][11]["cache"], map_of("k1", some(bigint(1000))));
  EXPECT_EQ(document["states"][11]["database"], map_of("k1", bigint(1)));
  EXPECT_EQ(document["states"][11]["action_taken"], "handle");
  EXPECT_EQ(document["states"][11]["parameters"]["app"], bigint(1));
}

}  // namespace
}  // namespace stalemate::traces
