// The compiled inner loop: what each session can do, as a table of masks. It is filled by the transition function
// itself, on demand: the machine takes a session's steps in a state while a footprint records which bits they read and
// which they wrote. In every state with the same bits read, the steps are the same and write the same, so from then on
// such a step is two operations on the words: (state & keep) | put.
//
// T1: an entry holds for all states that agree with its key in the bits its situation depends on, and those include
//     every bit that the machine read when it made any entry of the situation. (A function that reads certain bits only
//     is a function of those bits; Footprint does not count what a step wrote before it read it.)
// T2: successors come in the order of Machine::actions, so the table and the machine are interchangeable.
//
// A situation is a session and the bits that stand next to its point; it is found by an index, its entries by a hash of
// the other bits it depends on. A property whose monitor looks at many sessions makes many entries; a table that is
// full leaves the rest to the machine. One worker, one table: at most about 4 MiB.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "model/machine.hpp"
#include "sim/system.hpp"

namespace stalemate::model {

template <std::size_t Words>
class StepTable {
 public:
  using Block = std::array<std::uint64_t, Words>;

  explicit StepTable(const Machine& machine) : machine_(machine) {
    std::size_t situations = 0;
    for (std::size_t s = 0; s < machine.scenario().sessions.size(); ++s) {
      const std::vector<PlacedField>& fields = machine.layout().sessions()[s];
      const Field point = fields.front().field;
      unsigned width = 0;
      for (const PlacedField& placed : fields) {
        const bool adjoins = placed.field.word == point.word && placed.field.shift == point.shift + width;
        if (!adjoins || width + placed.field.width > kIndexBits) break;
        width += placed.field.width;
      }
      parts_.push_back({point.word, point.shift, (std::uint64_t{1} << width) - 1, situations});
      situations += std::size_t{1} << width;
    }
    situations_.resize(situations);
  }

  // Calls visit(next, violated) for every enabled action of a session, in order. Marks are those of the steps it takes.
  template <class Visit>
  void expand(const Block& state, std::size_t session, sim::Marks& marks, Visit&& visit) {
    const Part& part = parts_[session];
    Situation& situation = situations_[part.first + (state[part.word] >> part.shift & part.mask)];
    const Entry* entry = find(situation, state);
    if (entry == nullptr) entry = fill(situation, state, session, marks);
    if (entry == nullptr) return expand_by_machine(state, session, marks, visit);
    for (std::uint32_t i = entry->first; i < entry->last; ++i) {
      Block next;
      for (std::size_t w = 0; w < Words; ++w) next[w] = (state[w] & steps_[i].keep[w]) | steps_[i].put[w];
      visit(next, steps_[i].violated);
    }
  }

 private:
  static constexpr unsigned kIndexBits = 10;
  static constexpr std::size_t kBytesMax = std::size_t{4} << 20;

  struct Part {
    std::size_t word;
    unsigned shift;
    std::uint64_t mask;
    std::size_t first;  // of its situations
  };
  struct Step {
    Block keep;
    Block put;
    sim::PropertyMask violated;
  };
  // Steps from first to last - 1. Vacant: last is kVacant.
  struct Entry {
    Block key{};
    std::uint32_t first = 0;
    std::uint32_t last = kVacant;
  };
  struct Situation {
    Block depends{};
    std::unique_ptr<Entry[]> entries;  // open addressing; a power of two, or none, at most half of them taken
    std::uint32_t capacity = 0;
    std::uint32_t size = 0;
  };
  static constexpr std::uint32_t kVacant = ~std::uint32_t{0};

  static Block key_of(const Situation& situation, const Block& state) {
    Block key;
    for (std::size_t w = 0; w < Words; ++w) key[w] = state[w] & situation.depends[w];
    return key;
  }
  static std::size_t hash_of(const Block& key) {
    std::uint64_t hash = 0;
    for (std::size_t w = 0; w < Words; ++w) hash = (hash ^ key[w]) * 0x9e3779b97f4a7c15;
    return static_cast<std::size_t>(hash >> 32);
  }

  static bool equal(const Block& a, const Block& b) { return std::memcmp(&a, &b, sizeof(Block)) == 0; }

  // The entry under a key, or the vacant one where it belongs. REQUIRES: there are entries.
  static Entry& probe(const Situation& situation, const Block& key) {
    std::size_t i = hash_of(key) & (situation.capacity - 1);
    while (situation.entries[i].last != kVacant && !equal(situation.entries[i].key, key))
      i = (i + 1) & (situation.capacity - 1);
    return situation.entries[i];
  }

  static const Entry* find(const Situation& situation, const Block& state) {
    if (situation.capacity == 0) return nullptr;
    const Entry& entry = probe(situation, key_of(situation, state));
    return entry.last == kVacant ? nullptr : &entry;
  }

  // Null: the table is full.
  const Entry* fill(Situation& situation, const Block& state, std::size_t session, sim::Marks& marks) {
    if (bytes_ >= kBytesMax) return nullptr;
    Block reads{};
    const auto first = static_cast<std::uint32_t>(steps_.size());
    take_steps(state, session, marks, reads);
    depend_on(situation, reads);
    if (situation.capacity < 2 * (situation.size + 1)) enlarge(situation);
    Entry& entry = probe(situation, key_of(situation, state));
    entry.key = key_of(situation, state);
    entry.first = first;
    entry.last = static_cast<std::uint32_t>(steps_.size());
    ++situation.size;
    bytes_ += (entry.last - entry.first) * sizeof(Step);
    return &entry;
  }

  // Appends the session's steps in this state and gathers the bits they read.
  void take_steps(const Block& state, std::size_t session, sim::Marks& marks, Block& reads) {
    const auto gather = [&](const Footprint& footprint) {
      for (std::size_t w = 0; w < Words; ++w) reads[w] |= footprint.reads[w];
    };
    Footprint enabling;
    actions_.clear();
    machine_.actions_of({state.data(), &enabling}, session, actions_);
    gather(enabling);
    for (const Action& action : actions_) {
      Footprint footprint;
      Block next = state;
      const sim::PropertyMask violated = machine_.apply({next.data(), &footprint}, action, marks);
      gather(footprint);
      Step step{{}, {}, violated};
      for (std::size_t w = 0; w < Words; ++w) {
        step.keep[w] = ~footprint.writes[w];
        step.put[w] = next[w] & footprint.writes[w];
      }
      steps_.push_back(step);
    }
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

  void enlarge(Situation& situation) {
    Situation larger{situation.depends, nullptr, std::max(2 * situation.capacity, 4U), situation.size};
    larger.entries = std::make_unique<Entry[]>(larger.capacity);
    for (std::uint32_t i = 0; i < situation.capacity; ++i)
      if (const Entry& entry = situation.entries[i]; entry.last != kVacant) probe(larger, entry.key) = entry;
    bytes_ += (larger.capacity - situation.capacity) * sizeof(Entry);
    situation = std::move(larger);
  }

  template <class Visit>
  void expand_by_machine(const Block& state, std::size_t session, sim::Marks& marks, Visit&& visit) {
    actions_.clear();
    machine_.actions_of(state.data(), session, actions_);
    for (const Action& action : actions_) {
      Block next = state;
      const sim::PropertyMask violated = machine_.apply(next.data(), action, marks);
      visit(next, violated);
    }
  }

  const Machine& machine_;
  std::vector<Part> parts_;            // by session
  std::vector<Situation> situations_;  // by part, then by index
  std::vector<Step> steps_;
  std::vector<Action> actions_;
  std::size_t bytes_ = 0;
};

}  // namespace stalemate::model
