// A machine as a sim::System: states are blocks of a fixed number of words (8 to 256 bytes), chosen per scenario.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/invariant.hpp"
#include "machine/machine.hpp"
#include "reduce/reduction.hpp"
#include "reduce/step_table.hpp"
#include "sim/search.hpp"
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

  explicit PackedSystem(const Machine& machine, const ReducedMachine* reduced = nullptr)
      : machine_(machine),
        actors_(machine.actors()),
        symmetry_(reduced != nullptr && reduced->symmetry ? &*reduced->symmetry : nullptr),
        independence_(reduced != nullptr && reduced->independence ? &*reduced->independence : nullptr),
        table_bytes_max_(reduced != nullptr ? reduced->table_bytes_max : kTableBytesMax) {
    STALEMATE_INVARIANT(machine.words() <= Words, "the layout fits the block");
  }

  State initial() const {
    State state;
    sim::Marks ignored;
    machine_.initial(state.words.data(), ignored);
    return state;
  }
  // Those that are needed; all that are enabled.
  void actions(const State& state, std::vector<Action>& out) const {
    const std::uint64_t needed = this->needed(state);
    for (std::size_t actor = 0; actor < actors_; ++actor)
      if ((needed >> actor & 1) != 0) machine_.actions_of(state.words.data(), actor, out);
  }
  void enabled(const State& state, std::vector<Action>& out) const { machine_.actions(state.words.data(), out); }
  sim::Applied<State> apply(const State& state, const Action& action, sim::Marks& marks) const {
    sim::Applied<State> applied{state, 0};
    applied.violated = machine_.apply(applied.next.words.data(), action, marks);
    return applied;
  }
  sim::Judgement judge(const State& state, sim::Marks& marks) const {
    return machine_.judge(state.words.data(), marks);
  }

  // What befalls the cache of itself; but what is on its way to a server arrives.
  bool need_not_happen(const Action& action) const {
    return action.session >= machine_.scenario().sessions.size() && action.kind != ActionKind::kDeliver &&
           action.kind != ActionKind::kApply;
  }

  State representative(const State& state) const {
    State kept = state;
    if (symmetry_ != nullptr) symmetry_->canonicalize(kept.words.data());
    return kept;
  }

  bool may_be_symmetric(const State& a, const State& b) const {
    return symmetry_ != nullptr && symmetry_->gave_up() && symmetry_->may_be_symmetric(a.words.data(), b.words.data());
  }

  // The compiled steps, for searches.
  class Expander {
   public:
    explicit Expander(const PackedSystem& system) : system_(system), table_(system.machine_, system.table_bytes_max_) {}
    sim::PropertyMask expand(const State& state, sim::Marks& marks, sim::detail::RawVector<State>& successors) {
      const std::uint64_t needed = system_.needed(state);
      sim::PropertyMask violated = 0;
      for (std::size_t actor = 0; actor < system_.actors_; ++actor) {
        if ((needed >> actor & 1) == 0) continue;
        const auto steps = table_.steps_of(state.words, actor, marks);
        violated |= steps.violated;
        table_.take(steps, state.words, successors);
      }
      return violated;
    }

   private:
    const PackedSystem& system_;
    StepTable<Words> table_;
  };

  // Groups of actions for sim/strategies/swarm.hpp: what a session does by kind of step, its asynchronous requests
  // apart; a call is with the handles, what reaches a server of itself with what expires.
  std::size_t group_count() const { return actors_ * kGroupsPerSession; }
  std::size_t group(const Action& action) const {
    const bool reaches = action.kind == ActionKind::kDeliver || action.kind == ActionKind::kApply;
    const ActionKind kind = action.kind == ActionKind::kCall ? ActionKind::kHandle
                            : reaches                        ? ActionKind::kExpire
                                                             : action.kind;
    return action.session * kGroupsPerSession +
           (action.slot != 0 ? kGroupsPerSession - 1 : static_cast<std::size_t>(kind));
  }

 private:
  static constexpr std::size_t kGroupsPerSession = kActionKinds - 2;  // one for the slots, none for the last three
  static_assert(static_cast<std::size_t>(ActionKind::kCall) + 3 == kActionKinds);

  // Bit a: the actions of actor a are needed.
  std::uint64_t needed(const State& state) const {
    return independence_ == nullptr ? ~std::uint64_t{0} : independence_->needed(state.words.data());
  }

  const Machine& machine_;
  std::size_t actors_;
  const Symmetry* symmetry_;
  const Independence* independence_;
  std::size_t table_bytes_max_;
};

// Calls visit(PackedSystem<N>) with the smallest block that holds the machine's states. Without `reduced`, nothing is
// left out.
template <class Visitor>
auto with_packed_system(const Machine& machine, Visitor&& visit, const ReducedMachine* reduced = nullptr) {
  const std::size_t words = machine.words();
  if (words <= 1) return visit(PackedSystem<1>(machine, reduced));
  if (words <= 2) return visit(PackedSystem<2>(machine, reduced));
  if (words <= 4) return visit(PackedSystem<4>(machine, reduced));
  if (words <= 8) return visit(PackedSystem<8>(machine, reduced));
  if (words <= 16) return visit(PackedSystem<16>(machine, reduced));
  return visit(PackedSystem<32>(machine, reduced));
}

// sim::search over the machine's packed system; compiled once, because it takes long. The counterexample's steps are
// arranged to be followed (reduce/arrangement.hpp).
sim::SearchResult<Action> search(const Machine& machine, const sim::SearchOptions& options,
                                 const ReducedMachine* reduced = nullptr);

}  // namespace stalemate::model
