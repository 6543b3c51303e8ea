// Follows every message of a trace from step to step. A session's requests to one arrow are handled in the order sent.
#include "render/fates.hpp"

#include <algorithm>
#include <cstdint>

namespace stalemate::traces::render {
namespace {

// Whether a server handles a request of another session (or, where nobody waits for the message, any other) in the
// steps strictly between `from` and `to`; `from` may be -1, which the caller says by `first` = 0.
bool others_handled(const Trace& trace, std::size_t first, std::size_t to, int app, int session, bool is_awaited) {
  for (std::size_t i = first; i < to; ++i) {
    const Step& step = trace.steps[i];
    if (step.kind == StepKind::kHandle && (!is_awaited || step.app != app || step.session != session)) return true;
  }
  return false;
}

bool is_under_way(const RequestFate& fate) { return !fate.done && !fate.request.drawn_lost; }

// The request that a step is about, of those under way; null where none is known.
RequestFate* subject_of(const Step& step, Fates& fates) {
  const auto found = std::find_if(fates.requests.begin(), fates.requests.end(), [&](const RequestFate& fate) {
    const bool may_be_its = !step.is_ghost || fate.operation == 0 || fate.operation == step.operation;
    return is_under_way(fate) && fate.is_ghost == step.is_ghost && may_be_its && fate.app == step.app &&
           fate.session == step.session && fate.request.arrow == step.arrow;
  });
  return found == fates.requests.end() ? nullptr : &*found;
}

// What of a crashed app instance may yet arrive is a ghost from now on; the rest is lost. Ghosts stay what they are.
void crash(const Step& step, std::size_t index, Fates& fates) {
  std::vector<const InFlight*> arriving;
  for (const InFlight& message : step.after.in_flight)
    if (message.is_ghost && message.app == step.app) arriving.push_back(&message);
  for (const bool were_ghosts : {true, false}) {
    for (RequestFate& fate : fates.requests) {
      if (!is_under_way(fate) || fate.app != step.app || fate.is_ghost != were_ghosts) continue;
      const auto found = std::find_if(arriving.begin(), arriving.end(), [&](const InFlight* message) {
        return message->session == fate.session && message->request == fate.request;
      });
      if (found == arriving.end()) {
        fate.done = index;
        fate.lost = true;
      } else {
        fate.is_ghost = true;
        arriving.erase(found);
      }
    }
  }
}

void follow_subject(const Trace& trace, std::size_t index, Fates& fates) {
  const Step& step = trace.steps[index];
  RequestFate* subject = subject_of(step, fates);
  if (subject == nullptr) return;
  if (step.kind == StepKind::kLateRequest) {
    subject->is_ghost = true;
  } else if (step.kind == StepKind::kDuplicate) {
    subject->was_copied = true;
    RequestFate copy = *subject;
    copy.sent = index;
    copy.is_ghost = copy.is_copy = true;
    copy.was_copied = false;
    fates.requests.push_back(copy);
  } else {
    subject->done = index;
    subject->lost = step.kind == StepKind::kLoseRequest;
    subject->overtaken = others_handled(trace, subject->sent ? *subject->sent + 1 : 0, index, step.app, step.session,
                                        subject->request.awaited);
  }
}

void add_requests(const Trace& trace, Fates& fates) {
  for (const InFlight& message : trace.initial.in_flight) {
    if (message.is_reply) continue;
    RequestFate fate;
    fate.request = message.request;
    fate.is_ghost = message.is_ghost;
    fate.app = message.app;
    fate.session = message.session;
    fates.requests.push_back(fate);
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (step.kind == StepKind::kCrash)
      crash(step, i, fates);
    else if (step.request)
      follow_subject(trace, i, fates);
    for (const Request& request : step.sends) {
      RequestFate fate;
      fate.sent = i;
      fate.request = request;
      fate.lost = request.drawn_lost;
      fate.app = step.app;
      fate.session = step.session;
      fate.operation = step.operation;
      fates.requests.push_back(fate);
    }
  }
  for (RequestFate& fate : fates.requests)
    fate.overtaken = fate.overtaken || (!fate.lost && (fate.is_ghost || fate.was_copied));
}

bool reply_in_flight(const State& state, const Step& handled) {
  return std::any_of(state.in_flight.begin(), state.in_flight.end(), [&](const InFlight& message) {
    return message.is_reply && message.app == handled.app && message.session == handled.session &&
           message.request.arrow == handled.arrow;
  });
}

// The step from `first` on that takes the reply to request `arrow`, or the crash of the app instance that awaits it.
void follow_reply(const Trace& trace, std::size_t first, int arrow, ReplyFate& fate) {
  for (std::size_t i = first; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    const bool takes = takes_reply(step.kind) && step.session == fate.session && step.arrow == arrow;
    if (step.app != fate.app || !(takes || step.kind == StepKind::kCrash)) continue;
    fate.done = i;
    fate.lost = is_fault(step.kind);
    fate.overtaken = !fate.lost && others_handled(trace, first, i, fate.app, fate.session, true);
    return;
  }
  fate.in_flight_at_end = true;
}

void add_replies(const Trace& trace, Fates& fates) {
  for (const InFlight& message : trace.initial.in_flight) {
    if (!message.is_reply || !message.reply) continue;
    ReplyFate fate;
    fate.reply = *message.reply;
    fate.request = message.request;
    fate.app = message.app;
    fate.session = message.session;
    follow_reply(trace, 0, message.request.arrow, fate);
    fates.replies.push_back(fate);
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& handled = trace.steps[i];
    if (handled.kind != StepKind::kHandle || !handled.reply) continue;
    ReplyFate fate;
    fate.sent = i;
    fate.reply = *handled.reply;
    fate.request = handled.request;
    fate.app = handled.app;
    fate.session = handled.session;
    if (reply_in_flight(handled.after, handled)) follow_reply(trace, i + 1, handled.arrow, fate);
    fates.replies.push_back(fate);
  }
}

}  // namespace

const RequestFate* Fates::handled_by(std::size_t step) const {
  const auto found =
      std::find_if(requests.begin(), requests.end(), [&](const RequestFate& fate) { return fate.done == step; });
  return found == requests.end() ? nullptr : &*found;
}

const ReplyFate* Fates::replied_by(std::size_t step) const {
  const auto found = std::find_if(replies.begin(), replies.end(), [&](const ReplyFate& f) { return f.sent == step; });
  return found == replies.end() ? nullptr : &*found;
}

const ReplyFate* Fates::received_by(std::size_t step) const {
  const auto found = std::find_if(replies.begin(), replies.end(), [&](const ReplyFate& f) { return f.done == step; });
  return found == replies.end() ? nullptr : &*found;
}

Fates find_fates(const Trace& trace) {
  Fates fates;
  add_requests(trace, fates);
  add_replies(trace, fates);
  return fates;
}

}  // namespace stalemate::traces::render
