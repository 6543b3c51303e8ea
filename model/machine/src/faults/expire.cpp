// expire: the time to live of a marker (a lock, a stamp, a tombstone) or of a lease is over before the work is that it
// stands for.
// That a value expires is no fault.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind expire() {
  return {
      .name = "expire",
      .summary = "the time of a lock, a lease, a stamp or a tombstone is over",
      .told_as = traces::StepKind::kExpireMarker,
      .effect = FaultEffect::kExpireMarker,
      .target = Role::kCache,
  };
}

}  // namespace stalemate::model
