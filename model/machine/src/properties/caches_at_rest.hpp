// What the caches hold at rest beside what the database holds, for the properties that claim something of it. Keeps
// nothing in the state.
#pragma once

#include <memory>
#include <string_view>

#include "machine/property.hpp"

namespace stalemate::model {

// Violated at rest where `claim` is not true. Says nothing where no database is drawn: nothing tells what the caches
// should equal.
std::unique_ptr<Monitor> watch_caches_at_rest(const MonitorSetting& setting, bool Coherence::*claim);

// Leases are taken to last. Throws InputError, for the property of this name, where what is stale is refilled under a
// lock, which may well run out.
void refuse_locks_that_may_run_out(const Program& program, std::string_view property);

}  // namespace stalemate::model
