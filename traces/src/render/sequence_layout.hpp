// Where everything of a trace's sequence diagram stands: participants as columns, one row a step, time downward. Sizes
// are whole pixels and depend on the trace alone. Rows hold slots, one below the other, each for one arrow's end or
// one note, so that nothing written overlaps. No markup here; texts are as they were written outside only in
// foreign()'s form, unescaped.
//
// Rows are counted from 0, "at the start": row n is step n as it is printed, and the one after the last step is "at
// the end".
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "traces/render.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::render {

inline constexpr int kTitleFont = 17;
inline constexpr int kFont = 13;
inline constexpr int kSmallFont = 12;
inline constexpr int kLabelMargin = 14;   // from a lifeline to what is written beside it
inline constexpr int kFirstArrival = 14;  // from a row's top to where the message that it begins with arrives

struct Point {
  int x = 0;
  int y = 0;
  bool operator==(const Point&) const = default;
};

// A session of an app instance, or a store. `x` is its lifeline.
struct Column {
  std::string id;  // "app1", "app2.1", "cache", "database"
  std::vector<std::string> script = {};
  bool is_store = false;
  int app = 0;  // of an app's session; 0 of a store
  int session = 0;
  std::optional<int> end = {};  // where its lifeline ends, because its app instance crashed
  int x = 0;
  int box_left = 0;
  int box_width = 0;
};

struct Row {
  int top = 0;
  int bottom = 0;
  Point anchor;  // where the step happens: on the lifeline of whoever acts, or where its message is lost
};

enum class MessageFate { kArrives, kLost, kInFlight };
struct Message {
  bool is_reply = false;
  bool is_awaited = true;
  bool is_drawn_lost = false;
  bool is_ghost = false;  // at its end nobody knows of it any more
  bool is_gone = false;   // lost because who sent it crashed or was cancelled
  // From one store to another: `app` is the left one, and what goes back from the right one is drawn like a reply.
  bool is_between_stores = false;
  MessageFate fate = MessageFate::kArrives;
  std::size_t app = 0;  // columns
  std::size_t server = 0;
  std::size_t from_row = 0;
  std::size_t to_row = 0;
  std::string words;  // "set k1=1000"; of a reply "miss"
  std::string label;  // as drawn; "" for a reply
  Point tail;
  Point head;

  bool is_within_a_row() const { return from_row == to_row && !is_drawn_lost; }
  // Whether something happens while it is under way: what it says is then written at its head, too.
  bool is_long() const { return to_row > from_row + 1; }
};

// A line of text; `muted` follows `text` in a weaker style. Both as they fit.
enum class TextAlign { kStart, kMiddle, kEnd };
struct Caption {
  std::size_t row = 0;
  Point at;  // of the baseline
  TextAlign align = TextAlign::kStart;
  std::string text = {};
  std::string muted = {};
  bool is_warning = false;
};

enum class NoteKind { kStart, kPlain, kEnd, kTrouble };
// On an app's lifeline, `middle` being its middle, or left of the cache's.
struct Note {
  NoteKind kind = NoteKind::kPlain;
  std::size_t row = 0;
  std::size_t column = 0;
  std::string text;
  Point middle = {};
  int width = 0;
};

// From the start of an operation to its end.
struct Activity {
  std::size_t column = 0;
  int top = 0;
  int bottom = 0;
};

// A key of a store, beside the store's lifeline.
struct Track {
  std::size_t column = 0;
  std::string key;
  int x = 0;
  int width = 0;
};
// A value from the row that made it to the row before the next.
struct Segment {
  std::size_t track = 0;
  std::size_t first_row = 0;
  std::size_t last_row = 0;
  int top = 0;
  int bottom = 0;
  std::optional<std::int64_t> value = {};
  std::string word = {};       // what is there and is no value
  std::size_t ordinal = 0;     // of the value, in the order in which the diagram shows values
  bool is_told_again = false;  // at its bottom, because its top is far away
};
// While the cache holds another value than the database. What the database holds is written at `remark_y`.
struct Incoherence {
  std::size_t track = 0;
  std::size_t first_row = 0;
  std::size_t last_row = 0;
  int top = 0;
  int bottom = 0;
  std::optional<std::int64_t> database = {};
  int remark_y = 0;
};

// A line across, below a row, with words on it.
struct Rule {
  enum class Kind { kNoReturn, kViolation, kLoop };
  Kind kind = Kind::kViolation;
  std::size_t row = 0;
  std::string text;
  int y = 0;
};

struct SequenceLayout {
  int width = 0;
  int height = 0;
  std::string title;
  std::vector<std::string> subtitle;
  int boxes_top = 0;
  int boxes_height = 0;
  int lifelines_bottom = 0;
  int number_x = 0;   // the right end of the step numbers
  int bracket_x = 0;  // of the racing pair

  std::vector<Column> columns;
  std::vector<Row> rows;
  std::vector<Message> messages;
  std::vector<Caption> captions;
  std::vector<Note> notes;
  std::vector<Activity> activities;
  std::vector<Track> tracks;
  std::vector<Segment> segments;
  std::vector<Incoherence> incoherences;
  std::vector<Rule> rules;
  std::optional<RacingPair> racing_rows;
  std::vector<std::string> verdict;
  int verdict_top = 0;
  int legend_top = 0;

  // The apps' columns come first. REQUIRES: the scenario has that session.
  std::size_t app_count() const;
  std::size_t app_column(int app, int session) const;
  // Whose step it is: its session's column, or the cache's.
  std::size_t column_of(const Step& step) const;
};

// Highlights of steps that the trace does not have are left out.
SequenceLayout lay_out_sequence(const Trace& trace, const Highlights& highlights);

}  // namespace stalemate::traces::render
