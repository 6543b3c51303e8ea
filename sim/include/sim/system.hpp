// What the engine explores: any deterministic transition system. A system is two types and four functions; the engine
// knows nothing else about it. Reading this file and sim/examples/two_phase_commit.hpp is enough to write one.
//
// Determinism: initial, actions, apply and judge are pure functions of their arguments (and of the system, which is
// immutable while it is explored); `actions` lists in an order that is part of the system's definition, because ties
// between shortest traces are broken by it. All four are called from several threads at once.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace stalemate::sim {

// What was seen on the way, one bit a mark: a branch taken, a fault injected, an antecedent met. The system numbers its
// marks from 0; a worker owns one Marks and apply() and judge() add to it, so marks cost no state.
class Marks {
 public:
  void reach(std::size_t mark) {
    if (mark / 64 >= words_.size()) words_.resize(mark / 64 + 1);
    words_[mark / 64] |= std::uint64_t{1} << (mark % 64);
  }
  bool reached(std::size_t mark) const {
    return mark / 64 < words_.size() && (words_[mark / 64] >> (mark % 64) & 1) != 0;
  }
  void merge(const Marks& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
  }

 private:
  std::vector<std::uint64_t> words_;
};

// Bit p set: property p (in the system's order of properties) is broken.
using PropertyMask = std::uint32_t;

// What a state shows by itself. Labels are counted by the engine and named by the system ("at rest"); bit l is label l.
struct Judgement {
  PropertyMask violated = 0;
  std::uint32_t labels = 0;
};

// The result of a step: the state it leads to, and the properties this very step breaks (a stale read is a fact about a
// step; an incoherent store is a fact about a state and belongs to judge()).
template <class State>
struct Applied {
  State next;
  PropertyMask violated = 0;
};

// A state is a regular value: trivially copyable, without padding, and equal states are equal bytes.
template <class T>
concept StateBlock =
    std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T> && std::equality_comparable<T>;

// A system may have one function more: bool need_not_happen(action), for what happens of itself, or does not (a cache
// that drops an entry). A path may end where nothing else is left. Only what looks at whole paths heeds it.
template <class S>
concept System = requires(const S& system, const typename S::State& state, const typename S::Action& action,
                          std::vector<typename S::Action>& out, Marks& marks) {
  requires StateBlock<typename S::State>;
  requires std::is_trivially_copyable_v<typename S::Action>;
  { system.initial() } -> std::same_as<typename S::State>;
  // Appends every action enabled in `state`, in the system's stated order. None: the state is terminal.
  { system.actions(state, out) } -> std::same_as<void>;
  // REQUIRES: `action` is enabled in `state`.
  { system.apply(state, action, marks) } -> std::same_as<Applied<typename S::State>>;
  { system.judge(state, marks) } -> std::same_as<Judgement>;
};

}  // namespace stalemate::sim
