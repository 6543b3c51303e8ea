// One function a property, each in the file of its name; src/property.cpp lists them.
#pragma once

#include "machine/property.hpp"

namespace stalemate::model {

PropertyKind coherent_at_rest();
PropertyKind fresh_reads();
PropertyKind converges();

}  // namespace stalemate::model
