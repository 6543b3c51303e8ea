// cache-failover: a replica takes over that misses the last command that changed the cache, or as many of the last as
// the scenario says ("cache-failover:3"), and all that the cache dropped of itself after them. A cache that starts
// again from a snapshot of its memory is the same.
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
