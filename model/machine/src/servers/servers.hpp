// The kinds of servers, for the table in src/server.cpp.
#pragma once

#include <memory>

#include "machine/server.hpp"

namespace stalemate::model {

std::unique_ptr<const Server> cache(ServerId self, const ServerSetting& setting);
std::unique_ptr<const Server> database(ServerId self, const ServerSetting& setting);

}  // namespace stalemate::model
