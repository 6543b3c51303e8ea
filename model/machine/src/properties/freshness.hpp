// Whether a read returns something older than a write that was acknowledged before it: anybody's (fresh-reads) or one
// of its own session (read-your-writes).
#pragma once

#include <memory>

#include "machine/property.hpp"

namespace stalemate::model {

enum class WhoseWrites { kEverybodys, kOwn };

std::unique_ptr<Monitor> watch_freshness(const MonitorSetting& setting, WhoseWrites whose);

}  // namespace stalemate::model
