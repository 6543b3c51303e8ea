// Dijkstra's dining philosophers: each takes its left fork, then its right one, eats, and puts both back at once. With
// `last_is_left_handed` the last one takes its right fork first, which prevents the deadlock.
//
// Fork i lies left of philosopher i and right of philosopher i - 1.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

class DiningPhilosophers {
 public:
  struct State {
    std::array<std::uint8_t, 16> held;  // forks held: 0, 1 (the one taken first) or 2

    friend bool operator==(const State&, const State&) = default;
  };
  struct Action {
    std::uint8_t philosopher;

    friend bool operator==(const Action&, const Action&) = default;
  };

  // REQUIRES: 2 <= seats <= 16.
  DiningPhilosophers(int seats, bool last_is_left_handed)
      : seats_(static_cast<std::size_t>(seats)), last_is_left_handed_(last_is_left_handed) {}

  State initial() const { return {}; }

  void actions(const State& state, std::vector<Action>& out) const {
    for (std::size_t p = 0; p < seats_; ++p) {
      if (state.held[p] == 2 || free(state, fork(p, state.held[p]))) out.push_back({static_cast<std::uint8_t>(p)});
    }
  }

  Applied<State> apply(const State& state, const Action& action, Marks&) const {
    State next = state;
    std::uint8_t& held = next.held[action.philosopher];
    held = static_cast<std::uint8_t>(held == 2 ? 0 : held + 1);
    return {.next = next, .violated = 0};
  }

  // Property 0: somebody can move. Label 0: somebody eats.
  Judgement judge(const State& state, Marks&) const {
    bool stuck = true;
    bool eats = false;
    for (std::size_t p = 0; p < seats_; ++p) {
      eats |= state.held[p] == 2;
      stuck &= state.held[p] != 2 && !free(state, fork(p, state.held[p]));
    }
    return {.violated = stuck ? 1U : 0U, .labels = eats ? 1U : 0U};
  }

 private:
  // The fork that philosopher p takes as its first (0) or second (1).
  std::size_t fork(std::size_t p, std::size_t which) const {
    const bool right_first = last_is_left_handed_ && p + 1 == seats_;
    return (p + (right_first ? 1 - which : which)) % seats_;
  }
  bool free(const State& state, std::size_t wanted) const {
    for (std::size_t p = 0; p < seats_; ++p) {
      for (std::size_t which = 0; which < state.held[p]; ++which) {
        if (fork(p, which) == wanted) return false;
      }
    }
    return true;
  }

  std::size_t seats_;
  bool last_is_left_handed_;
};

}  // namespace stalemate::sim::textbook
