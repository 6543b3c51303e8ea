// Front matter, comments and the kind of a diagram; see mermaid_preamble.hpp.
#include "mermaid_preamble.hpp"
#include "base/text.hpp"

#include <string>

#include <fmt/core.h>

#include "mermaid_keywords.hpp"
#include "mermaid_text.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kSequenceDiagram = "sequenceDiagram";

// A comment line at the cursor: passed, told to `on_directive` where it begins with "stalemate:".
void skip_comment(Cursor& cursor, const DirectiveSink& on_directive) {
  constexpr std::string_view kOurs = "stalemate";
  const Position at = cursor.position();
  const std::string_view line = cursor.take_line();
  if (line.substr(0, 2) != "%%") return;
  const std::string_view text = trim_left(line.substr(2));
  if (!starts_ignoring_case(text, kOurs)) return;
  const std::string_view after = trim_left(text.substr(kOurs.size()));
  if (after.substr(0, 1) == ":") on_directive(at, trim(after.substr(1)));
}

std::size_t indent_of(std::string_view line) { return line.size() - trim_left(line).size(); }

std::string_view unquoted(std::string_view value) {
  value = trim(value);
  if (value.size() >= 2 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0]) {
    return value.substr(1, value.size() - 2);
  }
  return trim(value.substr(0, value.find(" #")));
}

// --- title: ... --- at the start of a block. Only the title matters; the rest configures the drawing.
void parse_front_matter(Cursor& cursor, Diagram& diagram) {
  while (!cursor.at_end() && trim(cursor.rest()).empty()) cursor.next_line();
  if (cursor.at_end() || trim(cursor.rest()) != "---") return;
  const std::size_t indent = indent_of(cursor.rest());
  cursor.skip_spaces();
  const Position at = cursor.position();
  cursor.next_line();
  while (!cursor.at_end()) {
    const std::string_view line = cursor.take_line();
    const std::string_view text = trim(line);
    if (text == "---") return;
    if (indent_of(line) <= indent && text.substr(0, 6) == "title:")
      diagram.title = plain_text(unquoted(text.substr(6)));
  }
  cursor.fail(at, "front matter is never closed; expected a line \"---\" after it");
}

bool looks_like_sequence(std::string_view line) {
  if (starts_ignoring_case(line, "seq") || keyword_at(line) != Keyword::kNone) return true;
  if (starts_ignoring_case(line, "graph") || starts_ignoring_case(line, "flowchart")) return false;
  const std::size_t length = name_length(line, NameRole::kSender, {});
  const std::string_view after = trim_left(line.substr(length));
  return length > 0 && arrow_at(after) && after.find(':') != std::string_view::npos;
}

}  // namespace

void skip_to_statement(Cursor& cursor, const DirectiveSink& on_directive) {
  while (!cursor.at_end()) {
    cursor.skip_spaces();
    const std::string_view rest = cursor.rest();
    if (rest.empty() || (rest[0] == '#' && entity_length(rest) == 0)) {
      cursor.next_line();
    } else if (rest[0] == ';') {
      cursor.advance(1);
    } else if (rest.substr(0, 3) == "%%{") {
      const Position at = cursor.position();
      cursor.advance(3);
      cursor.take_until("}%%", at, "directive \"%%{\"");
    } else if (rest[0] == '%' && rest.substr(0, 2) != "%{") {
      skip_comment(cursor, on_directive);
    } else {
      return;
    }
  }
}

ParsedBlock parse_preamble(Cursor& cursor, Position at) {
  ParsedBlock block;
  Diagram& diagram = block.diagram;
  parse_front_matter(cursor, diagram);
  skip_to_statement(cursor, [&](Position directive_at, std::string_view text) {
    diagram.statements.push_back({directive_at, Directive{std::string(text)}});
  });
  block.kind_at = cursor.at_end() ? at : cursor.position();
  diagram.at = block.kind_at;
  if (cursor.at_end()) return block;
  const std::string_view rest = cursor.rest();
  block.is_sequence = cursor.word() == kSequenceDiagram;
  block.kind = rest.substr(0, rest.find_first_of(" \t;:"));
  if (block.is_sequence) {
    cursor.advance(kSequenceDiagram.size());
  } else if (looks_like_sequence(rest)) {
    cursor.fail(fmt::format("{} begins no diagram that Mermaid knows; expected \"{}\", written so", in_quotes(rest),
                            kSequenceDiagram));
  }
  return block;
}

}  // namespace stalemate::model
