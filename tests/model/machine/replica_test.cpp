// A replica of the cache that is read: it lags, applies one change after the other, and is only asked to get. That a
// search agrees is held by the reference (tests/model/reference).
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "machine/machine.hpp"
#include "model/machine/play_support.hpp"
#include "reduce/packed_system.hpp"
#include "sim/schedules.hpp"
#include "traces/json.hpp"

namespace stalemate::model {
namespace {

const std::string kServers = "sequenceDiagram\nparticipant replica as Redis replica\nparticipant cache as Redis\n";
const std::string kPage = kServers +
                          "Note over app: Read\napp->>replica: GET item:1\nalt hit\nreplica-->>app: value\nelse "
                          "miss\napp->>database: SELECT item\napp->>cache: SET item:1\nend\nNote over app: "
                          "Write\napp->>database: UPDATE item\napp->>cache: DEL item:1\n";
const std::string kWaits = kPage + "app->>cache: WAIT 1 100\n";
const std::string kFills = kServers +
                           "Note over app: Read\napp->>replica: GET item:1\nNote over app: Write\napp->>database: "
                           "UPDATE item\napp->>cache: SET item:1\n";

Protocol protocol_of(const std::string& text) { return read_protocol(text, "s.mmd", {}); }

traces::Scenario in_step(traces::Scenario words) {
  words.no_replica_lag = true;
  return words;
}

// "1000 - 2": what the cache has of the row, what the replica has, and how many changes that is behind.
std::string stands(const Play& play) {
  const traces::State state = play.state();
  std::string text;
  for (const traces::Contents& contents : state.stores) {
    const traces::Entry& entry = contents.entries.at(0);
    if (contents.store != "database") text += (entry.value ? std::to_string(*entry.value) : "-") + " ";
  }
  return text + std::to_string(state.unapplied.empty() ? 0 : state.unapplied.at(0).count);
}

Report found(const std::string& text, const traces::Scenario& words, const std::string& property) {
  CheckOptions options;
  options.properties = {property};
  return check(protocol_of(text), words, options);
}

void write(Play& play, const std::string& app = "app1", std::size_t requests = 2) {
  play.take({"invoke " + app + " write"});
  for (std::size_t arrow = 1; arrow <= requests; ++arrow)
    play.take(
        {"handle " + app + " write:" + std::to_string(arrow), "receive " + app + " write:" + std::to_string(arrow)});
}

TEST(Replica, it_applies_the_changes_of_the_cache_one_after_the_other) {
  Play play(protocol_of(kFills), scenario({"write; write; read"}, {}));
  EXPECT_EQ(stands(play), "- - 0");
  EXPECT_FALSE(play.can("apply cache replica"));
  write(play);
  EXPECT_EQ(stands(play), "1 - 1");
  play.take({"invoke app1 write", "handle app1 write:1", "receive app1 write:1", "handle app1 write:2"});
  EXPECT_EQ(stands(play), "2 - 2");
  play.take({"apply cache replica"});
  EXPECT_EQ(stands(play), "2 1 1") << "the oldest first";
  EXPECT_EQ(play.last().kind, traces::StepKind::kApply);
  EXPECT_EQ(play.last().store, "cache replica");
  EXPECT_EQ(play.last().key, "");
  play.take({"receive app1 write:2", "invoke app1 read", "handle app1 read:1"});
  EXPECT_EQ(play.last().reply->value, 1) << "what it has applied is what it answers";
  EXPECT_EQ(play.last().request->to, "cache replica");
  play.take({"apply cache replica"});
  EXPECT_EQ(stands(play), "2 2 0");
  EXPECT_FALSE(play.can("apply cache replica"));
  EXPECT_EQ(traces::read_json(traces::write_json(play.trace()), "t.json"), play.trace());
}

TEST(Replica, what_changes_nothing_is_no_change) {
  Play play(protocol_of(kPage), scenario({"write"}, {}));
  write(play);
  EXPECT_EQ(stands(play), "- - 0") << "there was nothing to delete";
}

TEST(Replica, it_is_cached_as_the_cache_is_and_read_before_it_knows_better) {
  Play play(protocol_of(kPage), scenario({"write", "read"}, {}, true));
  EXPECT_EQ(stands(play), "1000 1000 0");
  write(play);
  EXPECT_EQ(stands(play), "- 1000 1");
  play.take({"invoke app2 read", "handle app2 read:1", "receive app2 read:1"});
  EXPECT_EQ(play.last().endings.at(0).value, 1000) << "the write was acknowledged";
  EXPECT_EQ(play.enabled(), (std::vector<std::string>{"apply cache replica"})) << "no rest before it has everything";
}

TEST(Replica, an_eviction_an_expiry_and_a_restart_reach_it_later) {
  for (const char* const fault : {"evict", "cache-restart"}) {
    Play play(protocol_of(kPage), scenario({"read"}, {std::string(fault) + "=1"}, true));
    EXPECT_FALSE(play.can("evict cache replica k1"));
    EXPECT_FALSE(play.can("cache-restart cache replica"));
    play.take({std::string(fault) + " cache"});
    EXPECT_EQ(stands(play), "- 1000 1") << fault;
    play.take({"apply cache replica"});
    EXPECT_EQ(stands(play), "- - 0") << fault;
  }
  std::string expires = kPage;
  expires.replace(expires.find("SET item:1"), 10, "SET item:1, TTL 60");
  Play play(protocol_of(expires), scenario({"read"}, {}, true));
  play.take({"expire cache k1"});
  EXPECT_FALSE(play.can("expire cache replica k1"));
  EXPECT_EQ(stands(play), "- 1000 1");
}

TEST(Replica, a_wait_ends_once_it_has_everything) {
  Play play(protocol_of(kWaits), scenario({"write"}, {}, true));
  write(play);
  EXPECT_EQ(stands(play), "- 1000 1");
  play.take({"handle app1 write:3"});
  EXPECT_EQ(stands(play), "- - 0");
  EXPECT_FALSE(play.can("apply cache replica"));
}

TEST(Replica, without_lag_it_has_each_change_at_once) {
  Play play(protocol_of(kPage), in_step(scenario({"write"}, {}, true)));
  write(play);
  EXPECT_EQ(stands(play), "- - 0");
}

TEST(Replica, faults_of_messages_strike_what_is_asked_of_it_and_can_be_aimed_there) {
  Play play(protocol_of(kPage), scenario({"read"}, {"lost-request@replica=1"}, true));
  play.take({"invoke app1 read"});
  EXPECT_TRUE(play.can("lose-request app1 read:1"));
  play.take({"lose-request app1 read:1"});
  EXPECT_EQ(play.last().sends.at(0).to, "database") << "a miss";
  Play other(protocol_of(kPage), scenario({"read"}, {"lost-request@cache=1"}, true));
  other.take({"invoke app1 read"});
  EXPECT_FALSE(other.can("lose-request app1 read:1"));
}

TEST(Replica, a_failover_is_refused_beside_one_that_is_read_and_left_out_of_any) {
  try {
    Play(protocol_of(kPage), scenario({"read"}, {"cache-failover"}));
    FAIL() << "which one takes over is not modelled";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("takes over"), std::string::npos) << error.what();
  }
  const Machine any = make_machine(protocol_of(kPage), scenario({"read"}, {"any"}), {}, Granularity::kPlain);
  EXPECT_FALSE(any.scenario().allows(FaultEffect::kRollBack));
  EXPECT_TRUE(any.scenario().allows(FaultEffect::kDropAll));
}

TEST(Replica, a_lagging_replica_breaks_fresh_reads_and_one_that_has_everything_at_once_does_not) {
  const traces::Scenario one = scenario({"write", "read"}, {}, true);
  const Report stale = found(kPage, one, "fresh-reads");
  EXPECT_EQ(stale.verdict, Verdict::kViolated);
  ASSERT_TRUE(stale.trace);
  EXPECT_TRUE(std::none_of(stale.trace->steps.begin(), stale.trace->steps.end(),
                           [](const traces::Step& step) { return traces::is_fault(step.kind); }));
  EXPECT_EQ(found(kPage, in_step(one), "fresh-reads").verdict, Verdict::kHolds);
  EXPECT_EQ(found(kWaits, scenario({"write; read"}, {}, true), "fresh-reads").verdict, Verdict::kHolds);
  EXPECT_EQ(found(kPage, scenario({"write; read"}, {}, true), "fresh-reads").verdict, Verdict::kViolated);
  EXPECT_EQ(found(kPage, scenario({"read", "write"}, {}), "coherent-at-rest").verdict, Verdict::kViolated)
      << "the late fill, as of any cache";
  EXPECT_EQ(found(kPage, scenario({"write; read"}, {}, true), "coherent-at-rest").verdict, Verdict::kHolds)
      << "at rest it has what the cache has";
  EXPECT_EQ(found(kPage, scenario({"write; read"}, {}, true), "converges").verdict, Verdict::kHolds)
      << "it applies everything some day";
}

// Of how many changes the scenario can make; of at most eight.
TEST(Replica, it_is_as_many_changes_behind_as_there_can_be_and_at_most_eight) {
  const auto of_writes = [](const std::string& text, int writes, const traces::Scenario& more = {}) {
    traces::Scenario words = more;
    std::string script = "write";
    for (int i = 1; i < writes; ++i) script += "; write";
    words.apps = {script};
    return make_machine(protocol_of(text), words, {}, Granularity::kPlain);
  };
  EXPECT_EQ(of_writes(kFills, 3).changes_max(), 3U);
  EXPECT_EQ(of_writes(kFills, 3).behind_max(), 3U);
  EXPECT_EQ(of_writes(kFills, 8).behind_max(), 8U);
  EXPECT_EQ(of_writes(kFills, 9).changes_max(), 9U);
  EXPECT_EQ(of_writes(kFills, 9).behind_max(), 8U);
  EXPECT_EQ(of_writes(kFills, 9, in_step({})).behind_max(), 0U);
  traces::Scenario evict;
  evict.faults = {"evict=1"};
  EXPECT_EQ(of_writes(kFills, 3, evict).changes_max(), 6U) << "each may go again";
  traces::Scenario twice;
  twice.faults = {"duplicate=2"};
  EXPECT_EQ(of_writes(kFills, 3, twice).changes_max(), 5U);
  evict.cached = true;
  EXPECT_EQ(of_writes(kFills, 3, evict).changes_max(), 7U) << "and what was there at first";
}

TEST(Replica, one_that_is_to_miss_a_ninth_change_applies_the_oldest_first_and_that_is_said) {
  const std::string nine = "write; write; write; write; write; write; write; write; write";
  Play play(protocol_of(kFills), scenario({nine}, {}));
  for (int i = 0; i < 8; ++i) write(play);
  EXPECT_EQ(stands(play), "8 - 8");
  write(play);
  EXPECT_EQ(stands(play), "9 1 8");
  play.take({"apply cache replica"});
  EXPECT_EQ(stands(play), "9 2 7");
  const auto said = [](const Report& report) {
    return std::any_of(report.assumptions.begin(), report.assumptions.end(), [](const Assumption& assumption) {
      return assumption.text.find("at most 8 changes behind, and here there may be 9") != std::string::npos;
    });
  };
  EXPECT_TRUE(said(found(kFills, scenario({nine}, {}), "coherent-at-rest")));
  EXPECT_FALSE(said(found(kFills, scenario({"write; write"}, {}), "coherent-at-rest")));
}

// All that a reduction leaves out is looked at where none is allowed.
TEST(Replica, reductions_change_no_verdict) {
  for (const std::string& text : {kPage, kWaits, kFills})
    for (const char* const property : {"fresh-reads", "coherent-at-rest", "read-your-writes", "committed-reads"})
      for (const bool held : {false, true})
        for (const std::vector<std::string>& faults :
             {std::vector<std::string>{}, {"evict=1"}, {"lost-reply=1"}, {"cache-restart,duplicate=1"}}) {
          traces::Scenario words = scenario({"read", "read", "write"}, faults, true);
          if (faults.empty()) words = scenario({"read k1; read k2", "write k1", "write k2; write k1"}, {}, false, 2);
          words.no_replica_lag = held;
          CheckOptions options;
          options.properties = {property};
          options.exhaust = true;
          options.reductions = Reductions::all();
          const Report reduced = check(protocol_of(text), words, options);
          options.reductions = {.fusing = false, .symmetry = false, .independence = false};
          const Report plain = check(protocol_of(text), words, options);
          EXPECT_EQ(to_string(reduced.verdict), to_string(plain.verdict)) << text << property << held;
          EXPECT_LE(reduced.states, plain.states);
        }
}

// Where a replica has each change at once, a get there and a change of the cache are in an order.
TEST(Replica, reductions_leave_out_no_order_of_a_change_and_a_get) {
  const std::string page =
      kServers +
      "%% stalemate: entries = item:1, total:1\n"
      "Note over app: Read\napp->>replica: GET item:1\nalt hit\nreplica-->>app: value\napp->>cache: "
      "SET total:1\nelse miss\napp->>database: SELECT item\nend\nNote over app: Write\napp->>database: "
      "UPDATE item\napp->>cache: SET item:1\n";
  for (const bool at_once : {false, true}) {
    traces::Scenario words = scenario({"read", "write"}, {});
    words.no_replica_lag = at_once;
    words.all_invoked = true;
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    options.exhaust = true;
    options.reductions = {};
    const Report plain = check(protocol_of(page), words, options);
    options.reductions.independence = true;
    const Report reduced = check(protocol_of(page), words, options);
    EXPECT_EQ(reduced.at_rest, plain.at_rest) << at_once;
    EXPECT_LT(reduced.states, plain.states) << at_once;
  }
}

// Where the next change makes it apply one before its time.
TEST(Replica, reductions_change_no_verdict_at_the_limit) {
  const std::string nine = "write; write; write; write; write; write; write; write; write; read";
  for (const char* const property : {"fresh-reads", "coherent-at-rest", "monotonic-reads"}) {
    CheckOptions options;
    options.properties = {property};
    options.exhaust = true;
    options.reductions = {};
    const Report plain = check(protocol_of(kFills), scenario({nine, "read; read"}, {}), options);
    options.reductions = Reductions::all();
    const Report reduced = check(protocol_of(kFills), scenario({nine, "read; read"}, {}), options);
    EXPECT_EQ(to_string(reduced.verdict), to_string(plain.verdict)) << property;
    EXPECT_LE(reduced.states, plain.states) << property;
  }
}

TEST(Replica, nothing_rests_while_something_is_to_be_applied) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  options.exhaust = true;
  options.reductions = {};
  EXPECT_EQ(check(protocol_of(kFills), scenario({"write"}, {}), options).at_rest, 2U) << "before it, and after it";
}

// A schedule is over when the replica has everything.
TEST(Replica, schedules_end_where_nothing_is_left_to_apply) {
  traces::Scenario words = scenario({"write"}, {}, true);
  words.all_invoked = true;
  const Machine machine = make_machine(protocol_of(kPage), words, {"coherent-at-rest"}, Granularity::kFused);
  const auto counted = with_packed_system(machine, [](const auto& system) { return sim::count_schedules(system, {}); });
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->total.str(), "1");
}

}  // namespace
}  // namespace stalemate::model
