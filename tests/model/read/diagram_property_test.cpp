// Claims about parse_document for all inputs: printed diagrams read back, bytes never escape as anything but
// InputError, hostile input stays cheap.
#include <ctime>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/error.hpp"
#include "model/read/diagram_outline.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {
namespace {

// Names and texts that are printed as they are: no character with a meaning where they stand.
rc::Gen<std::string> any_name() {
  return rc::gen::element<std::string>("A", "B", "my-app", "db-1", "app server", "web_x", "ünï", "a.b", "q/r",
                                       "endpoint", "x-ray", "loopback", "1st");
}

rc::Gen<std::string> any_text() {
  return rc::gen::element<std::string>("", "Get value", "end", "a: b, c", "->> x", "SELECT * FROM t", "♥ %% done",
                                       "{a} [b]", "(no)");
}

Statement at_nowhere(std::variant<Message, Note, Block, Directive, Decoration> node) { return {{}, std::move(node)}; }

Statement any_statement(int depth);

std::vector<Statement> any_body(int depth) {
  std::vector<Statement> body;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) body.push_back(any_statement(depth));
  return body;
}

Message any_message() {
  Message message;
  message.from = *any_name();
  message.to = *any_name();
  message.arrow.dotted = *rc::gen::arbitrary<bool>();
  message.arrow.head =
      *rc::gen::element(ArrowHead::kNone, ArrowHead::kFilled, ArrowHead::kBoth, ArrowHead::kCross, ArrowHead::kOpen);
  message.activates = *rc::gen::arbitrary<bool>();  // deactivating needs one that is active
  message.text = *any_text();
  return message;
}

Block any_block(int depth) {
  Block block;
  block.kind = *rc::gen::element(BlockKind::kAlt, BlockKind::kOpt, BlockKind::kLoop, BlockKind::kPar,
                                 BlockKind::kCritical, BlockKind::kBreak, BlockKind::kRect);
  const bool may_have_more = section_word(block.kind) != "?";
  const int sections = may_have_more ? *rc::gen::inRange(1, 4) : 1;
  for (int i = 0; i < sections; ++i) {
    std::string label = *any_text();
    block.sections.push_back({{}, std::move(label), any_body(depth + 1)});
  }
  return block;
}

Statement any_statement(int depth) {
  const int kind = *rc::gen::inRange(0, depth < 4 ? 8 : 6);
  if (kind < 4) return at_nowhere(any_message());
  if (kind == 4) {
    Note note;
    note.placement = *rc::gen::element(NotePlacement::kOver, NotePlacement::kLeftOf, NotePlacement::kRightOf);
    note.participants.push_back(*any_name());
    if (note.placement == NotePlacement::kOver && *rc::gen::arbitrary<bool>()) note.participants.push_back(*any_name());
    note.text = *any_text();
    return at_nowhere(note);
  }
  if (kind == 5) return at_nowhere(Decoration{"activate", *any_name()});
  return at_nowhere(any_block(depth));
}

RC_GTEST_PROP(DiagramProperties, a_printed_diagram_reads_back_to_the_same_tree, ()) {
  Diagram diagram;
  diagram.statements = any_body(0);
  diagram.statements.push_back(at_nowhere(any_message()));
  const std::string printed = outline(diagram);
  const std::string line_end = *rc::gen::element<std::string>("\n", "\r\n", "\n\n", ";\n");
  std::string source = "sequenceDiagram" + line_end;
  for (const char c : printed) source += c == '\n' ? line_end : std::string(1, c);
  const Document document = parse_document(source, "d.mmd");
  RC_ASSERT(outline(document.diagrams.at(0).diagram) == printed);
}

// True where parse_document gives a document or an InputError that names a place in the file.
bool is_answered(const std::string& text, const std::string& name) {
  try {
    return !parse_document(text, name).diagrams.empty();
  } catch (const InputError& error) {
    const std::string what = error.what();
    return what.compare(0, name.size() + 1, name + ":") == 0 && what.find('\n') == std::string::npos;
  }
}

RC_GTEST_PROP(DiagramProperties, bytes_of_any_kind_give_a_document_or_an_error_with_a_place, ()) {
  const auto bytes = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
  RC_ASSERT(is_answered("sequenceDiagram\n" + bytes, "d.mmd"));
  RC_ASSERT(is_answered("```mermaid\nsequenceDiagram\n" + bytes, "d.md"));
  RC_ASSERT(is_answered(bytes, "d.md"));
}

RC_GTEST_PROP(DiagramProperties, pieces_of_the_grammar_in_any_order_give_a_document_or_an_error_with_a_place, ()) {
  const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "sequenceDiagram", "\n", "\n", "\n", " ", "A", "B", "->>", "-x", "--", "<<", ":", ";", "#", "#35;", "alt", "else",
      "end", "and", "participant ", " as ", "@{", "}", "%%", "%%{", "}%%", "%% stalemate:", "note over ", ",", "box",
      "()", "-", "+", "\t", "\r", "```", "```mermaid", "---", "title", "accDescr {", "<!--", "-->", "> ", "- ", "\xC3",
      "\xE2\x80\xA8", "autonumber", "1"));
  std::string text;
  for (const std::string& piece : pieces) text += piece;
  RC_ASSERT(is_answered(text, "d.mmd"));
  RC_ASSERT(is_answered("sequenceDiagram\nA->>B: x\n" + text, "d.mmd"));
  RC_ASSERT(is_answered("```mermaid\nsequenceDiagram\nA->>B: x\n```\n" + text, "d.md"));
}

std::string repeated(const std::string& piece, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text += piece;
  return text;
}

// Quadratic behaviour would take minutes here; the bound leaves room for sanitizers and slow machines.
TEST(DiagramProperties, hostile_input_takes_time_linear_in_its_length) {
  constexpr int kTimes = 100000;
  const std::string begin = "sequenceDiagram\nA->>B: ";
  const auto start = std::clock();
  for (const char* piece : {"-x",
                            "#",
                            "#a",
                            "#a;",
                            ";",
                            ";A",
                            " ",
                            "%",
                            "%%",
                            "-",
                            "<",
                            "(",
                            "()",
                            "-)",
                            "\n",
                            "\n%%",
                            "\n%%{",
                            "\n#a",
                            "\n;",
                            "\nalt",
                            "\nA-x",
                            "\nA->>B:",
                            "\nparticipant A ",
                            "\nA@{",
                            "<br",
                            "<!--",
                            "\t",
                            ",",
                            "\"",
                            "\xE2\x80"}) {
    const std::string many = repeated(piece, kTimes);
    EXPECT_TRUE(is_answered(begin + many, "d.mmd")) << piece;
    EXPECT_TRUE(is_answered("sequenceDiagram\n" + many, "d.mmd")) << piece;
    EXPECT_TRUE(is_answered("sequenceDiagram\nparticipant A" + many, "d.mmd")) << piece;
    EXPECT_TRUE(is_answered("sequenceDiagram\nparticipant a-x\nA" + many + "->>B: x", "d.mmd")) << piece;
    EXPECT_TRUE(is_answered("sequenceDiagram\nparticipant A@{" + many, "d.mmd")) << piece;
    EXPECT_TRUE(is_answered(many, "d.md")) << piece;
  }
  for (const char* piece : {">", "> ", "- ", "1. ", "`", "```", "```\n", "```mermaid\n", "<!--", "<!--\n", "<!-- -->",
                            "#", "a\n", "a\n=\n", "```mermaid\ngantt\n```\n", "*", "\n", "---\n"}) {
    EXPECT_TRUE(is_answered(repeated(piece, kTimes), "d.md")) << piece;
  }
  // Of the processor, which says the same on a busy machine.
  EXPECT_LT(static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC, 60.0);
}

}  // namespace
}  // namespace stalemate::model
