// `terminates` on protocols. Nothing that is read today waits without end, so it holds wherever it is asked; the
// mutants show what breaks it, and the reference says by a search of its own that nothing is ever stuck.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/convergence.hpp"
#include "ask/explain.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "model/machine/play_support.hpp"
#include "model/reference/reference_explored.hpp"
#include "model/reference/reference_random.hpp"
#include "traces/json.hpp"

namespace stalemate::model {
namespace {

using Names = std::vector<std::string>;

Report ask(const Protocol& protocol, const traces::Scenario& words, Names properties = {"terminates"}) {
  CheckOptions options;
  options.properties = std::move(properties);
  return check(protocol, words, options);
}

TEST(Terminates, holds_on_every_page_whatever_fails_and_is_checked_only_by_name) {
  for (const CataloguePage& page : catalogue()) {
    SCOPED_TRACE(page.name);
    const Protocol protocol = read_page(page.name).value();
    for (const Names& faults : {Names{}, {"any"}, {"lost-message=*"}, {"crash", "app-restart"}}) {
      const Report report = ask(protocol, scenario({"write; read", "read"}, faults));
      const bool all_happened = faults != Names{"any"};
      EXPECT_EQ(report.properties.at(0).verdict, all_happened ? Verdict::kHolds : report.properties.at(0).verdict);
      EXPECT_NE(report.verdict, Verdict::kViolated);
    }
    const Report by_default = ask(protocol, scenario({"read", "write"}, {}), {});
    for (const PropertyReport& property : by_default.properties) EXPECT_NE(property.property, "terminates");
  }
}

// Who waits for a cache that starts again, and forgets what it was about to ask, learns that no answer comes.
TEST(Terminates, whoever_waits_for_a_cache_that_starts_again_goes_on) {
  const Protocol reads_through = read_protocol(
      "sequenceDiagram\nNote over app: Read\napp->>cache: get item\nalt hit\ncache-->>app: value\nelse "
      "miss\ncache->>database: get item\ndatabase-->>cache: row\ncache-->>app: value\nend\nNote over app: "
      "Write\napp->>database: set item\napp->>cache: delete item\n",
      "t.mmd", {});
  EXPECT_EQ(ask(reads_through, scenario({"read", "write"}, {"cache-restart"})).verdict, Verdict::kHolds);
}

// Together with the other one about whole runs each is judged for itself.
TEST(Terminates, is_judged_beside_converges) {
  const Report both =
      ask(read_page("cache-aside").value(), scenario({"read", "write"}, {}), {"converges", "terminates"});
  ASSERT_EQ(both.properties.size(), 2U);
  EXPECT_EQ(both.properties[0].verdict, Verdict::kViolated);
  EXPECT_EQ(both.properties[1].property, "terminates");
  EXPECT_EQ(both.properties[1].verdict, Verdict::kHolds);
  EXPECT_EQ(both.property, "converges");
}

TEST(Terminates, a_trace_that_does_not_show_it_is_refused) {
  traces::Trace stays =
      ask(read_page("cache-aside").value(), scenario({"read", "write"}, {}), {"converges"}).trace.value();
  stays.property = "terminates";
  for (traces::Step& step : stays.steps) step.violates.clear();
  EXPECT_EQ(error_of([&] { rewalk(stays, "t.json"); }),
            "t.json: /loop: it comes to the end of every operation in the loop; make the trace again");
  EXPECT_TRUE(contains(error_of([&] { explain(stays); }), "only what comes to rest can be explained"));
  stays.loop.reset();
  EXPECT_TRUE(contains(error_of([&] { rewalk(stays, "t.json"); }), "what breaks terminates repeats, or stays"));
}

RC_GTEST_PROP(Terminates, OnRandomProtocolsItIsBrokenWhereTheReferenceIsStuck, ()) {
  const auto random = *reference::random_protocol();
  RC_PRE(reference::understood(random));
  const Protocol protocol = read_protocol(random.text, "random.md", {});
  const bool has_cache = compile(protocol, {}).has_cache;
  const reference::Setting setting = reference::setting_of(*reference::random_scenario(), protocol, has_cache);
  const reference::Model model(protocol, setting, false);
  const reference::Explored found = reference::explore(model, 4'000);
  RC_PRE(found.complete);
  const Report report = ask(protocol, reference::words_of(setting));
  RC_ASSERT((report.properties.at(0).verdict == Verdict::kViolated) == (found.stuck != 0));
  RC_CLASSIFY(report.verdict == Verdict::kHolds, "holds");
}

}  // namespace
}  // namespace stalemate::model
