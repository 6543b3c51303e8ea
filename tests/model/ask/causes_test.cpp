// check --all: what goes wrong, each cause once, the shortest example of each.
#include <gtest/gtest.h>

#include <set>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {
namespace {

Report ask(const std::string& page, const traces::Scenario& words, bool all = true) {
  CheckOptions options;
  options.all = all;
  return check(read_page(page).value(), words, options);
}

bool tells(const Report& report, const std::string& text) {
  return std::any_of(report.causes->begin(), report.causes->end(),
                     [&](const Cause& cause) { return cause.what.find(text) != std::string::npos; });
}

TEST(Causes, each_has_one_trace_that_executes_and_breaks_what_it_says) {
  const traces::Scenario words{.apps = {"read", "write", "read"}, .faults = {"any"}};
  const Report report = ask("cache-aside", words);
  ASSERT_TRUE(report.causes);
  EXPECT_TRUE(report.limits.empty());
  std::set<std::string> seen;
  std::size_t longest = 0;
  for (const Cause& cause : *report.causes) {
    SCOPED_TRACE(cause.what);
    EXPECT_TRUE(seen.insert(cause.what).second) << "once";
    EXPECT_TRUE(cause.what.starts_with(cause.trace.property + "; "));
    EXPECT_EQ(rewalk(cause.trace, "trace").steps.back().violates, std::vector<std::string>{cause.trace.property});
    for (std::size_t step = 0; step + 1 < cause.trace.steps.size(); ++step) {
      const std::vector<std::string>& before = cause.trace.steps[step].violates;
      EXPECT_EQ(std::find(before.begin(), before.end(), cause.trace.property), before.end()) << "broken before";
    }
    EXPECT_GE(cause.trace.steps.size(), longest) << "the shortest first";
    longest = std::max(longest, cause.trace.steps.size());
  }
  EXPECT_TRUE(tells(report, "coherent-at-rest; no fault; ")) << "the race";
  EXPECT_TRUE(tells(report, "coherent-at-rest; lost-request of write:2"));
  EXPECT_TRUE(tells(report, "fresh-reads; lost-request of write:2"));
  EXPECT_EQ(report.causes->front().trace.steps.size(), report.trace->steps.size()) << "the shortest of all";
}

TEST(Causes, of_what_holds_there_are_none_and_who_does_not_ask_is_not_told) {
  const traces::Scenario words{.apps = {"read", "write"}, .faults = {}};
  const Report holds = ask("database-only", words);
  ASSERT_TRUE(holds.causes);
  EXPECT_TRUE(holds.causes->empty());
  EXPECT_FALSE(ask("cache-aside", words, false).causes);
}

TEST(Causes, with_and_without_reductions_the_shortest_is_as_short) {
  for (const Reductions& reductions : {Reductions{}, Reductions::all()}) {
    CheckOptions options;
    options.all = true;
    options.reductions = reductions;
    options.properties = {"coherent-at-rest"};
    const Report report =
        check(read_page("cache-aside").value(), {.apps = {"read", "write"}, .faults = {"lost-message"}}, options);
    EXPECT_TRUE(tells(report, "coherent-at-rest; lost-request of write:2; read:3 before write:1"));
    EXPECT_EQ(report.causes->front().trace.steps.size(), report.trace->steps.size());
    EXPECT_TRUE(tells(report, "coherent-at-rest; no fault; write:2 before read:5"));
  }
}

TEST(Causes, what_no_single_step_breaks_has_none) {
  CheckOptions options;
  options.all = true;
  options.properties = {"converges"};
  EXPECT_THROW(check(read_page("cache-aside").value(), {.apps = {"read", "write"}, .faults = {}}, options), InputError);
}

TEST(Causes, where_the_time_is_over_that_is_said) {
  CheckOptions options;
  options.all = true;
  std::size_t asked = 0;
  options.interrupt = [&](const sim::Progress&) -> std::optional<std::string> {
    return ++asked > 2 ? std::optional<std::string>("stopped after 2 s") : std::nullopt;
  };
  const Report report =
      check(read_page("cache-aside").value(), {.apps = {"read", "write"}, .faults = {"any=2"}}, options);
  ASSERT_FALSE(report.limits.empty());
  EXPECT_EQ(report.limits.back(), "stopped after 2 s");
}

}  // namespace
}  // namespace stalemate::model
