// What is in an entry of a cache that has no value, as renderers say it; read from FORMAT.md, not from their code.
#pragma once

#include <string>

#include "traces/trace.hpp"

namespace stalemate::traces {

// "" where there is a value, or nothing.
inline std::string held_without_value(const Entry& entry) {
  if (entry.marker) return "marker";
  if (entry.value) return "";
  if (entry.generation) return "generation " + std::to_string(*entry.generation);
  return entry.lease ? "lease" : "";
}

}  // namespace stalemate::traces
