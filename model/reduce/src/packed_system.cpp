// The searches for every size of state.
#include "reduce/packed_system.hpp"

#include "reduce/arrangement.hpp"

namespace stalemate::model {

sim::SearchResult<Action> search(const Machine& machine, const sim::SearchOptions& options,
                                 const ReducedMachine* reduced) {
  auto result = with_packed_system(
      machine, [&](const auto& system) { return sim::search(system, options); }, reduced);
  if (auto& found = result.counterexample)
    found->actions = smallest_arrangement(machine, found->actions, found->property);
  return result;
}

}  // namespace stalemate::model
