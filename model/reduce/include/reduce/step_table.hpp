// The compiled inner loop: what each actor (a session, or the cache of itself) can do, as a table of masks. It is
// filled by the transition function itself, on demand: the machine takes a session's steps in a state while a footprint
// records which bits they read and which they wrote. In every state with the same bits read, the steps are the same and
// write the same, so from then on such a step is two operations on the words: (state & keep) | put.
//
// T1: an entry holds for all states that agree with its key in the bits its situation depends on, and those include
//     every bit that the machine read when it made any entry of the situation. (A function that reads certain bits only
//     is a function of those bits; Footprint does not count what a step wrote before it read it.)
// T2: steps come in the order of Machine::actions, so the table and the machine are interchangeable.
//
// A situation is a session and the bits that stand next to its program counter; it is found by an index, its entries by
// a hash of the other bits it depends on. A property whose monitor looks at many sessions makes many entries; a table
// that is full leaves the rest to the machine. One worker, one table.
//
// Branches that depend on a state are what costs time here. So entries lie apart (a lookup meets its own at once), and
// take() writes two successors whatever the number of steps, because most sessions have one or two.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "machine/machine.hpp"
#include "sim/detail/arrays.hpp"
#include "sim/system.hpp"

namespace stalemate::model {

template <std::size_t Words>
class StepTable {
 public:
  using Block = std::array<std::uint64_t, Words>;

  explicit StepTable(const Machine& machine, std::size_t bytes_max = kTableBytesMax)
      : machine_(machine), bytes_max_(bytes_max) {
    std::size_t situations = 0;
    const std::vector<std::vector<PlacedField>>& sessions = machine.layout().sessions();
    for (std::size_t actor = 0; actor < machine.actors(); ++actor) {
      if (actor >= sessions.size()) {  // a server has no program counter
        parts_.push_back({0, 0, 0, situations++});
        continue;
      }
      const std::vector<PlacedField>& fields = sessions[actor];
      const Field counter = fields.front().field;
      unsigned width = 0;
      for (const PlacedField& placed : fields) {
        const bool adjoins = placed.field.word == counter.word && placed.field.shift == counter.shift + width;
        if (!adjoins || width + placed.field.width > kIndexBits) break;
        width += placed.field.width;
      }
      parts_.push_back({counter.word, counter.shift, (std::uint64_t{1} << width) - 1, situations});
      situations += std::size_t{1} << width;
    }
    situations_.resize(situations);
  }

  struct Step {
    Block keep;
    Block put;
  };
  struct Steps {
    const Step* first;  // at least kUnit of them can be read
    std::size_t count;
    sim::PropertyMask violated;  // by any of the steps
  };

  // All steps that an actor can take in a state, in order; until the next call. Marks are those of the steps it takes.
  Steps steps_of(const Block& state, std::size_t actor, sim::Marks& marks) {
    const Part& part = parts_[actor];
    Situation& situation = situations_[part.first + (state[part.word] >> part.shift & part.mask)];
    const Entry* entry = find(situation, state);
    if (entry == nullptr) entry = fill(situation, state, actor, marks);
    if (entry == nullptr) return steps_by_machine(state, actor, marks);
    return {steps_.data() + entry->first, entry->count, entry->violated};
  }

  // Appends the states that the steps lead to; a State has nothing but its `words`.
  template <class State>
  static void take(const Steps& steps, const Block& from, sim::detail::RawVector<State>& successors) {
    State* const to = successors.room(std::max(steps.count, kUnit));
    for (std::size_t i = 0; i < kUnit; ++i) take(steps.first[i], from, to[i].words);
    for (std::size_t i = kUnit; i < steps.count; ++i) take(steps.first[i], from, to[i].words);
    successors.added(steps.count);
  }

 private:
  static constexpr unsigned kIndexBits = 10;

  struct Part {
    std::size_t word;
    unsigned shift;
    std::uint64_t mask;
    std::size_t first;  // of its situations
  };
  struct Entry {
    Block key{};
    std::uint32_t first = 0;  // of its steps
    std::uint32_t count = kVacant;
    sim::PropertyMask violated = 0;
  };
  struct Situation {
    Block depends{};
    std::unique_ptr<Entry[]> entries;  // open addressing; a power of two, or none
    unsigned shift = 0;                // capacity is 2^(64 - shift)
    std::uint32_t capacity = 0;
    std::uint32_t size = 0;
  };
  static constexpr std::size_t kUnit = 2;
  static constexpr std::uint32_t kApart = 16;  // entries this sparse may collide
  static constexpr std::uint32_t kVacant = ~std::uint32_t{0};

  static void take(const Step& step, const Block& from, Block& to) {
    for (std::size_t w = 0; w < Words; ++w) to[w] = (from[w] & step.keep[w]) | step.put[w];
  }

  static Block key_of(const Situation& situation, const Block& state) {
    Block key;
    for (std::size_t w = 0; w < Words; ++w) key[w] = state[w] & situation.depends[w];
    return key;
  }
  static std::size_t place_of(const Situation& situation, const Block& key) {
    std::uint64_t hash = 0;
    for (std::size_t w = 0; w < Words; ++w) hash = (hash ^ key[w]) * 0x9e3779b97f4a7c15;
    return hash >> situation.shift;
  }

  static bool equal(const Block& a, const Block& b) { return std::memcmp(&a, &b, sizeof(Block)) == 0; }

  // The entry under a key, or the vacant one where it belongs. REQUIRES: there are vacant ones.
  static Entry& probe(const Situation& situation, const Block& key) {
    std::size_t i = place_of(situation, key);
    while (!equal(situation.entries[i].key, key) && situation.entries[i].count != kVacant)
      i = (i + 1) & (situation.capacity - 1);
    return situation.entries[i];
  }

  static const Entry* find(const Situation& situation, const Block& state) {
    if (situation.capacity == 0) return nullptr;
    const Block key = key_of(situation, state);
    const Entry& entry = probe(situation, key);
    return entry.count == kVacant ? nullptr : &entry;
  }

  // Null: the table is full.
  const Entry* fill(Situation& situation, const Block& state, std::size_t actor, sim::Marks& marks) {
    if (bytes_ >= bytes_max_) return nullptr;
    Block reads{};
    Entry made;
    made.first = static_cast<std::uint32_t>(steps_.size());
    made.violated = take_steps(state, actor, marks, reads);
    made.count = static_cast<std::uint32_t>(steps_.size()) - made.first;
    while (steps_.size() < made.first + kUnit) steps_.push_back({});
    bytes_ += (steps_.size() - made.first) * sizeof(Step);
    depend_on(situation, reads);
    made.key = key_of(situation, state);
    ++situation.size;
    const bool fits = situation.capacity >= 2 * situation.size;
    if (!fits || (!put(situation, made) && situation.capacity < kApart * situation.size)) spread(situation, made);
    return &probe(situation, made.key);
  }

  // False: not in its own place, which is another's.
  static bool put(const Situation& situation, const Entry& entry) {
    Entry& place = probe(situation, entry.key);
    place = entry;
    return &place == &situation.entries[place_of(situation, entry.key)];
  }

  // Enlarges until every entry, and this one, is in its own place, or the entries lie far apart.
  void spread(Situation& situation, const Entry& one) {
    Situation larger{situation.depends, nullptr, situation.shift, situation.capacity, situation.size};
    bool apart = false;
    while (!apart && larger.capacity < kApart * larger.size) {
      larger.capacity = std::max(2 * larger.capacity, 4U);
      larger.shift = 64U - static_cast<unsigned>(std::countr_zero(larger.capacity));
      larger.entries = std::make_unique<Entry[]>(larger.capacity);
      apart = put(larger, one);
      for (std::uint32_t i = 0; i < situation.capacity; ++i)
        if (situation.entries[i].count != kVacant) apart &= put(larger, situation.entries[i]);
    }
    bytes_ += (larger.capacity - situation.capacity) * sizeof(Entry);
    situation = std::move(larger);
  }

  // Appends the actor's steps in this state and gathers the bits they read. Returns what any of them violates.
  sim::PropertyMask take_steps(const Block& state, std::size_t actor, sim::Marks& marks, Block& reads) {
    const auto gather = [&](const Footprint& footprint) {
      for (std::size_t w = 0; w < Words; ++w) reads[w] |= footprint.reads[w];
    };
    Footprint enabling;
    actions_.clear();
    machine_.actions_of({state.data(), &enabling}, actor, actions_);
    gather(enabling);
    sim::PropertyMask violated = 0;
    for (const Action& action : actions_) {
      Footprint footprint;
      Block next = state;
      violated |= machine_.apply({next.data(), &footprint}, action, marks);
      gather(footprint);
      Step step;
      for (std::size_t w = 0; w < Words; ++w) {
        step.keep[w] = ~footprint.writes[w];
        step.put[w] = next[w] & footprint.writes[w];
      }
      steps_.push_back(step);
    }
    return violated;
  }

  // T1: entries made when less was known to matter are dropped.
  void depend_on(Situation& situation, const Block& reads) {
    Block depends = situation.depends;
    for (std::size_t w = 0; w < Words; ++w) depends[w] |= reads[w];
    if (depends == situation.depends) return;
    situation.depends = depends;
    situation.size = 0;
    std::fill_n(situation.entries.get(), situation.capacity, Entry{});
  }

  Steps steps_by_machine(const Block& state, std::size_t actor, sim::Marks& marks) {
    actions_.clear();
    machine_.actions_of(state.data(), actor, actions_);
    by_machine_.assign(std::max(actions_.size(), kUnit), Step{});
    sim::PropertyMask violated = 0;
    for (std::size_t i = 0; i < actions_.size(); ++i) {
      by_machine_[i].put = state;
      violated |= machine_.apply(by_machine_[i].put.data(), actions_[i], marks);
    }
    return {by_machine_.data(), actions_.size(), violated};
  }

  const Machine& machine_;
  std::size_t bytes_max_;
  std::vector<Part> parts_;            // by actor
  std::vector<Situation> situations_;  // by part, then by index
  std::vector<Step> steps_;
  std::vector<Step> by_machine_;
  std::vector<Action> actions_;
  std::size_t bytes_ = 0;
};

}  // namespace stalemate::model
