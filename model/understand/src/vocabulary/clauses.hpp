// The label of a request taken apart, for those who look at what it says beside its verb.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

// The words between brackets, commas, colons and dashes. "=" is a word of its own.
using Clause = std::vector<std::string>;

// Never empty; the first clause is the one that the label begins with. Names of keys, tables and columns, addresses,
// numbers with signs, what stands in quotation marks, and the columns of an SQL statement are left out: "failed_jobs",
// "order:later" and "SET note = 'maybe'" say nothing of a request.
std::vector<Clause> clauses_of(std::string_view label);

// `label` with dashes and arrows beyond ASCII written in ASCII, without quoted parts and without the columns of SQL.
std::string said_in(std::string_view label);

// The verb that labels ask by this word; none where it is no strong verb.
bool is_verb_other_than(std::string_view word, Verb verb);

}  // namespace stalemate::model
