// Peterson's mutual exclusion for two processes (Information Processing Letters 12(3), 1981), each in an endless loop
// of six points: outside; raise the own flag; give the turn away; wait until the other's flag is down or the turn is
// one's own; inside; lower the flag. A broken variant gives the turn away before it raises the flag.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/system.hpp"

namespace stalemate::sim::textbook {

class Peterson {
 public:
  enum class Point : std::uint8_t { kOutside, kFirst, kSecond, kWait, kInside, kLeave };
  struct State {
    std::array<Point, 2> points;
    std::array<std::uint8_t, 2> flags;
    std::uint8_t turn;

    friend bool operator==(const State&, const State&) = default;
  };
  struct Action {
    std::uint8_t process;

    friend bool operator==(const Action&, const Action&) = default;
  };
  enum class Variant { kCorrect, kTurnBeforeFlag };

  explicit Peterson(Variant variant) : variant_(variant) {}

  State initial() const { return {}; }

  void actions(const State& state, std::vector<Action>& out) const {
    for (std::uint8_t self = 0; self < 2; ++self) {
      const bool blocked = state.flags[1U - self] != 0 && state.turn != self;
      if (state.points[self] != Point::kWait || !blocked) out.push_back({self});
    }
  }

  Applied<State> apply(const State& state, const Action& action, Marks&) const {
    State next = state;
    const std::uint8_t self = action.process;
    const Point point = state.points[self];
    const bool raises = point == (variant_ == Variant::kCorrect ? Point::kFirst : Point::kSecond);
    const bool yields = point == (variant_ == Variant::kCorrect ? Point::kSecond : Point::kFirst);
    if (raises) next.flags[self] = 1;
    if (yields) next.turn = static_cast<std::uint8_t>(1 - self);
    if (point == Point::kLeave) next.flags[self] = 0;
    next.points[self] = point == Point::kLeave ? Point::kOutside : static_cast<Point>(static_cast<int>(point) + 1);
    return {.next = next, .violated = 0};
  }

  // Property 0: the two are never between entering and leaving together.
  Judgement judge(const State& state, Marks&) const {
    return {.violated = state.points[0] >= Point::kInside && state.points[1] >= Point::kInside ? 1U : 0U, .labels = 0};
  }

 private:
  Variant variant_;
};

}  // namespace stalemate::sim::textbook
