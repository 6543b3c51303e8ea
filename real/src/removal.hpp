// Removing, one thing after the other: what stays does not keep the rest from being tried.
#pragma once

#include <fmt/format.h>

#include <exception>
#include <string>

namespace stalemate::real {

// Where `remove` throws, `left` has one clause more for an error message: "; `what` may be left behind (why)".
template <typename Remove>
void try_to_remove(std::string& left, const std::string& what, const Remove& remove) {
  try {
    remove();
  } catch (const std::exception& error) {
    left += fmt::format("; {} may be left behind ({})", what, error.what());
  }
}

}  // namespace stalemate::real
