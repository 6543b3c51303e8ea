// The faults of a scenario, read from its words; and what they share with the reading of scripts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/scenario.hpp"

namespace stalemate::model {

// A whole number and nothing else.
std::optional<int> number(std::string_view text);

// Operations of the program that are called `name`, or are of the kind of that name.
struct NamedOperations {
  std::vector<std::uint16_t> by_name;
  std::vector<std::uint16_t> by_kind;
};
NamedOperations operations_named(const std::string& name, const Program& program);
std::string operation_names(const Program& program);

// "lost-reply@write:2,crash=2". Of the scenario only its sessions need to be there. Throws InputError.
FaultBudget parse_fault(const std::string& text, const Scenario& scenario, const Program& program);

}  // namespace stalemate::model
