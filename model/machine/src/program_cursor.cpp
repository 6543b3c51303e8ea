// Walking lists of acts within lists of acts.
#include "program_cursor.hpp"

#include <algorithm>
#include <utility>

namespace stalemate::model {
namespace {

bool any_in(const Act& act, const std::function<bool(const Act&)>& is_one) {
  if (is_one(act)) return true;
  const auto* choice = std::get_if<Choice>(&act.node);
  if (choice == nullptr) return false;
  return std::any_of(choice->branches.begin(), choice->branches.end(), [&](const Branch& branch) {
    return std::any_of(branch.body.begin(), branch.body.end(), [&](const Act& inner) { return any_in(inner, is_one); });
  });
}

}  // namespace

Cursor into(const std::vector<Act>& acts, Cursor rest, bool ends_operation) {
  return std::make_shared<const Frame>(Frame{&acts, 0, ends_operation, std::move(rest)});
}

Cursor next(const Cursor& at) {
  return std::make_shared<const Frame>(Frame{at->acts, at->index + 1, at->ends_operation, at->rest});
}

Cursor settled(Cursor at) {
  while (at && at->index == at->acts->size()) at = at->ends_operation ? nullptr : at->rest;
  return at;
}

const Act& act_at(const Cursor& at) { return (*at->acts)[at->index]; }

bool any_behind(const Cursor& at, const std::function<bool(const Act&)>& is_one) {
  for (Cursor here = settled(at); here; here = settled(next(here)))
    if (any_in(act_at(here), is_one)) return true;
  return false;
}

}  // namespace stalemate::model
