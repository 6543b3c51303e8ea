// Whose generation is compared and counted up.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// To each request that compares a generation, the entry whose generation its operation reads; to each that counts one
// up beside what it deletes, the one that is compared to store that. Asks where what is compared
// is not read, or is never counted up; says so where what is counted up is never compared. REQUIRES: the requests know
// their entries.
void settle_generations(std::vector<std::vector<Segment>>& segments, Reading& reading);

}  // namespace stalemate::model
