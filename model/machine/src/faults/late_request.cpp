// late-request: the session stops waiting, and the request, a ghost from now on, is handled at any later moment. Nobody
// waits for an asynchronous one: it is overtaken by what is sent later.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind late_request() {
  return {
      .name = "late-request",
      .summary = "the session times out, and the request is handled at any later moment",
      .told_as = traces::StepKind::kLateRequest,
      .effect = FaultEffect::kDelay,
      .target = [](const Program& program,
                   const MessageRef& message) { return message.is_request() && may_come_later(program, message); },
  };
}

}  // namespace stalemate::model
