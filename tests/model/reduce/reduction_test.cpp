// Reductions against the unreduced search: over every page, fault and property there is, and over random protocols, the
// same verdicts, the same states at rest (up to symmetry), and traces that really execute. The compiled steps against
// the machine. And what careless versions of the reductions get wrong. A long file, because all of them are compared by
// the same means.
#include "reduce/reduction.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "model/plain_pages.hpp"
#include "model/reference/reference_random.hpp"
#include "reduce/packed_system.hpp"
#include "reduce/step_table.hpp"
#include "sim/random.hpp"

namespace stalemate::model {
namespace {

using State = std::vector<std::uint64_t>;

// The last two let symmetry leave every state alone that has more than one order.
constexpr Reductions kEvery[] = {{true, false, false}, {false, true, false},    {false, false, true},
                                 {true, true, false},  {true, false, true},     {false, true, true},
                                 {true, true, true},   {false, true, false, 1}, {true, true, true, 1}};

std::string name_of(const Reductions& wanted) {
  return fmt::format("{}{}{}{}", wanted.fusing ? "fusing " : "", wanted.symmetry ? "symmetry " : "",
                     wanted.independence ? "independence " : "", wanted.orders_max == 1 ? "of one order" : "");
}

// Every state at rest that a plain breadth-first search over a reduced system meets, as representatives by `symmetry`.
// Empty where there are more than `states_max` states.
std::set<State> states_at_rest(const ReducedMachine& reduced, const std::optional<Symmetry>& symmetry,
                               std::size_t states_max) {
  return with_packed_system(
      reduced.machine,
      [&](const auto& system) {
        const auto to_words = [&](const auto& state) {
          // The block holds them all; a compiler cannot know.
          const std::size_t count = std::min(reduced.machine.words(), state.words.size());
          return State(state.words.begin(), state.words.begin() + static_cast<std::ptrdiff_t>(count));
        };
        std::set<State> at_rest;
        std::vector queue = {system.representative(system.initial())};
        std::set<State> seen = {to_words(queue.front())};
        sim::Marks marks;
        for (std::size_t i = 0; i < queue.size(); ++i) {
          if (queue.size() > states_max) return std::set<State>{};
          const auto state = queue[i];
          if ((system.judge(state, marks).labels & kAtRest) != 0) {
            State words = to_words(state);
            if (symmetry) symmetry->canonicalize(words.data());
            at_rest.insert(std::move(words));
          }
          std::vector<Action> actions;
          system.actions(state, actions);
          for (const Action& action : actions) {
            const auto next = system.representative(system.apply(state, action, marks).next);
            if (seen.insert(to_words(next)).second) queue.push_back(next);
          }
        }
        return at_rest;
      },
      &reduced);
}

// Why a trace does not execute, or does not break its property with its last step; empty where it does.
std::string fault_of(const traces::Trace& trace) {
  try {
    if (rewalk(trace, "trace").steps != trace.steps) return "executed, its steps differ";
    const std::vector<std::string>& broken = trace.steps.back().violates;
    if (std::find(broken.begin(), broken.end(), trace.property) == broken.end()) return "its last step breaks nothing";
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

// Compares every combination of reductions with none. Empty where they agree. What is larger than `states_max` is left
// out, and counted in `left_out`.
std::string disagreement(const Protocol& protocol, const traces::Scenario& words, const std::string& property,
                         std::size_t states_max, int& left_out) {
  CheckOptions options;
  options.properties = {property};
  options.exhaust = true;
  options.interrupt = [&](const sim::Progress& now) {
    return now.states > states_max ? std::optional<std::string>("too large") : std::nullopt;
  };
  const Report plain = check(protocol, words, options);
  if (!plain.limits.empty()) {
    ++left_out;
    return "";
  }
  const ReducedMachine unreduced(protocol, words, {property}, {});
  for (const Reductions& wanted : kEvery) {
    const ReducedMachine machine(protocol, words, {property}, wanted);
    if (wanted.orders_max == 1 && !machine.symmetry) continue;  // the same as without it
    options.reductions = wanted;
    const Report reduced = check(protocol, words, options);
    if (reduced.verdict != plain.verdict)
      return fmt::format("{}: {} is {}, unreduced {}", name_of(wanted), property, to_string(reduced.verdict),
                         to_string(plain.verdict));
    if (reduced.properties.front().why != plain.properties.front().why)
      return fmt::format("{}: '{}', unreduced '{}'", name_of(wanted), reduced.properties.front().why,
                         plain.properties.front().why);
    if (reduced.never_reached != plain.never_reached) return name_of(wanted) + ": other things never reached";
    if (reduced.states > plain.states) return name_of(wanted) + ": more states than unreduced";
    if (reduced.trace.has_value() != plain.trace.has_value()) return name_of(wanted) + ": trace or none";
    if (reduced.trace) {
      if (const std::string fault = fault_of(*reduced.trace); !fault.empty()) return name_of(wanted) + ": " + fault;
      if (reduced.trace->steps.size() < plain.trace->steps.size()) return name_of(wanted) + ": shorter than a shortest";
    }
    std::optional<Symmetry> orbits;
    if (machine.symmetry) orbits = std::get<Symmetry>(Symmetry::of(machine.machine));
    const auto expected = states_at_rest(unreduced, orbits, states_max);
    if (states_at_rest(machine, orbits, states_max) != expected) return name_of(wanted) + ": other states at rest";
  }
  return "";
}

std::vector<std::string> properties_of(const Protocol& protocol, const traces::Scenario& words) {
  const Program program = compile(protocol, compile_options(words));
  const auto is_refused = [&](const std::string& name) {
    try {
      make_machine(protocol, words, {name}, Granularity::kPlain);
      return false;
    } catch (const InputError& error) {
      return std::string(error.what()).find("refilled under a lock") != std::string::npos;
    }
  };
  std::vector<std::string> names;
  for (const PropertyKind& kind : property_kinds())
    if (kind.applies(program) && !is_refused(std::string(kind.name))) names.emplace_back(kind.name);
  return names;
}

traces::Scenario scenario(std::vector<std::string> apps, std::vector<std::string> faults = {}, int keys = 1) {
  traces::Scenario words;
  words.apps = std::move(apps);
  words.faults = std::move(faults);
  words.keys = keys;
  return words;
}

// A random protocol that is understood, and a random scenario of it.
std::pair<Protocol, traces::Scenario> random_case() {
  const auto drawn = *rc::gen::suchThat(reference::random_protocol(), reference::understood);
  const Protocol protocol = read_protocol(drawn.text, "random.md", {});
  const bool has_cache = compile(protocol, {}).has_cache;
  const reference::RandomScenario scenario = *reference::random_scenario();
  return {protocol, reference::words_of(reference::setting_of(scenario, protocol, has_cache))};
}

class ReductionOfPage : public testing::TestWithParam<std::string> {};

TEST_P(ReductionOfPage, changes_no_verdict_and_no_state_at_rest_under_every_fault_and_property) {
  constexpr std::size_t kStatesMax = 6000;
  const std::vector<traces::Scenario> bounds = {
      scenario({"read", "write"}),
      scenario({"read", "read", "write"}),
      scenario({"read", "write", "write"}),
      scenario({"read k1; write k2", "write k1; read k2"}, {}, 2),
      scenario({"read", "write k2"}, {}, 2),
      scenario({"read | write", "read"}),
      scenario({"write; read", "write; read"}),
  };
  std::vector<std::string> faults = {"", "lost-message=2", "lost-reply@write:1"};
  std::vector<std::string> of_cache;
  for (const FaultKind& kind : fault_kinds()) (kind.server() != nullptr ? of_cache : faults).emplace_back(kind.name);
  faults.insert(faults.end(), of_cache.begin(), of_cache.end());
  int compared = 0;
  int left_out = 0;
  const Protocol protocol = read_page(GetParam()).value();
  const bool has_cache = compile(protocol, {}).has_cache;
  for (traces::Scenario words : bounds) {
    for (const std::string& fault : faults) {
      if (!has_cache && std::find(of_cache.begin(), of_cache.end(), fault) != of_cache.end()) continue;
      words.faults.clear();
      if (!fault.empty()) words.faults.push_back(fault);
      for (const bool all_invoked : {false, true}) {
        if (all_invoked && words.keys > 1) continue;  // a first operation may choose its key
        words.all_invoked = all_invoked;
        for (const std::string& property : properties_of(protocol, words)) {
          EXPECT_EQ(disagreement(protocol, words, property, kStatesMax, left_out), "")
              << GetParam() << ": " << describe(words) << (all_invoked ? ", all invoked" : "") << ", " << property;
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared - left_out, 90) << left_out << " of " << compared << " were too large";
  RecordProperty("compared", compared - left_out);
}

INSTANTIATE_TEST_SUITE_P(Catalogue, ReductionOfPage, testing::ValuesIn([] {
                           std::vector<std::string> pages;
                           for (const CataloguePage& page : plain_pages()) pages.push_back(std::string(page.name));
                           return pages;
                         }()),
                         [](const testing::TestParamInfo<std::string>& page) {
                           std::string name = page.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

RC_GTEST_PROP(Reduction, changes_no_verdict_of_a_random_protocol, ()) {
  const auto [protocol, words] = random_case();
  int left_out = 0;
  for (const std::string& property : properties_of(protocol, words)) {
    const std::string found = disagreement(protocol, words, property, 1500, left_out);
    if (!found.empty()) RC_FAIL(describe(words) + ", " + property + ": " + found);
  }
}

// A Read that is answered is not run again, and with it goes what a property kept for that.
TEST(Reduction, changes_no_state_at_rest_where_a_read_might_have_been_run_again) {
  const Protocol protocol = read_protocol(
      "# Read\n```mermaid\nsequenceDiagram\napp->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get "
      "value\napp->>cache: Set value if absent\ncache-->>app: already there\n```\n# "
      "Write\n```mermaid\nsequenceDiagram\napp->>database: increment value\n```\n",
      "again.md", {});
  for (const std::string fault : {"", "lost-reply", "crash", "app-restart"})
    for (const std::string property : {"fresh-reads", "read-your-writes", "monotonic-reads"}) {
      traces::Scenario words = scenario({"read k1", "write k1"});
      if (!fault.empty()) words.faults = {fault};
      words.retries = 1;
      int left_out = 0;
      EXPECT_EQ(disagreement(protocol, words, property, 20'000, left_out), "") << fault << ", " << property;
      EXPECT_EQ(left_out, 0) << fault << ", " << property;
    }
}

// --- the compiled steps ---

// Along random walks, a table that is kept from walk to walk gives what the machine gives.
template <std::size_t N>
void compare_table(const Machine& machine, std::uint64_t seed) {
  const PackedSystem<N> system(machine);
  StepTable<N> table(machine);
  sim::Random random(seed, 0);
  for (int walk = 0; walk < 20; ++walk) {
    auto state = system.initial();
    while (true) {
      sim::Marks marks;
      sim::Marks machine_marks;
      sim::detail::RawVector<typename PackedSystem<N>::State> by_table;
      sim::PropertyMask violated_by_table = 0;
      for (std::size_t actor = 0; actor < machine.actors(); ++actor) {
        const auto steps = table.steps_of(state.words, actor, marks);
        table.take(steps, state.words, by_table);
        violated_by_table |= steps.violated;
      }
      std::vector<Action> actions;
      system.actions(state, actions);
      RC_ASSERT(by_table.size() == actions.size());
      sim::PropertyMask violated = 0;
      for (std::size_t i = 0; i < actions.size(); ++i) {
        const auto applied = system.apply(state, actions[i], machine_marks);
        RC_ASSERT(by_table[i].words == applied.next.words);
        violated |= applied.violated;
      }
      RC_ASSERT(violated_by_table == violated);
      if (actions.empty()) break;
      state = system.apply(state, actions[random.below(actions.size())], marks).next;
    }
  }
}

RC_GTEST_PROP(StepTable, gives_the_steps_of_the_machine_for_a_random_protocol, ()) {
  const auto [protocol, words] = random_case();
  for (const Granularity granularity : {Granularity::kPlain, Granularity::kFused}) {
    std::optional<Machine> machine;
    try {
      machine.emplace(make_machine(protocol, words, properties_of(protocol, words), granularity));
    } catch (const InputError& error) {
      if (std::string(error.what()).find("bytes a state") == std::string::npos) throw;
      RC_DISCARD("all properties at once need a larger state");
    }
    if (machine->words() <= 2)
      compare_table<2>(*machine, 1);
    else
      compare_table<32>(*machine, 1);
  }
}

// --- symmetry ---

// Who does what an actor does where app instances, of a session each, are exchanged.
std::uint8_t exchanged_actor(const Machine& machine, const std::vector<std::uint8_t>& exchanged, std::uint8_t actor) {
  if (actor < exchanged.size()) return exchanged[actor];
  const Place& place = machine.server_of(actor)->place();
  if (place.app == 0) return actor;
  for (std::size_t other = exchanged.size(); other < machine.actors(); ++other) {
    const Place& there = machine.server_of(other)->place();
    if (there.drawn == place.drawn && there.app == exchanged[static_cast<std::size_t>(place.app - 1)] + 1)
      return static_cast<std::uint8_t>(other);
  }
  throw std::logic_error("a local cache stands in every app instance");
}

// Two walks that differ only in which of the alike instances does what end in the same representative.
RC_GTEST_PROP(Symmetry, a_walk_and_the_same_walk_by_exchanged_instances_have_one_representative, ()) {
  const Protocol protocol = random_case().first;
  traces::Scenario words;
  const auto readers = *rc::gen::element<std::size_t>(0, 1, 2, 3);
  const auto writers = *rc::gen::element<std::size_t>(2, 3, 4, 6);
  words.apps.insert(words.apps.end(), readers, "read");
  words.apps.insert(words.apps.end(), writers, *rc::gen::element<std::string>("write", "write; write", "write; read"));
  words.faults = {"lost-message=1"};
  RC_PRE(!compile(protocol, compile_options(words)).changes_values);  // sums of many writes have no room in a state
  // Nor have many requests of many sessions.
  RC_PRE(reference::has_room(protocol, words, properties_of(protocol, words)));
  const Machine machine = make_machine(protocol, words, properties_of(protocol, words), Granularity::kPlain);
  const auto symmetry = Symmetry::of(machine);
  RC_PRE(std::holds_alternative<Symmetry>(symmetry));  // not where many asynchronous requests make a session wide

  sim::Random random(*rc::gen::arbitrary<std::uint64_t>(), 0);
  for (int walk = 0; walk < 30; ++walk) {
    std::vector<std::uint8_t> exchanged;
    for (std::size_t s = 0; s < words.apps.size(); ++s) exchanged.push_back(static_cast<std::uint8_t>(s));
    const auto shuffle = [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = end; i > begin + 1; --i)
        std::swap(exchanged[i - 1], exchanged[begin + random.below(i - begin)]);
    };
    shuffle(0, readers);
    shuffle(readers, words.apps.size());

    sim::Marks marks;
    State one(machine.words());
    State other(machine.words());
    machine.initial(one.data(), marks);
    machine.initial(other.data(), marks);
    while (true) {
      State a = one;
      State b = other;
      std::get<Symmetry>(symmetry).canonicalize(a.data());
      std::get<Symmetry>(symmetry).canonicalize(b.data());
      RC_ASSERT(a == b);
      RC_ASSERT(std::get<Symmetry>(symmetry).may_be_symmetric(one.data(), a.data()));
      std::vector<Action> actions;
      machine.actions(one.data(), actions);
      if (actions.empty()) break;
      Action action = actions[random.below(actions.size())];
      machine.apply(one.data(), action, marks);
      action.session = exchanged_actor(machine, exchanged, action.session);
      machine.apply(other.data(), action, marks);
    }
  }
}

TEST(Symmetry, orbits_are_those_that_other_checkers_count) {
  const auto count = [](std::size_t readers, std::size_t writers, const std::string& fault) {
    traces::Scenario words;
    words.apps.assign(readers, "read");
    words.apps.insert(words.apps.end(), writers, "write");
    words.all_invoked = true;
    words.on_database_timeout = "continue";
    if (!fault.empty()) words.faults = {fault};
    CheckOptions options;
    options.properties = {"coherent-at-rest"};
    options.exhaust = true;
    options.reductions.symmetry = true;
    const Report report = check(read_page("cache-aside").value(), words, options);
    return std::pair(report.states, report.transitions);
  };
  EXPECT_EQ(count(2, 3, "lost-message=1"), std::pair(std::uint64_t{32'292}, std::uint64_t{177'431}));
  EXPECT_EQ(count(3, 3, ""), std::pair(std::uint64_t{125'159}, std::uint64_t{563'801}));
}

// Writers that nothing tells apart are never permuted, however many there are. Trying every order gives 26, 49, 81,
// 123, 176, 241 states for 2 to 7 writers: their third differences are 1, and so for 12 it must be 781.
TEST(Symmetry, twelve_writers_are_no_more_work_than_their_orbits) {
  CheckOptions options;
  options.reductions = Reductions::all();
  options.exhaust = true;
  std::vector<std::string> apps(13, "write");
  apps[0] = "read";
  const Report report = check(read_page("database-only").value(), scenario(apps), options);
  EXPECT_EQ(report.verdict, Verdict::kHolds);
  EXPECT_EQ(report.states, 781U);
  EXPECT_FALSE(report.symmetry_gave_up);
}

// Where more orders are left than are tried, states stay as they are: more of them, the same verdict, and it is said.
TEST(Symmetry, a_state_with_too_many_orders_stays_as_it_is_and_the_report_says_so) {
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  options.exhaust = true;
  options.reductions = {true, true, false};
  const traces::Scenario words = scenario({"read", "read", "write", "write", "write"}, {"lost-message=1"});
  const Report exact = check(read_page("cache-aside").value(), words, options);
  options.reductions.orders_max = 1;
  const Report inexact = check(read_page("cache-aside").value(), words, options);
  EXPECT_EQ(inexact.verdict, exact.verdict);
  EXPECT_EQ(inexact.trace->steps.size(), exact.trace->steps.size());
  EXPECT_EQ(fault_of(*inexact.trace), "");
  EXPECT_GT(inexact.states, exact.states);
  EXPECT_EQ(describe(exact).find("at least one state per orbit"), std::string::npos);
  EXPECT_NE(describe(inexact).find("at least one state per orbit"), std::string::npos);
}

TEST(Fusing, counts_are_those_of_the_prototype) {
  traces::Scenario words = scenario({"read", "read", "write", "write"}, {"lost-message=1"});
  words.all_invoked = true;
  words.on_database_timeout = "continue";
  CheckOptions options;
  options.properties = {"coherent-at-rest"};
  options.exhaust = true;
  options.reductions.fusing = true;
  EXPECT_EQ(check(read_page("cache-aside").value(), words, options).states, 2'407U);
  options.reductions.symmetry = true;
  const Report report = check(read_page("cache-aside").value(), words, options);
  EXPECT_EQ(report.states, 676U);
  EXPECT_EQ(report.at_rest, 36U);
  EXPECT_EQ(report.incoherent_at_rest, 14U);
}

// --- conditions ---

TEST(Reduction, says_why_one_that_was_asked_for_is_not_used) {
  CheckOptions options;
  options.reductions = Reductions::all();
  const Report alone = check(read_page("cache-aside").value(), scenario({"read", "write"}), options);
  EXPECT_EQ(alone.reductions, (std::vector<std::string>{"fusing", "independence"}));
  ASSERT_EQ(alone.reductions_off.size(), 1U);
  EXPECT_EQ(alone.reductions_off[0].name, "symmetry");
  const Report two = check(read_page("cache-aside").value(), scenario({"read | write", "read", "read"}), options);
  ASSERT_EQ(two.reductions_off.size(), 1U);
  EXPECT_EQ(two.reductions_off[0].name, "fusing");
  EXPECT_EQ(two.reductions_off[0].why, "an app instance has several sessions");
}

// Two losses at different servers, with a budget for one: each takes the other's away, so neither session is enough.
TEST(Independence, losses_that_one_budget_pays_for_do_not_commute) {
  const auto needed_at_start = [](std::vector<std::string> faults) {
    traces::Scenario words = scenario({"read k1", "write k2"}, std::move(faults), 2);
    words.all_invoked = true;
    const Machine machine =
        make_machine(read_page("cache-aside").value(), words, {"coherent-at-rest"}, Granularity::kFused);
    State state(machine.words());
    sim::Marks marks;
    machine.initial(state.data(), marks);
    return Independence(machine).needed(state.data());
  };
  EXPECT_EQ(needed_at_start({}), 1U) << "different keys: the reader alone is enough";
  EXPECT_EQ(needed_at_start({"lost-message=1"}), 3U);
  EXPECT_EQ(needed_at_start({"lost-request@read:1", "lost-request@write:1"}), 1U) << "a budget for each";
}

// An invoke is never what goes first: a state at rest in which it has not happened would be missed.
// The crash is paid for at the reader's arrow alone, and takes the writer's delete along.
TEST(Independence, a_crash_aimed_at_one_session_touches_the_others_of_its_app_instance) {
  traces::Scenario words;
  words.apps = {"write k1 | read k2"};
  words.keys = 2;
  words.cached = true;
  words.faults = {"crash@read:1"};
  int left_out = 0;
  EXPECT_EQ(disagreement(read_page("cache-aside").value(), words, "coherent-at-rest", 10'000, left_out), "");
  EXPECT_EQ(left_out, 0);
}

// What may happen in the cache, and requests that nobody awaits, no longer switch it off; a failover does.
TEST(Independence, is_used_beside_faults_that_one_command_does_not_undo) {
  for (const char* fault : {"late-request", "duplicate", "error", "cancel", "crash", "evict", "cache-restart"}) {
    traces::Scenario words;
    words.apps = {"read", "write"};
    words.faults = {fault};
    const ReducedMachine machine(read_page("cache-aside").value(), words, {"coherent-at-rest"}, Reductions::all());
    EXPECT_TRUE(machine.independence.has_value()) << fault;
  }
  traces::Scenario words;
  words.apps = {"read", "write"};
  words.faults = {"cache-failover"};
  const ReducedMachine machine(read_page("cache-aside").value(), words, {"coherent-at-rest"}, Reductions::all());
  EXPECT_FALSE(machine.independence.has_value());
}

// Who publishes enables what the cache of another instance hears, which is the moment before a late fill. (It touches
// no cache of its own here, by which it would be taken along anyway.)
TEST(Independence, knows_what_is_on_its_way_to_the_caches_of_others) {
  const Protocol protocol = read_protocol(
      "sequenceDiagram\nparticipant near as In-process cache\nparticipant bus as Pub/sub\nparticipant others as "
      "In-process cache of every other instance\nNote over app: Read\napp->>near: GET item:1\nalt hit\nnear-->>app: "
      "value\nelse miss\napp->>database: SELECT item\napp->>near: SET item:1\nend\nNote over app: "
      "Write\napp->>database: UPDATE item\napp->>bus: publish that item:1 has changed\nbus-)others: delete item:1\n",
      "p.mmd", {});
  for (const char* fault : {"", "lost-delivery", "crash", "evict"}) {
    traces::Scenario words = scenario({"read; read", "write", "read"}, {}, 1);
    if (*fault != 0) words.faults = {fault};
    int left_out = 0;
    EXPECT_EQ(disagreement(protocol, words, "coherent-at-rest", 100'000, left_out), "") << fault;
    EXPECT_EQ(left_out, 0);
  }
}

TEST(Independence, an_operation_that_was_not_invoked_is_not_enough) {
  const traces::Scenario words = scenario({"read k1", "write k2"}, {}, 2);
  const Machine machine =
      make_machine(read_page("cache-aside").value(), words, {"coherent-at-rest"}, Granularity::kFused);
  State state(machine.words());
  sim::Marks marks;
  machine.initial(state.data(), marks);
  EXPECT_EQ(Independence(machine).needed(state.data()), 3U);
}

}  // namespace
}  // namespace stalemate::model
