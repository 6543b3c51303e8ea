// Which participant is what: from the command line, the file's own directives, the participant's id, its alias, its
// type, the way it is drawn, in this order.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "model/diagram.hpp"
#include "model/protocol.hpp"
#include "understand_reading.hpp"

namespace stalemate::model {

// The roles of one diagram's participants by id.
using RolesOfDiagram = std::map<std::string, Role>;

// One for each diagram of the document, with a reading line for each participant; none for a diagram that is passed
// over. `options`: "X=cache".
// Throws traces::InputError where a role cannot be told, an override names nobody, or a diagram has two caches or two
// databases.
std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading);

}  // namespace stalemate::model
