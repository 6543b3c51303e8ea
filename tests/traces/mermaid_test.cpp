// The Mermaid renderer: which arrows stand where, and that foreign text can never be more than text.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "generators.hpp"
#include "samples.hpp"
#include "traces/render.hpp"

namespace stalemate::traces {
namespace {

std::vector<std::string> mermaid_lines(const Trace& trace) {
  std::string text;
  for (const Renderer& renderer : renderers()) {
    if (renderer.name == "mermaid") text = renderer.render(trace, {});
  }
  std::vector<std::string> lines;
  std::size_t start = 0;
  for (std::size_t end; (end = text.find('\n', start)) != std::string::npos; start = end + 1) {
    const std::string line = text.substr(start, end - start);
    lines.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  EXPECT_EQ(start, text.size()) << "no line feed at the end";
  return lines;
}

// Where `line` stands; fails the test where it does not.
std::size_t index_of(const std::vector<std::string>& lines, const std::string& line) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] == line) return i;
  }
  std::string all;
  for (const std::string& one : lines) all += one + "\n";
  ADD_FAILURE() << "no line " << line << " in\n" << all;
  return lines.size();
}

bool is_plain_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// `text` is nothing but text to Mermaid: no statement end, no comment, no tag but a line break, entities well formed.
bool is_safe_text(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '#') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
      if (end == i + 1 || end == text.size() || text[end] != ';') return false;
      i = end;
    } else if (c == '<') {
      if (text.compare(i, 5, "<br/>") != 0) return false;
      i += 4;
    } else if (c == ';' || c == '>' || c == '%' || c == '{' || c == '}' || c == '\r' || (c >= 0 && c < 0x20)) {
      return false;
    }
  }
  return true;
}

// Every line is one of the statements that the renderer makes, with safe text behind it.
bool is_statement(const std::string& line) {
  if (line == "sequenceDiagram" || line == "end") return true;
  std::size_t at = 0;
  const auto word = [&](const std::string& wanted) {
    if (line.compare(at, wanted.size(), wanted) != 0) return false;
    at += wanted.size();
    return true;
  };
  const auto id = [&] {
    const std::size_t start = at;
    while (at < line.size() && is_plain_letter(line[at])) ++at;
    return at > start;
  };
  if (word("participant ")) return id() && (at == line.size() || (word(" as ") && is_safe_text(line.substr(at))));
  if (word("loop ")) return is_safe_text(line.substr(at));
  if (word("Note over ")) {
    if (!id() || (word(",") && !id())) return false;
    return word(": ") && is_safe_text(line.substr(at));
  }
  if (!id()) return false;
  const bool arrow = word("-->>") || word("->>") || word("--)") || word("-)") || word("--x") || word("-x");
  return arrow && id() && word(": ") && is_safe_text(line.substr(at));
}

TEST(MermaidRenderer, participants_are_the_sessions_with_what_they_run_then_the_stores) {
  const auto race = mermaid_lines(samples::race());
  EXPECT_EQ(race[0], "sequenceDiagram");
  EXPECT_EQ(race[1], "participant app1 as app1 (read)");
  EXPECT_EQ(race[2], "participant app2 as app2 (write)");
  EXPECT_EQ(race[3], "participant cache");
  EXPECT_EQ(race[4], "participant database");
  const auto sessions = mermaid_lines(samples::two_sessions());
  EXPECT_EQ(sessions[1], "participant app1_1 as app1.1 (write k1#59; read k1)");
  EXPECT_EQ(sessions[2], "participant app1_2 as app1.2 (read k2)");
  const auto alone = mermaid_lines(samples::database_only());
  EXPECT_EQ(alone[2], "participant database");
}

TEST(MermaidRenderer, race_the_overtaken_set_is_announced_where_it_is_sent_and_drawn_where_it_arrives) {
  const auto lines = mermaid_lines(samples::race());
  const std::size_t sent = index_of(lines, "Note over app1: sends set k1=1000 to the cache#59; it arrives in step 11");
  const std::size_t write = index_of(lines, "app2->>database: (7) Set value [set k1=1]");
  const std::size_t deleted = index_of(lines, "app2->>cache: (9) Delete value [delete k1]");
  const std::size_t arrives = index_of(lines, "app1->>cache: (11) Set value [set k1=1000] (sent in step 5)");
  EXPECT_LT(sent, write);
  EXPECT_LT(write, deleted);
  EXPECT_LT(deleted, arrives);
  EXPECT_EQ(lines[arrives + 1], "Note over cache,database: cache k1=1000, database k1=1");
}

TEST(MermaidRenderer, race_a_message_handled_at_once_is_one_ordinary_arrow) {
  const auto lines = mermaid_lines(samples::race());
  const std::size_t get = index_of(lines, "app1->>cache: (2) Get value [get k1]");
  EXPECT_EQ(lines[get + 1], "cache-->>app1: (3) miss");
  EXPECT_EQ(lines[get + 2], "app1->>database: (4) Get value [get k1]");
  EXPECT_EQ(lines[get + 3], "database-->>app1: (5) 1000");
}

TEST(MermaidRenderer, the_last_note_is_the_verdict_with_both_values) {
  const auto lines = mermaid_lines(samples::race());
  EXPECT_TRUE(lines.back().starts_with("Note over app1,database: Step 12 breaks coherent-at-rest.<br/>"));
  EXPECT_NE(lines.back().find("holds k1=1000"), std::string::npos);
}

TEST(MermaidRenderer, a_lost_reply_is_a_crossed_dotted_arrow_and_the_app_times_out) {
  const auto lines = mermaid_lines(samples::lost_reply());
  const std::size_t lost = index_of(lines, "database--xapp2: (10) ok (lost)");
  EXPECT_EQ(lines[lost - 1], "Note over cache,database: cache k1=1000, database k1=1");
  EXPECT_EQ(lines[lost + 1], "Note over app2: times out, Write k1 fails");
  for (const std::string& line : lines) EXPECT_EQ(line.find("database-->>app2"), std::string::npos);
}

TEST(MermaidRenderer, a_lost_request_is_a_crossed_arrow_and_nobody_waits_for_it) {
  const auto lines = mermaid_lines(samples::async_lost());
  const std::size_t lost = index_of(lines, "app1-xcache: (4) Delete value [delete k1] (lost)");
  EXPECT_EQ(lines[lost + 1], "Note over app2: (5) starts Read k1");
}

TEST(MermaidRenderer, a_request_drawn_as_lost_is_crossed_where_it_was_sent_and_the_app_times_out_and_sends_on) {
  const auto lines = mermaid_lines(samples::drawn_as_lost());
  const std::size_t lost = index_of(lines, "app1-xcache: Delete value [delete k1] (drawn as lost)");
  EXPECT_EQ(lines[lost - 1], "Note over app1: takes the branch (feature flag on)");
  EXPECT_EQ(lines[lost - 2], "database-->>app1: (3) ok");
  EXPECT_EQ(lines[lost + 1], "Note over app1: times out");
  EXPECT_EQ(lines[lost + 2], "app1->>cache: (4) Set value [set k1=1]");
}

TEST(MermaidRenderer, a_request_drawn_as_lost_that_nobody_awaits_times_nobody_out) {
  Trace trace = samples::drawn_as_lost();
  trace.steps[2].sends[0].awaited = false;
  const auto lines = mermaid_lines(trace);
  const std::size_t lost = index_of(lines, "app1-xcache: Delete value [delete k1] (drawn as lost)");
  EXPECT_EQ(lines[lost + 1], "app1->>cache: (4) Set value [set k1=1]");
}

TEST(MermaidRenderer, an_awaited_database_write_drawn_as_lost_fails_the_operation_after_its_arrow) {
  samples::Story story(samples::scenario({"write"}), false);
  story.invoke({.diagram = "Write"},
               {{samples::drawn_lost(samples::set(1, "database", 1, "Set value"))}, {{Ending::Kind::kFailed, {}}}});
  const auto lines = mermaid_lines(story.ends());
  const std::size_t lost = index_of(lines, "app1-xdatabase: Set value [set k1=1] (drawn as lost)");
  EXPECT_EQ(lines[lost - 1], "Note over app1: (1) starts Write k1");
  EXPECT_EQ(lines[lost + 1], "Note over app1: times out, Write k1 fails");
}

TEST(MermaidRenderer, the_branch_chosen_at_the_start_stands_beside_the_operation_and_is_escaped) {
  Trace trace = samples::race();
  trace.steps[0].choice = 1;
  trace.steps[0].chosen = "a;b %% end";
  index_of(mermaid_lines(trace), "Note over app1: (1) starts Read k1 (a#59;b #37;#37; #101;nd)");
}

TEST(MermaidRenderer, an_answer_outside_is_called_that) {
  const auto lines = mermaid_lines(samples::early_answer());
  EXPECT_EQ(lines[index_of(lines, "Note over app1: (1) starts Write k1") + 1],
            "Note over app1: Write k1 answers outside");
}

TEST(MermaidRenderer, what_is_in_flight_at_the_end_says_so) {
  const auto lines = mermaid_lines(samples::two_sessions());
  index_of(lines, "Note over app1_1: sends get k1 to the cache#59; it is still on its way when this<br/>stops");
  index_of(lines, "Note over cache: answers app1.2: miss#59; that is still on its way when this<br/>stops");
  const std::size_t arrives = index_of(lines, "app1_1-)cache: (7) Delete value [delete k1] (sent in step 4)");
  EXPECT_TRUE(lines[arrives + 1].starts_with("Note over app1_1,database: ")) << lines[arrives + 1];
}

TEST(MermaidRenderer, requests_in_flight_at_the_start_are_announced_there) {
  Trace trace = samples::race();
  trace.initial.in_flight = trace.steps[5].after.in_flight;  // app1's set, app2's write
  trace.steps.erase(trace.steps.begin(), trace.steps.begin() + 6);
  const auto lines = mermaid_lines(trace);
  EXPECT_LT(
      index_of(lines,
               "Note over app1: at the start set k1=1000 is on its way to the cache#59; it<br/>arrives in step 5"),
      index_of(lines, "app2->>database: (1) Set value [set k1=1]"));
  index_of(lines, "app1->>cache: (5) Set value [set k1=1000] (sent before the start)");
}

TEST(MermaidRenderer, a_late_request_is_announced_and_drawn_where_it_arrives) {
  const std::vector<std::string> wanted = {
      "sequenceDiagram",
      "participant app1 as app1 (write#59; write)",
      "participant cache",
      "participant database",
      "Note over cache,database: at the start: cache k1=1000, database k1=1000",
      "Note over app1: (1) starts Write k1",
      "app1->>database: (2) Set value [set k1=1]",
      "Note over cache,database: cache k1=1000, database k1=1",
      "database-->>app1: (3) ok",
      "Note over app1: sends delete k1 to the cache#59; it arrives in step 10",
      "Note over app1: (4) times out, Write k1 fails",
      "Note over app1: (5) starts Write k1",
      "app1->>database: (6) Set value [set k1=2]",
      "Note over cache,database: cache k1=1000, database k1=2",
      "database-->>app1: (7) ok",
      "app1->>cache: (8) Set value [set k1=2]",
      "Note over cache,database: cache k1=2, database k1=2",
      "cache-->>app1: (9) ok",
      "Note over app1: Write k1 ends",
      "app1-)cache: (10) Delete value [delete k1] (sent in step 3, nobody waits for it)",
      "Note over cache,database: cache k1=-, database k1=2",
      "Note over app1,database: No property is named as broken by these steps."};
  EXPECT_EQ(mermaid_lines(samples::late_delete()), wanted);
}

TEST(MermaidRenderer, a_copy_is_an_arrow_of_its_own) {
  const auto lines = mermaid_lines(samples::duplicate_set());
  const std::size_t original = index_of(lines, "Note over app1: sends set k1=1 to the cache#59; it arrives in step 5");
  EXPECT_EQ(lines[original + 1], "Note over app1: (4) set k1=1 is sent twice");
  EXPECT_EQ(lines[original + 2], "Note over app1: the copy of set k1=1 arrives in step 12");
  const std::size_t first = index_of(lines, "app1->>cache: (5) Set value [set k1=1] (sent in step 3)");
  EXPECT_EQ(lines[first + 2], "cache-->>app1: (6) ok");
  EXPECT_GT(index_of(lines, "app1-)cache: (12) Set value [set k1=1] (a copy, sent in step 4, nobody waits for it)"),
            first);
}

TEST(MermaidRenderer, a_crash_is_a_note_over_all_sessions_before_what_it_takes_along) {
  const auto answered = mermaid_lines(samples::crash_before_delete());
  const std::size_t crash = index_of(answered, "Note over app1: (3) app1 crashes");
  EXPECT_EQ(answered[crash - 1], "Note over cache,database: cache k1=1000, database k1=1");
  EXPECT_EQ(answered[crash + 1], "database--xapp1: ok (nobody is there)");
  const auto both = mermaid_lines(samples::crash_of_two_sessions());
  const std::size_t sent = index_of(both, "Note over app1_1: sends set k1=1 to the database#59; it arrives in step 4");
  const std::size_t gone = index_of(both, "app1_2-xcache: Get value [get k1] (never arrives)");
  EXPECT_LT(sent, gone);
  EXPECT_EQ(both[gone - 1], "Note over app1_1,app1_2: (3) app1 crashes");
  EXPECT_EQ(both[gone + 1], "app1_1-)database: (4) Set value [set k1=1] (sent in step 1, nobody waits for it)");
}

TEST(MermaidRenderer, an_error_is_an_arrow_that_arrives_and_a_note) {
  const auto lines = mermaid_lines(samples::refused_delete());
  const std::size_t arrow = index_of(lines, "app1->>cache: (4) Delete value [delete k1]");
  EXPECT_EQ(lines[arrow + 1], "Note over app1: gets an error, Write k1 ends");
}

TEST(MermaidRenderer, what_is_cancelled_is_a_note_before_what_it_takes_along) {
  const auto lines = mermaid_lines(samples::cancelled_writes());
  const std::size_t first = index_of(lines, "Note over app1: (2) Write k1 is cancelled");
  EXPECT_EQ(lines[first + 1], "Note over app1: Write k1 fails");
  EXPECT_EQ(lines[first + 2], "app1-)database: (3) Set value [set k1=1] (sent in step 1, nobody waits for it)");
  const std::size_t second = index_of(lines, "Note over app1: (6) Write k1 is cancelled");
  EXPECT_EQ(lines[second + 1], "database--xapp1: ok (nobody is there)");
}

TEST(MermaidRenderer, a_request_that_its_own_session_overtakes_is_announced_where_it_is_sent) {
  const samples::Who writer{.app = 1, .diagram = "Write"};
  samples::Story story(samples::scenario({"write"}), true);
  Request set = samples::set(1, "database", 1, "Set value");
  set.awaited = false;
  story.invoke(writer, {{set, samples::del(2, "Delete value")}, {}});
  story.handle(writer, 2);
  story.handle(writer, 1);
  story.receive(writer, 2, {{}, {samples::returned()}});
  const auto lines = mermaid_lines(story.ends());
  EXPECT_EQ(lines[index_of(lines, "Note over app1: (1) starts Write k1") + 1],
            "Note over app1: sends set k1=1 to the database#59; it arrives in step 3");
  index_of(lines, "app1-)database: (3) Set value [set k1=1] (sent in step 1)");
}

TEST(MermaidRenderer, every_step_has_its_number_once_and_in_order) {
  for (const Trace& trace : {samples::race(), samples::lost_reply(), samples::async_lost(), samples::drawn_as_lost(),
                             samples::two_sessions(), samples::late_delete(), samples::duplicate_set(),
                             samples::crash_of_two_sessions(), samples::evicted(), samples::endless()}) {
    std::vector<std::string> numbers;
    for (const std::string& line : mermaid_lines(trace)) {
      const std::size_t at = line.find(": (");
      if (at != std::string::npos) numbers.push_back(line.substr(at + 3, line.find(')', at) - at - 3));
    }
    std::vector<std::string> wanted;
    for (std::size_t i = 1; i <= trace.steps.size(); ++i) wanted.push_back(std::to_string(i));
    EXPECT_EQ(numbers, wanted);
  }
}

TEST(MermaidRenderer, what_happens_in_the_cache_is_a_note_over_it_before_the_values_that_it_leaves) {
  const auto follows = [](const Trace& trace, const std::string& note, const std::string& values) {
    const auto lines = mermaid_lines(trace);
    EXPECT_EQ(lines[index_of(lines, "Note over cache: " + note) + 1], "Note over cache,database: " + values);
  };
  follows(samples::evicted(), "(3) evicts k1", "cache k1=-, database k1=1");
  follows(samples::expired(), "(8) k1 expires", "cache k1=-, database k1=1000");
  follows(samples::restarted(), "(2) restarts, empty", "cache k1=-, database k1=1000 | cache k2=-, database k2=1000");
  follows(samples::forgotten_delete(), "(6) fails over#59; the last change is lost", "cache k1=1000, database k1=1");
}

TEST(MermaidRenderer, an_entry_that_may_expire_is_marked_where_it_is_stored) {
  index_of(mermaid_lines(samples::expired()), "Note over cache,database: cache k1=1000#126;, database k1=1000");
}

TEST(MermaidRenderer, hostile_labels_are_escaped) {
  Trace trace = samples::race();
  trace.steps[0].sends[0].label = trace.steps[1].request->label = "a;b#c\n<b>&end %%{init: {}}%% style:#1;";
  const auto lines = mermaid_lines(trace);
  index_of(lines,
           "app1->>cache: (2) a#59;b#35;c #60;b#62;#38;#101;nd #37;#37;#123;init: #123;#125;#125;#37;#37; "
           "#115;tyle:#35;1#59; [get k1]");
}

TEST(MermaidRenderer, a_label_cannot_ask_mermaid_to_wrap) {
  Trace trace = samples::drawn_as_lost();
  for (Step& step : trace.steps)
    for (Request& request : step.sends)
      if (request.drawn_lost) request.label = "Wrap: x";
  index_of(mermaid_lines(trace), "app1-xcache: #87;rap: x [delete k1] (drawn as lost)");
}

TEST(MermaidRenderer, a_loop_stands_in_a_loop) {
  const auto lines = mermaid_lines(samples::endless());
  const std::size_t begin = index_of(lines, "loop steps 5 to 6 repeat for ever");
  const std::size_t end = index_of(lines, "end");
  EXPECT_EQ(lines[begin - 1], "Note over app1: (4) starts Read k1");
  EXPECT_EQ(end + 2, lines.size());
  EXPECT_EQ(lines[begin + 1], "app1->>cache: (5) Get value [get k1]");
  for (const std::string& line : mermaid_lines(samples::staying())) EXPECT_NE(line, "end");
}

RC_GTEST_PROP(MermaidRenderer, any_trace_gives_only_its_own_statements_and_the_same_twice, ()) {
  const Trace trace = generators::any_trace();
  const auto lines = mermaid_lines(trace);
  RC_ASSERT(lines == mermaid_lines(trace));
  for (const std::string& line : lines) {
    if (!is_statement(line)) RC_FAIL("not one of the renderer's statements: " + line);
  }
}

}  // namespace
}  // namespace stalemate::traces
