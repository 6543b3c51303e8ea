// Which things of the application a page is about. Its operations are one protocol where they are about the same; an
// operation about something else would be checked against what it has nothing to do with.
#pragma once

#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "steps.hpp"

namespace stalemate::model {

// Asks where headings and labels say that operations are about different things, which also notes the diagrams of each
// feature, and where labels of the cache may name different entries; `%% stalemate: same = A, B` answers. The entries
// of the cache, which each request has its own of. REQUIRES: the operations have their names. Throws InputError.
std::vector<CacheEntry> ask_about_things(const Document& document, std::vector<std::vector<Segment>>& segments,
                                         Reading& reading);

}  // namespace stalemate::model
