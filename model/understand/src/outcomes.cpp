#include "outcomes.hpp"

namespace stalemate::model {

Outcomes normal_outcomes(Verb verb, const Finds& finds) {
  Outcomes normal;
  for (const Outcome outcome : possible_outcomes(Role::kCache, verb, finds)) normal.add(outcome);
  return normal;
}

Outcomes common(Outcomes a, Outcomes b) {
  Outcomes both;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (a.has(outcome) && b.has(outcome)) both.add(outcome);
  }
  return both;
}

Outcomes without(Outcomes a, Outcomes b) {
  Outcomes rest;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (a.has(outcome) && !b.has(outcome)) rest.add(outcome);
  }
  return rest;
}

}  // namespace stalemate::model
