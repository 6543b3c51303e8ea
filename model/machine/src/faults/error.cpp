// error: the server answers that it cannot, and has done nothing; who asked knows that. What nobody awaits is told to
// nobody: that is a lost request. The answer is there at once: a server that takes its time is one whose request is
// still on its way.
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind error() {
  return {
      .name = "error",
      .summary = "a server answers with an error, and nothing is done",
      .told_as = traces::StepKind::kRefuse,
      .effect = FaultEffect::kRefuse,
      .target =
          [](const Program& program, const MessageRef& message) {
            return message.is_request() && program.instructions[message.instruction].awaited;
          },
  };
}

}  // namespace stalemate::model
