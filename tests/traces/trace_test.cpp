// The trace type's own questions.
#include "traces/trace.hpp"
#include "stores_of.hpp"

#include <gtest/gtest.h>

#include "samples.hpp"

namespace stalemate::traces {
namespace {

TEST(Trace, final_state_is_the_one_after_the_last_step) {
  const Trace trace = samples::race();
  EXPECT_EQ(cache_of(final_state(trace))[0].value, 1000);
  EXPECT_EQ(database_of(final_state(trace))[0].value, 1);
}

TEST(Trace, final_state_without_steps_is_the_initial_one) {
  Trace trace = samples::race();
  trace.steps.clear();
  EXPECT_EQ(final_state(trace), trace.initial);
}

TEST(Trace, an_actor_with_one_session_is_named_by_its_app_alone) {
  EXPECT_EQ(actor_name(samples::race(), 2, 1), "app2");
}

TEST(Trace, both_sessions_of_an_app_with_two_are_named_by_number) {
  const Trace trace = samples::two_sessions();
  EXPECT_EQ(actor_name(trace, 1, 1), "app1.1");
  EXPECT_EQ(actor_name(trace, 1, 2), "app1.2");
}

TEST(Trace, an_app_that_the_scenario_lacks_has_no_sessions_but_a_name) {
  const Trace trace = samples::race();
  EXPECT_EQ(session_count(trace.scenario, 3), 0);
  EXPECT_EQ(session_count(trace.scenario, 0), 0);
  EXPECT_EQ(session_count(trace.scenario, -1), 0);
  EXPECT_EQ(actor_name(trace, 3, 1), "app3");
}

TEST(Trace, every_kind_has_its_documented_word) {
  EXPECT_EQ(to_string(StepKind::kInvoke), "invoke");
  EXPECT_EQ(to_string(StepKind::kHandle), "handle");
  EXPECT_EQ(to_string(StepKind::kReceive), "receive");
  EXPECT_EQ(to_string(StepKind::kLoseRequest), "lose-request");
  EXPECT_EQ(to_string(StepKind::kLoseReply), "lose-reply");
  EXPECT_EQ(to_string(StepKind::kLateRequest), "late-request");
  EXPECT_EQ(to_string(StepKind::kDuplicate), "duplicate");
  EXPECT_EQ(to_string(StepKind::kRefuse), "refuse");
  EXPECT_EQ(to_string(StepKind::kCancel), "cancel");
  EXPECT_EQ(to_string(StepKind::kCrash), "crash");
  EXPECT_EQ(to_string(StepKind::kAppRestart), "app-restart");
  EXPECT_EQ(to_string(StepKind::kIdleRestart), "idle-restart");
  EXPECT_EQ(to_string(StepKind::kEvict), "evict");
  EXPECT_EQ(to_string(StepKind::kExpire), "expire");
  EXPECT_EQ(to_string(StepKind::kCacheRestart), "cache-restart");
  EXPECT_EQ(to_string(StepKind::kCacheFailover), "cache-failover");
  EXPECT_EQ(to_string(Ending::Kind::kAcknowledged), "acknowledged");
  EXPECT_EQ(to_string(Ending::Kind::kReturned), "returned");
  EXPECT_EQ(to_string(Ending::Kind::kFailed), "failed");
}

TEST(Trace, every_effect_of_a_step_has_its_word) {
  EXPECT_EQ(to_string(StepEffect::kNone), "none");
  EXPECT_EQ(to_string(StepEffect::kArrives), "arrives");
  EXPECT_EQ(to_string(StepEffect::kLost), "lost");
  EXPECT_EQ(to_string(StepEffect::kLate), "late");
  EXPECT_EQ(to_string(StepEffect::kCopied), "copied");
  EXPECT_EQ(to_string(StepEffect::kRefused), "refused");
  EXPECT_EQ(to_string(StepEffect::kBrokenOff), "broken-off");
  EXPECT_EQ(to_string(StepEffect::kDies), "dies");
  EXPECT_EQ(to_string(StepEffect::kStartsAgain), "starts-again");
}

}  // namespace
}  // namespace stalemate::traces
