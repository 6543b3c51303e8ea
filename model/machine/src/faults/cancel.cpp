// cancel: who started an operation goes away, and the operation ends where it stands; its session and its app instance
// go on. What it awaited may still be handled or not; what nobody awaits was sent, and stays.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind cancel() {
  return {
      .name = "cancel",
      .summary = "an operation ends where it stands, its caller gone; the request it awaits may still be handled",
      .told_as = traces::StepKind::kCancel,
      .effect = FaultEffect::kCancel,
      .target = is_awaited_by_session,
  };
}

}  // namespace stalemate::model
