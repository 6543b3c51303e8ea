// Sets of outcomes.
#pragma once

#include "understand/protocol.hpp"

namespace stalemate::model {

inline constexpr Outcomes kFailures = {Outcome::kError, Outcome::kTimeout};
Outcomes normal_outcomes(Verb verb, const Finds& finds = {});  // of any role, without faults
inline Outcomes normal_outcomes(const Request& asks) { return normal_outcomes(asks.verb, asks.finds); }
Outcomes common(Outcomes a, Outcomes b);
Outcomes without(Outcomes a, Outcomes b);

}  // namespace stalemate::model
