// The layout, in this order: who takes part and what is sent; the rows and their slots, top down; then the columns, as
// wide as what stands between them; then all that hangs on both. A long file, because each of these looks at the
// others.
#include "render/sequence_layout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "render/sequence_parts.hpp"
#include "render/text_width.hpp"
#include "render/verdict.hpp"
#include "render/words.hpp"

namespace stalemate::traces::render {
namespace {

constexpr int kMargin = 20;
constexpr int kWidthMin = 700;
constexpr int kRowPadding = 8;
constexpr int kRowHeightMin = 48;  // two values, one below the other, and room below them
constexpr int kNoteSlot = 26;
constexpr int kLineHeight = 19;
constexpr int kTrackGap = 6;
constexpr int kTrackMargin = 16;  // from a store's lifeline to its first track
constexpr int kBetweenHead = 46;  // from a store's lifeline to where a message between stores is lost

class Layout {
 public:
  Layout(const Trace& trace, const Highlights& highlights)
      : trace_(trace), highlights_(highlights), keys_(shown_keys(trace)), end_row_(trace.steps.size() + 1) {}

  SequenceLayout lay_out() {
    add_participants(trace_, out_);
    app_count_ = out_.app_count();
    add_messages(trace_, out_);
    find_ends();
    place_head();
    place_rows();
    place_columns();
    place_arrows();
    add_captions(out_);
    place_notes_and_anchors();
    place_activities();
    add_values(trace_, out_);
    place_foot();
    return std::move(out_);
  }

 private:
  const Step& step_of(std::size_t row) const { return trace_.steps[row - 1]; }

  void find_ends() {
    for (std::size_t i = 0; i < out_.messages.size(); ++i) {
      departures_[out_.messages[i].from_row].push_back(i);
      if (!out_.messages[i].is_drawn_lost) arrivals_[out_.messages[i].to_row].push_back(i);
    }
  }

  using Ends = std::map<std::size_t, std::vector<std::size_t>>;  // messages, by row
  static std::vector<std::size_t> at_row(const Ends& ends, std::size_t row) {
    const auto found = ends.find(row);
    return found == ends.end() ? std::vector<std::size_t>() : found->second;
  }

  // --- rows, top down; y only

  void place_head() {
    out_.title = foreign(trace_.protocol.name);
    y_ = kMargin + 22;
    out_.subtitle = wrapped(scenario_words(trace_.scenario), kSmallFont, kWidthMin - 2 * kMargin, 3);
    out_.boxes_top = y_ + static_cast<int>(out_.subtitle.size()) * 17 + 14;
    std::size_t lines = 0;
    for (const Column& column : out_.columns) lines = std::max(lines, column.script.size());
    out_.boxes_height = 28 + static_cast<int>(lines) * 15;
    y_ = out_.boxes_top + out_.boxes_height + 24;  // the tracks' keys
  }

  void place_rows() {
    out_.rows.resize(end_row_ + 1);
    for (std::size_t row = 0; row <= end_row_; ++row) {
      Row& placed = out_.rows[row];
      placed.top = y_;
      if (row == 0 || row == end_row_) {
        placed.anchor.y = y_ + kRowPadding + 8;
        y_ += row == 0 ? kRowPadding : 0;
      }
      y_ += kRowPadding;
      place_slots(row);
      y_ = std::max(y_ + kRowPadding, placed.top + kRowHeightMin);
      placed.bottom = y_;
      place_rules(row);
    }
    out_.lifelines_bottom = y_;
  }

  void place_slots(std::size_t row) {
    const Step* step = row == 0 || row == end_row_ ? nullptr : &step_of(row);
    if (step != nullptr && step->kind == StepKind::kInvoke) {
      add_note(row, NoteKind::kStart, "starts " + operation_words(*step) + chosen_words(*step));
    }
    for (const std::size_t i : at_row(departures_, row)) {
      if (out_.messages[i].is_within_a_row() && !is_answer(i, step)) depart(out_.messages[i]);
    }
    for (const std::size_t i : at_row(arrivals_, row)) {
      if (!is_answer(i, step)) arrive(out_.messages[i]);
    }
    for (const std::size_t i : at_row(departures_, row)) {
      Message& message = out_.messages[i];
      if (!message.is_reply) continue;
      if (!message.is_within_a_row() || is_answer(i, step)) depart(message);
      if (is_answer(i, step)) arrive(message);
    }
    if (step != nullptr) add_middle_notes(row, *step);
    for (const std::size_t i : at_row(departures_, row)) {
      Message& message = out_.messages[i];
      if (message.is_reply || message.is_within_a_row()) continue;
      depart(message);
      if (message.is_drawn_lost && message.is_awaited) add_note(row, NoteKind::kTrouble, "times out");
    }
    if (step == nullptr) return;
    for (const Ending& ending : step->endings) {
      add_note(row, ending.kind == Ending::Kind::kFailed ? NoteKind::kTrouble : NoteKind::kEnd, ending_words(ending));
    }
  }

  // A reply that arrives in the very step that sends it: after the request it answers.
  bool is_answer(std::size_t message, const Step* step) const {
    const Message& reply = out_.messages[message];
    return reply.is_reply && reply.is_within_a_row() && step != nullptr && carries_out(step->kind);
  }

  void add_middle_notes(std::size_t row, const Step& step) {
    const bool awaited = !step.request || step.request->awaited;
    const StepKindFacts& facts = facts_of(step.kind);
    if (facts.times_out() && awaited) add_note(row, NoteKind::kTrouble, "times out");
    if (step.kind == StepKind::kGiveUp) add_note(row, NoteKind::kTrouble, "gets no answer: times out");
    if (facts.effect == StepEffect::kCopied) add_note(row, NoteKind::kTrouble, "sent twice");
    if (facts.effect == StepEffect::kRefused) add_note(row, NoteKind::kTrouble, "gets an error");
    if (facts.effect == StepEffect::kBrokenOff) add_note(row, NoteKind::kTrouble, "is cancelled");
    if (facts.ends_process()) crash(row, step);
    if (facts.of_store) {
      add_note(row, facts.is_fault() ? NoteKind::kTrouble : NoteKind::kPlain, store_event_words(step));
    }
    const std::string chosen = foreign(step.chosen);
    if (step.kind != StepKind::kInvoke && !chosen.empty()) add_note(row, NoteKind::kPlain, "branch: " + chosen);
  }

  void add_note(std::size_t row, NoteKind kind, std::string text) {
    place_note(row, kind, out_.column_of(step_of(row)), std::move(text));
    y_ += kNoteSlot;
  }

  void place_note(std::size_t row, NoteKind kind, std::size_t column, std::string text) {
    Note note{.kind = kind, .row = row, .column = column, .text = std::move(text)};
    note.middle.y = y_ + kNoteSlot / 2;
    out_.notes.push_back(std::move(note));
  }

  // All sessions of an app instance end side by side, or break off.
  void crash(std::size_t row, const Step& step) {
    for (std::size_t i = 0; i < app_count_; ++i) {
      if (out_.columns[i].app != step.app) continue;
      const bool ends = facts_of(step.kind).effect == StepEffect::kDies;
      place_note(row, NoteKind::kTrouble, i, ends ? "crashes" : "starts again");
      if (ends && !out_.columns[i].end) out_.columns[i].end = y_ + kNoteSlot + 4;
    }
    y_ += kNoteSlot + 12;
  }

  // What is written on an arrow stands above its tail.
  void depart(Message& message) {
    message.tail.y = y_ + 20;
    y_ += 24;
    if (!message.is_drawn_lost) return;
    message.head.y = message.tail.y + 12;
    y_ += 22;
  }

  void arrive(Message& message) {
    const bool is_told_again = message.is_long();
    message.head.y = y_ + kFirstArrival - kRowPadding;
    y_ += 10;
    if (message.fate == MessageFate::kLost || message.fate == MessageFate::kInFlight) {
      message.head.y += 4;
      y_ += 16;
    } else if (is_told_again) {
      y_ += 18;
    }
  }

  void place_rules(std::size_t row) {
    const auto add = [&](Rule::Kind kind, const std::string& text) {
      out_.rules.push_back({.kind = kind, .row = row, .text = text, .y = y_ + 20});
      y_ += 28;
    };
    if (trace_.loop == row && row + 1 < end_row_) add(Rule::Kind::kLoop, "from here on " + loop_words(trace_));
    if (row == 0 || row == end_row_) return;
    std::string broken;
    for (const std::string& property : step_of(row).violates)
      broken += (broken.empty() ? "" : ", ") + foreign(property);
    if (!broken.empty()) add(Rule::Kind::kViolation, fmt::format("step {} breaks {}", row, broken));
    if (highlights_.point_of_no_return == row - 1) {
      add(Rule::Kind::kNoReturn,
          fmt::format("point of no return: without another write, no run goes well after step {}", row));
    }
  }

  // --- columns; x only

  void place_columns() {
    const bool has_race = highlights_.racing_pair && highlights_.racing_pair->first < trace_.steps.size() &&
                          highlights_.racing_pair->second < trace_.steps.size();
    if (has_race) {
      out_.racing_rows = RacingPair{highlights_.racing_pair->first + 1, highlights_.racing_pair->second + 1};
    }
    out_.number_x = kMargin + 34;
    out_.bracket_x = out_.number_x + 14;
    const int gutter = has_race ? out_.bracket_x + 62 : out_.number_x + 14;
    const int spacing = app_spacing();
    int x = gutter + spacing / 2;
    for (std::size_t i = 0; i < app_count_; ++i) {
      Column& column = out_.columns[i];
      column.x = x;
      column.box_left = x - spacing / 2 + 6;
      column.box_width = spacing - 12;
      x += spacing;
    }
    int right = app_count_ == 0 ? gutter : x - spacing;
    int gap_min = 130;
    for (std::size_t i = app_count_; i < out_.columns.size(); ++i) {
      Column& column = out_.columns[i];
      column.x = right + std::clamp(gap_needed(i, i == app_count_), gap_min, 330);
      right = place_tracks(i);
      column.box_left = column.x - 12;
      column.box_width = right - column.box_left;
      gap_min = 96;
    }
    out_.width = std::max(right + kMargin, kWidthMin);
  }

  static constexpr int kAppSpacingMax = 210;
  static constexpr int kCacheNoteMax = 300;

  int app_spacing() const {
    int wanted = 0;
    for (const Note& note : out_.notes)
      if (note.column < app_count_) wanted = std::max(wanted, text_width(note.text, kSmallFont) + 16);
    for (std::size_t i = 0; i < app_count_; ++i) {
      wanted = std::max(wanted, text_width(out_.columns[i].id, kFont));
      for (const std::string& line : out_.columns[i].script) wanted = std::max(wanted, text_width(line, kSmallFont));
    }
    return std::clamp(wanted + 22, 112, kAppSpacingMax);
  }

  // Between the column before `server` and it: what is written there must have room.
  int gap_needed(std::size_t server, bool is_first) const {
    int needed = 0;
    for (const Note& note : out_.notes)
      if (note.column == server) needed = std::max(needed, text_width(note.text, kSmallFont) + 16 + 2 * kLabelMargin);
    const int last_app_x = app_count_ == 0 ? 0 : out_.columns[app_count_ - 1].x;
    for (const Message& message : out_.messages) {
      const int words = text_width(message.words, kFont) + 2 * kLabelMargin;
      if (message.server == server && (message.is_reply || message.is_long() || message.is_between_stores))
        needed = std::max(needed, words);
      if (message.server == server && message.is_between_stores && message.fate != MessageFate::kArrives)
        needed = std::max(needed, text_width(end_words(message), kFont) + kBetweenHead + 2 * kLabelMargin);
      if (!is_first || message.is_between_stores) continue;
      const int way = last_app_x - out_.columns[message.app].x;
      if (message.fate != MessageFate::kArrives) {
        // From half of the way on, or up to three quarters of it.
        const int said = text_width(end_words(message), kFont) + 2 * kLabelMargin;
        needed = std::max(needed, (message.fate == MessageFate::kLost ? said * 2 : said * 4 / 3) - way);
      }
      if (message.is_reply) continue;
      const int label = message.label.empty() ? 0 : text_width(message.label, kSmallFont) + 8;
      needed = std::max(needed, words + label - way);
    }
    return needed;
  }

  // Where they end.
  int place_tracks(std::size_t server) {
    int x = out_.columns[server].x + kTrackMargin;
    const int width = track_width(out_.columns[server].id);
    for (const std::string& key : keys_) {
      if (entry_words(trace_.initial, out_.columns[server].id, key).empty()) continue;  // it keeps none of that
      out_.tracks.push_back({.column = server, .key = key, .x = x, .width = width});
      x += width + kTrackGap;
    }
    return std::max(x - kTrackGap, out_.columns[server].x + 80);
  }

  // Beside what a cache holds stands, where it differs, what the database does.
  int track_width(const std::string& store) const {
    int text = text_width("absent", kSmallFont);
    const auto consider = [&](const State& state) {
      for (const std::string& key : keys_) {
        text = std::max(text, text_width(word_of(state, store, key), kSmallFont));
        for (const Store& other : trace_.stores) {
          const std::string told = value_words(value_of(state, other.name, key));
          if (other.name == store) text = std::max(text, text_width(told, kSmallFont));
          if (other.kind == "database" && is_cache(trace_, store))
            text = std::max(text, text_width("≠ " + told, kSmallFont));
        }
      }
    };
    consider(trace_.initial);
    for (const Step& step : trace_.steps) consider(step.after);
    return std::max(text + 10, 60);
  }

  // --- arrows

  void place_arrows() {
    for (Message& message : out_.messages) {
      const int app = out_.columns[message.app].x;
      const int server = out_.columns[message.server].x;
      message.tail.x = message.is_reply ? server - 2 : app + 5;
      if (message.is_between_stores && message.fate != MessageFate::kArrives) {
        message.head.x = server - kBetweenHead;
      } else if (message.fate == MessageFate::kArrives) {
        message.head.x = message.is_reply ? app + 6 : server - 3;
      } else if (message.fate == MessageFate::kLost) {
        message.head.x = clear_of_lifelines((app + server) / 2);
      } else {
        const int way = out_.columns[app_count_].x - app;
        message.head.x = clear_of_lifelines(app + (message.is_reply ? way / 4 : way * 3 / 4));
      }
    }
  }

  // A place near `x` where there is room for a few words.
  int clear_of_lifelines(int x) const {
    for (std::size_t i = 0; i < app_count_; ++i) {
      if (std::abs(x - out_.columns[i].x) < 20) x = out_.columns[i].x + 24;
    }
    const Column& first = out_.columns[app_count_];
    const int right = first.box_left + first.box_width;
    const bool is_among_values = x > first.x && x < right + 60;
    return is_among_values ? first.x - 110 : x;
  }

  // --- what hangs on the columns and rows

  void place_notes_and_anchors() {
    const int width_max = app_spacing() - 10;
    for (Note& note : out_.notes) {
      const bool is_app = note.column < app_count_;
      note.text = fitted(note.text, kSmallFont, (is_app ? width_max : kCacheNoteMax) - 16);
      note.width = text_width(note.text, kSmallFont) + 16;
      note.middle.x = out_.columns[note.column].x - (is_app ? 0 : kLabelMargin / 2 + note.width / 2);
    }
    for (std::size_t row = 1; row < end_row_; ++row) out_.rows[row].anchor = anchor_of(row);
  }

  // Where its message arrives or is lost; of an invoke, where it sends.
  Point anchor_of(std::size_t row) const {
    const Step& step = step_of(row);
    const int app = out_.columns[out_.column_of(step)].x;
    if (const auto found = arrivals_.find(row); found != arrivals_.end()) {
      const Message& message = out_.messages[found->second.front()];
      if (message.fate == MessageFate::kLost) return message.head;
      return {out_.columns[message.is_reply ? message.app : message.server].x, message.head.y};
    }
    if (const auto found = departures_.find(row); found != departures_.end()) {
      return {app, out_.messages[found->second.front()].tail.y};
    }
    return {app, out_.rows[row].top + kRowPadding + kNoteSlot / 2};
  }

  void place_activities() {
    std::map<std::size_t, int> open;  // since when, by column
    for (const InFlight& message : trace_.initial.in_flight) {
      open.try_emplace(out_.app_column(message.app, message.session), out_.rows[0].top);
    }
    const auto close = [&](std::size_t column, int bottom) {
      out_.activities.push_back({.column = column, .top = open.at(column), .bottom = bottom});
      open.erase(column);
    };
    for (std::size_t row = 1; row < end_row_; ++row) {
      const Step& step = step_of(row);
      const StepKindFacts& facts = facts_of(step.kind);
      if (facts.of_store || facts.effect == StepEffect::kCopied) continue;
      const std::size_t column = out_.app_column(step.app, step.session);
      const bool is_apps = step.kind != StepKind::kHandle && (!step.request || step.request->awaited);
      if (facts.ends_process()) {
        const int bottom = out_.rows[row].bottom - kRowPadding;
        for (std::size_t i = 0; i < app_count_; ++i)
          if (out_.columns[i].app == step.app && open.contains(i)) close(i, out_.columns[i].end.value_or(bottom));
      } else if (step.kind == StepKind::kInvoke) {
        if (open.contains(column)) close(column, out_.rows[row].top);
        open[column] = out_.rows[row].top + kRowPadding + kNoteSlot / 2;
      } else if (is_apps) {
        open.try_emplace(column, out_.rows[0].top);
      }
      const bool ends = std::any_of(step.endings.begin(), step.endings.end(),
                                    [](const Ending& e) { return e.kind != Ending::Kind::kAcknowledged; });
      if (ends && open.contains(column)) close(column, out_.rows[row].bottom - kRowPadding - kNoteSlot / 2);
    }
    while (!open.empty()) close(open.begin()->first, out_.lifelines_bottom);
  }

  void place_foot() {
    const int width = out_.width - 2 * kMargin;
    out_.title = fitted(out_.title, kTitleFont, width);
    for (Rule& rule : out_.rules) rule.text = fitted(rule.text, kSmallFont, width - 16);
    y_ += 26;
    out_.verdict_top = y_;
    for (const std::string& sentence : verdict_lines(trace_)) {
      for (std::string& line : wrapped(sentence, kFont, width, 6)) out_.verdict.push_back(std::move(line));
    }
    y_ += static_cast<int>(out_.verdict.size()) * kLineHeight + 10;
    out_.legend_top = y_;
    out_.height = y_;
  }

  const Trace& trace_;
  const Highlights& highlights_;
  std::vector<std::string> keys_;
  std::size_t end_row_;
  std::size_t app_count_ = 0;
  Ends departures_;
  Ends arrivals_;
  int y_ = 0;
  SequenceLayout out_;
};

}  // namespace

SequenceLayout lay_out_sequence(const Trace& trace, const Highlights& highlights) {
  return Layout(trace, highlights).lay_out();
}

}  // namespace stalemate::traces::render
