// Leases of a page, once it is known which entries they are of.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Refuses what would need more than a lease: another condition on the entry that it is of, or a watch beside it. Asks
// where something is marked as stale of which nobody takes a lease. REQUIRES: the requests know their entries.
void settle_leases(std::vector<std::vector<Segment>>& segments, Reading& reading);

}  // namespace stalemate::model
