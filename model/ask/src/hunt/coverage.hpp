// What a hunt has reached, over all the scenarios it drew: arrows and branches of the diagrams, faults, antecedents of
// the properties; and which of them never.
//
// Determinism: sets that only grow; told in the order of the program's tables.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ask/hunt.hpp"
#include "machine/machine.hpp"

namespace stalemate::model::hunting {

class Coverage {
 public:
  // `allowed`: every fault that may be drawn.
  Coverage(std::shared_ptr<const Program> program, const std::vector<FaultBudget>& allowed);

  // Adds what a machine of the same program marked.
  void add(const Machine& machine, const sim::Marks& marks);

  std::vector<DiagramCoverage> diagrams() const;
  std::vector<std::string> faults(bool happened) const;
  bool antecedent_met(const PropertyKind& property) const;

 private:
  std::shared_ptr<const Program> program_;
  sim::Marks marks_;
  std::vector<std::size_t> fault_kinds_;  // that are allowed, in the order of the table
  std::vector<bool> happened_;            // by fault kind
  std::vector<bool> antecedents_;         // by property kind
};

}  // namespace stalemate::model::hunting
