// From a file's text to its sequence diagrams, with the lines of text before each; see read/diagram.hpp.
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "markdown.hpp"
#include "mermaid_parser.hpp"
#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

namespace {

bool is_bare_diagram(std::string_view name) {
  for (const std::string_view extension : {".mmd", ".mermaid"}) {
    if (name.size() > extension.size() &&
        equals_ignoring_case(name.substr(name.size() - extension.size()), extension)) {
      return true;
    }
  }
  return false;
}

// Appends `more`, keeping the nearest lines where there are too many.
void carry_over(std::vector<Context>& context, std::vector<Context> more) {
  for (Context& line : more) context.push_back(std::move(line));
  if (context.size() > 2 * kContextLinesMax) {
    context.erase(context.begin(), context.end() - static_cast<std::ptrdiff_t>(kContextLinesMax));
  }
}

}  // namespace

Document parse_document(std::string_view text, const std::string& name) {
  std::vector<MermaidBlock> blocks;
  const bool is_bare = is_bare_diagram(name);
  if (is_bare) {
    blocks.push_back({{1, 1}, split_lines(text), {}});
  } else {
    blocks = mermaid_blocks(text, name);
  }

  Document document{name, std::string(text), {}};
  std::vector<Context> context;
  int statements_left = kStatementsMax;
  std::string passed_over;  // the first block of another kind
  for (MermaidBlock& block : blocks) {
    carry_over(context, std::move(block.context));
    ParsedBlock parsed = parse_mermaid(block.lines, block.at, name, statements_left);
    if (parsed.kind.empty()) fail_at(name, block.at, "empty block; expected \"sequenceDiagram\" and its messages");
    if (parsed.is_sequence) {
      document.diagrams.push_back({std::exchange(context, {}), std::move(parsed.diagram)});
    } else if (passed_over.empty()) {
      passed_over = fmt::format(" ({} at line {} is another kind)", in_quotes(parsed.kind), parsed.kind_at.line);
    }
  }
  if (document.diagrams.empty()) {
    fail_at(name, {1, 1},
            fmt::format("no sequence diagram{}; expected {} that starts with \"sequenceDiagram\"", passed_over,
                        is_bare ? "text" : "a ```mermaid block"));
  }
  return document;
}

}  // namespace stalemate::model
