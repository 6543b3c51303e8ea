// `converges` on protocols. Today's model has no retries, so without invokes and faults every run ends, at rest: the
// property is broken exactly where coherent-at-rest is, by traces as long; only what expires is mended without them.
// Loops are tested on graphs in tests/sim.
#include "ask/convergence.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/explain.hpp"
#include "ask/hunt.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "machine/program.hpp"
#include "model/plain_pages.hpp"
#include "model/reference/reference_random.hpp"
#include "traces/json.hpp"

namespace stalemate::model {
namespace {

traces::Scenario scenario(std::vector<std::string> apps, bool cached = false, std::vector<std::string> faults = {}) {
  traces::Scenario words;
  words.apps = std::move(apps);
  words.cached = cached;
  words.faults = std::move(faults);
  return words;
}

Report check_for(const Protocol& protocol, const traces::Scenario& words, std::vector<std::string> properties) {
  CheckOptions options;
  options.properties = std::move(properties);
  return check(protocol, words, options);
}

Protocol cache_aside() { return read_page("cache-aside").value(); }

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

// What is wrong with the verdict on `converges` beside that on coherent-at-rest; "" if nothing.
std::string difference(const Protocol& protocol, const traces::Scenario& words) {
  const Report at_rest = check_for(protocol, words, {"coherent-at-rest"});
  const Report converges = check_for(protocol, words, {"converges"});
  if (converges.verdict != at_rest.verdict)
    return fmt::format("{}, but coherent-at-rest {}", to_string(converges.verdict), to_string(at_rest.verdict));
  if (at_rest.trace.has_value() != converges.trace.has_value()) return "a trace of one alone";
  if (!at_rest.trace) return "";
  if (converges.property != "converges") return "named " + converges.property;
  if (converges.trace->steps.size() != at_rest.trace->steps.size()) return "a trace of another length";
  if (converges.trace->loop != converges.trace->steps.size()) return "a loop where every run ends";
  if (converges.trace->steps.back().violates != std::vector<std::string>{"converges"}) return "another last step";
  if (!(rewalk(*converges.trace, "t.json") == *converges.trace)) return "walked again, another trace";
  if (!(traces::read_json(traces::write_json(*converges.trace), "t.json") == *converges.trace))
    return "read back, another trace";
  return "";
}

TEST(Converges, is_broken_on_every_page_exactly_where_coherent_at_rest_is) {
  int violated = 0;
  int others = 0;
  for (const CataloguePage& page : plain_pages()) {
    const Protocol protocol = read_page(page.name).value();
    for (const std::vector<std::string>& apps :
         {std::vector<std::string>{"read", "write"}, {"write", "write"}, {"read; write"}, {"write; read", "read"}}) {
      for (const bool cached : {false, true}) {
        for (const std::vector<std::string>& faults :
             {std::vector<std::string>{}, {"lost-message"}, {"lost-request"}, {"lost-reply=2"}}) {
          const traces::Scenario words = scenario(apps, cached, faults);
          SCOPED_TRACE(testing::Message()
                       << page.name << ", cached " << cached << ", " << fmt::format("{}", fmt::join(apps, " / "))
                       << ", " << fmt::format("{}", fmt::join(faults, ",")));
          if (!refusal([&] { check_for(protocol, words, {"coherent-at-rest"}); }).empty()) {
            EXPECT_NE(refusal([&] { check_for(protocol, words, {"converges"}); }), "");
            continue;
          }
          EXPECT_EQ(difference(protocol, words), "");
          ++(check_for(protocol, words, {"converges"}).verdict == Verdict::kViolated ? violated : others);
        }
      }
    }
  }
  EXPECT_GT(violated, 50);
  EXPECT_GT(others, 20);
}

RC_GTEST_PROP(Converges, OnRandomProtocolsItIsBrokenExactlyWhereCoherentAtRestIs, ()) {
  using Words = std::vector<std::string>;
  const auto random = *reference::random_protocol();
  const Words apps = *rc::gen::element(Words{"read", "write"}, Words{"write", "write"}, Words{"read; write"});
  const Words faults = *rc::gen::element(Words{}, Words{"lost-message"});
  const traces::Scenario words = scenario(apps, *rc::gen::arbitrary<bool>(), faults);
  std::optional<Protocol> protocol;
  try {
    protocol = read_protocol(random.text, "random.md", {});
    const Report at_rest = check_for(*protocol, words, {"coherent-at-rest"});
    RC_CLASSIFY(at_rest.verdict == Verdict::kViolated, "violated");
  } catch (const InputError&) {
    RC_DISCARD("not a protocol with such a scenario");
  }
  if (random.text.find("TTL") != std::string::npos) {  // what expires at last breaks only the one
    const bool converges_broken = check_for(*protocol, words, {"converges"}).verdict == Verdict::kViolated;
    const bool at_rest_broken = check_for(*protocol, words, {"coherent-at-rest"}).verdict == Verdict::kViolated;
    RC_CLASSIFY(at_rest_broken && !converges_broken, "mended by expiry");
    RC_ASSERT(!converges_broken || at_rest_broken);
    return;
  }
  const std::string found = difference(*protocol, words);
  if (!found.empty()) RC_FAIL(found);
}

TEST(Converges, an_entry_with_a_time_to_live_is_mended_by_its_expiry) {
  const auto with_fill = [](const std::string& fill) {
    const std::string page =
        "# Read\n```mermaid\nsequenceDiagram\napp->>cache: Get value\n"
        "cache-->>app: Does not exist\napp->>database: Get value\napp->>cache: " +
        fill +
        "\n```\n"
        "# Write\n```mermaid\nsequenceDiagram\napp->>database: Set value\napp->>cache: Delete value\n```\n";
    return read_protocol(page, "fill.md", {});
  };
  const Protocol lives = with_fill("Set value, TTL 60");
  EXPECT_EQ(check_for(lives, scenario({"read", "write"}), {"coherent-at-rest"}).verdict, Verdict::kViolated);
  EXPECT_EQ(check_for(lives, scenario({"read", "write"}), {"converges"}).verdict, Verdict::kHolds);
  EXPECT_EQ(check_for(with_fill("Set value"), scenario({"read", "write"}), {"converges"}).verdict, Verdict::kViolated);
}

TEST(Converges, cache_aside_a_late_fill_stays_for_ever_and_that_is_permanent) {
  const Report report = check_for(cache_aside(), scenario({"read", "write"}), {"converges"});
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  EXPECT_EQ(report.property, "converges");
  ASSERT_TRUE(report.trace);
  EXPECT_EQ(report.trace->steps.size(), 12U);
  EXPECT_EQ(report.trace->loop, 12U);
  EXPECT_EQ(report.properties.at(0).why.substr(0, 12), "permanently:");
  EXPECT_NE(describe(report).find("nothing happens any more"), std::string::npos);
  EXPECT_NE(to_json(report).find("\n  \"loop\": 12,\n  \"trace\": "), std::string::npos);
}

TEST(Converges, an_incoherent_moment_that_messages_in_flight_will_mend_breaks_nothing) {
  // With the key cached, the database is ahead of the cache until the delete is handled.
  const Report report = check_for(cache_aside(), scenario({"read", "write"}, true), {"converges"});
  EXPECT_EQ(report.verdict, Verdict::kHolds);
}

TEST(Converges, is_checked_only_when_it_is_named) {
  const Report report = check(cache_aside(), scenario({"read", "write; read"}), {});
  for (const PropertyReport& property : report.properties) EXPECT_NE(property.property, "converges");
}

TEST(Converges, beside_other_properties_the_shortest_trace_is_told_and_ties_go_by_the_table) {
  const Report tie = check_for(cache_aside(), scenario({"read", "write"}), {"converges", "coherent-at-rest"});
  EXPECT_EQ(tie.property, "coherent-at-rest");
  ASSERT_TRUE(tie.trace);
  EXPECT_FALSE(tie.trace->loop);
  EXPECT_EQ(tie.properties.at(0).verdict, Verdict::kViolated);
  EXPECT_EQ(tie.properties.at(1).verdict, Verdict::kViolated);
  // A stale read needs the stale entry first: 14 steps, as the test of fresh-reads says.
  const Report shorter = check_for(cache_aside(), scenario({"read", "read", "write"}), {"fresh-reads", "converges"});
  EXPECT_EQ(shorter.property, "converges");
  ASSERT_TRUE(shorter.trace);
  EXPECT_EQ(shorter.trace->steps.size(), 12U);
  EXPECT_EQ(shorter.properties.at(0).verdict, Verdict::kViolated);
  EXPECT_EQ(shorter.properties.at(0).why, "another property has a shorter trace");
}

TEST(Converges, holds_is_vacuous_where_nothing_is_ever_cached) {
  const Report report = check_for(cache_aside(), scenario({"write"}), {"converges"});
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.properties.at(0).why, "vacuous: never reached: a cached entry at rest");
}

TEST(Converges, the_report_is_the_same_for_one_thread_and_two) {
  CheckOptions one;
  one.properties = {"converges"};
  CheckOptions two = one;
  two.threads = 2;
  const traces::Scenario words = scenario({"read", "read", "write"}, false, {"lost-message"});
  EXPECT_EQ(to_json(check(cache_aside(), words, one)), to_json(check(cache_aside(), words, two)));
}

TEST(Converges, a_limit_that_stops_the_search_or_the_graph_after_it_is_inconclusive) {
  CheckOptions options;
  options.properties = {"converges"};
  const traces::Scenario words = scenario({"read", "write"}, true);
  options.depth_max = 3;
  EXPECT_EQ(check(cache_aside(), words, options).verdict, Verdict::kInconclusive);
  options.depth_max.reset();
  int calls_in_search = 0;
  options.interrupt = [&](const sim::Progress&) {
    ++calls_in_search;
    return std::optional<std::string>();
  };
  CheckOptions at_rest = options;
  at_rest.properties = {"coherent-at-rest"};
  check(cache_aside(), words, at_rest);
  int left = calls_in_search + 1;  // one call into the second pass
  options.interrupt = [&](const sim::Progress&) {
    return --left < 0 ? std::optional<std::string>("stopped") : std::nullopt;
  };
  const Report stopped = check(cache_aside(), words, options);
  EXPECT_EQ(stopped.verdict, Verdict::kInconclusive);
  EXPECT_EQ(stopped.limits, std::vector<std::string>{"stopped"});
}

TEST(Converges, memory_for_the_search_but_not_for_the_graph_is_inconclusive) {
  CheckOptions options;
  options.properties = {"converges"};
  const traces::Scenario words = scenario({"read", "read", "write"}, true, {"lost-message"});
  bool graph_alone = false;
  for (std::uint64_t bytes = std::uint64_t{1} << 16; bytes < std::uint64_t{1} << 30; bytes += bytes / 16) {
    options.memory_bytes_max = bytes;
    const Report report = check(cache_aside(), words, options);
    if (report.limits.empty()) break;
    EXPECT_EQ(report.verdict, Verdict::kInconclusive);
    graph_alone |= report.limits.at(0).find("by the graph for converges") != std::string::npos;
  }
  EXPECT_TRUE(graph_alone);
}

TEST(Converges, a_trace_whose_loop_the_model_does_not_have_is_refused) {
  const traces::Trace good = check_for(cache_aside(), scenario({"read", "write"}), {"converges"}).trace.value();
  const auto refused = [&](const std::function<void(traces::Trace&)>& edit) {
    traces::Trace trace = good;
    edit(trace);
    return refusal([&] { rewalk(trace, "t.json"); });
  };
  EXPECT_EQ(refused([](traces::Trace&) {}), "");
  EXPECT_EQ(refused([](traces::Trace& trace) { trace.loop.reset(); }).substr(0, 26), "t.json: /loop: is missing:");
  EXPECT_EQ(refused([](traces::Trace& trace) { trace.loop = 3; }).substr(0, 35), "t.json: /loop: the last step does n");
  EXPECT_EQ(refused([](traces::Trace& trace) {
              trace.steps.pop_back();
              trace.loop = trace.steps.size();
            }).substr(0, 35),
            "t.json: /loop: something happens ye");
  // A read alone ends with a cache that agrees.
  traces::Trace agrees = good;
  agrees.steps.resize(5);
  agrees.loop = 5;
  Walk walk(cache_aside(), scenario({"read"}), {"coherent-at-rest"});
  while (!walk.enabled().empty()) walk.take(0);
  agrees = walk.trace();
  agrees.property = "converges";
  agrees.loop = agrees.steps.size();
  EXPECT_EQ(refusal([&] { rewalk(agrees, "t.json"); }),
            "t.json: /loop: the cache does not differ from the database in the loop; make the trace again");
}

TEST(Converges, a_trace_that_stays_is_explained_as_the_incoherent_rest_that_it_is) {
  const traces::Trace stays = check_for(cache_aside(), scenario({"read", "write"}), {"converges"}).trace.value();
  const traces::Trace rests = check_for(cache_aside(), scenario({"read", "write"}), {"coherent-at-rest"}).trace.value();
  EXPECT_EQ(explain(stays).highlights, explain(rests).highlights);
  EXPECT_TRUE(find_highlights(stays).point_of_no_return);
  traces::Trace endless = stays;
  endless.loop = 3;
  EXPECT_EQ(refusal([&] { explain(endless); }).substr(0, 30), "the trace repeats for ever, an");
}

TEST(Converges, what_looks_at_single_steps_refuses_it_by_name) {
  const std::string said = "--property converges: no single step or state breaks it";
  EXPECT_EQ(refusal([] { Walk(cache_aside(), scenario({"read"}), {"converges"}); }).substr(0, said.size()), said);
  CheckOptions counting;
  counting.properties = {"converges"};
  counting.count_schedules = true;
  EXPECT_EQ(refusal([&] { check(cache_aside(), scenario({"read"}), counting); }).substr(0, said.size()), said);
  HuntOptions hunting;
  hunting.properties = {"converges"};
  EXPECT_EQ(refusal([&] { hunt(cache_aside(), HuntSpace{}, hunting); }).substr(0, said.size()), said);
}

}  // namespace
}  // namespace stalemate::model
