// crash: an app instance dies while one of its operations awaits a message, or something that nobody waits for is still
// under way. What its process held is gone, it starts nothing more, and of its requests in flight some may yet arrive:
// on each connection the first few.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind crash() {
  return {
      .name = "crash",
      .summary = "an app instance dies during an operation; requests it has in flight may still be handled",
      .told_as = traces::StepKind::kCrash,
      .effect = FaultEffect::kCrash,
      .target = [](const Program& program,
                   const MessageRef& message) { return !program.instructions[message.instruction].by; },
  };
}

}  // namespace stalemate::model
