// The SVG renderer: the file is read back as XML and compared with the trace it draws. Every message has one arrow,
// with its ends in the right rows and at the right lifelines; the bands say what the stores hold; what a user wrote is
// text and never markup; nothing written lies outside or on something else written. A long file: a claim after another
// about one drawing.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "generators.hpp"
#include "held_words.hpp"
#include "saved.hpp"
#include "svg_support.hpp"
#include "traces/render.hpp"

namespace stalemate::traces {
namespace {

using svg::all;
using svg::Box;
using svg::Element;
using svg::numbers;
using svg::of_class;

// kind, from, to, from-row, to-row, fate
using Arrow = std::tuple<std::string, std::string, std::string, int, int, std::string>;

std::vector<Arrow> arrows(const Element& drawing) {
  std::vector<Arrow> found;
  for (const Element* message : of_class(drawing, "message")) {
    found.emplace_back(message->at("data-kind"), message->at("data-from"), message->at("data-to"),
                       message->integer("data-from-row"), message->integer("data-to-row"), message->at("data-fate"));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<Arrow> sorted(std::vector<Arrow> wanted) {
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

const Element* child(const Element& element, const std::string& word) {
  for (const Element& one : element.children) {
    if (one.is_of_class(word)) return &one;
  }
  return nullptr;
}

struct Extent {
  int top = 0;
  int bottom = 0;
};
std::vector<Extent> row_extents(const Element& drawing) {
  std::vector<Extent> rows;
  for (const Element* row : of_class(drawing, "row-line")) {
    EXPECT_EQ(row->integer("data-row"), static_cast<int>(rows.size()));
    rows.push_back({row->integer("data-top"), row->integer("data-bottom")});
  }
  return rows;
}

int lifeline_x(const Element& drawing, const std::string& column) {
  for (const Element* line : of_class(drawing, "lifeline")) {
    if (line->at("data-column") == column) return numbers(line->at("d")).at(0);
  }
  throw std::runtime_error("no lifeline " + column);
}

std::vector<std::string> note_texts(const Element& drawing, int row) {
  std::vector<std::string> texts;
  for (const Element* note : of_class(drawing, "note")) {
    if (note->integer("data-row") == row) texts.push_back(note->text);
  }
  return texts;
}

// --- messages

TEST(SvgRenderer, race_every_message_is_one_arrow_from_the_row_that_sends_it_to_the_row_that_takes_it) {
  const std::string request = "request";
  const std::string reply = "reply";
  EXPECT_EQ(arrows(svg::draw(samples::race())), sorted({{request, "app1", "cache", 1, 2, "arrives"},
                                                        {reply, "cache", "app1", 2, 3, "arrives"},
                                                        {request, "app1", "database", 3, 4, "arrives"},
                                                        {reply, "database", "app1", 4, 5, "arrives"},
                                                        {request, "app1", "cache", 5, 11, "arrives"},
                                                        {request, "app2", "database", 6, 7, "arrives"},
                                                        {reply, "database", "app2", 7, 8, "arrives"},
                                                        {request, "app2", "cache", 8, 9, "arrives"},
                                                        {reply, "cache", "app2", 9, 10, "arrives"},
                                                        {reply, "cache", "app1", 11, 12, "arrives"}}));
}

TEST(SvgRenderer, a_lost_reply_ends_in_a_cross_in_the_row_that_loses_it_and_the_app_times_out) {
  const Element drawing = svg::draw(samples::lost_reply());
  const auto found = arrows(drawing);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"reply", "database", "app2", 9, 10, "lost"}), 1);
  EXPECT_EQ(note_texts(drawing, 10), (std::vector<std::string>{"times out", "fails"}));
}

TEST(SvgRenderer, a_lost_request_that_nobody_awaits_times_nobody_out) {
  const Element drawing = svg::draw(samples::async_lost());
  const auto found = arrows(drawing);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 3, 4, "lost"}), 1);
  EXPECT_TRUE(note_texts(drawing, 4).empty());
}

TEST(SvgRenderer, a_request_drawn_as_lost_is_lost_in_the_row_that_sends_it) {
  const Element drawing = svg::draw(samples::drawn_as_lost());
  const auto found = arrows(drawing);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 3, 3, "lost"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 3, 4, "arrives"}), 1);
  EXPECT_EQ(note_texts(drawing, 3), (std::vector<std::string>{"branch: feature flag on", "times out"}));
}

TEST(SvgRenderer, what_is_in_flight_at_the_end_goes_to_the_last_row_and_reaches_nobody) {
  const auto found = arrows(svg::draw(samples::two_sessions()));
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1.1", "cache", 5, 8, "in-flight"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"reply", "cache", "app1.2", 6, 8, "in-flight"}), 1);
}

TEST(SvgRenderer, what_is_in_flight_at_the_start_comes_from_the_first_row) {
  Trace trace = samples::race();
  trace.initial.in_flight = trace.steps[6].after.in_flight;  // app1's set, and the reply to app2's write
  trace.steps.erase(trace.steps.begin(), trace.steps.begin() + 7);
  const auto found = arrows(svg::draw(trace));
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 0, 4, "arrives"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"reply", "database", "app2", 0, 1, "arrives"}), 1);
  EXPECT_EQ(found.size(), 5U);
}

TEST(SvgRenderer, a_late_request_is_one_long_arrow_of_its_own_look_from_where_it_was_sent_to_where_it_is_handled) {
  const Element drawing = svg::draw(samples::late_delete());
  const auto ghosts = of_class(drawing, "ghost");
  ASSERT_EQ(ghosts.size(), 1U);
  EXPECT_EQ(ghosts[0]->integer("data-from-row"), 3);
  EXPECT_EQ(ghosts[0]->integer("data-to-row"), 10);
  EXPECT_EQ(ghosts[0]->at("data-fate"), "arrives");
  EXPECT_EQ(note_texts(drawing, 4), (std::vector<std::string>{"times out", "fails"}));
}

TEST(SvgRenderer, a_copy_is_an_arrow_from_the_row_that_makes_it) {
  const Element drawing = svg::draw(samples::duplicate_set());
  const auto found = arrows(drawing);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 3, 5, "arrives"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "cache", 4, 12, "arrives"}), 1);
  EXPECT_EQ(note_texts(drawing, 4), std::vector<std::string>{"sent twice"});
}

TEST(SvgRenderer, the_lifelines_of_an_app_that_crashes_end_in_crosses_and_others_go_on) {
  const Element drawing = svg::draw(samples::crash_of_two_sessions());
  const auto rows = row_extents(drawing);
  std::map<std::string, int> ends;
  for (const Element* line : of_class(drawing, "lifeline"))
    ends[line->at("data-column")] = numbers(line->at("d")).back();
  const auto crosses = of_class(drawing, "crash");
  ASSERT_EQ(crosses.size(), 2U);
  for (const Element* cross : crosses) {
    const int end = ends.at(cross->at("data-column"));
    EXPECT_TRUE(end > rows[3].top && end <= rows[3].bottom) << cross->at("data-column");
  }
  EXPECT_GE(ends.at("app2"), rows.back().bottom);
  EXPECT_GE(ends.at("database"), rows.back().bottom);
  const auto found = arrows(drawing);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1.2", "cache", 2, 3, "lost"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1.1", "database", 1, 4, "arrives"}), 1);
}

TEST(SvgRenderer, what_is_refused_arrives_and_what_is_cancelled_arrives_or_is_lost) {
  const Element refused = svg::draw(samples::refused_delete());
  EXPECT_EQ(note_texts(refused, 4), (std::vector<std::string>{"gets an error", "ends"}));
  const auto arrived = arrows(refused);
  EXPECT_EQ(std::count(arrived.begin(), arrived.end(), Arrow{"request", "app1", "cache", 3, 4, "arrives"}), 1);
  const Element cancelled = svg::draw(samples::cancelled_writes());
  EXPECT_EQ(note_texts(cancelled, 2), (std::vector<std::string>{"is cancelled", "fails"}));
  const auto found = arrows(cancelled);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"request", "app1", "database", 1, 3, "arrives"}), 1);
  EXPECT_EQ(std::count(found.begin(), found.end(), Arrow{"reply", "database", "app1", 5, 6, "lost"}), 1);
  EXPECT_TRUE(of_class(cancelled, "crash").empty());
}

TEST(SvgRenderer, what_happens_in_the_cache_stands_beside_its_lifeline) {
  const Element drawing = svg::draw(samples::forgotten_delete());
  EXPECT_EQ(note_texts(drawing, 6), std::vector<std::string>{"fails over; the last change is lost"});
  const auto notes = of_class(drawing, "note");
  EXPECT_EQ(notes.back()->at("data-column"), "cache");
  const Element& box = notes.back()->children.at(0);
  EXPECT_LT(box.integer("x") + box.integer("width"), lifeline_x(drawing, "cache"));
  EXPECT_GT(box.integer("x"), lifeline_x(drawing, "app1"));
}

std::size_t in_flight_of(const State& state, int app) {
  return static_cast<std::size_t>(std::count_if(state.in_flight.begin(), state.in_flight.end(),
                                                [&](const InFlight& message) { return message.app == app; }));
}

// What an independent reading of the steps says: as many requests as were sent, as many replies as were given, and each
// step that takes a message has exactly one arrow that ends there, at its app and its server.
void expect_messages_of(const Trace& trace, const Element& drawing) {
  std::size_t requests = 0;
  std::size_t replies = 0;
  std::size_t lost = 0;
  const auto found = arrows(drawing);
  for (const InFlight& message : trace.initial.in_flight) ++(message.is_reply ? replies : requests);
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const Step& step = trace.steps[i];
    requests += step.sends.size();
    lost += static_cast<std::size_t>(
        std::count_if(step.sends.begin(), step.sends.end(), [](const Request& sent) { return sent.drawn_lost; }));
    if (step.kind == StepKind::kHandle && step.reply) ++replies;
    if (step.kind == StepKind::kLoseReply || step.kind == StepKind::kLoseRequest) ++lost;
    if (step.kind == StepKind::kDuplicate) ++requests;
    if (step.kind == StepKind::kCancel) {
      const State& before = i == 0 ? trace.initial : trace.steps[i - 1].after;
      lost += before.in_flight.size() - step.after.in_flight.size();
    }
    if (step.kind == StepKind::kCrash) {
      // What it takes along, and the end of each session's lifeline.
      const State& before = i == 0 ? trace.initial : trace.steps[i - 1].after;
      lost += in_flight_of(before, step.app) - in_flight_of(step.after, step.app);
      lost += static_cast<std::size_t>(session_count(trace.scenario, step.app));
    }
    const bool takes = step.kind == StepKind::kHandle || step.kind == StepKind::kReceive ||
                       step.kind == StepKind::kLoseRequest || step.kind == StepKind::kLoseReply ||
                       step.kind == StepKind::kRefuse;
    if (!takes) continue;
    const bool takes_request = step.kind != StepKind::kReceive && step.kind != StepKind::kLoseReply;
    const std::string app = actor_name(trace, step.app, step.session);
    const std::string fate =
        step.kind == StepKind::kLoseRequest || step.kind == StepKind::kLoseReply ? "lost" : "arrives";
    const auto ends_here = [&](const Arrow& arrow) {
      const auto& [kind, from, to, from_row, to_row, how] = arrow;
      const bool is_its =
          takes_request ? kind == "request" && from == app && to == step.request->to : kind == "reply" && to == app;
      return is_its && to_row == static_cast<int>(i) + 1 && from_row < to_row && how == fate;
    };
    EXPECT_EQ(std::count_if(found.begin(), found.end(), ends_here), 1) << "step " << i + 1;
  }
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const Arrow& a) { return std::get<0>(a) == "request"; }),
            static_cast<std::ptrdiff_t>(requests));
  EXPECT_EQ(std::count_if(found.begin(), found.end(), [](const Arrow& a) { return std::get<0>(a) == "reply"; }),
            static_cast<std::ptrdiff_t>(replies));
  EXPECT_EQ(of_class(drawing, "cross").size(), lost);
}

// Where an arrow's ends stand: in its rows and at its lifelines, or, if it arrives nowhere, in between.
void expect_arrows_in_place(const Element& drawing) {
  const auto rows = row_extents(drawing);
  for (const Element* message : of_class(drawing, "message")) {
    SCOPED_TRACE(message->text);
    const auto line = numbers(child(*message, "line")->at("d"));
    const Extent from = rows.at(static_cast<std::size_t>(message->integer("data-from-row")));
    const Extent to = rows.at(static_cast<std::size_t>(message->integer("data-to-row")));
    const int from_x = lifeline_x(drawing, message->at("data-from"));
    const int to_x = lifeline_x(drawing, message->at("data-to"));
    EXPECT_LE(std::abs(line[0] - from_x), 8);
    EXPECT_TRUE(line[1] >= from.top && line[1] <= from.bottom);
    const Element* head = child(*message, "head");
    ASSERT_EQ(head != nullptr, message->at("data-fate") == "arrives");
    const int tip_x = head == nullptr ? line[2] : numbers(head->at("d"))[2];
    const int tip_y = head == nullptr ? line[3] : numbers(head->at("d"))[3];
    EXPECT_TRUE(tip_y >= to.top && tip_y <= to.bottom);
    EXPECT_GT(tip_y, line[1]) << "time goes downward";
    if (head != nullptr) {
      EXPECT_LE(std::abs(tip_x - to_x), 8);
    } else {
      EXPECT_TRUE(std::min(from_x, to_x) + 20 < tip_x && tip_x < std::max(from_x, to_x) - 20);
    }
  }
}

TEST(SvgRenderer, every_saved_trace_has_its_messages_as_arrows_in_their_rows_and_columns) {
  for (const auto& [name, trace] : samples::saved_and_made_of_one_cache()) {
    SCOPED_TRACE(name);
    const Element drawing = svg::draw(trace);
    expect_messages_of(trace, drawing);
    expect_arrows_in_place(drawing);
  }
}

// --- notes

TEST(SvgRenderer, starts_and_ends_of_operations_stand_on_the_apps_lifeline) {
  const Element drawing = svg::draw(samples::race());
  EXPECT_EQ(note_texts(drawing, 1), std::vector<std::string>{"starts Read k1"});
  EXPECT_EQ(note_texts(drawing, 6), std::vector<std::string>{"starts Write k1"});
  EXPECT_EQ(note_texts(drawing, 10), std::vector<std::string>{"ends"});
  EXPECT_EQ(note_texts(drawing, 12), std::vector<std::string>{"returns 1000"});
  for (const Element* note : of_class(drawing, "note")) {
    const Element& text = note->children.at(1);
    EXPECT_EQ(text.integer("x"), lifeline_x(drawing, note->at("data-column")));
  }
}

// --- values

void expect_values_of(const Trace& trace, const Element& drawing) {
  const auto rows = row_extents(drawing);
  const std::size_t last = trace.steps.size() + 1;
  for (std::size_t row = 0; row <= last; ++row) {
    const State& state = row == 0              ? trace.initial
                         : trace.steps.empty() ? trace.initial
                                               : trace.steps[std::min(row, trace.steps.size()) - 1].after;
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> told;
    for (const Element* band : of_class(drawing, "value")) {
      const auto first_row = static_cast<std::size_t>(band->integer("data-from-row"));
      if (row == first_row) {
        const int top = band->children.at(0).integer("y");
        EXPECT_TRUE(top >= rows[row].top && top <= rows[row].bottom);
      }
      if (row < first_row || row > static_cast<std::size_t>(band->integer("data-to-row"))) continue;
      told[{band->at("data-store"), band->at("data-key")}].push_back(band->at("data-value"));
    }
    std::set<std::string> differing;
    for (const Element* span : of_class(drawing, "incoherent")) {
      if (static_cast<int>(row) < span->integer("data-from-row") ||
          static_cast<int>(row) > span->integer("data-to-row"))
        continue;
      EXPECT_TRUE(differing.insert(span->at("data-key")).second);
    }
    const auto expect = [&](const std::string& store, const std::vector<Entry>& entries) {
      for (const Entry& entry : entries) {
        const auto found = told.find({store, entry.key});
        if (found == told.end()) continue;
        const std::string word = held_without_value(entry);
        EXPECT_EQ(found->second, std::vector<std::string>{entry.value    ? std::to_string(*entry.value)
                                                          : word.empty() ? "-"
                                                                         : word})
            << store << " " << entry.key << " in row " << row;
      }
    };
    const std::vector<Entry>& cache = entries_of(state, "cache");
    const std::vector<Entry>& database = entries_of(state, "database");
    expect("cache", cache);
    expect("database", database);
    for (const Entry& cached : cache) {
      if (!told.contains({"cache", cached.key})) continue;
      const auto of_row = std::find_if(database.begin(), database.end(),
                                       [&](const Entry& entry) { return entry.key == row_of(cached.key); });
      EXPECT_EQ(differing.contains(cached.key), cached.value && cached.value != of_row->value) << "row " << row;
    }
  }
}

TEST(SvgRenderer, every_saved_trace_has_its_values_as_bands_and_hatches_where_the_cache_differs) {
  for (const auto& [name, trace] : samples::saved_and_made_of_one_cache()) {
    SCOPED_TRACE(name);
    const Element drawing = svg::draw(trace);
    expect_values_of(trace, drawing);
    std::set<std::string> keys;
    for (const Element* band : of_class(drawing, "value")) keys.insert(band->at("data-key"));
    for (const Step& step : trace.steps) EXPECT_TRUE(step.key.empty() || keys.contains(step.key));
  }
}

TEST(SvgRenderer, race_the_values_are_written_where_they_change_and_at_the_end_and_the_difference_beside_them) {
  const Element drawing = svg::draw(samples::race());
  const auto rows = row_extents(drawing);
  std::vector<std::pair<std::string, std::size_t>> told;
  for (const Element* text : of_class(drawing, "told")) {
    std::size_t row = 0;
    while (text->integer("y") > rows[row].bottom) ++row;
    if (text->integer("x") > lifeline_x(drawing, "cache")) told.emplace_back(text->text, row);
  }
  std::sort(told.begin(), told.end());
  const std::vector<std::pair<std::string, std::size_t>> wanted = {
      {"1", 7}, {"1", 13}, {"1000", 0}, {"1000", 11}, {"1000", 13}, {"absent", 0}, {"≠ 1", 11}};
  EXPECT_EQ(told, wanted);
}

TEST(SvgRenderer, an_incoherent_span_is_hatched_and_not_only_coloured) {
  const Element drawing = svg::draw(samples::race());
  const auto spans = of_class(drawing, "incoherent");
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0]->children.at(0).at("fill"), "url(#sequence-hatch)");
  EXPECT_EQ(spans[0]->integer("data-from-row"), 11);
  const auto elements = all(drawing);
  EXPECT_EQ(std::count_if(elements.begin(), elements.end(),
                          [](const Element* e) { return e->name == "pattern" && e->at("id") == "sequence-hatch"; }),
            1);
}

TEST(SvgRenderer, one_value_has_one_colour_in_both_stores) {
  for (const auto& [name, trace] : samples::saved_and_made()) {
    const Element drawing = svg::draw(trace);
    std::map<std::string, std::set<std::string>> styles;
    for (const Element* band : of_class(drawing, "value")) styles[band->at("data-value")].insert(band->at("class"));
    std::set<std::string> used;
    for (const auto& [value, style] : styles) {
      EXPECT_EQ(style.size(), 1U) << name << ": " << value;
      EXPECT_TRUE(used.insert(*style.begin()).second) << name << ": " << value;
    }
  }
}

// --- highlights

TEST(SvgRenderer, the_racing_pair_is_ringed_and_bracketed_at_its_rows) {
  const Element drawing = svg::draw(samples::race(), {.racing_pair = RacingPair{8, 10}, .point_of_no_return = {}});
  const auto rows = row_extents(drawing);
  const auto races = of_class(drawing, "race");
  ASSERT_EQ(races.size(), 1U);
  EXPECT_EQ(races[0]->integer("data-first-row"), 9);
  EXPECT_EQ(races[0]->integer("data-second-row"), 11);
  std::vector<const Element*> rings;
  std::vector<std::string> words;
  for (const Element& part : races[0]->children) {
    if (part.name == "circle") rings.push_back(&part);
    if (part.name == "text") words.push_back(part.text);
  }
  ASSERT_EQ(rings.size(), 2U);
  EXPECT_EQ(words, (std::vector<std::string>{"race ①", "race ②"}));
  for (const auto& [ring, row] : {std::pair(rings[0], rows[9]), std::pair(rings[1], rows[11])}) {
    EXPECT_TRUE(ring->integer("cy") > row.top && ring->integer("cy") < row.bottom);
    EXPECT_EQ(ring->integer("cx"), lifeline_x(drawing, "cache"));
  }
}

TEST(SvgRenderer, the_point_of_no_return_is_a_line_with_words_between_its_row_and_the_next) {
  const Element drawing = svg::draw(samples::race(), {.racing_pair = {}, .point_of_no_return = 10});
  const auto rows = row_extents(drawing);
  const auto lines = of_class(drawing, "no-return");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]->integer("data-row"), 11);
  const int y = numbers(lines[0]->children.at(0).at("d"))[1];
  EXPECT_TRUE(y > rows[11].bottom && y < rows[12].top);
  EXPECT_TRUE(lines[0]->text.starts_with("point of no return")) << lines[0]->text;
}

TEST(SvgRenderer, the_step_that_breaks_a_property_has_a_line_that_names_it) {
  const Element drawing = svg::draw(samples::race());
  const auto lines = of_class(drawing, "violation");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]->text, "step 12 breaks coherent-at-rest");
}

TEST(SvgRenderer, a_line_where_a_loop_begins_says_which_steps_repeat) {
  const Element drawing = svg::draw(samples::endless());
  const auto rows = row_extents(drawing);
  const auto lines = of_class(drawing, "loop");
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]->text, "from here on steps 5 to 6 repeat for ever");
  const int y = numbers(lines[0]->children.at(0).at("d"))[1];
  EXPECT_TRUE(y > rows[4].bottom && y < rows[5].top);
  const Element staying = svg::draw(samples::staying());
  EXPECT_TRUE(of_class(staying, "loop").empty());
}

TEST(SvgRenderer, without_highlights_or_with_those_of_another_trace_none_is_drawn) {
  const Highlights foreign{.racing_pair = RacingPair{8, 12}, .point_of_no_return = 12};
  for (const Element& drawing : {svg::draw(samples::race()), svg::draw(samples::race(), foreign)}) {
    EXPECT_TRUE(of_class(drawing, "race").empty());
    EXPECT_TRUE(of_class(drawing, "no-return").empty());
  }
}

// --- the file

TEST(SvgRenderer, it_says_to_those_who_cannot_see_it_what_it_shows) {
  const Element drawing = svg::draw(samples::race());
  EXPECT_EQ(drawing.at("role"), "img");
  const Element& title = drawing.children.at(0);
  const Element& description = drawing.children.at(1);
  EXPECT_EQ(drawing.at("aria-labelledby"), title.at("id") + " " + description.at("id"));
  EXPECT_EQ(title.name, "title");
  EXPECT_EQ(title.text, "cache-aside.md: 12 steps, breaking coherent-at-rest");
  EXPECT_EQ(description.name, "desc");
  EXPECT_NE(description.text.find("At rest the cache holds k1=1000, but the database holds k1=1."), std::string::npos);
  for (const Step& step : samples::race().steps) {
    EXPECT_NE(description.text.find(step_line(samples::race(), step)), std::string::npos);
  }
}

TEST(SvgRenderer, its_style_is_the_style_sheet) {
  const std::string sheet = read_text_file(STALEMATE_SOURCE_DIR "/traces/src/render/sequence.css", 1 << 20);
  std::string style;
  const Element drawing = svg::draw(samples::race());
  for (const Element* element : all(drawing)) {
    if (element->name == "style") style += element->text;
  }
  EXPECT_NE(style.find(sheet.substr(0, sheet.size() - 1)), std::string::npos);
  for (const std::string never : {"@import", "url(", "http", "expression("})
    EXPECT_EQ(sheet.find(never), std::string::npos);
  EXPECT_NE(sheet.find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(SvgRenderer, a_label_that_looks_like_markup_is_text) {
  for (const std::string label : {"<img src=x onerror=y>", "a ]]> b", "</text></svg>", "</script>", "&lt; &#60;"}) {
    Trace trace = samples::race();
    trace.steps[0].sends[0].label = trace.steps[1].request->label = label;
    const Element drawing = svg::draw(trace);
    const auto elements = all(drawing);
    EXPECT_TRUE(std::any_of(elements.begin(), elements.end(), [&](const Element* element) {
      return element->name == "text" && element->text == "get k1" + label;
    })) << label;
  }
}

const std::set<std::string> kElements = {"svg",  "title", "desc", "style", "defs",  "pattern",
                                         "path", "rect",  "g",    "text",  "tspan", "circle"};
const std::set<std::string> kAttributes = {"xmlns",
                                           "class",
                                           "role",
                                           "aria-labelledby",
                                           "id",
                                           "viewBox",
                                           "width",
                                           "height",
                                           "patternUnits",
                                           "d",
                                           "x",
                                           "y",
                                           "rx",
                                           "cx",
                                           "cy",
                                           "r",
                                           "dx",
                                           "fill",
                                           "text-anchor",
                                           "data-row",
                                           "data-top",
                                           "data-bottom",
                                           "data-column",
                                           "data-kind",
                                           "data-from",
                                           "data-to",
                                           "data-from-row",
                                           "data-to-row",
                                           "data-fate",
                                           "data-store",
                                           "data-key",
                                           "data-value",
                                           "data-first-row",
                                           "data-second-row"};

// What is wrong with elements of a drawing of that size; "" if nothing is.
std::string fault_in_elements(const Element& drawing, int width, int height) {
  std::vector<std::pair<Box, std::string>> boxes;
  for (const Element* element : all(drawing)) {
    if (!kElements.contains(element->name)) return "an element " + element->name;
    for (const auto& [name, value] : element->attributes) {
      if (!kAttributes.contains(name)) return "an attribute " + name;
      if (name == "fill" && value != "url(#sequence-hatch)") return "a fill " + value;
      if (name == "d" && value.find_first_not_of("MLHVZ -0123456789") != std::string::npos) return "a path " + value;
    }
    for (const char* name : {"x", "y", "width", "height", "rx", "cx", "cy", "r", "dx"}) {
      if (element->has(name)) element->integer(name);  // throws
    }
    if (element->name == "rect") {
      const int left = element->integer("x");
      const int top = element->integer("y");
      if (left < 0 || top < 0 || left + element->integer("width") > width ||
          top + element->integer("height") > height) {
        return "a box outside";
      }
    }
    if (element->name != "text") continue;
    const Box box = svg::box_of(*element);
    if (box.left < 0 || box.top < 0 || box.right > width || box.bottom > height) return "outside: " + element->text;
    for (const auto& [other, words] : boxes) {
      if (box.overlaps(other)) return element->text + " lies on " + words;
    }
    boxes.emplace_back(box, element->text);
  }
  return "";
}

// What is wrong with a drawing whatever it shows; "" if nothing is.
std::string fault_in(const std::string& text, const Trace& trace) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned byte = static_cast<unsigned char>(text[i]);
    if ((byte < 0x20 && byte != '\n') || byte == 0x7F) return "a control character";
  }
  for (const std::string mark : {"\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\ufffe", "\uffff"}) {
    if (text.find(mark) != std::string::npos) return "a mark that does not belong into a line";
  }
  const Element drawing = svg::parse(text);
  const int width = drawing.integer("width");
  const int height = drawing.integer("height");
  if (drawing.at("viewBox") != "0 0 " + std::to_string(width) + " " + std::to_string(height)) return "another view box";
  if (const std::string fault = fault_in_elements(drawing, width, height); !fault.empty()) return fault;
  const auto rows = row_extents(drawing);
  if (rows.size() != trace.steps.size() + 2) return "as many rows as " + std::to_string(rows.size());
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].top < rows[i - 1].bottom || rows[i].bottom <= rows[i].top) return "rows that overlap";
  }
  return "";
}

TEST(SvgRenderer, every_saved_trace_is_clean_with_nothing_outside_and_nothing_on_top_of_another) {
  for (const auto& [name, trace] : samples::saved_and_made()) {
    const std::size_t last = trace.steps.size() - 1;
    const Highlights highlights{.racing_pair = RacingPair{last / 2, last}, .point_of_no_return = last / 2};
    EXPECT_EQ(fault_in(find_renderer("svg")->render(trace, {}), trace), "") << name;
    EXPECT_EQ(fault_in(find_renderer("svg")->render(trace, highlights), trace), "") << name;
  }
}

RC_GTEST_PROP(SvgRenderer, any_trace_is_clean_with_nothing_outside_and_nothing_on_top_of_another, ()) {
  const Trace trace = generators::any_trace();
  Highlights highlights;
  const std::size_t steps = trace.steps.size();
  if (*rc::gen::arbitrary<bool>()) {
    const auto first = *rc::gen::inRange<std::size_t>(0, steps + 1);
    highlights.racing_pair = RacingPair{first, *rc::gen::inRange<std::size_t>(first + 1, steps + 3)};
    highlights.point_of_no_return = *rc::gen::inRange<std::size_t>(0, steps + 2);
  }
  const std::string text = find_renderer("svg")->render(trace, highlights);
  RC_ASSERT(text == find_renderer("svg")->render(trace, highlights));
  const std::string fault = fault_in(text, trace);
  if (!fault.empty()) RC_FAIL(fault);
}

}  // namespace
}  // namespace stalemate::traces
