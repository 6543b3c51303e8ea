// How a question that the reader asks can be answered: the lines, each with what is so then. The reader reads them back
// (directives.hpp).
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/finding.hpp"
#include "read/diagram.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// Of the arrow at `at`: what it asks, or that it asks for nothing.
std::vector<Edit> answers_request(Position at);
// Of the reply at `at`: as which of these its request turned out.
std::vector<Edit> answers_reply(Position at, Outcomes outcomes);
// Of a branch: which of these it tests, or none.
std::vector<Edit> answers_branch(const Section& section, Outcomes outcomes);
// Whether an operation of this kind begins at `at`.
std::vector<Edit> answers_parting(Position at, OperationKind kind);
// That the participant has this role, which `means` says of it: "is the app".
Edit answer_role(const Participant& participant, Role role, const std::string& means, bool safe = false);
// That both names are of one thing, said before line `before`.
Edit answer_same(int before, const std::string& one, const std::string& other);
// Likewise, that they are of two entries, both made of one row.
Edit answer_entries(int before, const std::string& one, const std::string& other);

}  // namespace stalemate::model
