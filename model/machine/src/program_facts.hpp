// What is true of a whole program: what decides how closely it has to be watched.
#pragma once

#include "machine/program.hpp"
#include "program_servers.hpp"

namespace stalemate::model {

bool may_tell_early(const Program& program);  // Program::may_tell_early
// DrawnServer::fills_expire, some_fills_expire
void find_what_fills_give(const Protocol& protocol, const ProgramServers& servers, Program& program);
bool keeps(traces::Number number, const Protocol& protocol);  // Program::versions, generations

}  // namespace stalemate::model
