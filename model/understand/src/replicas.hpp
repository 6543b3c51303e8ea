// What is asked of a replica of a cache, and of a cache that has one.
#pragma once

#include "roles.hpp"
#include "steps.hpp"

namespace stalemate::model {

// A replica is one of the cache that all app instances share, and there is one of each. Throws NotModelledError.
void refuse_other_replicas(const Document& document, const std::vector<RolesOfDiagram>& roles, const Reading& reading);

// Throws NotModelledError where a replica is asked anything but to get, or its cache asks the database itself.
void refuse_of_replicas(std::vector<std::vector<Segment>>& segments, const Reading& reading);

}  // namespace stalemate::model
