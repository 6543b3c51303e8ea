// The definition of search(); see sim/detail/explorer.hpp for how it works.
#pragma once

#include "sim/detail/explorer.hpp"

namespace stalemate::sim {

template <System S>
SearchResult<typename S::Action> search(const S& system, const SearchOptions& options) {
  if constexpr (kCompactable<S>)
    if (options.compact) return detail::Explorer<S, detail::FingerprintsOf<S>>(system, options).run();
  return detail::Explorer<S, detail::WholeStates<S>>(system, options).run();
}

}  // namespace stalemate::sim
