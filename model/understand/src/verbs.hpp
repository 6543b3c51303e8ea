// How verbs are told.
#pragma once

#include <string_view>

#include "understand/protocol.hpp"

namespace stalemate::model {

// How a verb is told: "to get the key"; what it would be of a database, where that is not modelled, else "".
struct VerbWords {
  Verb verb;
  Answers answers;
  std::string_view asked;
  std::string_view of_database;
};
const VerbWords& words_of(Verb verb);
// What a label that asks by a verb asks of a server: what is deleted from a database is a row.
Verb verb_at(Role server, Verb verb);

}  // namespace stalemate::model
