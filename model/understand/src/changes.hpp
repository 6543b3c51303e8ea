// Writes that change what is there, "n = n + 1" (understand/protocol.hpp, R4), beside what else a page draws.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// REQUIRES: which value each request carries was told (values.hpp), and which entry it is about.
void refuse_mixed_changes(std::vector<std::vector<Segment>>& segments, const Reading& reading);

}  // namespace stalemate::model
