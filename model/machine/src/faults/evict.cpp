// evict: the cache drops one entry, for want of room.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind evict() {
  return {
      .name = "evict",
      .summary = "the cache drops one entry",
      .told_as = traces::StepKind::kEvict,
      .effect = FaultEffect::kDropEntry,
      .target = Role::kCache,
  };
}

}  // namespace stalemate::model
