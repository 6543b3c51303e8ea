// What parse_document refuses: each error names the place exactly, says what is wrong and what was expected.
#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {
namespace {

std::string error_of(const std::string& text, const std::string& name = "d.mmd") {
  try {
    parse_document(text, name);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string statement_error(const std::string& statements) { return error_of("sequenceDiagram\n" + statements); }

// The error stands at `place` ("2:1"), is one line and says each of `words`.
void expect_error(const std::string& statements, const std::string& place, std::initializer_list<const char*> words) {
  const std::string error = statement_error(statements);
  EXPECT_EQ(error.substr(0, error.find(' ')), "d.mmd:" + place + ":") << statements << "\n" << error;
  EXPECT_EQ(error.find('\n'), std::string::npos) << error;
  for (const char* word : words) EXPECT_NE(error.find(word), std::string::npos) << error << "\nlacks " << word;
}

TEST(DiagramErrors, an_unknown_statement_is_named_with_what_was_expected) {
  EXPECT_EQ(statement_error("A->>B: x\n  hello world\n"),
            "d.mmd:3:3: unknown statement \"hello world\"; expected a message (A->>B: text), a participant, a note or "
            "a block");
  expect_error("A: text", "2:1", {"unknown statement \"A: text\""});
  expect_error("A->>B: x; and so on\n", "2:11", {"\"and\" belongs inside \"par\""});
  expect_error("A->>B: one; two", "2:13", {"unknown statement \"two\"", "ends a statement at \";\"", "#59;"});
  expect_error("- A->>B: x", "2:1", {"unknown statement"});
  expect_error("(A)->>B: x", "2:1", {"unknown statement", "first sign"});
  expect_error("end2 note", "2:1", {"unknown statement \"end2 note\""});
}

TEST(DiagramErrors, a_long_or_unprintable_statement_is_quoted_in_part) {
  const std::string error = statement_error(std::string(100, 'y') + "\x1b[31m");
  EXPECT_NE(error.find("\"" + std::string(40, 'y') + "…\""), std::string::npos) << error;
  EXPECT_EQ(statement_error("\x1b[31m").find('\x1b'), std::string::npos);
  EXPECT_NE(statement_error("a\xff\xfe").find("\"a\\xff\\xfe\""), std::string::npos);
}

TEST(DiagramErrors, a_message_without_its_colon_or_receiver_is_refused_where_it_is_missing) {
  expect_error("A->>B\nB->>A: x", "2:6", {"expected \":\""});
  expect_error("A->>B # x", "2:10", {"expected \":\""});
  expect_error("A->>B; x", "2:6", {"expected \":\""});
  expect_error("A->>: x", "2:5", {"expected a participant's name"});
  expect_error("A->>+", "2:6", {"expected a participant's name", "end of the line"});
  expect_error("A->>B->>C: x", "2:6", {"second arrow"});
  expect_error("A->>B, C: x", "2:6", {"expected \":\""});
  expect_error("A->>->B: x", "2:5", {"second arrow"});
}

TEST(DiagramErrors, what_is_no_arrow_is_refused_with_the_arrows_there_are) {
  expect_error("A--B: x", "2:2", {"begins no arrow", "-->>"});
  expect_error("A <- B: x", "2:3", {"begins no arrow"});
  expect_error("A<->B: x", "2:2", {"begins no arrow", "<<->>"});
}

TEST(DiagramErrors, half_arrows_and_central_connections_are_refused_by_name) {
  for (const char* arrow : {"-|\\", "-|/", "-\\\\", "-//", "--|\\", "--|/", "--\\\\", "--//", "/|-", "\\|-", "//-",
                            "\\\\-", "/|--", "\\|--", "//--", "\\\\--"}) {
    expect_error(std::string("Ann ") + arrow + " B: x", "2:5", {"half arrow", "->>"});
    expect_error(std::string("Ann") + arrow + "B: x", "2:4", {"half arrow", "->>"});
  }
  expect_error("A->>()B: x", "2:5", {"central connections"});
  expect_error("A()->>B: x", "2:2", {"central connections"});
  expect_error("A()->>()B: x", "2:2", {"central connections"});
}

TEST(DiagramErrors, an_arrow_inside_a_name_is_explained_declared_or_not) {
  expect_error("web-x->>db: x", "2:4", {"\"-x\" reads as an arrow", "participant"});
  expect_error("db->>web-x: x", "2:9", {"\"-x\" reads as an arrow", "participant"});
  expect_error("A-->>-x: y", "2:6", {"\"-x\" reads as an arrow"});
  expect_error("web-xy->>db: x", "2:4", {"\"-x\" reads as an arrow"});
  expect_error("participant web-x\nweb-x->>db: x", "3:4", {"\"-x\" reads as an arrow", "alias"});
}

TEST(DiagramErrors, a_keyword_is_no_name) {
  expect_error("A->>end: x", "2:5", {"\"end\" is a keyword"});
  expect_error("A->>Note taker: x", "2:5", {"\"Note\" is a keyword"});
  expect_error("A->>title: x", "2:5", {"\"title\" is a keyword"});
  expect_error("Note over actor: x", "2:11", {"\"actor\" is a keyword"});
  expect_error("over->>A: x", "2:1", {"\"over\" is a keyword"});
  expect_error("A->>left of: x", "2:5", {"\"left\" is a keyword"});
  expect_error("A->>end-user: x", "2:5", {"\"end\" is a keyword"});
  expect_error("note-service->>A: x", "2:5", {"expected \"over\""});
}

TEST(DiagramErrors, participants_need_a_name_and_nothing_behind_it) {
  expect_error("participant\nA->>B: x", "2:12", {"expected a participant's name"});
  expect_error("participant # c", "2:16", {"expected a participant's name"});
  expect_error("participant A<B", "2:14", {"cannot contain \"<\""});
  expect_error("participant A:B", "2:14", {"cannot contain \":\""});
  expect_error("actor A, B", "2:8", {"cannot contain \",\""});
  expect_error("participant a@b", "2:14", {"cannot contain \"@\""});
  expect_error("participant A@{ \"type\": \"database\"\nA->>B: x", "2:14", {"\"@{\" is never closed", "\"}\""});
  expect_error("participant A@{ type }", "2:14", {"\"type\"", "no value"});
  expect_error("participant A@{ \"type\": \"queue\" } x", "2:35", {"\"x\" after the participant's name"});
  expect_error("activate", "2:9", {"expected a participant's name"});
  expect_error("create A", "2:8", {"expected \"participant\" or \"actor\""});
}

TEST(DiagramErrors, an_activation_that_never_began_cannot_end) {
  expect_error("A->>B: x\nB-->>-A: y", "3:7", {"\"B\" is not active here", "activate"});
  expect_error("deactivate A", "2:12", {"\"A\" is not active here"});
  // Mermaid counts from top to bottom, whatever the branches.
  expect_error("A->>+B: x\nalt a\nB-->>-A: y\nelse b\nB-->>-A: z\nend", "6:7", {"\"B\" is not active here"});
}

TEST(DiagramErrors, a_created_or_destroyed_participant_needs_its_message) {
  expect_error("create participant C\nA->>B: x\nA->>C: y", "3:1", {"must go to \"C\""});
  expect_error("A->>C: x\ncreate participant C\nA->>C: y", "3:8", {"\"C\" is there already"});
  expect_error("A->>C: x\ndestroy C\nA->>B: y", "4:1", {"come from or go to \"C\""});
}

TEST(DiagramErrors, a_participant_stands_in_one_box) {
  expect_error("box one\nparticipant A\nend\nbox two\nactor A\nend\nA->>B: x", "6:1", {"another box"});
}

TEST(DiagramErrors, a_line_end_that_spaces_hide_is_named) {
  expect_error("autonumber \nA->>B: x", "2:11", {"spaces stand before", "remove them"});
  expect_error("participant A@{ \"type\": \"queue\" } \nA->>B: x", "2:34", {"spaces stand before"});
}

TEST(DiagramErrors, a_number_with_a_space_behind_it_is_no_name) {
  expect_error("1 ->>B: x", "2:1", {"cannot be a number"});
  expect_error("A->>12 : x", "2:5", {"cannot be a number"});
}

TEST(DiagramErrors, front_matter_that_is_no_yaml_or_stands_too_low_is_refused) {
  EXPECT_EQ(error_of("---\ntitle: a: b\n---\nsequenceDiagram\nA->>B: x").substr(0, 11), "d.mmd:2:9: ");
  EXPECT_EQ(error_of("---\ntitle: a\ntitle: b\n---\nsequenceDiagram\nA->>B: x").substr(0, 11), "d.mmd:3:7: ");
  EXPECT_EQ(error_of("\n---\ntitle: a\n---\nsequenceDiagram\nA->>B: x").substr(0, 11), "d.mmd:2:1: ");
}

TEST(DiagramErrors, nothing_but_comments_stands_before_the_kind) {
  for (const char* before : {"# c", ";", "% c"}) {
    EXPECT_NE(error_of(std::string(before) + "\nsequenceDiagram\nA->>B: x").find("remove it"), std::string::npos);
  }
}

std::string code_of(const std::string& text) {
  try {
    parse_document(text, "d.mmd");
  } catch (const InputError& error) {
    return error.findings().at(0).code;
  }
  return "no error";
}

TEST(DiagramErrors, what_mermaid_accepts_and_this_does_not_model_has_a_code_of_its_own) {
  const std::string message = "\nA->>B: x\n";
  for (const char* statement : {"A-|\\B: x",
                                "A->>()B: x",
                                "A()->>B: x",
                                "opt x\nend",
                                "(A->>B: x",
                                ")",
                                "title\nB->>A: y",
                                "accTitle:\nB->>A: y",
                                "accDescr {\nB->>A: y",
                                "A->>B: x %% stalemate: role A = app",
                                "participant my app as App",
                                "participant A # c",
                                "create destroy A",
                                "participant A@{ type }",
                                "participant A@{\n\"type\": \"queue\",\n\"alias\": \"x\"\n}",
                                "A%% c",
                                "%%{%%{x}%%\ny",
                                "%%{init: {",
                                "%%{init: x}%%",
                                "A->>B: C4Container"}) {
    EXPECT_EQ(code_of("sequenceDiagram" + message + statement), "unsupported-syntax") << statement;
  }
  EXPECT_EQ(code_of("sequenceDiagram\nparticipant A"), "unsupported-syntax");
  EXPECT_EQ(code_of("---\nconfig:\n  - a\n---\nsequenceDiagram" + message), "unsupported-syntax");
  EXPECT_EQ(code_of("sequenceDiagram\nA->>B"), "unreadable");
  EXPECT_EQ(code_of("sequenceDiagram\nA->>B: x; y"), "unreadable");
}

TEST(DiagramErrors, notes_need_a_place_and_a_text) {
  expect_error("Note A: x", "2:6", {"expected \"over\", \"left of\" or \"right of\""});
  expect_error("Note left A: x", "2:6", {"expected \"over\", \"left of\" or \"right of\""});
  expect_error("Note over A", "2:12", {"expected \":\""});
  expect_error("Note over A,B,C: x", "2:14", {"expected \":\""});
  expect_error("Note left of A,B: x", "2:15", {"write \"over\""});
  expect_error("Note over : x", "2:11", {"expected a participant's name"});
}

TEST(DiagramErrors, a_missing_end_is_reported_at_the_line_that_opens_the_block) {
  EXPECT_EQ(statement_error("A->>B: x\n  alt hit\n  loop l\n  A->>B: y\n  end\n"),
            "d.mmd:3:3: \"alt\" is never closed; expected \"end\" on a line of its own after it");
  expect_error("box Aqua\nparticipant A\n", "2:1", {"\"box\" is never closed"});
  expect_error("alt end", "2:1", {"never closed"});
}

TEST(DiagramErrors, a_stray_end_or_section_word_is_reported_where_it_stands) {
  expect_error("A->>B: x\nend", "3:1", {"\"end\" closes nothing"});
  expect_error("A->>B: x\n else y", "3:2", {"\"else\" belongs inside \"alt\"", "no block is open"});
  expect_error("opt o\nA->>B: x\nelse y\nend", "4:1", {"\"else\" belongs inside \"alt\"", "\"opt\" of line 2"});
  expect_error("alt o\nA->>B: x\nand y\nend", "4:1", {"\"and\" belongs inside \"par\"", "\"alt\" of line 2"});
  expect_error("par o\nA->>B: x\nOption y\nend", "4:1",
               {"\"option\" belongs inside \"critical\"", "\"par\" of line 2"});
  expect_error("box b\nA->>B: x\nend", "3:1", {"inside \"box\" of line 2", "expected a participant"});
}

TEST(DiagramErrors, an_empty_block_is_refused) {
  for (const char* kind : {"alt", "opt", "loop", "par", "critical", "break", "rect"}) {
    expect_error(std::string("A->>B: x\n ") + kind + " label\n %% only a comment\n %% stalemate: k = v\n end", "3:2",
                 {"empty", kind});
  }
  expect_error("alt a\nelse b\nelse c\nend\nA->>B: x", "2:1", {"empty alt block"});
  expect_error("alt a\nopt b\nend\nend\nA->>B: x", "3:1", {"empty opt block"});
}

TEST(DiagramErrors, an_empty_diagram_is_refused) {
  EXPECT_EQ(error_of("sequenceDiagram\n").substr(0, 27), "d.mmd:1:1: empty diagram: i");
  expect_error("participant A\nNote over A: x\n", "1:1", {"empty diagram"});
  EXPECT_EQ(error_of("").substr(0, 22), "d.mmd:1:1: empty block");
  EXPECT_EQ(error_of("\n%% only this\n").substr(0, 22), "d.mmd:1:1: empty block");
}

TEST(DiagramErrors, autonumber_and_title_take_what_mermaid_takes) {
  expect_error("autonumber ten", "2:12", {"after \"autonumber\"", "\"off\""});
  expect_error("autonumber 1 2 3", "2:16", {"after \"autonumber\""});
  expect_error("title\nA->>B: x", "2:6", {"expected the title's text"});
}

TEST(DiagramErrors, what_spans_lines_must_be_closed) {
  expect_error("A->>B: x\n  %%{init: {\nA->>B: y", "3:3", {"\"%%{\" is never closed", "}%%"});
  expect_error("accDescr {\nA->>B: y", "2:1", {"\"accDescr {\" is never closed"});
  EXPECT_EQ(error_of("---\ntitle: x\nsequenceDiagram\nA->>B: x"),
            "d.mmd:1:1: front matter is never closed; expected a line \"---\" after it");
}

TEST(DiagramErrors, our_directive_inside_a_text_would_be_lost_and_is_refused) {
  expect_error("A->>B: x %% stalemate: role A = app", "2:7", {"line of its own"});
}

TEST(DiagramErrors, a_misspelt_sequence_diagram_is_not_taken_for_another_kind) {
  for (const char* first :
       {"sequencediagram", "SequenceDiagram", "sequence", "sequenceDiagramm", "participant A", "A->>B: x"}) {
    const std::string error = error_of(std::string("  ") + first + "\nA->>B: x\n");
    EXPECT_EQ(error.substr(0, 11), "d.mmd:1:3: ") << error;
    EXPECT_NE(error.find("expected \"sequenceDiagram\""), std::string::npos) << error;
  }
  EXPECT_EQ(error_of("sequenceDiagram\nA->>B: x\nsequenceDiagram\n").substr(0, 11), "d.mmd:3:1: ");
}

TEST(DiagramErrors, a_file_without_a_sequence_diagram_says_what_it_found) {
  EXPECT_EQ(error_of("flowchart TD\nA-->B\n"),
            "d.mmd:1:1: no sequence diagram (\"flowchart\" at line 1 is another kind); expected text that starts with "
            "\"sequenceDiagram\"");
  EXPECT_EQ(error_of("# Title\n\nwords\n", "a/b.md"),
            "a/b.md:1:1: no sequence diagram; expected a ```mermaid block that starts with \"sequenceDiagram\"");
}

TEST(DiagramErrors, nesting_and_statements_have_declared_limits) {
  std::string nested;
  for (int i = 0; i < 65; ++i) nested += "opt o\n";
  expect_error(nested, "66:1", {"nested deeper than 64"});
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "A->>B: x\n";
  EXPECT_EQ(statement_error(many), "no error");
  expect_error(many + "A->>B: y", "10002:1", {"more than 10000 statements"});
}

}  // namespace
}  // namespace stalemate::model
