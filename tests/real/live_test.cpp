// Short live runs on the shared sandbox and on one of their own: what they find, what they leave, how they end.
#include "live/live.hpp"
#include "os/local.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "real/live_support.hpp"
#include "real/support.hpp"

namespace stalemate::real {
namespace {

using std::chrono::milliseconds;
using support::run_live_until;

LiveOptions options_for(LiveScenario scenario) {
  LiveOptions options;
  options.scenario = scenario;
  options.read_every = milliseconds(1);
  options.write_every = milliseconds(5);
  options.check_every = milliseconds(20);
  options.urls.postgres = support::url(support::shared_sandbox().postgres());
  if (scenario == LiveScenario::kBefore) options.urls.redis = support::url(support::shared_sandbox().redis());
  return options;
}

TEST(Live, a_cache_whose_deletes_all_fail_is_found_incoherent_and_nothing_is_left_in_the_servers) {
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.readers = 2;
  options.fail = {.per_million = 300'000, .text = "30%"};
  const Judgement judgement = run_live_until(options, [](const Judgement& now) {
    return now.compared[static_cast<std::size_t>(Comparison::kDiffers)] > 0 && now.stale_reads > 0;
  });
  EXPECT_FALSE(judgement.is_coherent()) << describe(judgement);
  EXPECT_GT(judgement.compared[static_cast<std::size_t>(Comparison::kDiffers)], 0) << describe(judgement);
  EXPECT_GT(judgement.stale_reads, 0) << describe(judgement);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(Live, one_lock_for_all_and_no_failures_leave_nothing_to_find) {
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.readers = 3;
  options.writers = 2;
  options.read_every = milliseconds(0);
  options.serialize = true;
  const Judgement judgement =
      run_live_until(options, [](const Judgement& now) { return now.hits > 500 && now.writes_ok > 100; });
  EXPECT_TRUE(judgement.is_coherent()) << describe(judgement);
  EXPECT_EQ(judgement.compared[static_cast<std::size_t>(Comparison::kUnderWay)], 0);
  EXPECT_GT(judgement.hits, 0);
  EXPECT_GT(judgement.writes_ok, 0);
}

TEST(Live, the_database_alone_is_coherent_and_writes_in_doubt_are_there_all_the_same) {
  LiveOptions options = options_for(LiveScenario::kAfter);
  options.lost_reply = {.per_million = 500'000, .text = "50%"};
  const Judgement judgement = run_live_until(options, [](const Judgement& now) { return now.in_doubt_seen > 10; });
  EXPECT_TRUE(judgement.is_coherent()) << describe(judgement);
  EXPECT_GT(judgement.in_doubt_seen, 0) << describe(judgement);
  EXPECT_LE(judgement.in_doubt_seen, judgement.writes_in_doubt);
}

TEST(Live, its_history_file_is_judged_as_the_run_was) {
  const support::Folder folder;
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.history = folder.path() + "/run.jsonl";
  options.fail = {.per_million = 100'000, .text = "10%"};
  const Judgement judgement =
      run_live_until(options, [](const Judgement& now) { return now.reads_ok > 200 && now.writes_ok > 50; });
  EXPECT_EQ(describe(judge_history(options.history)), describe(judgement));
  EXPECT_EQ(plot_svg(judge_history(options.history)), plot_svg(judgement));
  EXPECT_EQ(folder.entries().size(), 1U) << "no temporary file is left";
}

TEST(Live, on_a_double_of_cockroachdb_whole_transactions_are_tried_again_and_the_report_says_it_is_a_double) {
  LiveOptions options = options_for(LiveScenario::kAfter);
  options.urls.cockroach = options.urls.postgres;
  options.urls.postgres.reset();
  options.writers = 6;
  options.write_every = milliseconds(0);  // so that PostgreSQL's SERIALIZABLE refuses with 40001
  const Judgement judgement = run_live_until(options, [](const Judgement& now) { return now.writes_ok > 200; });
  EXPECT_TRUE(judgement.is_coherent()) << describe(judgement);
  EXPECT_EQ(judgement.writes_failed, 0);
  EXPECT_GT(judgement.writes_ok, 0);
  EXPECT_NE(describe(judgement).find("a double of CockroachDB (PostgreSQL"), std::string::npos) << describe(judgement);
  EXPECT_NE(describe(judgement).find("nothing here was run on CockroachDB"), std::string::npos);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(Live, a_redis_that_is_killed_during_the_run_is_named_and_what_was_known_is_kept) {
  const support::Folder folder;
  Sandbox sandbox{SandboxOptions()};
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.urls.redis = support::url(sandbox.redis());
  options.history = folder.path() + "/run.jsonl";
  std::atomic<bool> is_killed = false;
  options.on_progress = [&](const Judgement& judgement) {
    if (judgement.reads_ok == 0 || is_killed.exchange(true)) return;
    ::kill(support::process_in(sandbox.folder(), "redis-server"), SIGKILL);
  };
  const LiveResult result = run_live(options);
  EXPECT_EQ(result.failure.rfind("Redis at 127.0.0.1:", 0), 0U) << result.failure;
  EXPECT_TRUE(is_killed);
  EXPECT_GT(result.judgement.reads_ok, 0);
  EXPECT_TRUE(result.judgement.is_whole);
  EXPECT_EQ(describe(judge_history(options.history)), describe(result.judgement)) << "the history, too";
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(Live, a_disk_that_fills_up_is_named_and_the_history_up_to_there_is_kept) {
  const support::Folder folder;
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.run_for = std::chrono::minutes(2);
  options.history = folder.path() + "/run.jsonl";
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit small = {20'000, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const LiveResult result = run_live(options);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(result.failure, folder.path() +
                                "/run.jsonl: larger than the limit for a file here; raise it (ulimit -f) or write "
                                "elsewhere; the history up to there is kept");
  EXPECT_GT(result.judgement.reads_ok, 0);
  const Judgement kept = judge_history(options.history);
  EXPECT_FALSE(kept.is_whole);
  EXPECT_GT(kept.reads_ok, 0);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(Live, a_signal_ends_it_in_order_with_the_result_so_far) {
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.run_for.reset();
  options.on_progress = [](const Judgement& judgement) {
    if (judgement.reads_ok > 0) ::raise(SIGINT);
  };
  const LiveResult result = run_live(options);
  EXPECT_EQ(result.failure, "");
  EXPECT_TRUE(result.judgement.is_whole);
  EXPECT_GT(result.judgement.reads_ok, 0);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(Live, a_server_elsewhere_is_refused_before_anything_is_written) {
  const support::Folder folder;
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.urls.redis = "redis://192.0.2.1:6379";
  options.history = folder.path() + "/run.jsonl";
  EXPECT_THROW(run_live(options), InputError);
  EXPECT_TRUE(folder.entries().empty());
  for (const char* host : {"localhost", "127.0.0.1", "127.8.8.8", "::1", "/run/postgresql"})
    EXPECT_NO_THROW(refuse_remote(host, "--redis")) << host;
}

}  // namespace
}  // namespace stalemate::real
