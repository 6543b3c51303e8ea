// One function a fault, each in the file of its name; src/fault.cpp lists them.
#pragma once

#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind lost_request();
FaultKind lost_reply();
FaultKind late_request();
FaultKind duplicate();
FaultKind crash();
FaultKind evict();
FaultKind cache_restart();
FaultKind cache_failover();

}  // namespace stalemate::model
