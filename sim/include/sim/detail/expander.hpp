// How a worker of a search gets the successors of a state: the system's own expander where it has one, else action by
// action. And which state is kept for one that is found.
#pragma once

#include <vector>

#include "sim/detail/arrays.hpp"
#include "sim/system.hpp"

namespace stalemate::sim::detail {

template <System S>
class ActionExpander {
 public:
  explicit ActionExpander(const S& system) : system_(system) {}

  PropertyMask expand(const typename S::State& state, Marks& marks, RawVector<typename S::State>& successors) {
    actions_.clear();
    system_.actions(state, actions_);
    PropertyMask violated = 0;
    for (const typename S::Action& action : actions_) {
      const Applied<typename S::State> applied = system_.apply(state, action, marks);
      violated |= applied.violated;
      successors.push_back(applied.next);
    }
    return violated;
  }

 private:
  const S& system_;
  std::vector<typename S::Action> actions_;
};

template <System S>
struct ExpanderOf {
  using Type = ActionExpander<S>;
};
template <System S>
requires requires { typename S::Expander; }
struct ExpanderOf<S> {
  using Type = typename S::Expander;
};
template <System S>
using Expander = typename ExpanderOf<S>::Type;

template <System S>
decltype(auto) representative_of(const S& system, const typename S::State& state) {
  if constexpr (requires { system.representative(state); }) {
    return system.representative(state);
  } else {
    return (state);
  }
}

}  // namespace stalemate::sim::detail
