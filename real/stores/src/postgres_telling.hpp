// A PostgreSQL that tells whoever listens which row has changed: by a trigger, when the transaction commits (NOTIFY).
#pragma once

#include <string>

namespace stalemate::real {

// The channel, and what is run so that the table `stock` of that schema tells, or does so no more. Twice is once.
std::string telling_channel(const std::string& schema);
std::string begin_telling(const std::string& schema);
std::string end_telling(const std::string& schema);

}  // namespace stalemate::real
