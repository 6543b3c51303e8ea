// The entries of the two stores that nearly every trace has, to be read and changed.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate {

template <class State>
auto& store_of(State& state, const std::string& name) {
  const auto found = std::find_if(state.stores.begin(), state.stores.end(),
                                  [&](const traces::Contents& contents) { return contents.store == name; });
  if (found == state.stores.end()) throw std::out_of_range("the state has no store " + name);
  return found->entries;
}

template <class State>
auto& cache_of(State& state) {
  return store_of(state, "cache");
}

template <class State>
auto& database_of(State& state) {
  return store_of(state, "database");
}

// What a trace with these stores has.
inline std::vector<traces::Store> stores_with_cache(bool has_cache = true) {
  if (has_cache) return {{"cache", "cache"}, {"database", "database"}};
  return {{"database", "database"}};
}

}  // namespace stalemate
