// lost-reply: the request was handled, but its reply never arrives; the session times out and cannot know. Nobody
// awaits the reply to an asynchronous request, so there is none to lose.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind lost_reply() {
  return {
      .name = "lost-reply",
      .summary = "a request is handled, but its reply never arrives; the session times out and cannot know",
      .told_as = traces::StepKind::kLoseReply,
      .effect = FaultEffect::kLose,
      .target = [](const Program&, const MessageRef& message) { return message.is_reply; },
  };
}

}  // namespace stalemate::model
