// A plan: a scenario taken apart, so that it can be drawn and made smaller piece by piece. Its sessions and operations
// have identities of their own, which survive when others are left out.
//
// Determinism: drawn by RapidCheck's splittable generator from what it is handed; one draw a statement.
#pragma once

#include <rapidcheck.h>

#include <cstdint>
#include <string>
#include <vector>

#include "ask/hunt.hpp"
#include "machine/program.hpp"
#include "traces/trace.hpp"

namespace stalemate::model::hunting {

struct PlannedOperation {
  std::string name;  // as in a script: "read"
  int key = 0;       // from 1; 0: invoking chooses
  int id = 0;
};
struct PlannedSession {
  int id = 0;
  std::vector<PlannedOperation> operations;
};
struct PlannedFault {
  std::string kinds;  // what stands before the '=' of --fault
  unsigned budget = 1;
};

// I1: no app instance is without a session, no session without an operation.
struct Plan {
  std::vector<std::vector<PlannedSession>> apps;
  std::vector<PlannedFault> faults;
  traces::Scenario frame;  // all the rest; its apps and faults are empty
};

// The scenario that the plan is.
traces::Scenario words_of(const Plan& plan);

// The plan that a scenario is, its operations' names and faults normalised. REQUIRES: it was resolved against a
// program.
Plan plan_of(const traces::Scenario& words);

// The words that name an operation of the program in a script: its kind where that is enough, or where its own name
// means something else there.
std::string script_name(const Program& program, std::size_t index);

// Plans from the space: scripts, faults, or faults only. Sizes grow with RapidCheck's size.
// REQUIRES: the space was checked (see check_space).
rc::Gen<Plan> plans(const Program& program, const HuntSpace& space);

// Throws InputError for a space out of which scenarios could be drawn that the model cannot hold.
void check_space(const Program& program, const HuntSpace& space);

// Leaves out what has become empty, and renames keys so that the scenario has just those that are used. Where an
// operation chooses its key, the number of keys stays.
void tidy(Plan& plan);

}  // namespace stalemate::model::hunting
