// The three things a search does with a state, each alone: expand it (by the compiled steps, and by the machine they
// were made from), replace it by its representative, and insert it into a shard of the visited set (new ones, and ones
// that are there). Nanoseconds a successor, a state, a lookup, on states of random walks of cache-aside with 3 readers,
// 3 writers and a lost message.
#include <benchmark/benchmark.h>

#include <optional>
#include <variant>
#include <vector>

#include "machine/machine.hpp"
#include "reduce/packed_system.hpp"
#include "sim/detail/visited_set.hpp"
#include "sim/random.hpp"
#include "understand/protocol.hpp"

namespace {

namespace model = stalemate::model;
namespace sim = stalemate::sim;
using System = model::PackedSystem<1>;

const model::Machine& machine() {
  static const model::Machine made = [] {
    stalemate::traces::Scenario words;
    words.apps = {"read", "read", "read", "write", "write", "write"};
    words.faults = {"lost-message=1"};
    words.all_invoked = true;
    return model::make_machine(model::read_page("cache-aside").value(), words, {"coherent-at-rest"},
                               model::Granularity::kPlain);
  }();
  return made;
}

std::vector<System::State> states_of_walks() {
  const System system(machine());
  sim::Random random(1, 0);
  sim::Marks marks;
  std::vector<System::State> states;
  std::vector<model::Action> actions;
  while (states.size() < 20'000) {
    System::State state = system.initial();
    for (actions.clear(); system.actions(state, actions), !actions.empty(); actions.clear()) {
      states.push_back(state);
      state = system.apply(state, actions[random.below(actions.size())], marks).next;
    }
  }
  return states;
}

void count(benchmark::State& state, std::size_t items) { state.SetItemsProcessed(static_cast<std::int64_t>(items)); }

void expand_by_compiled_steps(benchmark::State& state) {
  const System system(machine());
  System::Expander expander(system);
  const auto states = states_of_walks();
  sim::Marks marks;
  sim::detail::RawVector<System::State> found;
  std::size_t successors = 0;
  for (auto _ : state) {
    for (const auto& from : states) {
      found.clear();
      benchmark::DoNotOptimize(expander.expand(from, marks, found));
      successors += found.size();
    }
  }
  count(state, successors);
}
BENCHMARK(expand_by_compiled_steps)->Name("engine/expand/compiled_steps")->Unit(benchmark::kMillisecond);

void expand_by_the_machine(benchmark::State& state) {
  const System system(machine());
  const auto states = states_of_walks();
  sim::Marks marks;
  std::size_t successors = 0;
  std::vector<model::Action> actions;
  for (auto _ : state) {
    for (const auto& from : states) {
      actions.clear();
      system.actions(from, actions);
      for (const model::Action& action : actions) {
        benchmark::DoNotOptimize(system.apply(from, action, marks));
        ++successors;
      }
    }
  }
  count(state, successors);
}
BENCHMARK(expand_by_the_machine)->Name("engine/expand/machine")->Unit(benchmark::kMillisecond);

void canonicalise(benchmark::State& state) {
  const auto found = model::Symmetry::of(machine());
  const auto& symmetry = std::get<model::Symmetry>(found);
  const auto states = states_of_walks();
  std::size_t done = 0;
  for (auto _ : state) {
    for (System::State each : states) {
      symmetry.canonicalize(each.words.data());
      benchmark::DoNotOptimize(each);
    }
    done += states.size();
  }
  count(state, done);
}
BENCHMARK(canonicalise)->Name("engine/canonicalise")->Unit(benchmark::kMillisecond);

// Items are numbers; the table grows to 2^20 of them, 17 MiB, so that it does not fit the second cache.
struct Numbers {
  using Kept = std::uint64_t;
  static std::uint64_t hash(Kept kept) { return sim::detail::hash_bytes(&kept, sizeof kept); }
  static std::uint64_t hash_of_kept(Kept kept) { return hash(kept); }
};
constexpr std::uint64_t kNumbers = std::uint64_t{1} << 20;

void fill(sim::detail::VisitedSet<Numbers>& set) {
  constexpr std::uint64_t kAhead = 12;
  for (std::uint64_t i = 0; i < kNumbers; ++i) {
    set.prefetch(Numbers::hash(i + kAhead));
    benchmark::DoNotOptimize(set.insert_alone(i, Numbers::hash(i), 1));
  }
}

void insert_new(benchmark::State& state) {
  std::size_t done = 0;
  for (auto _ : state) {
    sim::detail::VisitedSet<Numbers> set(0, sim::detail::kRoomy);
    fill(set);
    done += kNumbers;
  }
  count(state, done);
}
BENCHMARK(insert_new)->Name("engine/insert/new")->Unit(benchmark::kMillisecond);

void insert_known(benchmark::State& state) {
  sim::detail::VisitedSet<Numbers> set(0, sim::detail::kRoomy);
  fill(set);
  std::size_t done = 0;
  for (auto _ : state) {
    fill(set);
    done += kNumbers;
  }
  count(state, done);
}
BENCHMARK(insert_known)->Name("engine/insert/known")->Unit(benchmark::kMillisecond);

}  // namespace
