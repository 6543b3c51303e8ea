// A message in flight keeps its operation from the state before, or has the one of the step that sends it. Among
// several alike, the order of a state's messages (oldest first per session) tells which is which.
#include "json_version1.hpp"

#include <algorithm>
#include <vector>

namespace stalemate::traces {
namespace {

bool is_about(const Step& step, const InFlight& message) {
  return message.app == step.app && message.session == step.session && message.operation == step.operation &&
         message.request.arrow == step.arrow && message.is_ghost == step.is_ghost;
}

// What may be in flight after the step: what was, but for a ghost or an asynchronous request that it handles or loses;
// what it sends; and a copy that it makes.
std::vector<InFlight> candidates(const State& before, const Step& step) {
  std::vector<InFlight> found = before.in_flight;
  const auto subject =
      std::find_if(found.begin(), found.end(), [&](const InFlight& message) { return is_about(step, message); });
  const StepEffect effect = facts_of(step.kind).effect;
  const bool is_answered = step.kind == StepKind::kHandle && step.reply.has_value();
  if (subject != found.end()) {
    if (effect == StepEffect::kCopied) {
      const InFlight copy = *subject;
      found.push_back(copy);
    } else if (facts_of(step.kind).ends_request() && !is_answered) {
      found.erase(subject);
    }
  }
  for (const Request& request : step.sends) {
    InFlight sent;
    sent.app = step.app;
    sent.session = step.session;
    sent.operation = step.operation;
    sent.request = request;
    found.push_back(std::move(sent));
  }
  return found;
}

void give_operations(std::vector<InFlight> candidates, const Step& step, State& after) {
  for (InFlight& message : after.in_flight) {
    const auto find = [&](bool same_ghost) {
      return std::find_if(candidates.begin(), candidates.end(), [&](const InFlight& each) {
        return each.app == message.app && each.session == message.session && each.request == message.request &&
               (!same_ghost || each.is_ghost == message.is_ghost);
      });
    };
    auto origin = find(true);
    if (origin == candidates.end()) origin = find(false);
    if (origin == candidates.end()) {
      message.operation = message.app == step.app && message.session == step.session ? step.operation : 1;
      continue;
    }
    message.operation = origin->operation;
    candidates.erase(origin);
  }
}

}  // namespace

void complete_version_1(Trace& trace) {
  for (const Contents& contents : trace.initial.stores) trace.stores.push_back({contents.store, contents.store});
  const State* before = &trace.initial;
  for (Step& step : trace.steps) {
    give_operations(candidates(*before, step), step, step.after);
    before = &step.after;
  }
  number_copies(trace);
}

}  // namespace stalemate::traces
