// A system given by a table: states are numbers, state 0 is the initial one, actions are the rows' edges in order. For
// tests that need a certain graph, or a random one.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

struct TableEdge {
  std::uint32_t target = 0;
  PropertyMask violated = 0;
};

struct TableRow {
  std::vector<TableEdge> edges;
  PropertyMask violated = 0;
  std::uint32_t labels = 0;
  bool throws = false;  // apply() of its first edge throws std::runtime_error
};

// Marks: 2 * s when state s is judged, 2 * s + 1 when a step leaves it.
class TableSystem {
 public:
  struct State {
    std::uint32_t number;

    friend bool operator==(const State&, const State&) = default;
  };
  struct Action {
    std::uint32_t ordinal;

    friend bool operator==(const Action&, const Action&) = default;
  };

  // Keeps a reference.
  explicit TableSystem(const std::vector<TableRow>& rows) : rows_(rows) {}

  State initial() const { return {0}; }
  void actions(const State& state, std::vector<Action>& out) const {
    for (std::uint32_t i = 0; i < rows_[state.number].edges.size(); ++i) out.push_back({i});
  }
  Applied<State> apply(const State& state, const Action& action, Marks& marks) const {
    const TableRow& row = rows_[state.number];
    if (row.throws) throw std::runtime_error("planted");
    marks.reach(2 * std::size_t{state.number} + 1);
    const TableEdge& edge = row.edges[action.ordinal];
    return {.next = {edge.target}, .violated = edge.violated};
  }
  Judgement judge(const State& state, Marks& marks) const {
    marks.reach(2 * std::size_t{state.number});
    return {.violated = rows_[state.number].violated, .labels = rows_[state.number].labels};
  }

 private:
  const std::vector<TableRow>& rows_;
};

// The same with a hash that puts all states into three slots' worth of hashes: the visited set must stay exact.
class CollidingTableSystem : public TableSystem {
 public:
  using TableSystem::TableSystem;
  static std::uint64_t hash(const State& state) { return (state.number % 3) * 0x8000000080000000; }
};

// Draws for random tables; named and fixed (SplitMix64), so that a seed means the same table everywhere.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
  }
  // Of 0 … bound - 1.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(next() % bound); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

struct RandomTable {
  std::uint32_t states = 1;
  std::uint32_t actions_max = 4;     // of one state
  std::uint32_t violation_rate = 0;  // one in so many states and steps violates; 0: none
  bool acyclic = false;              // steps lead to higher numbers only
};

inline std::vector<TableRow> random_rows(const RandomTable& shape, std::uint64_t seed) {
  SplitMix64 draw(seed);
  const auto mask = [&] {
    if (shape.violation_rate == 0 || !draw.one_in(shape.violation_rate)) return PropertyMask{0};
    return PropertyMask{1} << draw.below(5);
  };
  std::vector<TableRow> rows(shape.states);
  for (std::uint32_t s = 0; s < shape.states; ++s) {
    rows[s].violated = mask();
    rows[s].labels = draw.below(8);
    const std::uint32_t lowest = shape.acyclic ? s + 1 : 0;
    const std::uint32_t actions = lowest < shape.states ? draw.below(shape.actions_max + 1) : 0;
    for (std::uint32_t i = 0; i < actions; ++i) {
      const std::uint32_t target = lowest + draw.below(shape.states - lowest);
      rows[s].edges.push_back({target, mask()});
    }
  }
  return rows;
}

}  // namespace stalemate::sim::textbook
