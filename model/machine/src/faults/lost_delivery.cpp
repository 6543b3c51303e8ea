// lost-delivery: of what was published to all app instances, one never hears: its copy of the message is gone.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind lost_delivery() {
  return {
      .name = "lost-delivery",
      .summary = "one app instance never hears what was published to all",
      .told_as = traces::StepKind::kLoseDelivery,
      .effect = FaultEffect::kLoseDelivery,
      .target = Role::kCache,
  };
}

}  // namespace stalemate::model
