// Which parts of a Markdown file are sequence diagrams, and which lines stand before each.
#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "model/read/diagram_outline.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {
namespace {

const std::string kBody = "sequenceDiagram\nA->>B: x\n";

Document parse(const std::string& text) { return parse_document(text, "docs/page.md"); }

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// The context lines of diagram `index`, headings marked with "#".
std::string context_of(const Document& document, std::size_t index) {
  std::string text;
  for (const Context& line : document.diagrams.at(index).context)
    text += (line.is_heading ? "#" : "") + line.text + "\n";
  return text;
}

TEST(DiagramMarkdown, a_tutorial_page_gives_its_two_diagrams_with_the_lines_before_each) {
  const std::string text =
      "### Before\n\nRead\n\n``` mermaid\nsequenceDiagram\n    participant app\n\n    app->>cache: Get value\n"
      "    cache-->>app: Does not exist\n```\n\nWrite\n\n```mermaid\nsequenceDiagram\n    app->>database: Set "
      "value\n```\n"
      "## After\n\n```sh\nmake Read\n```\n";
  const Document document = parse(text);
  EXPECT_EQ(document.name, "docs/page.md");
  EXPECT_EQ(document.text, text);
  ASSERT_EQ(document.diagrams.size(), 2U);
  EXPECT_EQ(context_of(document, 0), "#Before\nRead\n");
  EXPECT_EQ(context_of(document, 1), "Write\n");
  EXPECT_EQ(outline(document.diagrams[0].diagram), "app ->> cache: Get value\ncache -->> app: Does not exist\n");
  EXPECT_EQ(document.diagrams[0].diagram.at, (Position{6, 1}));
  EXPECT_EQ(document.diagrams[0].diagram.statements.at(0).at, (Position{9, 5}));
  EXPECT_EQ(document.diagrams[0].context.at(1).at, (Position{3, 1}));
}

TEST(DiagramMarkdown, every_spelling_of_the_fence_is_recognised) {
  for (const std::string opening :
       {"```mermaid", "``` mermaid", "```  mermaid  ", "````mermaid", "~~~mermaid", "~~~~ mermaid", "```Mermaid",
        "```mermaid {init: 1}", "```mermaid title=\"x\"", "```{mermaid}", "``` {.mermaid}", "  ```mermaid",
        "\t```mermaid", "- ```mermaid", "1. ```mermaid"}) {
    const std::string closing(
        opening.find("````") != std::string::npos || opening.find("~~~~") != std::string::npos ? 4U : 3U,
        opening.find('~') == std::string::npos ? '`' : '~');
    EXPECT_EQ(outline(parse(opening + "\n" + kBody + closing + "\n").diagrams.at(0).diagram), "A ->> B: x\n")
        << opening;
  }
}

TEST(DiagramMarkdown, what_other_renderers_take_for_a_diagram_is_one) {
  for (const auto& [opening, closing] : {std::pair<std::string, std::string>{"::: mermaid", ":::"},
                                         {":::mermaid", ":::"},
                                         {"<pre class=\"mermaid\">", "</pre>"},
                                         {"<div id=\"a\" class=\"mermaid\">", "</div>"}}) {
    const Document document = parse("# Read\n\n" + opening + "\n" + kBody + closing + "\n\ntext\n");
    ASSERT_EQ(document.diagrams.size(), 1U) << opening;
    EXPECT_EQ(error_of(opening + "\n" + kBody),
              "docs/page.md:1:1: block is never closed; expected a line \"" + closing + "\" after it");
  }
  EXPECT_EQ(parse("::: note\n\n```mermaid\n" + kBody + "```\n:::\n").diagrams.size(), 1U) << "within a note of MyST";
  EXPECT_EQ(error_of("<pre class=\"mermaid\">sequenceDiagram\nA->>B: x\n</pre>\n").substr(0, 18), "docs/page.md:1:1: ");
}

TEST(DiagramMarkdown, a_diagram_that_would_be_passed_over_is_refused) {
  for (const auto& [opening, closing] : {std::pair<std::string, std::string>{"```mmd", "```"},
                                         {"```", "```"},
                                         {"```sequence", "```"},
                                         {"{% mermaid %}", "{% endmermaid %}"},
                                         {"{{< mermaid >}}", "{{< /mermaid >}}"},
                                         {".. mermaid::", ""}})
    EXPECT_EQ(error_of(opening + "\nsequenceDiagram\nA->>B: x\n" + closing + "\n").substr(0, 36),
              "docs/page.md:2:1: a diagram in a blo")
        << opening;
  EXPECT_EQ(error_of("the word sequenceDiagram in a line\n\n```mermaid\n" + kBody + "```\n"), "no error");
}

TEST(DiagramMarkdown, other_languages_and_code_spans_are_no_mermaid_blocks) {
  for (const std::string opening :
       {"```", "```sh", "```mermaidx", "```mermaid-js", "```text mermaid", "``mermaid", "~~mermaid"}) {
    const std::string error = error_of(opening + "\n" + kBody + "```\n");
    EXPECT_NE(error, "no error") << opening;
  }
  EXPECT_NE(error_of("```mermaid``` is a word\n" + kBody).find("is not called mermaid"), std::string::npos);
}

TEST(DiagramMarkdown, a_block_is_closed_by_its_own_kind_of_fence_only) {
  EXPECT_EQ(parse("````mermaid\n" + kBody + "````   \n").diagrams.size(), 1U);
  EXPECT_EQ(parse("```mermaid\n" + kBody + "`````\n").diagrams.size(), 1U);
  EXPECT_EQ(parse("````text\n```mermaid\n" + kBody + "```\n````\n\n```mermaid\n" + kBody + "```").diagrams.size(), 1U);
  EXPECT_EQ(error_of("text\n  ````mermaid\n" + kBody + "```\n"),
            "docs/page.md:2:3: block is never closed; expected a line \"````\" after it");
  EXPECT_EQ(error_of("~~~mermaid\n" + kBody + "```\n").substr(0, 18), "docs/page.md:1:1: ");
  EXPECT_EQ(error_of("```sh\n```mermaid\n" + kBody).substr(0, 18), "docs/page.md:1:1: ");
}

TEST(DiagramMarkdown, block_quotes_and_lists_are_looked_into_and_columns_are_those_of_the_file) {
  const Document quoted = parse("> Read\n>\n> ```mermaid\n> sequenceDiagram\n>   A->>B: x\n> ```\n");
  EXPECT_EQ(context_of(quoted, 0), "Read\n");
  EXPECT_EQ(quoted.diagrams.at(0).diagram.at, (Position{4, 3}));
  EXPECT_EQ(quoted.diagrams.at(0).diagram.statements.at(0).at, (Position{5, 5}));
  EXPECT_EQ(error_of("> ```mermaid\n> sequenceDiagram\nA->>B: x\n").substr(0, 18), "docs/page.md:1:3: ");
  const Document listed =
      parse("1. Read\n\n   ```mermaid\n   sequenceDiagram\n     A->>B: x\n   ```\n2. Write\n\n   ~~~mermaid\n   " +
            kBody + "   ~~~\n");
  ASSERT_EQ(listed.diagrams.size(), 2U);
  EXPECT_EQ(context_of(listed, 1), "Write\n");
  EXPECT_EQ(listed.diagrams[0].diagram.statements.at(0).at, (Position{5, 6}));
}

TEST(DiagramMarkdown, headings_of_both_styles_are_told_from_text_and_lose_their_markup) {
  const Document document =
      parse("Big title\n=========\n\nSecond\n---\n## **Read** path ##\n#hashtag\n- `Update` it\n\n***\n---\n" +
            ("```mermaid\n" + kBody + "```\n"));
  EXPECT_EQ(context_of(document, 0), "#Big title\n#Second\n#Read** path\nhashtag\nUpdate` it\n");
}

TEST(DiagramMarkdown, comments_and_the_files_front_matter_are_passed_over) {
  const Document document = parse(
      "---\ntitle: Write\n---\nRead <!-- Write --> it\n<!--\n```mermaid\nnonsense\n```\n-->\n<!-- one "
      "-->\n```mermaid\n" +
      kBody + "```\n");
  ASSERT_EQ(document.diagrams.size(), 1U);
  EXPECT_EQ(context_of(document, 0), "Read  it\n");
  EXPECT_EQ(error_of("x\n <!-- open\n```mermaid\n" + kBody + "```\n"),
            "docs/page.md:2:2: comment is never closed; expected \"-->\" after \"<!--\"");
}

TEST(DiagramMarkdown, other_kinds_of_diagrams_are_passed_over_and_the_lines_around_them_stay) {
  for (const char* kind :
       {"flowchart LR", "graph TD;", "stateDiagram-v2", "classDiagram", "erDiagram", "gantt", "pie title Pets",
        "gitGraph:", "mindmap", "C4Context", "xychart-beta", "---\ntitle: f\n---\nflowchart TD\nA-->B"}) {
    const Document document =
        parse("Read\n```mermaid\n" + std::string(kind) + "\n  A --> B\n```\nmore\n```mermaid\n" + kBody + "```\n");
    ASSERT_EQ(document.diagrams.size(), 1U) << kind;
    EXPECT_EQ(context_of(document, 0), "Read\nmore\n") << kind;
  }
  EXPECT_NE(error_of("```mermaid\ngantt\n```\n").find("(\"gantt\" at line 2 is another kind)"), std::string::npos);
}

TEST(DiagramMarkdown, an_empty_block_is_refused) {
  EXPECT_EQ(error_of("x\n```mermaid\n\n```\n"),
            "docs/page.md:2:1: empty block; expected \"sequenceDiagram\" and its messages");
}

TEST(DiagramMarkdown, windows_line_ends_a_byte_order_mark_and_no_last_newline_change_nothing) {
  const std::string text = "# Read\n\n```mermaid\n" + kBody + "```";
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
  const Document plain = parse(text);
  const Document converted = parse(windows);
  EXPECT_EQ(context_of(converted, 0), context_of(plain, 0));
  EXPECT_EQ(outline(converted.diagrams.at(0).diagram), outline(plain.diagrams.at(0).diagram));
  EXPECT_EQ(converted.diagrams[0].diagram.at, plain.diagrams[0].diagram.at);
  EXPECT_EQ(converted.diagrams[0].context.at(0).at, (Position{1, 1}));
}

TEST(DiagramMarkdown, only_the_nearest_context_lines_are_kept) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "line\n\n";
  const Document document = parse(text + "Read\n```mermaid\n" + kBody + "```\n");
  EXPECT_LE(document.diagrams.at(0).context.size(), 400U);
  EXPECT_GE(document.diagrams.at(0).context.size(), 200U);
  EXPECT_EQ(document.diagrams.at(0).context.back().text, "Read");
}

TEST(DiagramMarkdown, a_bare_diagram_is_recognised_by_the_files_name) {
  EXPECT_EQ(parse_document(kBody, "a/b.mmd").diagrams.size(), 1U);
  EXPECT_EQ(parse_document(kBody, "b.MERMAID").diagrams.size(), 1U);
  EXPECT_EQ(parse_document(kBody, "a/b.mmd").name, "a/b.mmd");
  EXPECT_THROW(parse_document(kBody, "b.md"), InputError);
  EXPECT_THROW(parse_document(kBody, "mmd"), InputError);
}

}  // namespace
}  // namespace stalemate::model
