// duplicate: a ghost copy of the request is handled, too, before or after the original; nobody gets its reply.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind duplicate() {
  return {
      .name = "duplicate",
      .summary = "a request is handled a second time, at any moment",
      .told_as = traces::StepKind::kDuplicate,
      .effect = FaultEffect::kCopy,
      .target = [](const Program& program,
                   const MessageRef& message) { return message.is_request() && may_come_later(program, message); },
  };
}

}  // namespace stalemate::model
