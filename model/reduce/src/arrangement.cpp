// Depth first over the beginnings, each session's next action in the machine's order. A beginning is how far each
// session has come, and the state: one that leads to no end is tried once.
#include "reduce/arrangement.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "sim/system.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kBeginningsMax = 20'000;

class Arranger {
 public:
  Arranger(const Machine& machine, const std::vector<Action>& actions, int property)
      : machine_(machine),
        actions_(actions),
        broken_(sim::PropertyMask{1} << property),
        of_session_(machine.actors()),
        taken_(of_session_.size()) {
    for (const Action& action : actions) of_session_[action.session].push_back(action);
  }

  std::vector<Action> arrange() {
    Words state(machine_.words());
    sim::Marks unused;
    machine_.initial(state.data(), unused);
    return actions_.empty() || !extend(state, 0) ? actions_ : arranged_;
  }

 private:
  using Words = std::vector<std::uint64_t>;

  // Whether the actions so far can be completed; then they are.
  bool extend(const Words& state, sim::PropertyMask violated) {
    if (arranged_.size() == actions_.size()) return (violated & broken_) != 0;
    if (tried_.size() == kBeginningsMax || !tried_.emplace(taken_, state).second) return false;
    std::vector<Action> enabled;
    machine_.actions(state.data(), enabled);
    for (const Action& action : enabled) {
      std::size_t& taken = taken_[action.session];
      const std::vector<Action>& script = of_session_[action.session];
      if (taken == script.size() || script[taken] != action) continue;
      Words next = state;
      sim::Marks unused;
      sim::PropertyMask breaks = machine_.apply(next.data(), action, unused);
      breaks |= machine_.judge(next.data(), unused).violated;
      ++taken;
      arranged_.push_back(action);
      if (extend(next, breaks)) return true;
      arranged_.pop_back();
      --taken;
    }
    return false;
  }

  const Machine& machine_;
  const std::vector<Action>& actions_;
  sim::PropertyMask broken_;
  std::vector<std::vector<Action>> of_session_;
  std::vector<std::size_t> taken_;  // of each session's actions
  std::vector<Action> arranged_;
  std::set<std::pair<std::vector<std::size_t>, Words>> tried_;
};

}  // namespace

std::vector<Action> smallest_arrangement(const Machine& machine, const std::vector<Action>& actions, int property) {
  return Arranger(machine, actions, property).arrange();
}

}  // namespace stalemate::model
