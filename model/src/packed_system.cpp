// The searches for every size of state.
#include "model/packed_system.hpp"

namespace stalemate::model {

sim::SearchResult<Action> search(const Machine& machine, const sim::SearchOptions& options,
                                 const ReducedMachine* reduced) {
  return with_packed_system(
      machine, [&](const auto& system) { return sim::search(system, options); }, reduced);
}

}  // namespace stalemate::model
