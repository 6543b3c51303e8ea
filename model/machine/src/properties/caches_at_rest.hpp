// What the caches hold at rest beside what the database holds, for the properties that claim something of it. Keeps
// nothing in the state.
#pragma once

#include <memory>
#include <string>

#include "machine/property.hpp"

namespace stalemate::model {

// Violated at rest where `claim` is not true. Says nothing where no database is drawn: nothing tells what the caches
// should equal.
std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim);

// PropertyKind::not_said: where what is stale is refilled under a lock of which no arrow says how long it is held.
std::string whether_locks_run_out(const Program& program);

}  // namespace stalemate::model
