// Who takes part and what is sent: the fates of the messages (fates.hpp), as rows and columns.
#include <algorithm>
#include <optional>
#include <utility>

#include "render/fates.hpp"
#include "render/sequence_parts.hpp"
#include "render/text_width.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

constexpr int kScriptWidth = 186;

bool has_cache(const Trace& trace) {
  const auto goes_to_cache = [](const Request& request) { return request.to == "cache"; };
  return !trace.initial.cache.empty() || std::any_of(trace.steps.begin(), trace.steps.end(), [&](const Step& step) {
    return is_of_cache(step.kind) || (step.request && goes_to_cache(*step.request)) ||
           std::any_of(step.sends.begin(), step.sends.end(), goes_to_cache);
  });
}

class Messages {
 public:
  Messages(const Trace& trace, SequenceLayout& layout)
      : trace_(trace), layout_(layout), end_row_(trace.steps.size() + 1) {}

  void add() {
    const Fates fates = find_fates(trace_);
    for (const RequestFate& fate : fates.requests) {
      Message message = request_message(fate.request, fate.app, fate.session);
      message.from_row = fate.sent ? *fate.sent + 1 : 0;
      message.to_row = fate.done ? *fate.done + 1 : message.is_drawn_lost ? message.from_row : end_row_;
      message.fate = fate.lost ? MessageFate::kLost : fate.done ? MessageFate::kArrives : MessageFate::kInFlight;
      message.is_ghost = fate.is_ghost;
      message.is_gone = is_gone(fate);
      if (fate.is_copy) message.label = "a copy";
      layout_.messages.push_back(std::move(message));
    }
    for (const ReplyFate& fate : fates.replies) {
      Message message = reply_message(fate.reply, fate.request ? &*fate.request : nullptr, fate.app, fate.session);
      message.from_row = fate.sent ? *fate.sent + 1 : 0;
      message.to_row = fate.done ? *fate.done + 1 : fate.in_flight_at_end ? end_row_ : message.from_row;
      message.fate = fate.lost               ? MessageFate::kLost
                     : fate.in_flight_at_end ? MessageFate::kInFlight
                                             : MessageFate::kArrives;
      message.is_gone = is_gone(fate);
      layout_.messages.push_back(std::move(message));
    }
    add_messages_from_nowhere(fates);
  }

 private:
  template <class Fate>
  bool is_gone(const Fate& fate) const {
    return fate.done && trace_.steps[*fate.done].kind == StepKind::kCrash;
  }

  std::size_t server_column(const Request* request) const {
    const bool is_cache = request != nullptr && request->to == "cache";
    const std::size_t first = layout_.app_count();
    return is_cache && layout_.columns[first].id == "cache" ? first : layout_.columns.size() - 1;
  }

  // Those that a step handles, receives or loses although no step sent them.
  void add_messages_from_nowhere(const Fates& fates) {
    for (std::size_t row = 1; row < end_row_; ++row) {
      const Step& step = trace_.steps[row - 1];
      std::optional<Message> message;
      const bool takes_request = step.kind == StepKind::kHandle || step.kind == StepKind::kLoseRequest;
      if (takes_request && step.request && fates.handled_by(row - 1) == nullptr) {
        message = request_message(*step.request, step.app, step.session);
        message->is_ghost = step.is_ghost;
      } else if (takes_reply(step.kind) && step.reply && fates.received_by(row - 1) == nullptr) {
        message = reply_message(*step.reply, request_of(trace_, step), step.app, step.session);
      }
      if (!message) continue;
      const bool is_lost = step.kind == StepKind::kLoseRequest || step.kind == StepKind::kLoseReply;
      message->fate = is_lost ? MessageFate::kLost : MessageFate::kArrives;
      message->from_row = message->to_row = row;
      layout_.messages.push_back(std::move(*message));
    }
  }

  Message request_message(const Request& request, int app, int session) const {
    Message message;
    message.is_awaited = request.awaited;
    message.is_drawn_lost = request.drawn_lost;
    message.app = layout_.app_column(app, session);
    message.server = server_column(&request);
    message.words = request_words(request);
    message.label = foreign(request.label);
    return message;
  }

  Message reply_message(const Reply& reply, const Request* request, int app, int session) const {
    Message message;
    message.is_reply = true;
    message.app = layout_.app_column(app, session);
    message.server = server_column(request);
    message.words = reply_words(reply);
    return message;
  }

  const Trace& trace_;
  SequenceLayout& layout_;
  std::size_t end_row_;
};

}  // namespace

std::size_t SequenceLayout::app_count() const {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const Column& column) { return !column.is_store; }));
}

std::size_t SequenceLayout::app_column(int app, int session) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& column) { return column.app == app && column.session == session; });
  return static_cast<std::size_t>(found - columns.begin());
}

std::size_t SequenceLayout::column_of(const Step& step) const {
  return is_of_cache(step.kind) ? app_count() : app_column(step.app, step.session);
}

void add_participants(const Trace& trace, SequenceLayout& layout) {
  for (std::size_t i = 0; i < trace.scenario.apps.size(); ++i) {
    const int app = static_cast<int>(i) + 1;
    const std::string& script = trace.scenario.apps[i];
    std::size_t start = 0;
    for (int session = 1; session <= session_count(trace.scenario, app); ++session) {
      const std::size_t end = std::min(script.find('|', start), script.size());
      Column column{.id = actor_name(trace, app, session), .app = app, .session = session};
      column.script = wrapped(foreign(script.substr(start, end - start)), kSmallFont, kScriptWidth, 2);
      layout.columns.push_back(std::move(column));
      start = std::min(end + 1, script.size());
    }
  }
  if (has_cache(trace)) layout.columns.push_back({.id = "cache", .is_store = true});
  layout.columns.push_back({.id = "database", .is_store = true});
}

void add_messages(const Trace& trace, SequenceLayout& layout) { Messages(trace, layout).add(); }

}  // namespace stalemate::traces::render
