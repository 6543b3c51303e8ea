// What becomes of the changes that acknowledged Writes have made, where Writes change what is there
// (machine/amounts.hpp).
#pragma once

#include <cstdint>
#include <memory>

#include "machine/property.hpp"

namespace stalemate::model {

enum class HowOften : std::uint8_t { kAtLeastOnce, kOnce };

// Violated at rest where a row has the change of an acknowledged Write less often, or, where it is to be once, that of
// any Write more often.
std::unique_ptr<Monitor> watch_acknowledged_changes(const MonitorSetting& setting, HowOften how_often);

}  // namespace stalemate::model
