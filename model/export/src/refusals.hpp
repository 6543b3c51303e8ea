// What is not exported, refused by name.
#pragma once

#include "machine/program.hpp"
#include "machine/scenario.hpp"

namespace stalemate::model {

// Throws NotModelledError "FILE: ..." or "--OPTION: ...", one line.
void refuse_what_is_not_covered(const std::string& file, const Program& program, const Scenario& scenario);

}  // namespace stalemate::model
