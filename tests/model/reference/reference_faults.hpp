// What the steps of the reference model (tests/model/reference/reference_model.hpp) share.
#pragma once

#include <algorithm>
#include <string>

#include "model/reference/reference_model.hpp"

namespace stalemate::model::reference {

inline std::string key_name(std::size_t key) { return "k" + std::to_string(key + 1); }

inline bool to_same_server(const Request& a, const Request& b) { return a.to == b.to && a.cache == b.cache; }

inline void add_ghost(Runner& runner, const Message& message) {
  runner.ghosts.push_back(message);
  runner.ghosts.back().connection = 0;
  std::sort(runner.ghosts.begin(), runner.ghosts.end());
}

}  // namespace stalemate::model::reference
