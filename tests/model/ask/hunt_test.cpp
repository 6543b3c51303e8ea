// Hunts: what they find is judged by the exhaustive search and by rewalk(), never by the hunt itself. A long file: a
// claim after another.
#include "ask/hunt.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "ask/walk.hpp"
#include "base/error.hpp"
#include "model/reference/reference_random.hpp"
#include "model/understand/protocol_support.hpp"
#include "traces/json.hpp"

namespace stalemate::model {
namespace {

// Up to 4 app instances of 3 operations, 2 keys, one lost message.
HuntSpace large_space() {
  HuntSpace space;
  space.scenario.keys = 2;
  space.scenario.faults = {"lost-message=1"};
  space.apps = 4;
  space.operations = 3;
  return space;
}

// The shortest violation of one property in one scenario, by the exhaustive search alone.
Report checked(const Protocol& protocol, const traces::Trace& trace) {
  CheckOptions options;
  options.properties = {trace.property};
  return check(protocol, trace.scenario, options);
}

void expect_sound(const Protocol& protocol, const HuntFound& found) {
  EXPECT_EQ(rewalk(found.trace, "found"), found.trace);
  ASSERT_FALSE(found.trace.steps.empty());
  EXPECT_EQ(found.trace.steps.back().violates, std::vector<std::string>{found.trace.property});
  const Report report = checked(protocol, found.trace);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  if (found.shortest) {
    EXPECT_EQ(report.trace->steps.size(), found.trace.steps.size());
  }
}

TEST(Hunt, cache_aside_is_violated_by_a_hundred_seeds_of_a_hundred_and_shrunk_to_the_shortest_trace_of_its_scenario) {
  const Protocol protocol = read_page("cache-aside").value();
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    HuntOptions options;
    options.seed = seed;
    const HuntReport report = hunt(protocol, large_space(), options);
    ASSERT_EQ(report.verdict, Verdict::kViolated) << "seed " << seed;
    ASSERT_EQ(report.found.size(), 1U);
    const HuntFound& found = report.found.front();
    EXPECT_EQ(found.trace.seed, seed);
    EXPECT_TRUE(found.shortest && found.smallest && found.exhausted) << "seed " << seed;
    expect_sound(protocol, found);
  }
}

// A retry has the same identity as what it repeats, but for how often that was tried.
TEST(Hunt, what_breaks_in_spite_of_retries_is_found_and_shrunk) {
  const Protocol protocol = read_page("cache-aside").value();
  HuntSpace space = large_space();
  space.scenario.retries = 1;
  space.scenario.faults = {"lost-reply@write:1=2"};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    HuntOptions options;
    options.seed = seed;
    const HuntReport report = hunt(protocol, space, options);
    ASSERT_EQ(report.verdict, Verdict::kViolated) << "seed " << seed;
    EXPECT_EQ(report.found.front().trace.scenario.retries, 1);
    expect_sound(protocol, report.found.front());
  }
}

// Nothing of a shrunk scenario can be left out: without one app instance, or one fault less, the property holds or says
// nothing. With the scripts' words, so that nothing of the hunt's own is trusted.
void expect_smallest(const Protocol& protocol, const traces::Trace& trace) {
  std::vector<traces::Scenario> smaller;
  for (std::size_t app = 0; app < trace.scenario.apps.size(); ++app) {
    traces::Scenario without = trace.scenario;
    without.apps.erase(without.apps.begin() + static_cast<std::ptrdiff_t>(app));
    smaller.push_back(without);
    const auto last = trace.scenario.apps[app].rfind(';');
    if (last == std::string::npos) continue;
    without = trace.scenario;
    without.apps[app].erase(last);
    smaller.push_back(without);
  }
  for (std::size_t fault = 0; fault < trace.scenario.faults.size(); ++fault) {
    traces::Scenario without = trace.scenario;
    without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(fault));
    smaller.push_back(without);
  }
  for (const traces::Scenario& scenario : smaller) {
    if (scenario.apps.empty()) continue;
    traces::Trace other = trace;
    other.scenario = scenario;
    EXPECT_NE(checked(protocol, other).verdict, Verdict::kViolated) << describe(scenario);
  }
}

TEST(Hunt, of_a_shrunk_scenario_no_app_instance_no_operation_and_no_fault_can_be_left_out) {
  for (const std::string name : {"cache-aside", "delete-before-write", "double-delete", "write-through"}) {
    const Protocol protocol = read_page(name).value();
    HuntSpace space = large_space();
    space.scenario.cached = true;  // so that some need a lost message
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      for (const std::string property : {"coherent-at-rest", "fresh-reads"}) {
        HuntOptions options;
        options.seed = seed;
        options.properties = {property};
        const HuntReport report = hunt(protocol, space, options);
        ASSERT_EQ(report.found.size(), 1U) << name << ' ' << property << ' ' << seed;
        ASSERT_TRUE(report.found.front().smallest);
        expect_sound(protocol, report.found.front());
        expect_smallest(protocol, report.found.front().trace);
      }
    }
  }
}

TEST(Hunt, a_cached_key_and_one_writer_need_the_lost_delete_and_the_fault_that_does_it_is_named) {
  HuntSpace space;
  space.scenario.apps = {"write", "write k1"};
  space.scenario.cached = true;
  space.scenario.faults = {"lost-message=3"};
  HuntOptions options;
  options.seed = 1;
  const HuntReport report = hunt(read_page("cache-aside").value(), space, options);
  ASSERT_EQ(report.found.size(), 1U);
  const traces::Trace& trace = report.found.front().trace;
  EXPECT_EQ(trace.scenario.apps, std::vector<std::string>{"write"});
  ASSERT_EQ(trace.scenario.faults.size(), 1U);
  EXPECT_EQ(trace.scenario.faults.front().back(), '1') << "one fault is enough";
  EXPECT_EQ(trace.scenario.faults.front().find("lost-message"), std::string::npos) << "one kind of it";
}

TEST(Hunt, where_the_shrunk_space_may_not_be_searched_the_trace_is_still_walked_again_and_no_proof_is_claimed) {
  const Protocol protocol = read_page("cache-aside").value();
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    HuntOptions options;
    options.seed = seed;
    options.states_max = 1;
    const HuntReport report = hunt(protocol, large_space(), options);
    ASSERT_EQ(report.found.size(), 1U);
    const HuntFound& found = report.found.front();
    EXPECT_FALSE(found.exhausted || found.shortest || found.smallest);
    EXPECT_NE(describe(report).find("too many states"), std::string::npos);
    expect_sound(protocol, found);
    EXPECT_LE(found.trace.scenario.apps.size(), 2U) << "shrinking by re-execution alone comes that far";
    EXPECT_LE(found.trace.steps.size(), 18U);
  }
}

TEST(Hunt, database_only_is_inconclusive_and_says_what_was_covered) {
  HuntSpace space = large_space();
  space.scenario.faults = {"any=2"};
  HuntOptions options;
  options.seed = 3;
  options.runs_max = 20'000;
  options.properties = {"fresh-reads"};
  const HuntReport report = hunt(read_page("database-only").value(), space, options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(report.found.empty());
  EXPECT_EQ(report.runs, 20'000U);
  ASSERT_EQ(report.properties.size(), 1U);
  EXPECT_EQ(report.properties.front().property, "fresh-reads");
  EXPECT_EQ(report.properties.front().verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.properties.front().why, "not violated in 20000 runs");
  ASSERT_EQ(report.diagrams.size(), 2U);
  for (const DiagramCoverage& diagram : report.diagrams) {
    EXPECT_FALSE(diagram.reached.empty()) << diagram.diagram;
    EXPECT_TRUE(diagram.never.empty()) << diagram.diagram;
  }
  EXPECT_EQ(report.faults_happened, (std::vector<std::string>{"lost-request", "lost-reply", "late-request", "duplicate",
                                                              "error", "cancel", "crash", "app-restart"}));
  EXPECT_TRUE(report.faults_never.empty());
  EXPECT_GT(report.states, 1000U);
  EXPECT_EQ(report.states_visited, report.steps + report.runs) << "each run visits its first state, and one a step";
  EXPECT_GT(report.unseen_chance(), 0.0);
  EXPECT_LT(report.unseen_chance(), 1.0);
}

TEST(Hunt, a_small_space_is_seen_whole_and_nothing_is_estimated_to_be_unseen) {
  const Protocol protocol = read_page("database-only").value();
  HuntSpace space;
  space.scenario.apps = {"read; read", "write"};
  HuntOptions options;
  options.seed = 1;
  options.runs_max = 20'000;
  for (const std::string strategy : {"uniform", "swarm"}) {
    options.strategy = strategy;
    const HuntReport report = hunt(protocol, space, options);
    EXPECT_EQ(report.states, check(protocol, space.scenario, {}).states) << strategy;
    EXPECT_EQ(report.unseen_chance(), 0.0);
  }
}

TEST(Hunt, what_was_never_tested_is_said) {
  HuntSpace space;
  space.scenario.apps = {"write", "write"};
  space.scenario.faults = {"lost-reply@read:1"};
  HuntOptions options;
  options.runs_max = 1000;
  options.properties = {"coherent-at-rest"};
  const HuntReport report = hunt(read_page("cache-aside").value(), space, options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  ASSERT_EQ(report.properties.size(), 1U);
  EXPECT_EQ(report.properties.front().why, "nothing was tested: never reached: a cached entry at rest");
  EXPECT_EQ(report.faults_never, std::vector<std::string>{"lost-reply"});
  const auto read = std::find_if(report.diagrams.begin(), report.diagrams.end(),
                                 [](const DiagramCoverage& diagram) { return diagram.diagram == "Read"; });
  ASSERT_NE(read, report.diagrams.end());
  EXPECT_TRUE(read->reached.empty());
  EXPECT_NE(describe(report).find("never reached: arrow 1"), std::string::npos);
}

TEST(Hunt, the_same_seed_is_the_same_hunt_and_another_seed_another_one) {
  const Protocol protocol = read_page("double-delete").value();
  HuntOptions options;
  options.seed = 11;
  options.all = true;
  options.runs_max = 5000;
  const HuntReport first = hunt(protocol, large_space(), options);
  const HuntReport second = hunt(protocol, large_space(), options);
  EXPECT_EQ(to_json(first), to_json(second));
  EXPECT_EQ(describe(first), describe(second));
  options.seed = 12;
  EXPECT_NE(hunt(protocol, large_space(), options).steps, first.steps);
}

TEST(Hunt, what_a_run_finds_does_not_depend_on_how_many_runs_there_are) {
  const Protocol protocol = read_page("cache-aside").value();
  HuntOptions options;
  options.seed = 4;
  options.all = true;
  options.runs_max = 6000;
  const HuntReport longer = hunt(protocol, large_space(), options);
  options.runs_max = 1000;
  const HuntReport shorter = hunt(protocol, large_space(), options);
  ASSERT_LT(shorter.found.size(), longer.found.size()) << "else nothing is compared";
  for (std::size_t i = 0; i < shorter.found.size(); ++i) {
    EXPECT_EQ(shorter.found[i].run, longer.found[i].run);
    EXPECT_EQ(shorter.found[i].trace, longer.found[i].trace);
  }
}

TEST(Hunt, for_all_it_keeps_one_trace_a_cause_with_and_without_faults) {
  const Protocol protocol = read_page("cache-aside").value();
  HuntOptions options;
  options.seed = 1;
  options.all = true;
  options.runs_max = 20'000;
  std::vector<std::string> heard;
  options.found = [&](const HuntFound& found) { heard.push_back(found.cause); };
  const HuntReport report = hunt(protocol, large_space(), options);
  std::set<std::string> causes;
  std::set<std::string> properties;
  bool without_fault = false;
  bool lost_delete = false;
  for (const HuntFound& found : report.found) {
    expect_sound(protocol, found);
    EXPECT_TRUE(causes.insert(found.cause).second) << found.cause;
    properties.insert(found.trace.property);
    without_fault |= found.trace.scenario.faults.empty();
    lost_delete |= found.cause.find("lost-request of write:2") != std::string::npos;
    // A fault that stands in the scenario happened in the trace.
    const auto faults = std::count_if(found.trace.steps.begin(), found.trace.steps.end(),
                                      [](const traces::Step& step) { return step.budget > 0; });
    EXPECT_EQ(static_cast<std::size_t>(faults), found.trace.scenario.faults.size()) << found.cause;
  }
  EXPECT_EQ(properties,
            (std::set<std::string>{"coherent-at-rest", "fresh-reads", "monotonic-reads", "read-your-writes"}));
  EXPECT_TRUE(without_fault);
  EXPECT_TRUE(lost_delete);
  EXPECT_GT(report.violating_runs, report.found.size());
  EXPECT_EQ(heard.size(), report.found.size());
}

TEST(Hunt, for_all_a_run_goes_on_past_a_violation_so_that_it_does_not_hide_a_later_one) {
  // Between the lost delete and the Read everything is at rest, and incoherent: every stale read comes after that.
  HuntSpace space;
  space.scenario.apps = {"write; read"};
  space.scenario.cached = true;
  space.scenario.faults = {"lost-request@write:2"};
  HuntOptions options;
  options.seed = 1;
  options.runs_max = 500;
  options.all = true;
  const HuntReport report = hunt(read_page("cache-aside").value(), space, options);
  std::set<std::string> broken;
  for (const HuntFound& found : report.found) broken.insert(found.trace.property);
  EXPECT_EQ(broken, (std::set<std::string>{"coherent-at-rest", "fresh-reads", "read-your-writes"}));
}

TEST(Hunt, an_interruption_ends_it_with_what_is_known) {
  HuntOptions options;
  int calls = 0;
  options.interrupt = [&](const HuntProgress&) -> std::optional<std::string> {
    if (++calls < 5) return std::nullopt;
    return "enough";
  };
  const HuntReport report = hunt(read_page("database-only").value(), large_space(), options);
  EXPECT_EQ(report.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.limits, std::vector<std::string>{"enough"});
  EXPECT_GT(report.runs, 0U);
  EXPECT_LT(report.runs, 1000U);
}

TEST(Hunt, an_interruption_while_shrinking_keeps_what_was_found) {
  const Protocol protocol = read_page("cache-aside").value();
  HuntOptions options;
  options.interrupt = [&](const HuntProgress& now) -> std::optional<std::string> {
    if (!now.shrinking) return std::nullopt;
    return "enough";
  };
  const HuntReport report = hunt(protocol, large_space(), options);
  ASSERT_EQ(report.found.size(), 1U);
  EXPECT_TRUE(report.found.front().cut_short);
  EXPECT_FALSE(report.found.front().shortest);
  EXPECT_EQ(report.verdict, Verdict::kViolated);
  expect_sound(protocol, report.found.front());
}

std::string refused(const HuntSpace& space, const HuntOptions& options) {
  try {
    hunt(read_page("cache-aside").value(), space, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "not refused";
}

TEST(Hunt, a_space_that_makes_no_sense_is_refused_before_the_first_run) {
  const HuntSpace space = large_space();
  const auto with = [&](auto&& change) {
    HuntSpace changed = space;
    change(changed);
    return refused(changed, {});
  };
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.apps = 0; }), "--apps 0"));
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.operations = 64; }), "--operations 64"));
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.scenario.keys = 0; }), "--keys 0"));
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.apps = 63; }), "writes; at most 63"));
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.scenario.keys = 64, s.apps = 20; }), "bytes a state"));
  EXPECT_TRUE(contains(with([](HuntSpace& s) { s.scenario.faults = {"lost-mesage"}; }), "lost-message"));
  HuntOptions options;
  options.strategy = "swarn";
  EXPECT_EQ(refused(space, options),
            "--strategy swarn: no such strategy (did you mean swarm?); there is swarm, uniform");
  options = {};
  options.properties = {"coherent-at-rst"};
  EXPECT_TRUE(contains(refused(space, options), "did you mean coherent-at-rest?"));
}

TEST(Hunt, operations_of_any_key_are_told_with_the_key_that_matters) {
  const Protocol protocol = read_page("cache-aside").value();
  HuntSpace space;
  space.scenario.apps = {"read; write", "write; read", "read | write"};
  space.scenario.keys = 3;
  HuntOptions options;
  options.seed = 2;
  const HuntReport report = hunt(protocol, space, options);
  ASSERT_EQ(report.found.size(), 1U);
  EXPECT_EQ(report.found.front().trace.scenario.keys, 1);
  expect_sound(protocol, report.found.front());
}

// --- any protocol ---

constexpr std::uint64_t kSpaceMax = 20'000;

// Random diagrams, a small random scenario: a hunt's every trace is one the exhaustive search knows to exist, and where
// that proves that there is none, the hunt finds none.
RC_GTEST_PROP(Hunt, finds_nothing_that_the_exhaustive_search_says_is_not_there, ()) {
  const auto drawn = *reference::random_protocol();
  const auto bounds = *reference::random_scenario();
  const auto seed = *rc::gen::arbitrary<std::uint64_t>();
  Protocol protocol;
  HuntSpace space;
  HuntOptions options;
  options.seed = seed;
  options.runs_max = 300;
  options.all = *rc::gen::arbitrary<bool>();
  options.strategy = *rc::gen::element<std::string>("swarm", "uniform");
  HuntReport report;
  bool refused = false;
  try {
    protocol = read_protocol(drawn.text, "random.md", {});
    const bool has_cache = compile(protocol, {}).has_cache;
    space.scenario = reference::words_of(reference::setting_of(bounds, protocol, has_cache));
    report = hunt(protocol, space, options);
  } catch (const InputError&) {
    refused = true;
  }
  RC_PRE(!refused);
  for (const HuntFound& found : report.found) {
    RC_ASSERT(rewalk(found.trace, "found") == found.trace);
    const Report again = checked(protocol, found.trace);
    RC_ASSERT(again.verdict == Verdict::kViolated);
    RC_ASSERT(!found.shortest || again.trace->steps.size() == found.trace.steps.size());
    RC_ASSERT(traces::read_json(traces::write_json(found.trace), "found") == found.trace);
  }
  RC_CLASSIFY(!report.found.empty(), "violated");
  CheckOptions check_options;
  check_options.interrupt = [](const sim::Progress& now) -> std::optional<std::string> {
    if (now.states < kSpaceMax) return std::nullopt;
    return "too large";
  };
  const Report whole = check(protocol, space.scenario, check_options);
  const bool none = whole.limits.empty() && whole.verdict != Verdict::kViolated;
  RC_ASSERT(!none || report.found.empty());
}

}  // namespace
}  // namespace stalemate::model
