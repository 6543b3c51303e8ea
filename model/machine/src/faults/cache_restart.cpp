// cache-restart: the cache drops everything it holds; messages in flight stay.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind cache_restart() {
  return {
      .name = "cache-restart",
      .summary = "the cache drops everything it holds",
      .told_as = traces::StepKind::kCacheRestart,
      .effect = FaultEffect::kDropAll,
      .target = Role::kCache,
  };
}

}  // namespace stalemate::model
