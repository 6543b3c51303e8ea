// The model against the reference (tests/model/reference/reference_model.hpp): over the catalogue and over random
// protocols, in small scenarios, both must give the same verdicts, the same lengths of shortest traces, the same final
// stores and the same numbers of states at rest and of incoherent ones; the reference must accept every step of every
// trace that is found; and so for every way to search.
//
// States at rest are counted without monitors, where both keep the same: the stores, the budgets, and per session its
// place and the value it holds. On their way sessions remember what they like. A long file, because all is compared by
// the same means.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "machine/machine.hpp"
#include "model/plain_pages.hpp"
#include "model/reference/reference_claims.hpp"
#include "model/reference/reference_explored.hpp"
#include "model/reference/reference_model.hpp"
#include "model/reference/reference_random.hpp"
#include "reduce/packed_system.hpp"
#include "sample.hpp"
#include "sim/schedules.hpp"

namespace stalemate::model::reference {
namespace {

// The reference's states are maps of vectors: what has more of them is left out.
constexpr std::size_t kStatesMax = 3000;

// What a plain walk over the machine finds, without the engine of sim/.
struct MachineSpace {
  std::size_t at_rest = 0;
  std::set<std::vector<std::optional<Value>>> final_stores;
};

MachineSpace explore_machine(const Protocol& protocol, const traces::Scenario& words) {
  const Program program = compile(protocol, compile_options(words));
  const Machine machine(std::make_shared<const Program>(program), resolve(words, program), {}, Granularity::kPlain);
  MachineSpace found;
  sim::Marks marks;
  std::vector<std::uint64_t> first(machine.words());
  machine.initial(first.data(), marks);
  std::set<std::vector<std::uint64_t>> seen = {first};
  std::vector<std::vector<std::uint64_t>> queue = {first};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const std::vector<std::uint64_t> state = queue[i];
    found.at_rest += machine.judge(state.data(), marks).labels & kAtRest;
    std::vector<Action> actions;
    machine.actions(state.data(), actions);
    if (actions.empty()) {
      std::vector<std::optional<Value>> stores;
      // The database first, as the reference has it.
      for (std::size_t place = 0; place < machine.servers().size(); ++place) {
        const Server& server = place == 0 ? *machine.servers().back() : *machine.servers()[place - 1];
        for (std::size_t cell = 0; cell < server.cells(); ++cell) {
          const Held held = server.held(state.data(), cell);
          const auto shown = [&] { return static_cast<Value>(machine.scenario().shown(held.value - 1)); };
          stores.push_back(held.marker       ? std::optional(kMarkerShown)
                           : held.value == 0 ? std::nullopt
                                             : std::optional(shown()));
        }
      }
      found.final_stores.insert(stores);
    }
    for (const Action& action : actions) {
      std::vector<std::uint64_t> next = state;
      machine.apply(next.data(), action, marks);
      if (seen.insert(next).second) queue.push_back(next);
    }
  }
  return found;
}

// The number of the first step that the reference does not take, from 0; none where it takes them all. Which way a
// choice went is not compared by its number but by what it did.
std::optional<std::size_t> first_refused(const Model& model, const traces::Trace& trace) {
  std::vector<World> worlds = {model.initial()};
  if (model.tell(worlds.front()) != trace.initial) return 0;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const traces::Step told = without_copies(trace.steps[i]);
    std::vector<World> next;
    for (const World& world : worlds) {
      for (Enabled& step : model.enabled(world)) {
        const bool breaks = model.breaks(step, trace.property);
        step.told.choice = told.choice;
        step.told.chosen = told.chosen;
        if (breaks) step.told.violates = {trace.property};
        if (without_copies(step.told) == told) next.push_back(step.next);
      }
    }
    if (next.empty()) return i;
    worlds = std::move(next);
  }
  return std::nullopt;
}

CheckOptions checking(std::vector<std::string> properties, bool exhaust) {
  CheckOptions options;
  options.properties = std::move(properties);
  options.exhaust = exhaust;
  return options;
}

// The ways to search that must not matter.
struct Way {
  std::string name;
  Reductions reductions;
  bool compact = false;
  unsigned threads = 1;
};
const std::vector<Way>& ways() {
  static const std::vector<Way> kWays = {{"--no-reduction --threads 2", {}, false, 2},
                                         {"--no-reduction --compact", {}, true, 1},
                                         {"", Reductions::all(), false, 1},
                                         {"--threads 2", Reductions::all(), false, 2},
                                         {"--compact", Reductions::all(), true, 1},
                                         {"--compact --threads 2", Reductions::all(), true, 2},
                                         {"--no-fusing", {false, true, true}, false, 1},
                                         {"--no-symmetry", {true, false, true}, false, 1},
                                         {"--no-independence", {true, true, false}, false, 1}};
  return kWays;
}

// What another way to search says otherwise than the plain search did. With reductions the shortest trace of a smaller
// space is no shorter, and is a run like any other.
std::string disagreement_of_ways(const Protocol& protocol, const traces::Scenario& words, const Model& model,
                                 const Report& plain) {
  for (const Way& way : ways()) {
    CheckOptions options = checking({plain.properties[0].property}, false);
    options.reductions = way.reductions;
    options.compact = way.compact;
    options.threads = way.threads;
    const Report report = check(protocol, words, options);
    const auto told = [&](const std::string& what) {
      return fmt::format("{} {}: {}", plain.properties[0].property, way.name, what);
    };
    if (report.verdict != plain.verdict)
      return told(fmt::format("{}, the plain search {}", to_string(report.verdict), to_string(plain.verdict)));
    if (!way.reductions.any() && (report.states != plain.states || report.trace != plain.trace))
      return told("another trace, or other counts");
    if (!report.trace) continue;
    if (report.trace->steps.size() < plain.trace->steps.size()) return told("shorter than a shortest");
    if (const auto refused = first_refused(model, *report.trace))
      return told(fmt::format("the reference refuses step {} of the trace", *refused));
  }
  return "";
}

std::string shown(const std::optional<std::size_t>& number) { return number ? std::to_string(*number) : "none"; }

bool asks_database(const std::vector<Act>& body) {
  return std::any_of(body.begin(), body.end(), [](const Act& act) {
    if (const auto* request = std::get_if<Request>(&act.node))
      return request->to == Role::kDatabase || !request->passes_on.empty();
    const auto* choice = std::get_if<Choice>(&act.node);
    return choice != nullptr && std::any_of(choice->branches.begin(), choice->branches.end(),
                                            [](const Branch& branch) { return asks_database(branch.body); });
  });
}

bool asks_database(const Protocol& protocol) {
  return std::any_of(protocol.operations.begin(), protocol.operations.end(),
                     [](const Operation& operation) { return asks_database(operation.body); });
}

// What the reference found of a property.
struct Judged {
  std::string property;
  std::optional<std::size_t> shortest;  // the steps of a shortest run that breaks it
  bool reached = false;                 // its antecedent
  bool vacuity = true;                  // whether holding and holding vacuously are told apart
};

// Checks it and compares. Empty where they agree.
std::string disagreement_on(const Judged& judged, const Protocol& protocol, const traces::Scenario& words,
                            const Model& model) {
  const auto& [property, shortest, reached, vacuity] = judged;
  const Report report = check(protocol, words, checking({property}, false));
  Verdict expected = Verdict::kHolds;
  if (shortest)
    expected = Verdict::kViolated;
  else if (!reached || !asks_database(protocol))
    expected = Verdict::kInconclusive;
  const bool both_hold = !vacuity && report.verdict != Verdict::kViolated && expected != Verdict::kViolated;
  if (report.verdict != expected && !both_hold)
    return fmt::format("{}: {} ({}), by the reference {}", property, to_string(report.verdict),
                       report.properties[0].why, to_string(expected));
  if (std::string other = disagreement_of_ways(protocol, words, model, report); !other.empty()) return other;
  if (!report.trace) return "";
  if (report.trace->steps.size() != *shortest)
    return fmt::format("{}: a trace of {} steps, by the reference {}", property, report.trace->steps.size(), *shortest);
  if (const auto refused = first_refused(model, *report.trace))
    return fmt::format("{}: the reference refuses step {} of the trace", property, *refused);
  if (rewalk(*report.trace, "trace") != *report.trace) return fmt::format("{}: rewalked to another trace", property);
  return "";
}

struct Comparison {
  bool compared = false;  // false: too large
  std::string disagreement;
};

// `other`: which of the other properties is compared, beside the two that always are.
Comparison compare(const Protocol& protocol, const Setting& setting, std::size_t other = 0) {
  const traces::Scenario words = words_of(setting);
  const Model model(protocol, setting, false);
  const Explored found = explore(model, kStatesMax);
  if (!found.complete) return {};
  const MachineSpace space = explore_machine(protocol, words);
  if (space.at_rest != found.at_rest)
    return {true, fmt::format("{} at rest, by the reference {}", space.at_rest, found.at_rest)};
  if (space.final_stores != found.final_stores)
    return {true, fmt::format("{} final stores, by the reference {} (or others)", space.final_stores.size(),
                              found.final_stores.size())};

  bool struck_all = true;
  for (std::size_t b = 0; b < setting.budgets.size(); ++b)
    for (std::size_t a = 0; a < setting.budgets[b].aims.size(); ++a) struck_all &= found.struck.count({b, a}) == 1;
  // Without a database nothing says what the cache should equal.
  const bool comparable = setting.has_cache && asks_database(protocol);
  if (comparable) {
    const std::string coherence = disagreement_on(
        {"coherent-at-rest", found.incoherent_steps, found.filled_at_rest && struck_all}, protocol, words, model);
    if (!coherence.empty()) return {true, coherence};
    const Report all = check(protocol, words, checking({"coherent-at-rest"}, true));
    if (all.incoherent_at_rest.value_or(0) != found.incoherent_at_rest)
      return {true, fmt::format("{} incoherent at rest, by the reference {}", all.incoherent_at_rest.value_or(0),
                                found.incoherent_at_rest)};
  }

  const Model remembering(protocol, setting, true);
  const Explored told = explore(remembering, kStatesMax);
  if (!told.complete) return {true, ""};
  // The monitor forgets that a write was acknowledged when all values older than it are committed again.
  const std::string freshness =
      disagreement_on({"fresh-reads", told.stale_steps, told.read_judged && struck_all, !told.committed_again},
                      protocol, words, remembering);
  if (!freshness.empty()) return {true, freshness};
  const std::string& property = kOtherProperties[other % kOtherProperties.size()];
  const auto shortest = told.shortest.find(property);
  const bool compares = asks_database(protocol) || (property != "heals" && property != "committed-reads");
  const std::string judged = disagreement_on(
      {property, shortest == told.shortest.end() || !compares ? std::nullopt : std::optional(shortest->second),
       told.reached.contains(property) && struck_all, property != "read-your-writes" || !told.committed_again},
      protocol, words, remembering);
  if (!judged.empty() || !comparable) return {true, judged};

  // Of those checked by default the one with a shortest run that breaks it; of several the first.
  const Report all = check(protocol, words, checking({}, false));
  std::string broken;
  std::optional<std::size_t> steps;
  for (const PropertyReport& each : all.properties) {
    const auto known = told.shortest.find(each.property);
    const auto its = each.property == "coherent-at-rest" ? found.incoherent_steps
                     : each.property == "fresh-reads"    ? told.stale_steps
                     : known != told.shortest.end()      ? std::optional(known->second)
                                                         : std::nullopt;
    if (!its || (steps && *steps <= *its)) continue;
    steps = its;
    broken = each.property;
  }
  if (all.property != broken)
    return {true, fmt::format("by default: breaks \"{}\", by the reference \"{}\" ({} steps)", all.property, broken,
                              shown(steps))};
  return {true, ""};
}

bool reaches_cache(const Protocol& protocol, const traces::Scenario& words) {
  return compile(protocol, compile_options(words)).has_cache;
}

std::vector<std::vector<Script>> one_session(std::vector<Script> script) { return {std::move(script)}; }

constexpr Script kRead{OperationKind::kRead, 0};
constexpr Script kWrite{OperationKind::kWrite, 0};
const Budget kLostMessage{{{"lost-request", "", 0}, {"lost-reply", "", 0}}, 1};
Budget one_of(const std::string& kind) { return {{{kind, "", 0}}, 1}; }

// The plain state space of the tutorial's protocol, every first request in flight, as several model checkers count it.
TEST(Reference, counts_what_independent_checkers_count_of_cache_aside) {
  struct Row {
    std::size_t readers, writers, lost, states, at_rest, incoherent, steps;
  };
  const Protocol protocol = read_page("cache-aside").value();
  for (const Row& row : {Row{1, 1, 0, 59, 4, 1, 10}, Row{1, 1, 1, 149, 11, 2, 9}, Row{2, 1, 0, 761, 10, 3, 12},
                         Row{1, 2, 0, 735, 12, 4, 14}, Row{2, 1, 1, 1913, 30, 8, 11}}) {
    Setting setting;
    for (std::size_t i = 0; i < row.readers; ++i) setting.apps.push_back(one_session({kRead}));
    for (std::size_t i = 0; i < row.writers; ++i) setting.apps.push_back(one_session({kWrite}));
    setting.all_invoked = true;
    setting.continue_on_database_timeout = true;
    if (row.lost > 0) setting.budgets = {kLostMessage};
    const Explored found = explore(Model(protocol, setting, false), kStatesMax);
    EXPECT_EQ(found.states, row.states);
    EXPECT_EQ(found.at_rest, row.at_rest);
    EXPECT_EQ(found.incoherent_at_rest, row.incoherent);
    EXPECT_EQ(found.incoherent_steps, row.steps);
    EXPECT_EQ(compare(protocol, setting).disagreement, "") << describe(words_of(setting));
  }
}

TEST(Reference, every_page_of_the_catalogue_does_what_the_reference_does) {
  const Script read_any{OperationKind::kRead, std::nullopt};
  const Script write_any{OperationKind::kWrite, std::nullopt};
  const Script read_other{OperationKind::kRead, 1};
  using Apps = std::vector<std::vector<std::vector<Script>>>;
  const std::vector<Apps> all_apps = {{{{kRead}}, {{kWrite}}},        {{{kWrite}}, {{kWrite}}},
                                      {{{kWrite, kRead}}, {{kRead}}}, {{{kRead, kRead}}, {{kWrite}}},
                                      {{{kRead}, {kWrite}}},          {{{read_any}}, {{write_any}}},
                                      {{{write_any, read_other}}}};
  const std::vector<std::vector<Budget>> all_budgets = {
      {},
      {kLostMessage},
      {{{{"lost-reply", "write", 1}}, 1}, {{{"lost-request", "", 0}}, 1}},
      {one_of("late-request")},
      {{{{"duplicate", "", 0}}, 2}},
      {one_of("crash")},
      {one_of("late-request"), one_of("crash")},
      {one_of("evict")},
      {one_of("cache-restart")},
      {one_of("cache-failover")},
      {{{{"cache-failover", "", 0, 3}}, 1}}};
  std::size_t compared = 0;
  std::size_t other = 0;
  for (const CataloguePage& each : plain_pages()) {
    const Protocol protocol = read_page(each.name).value();
    for (const Apps& apps : all_apps) {
      for (const std::vector<Budget>& budgets : all_budgets) {
        for (int switches = 0; switches < 4; ++switches) {
          Setting setting;
          setting.apps = apps;
          setting.budgets = budgets;
          setting.keys = &apps >= &all_apps[5] ? 2 : 1;
          setting.has_cache = reaches_cache(protocol, {});
          setting.cached = switches % 2 == 1;
          setting.continue_on_database_timeout = switches / 2 == 1;
          if (setting.cached && !setting.has_cache) continue;
          if (!budgets.empty() && !setting.has_cache) {
            const std::string& kind = budgets.front().aims.front().kind;
            if (kind == "evict" || kind.starts_with("cache-")) continue;
          }
          if (other++ % one_in() != 0) continue;
          const Comparison comparison = compare(protocol, setting, other);
          compared += comparison.compared ? 1 : 0;
          EXPECT_EQ(comparison.disagreement, "") << each.name << ": " << describe(words_of(setting));
        }
      }
    }
  }
  EXPECT_GT(compared, 300 / one_in());
}

// A write that answers its user first: while it has no commit, a later read must not return what was there before.
TEST(Reference, a_write_that_tells_its_caller_before_it_asks_the_database_is_acknowledged_then) {
  const Protocol protocol =
      read_protocol(as_page("app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"
                            "app->>cache: Set value\n",
                            "app-->>user: accepted\napp->>database: Set value\n"),
                    "early.md", {});
  Setting setting;
  setting.apps = {one_session({kWrite}), one_session({kRead})};
  setting.cached = true;
  traces::Scenario words = words_of(setting);
  const Explored found = explore(Model(protocol, setting, true), kStatesMax);
  ASSERT_EQ(found.stale_steps, 4U) << "write: invoked; then read: invoked, handled, received";
  const Report report = check(protocol, words, checking({"fresh-reads"}, false));
  EXPECT_EQ(to_string(report.verdict), "violated") << report.properties[0].why;
  EXPECT_EQ(report.trace ? report.trace->steps.size() : 0, 4U);
}

// The first one was answered, but it is the last that counts.
TEST(Reference, a_write_whose_last_database_write_is_drawn_as_lost_is_not_acknowledged) {
  const Protocol protocol = read_protocol(
      as_page("app->>database: Get value\n", "app->>database: Set value\napp-xdatabase: Set value\n"), "lost.md", {});
  Setting setting;
  setting.apps = {one_session({kWrite}), one_session({kRead})};
  setting.has_cache = false;
  setting.continue_on_database_timeout = true;
  EXPECT_FALSE(explore(Model(protocol, setting, true), kStatesMax).read_judged);
  const Report report = check(protocol, words_of(setting), checking({"fresh-reads"}, false));
  EXPECT_EQ(to_string(report.verdict), "inconclusive") << "no write is acknowledged";
}

// What happens between two requests is told in order, the reply outward as what it is.
TEST(Reference, an_operation_that_replies_outward_and_then_fails_in_the_same_step_is_told_as_acknowledged_and_failed) {
  const Protocol protocol = read_protocol(
      as_page("app->>cache: Get value\n", "app->>cache: Set value\napp-->>user: accepted\napp-xdatabase: Set value\n"),
      "early.md", {});
  Setting setting;
  setting.apps = {one_session({kWrite})};
  const Report report = check(protocol, words_of(setting), checking({"coherent-at-rest"}, false));
  ASSERT_TRUE(report.trace) << "the cache has a value that the database never got";
  const std::vector<traces::Ending> expected = {{traces::Ending::Kind::kAcknowledged, std::nullopt},
                                                {traces::Ending::Kind::kFailed, std::nullopt}};
  EXPECT_EQ(report.trace->steps.back().endings, expected);
  EXPECT_EQ(first_refused(Model(protocol, setting, false), *report.trace), std::nullopt);
}

TEST(Reference, what_a_read_sends_and_hands_over_just_before_it_fails_is_told_with_its_value) {
  const Protocol protocol = read_protocol(
      as_page("app->>database: Get value\napp-)cache: Set value\napp-->>user: done\napp-xdatabase: Get value\n",
              "app->>database: Set value\n"),
      "failing.md", {});
  Setting setting;
  setting.apps = {one_session({kRead}), one_session({kWrite})};
  const Report report = check(protocol, words_of(setting), checking({"coherent-at-rest"}, false));
  ASSERT_TRUE(report.trace) << "the old value is set after the write";
  EXPECT_EQ(first_refused(Model(protocol, setting, false), *report.trace), std::nullopt);
  std::size_t told = 0;
  for (const traces::Step& step : report.trace->steps) {
    if (step.app != 1 || step.sends.empty() || step.sends[0].awaited) continue;
    ++told;
    EXPECT_EQ(step.sends[0].value, 1000);
    ASSERT_EQ(step.endings.size(), 2U);
    EXPECT_EQ(step.endings[0].value, 1000);
    EXPECT_EQ(step.endings[1].kind, traces::Ending::Kind::kFailed);
  }
  EXPECT_EQ(told, 1U);
}

// A crash ends every session of its app instance: which of two aims of one budget pays for it makes no other step.
TEST(Reference, a_crash_that_two_aims_of_a_budget_cover_is_counted_once) {
  const Protocol protocol = read_page("cache-aside").value();
  Setting setting;
  setting.apps = {{{kRead}, {kRead}}};
  setting.budgets = {{{{"crash", "read", 4}, {"crash", "read", 1}}, 1}};
  const auto expected = count_schedules(Model(protocol, setting, false), true, kStatesMax);
  ASSERT_TRUE(expected.has_value());
  const Machine machine = make_machine(protocol, words_of(setting), {"coherent-at-rest"}, Granularity::kFused);
  const auto counted = with_packed_system(machine, [](const auto& system) { return sim::count_schedules(system, {}); });
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->total, expected->total);
  setting.budgets = {{{{"duplicate", "read", 5}}, 1}};
  EXPECT_EQ(compare(protocol, setting).disagreement, "") << "a copy has a number in a trace, and none in a state";
}

// Schedules: the model fuses a reply to its handle, the reference takes the two steps one after the other.
RC_GTEST_PROP(Reference, random_protocols_have_as_many_schedules_as_in_the_reference, ()) {
  const auto drawn = *rc::gen::suchThat(random_protocol(), understood);
  const Protocol protocol = read_protocol(drawn.text, "random.md", {});
  const bool has_cache = compile(protocol, {}).has_cache;
  const Setting setting = setting_of(*random_scenario(), protocol, has_cache);
  if (!has_cache || compile(protocol, {}).passes_on) return;  // of the latter they are not counted
  const auto expected = count_schedules(Model(protocol, setting, false), true, kStatesMax);
  if (!expected) return;
  const Machine machine = make_machine(protocol, words_of(setting), {"coherent-at-rest"}, Granularity::kFused);
  const auto counted = with_packed_system(machine, [](const auto& system) { return sim::count_schedules(system, {}); });
  RC_ASSERT(counted.has_value());
  RC_LOG() << describe(words_of(setting)) << '\n';
  RC_ASSERT(counted->total == expected->total);
  const bool comparable =
      asks_database(protocol);  // else nothing says what the cache should equal, so nothing is wrong
  RC_ASSERT(counted->violating == (comparable ? expected->violating : 0));
  RC_ASSERT(counted->passing_through == (comparable ? expected->passing : 0));
}

// RC_PARAMS="seed=S max_success=N" compares N protocols in six scenarios each (two in a slow build); 3,500 are more
// than 20,000 comparisons.
RC_GTEST_PROP(Reference, random_protocols_in_random_scenarios_do_what_the_reference_does, ()) {
  const RandomProtocol drawn = *rc::gen::suchThat(random_protocol(), understood);
  const Protocol protocol = read_protocol(drawn.text, "random.md", {});
  RC_CLASSIFY(protocol.entries.size() > 1, "several entries");
  RC_CLASSIFY(protocol.entries.front().versioned, "by version");
  RC_CLASSIFY(compile(protocol, {}).generations, "by generation");
  RC_CLASSIFY(compile(protocol, {}).removes_rows, "rows are removed");
  RC_CLASSIFY(protocol.rows_start_absent, "no row at first");
  const auto asks = [&](Verb verb) {
    bool found = false;
    for (const Operation& operation : protocol.operations)
      visit_requests(operation.body, [&](const Request& request) { found = found || request.verb == verb; });
    return found;
  };
  RC_CLASSIFY(compile(protocol, {}).passes_on, "a cache asks the database itself");
  RC_CLASSIFY(asks(Verb::kLookAgain), "second looks");
  RC_CLASSIFY(asks(Verb::kWait), "waits for the replica");
  RC_CLASSIFY(compile(protocol, {}).leases, "leases");
  RC_CLASSIFY(compile(protocol, {}).changes_values, "changes of what is there");
  RC_CLASSIFY(protocol.caches.size() > 1, "several caches");
  RC_CLASSIFY(protocol.caches.front().local, "local caches");
  const auto follows = [](const DrawnServer& server) { return server.follows.has_value(); };
  const auto publishes = [](const DrawnServer& server) { return server.kind == Role::kQueue; };
  const std::vector<DrawnServer> servers = compile(protocol, {}).servers;
  RC_CLASSIFY(std::any_of(servers.begin(), servers.end(), publishes), "publishes");
  RC_CLASSIFY(std::any_of(servers.begin(), servers.end(), follows), "a replica is read");
  for (const RandomScenario& scenario :
       *rc::gen::container<std::vector<RandomScenario>>(std::max<std::size_t>(1, 6 / one_in()), random_scenario())) {
    traces::Scenario words;
    if ((scenario.switches & kContinueSwitch) != 0) words.on_database_timeout = "continue";
    const Setting setting = setting_of(scenario, protocol, reaches_cache(protocol, words));
    const Comparison comparison = compare(protocol, setting, scenario.other);
    RC_LOG() << drawn.text << describe(words_of(setting)) << '\n';
    RC_ASSERT(comparison.disagreement == "");
  }
}

}  // namespace
}  // namespace stalemate::model::reference
