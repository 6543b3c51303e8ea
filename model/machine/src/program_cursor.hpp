// A place among the acts of an operation, and what stands behind it. Shared by the parts of the compiler.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

// The acts still to come: a list, where in it, and what comes after it. Immutable, shared by all paths through it.
// Null: the operation's end.
struct Frame {
  const std::vector<Act>* acts = nullptr;
  std::size_t index = 0;
  bool ends_operation = false;  // a break: the operation ends with this list
  std::shared_ptr<const Frame> rest;
};
using Cursor = std::shared_ptr<const Frame>;

Cursor into(const std::vector<Act>& acts, Cursor rest, bool ends_operation = false);
Cursor next(const Cursor& at);        // REQUIRES: at stands at an act
Cursor settled(Cursor at);            // out of the lists whose end it stands at: at an act, or null
const Act& act_at(const Cursor& at);  // REQUIRES: settled, not null

// Whether some act behind `at`, in whatever branch, is one of those.
bool any_behind(const Cursor& at, const std::function<bool(const Act&)>& is_one);

}  // namespace stalemate::model
