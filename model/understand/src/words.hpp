// The words of labels that nobody understood: no table of vocabulary*.cpp holds them, and nothing else on the page
// speaks of them. That they change nothing is an assumption, and printed as one.
#pragma once

#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "roles.hpp"

namespace stalemate::model {

// Tells, once a diagram, of the words in requests, replies and names of servers that are passed over. A word counts as
// the name of a thing, and is not told, where requests of another kind, messages from outside or headings say it, too.
// A label whose meaning a directive gives is not looked at. REQUIRES: `roles` has an entry for each diagram, empty
// where that is passed over; every other statement has been read.
void tell_unread_words(const Document& document, const std::vector<RolesOfDiagram>& roles, Reading& reading);

}  // namespace stalemate::model
