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

// Whether some session may read a key after an operation of a kind on it.
inline bool reads_after(const Scenario& scenario, OperationKind kind) {
  const auto may_be_one = [](int a, int b) { return a == b || a == kAnyKey || b == kAnyKey; };
  return std::any_of(scenario.sessions.begin(), scenario.sessions.end(), [&](const Session& session) {
    const auto& operations = session.operations;
    for (auto read = operations.begin(); read != operations.end(); ++read)
      if (read->kind == OperationKind::kRead &&
          std::any_of(operations.begin(), read, [&](const ScriptedOperation& before) {
            return before.kind == kind && may_be_one(before.key, read->key);
          }))
        return true;
    return false;
  });
}

}  // namespace stalemate::model
