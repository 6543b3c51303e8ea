// What is true of a whole program: what decides how closely it has to be watched.
#pragma once

#include "machine/program.hpp"

namespace stalemate::model {

bool may_tell_early(const Program& program);                  // Program::may_tell_early
bool fills_expire(const Protocol& protocol);                  // Program::fills_expire
bool keeps(traces::Number number, const Protocol& protocol);  // Program::versions, generations

}  // namespace stalemate::model
