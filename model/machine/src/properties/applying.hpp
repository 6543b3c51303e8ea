// To what several properties apply.
#pragma once

#include <algorithm>

#include "machine/property.hpp"

namespace stalemate::model {

inline bool has_operation(const Program& program, OperationKind kind) {
  return std::any_of(program.operations.begin(), program.operations.end(),
                     [kind](const ProgramOperation& operation) { return operation.kind == kind; });
}

inline bool reads_and_writes(const Program& program) {
  return has_operation(program, OperationKind::kRead) && has_operation(program, OperationKind::kWrite);
}

// Whether some session reads after an operation of a kind.
inline bool reads_after(const Scenario& scenario, OperationKind kind) {
  return std::any_of(scenario.sessions.begin(), scenario.sessions.end(), [kind](const Session& session) {
    bool found = false;
    for (const ScriptedOperation& operation : session.operations) {
      if (found && operation.kind == OperationKind::kRead) return true;
      found = found || operation.kind == kind;
    }
    return false;
  });
}

}  // namespace stalemate::model
