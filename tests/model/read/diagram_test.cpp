// Every statement of Mermaid's sequence diagrams, as parse_document reads it. Expectations follow Mermaid's own
// grammar.
#include "read/diagram.hpp"

#include <string>
#include <variant>

#include <fmt/core.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "model/read/diagram_outline.hpp"

namespace stalemate::model {
namespace {

Diagram parse(const std::string& text) { return parse_document(text, "d.mmd").diagrams.at(0).diagram; }

// The outline of the statements that follow the first line.
std::string read(const std::string& statements) { return outline(parse("sequenceDiagram\n" + statements)); }

const Message& first_message(const Diagram& diagram) { return std::get<Message>(diagram.statements.at(0).node); }

TEST(DiagramMessages, each_of_the_ten_arrows_is_read_with_its_line_and_head) {
  const struct {
    const char* text;
    Arrow arrow;
  } cases[] = {
      {"->", {false, ArrowHead::kNone}},    {"-->", {true, ArrowHead::kNone}},    {"->>", {false, ArrowHead::kFilled}},
      {"-->>", {true, ArrowHead::kFilled}}, {"<<->>", {false, ArrowHead::kBoth}}, {"<<-->>", {true, ArrowHead::kBoth}},
      {"-x", {false, ArrowHead::kCross}},   {"--x", {true, ArrowHead::kCross}},   {"-)", {false, ArrowHead::kOpen}},
      {"--)", {true, ArrowHead::kOpen}},
  };
  for (const auto& c : cases) {
    for (const std::string space : {"", " ", "\t "}) {
      const Diagram diagram = parse(fmt::format("sequenceDiagram\nA{0}{1}{0}B: hi", space, c.text));
      EXPECT_EQ(first_message(diagram).arrow, c.arrow) << c.text;
      EXPECT_EQ(first_message(diagram).from, "A") << c.text;
      EXPECT_EQ(first_message(diagram).to, "B") << c.text;
      EXPECT_EQ(first_message(diagram).text, "hi") << c.text;
    }
    const Diagram activating = parse(std::string("sequenceDiagram\nA") + c.text + "+B: hi");
    EXPECT_TRUE(first_message(activating).activates) << c.text;
    EXPECT_FALSE(first_message(activating).deactivates) << c.text;
    const Diagram deactivating = parse(std::string("sequenceDiagram\nactivate A\nA") + c.text + " - B: hi");
    const auto& message = std::get<Message>(deactivating.statements.at(1).node);
    EXPECT_TRUE(message.deactivates) << c.text;
    EXPECT_EQ(message.to, "B") << c.text;
  }
}

TEST(DiagramMessages, a_cross_may_be_written_in_upper_case) {
  EXPECT_EQ(read("A-XB: x\nA--XB: y"), "A -x B: x\nA --x B: y\n");
}

TEST(DiagramMessages, are_numbered_from_one_as_drawn_blocks_included) {
  const Diagram diagram = parse("sequenceDiagram\nA->>B: 1\nalt x\nB->>A: 2\nelse y\nB->>A: 3\nend\nA->>B: 4");
  EXPECT_EQ(first_message(diagram).number, 1);
  const auto& block = std::get<Block>(diagram.statements.at(1).node);
  EXPECT_EQ(std::get<Message>(block.sections.at(0).body.at(0).node).number, 2);
  EXPECT_EQ(std::get<Message>(block.sections.at(1).body.at(0).node).number, 3);
  EXPECT_EQ(std::get<Message>(diagram.statements.at(2).node).number, 4);
}

TEST(DiagramMessages, a_text_may_be_empty_and_may_hold_colons_commas_arrows_and_the_word_end) {
  EXPECT_EQ(read("A->>B:\nA->>B: \nA->>B: k: v, w ->> end\nA->>B: end"),
            "A ->> B: \nA ->> B: \nA ->> B: k: v, w ->> end\nA ->> B: end\n");
}

TEST(DiagramMessages, a_message_to_oneself_is_read) { EXPECT_EQ(read("A->>A: think"), "A ->> A: think\n"); }

TEST(DiagramMessages, a_semicolon_ends_a_statement) {
  EXPECT_EQ(read("A->>B: one; B-->>A: two;;A->>B: three;"), "A ->> B: one\nB -->> A: two\nA ->> B: three\n");
}

TEST(DiagramMessages, a_hash_ends_the_text_and_an_entity_does_not) {
  EXPECT_EQ(read("A->>B: text # a comment; A->>C: gone\nA->>B: #35;1 #lt;b#gt; #9829; a#colon;b # gone"),
            "A ->> B: text\nA ->> B: #1 <b> ♥ a:b\n");
}

TEST(DiagramMessages, an_entity_that_names_nothing_stays_as_written) {
  EXPECT_EQ(read("A->>B: #nonsense; #0; #27; #55296; #99999999999999999999;"),
            "A ->> B: #nonsense; #0; #27; #55296; #99999999999999999999;\n");
}

TEST(DiagramMessages, a_line_break_is_a_space_and_wrap_is_no_text) {
  EXPECT_EQ(read("A->>B: one<br/>two<BR>three<br />four\nA->>B:wrap: long\nA->>B: nowrap: short"),
            "A ->> B: one two three four\nA ->> B: long\nA ->> B: short\n");
}

TEST(DiagramMessages, a_comment_sign_inside_a_text_is_text) {
  EXPECT_EQ(read("A->>B: 100 %% sure"), "A ->> B: 100 %% sure\n");
}

TEST(DiagramNames, may_hold_spaces_dashes_dots_and_signs) {
  EXPECT_EQ(
      read("my-app->>+db-1: a\ndb-1-->>-my-app: b\napp server ->> Postgres (main): c\nq/r-)N#1: d\nünï->>$x: e"),
      "my-app ->>+ db-1: a\ndb-1 -->>- my-app: b\napp server ->> Postgres (main): c\nq/r -) N#1: d\nünï ->> $x: e\n");
}

TEST(DiagramNames, a_cross_needs_no_space_so_a_dash_before_x_is_an_arrow) {
  EXPECT_EQ(read("web-xray: t\nx-xx: t\nax-xA: t"), "web -x ray: t\nx -x x: t\nax -x A: t\n");
}

TEST(DiagramNames, hold_what_stands_behind_a_bracket_up_to_an_arrow_that_begins_with_a_dash) {
  EXPECT_EQ(read("A(x)/|b->>B: a\nA(b)->>link: b"), "A(x)/|b ->> B: a\nA(b) ->> link: b\n");
}

TEST(DiagramNames, a_keyword_goes_on_as_a_name_after_a_letter) {
  EXPECT_EQ(read("endpoint->>app: b\nnotes->>link-service: c\nactivator->>optional: d\npar_1->>B: e"),
            "endpoint ->> app: b\nnotes ->> link-service: c\nactivator ->> optional: d\npar_1 ->> B: e\n");
}

TEST(DiagramLines, a_space_before_a_line_end_hides_it_as_in_mermaid) {
  EXPECT_EQ(read("A ->> \nB: x\nend_ ->>B: y"), "A ->> B: x\nend_ ->> B: y\n");
}

TEST(DiagramComments, an_inline_directive_is_no_text_and_a_styles_semicolon_is_dropped) {
  EXPECT_EQ(read("A->>B: x %%{wrap}%% y\nA->>B: set style:a#35;b\nA->>B: d"),
            "A ->> B: x  y\nA ->> B: set style:a\nA ->> B: d\n");
}

TEST(DiagramParticipants, are_listed_in_order_of_first_appearance) {
  const Diagram diagram = parse("sequenceDiagram\nparticipant B\nC->>B: x\nNote over D: y\nactor A\nA->>C: z");
  EXPECT_EQ(participants_text(diagram), "B | B | \nC | C |  (mentioned)\nD | D |  (mentioned)\nA | A |  (actor)\n");
}

TEST(DiagramParticipants, aliases_types_and_actors_are_read) {
  const Diagram diagram = parse(
      "sequenceDiagram\n"
      "participant c as Redis<br/>cluster #35;1\n"
      "PARTICIPANT my app\n"
      "Actor u AS End user\n"
      "participant d@{ \"type\": \"database\", \"alias\": \"The store\" }\n"
      "participant q@{ type: queue } as Jobs\n"
      "participant m@{\n  \"type\" : \"entity\"\n}\n"
      "c->>d: x");
  EXPECT_EQ(participants_text(diagram),
            "c | Redis cluster #1 | \nmy app | my app | \nu | End user |  (actor)\nd | The store | database\n"
            "q | Jobs | queue\nm | m | entity\n");
}

TEST(DiagramParticipants, a_later_declaration_gives_a_mentioned_name_its_alias_and_place) {
  const Diagram diagram = parse("sequenceDiagram\nA->>B: x\n  participant B as Store");
  EXPECT_EQ(participants_text(diagram), "A | A |  (mentioned)\nB | Store | \n");
  EXPECT_EQ(diagram.participants.at(1).at, (Position{3, 3}));
  EXPECT_EQ(diagram.participants.at(0).at, (Position{2, 1}));
}

TEST(DiagramParticipants, an_alias_may_have_a_comment_follow_and_as_is_a_name) {
  const Diagram diagram = parse(
      "sequenceDiagram\nparticipant a as App # note\nparticipant N#1\nparticipant as\nparticipant b as as\na->>b: x");
  EXPECT_EQ(participants_text(diagram), "a | App | \nN#1 | N#1 | \nas | as | \nb | as | \n");
}

TEST(DiagramParticipants, create_and_destroy_keep_their_lines) {
  const Diagram diagram = parse(
      "sequenceDiagram\nA->>B: x\ncreate participant C as Cache\nA->>C: y\ncreate actor D\nA->>D: z\ndestroy C\nA-xC: "
      "w");
  EXPECT_EQ(outline(diagram), "A ->> B: x\ncreate C\nA ->> C: y\ncreate D\nA ->> D: z\ndestroy C\nA -x C: w\n");
  EXPECT_EQ(diagram.participants.at(2).alias, "Cache");
  EXPECT_TRUE(diagram.participants.at(3).is_actor);
}

TEST(DiagramParticipants, a_box_groups_participants_and_is_no_block) {
  const Diagram diagram = parse(
      "sequenceDiagram\nbox rgb(33,66,99) The stores\n  participant C\n  %% why\n  actor D\nend\nbox\nend\nC->>D: x");
  EXPECT_EQ(outline(diagram), "box rgb(33,66,99) The stores\nbox \nC ->> D: x\n");
  EXPECT_EQ(participants_text(diagram), "C | C | \nD | D |  (actor)\n");
}

TEST(DiagramBlocks, each_kind_is_read_with_its_sections_and_labels) {
  EXPECT_EQ(read("alt hit\nA->>B: 1\nelse miss (a: b)\nA->>B: 2\nelse\nA->>B: 3\nend"),
            "alt hit\n  A ->> B: 1\nelse miss (a: b)\n  A ->> B: 2\nelse \n  A ->> B: 3\nend\n");
  EXPECT_EQ(read("opt maybe\nA->>B: 1\nend"), "opt maybe\n  A ->> B: 1\nend\n");
  EXPECT_EQ(read("loop every minute\nA->>B: 1\nend"), "loop every minute\n  A ->> B: 1\nend\n");
  EXPECT_EQ(read("par a\nA->>B: 1\nand b\nA->>B: 2\nend"), "par a\n  A ->> B: 1\nand b\n  A ->> B: 2\nend\n");
  EXPECT_EQ(read("par_over a\nA->>B: 1\nand\nA->>B: 2\nend"), "par a\n  A ->> B: 1\nand \n  A ->> B: 2\nend\n");
  EXPECT_EQ(read("critical c\nA->>B: 1\noption d\nA->>B: 2\nend"),
            "critical c\n  A ->> B: 1\noption d\n  A ->> B: 2\nend\n");
  EXPECT_EQ(read("break done\nA->>B: 1\nend"), "break done\n  A ->> B: 1\nend\n");
  EXPECT_EQ(read("rect rgb(0, 255, 0)\nA->>B: 1\nend"), "rect rgb(0, 255, 0)\n  A ->> B: 1\nend\n");
}

TEST(DiagramBlocks, nest_and_may_stand_on_one_line) {
  EXPECT_EQ(read("alt x; loop y; A->>B: 1; end; else; opt z; A->>B: 2; end end A->>B: 3"),
            "alt x\n  loop y\n    A ->> B: 1\n  end\nelse \n  opt z\n    A ->> B: 2\n  end\nend\nA ->> B: 3\n");
}

TEST(DiagramBlocks, one_section_may_be_empty_where_another_is_not) {
  EXPECT_EQ(read("alt hit\nelse miss\nA->>B: 1\nend"), "alt hit\nelse miss\n  A ->> B: 1\nend\n");
  EXPECT_EQ(read("alt hit\nA->>B: 1\nelse miss\nend"), "alt hit\n  A ->> B: 1\nelse miss\nend\n");
}

TEST(DiagramBlocks, keywords_are_read_in_any_case) {
  EXPECT_EQ(read("ALT x\nA->>B: 1\nElse y\nA->>B: 2\nEND\nNOTE OVER A: z\nnote Left Of A: w"),
            "alt x\n  A ->> B: 1\nelse y\n  A ->> B: 2\nend\nnote over A: z\nnote left of A: w\n");
}

TEST(DiagramBlocks, the_word_end_in_a_label_ends_nothing) {
  EXPECT_EQ(read("alt end\nA->>B: the end\nelse end of it\nNote over A: end\nend"),
            "alt end\n  A ->> B: the end\nelse end of it\n  note over A: end\nend\n");
}

TEST(DiagramBlocks, sixty_four_levels_are_read) {
  std::string text;
  for (int i = 0; i < 64; ++i) text += "opt o\n";
  text += "A->>B: deep\n";
  for (int i = 0; i < 64; ++i) text += "end\n";
  EXPECT_NE(read(text).find("A ->> B: deep"), std::string::npos);
}

TEST(DiagramNotes, each_placement_is_read) {
  EXPECT_EQ(read("Note over A,B: x\nnote over A : y\nNote left of my app: z\nNote right of B:\nA->>B: 1"),
            "note over A,B: x\nnote over A: y\nnote left of my app: z\nnote right of B: \nA ->> B: 1\n");
}

TEST(DiagramDecorations, what_only_changes_the_looks_is_kept) {
  EXPECT_EQ(read("autonumber\nautonumber 10\nautonumber 10 5\nautonumber off\nactivate A\nA->>B: x\ndeactivate A"),
            "autonumber \nautonumber 10\nautonumber 10 5\nautonumber off\nactivate A\nA ->> B: x\ndeactivate A\n");
  EXPECT_EQ(
      read("links A: {\"Docs\": \"https://a.example\"}\nlink B: Docs @ https://b.example\nproperties A: {\"c\": 1}\n"
           "details A: id\nA->>B: x"),
      "links A: {\"Docs\": \"https://a.example\"}\nlink B: Docs @ https://b.example\nproperties A: {\"c\": 1}\n"
      "details A: id\nA ->> B: x\n");
  EXPECT_EQ(read("accTitle: A title; all of it\naccDescr: words\naccDescr {\n two\n lines }\nA->>B: x"),
            "accTitle A title; all of it\naccDescr words\naccDescr two  lines\nA ->> B: x\n");
}

TEST(DiagramTitle, is_read_with_and_without_a_colon_and_from_front_matter) {
  EXPECT_EQ(parse("sequenceDiagram\ntitle Read path\nA->>B: x").title, "Read path");
  EXPECT_EQ(parse("sequenceDiagram\ntitle: Read path\nA->>B: x").title, "Read path");
  EXPECT_EQ(parse("---\ntitle: \"Write path\"\nconfig:\n  title: no\n---\nsequenceDiagram\nA->>B: x").title,
            "Write path");
  EXPECT_EQ(parse("---\ntitle: Outer\n---\nsequenceDiagram\ntitle Inner\nA->>B: x").title, "Inner");
  EXPECT_EQ(parse("sequenceDiagram\nA->>B: x").title, "");
}

TEST(DiagramComments, and_directives_of_mermaid_are_passed_over) {
  EXPECT_EQ(read("%% a comment; A->>C: x\n%%\n  %%{init: {'theme':\n 'dark'}}%%\n# another\nA->>B: x\nalt y %% "
                 "label\nA->>B: z\nend %% done"),
            "A ->> B: x\nalt y %% label\n  A ->> B: z\nend\n");
  EXPECT_EQ(outline(parse("%%{init: {}}%%\n%% c\n\nsequenceDiagram\nA->>B: x")), "A ->> B: x\n");
}

TEST(DiagramComments, our_own_directives_are_kept_where_they_stand) {
  const Diagram diagram = parse(
      "%% stalemate: role X = cache\nsequenceDiagram\nA->>B: x\nalt y\n  %%stalemate:  k = v; w # z \nA->>B: z\nend");
  EXPECT_EQ(outline(diagram),
            "%% stalemate: role X = cache\nA ->> B: x\nalt y\n  %% stalemate: k = v; w # z\n  A ->> B: z\nend\n");
  EXPECT_EQ(diagram.statements.at(0).at, (Position{1, 1}));
}

TEST(DiagramPositions, count_lines_and_code_points_from_one) {
  const Diagram diagram =
      parse("\n  sequenceDiagram\n\tparticipant ü\n\tü->>ä: ö; ä-->>ü: y\nalt é;ü->>ä: z\nelse\nend");
  EXPECT_EQ(diagram.at, (Position{2, 3}));
  EXPECT_EQ(diagram.participants.at(0).at, (Position{3, 2}));
  EXPECT_EQ(diagram.participants.at(1).at, (Position{4, 6}));
  EXPECT_EQ(diagram.statements.at(0).at, (Position{4, 2}));
  EXPECT_EQ(diagram.statements.at(1).at, (Position{4, 12}));
  const auto& block = std::get<Block>(diagram.statements.at(2).node);
  EXPECT_EQ(diagram.statements.at(2).at, (Position{5, 1}));
  EXPECT_EQ(block.sections.at(0).at, (Position{5, 1}));
  EXPECT_EQ(block.sections.at(0).body.at(0).at, (Position{5, 7}));
  EXPECT_EQ(block.sections.at(1).at, (Position{6, 1}));
}

TEST(DiagramLayout, line_ends_tabs_and_a_missing_last_newline_make_no_difference) {
  const std::string text =
      "sequenceDiagram\n  participant A as The app\n  A->>B: Get value\n  alt miss\n    B-->>A: nil\n  else\n    "
      "B-->>A: v\n  end\n";
  const std::string expected = outline(parse(text));
  const auto with = [&text](const std::string& from, const std::string& to) {
    std::string changed;
    for (const char c : text) changed += std::string(1, c) == from ? to : std::string(1, c);
    return changed;
  };
  EXPECT_EQ(outline(parse(with("\n", "\r\n"))), expected);
  EXPECT_EQ(outline(parse(with("\n", "\r"))), expected);
  EXPECT_EQ(outline(parse(with("\n", "\n\n \t\n"))), expected);
  EXPECT_EQ(outline(parse(with(" ", "\t"))), expected);  // a tab inside a label is a space, too
  EXPECT_EQ(outline(parse(text.substr(0, text.size() - 1))), expected);
  EXPECT_EQ(outline(parse("\xEF\xBB\xBF" + text)), expected);
  EXPECT_EQ(parse("\xEF\xBB\xBF" + text).at, (Position{1, 1}));
}

}  // namespace
}  // namespace stalemate::model
