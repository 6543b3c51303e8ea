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

class Messages {
 public:
  Messages(const Trace& trace, SequenceLayout& layout)
      : trace_(trace), layout_(layout), end_row_(trace.steps.size() + 1) {}

  void add() {
    const Fates fates = find_fates(trace_);
    for (const RequestFate& fate : fates.requests) {
      Message message = request_message(fate.request, fate.id.app, fate.id.session);
      message.from_row = fate.sent ? *fate.sent + 1 : 0;
      message.to_row = fate.done ? *fate.done + 1 : message.is_drawn_lost ? message.from_row : end_row_;
      message.fate = fate.lost ? MessageFate::kLost : fate.done ? MessageFate::kArrives : MessageFate::kInFlight;
      message.is_ghost = fate.is_ghost;
      message.is_gone = is_gone(fate);
      if (fate.is_copy) message.label = "a copy";
      layout_.messages.push_back(std::move(message));
    }
    for (const ReplyFate& fate : fates.replies) {
      Message message =
          reply_message(fate.reply, fate.request ? &*fate.request : nullptr, fate.id.app, fate.id.session);
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
    return fate.done && breaks_off(trace_.steps[*fate.done], fate.id);
  }

  std::size_t server_column(const Request* request) const {
    return request == nullptr ? layout_.columns.size() - 1 : store_column(request->to);
  }

  std::size_t store_column(const std::string& name) const {
    for (std::size_t i = layout_.app_count(); i < layout_.columns.size(); ++i)
      if (layout_.columns[i].id == name) return i;
    return layout_.columns.size() - 1;
  }

  // Those that a step handles, receives or loses although no step sent them.
  void add_messages_from_nowhere(const Fates& fates) {
    for (std::size_t row = 1; row < end_row_; ++row) {
      const Step& step = trace_.steps[row - 1];
      std::optional<Message> message;
      const StepKindFacts& facts = facts_of(step.kind);
      const bool takes_request = facts.about == StepAbout::kRequest && facts.ends_request();
      if (takes_request && step.request && fates.handled_by(row - 1) == nullptr) {
        message = request_message(*step.request, step.app, step.session);
        message->is_ghost = step.is_ghost;
      } else if (takes_reply(step.kind) && step.reply && fates.received_by(row - 1) == nullptr) {
        message = reply_message(*step.reply, request_of(trace_, step), step.app, step.session);
      }
      if (!message) continue;
      message->fate = facts.effect == StepEffect::kLost ? MessageFate::kLost : MessageFate::kArrives;
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
    if (request.from.empty()) return message;
    const std::size_t sender = store_column(request.from);
    message.is_reply = message.server < sender;
    message.app = std::min(sender, message.server);
    message.server = std::max(sender, message.server);
    message.label.clear();
    message.is_between_stores = true;
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
  if (!is_of_store(step.kind)) return app_column(step.app, step.session);
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& column) { return column.id == step.store; });
  return static_cast<std::size_t>(found - columns.begin());
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
  for (const Store& store : trace.stores) layout.columns.push_back({.id = store.name, .is_store = true});
}

void add_messages(const Trace& trace, SequenceLayout& layout) { Messages(trace, layout).add(); }

}  // namespace stalemate::traces::render
