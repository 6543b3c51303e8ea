// lost-request: the request is never handled. A session that awaits it times out at once; an asynchronous one is just
// gone.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind lost_request() {
  return {
      .name = "lost-request",
      .summary = "a request is never handled; who awaits it times out at once",
      .told_as = traces::StepKind::kLoseRequest,
      .effect = FaultEffect::kLose,
      .target = [](const Program&, const MessageRef& message) { return message.is_request(); },
  };
}

}  // namespace stalemate::model
