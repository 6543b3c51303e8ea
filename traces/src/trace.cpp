// The words of a trace and the small questions asked of one. Pure functions.
#include "traces/trace.hpp"

#include <algorithm>
#include <cstddef>

namespace stalemate::traces {

std::string_view to_string(StepKind kind) {
  switch (kind) {
    case StepKind::kInvoke:
      return "invoke";
    case StepKind::kHandle:
      return "handle";
    case StepKind::kReceive:
      return "receive";
    case StepKind::kLoseRequest:
      return "lose-request";
    case StepKind::kLoseReply:
      return "lose-reply";
    case StepKind::kLateRequest:
      return "late-request";
    case StepKind::kDuplicate:
      return "duplicate";
    case StepKind::kCrash:
      return "crash";
    case StepKind::kEvict:
      return "evict";
    case StepKind::kExpire:
      return "expire";
    case StepKind::kCacheRestart:
      return "cache-restart";
    case StepKind::kCacheFailover:
      return "cache-failover";
  }
  return "?";
}

bool is_fault(StepKind kind) {
  return kind != StepKind::kInvoke && kind != StepKind::kHandle && kind != StepKind::kReceive &&
         kind != StepKind::kExpire;
}

bool is_of_cache(StepKind kind) {
  return kind == StepKind::kEvict || kind == StepKind::kExpire || kind == StepKind::kCacheRestart ||
         kind == StepKind::kCacheFailover;
}

bool takes_reply(StepKind kind) { return kind == StepKind::kReceive || kind == StepKind::kLoseReply; }

std::string_view to_string(Ending::Kind kind) {
  switch (kind) {
    case Ending::Kind::kAcknowledged:
      return "acknowledged";
    case Ending::Kind::kReturned:
      return "returned";
    case Ending::Kind::kFailed:
      return "failed";
  }
  return "?";
}

const State& final_state(const Trace& trace) { return trace.steps.empty() ? trace.initial : trace.steps.back().after; }

int session_count(const Scenario& scenario, int app) {
  if (app < 1 || static_cast<std::size_t>(app) > scenario.apps.size()) return 0;
  const std::string& script = scenario.apps[static_cast<std::size_t>(app) - 1];
  return 1 + static_cast<int>(std::count(script.begin(), script.end(), '|'));
}

std::string actor_name(const Trace& trace, int app, int session) {
  if (app == 0) return "cache";
  std::string name = "app" + std::to_string(app);
  if (session != 1 || session_count(trace.scenario, app) > 1) name += "." + std::to_string(session);
  return name;
}

}  // namespace stalemate::traces
