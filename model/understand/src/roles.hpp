// Which participant is what: from the command line, the file's own directives, the participant's alias, its id, its
// type, the way it is drawn, in this order. Participants of one alias are one, in whichever diagrams they stand.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The roles of one diagram's participants by id.
using RolesOfDiagram = std::map<std::string, Role>;

// Whether it is asked by requests of the model.
inline bool is_server(Role role) { return role == Role::kCache || role == Role::kDatabase; }

// One for each diagram of the document, with a reading line for each participant; none for a diagram that is passed
// over. `options`: "X=cache".
// Throws InputError where a role cannot be told, a name contradicts itself or what is drawn, an override names
// nobody, there is a replica or another kind of cache, or the file has two caches or two databases.
std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading);

}  // namespace stalemate::model
