// What is written on arrows: above the tail what the message says, at the head that again where the tail is far away,
// or what became of it.
#include "render/sequence_parts.hpp"
#include "render/text_width.hpp"

namespace stalemate::traces::render {
namespace {

class Captions {
 public:
  explicit Captions(SequenceLayout& layout) : layout_(layout) {}

  void add() {
    for (const Message& message : layout_.messages) {
      caption_tail(message);
      caption_head(message);
    }
  }

 private:
  // From `message`'s app to where the first store begins, or from its server back to what stands before it.
  int room(const Message& message) const {
    if (!message.is_reply && !message.is_between_stores) {
      return layout_.columns[layout_.app_count()].x - layout_.columns[message.app].x - 2 * kLabelMargin;
    }
    const Column& server = layout_.columns[message.server];
    const Column* before = message.server == 0 ? nullptr : &layout_.columns[message.server - 1];
    const int left = before == nullptr ? 0 : before->is_store ? before->box_left + before->box_width : before->x;
    return server.x - left - 2 * kLabelMargin;
  }

  void caption_tail(const Message& message) {
    const bool at_server = message.is_reply || message.is_between_stores;
    const int x =
        at_server ? layout_.columns[message.server].x - kLabelMargin : layout_.columns[message.app].x + kLabelMargin;
    Caption caption{.row = message.from_row, .at = {x, message.tail.y - 6}};
    caption.align = at_server ? TextAlign::kEnd : TextAlign::kStart;
    caption.text = fitted(message.words, kFont, room(message));
    caption.muted = fitted(message.label, kSmallFont, room(message) - text_width(caption.text, kFont) - 8);
    layout_.captions.push_back(std::move(caption));
  }

  void caption_head(const Message& message) {
    if (message.fate == MessageFate::kArrives && !message.is_long()) return;
    if (message.is_between_stores) {
      if (message.fate == MessageFate::kArrives) return;
      Caption caption{.row = message.to_row, .at = {message.head.x - 16, message.head.y + 5}};
      caption.align = TextAlign::kEnd;
      (message.fate == MessageFate::kLost ? caption.text : caption.muted) = end_words(message);
      caption.is_warning = message.fate == MessageFate::kLost;
      layout_.captions.push_back(std::move(caption));
      return;
    }
    Caption caption{.row = message.to_row, .at = message.head};
    const int app = layout_.columns[message.app].x;
    const int server = layout_.columns[message.server].x;
    int space = 0;
    if (message.fate == MessageFate::kArrives) {
      caption.at = {message.is_reply ? app + kLabelMargin : server - kLabelMargin, message.head.y + 16};
      caption.align = message.is_reply ? TextAlign::kStart : TextAlign::kEnd;
      caption.muted = message.words;
      space = message.is_reply ? server - app - 2 * kLabelMargin : gap_before(message.server);
    } else if (message.fate == MessageFate::kLost) {
      caption.is_warning = true;
      caption.align = message.is_reply ? TextAlign::kEnd : TextAlign::kStart;
      caption.at.x += message.is_reply ? -16 : 16;
      caption.at.y += 5;
      caption.text = end_words(message);
    } else {
      caption.align = message.is_reply ? TextAlign::kStart : TextAlign::kEnd;
      caption.at.x += message.is_reply ? 10 : -10;
      caption.at.y += 14;
      caption.muted = end_words(message);
      space = message.is_reply ? server - caption.at.x - kLabelMargin : caption.at.x - app - kLabelMargin;
    }
    caption.muted = fitted(caption.muted, kSmallFont, space);
    layout_.captions.push_back(std::move(caption));
  }

  int gap_before(std::size_t server) const {
    Message reply;
    reply.is_reply = true;
    reply.server = server;
    return room(reply);
  }

  SequenceLayout& layout_;
};

}  // namespace

std::string end_words(const Message& message) {
  if (message.fate == MessageFate::kInFlight) return message.words + ": still in flight";
  if (message.is_gone) return message.is_reply ? "nobody is there" : "never arrives";
  return message.is_drawn_lost ? "lost, as drawn" : "lost";
}

void add_captions(SequenceLayout& layout) { Captions(layout).add(); }

}  // namespace stalemate::traces::render
