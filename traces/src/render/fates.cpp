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
    if (carries_out(step.kind) && (!is_awaited || step.app != app || step.session != session)) return true;
  }
  return false;
}

bool is_under_way(const RequestFate& fate) { return !fate.done && !fate.request.drawn_lost; }

// The request that a step is about, of those under way; null where none is known.
RequestFate* subject_of(const Step& step, Fates& fates) {
  const auto found = std::find_if(fates.requests.begin(), fates.requests.end(), [&](const RequestFate& fate) {
    return is_under_way(fate) && fate.id == id_of(step);
  });
  return found == fates.requests.end() ? nullptr : &*found;
}

bool breaks_any_off(const Step& step) {
  const StepKindFacts& facts = facts_of(step.kind);
  return facts.ends_process() || facts.effect == StepEffect::kBrokenOff;
}

// What of it is still in flight is a ghost from now on; the rest is lost.
void break_off(const Step& step, std::size_t index, Fates& fates) {
  for (RequestFate& fate : fates.requests) {
    if (!is_under_way(fate) || !breaks_off(step, fate.id) || !fate.request.from.empty()) continue;
    if (find_message(step.after, fate.id) != nullptr) {
      fate.is_ghost = true;
    } else {
      fate.done = index;
      fate.lost = true;
    }
  }
}

// A store that starts again forgets what it was about to send, and to be sent.
void forget_work(const Step& step, std::size_t index, Fates& fates) {
  for (RequestFate& fate : fates.requests) {
    if (!is_under_way(fate) || fate.request.from.empty() || find_message(step.after, fate.id) != nullptr) continue;
    fate.done = index;
    fate.lost = true;
  }
}

void follow_subject(const Trace& trace, std::size_t index, Fates& fates) {
  const Step& step = trace.steps[index];
  RequestFate* subject = subject_of(step, fates);
  if (subject == nullptr) return;
  switch (facts_of(step.kind).effect) {
    case StepEffect::kLate:
      subject->is_ghost = true;
      return;
    case StepEffect::kCopied: {
      subject->was_copied = true;
      RequestFate copy = *subject;
      copy.sent = index;
      copy.is_ghost = copy.is_copy = true;
      copy.was_copied = false;
      copy.id = copy_made(step);
      fates.requests.push_back(copy);
      return;
    }
    default:
      subject->done = index;
      subject->lost = facts_of(step.kind).effect == StepEffect::kLost;
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
    fate.id = id_of(message);
    fates.requests.push_back(fate);
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    if (breaks_any_off(step))
      break_off(step, i, fates);
    else if (is_of_store(step.kind))
      forget_work(step, i, fates);
    else if (step.request)
      follow_subject(trace, i, fates);
    for (const Request& request : step.sends) {
      RequestFate fate;
      fate.sent = i;
      fate.request = request;
      fate.lost = request.drawn_lost;
      fate.id = id_of(step, request);
      if (step.is_ghost) {
        fate.is_ghost = true;
        fate.id = latest_copy(step.after, fate.id);
      }
      fates.requests.push_back(fate);
    }
  }
  for (RequestFate& fate : fates.requests)
    fate.overtaken = fate.overtaken || (!fate.lost && (fate.is_ghost || fate.was_copied));
}

// The request that was sent as that.
const RequestFate* asked_as(const Fates& fates, const MessageId& id) {
  const auto found = std::find_if(fates.requests.begin(), fates.requests.end(),
                                  [&](const RequestFate& fate) { return fate.id == id; });
  return found == fates.requests.end() ? nullptr : &*found;
}

bool reply_in_flight(const Step& handled) {
  const InFlight* const message = find_message(handled.after, id_of_reply(handled));
  return message != nullptr && message->is_reply;
}

// The step from `first` on that takes the reply, or the crash of the app instance that awaits it.
void follow_reply(const Trace& trace, std::size_t first, ReplyFate& fate) {
  for (std::size_t i = first; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    const bool takes = takes_reply(step.kind) && id_of(step) == fate.id;
    if (!takes && !breaks_off(step, fate.id)) continue;
    fate.done = i;
    fate.lost = is_fault(step.kind);
    fate.overtaken = !fate.lost && others_handled(trace, first, i, fate.id.app, fate.id.session, true);
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
    fate.id = id_of(message);
    follow_reply(trace, 0, fate);
    fates.replies.push_back(fate);
  }
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& handled = trace.steps[i];
    if (!carries_out(handled.kind) || !handled.reply) continue;
    ReplyFate fate;
    fate.sent = i;
    fate.reply = *handled.reply;
    fate.request = handled.request;
    fate.id = id_of_reply(handled);
    if (handled.answers != 0)
      if (const RequestFate* asked = asked_as(fates, fate.id)) fate.request = asked->request;
    if (reply_in_flight(handled)) follow_reply(trace, i + 1, fate);
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

bool breaks_off(const Step& step, const MessageId& id) {
  const StepKindFacts& facts = facts_of(step.kind);
  if (facts.ends_process()) return id.app == step.app;
  return facts.effect == StepEffect::kBrokenOff && id == id_of(step);
}

Fates find_fates(const Trace& trace) {
  Fates fates;
  add_requests(trace, fates);
  add_replies(trace, fates);
  return fates;
}

}  // namespace stalemate::traces::render
