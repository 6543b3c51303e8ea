// app-restart: an app instance dies as by a crash, and starts again at once: its sessions go on with what comes next in
// their scripts, over new connections, and what its process held is gone. What it had under way is over, and is not
// tried again; of its requests in flight some may yet arrive: on each connection the first few. (While it is down it
// would do nothing, and what it would then not hear could only have reached an empty cache: so nothing is missed by
// starting at once.)
#include "machine/fault.hpp"

namespace stalemate::model {

FaultKind app_restart() {
  return {
      .name = "app-restart",
      .summary = "an app instance dies as by a crash, and starts again: its sessions go on with their next operations",
      .told_as = traces::StepKind::kAppRestart,
      .effect = FaultEffect::kStartAgain,
      .target = [](const Program& program,
                   const MessageRef& message) { return !program.instructions[message.instruction].by; },
      .told_in_store_as = traces::StepKind::kIdleRestart,
  };
}

}  // namespace stalemate::model
