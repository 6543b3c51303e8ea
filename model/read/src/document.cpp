// From a file's text to its sequence diagrams, with the lines of text before each; see read/diagram.hpp.
#include <utility>

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "markdown.hpp"
#include "mermaid_parser.hpp"
#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

namespace {

// A stream has no name that tells: it is Markdown where it has fences.
bool is_bare_diagram(std::string_view name, std::string_view text) {
  if (name == "-") {
    const auto has = [&](std::string_view mark) { return text.find(mark) != std::string_view::npos; };
    return !has("```") && !has("~~~") && !has(":::") && !has("<pre") && !has("<div");
  }
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

// The blocks of the file; the whole of it is one where it is no Markdown.
std::vector<MermaidBlock> blocks_of(std::string_view text, const std::string& name) {
  if (is_bare_diagram(name, text)) return {{{1, 1}, split_lines(text), {}}};
  return mermaid_blocks(text, name);
}

int last_line_of(const MermaidBlock& block, bool is_bare) {
  const int last = block.lines.empty() ? block.at.line : block.lines.back().at.line;
  return is_bare ? last : last + 1;
}

}  // namespace

ParsedFile parse_file(std::string_view text, const std::string& name) {
  ParsedFile file{{name, std::string(text), {}}, {}, {}};
  std::vector<Context> context;
  int statements_left = kStatementsMax;
  for (MermaidBlock& block : blocks_of(text, name)) {
    carry_over(context, std::move(block.context));
    const int last_line = last_line_of(block, is_bare_diagram(name, text));
    try {
      ParsedBlock parsed = parse_mermaid(block.lines, block.at, name, statements_left);
      if (parsed.kind.empty()) fail_at(name, block.at, "empty block; expected \"sequenceDiagram\" and its messages");
      if (parsed.is_sequence) {
        file.document.diagrams.push_back(
            {std::exchange(context, {}), std::move(parsed.diagram), block.at.line, last_line});
      } else if (file.other_kind.empty()) {
        file.other_kind = fmt::format(" ({} at line {} is another kind)", in_quotes(parsed.kind), parsed.kind_at.line);
      }
    } catch (const InputError& error) {
      if (error.findings().empty()) throw;
      file.broken.push_back({block.at.line, last_line, error.findings().front()});
    }
  }
  return file;
}

Document parse_document(std::string_view text, const std::string& name) {
  ParsedFile file = parse_file(text, name);
  if (!file.broken.empty()) {
    std::vector<Finding> findings;
    for (BrokenBlock& broken : file.broken) findings.push_back(std::move(broken.finding));
    fail_with(std::move(findings));
  }
  if (file.document.diagrams.empty()) {
    fail_at(name, {1, 1},
            fmt::format("no sequence diagram{}; expected {} that starts with \"sequenceDiagram\"", file.other_kind,
                        is_bare_diagram(name, text) ? "text" : "a ```mermaid block"));
  }
  return std::move(file.document);
}

}  // namespace stalemate::model
