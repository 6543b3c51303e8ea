// What became of each message of a trace: when it was sent, when it was handled, received or lost, and whether others
// were handled in between. Renderers of message diagrams need it, because a trace tells of steps and not of messages.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::traces::render {

// Steps are counted from 0. "Overtaken": a server handled a request of another session on the way (or, where nobody
// waits for the message, any other), so that drawing it in one place would show a false order.
//
// A message is followed by its identity (MessageId). A copy is a request of its own. A message that a crash takes
// along, or whose operation is cancelled, is lost in that step.
struct RequestFate {
  std::optional<std::size_t> sent;  // of a copy: the step that made it; none: in flight at the start
  std::optional<std::size_t> done;  // the step that handles or loses it; none: drawn as lost, or in flight at the end
  bool lost = false;                // by a fault, or by the diagram itself
  bool overtaken = false;           // or a ghost, or copied: then, too, one place would not show what happened
  bool is_ghost = false;            // at the end: late, a copy, or left by a crash or a cancelled operation
  bool is_copy = false;
  bool was_copied = false;
  MessageId id;
  Request request;
};
struct ReplyFate {
  std::optional<std::size_t> sent;  // the step that handles the request; none: in flight at the start
  std::optional<std::size_t> done;  // the step that receives or loses it; none: at once, or in flight at the end
  bool lost = false;
  bool in_flight_at_end = false;
  bool overtaken = false;
  Reply reply;
  MessageId id;                    // of the request that it replies to
  std::optional<Request> request;  // that one, if known
};
struct Fates {
  std::vector<RequestFate> requests;  // in the order sent
  std::vector<ReplyFate> replies;     // in the order sent

  // The request that step `step` handles or loses, the reply that it sends, and the reply that it receives or loses;
  // null where there is none. What a crash takes along may be several.
  const RequestFate* handled_by(std::size_t step) const;
  const ReplyFate* replied_by(std::size_t step) const;
  const ReplyFate* received_by(std::size_t step) const;
};

Fates find_fates(const Trace& trace);

// Whether `step` ends the work that the message of this identity belongs to: a crash of its app instance, or its
// operation's being cancelled.
bool breaks_off(const Step& step, const MessageId& id);

}  // namespace stalemate::traces::render
