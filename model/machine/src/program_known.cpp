// The search for the branch that says what happens when a request fails.
#include "program_known.hpp"

#include <algorithm>
#include <set>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

bool looks_at(const Act& act, int arrow) {
  if (const auto* guard = std::get_if<Guard>(&act.node)) return guard->about == arrow;
  const auto* choice = std::get_if<Choice>(&act.node);
  return choice != nullptr && !choice->free && choice->about == arrow;
}

}  // namespace

Outcome Known::outcome_of(int arrow) const {
  const auto found =
      std::find_if(outcomes.begin(), outcomes.end(), [&](const auto& entry) { return entry.first == arrow; });
  STALEMATE_INVARIANT(found != outcomes.end(), "what is looked at was asked before");
  return found->second;
}

void Known::turned_out(int arrow, Outcome outcome) {
  const auto place = std::lower_bound(outcomes.begin(), outcomes.end(), arrow,
                                      [](const auto& entry, int wanted) { return entry.first < wanted; });
  if (place != outcomes.end() && place->first == arrow)
    place->second = outcome;
  else
    outcomes.insert(place, {arrow, outcome});
}

Known Known::behind(const Cursor& at) const {
  Known pruned = *this;
  std::erase_if(pruned.outcomes, [&](const auto& entry) {
    return !any_behind(at, [&](const Act& act) { return looks_at(act, entry.first); });
  });
  return pruned;
}

const Branch* branch_for(const Choice& choice, Outcome outcome) {
  for (const Branch& branch : choice.branches)
    if (branch.tests.has(outcome) || branch.is_else) return &branch;
  return nullptr;
}

bool is_covered(const Cursor& at, int arrow, Outcome failure, const Known& known) {
  std::set<std::pair<const std::vector<Act>*, std::size_t>> seen;
  std::vector<Cursor> to_see = {at};
  while (!to_see.empty()) {
    const Cursor here = settled(to_see.back());
    to_see.pop_back();
    if (!here || !seen.insert({here->acts, here->index}).second) continue;
    const Act& act = act_at(here);
    const Cursor onwards = next(here);
    if (const auto* request = std::get_if<Request>(&act.node)) {
      if (!request->awaited) to_see.push_back(onwards);
    } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
      if (guard->about == arrow || passes(*guard, known.outcome_of(guard->about))) to_see.push_back(onwards);
    } else if (const auto* choice = std::get_if<Choice>(&act.node)) {
      const bool about_it = !choice->free && choice->about == arrow;
      if (choice->free) {
        for (const Branch& branch : choice->branches)
          to_see.push_back(into(branch.body, onwards, branch.ends_operation));
        if (choice->may_take_none) to_see.push_back(onwards);
      } else if (const Branch* branch = branch_for(*choice, about_it ? failure : known.outcome_of(choice->about))) {
        if (about_it) return true;
        to_see.push_back(into(branch->body, onwards, branch->ends_operation));
      } else {
        to_see.push_back(onwards);
      }
    } else {
      to_see.push_back(onwards);
    }
  }
  return false;
}

bool looks_at(const Cursor& after, const Request& request, Outcome outcome) {
  return any_behind(after, [&](const Act& act) {
    if (const auto* guard = std::get_if<Guard>(&act.node))
      return guard->about == request.arrow && guard->outcomes.has(outcome);
    const auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr || choice->free || choice->about != request.arrow) return false;
    return std::any_of(choice->branches.begin(), choice->branches.end(),
                       [&](const Branch& branch) { return branch.tests.has(outcome); });
  });
}

Outcome counts_as(const Cursor& after, const Request& request, Outcome outcome) {
  if (request.verb != Verb::kGet || outcome == Outcome::kTimeout || looks_at(after, request, outcome)) return outcome;
  switch (outcome) {
    case Outcome::kWon:
      return counts_as(after, request, Outcome::kGranted);
    case Outcome::kStale:
    case Outcome::kNoRow:
    case Outcome::kLoaded:
      return Outcome::kValue;
    case Outcome::kMarker:
    case Outcome::kGranted:
    case Outcome::kDenied:
      return Outcome::kMiss;
    default:
      return outcome;
  }
}

Outcome counts_as_unanswered(const Cursor& after, const Request& request) {
  if (request.verb == Verb::kMarkIfAbsent) return Outcome::kConflict;  // what may be somebody else's is not one's own
  if (changes(request.verb)) return Outcome::kOk;
  if (request.watch != Watch::kLease) return Outcome::kMiss;
  // Who does not know whether it got a lease has none, where that is told apart.
  return looks_at(after, request, Outcome::kDenied) ? Outcome::kDenied : counts_as(after, request, Outcome::kGranted);
}

}  // namespace stalemate::model
