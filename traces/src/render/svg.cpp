// The SVG renderer: writes down what sequence_layout.hpp has laid out. One file that needs nothing else: no scripts, no
// fonts, no references outside; its style is sequence.css. What an element stands for is in its data- attributes, rows
// being counted as in sequence_layout.hpp. A long file: a short function for each kind of thing that is drawn.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "render/entries.hpp"
#include "render/sequence_layout.hpp"
#include "render/text_width.hpp"
#include "render/verdict.hpp"
#include "render/words.hpp"
#include "sequence_style.hpp"

namespace stalemate::traces::render {
namespace {

constexpr int kMargin = 20;
constexpr std::size_t kColours = 8;
constexpr std::string_view kHatched = " fill=\"url(#sequence-hatch)\"";

std::string_view to_string(TextAlign align) {
  return align == TextAlign::kStart ? "start" : align == TextAlign::kMiddle ? "middle" : "end";
}

std::string_view to_string(MessageFate fate) {
  return fate == MessageFate::kArrives ? "arrives" : fate == MessageFate::kLost ? "lost" : "in-flight";
}

std::string_view to_string(NoteKind kind) {
  switch (kind) {
    case NoteKind::kStart:
      return "start";
    case NoteKind::kPlain:
      return "plain";
    case NoteKind::kEnd:
      return "end";
    case NoteKind::kTrouble:
      return "trouble";
  }
  return "?";
}

std::string_view to_string(Rule::Kind kind) {
  switch (kind) {
    case Rule::Kind::kNoReturn:
      return "no-return";
    case Rule::Kind::kViolation:
      return "violation";
    case Rule::Kind::kLoop:
      return "loop";
  }
  return "?";
}

class Svg {
 public:
  Svg(const Trace& trace, const Highlights& highlights) : trace_(trace), layout_(lay_out_sequence(trace, highlights)) {}

  std::string draw() {
    add_row_lines();
    add_bands();
    add_lifelines();
    add_messages();
    add_race();
    add_rules();
    add_values();
    add_captions();
    add_notes();
    add_actors();
    add_step_numbers();
    add_texts();
    add_legend();
    return head() + body_ + "</svg>\n";
  }

 private:
  template <class... Arguments>
  void add(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(body_), format, std::forward<Arguments>(arguments)...);
  }

  void text(std::string_view style, int x, int y, TextAlign align, std::string_view words) {
    if (words.empty()) return;
    add(R"(<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>)", style, x, y, to_string(align),
        xml_escaped(words));
  }

  std::string head() const {
    std::string style;
    for (const embedded::EmbeddedFile& file : embedded::sequence_style()) style += file.text;
    const std::string_view broken = trace_.property;
    const std::string title =
        fmt::format("{}: {} steps, {}", foreign(trace_.protocol.name), trace_.steps.size(),
                    broken.empty() ? "no property is named as broken" : fmt::format("breaking {}", foreign(broken)));
    std::string description;
    for (const std::string& line : verdict_lines(trace_)) description += line + " ";
    description += "The steps:";
    for (std::size_t i = 0; i < trace_.steps.size(); ++i) {
      description += fmt::format(" {}: {}.", i + 1, step_line(trace_, trace_.steps[i]));
    }
    std::string out = fmt::format(
        R"(<svg xmlns="http://www.w3.org/2000/svg" class="sequence" role="img" )"
        R"(aria-labelledby="sequence-title sequence-description" width="{0}" height="{1}" viewBox="0 0 {0} {1}">)"
        "\n",
        layout_.width, height_);
    out += fmt::format("<title id=\"sequence-title\">{}</title>\n", xml_escaped(title));
    out += fmt::format("<desc id=\"sequence-description\">{}</desc>\n", xml_escaped(description));
    out += fmt::format("<style>\n{}</style>\n", xml_escaped(style, XmlPlace::kElement));
    out += R"(<defs><pattern id="sequence-hatch" width="10" height="10" patternUnits="userSpaceOnUse">)"
           R"(<path class="hatch" d="M -2 2 L 2 -2 M 0 10 L 10 0 M 8 12 L 12 8"/></pattern></defs>)"
           "\n";
    out += fmt::format(R"(<rect class="background" x="0" y="0" width="{}" height="{}"/>)"
                       "\n",
                       layout_.width, height_);
    return out;
  }

  void add_row_lines() {
    for (std::size_t row = 0; row < layout_.rows.size(); ++row) {
      const Row& placed = layout_.rows[row];
      add(R"(<path class="row-line" data-row="{}" data-top="{}" data-bottom="{}" d="M {} {} H {}"/>)"
          "\n",
          row, placed.top, placed.bottom, kMargin, placed.top, layout_.width - kMargin);
    }
  }

  // --- the stores

  void add_bands() {
    for (const Segment& segment : layout_.segments) {
      const Track& track = layout_.tracks[segment.track];
      const std::string kind = segment.value          ? fmt::format("value-{}", segment.ordinal % kColours)
                               : segment.word.empty() ? "absent"
                                                      : std::string(kMarkerWord);
      add(R"(<g class="value {}" data-store="{}" data-key="{}" data-value="{}" data-from-row="{}" data-to-row="{}">)",
          kind, layout_.columns[track.column].id, xml_escaped(track.key),
          segment.word.empty() ? value_words(segment.value) : segment.word, segment.first_row, segment.last_row);
      rectangle(track.x, segment.top, track.width, segment.bottom - segment.top, "");
      body_ += "</g>\n";
    }
    for (const Incoherence& span : layout_.incoherences) {
      const Track& track = layout_.tracks[span.track];
      add(R"(<g class="incoherent" data-key="{}" data-from-row="{}" data-to-row="{}">)", xml_escaped(track.key),
          span.first_row, span.last_row);
      rectangle(track.x, span.top, track.width, span.bottom - span.top, kHatched);
      body_ += "</g>\n";
    }
  }

  void add_values() {
    for (const Segment& segment : layout_.segments) {
      const int middle = layout_.tracks[segment.track].x + layout_.tracks[segment.track].width / 2;
      const std::string_view style = segment.value || !segment.word.empty() ? "told" : "told absent";
      const std::string words = segment.value          ? value_words(segment.value)
                                : segment.word.empty() ? "absent"
                                                       : segment.word;
      text(style, middle, segment.top + 16, TextAlign::kMiddle, words);
      if (segment.is_told_again) text(style, middle, segment.bottom - 8, TextAlign::kMiddle, words);
      body_ += '\n';
    }
    for (const Incoherence& span : layout_.incoherences) {
      const int middle = layout_.tracks[span.track].x + layout_.tracks[span.track].width / 2;
      text("told differs", middle, span.remark_y, TextAlign::kMiddle, "≠ " + value_words(span.database));
      body_ += '\n';
    }
  }

  void rectangle(int x, int y, int width, int height, std::string_view more) {
    add(R"(<rect x="{}" y="{}" width="{}" height="{}"{}/>)", x, y, width, std::max(height, 0), more);
  }

  // --- lifelines and arrows

  void add_lifelines() {
    const int top = layout_.boxes_top + layout_.boxes_height;
    for (const Column& column : layout_.columns) {
      add(R"(<path class="lifeline{}" data-column="{}" d="M {} {} V {}"/>)"
          "\n",
          column.is_store ? " store" : "", column.id, column.x, top, column.end.value_or(layout_.lifelines_bottom));
    }
    for (const Activity& activity : layout_.activities) {
      add(R"(<rect class="activity" x="{}" y="{}" width="8" height="{}"/>)"
          "\n",
          layout_.columns[activity.column].x - 4, activity.top, std::max(activity.bottom - activity.top, 0));
    }
    for (const Column& column : layout_.columns) {
      if (!column.end) continue;
      add(R"(<g class="crash" data-column="{}">)", column.id);
      cross({column.x, *column.end});
      body_ += "</g>\n";
    }
  }

  void add_messages() {
    for (const Message& message : layout_.messages) {
      const std::string& app = layout_.columns[message.app].id;
      const std::string& server = layout_.columns[message.server].id;
      const std::string& from = message.is_reply ? server : app;
      const std::string& to = message.is_reply ? app : server;
      add(R"(<g class="message{}{}{}{}{}" data-kind="{}" data-from="{}" data-to="{}" data-from-row="{}" )"
          R"(data-to-row="{}" data-fate="{}">)",
          message.is_reply ? " reply" : "", message.is_awaited ? "" : " unawaited", message.is_ghost ? " ghost" : "",
          message.fate == MessageFate::kLost ? " lost" : "",
          message.fate == MessageFate::kInFlight ? " unfinished" : "", message.is_reply ? "reply" : "request", from, to,
          message.from_row, message.to_row, to_string(message.fate));
      const std::string label = message.label.empty() ? "" : fmt::format(" ({})", message.label);
      add("<title>{}</title>", xml_escaped(fmt::format("{} to {}: {}{}", from, to, message.words, label)));
      const Point end =
          message.fate == MessageFate::kArrives && message.is_awaited ? before_head(message) : message.head;
      add(R"(<path class="line" d="M {} {} L {} {}"/>)", message.tail.x, message.tail.y, end.x, end.y);
      if (message.fate == MessageFate::kArrives) head_of(message);
      if (message.fate == MessageFate::kLost) cross(message.head);
      body_ += "</g>\n";
    }
  }

  // `length` and `side` pixels along and across the message from its head, backwards.
  static Point from_head(const Message& message, int length, int side) {
    const std::int64_t dx = message.head.x - message.tail.x;
    const std::int64_t dy = message.head.y - message.tail.y;
    const std::int64_t size = std::max<std::int64_t>(root(dx * dx + dy * dy), 1);
    const auto rounded = [&](std::int64_t sum) {
      return static_cast<int>(sum >= 0 ? (sum + size / 2) / size : -((-sum + size / 2) / size));
    };
    return {message.head.x - rounded(dx * length - dy * side), message.head.y - rounded(dy * length + dx * side)};
  }

  static Point before_head(const Message& message) { return from_head(message, 9, 0); }

  // The whole part of a square root.
  static std::int64_t root(std::int64_t square) {
    std::int64_t low = 0;
    std::int64_t high = std::int64_t{1} << 31;
    while (low + 1 < high) {
      const std::int64_t middle = (low + high) / 2;
      (middle * middle <= square ? low : high) = middle;
    }
    return low;
  }

  void head_of(const Message& message) {
    const Point left = from_head(message, 11, 5);
    const Point right = from_head(message, 11, -5);
    add(R"(<path class="head" d="M {} {} L {} {} L {} {}{}"/>)", left.x, left.y, message.head.x, message.head.y,
        right.x, right.y, message.is_awaited ? " Z" : "");
  }

  void cross(const Point& at) {
    add(R"(<path class="cross" d="M {} {} L {} {} M {} {} L {} {}"/>)", at.x - 6, at.y - 6, at.x + 6, at.y + 6,
        at.x - 6, at.y + 6, at.x + 6, at.y - 6);
  }

  // --- what is written

  void add_captions() {
    for (const Caption& caption : layout_.captions) {
      if (caption.text.empty() && caption.muted.empty()) continue;
      add(R"(<text class="label{}" data-row="{}" x="{}" y="{}" text-anchor="{}">)", caption.is_warning ? " lost" : "",
          caption.row, caption.at.x, caption.at.y, to_string(caption.align));
      if (!caption.text.empty()) add(R"(<tspan class="words">{}</tspan>)", xml_escaped(caption.text));
      if (!caption.muted.empty()) {
        add(R"(<tspan class="muted"{}>{}</tspan>)", caption.text.empty() ? "" : R"( dx="8")",
            xml_escaped(caption.muted));
      }
      body_ += "</text>\n";
    }
  }

  void add_notes() {
    for (const Note& note : layout_.notes) {
      add(R"(<g class="note {}" data-row="{}" data-column="{}">)", to_string(note.kind), note.row,
          layout_.columns[note.column].id);
      rectangle(note.middle.x - note.width / 2, note.middle.y - 10, note.width, 20, R"( rx="10")");
      text("words", note.middle.x, note.middle.y + 4, TextAlign::kMiddle, note.text);
      body_ += "</g>\n";
    }
  }

  void add_actors() {
    for (const Column& column : layout_.columns) {
      add(R"(<g class="actor" data-column="{}">)", column.id);
      rectangle(column.box_left, layout_.boxes_top, column.box_width, layout_.boxes_height, R"( rx="6")");
      const int middle = column.box_left + column.box_width / 2;
      const int free_height = layout_.boxes_height - 28 - static_cast<int>(column.script.size()) * 15;
      int y = layout_.boxes_top + 19 + free_height / 2;
      text("name", middle, y, TextAlign::kMiddle, column.id);
      for (const std::string& line : column.script) text("script", middle, y += 15, TextAlign::kMiddle, line);
      body_ += "</g>\n";
    }
    for (const Track& track : layout_.tracks) {
      text("key", track.x + track.width / 2, layout_.boxes_top + layout_.boxes_height + 16, TextAlign::kMiddle,
           track.key);
    }
    body_ += '\n';
  }

  void add_step_numbers() {
    for (std::size_t row = 0; row < layout_.rows.size(); ++row) {
      const bool is_step = row > 0 && row + 1 < layout_.rows.size();
      const std::string words = is_step ? fmt::format("{}", row) : row == 0 ? "start" : "end";
      text("step-number", layout_.number_x, layout_.rows[row].top + 20, TextAlign::kEnd, words);
    }
    body_ += '\n';
  }

  void add_race() {
    if (!layout_.racing_rows) return;
    const Row& first = layout_.rows[layout_.racing_rows->first];
    const Row& second = layout_.rows[layout_.racing_rows->second];
    const int x = layout_.bracket_x;
    add(R"(<g class="race" data-first-row="{}" data-second-row="{}"><title>)", layout_.racing_rows->first,
        layout_.racing_rows->second);
    add("The order of steps {} and {} decides.</title>", layout_.racing_rows->first, layout_.racing_rows->second);
    add(R"(<path d="M {} {} H {} V {} H {}"/>)", x + 8, first.anchor.y, x, second.anchor.y, x + 8);
    race_end(first, "race ①");
    race_end(second, "race ②");
    body_ += "</g>\n";
  }

  void race_end(const Row& row, std::string_view words) {
    const int x = layout_.bracket_x + 12;
    add(R"(<path class="guide" d="M {} {} H {}"/>)", x + 50, row.anchor.y, std::max(row.anchor.x - 12, x + 50));
    add(R"(<circle cx="{}" cy="{}" r="11"/>)", row.anchor.x, row.anchor.y);
    text("told", x, row.anchor.y + 4, TextAlign::kStart, words);
  }

  void add_rules() {
    for (const Rule& rule : layout_.rules) {
      add(R"(<g class="rule {}" data-row="{}">)", to_string(rule.kind), rule.row);
      add(R"(<path d="M {} {} H {}"/>)", kMargin, rule.y, layout_.width - kMargin);
      text("told", kMargin, rule.y - 6, TextAlign::kStart, rule.text);
      body_ += "</g>\n";
    }
  }

  void add_texts() {
    text("title", kMargin, kMargin + 14, TextAlign::kStart, layout_.title);
    int y = kMargin + 36;
    for (const std::string& line : layout_.subtitle) {
      text("subtitle", kMargin, y, TextAlign::kStart, line);
      y += 17;
    }
    y = layout_.verdict_top;
    for (std::size_t i = 0; i < layout_.verdict.size(); ++i) {
      text(i == 0 ? "verdict first" : "verdict", kMargin, y, TextAlign::kStart, layout_.verdict[i]);
      y += 19;
    }
    body_ += '\n';
  }

  // --- the legend: what the drawing uses, one item after the other, in as many lines as that takes

  void add_legend() {
    legend_y_ = layout_.legend_top + 8;
    legend_x_ = kMargin;
    const auto& messages = layout_.messages;
    const auto any = [&](auto holds) { return std::any_of(messages.begin(), messages.end(), holds); };
    body_ += "<g class=\"legend\">";
    item(any([](const Message& m) { return !m.is_reply && m.is_awaited; }), "message", true, false, "request");
    item(any([](const Message& m) { return m.is_reply; }), "message reply", true, false, "reply");
    item(any([](const Message& m) { return !m.is_reply && !m.is_awaited; }), "message unawaited", true, false,
         "request whose reply nobody awaits");
    item(any([](const Message& m) { return m.is_ghost; }), "message ghost", true, false,
         "late, a copy, or of an app that crashed: nobody waits for it");
    item(any([](const Message& m) { return m.fate == MessageFate::kLost; }), "message lost", false, true, "lost");
    item(any([](const Message& m) { return m.fate == MessageFate::kInFlight; }), "message unfinished", false, false,
         "still in flight at the end");
    if (std::any_of(layout_.columns.begin(), layout_.columns.end(),
                    [](const Column& c) { return c.end.has_value(); })) {
      const int x = next_item("the app instance crashed");
      body_ += "<g class=\"crash\">";
      cross({x + 14, legend_y_ - 5});
      body_ += "</g>";
    }
    if (!layout_.incoherences.empty()) {
      const int x = next_item("hatched: the cache holds another value than the database (≠)");
      body_ += "<g class=\"incoherent\">";
      rectangle(x, legend_y_ - 12, 28, 14, kHatched);
      body_ += "</g>";
    }
    if (layout_.racing_rows) {
      const int x = next_item("the racing pair: the order of these two steps decides");
      add(R"(<g class="race"><circle cx="{}" cy="{}" r="7"/></g>)", x + 14, legend_y_ - 5);
    }
    body_ += "</g>\n";
    height_ = legend_y_ + kMargin;
  }

  void item(bool is_used, std::string_view style, bool has_head, bool has_cross, std::string_view words) {
    if (!is_used) return;
    const int x = next_item(words);
    Message sample;
    sample.is_awaited = style != "message unawaited";
    sample.tail = {x, legend_y_ - 5};
    sample.head = {x + 28, legend_y_ - 5};
    const int end = has_head && sample.is_awaited ? x + 20 : x + 28;
    add(R"(<g class="{}"><path class="line" d="M {} {} H {}"/>)", style, x, legend_y_ - 5, end);
    if (has_head) head_of(sample);
    if (has_cross) cross({x + 26, legend_y_ - 5});
    body_ += "</g>";
  }

  // Writes the words and says where their picture, 28 pixels wide, begins.
  int next_item(std::string_view words) {
    const int width = 28 + 10 + text_width(words, kSmallFont) * 9 / 10 + 24;  // in a regular weight
    if (legend_x_ > kMargin && legend_x_ + width > layout_.width) {
      legend_x_ = kMargin;
      legend_y_ += 22;
    }
    const int x = legend_x_;
    text("words", x + 38, legend_y_, TextAlign::kStart, words);
    legend_x_ += width;
    return x;
  }

  const Trace& trace_;
  SequenceLayout layout_;
  std::string body_;
  int legend_x_ = 0;
  int legend_y_ = 0;
  int height_ = 0;
};

}  // namespace

std::string as_svg(const Trace& trace, const Highlights& highlights) { return Svg(trace, highlights).draw(); }

}  // namespace stalemate::traces::render
