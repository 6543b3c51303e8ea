// A machine as a sim::System: states are blocks of a fixed number of words (16 to 256 bytes), chosen per scenario.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "model/machine.hpp"
#include "sim/invariant.hpp"
#include "sim/system.hpp"

namespace stalemate::model {

template <std::size_t Words>
class PackedSystem {
 public:
  struct State {
    std::array<std::uint64_t, Words> words{};
    bool operator==(const State&) const = default;
  };
  using Action = model::Action;

  explicit PackedSystem(const Machine& machine) : machine_(machine) {
    STALEMATE_INVARIANT(machine.words() <= Words, "the layout fits the block");
  }

  State initial() const {
    State state;
    sim::Marks ignored;
    machine_.initial(state.words.data(), ignored);
    return state;
  }
  void actions(const State& state, std::vector<Action>& out) const { machine_.actions(state.words.data(), out); }
  sim::Applied<State> apply(const State& state, const Action& action, sim::Marks& marks) const {
    sim::Applied<State> applied{state, 0};
    applied.violated = machine_.apply(applied.next.words.data(), action, marks);
    return applied;
  }
  sim::Judgement judge(const State& state, sim::Marks& marks) const {
    return machine_.judge(state.words.data(), marks);
  }

  // Groups of actions for sim/strategies/swarm.hpp: what a session does by kind of step, its asynchronous requests
  // apart.
  std::size_t group_count() const { return machine_.scenario().sessions.size() * kGroupsPerSession; }
  std::size_t group(const Action& action) const {
    const std::size_t kind = action.slot != 0 ? kGroupsPerSession - 1 : static_cast<std::size_t>(action.kind);
    return action.session * kGroupsPerSession + kind;
  }

 private:
  static constexpr std::size_t kGroupsPerSession = 7;  // the kinds of ActionKind, and one more

  const Machine& machine_;
};

// Calls visit(PackedSystem<N>) with the smallest block that holds the machine's states.
template <class Visitor>
auto with_packed_system(const Machine& machine, Visitor&& visit) {
  const std::size_t words = machine.words();
  if (words <= 2) return visit(PackedSystem<2>(machine));
  if (words <= 4) return visit(PackedSystem<4>(machine));
  if (words <= 8) return visit(PackedSystem<8>(machine));
  if (words <= 16) return visit(PackedSystem<16>(machine));
  return visit(PackedSystem<32>(machine));
}

}  // namespace stalemate::model
