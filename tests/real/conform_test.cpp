// Conformance: random walks through random protocols, every kind of fault included, happen on real servers as the model
// says; a model that lies is found out, and what shows it is made small. STALEMATE_CONFORM=N replays more walks.
#include "replay/conform.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "ask/walk.hpp"
#include "real/support.hpp"
#include "traces/json.hpp"

namespace stalemate::real {
namespace {

ReplayPlace a_sandbox() { return {}; }

ConformOptions options(std::uint64_t runs, std::uint64_t seed, int jobs = 2) {
  ConformOptions chosen;
  chosen.runs = runs;
  chosen.seed = seed;
  chosen.jobs = jobs;
  return chosen;
}

TEST(Conform, walks_with_every_kind_of_step_are_reproduced) {
  const char* wish = std::getenv("STALEMATE_CONFORM");
  const ConformReport report = conform(a_sandbox(), options(wish != nullptr ? std::stoull(wish) : 400, 1));
  EXPECT_FALSE(report.disagreement) << describe(report);
  EXPECT_EQ(report.stopped, "");
  EXPECT_GE(report.kinds.size(), 17U) << "16 kinds of steps, and a ghost's: " << describe(report);
}

// A cache that, as the model is made to say, has what it was never given.
traces::Trace with_hits_for_misses(const traces::Trace& trace) {
  traces::Trace told = trace;
  for (traces::Step& step : told.steps)
    if (step.kind == traces::StepKind::kHandle && step.reply && step.reply->outcome == "miss")
      step.reply = {"value", 7};
  return told;
}

TEST(Conform, a_model_that_lies_is_found_out_by_a_walk_in_which_nothing_is_left_to_leave_out) {
  ConformOptions lying = options(100, 3);
  lying.retell = with_hits_for_misses;
  const ConformReport report = conform(a_sandbox(), lying);
  ASSERT_TRUE(report.disagreement);
  const Disagreement& found = *report.disagreement;
  ASSERT_TRUE(found.replayed.conformance);
  EXPECT_EQ(found.shrunk.steps.size(), 2U) << "an operation begins, and its get is handled\n" << describe(report);
  EXPECT_EQ(verdict(*found.replayed.conformance), "diverged at step 2: expected value 7, got miss");
  EXPECT_EQ(found.shrunk.scenario.apps.size(), 1U);
  EXPECT_EQ(report.runs, found.run + 1);
}

TEST(Conform, what_is_found_does_not_depend_on_how_many_run_at_a_time) {
  std::vector<std::string> told;
  for (const int jobs : {1, 3}) {
    ConformOptions lying = options(40, 5, jobs);
    lying.retell = with_hits_for_misses;
    const ConformReport report = conform(a_sandbox(), lying);
    ASSERT_TRUE(report.disagreement);
    told.push_back(describe(report) + traces::write_json(report.disagreement->shrunk));
  }
  EXPECT_EQ(told[0], told[1]);
}

TEST(Conform, a_walk_that_replay_refuses_counts_as_a_defect_too) {
  ConformOptions lying = options(20, 3);
  lying.retell = [](traces::Trace trace) {
    for (traces::Step& step : trace.steps)
      if (step.request) step.request->verb = step.request->to == "cache" ? "append" : step.request->verb;
    for (traces::Step& step : trace.steps)
      for (traces::Request& request : step.sends)
        if (request.to == "cache") request.verb = "append";
    return trace;
  };
  const ConformReport report = conform(a_sandbox(), lying);
  ASSERT_TRUE(report.disagreement);
  EXPECT_FALSE(report.disagreement->replayed.conformance);
  EXPECT_NE(describe(report).find("is refused"), std::string::npos) << describe(report);
  EXPECT_NE(report.disagreement->replayed.error.find("append"), std::string::npos)
      << report.disagreement->replayed.error;
}

// What conform found once, as it was shrunk.

traces::Trace walk(const std::string& page, traces::Scenario scenario, const std::vector<std::string>& steps) {
  model::Walk walk(model::read_protocol(page, "found.md", {}), scenario, {});
  for (const std::string& step : steps) walk.take(model::find_step(walk.trace(), walk.enabled(), step, "found.md"));
  return walk.trace();
}

std::string page(const std::string& read, const std::string& write) {
  constexpr const char* kDiagram =
      "# {}\n```mermaid\nsequenceDiagram\nparticipant app\nparticipant cache\nparticipant database\n{}```\n";
  return fmt::format(fmt::runtime(kDiagram), "Read", read) + fmt::format(fmt::runtime(kDiagram), "Write", write);
}

TEST(ConformFound, of_two_like_requests_of_a_crashed_instance_the_one_that_the_trace_names_arrives) {
  traces::Scenario scenario;
  scenario.apps = {"read", "write k1 | write"};
  scenario.faults = {"crash=1"};
  // Which of the two arrives is a choice of the crash: of both in flight nothing, the one, the other, both.
  for (const std::string session : {"2.1", "2.2"}) {
    const std::string choice = session == "2.1" ? "2" : "3";
    const traces::Trace trace = walk(page("app->>cache: Get value\n", "app->>database: Get value\n"), scenario,
                                     {"invoke app2.2 write", "invoke app2.1 write",
                                      "crash app2.1 write:1 choice " + choice, "handle app" + session + " write:1"});
    const Conformance result = replay(trace, support::shared_servers());
    EXPECT_TRUE(result.reproduced()) << session << ": " << verdict(result);
  }
}

TEST(Conform, a_server_that_is_lost_on_the_way_leaves_what_was_known) {
  const Sandbox sandbox{SandboxOptions()};
  ReplayPlace where;
  where.urls.postgres = support::url(sandbox.postgres());
  where.urls.redis = support::url(sandbox.redis());
  ConformOptions options;
  options.runs = 100'000;
  options.seed = 1;
  options.cache = traces::CacheServer::kRedis;
  options.on_progress = [&](const ConformProgress& now) {
    if (now.runs == 250) ::kill(support::process_in(sandbox.folder(), "redis-server"), SIGKILL);
  };
  const ConformReport report = conform(where, options);
  EXPECT_GE(report.runs, 200U) << "those that were drawn together before";
  EXPECT_LT(report.runs, options.runs);
  EXPECT_GT(report.steps, 0U);
  EXPECT_FALSE(report.disagreement);
  EXPECT_EQ(report.failed.rfind("Redis at 127.0.0.1:", 0), 0U) << report.failed;
}

}  // namespace
}  // namespace stalemate::real
