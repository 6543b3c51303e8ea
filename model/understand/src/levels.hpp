// Several caches of a page, beside each other or one behind the other.
#pragma once

#include <vector>

#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Asks about a publish of which nobody hears; and about one of several caches that is looked into and never filled:
// nothing that is found there says anything.
void ask_about_levels(std::vector<std::vector<Segment>>& segments, const Reading& reading);

}  // namespace stalemate::model
