// cache-failover: a replica takes over that misses the last command that changed the cache, and all that the cache
// dropped of itself after it (M4 in machine/machine.hpp).
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind cache_failover() {
  return {
      .name = "cache-failover",
      .summary = "a cache replica takes over that misses the last command that changed the cache",
      .told_as = traces::StepKind::kCacheFailover,
      .effect = FaultEffect::kRollBack,
      .target = Role::kCache,
  };
}

}  // namespace stalemate::model
