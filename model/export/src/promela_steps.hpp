// Parts of a step in Promela, each a list of statements: calls of what prelude/semantics.pml defines.
#pragma once

#include <string>
#include <vector>

#include "outline.hpp"

namespace stalemate::model {

using Statements = std::vector<std::string>;

// What the server that a request goes to does with it.
std::string served(const Program& program, const Instruction& instruction);
// "asked(...)": the request that an app instance sends now, as it reaches the server.
std::string asked_now(const Program& program, InstructionId id);
// The same, to be handled later: "sends(...)" where it waits in line, "is_late(...)" where it does not. `left`: nobody
// waits for it any more.
std::string sends(const Program& program, InstructionId id, std::string_view how, bool left = false);

// The way on by a transition: what is sent, and where that ends.
Statements goes_on(const Program& program, const ProgramOperation& operation, const Transition& transition);
// What an app instance learns of a reply; what it forgets where it gets none.
Statements receives(const Instruction& instruction, Outcome outcome);
Statements fails(const Program& program, const Instruction& instruction, Outcome failure);

// Whether the reply brings a value; whether a number.
bool brings(const Instruction& instruction, Outcome outcome);
bool gives(const Instruction& instruction, Outcome outcome, traces::Number number);

// "CACHE", "CHANNEL", "NO_ROW_THERE", "true".
std::string store_name(const Program& program, const Instruction& instruction);
std::string outcome_name(Outcome outcome);
constexpr std::string_view truth(bool holds) { return holds ? "true" : "false"; }

}  // namespace stalemate::model
