// What a step's record says of stores, against the stores themselves: whoever reads the record need not look at states.
#include "machine/step_record.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "machine/machine.hpp"
#include "model/plain_pages.hpp"
#include "sim/random.hpp"

namespace stalemate::model {
namespace {

using Contents = std::vector<std::vector<Held>>;  // by server, by cell

Contents contents_of(const Machine& machine, StateView words) {
  Contents contents;
  for (const auto& server : machine.servers()) {
    contents.emplace_back();
    for (std::size_t cell = 0; cell < server->cells(); ++cell) contents.back().push_back(server->held(words, cell));
  }
  return contents;
}

// A random walk to its end; how many of its steps changed a store.
std::size_t walk(const Machine& machine, std::uint64_t seed, std::uint64_t number) {
  sim::Random random(seed, number);
  sim::Marks unused;
  std::vector<std::uint64_t> words(machine.words());
  machine.initial(words.data(), unused);
  std::vector<Action> enabled;
  std::size_t changing = 0;
  while (true) {
    enabled.clear();
    machine.actions(words.data(), enabled);
    if (enabled.empty()) return changing;
    Contents told = contents_of(machine, words.data());
    StepRecord record;
    machine.apply(words.data(), enabled[random.below(enabled.size())], unused, &record);
    changing += record.changes.empty() ? 0U : 1U;
    for (const StoreChange& change : record.changes) {
      EXPECT_EQ(told[change.server][change.cell], change.before);
      told[change.server][change.cell] = change.after;
    }
    EXPECT_EQ(told, contents_of(machine, words.data()));
  }
}

TEST(StepRecord, what_it_says_changed_is_what_differs_on_every_page_under_every_fault) {
  std::size_t changing = 0;
  for (const CataloguePage& page : plain_pages()) {
    for (const bool cached : {false, true}) {
      if (cached && page.name == "database-only") continue;
      traces::Scenario scenario;
      scenario.apps = {"read; write k1", "write | read k2", "read k1; read"};
      scenario.keys = 2;
      scenario.cached = cached;
      scenario.faults = {"any=4"};
      const Machine machine = make_machine(*read_page(page.name), scenario, {}, Granularity::kPlain);
      for (std::uint64_t number = 0; number < 60; ++number) changing += walk(machine, 7, number);
    }
  }
  EXPECT_GT(changing, 2000U) << "walks that change nothing show nothing";
}

}  // namespace
}  // namespace stalemate::model
