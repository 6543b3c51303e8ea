// Live runs whose failures happen on the wire: what they find, that a seed makes the same choices as without a proxy,
// and what is left.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "live/live.hpp"
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
  options.wire_faults = true;
  options.urls.postgres = support::url(support::shared_sandbox().postgres());
  if (scenario == LiveScenario::kBefore) options.urls.redis = support::url(support::shared_sandbox().redis());
  return options;
}

constexpr std::array kLossy = {EventFault::kDatabaseUpdate, EventFault::kCacheDelete, EventFault::kCacheSet,
                               EventFault::kLostReply};

std::int64_t count(const Judgement& judgement, EventFault fault) {
  return judgement.faults[static_cast<std::size_t>(fault)];
}

TEST(LiveOnTheWire, lost_messages_leave_the_cache_incoherent_and_cost_drivers_their_short_patience_only) {
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.readers = 2;
  options.writers = 2;
  options.fail = {.per_million = 200'000, .text = "20%"};
  options.lost_reply = {.per_million = 100'000, .text = "10%"};
  const auto begin = std::chrono::steady_clock::now();
  const Judgement judgement = run_live_until(options, [](const Judgement& now) {
    return now.compared[static_cast<std::size_t>(Comparison::kDiffers)] > 0 &&
           std::all_of(kLossy.begin(), kLossy.end(), [&now](EventFault fault) { return count(now, fault) > 2; });
  });
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_FALSE(judgement.is_coherent()) << describe(judgement);
  EXPECT_GT(judgement.compared[static_cast<std::size_t>(Comparison::kDiffers)], 0) << describe(judgement);
  for (const EventFault fault : kLossy) EXPECT_GT(count(judgement, fault), 0) << describe(judgement);
  EXPECT_EQ(judgement.writes_failed, 0) << "the writer cannot know that a request was lost";
  EXPECT_EQ(judgement.writes_in_doubt,
            count(judgement, EventFault::kDatabaseUpdate) + count(judgement, EventFault::kLostReply));
  EXPECT_GE(judgement.writes.took.max_ns(), std::chrono::nanoseconds(kWirePatience).count());
  const auto servers_patience = judgement.writes_in_doubt * std::chrono::seconds(kServerTimeoutSeconds);
  EXPECT_LT(took, servers_patience / options.writers) << "each writer would have waited so long for what was lost";
  EXPECT_NE(describe(judgement).find("fail 20%, lost reply 10%, both on the wire"), std::string::npos);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(LiveOnTheWire, one_lock_for_all_and_no_failures_leave_nothing_to_find) {
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.readers = 3;
  options.writers = 2;
  options.read_every = milliseconds(0);
  options.serialize = true;
  const Judgement judgement =
      run_live_until(options, [](const Judgement& now) { return now.hits > 300 && now.writes_ok > 50; });
  EXPECT_TRUE(judgement.is_coherent()) << describe(judgement);
  EXPECT_GT(judgement.hits, 0);
  EXPECT_GT(judgement.writes_ok, 0);
  EXPECT_EQ(judgement.writes_in_doubt, 0);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(LiveOnTheWire, an_update_whose_reply_was_lost_is_seen_in_the_database_and_one_that_was_lost_itself_is_not) {
  LiveOptions options = options_for(LiveScenario::kAfter);
  options.lost_reply = {.per_million = 500'000, .text = "50%"};
  const Judgement kept = run_live_until(options, [](const Judgement& now) { return now.in_doubt_seen > 2; });
  EXPECT_TRUE(kept.is_coherent()) << describe(kept);
  EXPECT_GT(kept.in_doubt_seen, 0) << describe(kept);
  EXPECT_NE(describe(kept).find("of them were seen in the database all the same"), std::string::npos);

  std::swap(options.fail, options.lost_reply);
  const Judgement lost = run_live_until(options, [](const Judgement& now) { return now.writes_in_doubt > 2; });
  EXPECT_TRUE(lost.is_coherent()) << describe(lost);
  EXPECT_GT(lost.writes_in_doubt, 0) << describe(lost);
  EXPECT_EQ(lost.in_doubt_seen, 0) << describe(lost);
  EXPECT_TRUE(support::areas_left().empty());
}

TEST(LiveOnTheWire, on_a_double_of_cockroachdb_the_reply_to_a_commit_is_lost) {
  LiveOptions options = options_for(LiveScenario::kAfter);
  options.urls.cockroach = std::exchange(options.urls.postgres, std::nullopt);
  options.lost_reply = {.per_million = 300'000, .text = "30%"};
  const Judgement judgement = run_live_until(options, [](const Judgement& now) { return now.in_doubt_seen > 2; });
  EXPECT_TRUE(judgement.is_coherent()) << describe(judgement);
  EXPECT_GT(judgement.in_doubt_seen, 0) << describe(judgement);
  EXPECT_TRUE(support::areas_left().empty());
}

// The keys that one writer took, with what failed at each.
std::vector<std::pair<int, EventFault>> choices(const std::string& history) {
  std::vector<std::pair<int, EventFault>> made;
  read_history(
      history, [](const HistorySetup&) {},
      [&made](const HistoryEvent& event, const std::string&) {
        if (event.function == EventFunction::kWrite && event.type != EventType::kInvoke)
          made.emplace_back(event.key, event.fault);
      });
  return made;
}

TEST(LiveOnTheWire, a_seed_makes_the_same_choices_on_the_wire_as_in_the_application_and_the_file_is_judged_as_the_run) {
  const support::Folder folder;
  LiveOptions options = options_for(LiveScenario::kBefore);
  options.seed = 7;
  options.fail = {.per_million = 200'000, .text = "20%"};
  options.history = folder.path() + "/wire.jsonl";
  const auto enough = [](const Judgement& now) { return now.writes_ok > 20; };
  const Judgement judgement = run_live_until(options, enough);
  EXPECT_EQ(describe(judge_history(options.history)), describe(judgement));
  const auto on_wire = choices(options.history);
  options.wire_faults = false;
  options.history = folder.path() + "/application.jsonl";
  run_live_until(options, enough);
  const auto in_application = choices(options.history);
  const auto both =
      static_cast<std::ptrdiff_t>(std::min(on_wire.size(), in_application.size()) - 1);  // the last: cut off
  ASSERT_GT(both, 10);
  EXPECT_TRUE(std::equal(on_wire.begin(), on_wire.begin() + both, in_application.begin()));
  EXPECT_TRUE(std::any_of(on_wire.begin(), on_wire.begin() + both,
                          [](const auto& choice) { return choice.second != EventFault::kNone; }));
}

}  // namespace
}  // namespace stalemate::real
