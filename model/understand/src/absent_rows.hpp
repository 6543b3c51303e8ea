// Rows that may not be there: because a Write removes them, or because none is there at first.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Whether none is there at first: where a branch says what is done without one, and every Write that stores a row puts
// it there. Notes what gets of rows may find, and what branches of them test.
bool settle_absent_rows(std::vector<std::vector<Segment>>& segments, Reading& reading);

}  // namespace stalemate::model
