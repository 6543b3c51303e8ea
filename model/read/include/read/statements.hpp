// Looking at all statements of a diagram, those inside blocks included.
#pragma once

#include <vector>

#include "read/diagram.hpp"

namespace stalemate::model {

// Calls `visit` with every statement that is no block, as drawn from top to bottom.
template <typename Visit>
void visit_statements(const std::vector<Statement>& statements, const Visit& visit) {
  for (const Statement& statement : statements) {
    if (const auto* block = std::get_if<Block>(&statement.node)) {
      for (const Section& section : block->sections) visit_statements(section.body, visit);
    } else {
      visit(statement);
    }
  }
}

template <typename Visit>
void visit_messages(const std::vector<Statement>& statements, const Visit& visit) {
  visit_statements(statements, [&](const Statement& statement) {
    if (const auto* message = std::get_if<Message>(&statement.node)) visit(*message);
  });
}

}  // namespace stalemate::model
