// Every limit that a scenario has: at it, the program answers, and with every reduction the same; one past it, it
// refuses in one line that says which.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "machine/machine.hpp"
#include "model/understand/protocol_support.hpp"
#include "stores_of.hpp"

namespace stalemate::model {
namespace {

using Apps = std::vector<std::string>;
using Faults = std::vector<std::string>;

// A Write that leaves the cache as it is: whoever looks into a filled cache afterwards finds the old value.
Protocol forgetful() {
  return read_lines("Note over app: Read\napp->>cache: Get value\nNote over app: Write\napp->>database: Set value\n");
}
// One whose delete mends that, unless it is lost.
Protocol deleting() {
  return read_lines(
      "Note over app: Read\napp->>cache: Get value\n"
      "Note over app: Write\napp->>database: Set value\napp->>cache: Delete value\n");
}

std::string repeated(const std::string& operation, std::size_t count, const std::string& separator) {
  std::string script = operation;
  for (std::size_t i = 1; i < count; ++i) script += separator + operation;
  return script;
}

traces::Scenario scenario(Apps apps, Faults faults = {}, int keys = 1) {
  traces::Scenario words;
  words.apps = std::move(apps);
  words.faults = std::move(faults);
  words.keys = keys;
  words.cached = true;
  return words;
}

traces::Scenario not_cached(traces::Scenario words) {
  words.cached = false;
  return words;
}

struct Limit {
  std::string name;
  Protocol protocol;
  std::string property;
  traces::Scenario at;    // wrong, with a short trace
  traces::Scenario past;  // the same with one more
  std::string refusal;    // how it begins
};

// Every key but the last is there to take room.
Apps on_key(int key) {
  const std::string last = fmt::format(" k{}", key);
  return {"read" + last, "read" + last, "write" + last, fmt::format("write k{}; read k{}", key - 1, key - 1)};
}

std::vector<Limit> limits() {
  const Faults elsewhere(kBudgetsMax - 1, "lost-request@read:1");
  const auto with = [](Faults faults, const std::string& last) {
    faults.push_back(last);
    return faults;
  };
  const auto budgets = with(elsewhere, "lost-request@write:2");
  const std::string targets = repeated("lost-request@read:1", kTargetsMax - 1, ",");
  const auto numbered = [](const std::string& fault, int number) {
    return Faults{fmt::format("{}={}", fault, number)};
  };
  return {
      {"keys", read_page("cache-aside").value(), "fresh-reads", not_cached(scenario(on_key(kKeysMax), {}, kKeysMax)),
       not_cached(scenario(on_key(kKeysMax + 1), {}, kKeysMax + 1)), "--keys 65: a scenario has 1 to 64 keys"},
      {"keys of a cache with a replica", deleting(), "coherent-at-rest",
       scenario({"write k64", "write k64"}, {"cache-failover"}, kKeysMax),
       scenario({"write k65", "write k65"}, {"cache-failover"}, kKeysMax + 1), "--keys 65:"},
      {"changes that a replica misses", deleting(), "coherent-at-rest",
       scenario({"write"}, {fmt::format("cache-failover:{}", kMissedMax)}),
       scenario({"write"}, {fmt::format("cache-failover:{}", kMissedMax + 1)}),
       "--fault cache-failover:17: behind the colon"},
      {"sessions", forgetful(), "coherent-at-rest", scenario(Apps(kSessionsMax, "write")),
       scenario(Apps(kSessionsMax + 1, "write")), "the scenario has 64 sessions; at most 63 are possible"},
      {"writes", forgetful(), "fresh-reads", scenario({repeated("write", kWritesMax, ";") + "; read"}),
       scenario({repeated("write", kWritesMax + 1, ";") + "; read"}), "the scenario has 64 writes; at most 63"},
      {"writes of alike sessions", forgetful(), "coherent-at-rest",
       scenario({repeated("write", 21, ";"), repeated("write", 21, ";"), repeated("write", 21, ";")}),
       scenario({repeated("write", 21, ";"), repeated("write", 21, ";"), repeated("write", 22, ";")}),
       "the scenario has 64 writes; at most 63"},
      {"operations", forgetful(), "coherent-at-rest", scenario({repeated("read", kOperationsMax - 1, ";") + "; write"}),
       scenario({repeated("read", kOperationsMax, ";") + "; write"}), "--app 'read;read;"},
      {"budgets", deleting(), "coherent-at-rest", scenario({"write"}, budgets),
       scenario({"write"}, with(budgets, "lost-request")), "--fault: the scenario has 65 of them; at most 64"},
      {"faults of a budget", deleting(), "coherent-at-rest", scenario({"write"}, numbered("lost-request", kBudgetMax)),
       scenario({"write"}, numbered("lost-request", kBudgetMax + 1)),
       "--fault lost-request=1001: the budget after '=' is a number from 1 to 1000"},
      {"targets of a budget", deleting(), "coherent-at-rest", scenario({"write"}, {targets + ",lost-request@write:2"}),
       scenario({"write"}, {targets + ",lost-request@write:2,lost-request@write:1"}),
       "--fault: one of them lists more than 1000 kinds"},
      {"copies", forgetful(), "coherent-at-rest", scenario({"write"}, numbered("duplicate", kRequestsMax)),
       scenario({"write"}, numbered("duplicate", kRequestsMax + 1)), "--fault: so many late requests and copies"},
      {"outcomes of a crash", forgetful(), "coherent-at-rest", scenario({repeated("write", 16, "|")}, {"crash"}),
       scenario({repeated("write", 17, "|")}, {"crash"}), "--fault crash: app instance 1 can have so many requests"},
  };
}

constexpr Reductions kWanted[] = {{true, false, false}, {false, true, false}, {false, false, true}, Reductions::all()};

// What differs from the search without reductions.
std::string difference(const Protocol& protocol, const traces::Scenario& words, const std::string& property) {
  CheckOptions options;
  options.properties = {property};
  const Report plain = check(protocol, words, options);
  if (plain.verdict != Verdict::kViolated) return "nothing goes wrong";
  for (const Reductions& wanted : kWanted) {
    options.reductions = wanted;
    const Report reduced = check(protocol, words, options);
    const std::string name = fmt::format("{}", fmt::join(reduced.reductions, ", "));
    if (reduced.verdict != plain.verdict) return name + ": another verdict";
    if (rewalk(*reduced.trace, "trace").steps != reduced.trace->steps) return name + ": the trace does not execute";
    if (cache_of(traces::final_state(*reduced.trace)) != cache_of(traces::final_state(*plain.trace)))
      return name + ": another end";
  }
  return "";
}

TEST(Limits, at_each_limit_every_reduction_says_the_same_and_one_past_it_is_refused) {
  for (const Limit& limit : limits()) {
    SCOPED_TRACE(limit.name);
    EXPECT_EQ(difference(limit.protocol, limit.at, limit.property), "");
    expect_start(error_of([&] { check(limit.protocol, limit.past, {}); }), limit.refusal);
  }
}

// The state is as large as can be, whatever makes it so.
TEST(Limits, the_largest_state_is_searched_and_a_larger_one_is_refused) {
  const auto with_writers = [](std::size_t writers) {
    return scenario(Apps(writers, "write k64"), {"cache-failover", "duplicate=3", "crash"}, kKeysMax);
  };
  const auto error = [&](std::size_t writers) {
    return error_of(
        [&] { make_machine(deleting(), with_writers(writers), {"coherent-at-rest"}, Granularity::kPlain); });
  };
  std::size_t writers = 1;
  while (writers < kSessionsMax && error(writers + 1) == "no error") ++writers;
  ASSERT_LT(writers, static_cast<std::size_t>(kSessionsMax));
  expect_start(error(writers + 1), "the scenario needs ");
  EXPECT_EQ(make_machine(deleting(), with_writers(writers), {"coherent-at-rest"}, Granularity::kPlain).words(),
            kWordsMax);
  EXPECT_EQ(difference(deleting(), with_writers(writers), "coherent-at-rest"), "");
}

// Each of the sixteen requests in flight may arrive yet or not.
TEST(Limits, a_crash_offers_every_outcome_that_an_action_has_room_for) {
  traces::Scenario words = scenario({repeated("write", 16, "|")}, {"crash"});
  words.all_invoked = true;
  const Machine machine = make_machine(forgetful(), words, {"coherent-at-rest"}, Granularity::kPlain);
  std::vector<std::uint64_t> state(machine.words());
  sim::Marks marks;
  machine.initial(state.data(), marks);
  std::vector<Action> actions;
  machine.actions_of(state.data(), 0, actions);
  std::vector<std::uint16_t> choices;
  for (const Action& action : actions)
    if (action.kind == ActionKind::kFault) choices.push_back(action.choice);
  ASSERT_EQ(choices.size(), kChoicesMax);
  EXPECT_TRUE(std::is_sorted(choices.begin(), choices.end()));
  EXPECT_EQ(choices.front(), 0);
  EXPECT_EQ(choices.back(), kChoicesMax - 1);
}

}  // namespace
}  // namespace stalemate::model
