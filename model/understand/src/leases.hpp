// Conditions of a page, and of these its leases, once it is known which entries they are of.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Whether what it does depends on what is there, or is there for others to depend on: of a request to a cache.
bool is_conditional(const Request& request);

// Refuses conditions at two caches, and what would need more than a lease: another condition on the entry that it is
// of, or a watch beside it. Asks where something is marked as stale of which nobody takes a lease. REQUIRES: the
// requests know their entries.
void settle_leases(std::vector<std::vector<Segment>>& segments, Reading& reading);

}  // namespace stalemate::model
