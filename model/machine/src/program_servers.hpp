// Which servers a protocol's requests go to.
#pragma once

#include <vector>

#include "machine/program.hpp"

namespace stalemate::model {

struct ProgramServers {
  std::vector<DrawnServer> drawn;  // Program::servers
  std::vector<ServerId> of_cache;  // by Protocol::caches, of those that are asked
  bool has_cache = false;          // Program::has_cache, has_database
  bool has_database = false;
  ServerId of(const Request& request) const;
};

ProgramServers servers_of(const Protocol& protocol);

}  // namespace stalemate::model
