// What the caches hold at rest beside what the database holds, for the properties that claim something of it. Keeps
// nothing in the state.
#pragma once

#include <memory>

#include "machine/property.hpp"

namespace stalemate::model {

// Violated at rest where `claim` is not true. Says nothing where no database is drawn: nothing tells what the caches
// should equal.
std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim);

}  // namespace stalemate::model
