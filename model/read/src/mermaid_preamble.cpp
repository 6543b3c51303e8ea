// See mermaid_preamble.hpp.
#include "mermaid_preamble.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/core.h>

#include "base/text.hpp"
#include "mermaid_keywords.hpp"
#include "mermaid_lexer.hpp"

namespace stalemate::model {

namespace {

constexpr std::string_view kSequenceDiagram = "sequenceDiagram";

// Where the first word stands: behind blanks and comments.
std::size_t first_word(std::string_view text) {
  std::size_t at = 0;
  while (true) {
    at = text.size() - trim_left(text.substr(at)).size();
    if (text.substr(at, 2) != "%%") return at;
    at = std::min(text.find('\n', at), text.size());
  }
}

bool looks_like_sequence(std::string_view line) {
  if (starts_ignoring_case(line, "seq") || keyword_at(line).keyword != Keyword::kNone) return true;
  if (starts_ignoring_case(line, "graph") || starts_ignoring_case(line, "flowchart")) return false;
  const std::size_t length = name_length(line);
  const std::string_view after = line.substr(length);
  return length > 0 && arrow_at(after) && after.find(':') != std::string_view::npos;
}

// Mermaid takes any text that says so for another kind of diagram.
void refuse_c4(const MermaidText& source, const std::string& file) {
  for (const std::string_view word : {"C4Container", "C4Component", "C4Dynamic", "C4Deployment"}) {
    const std::size_t found = source.text.find(word);
    if (found == std::string::npos) continue;
    fail_at(file, source.place(found),
            fmt::format("Mermaid takes a diagram that says \"{}\" anywhere for a C4 diagram; write it otherwise", word),
            kUnsupportedSyntax);
  }
}

}  // namespace

ParsedBlock parse_preamble(const MermaidText& source, Position at, const std::string& file) {
  ParsedBlock block;
  const std::size_t begin = first_word(source.text);
  const std::string_view rest = std::string_view(source.text).substr(begin);
  block.kind_at = rest.empty() ? at : source.place(begin);
  block.diagram.at = block.kind_at;
  if (rest.empty()) return block;
  const std::string_view line = rest.substr(0, rest.find('\n'));
  block.kind = as_written(line.substr(0, line.find_first_of(" \t;:")));
  block.is_sequence = rest.substr(0, kSequenceDiagram.size()) == kSequenceDiagram &&
                      keyword_at(rest).keyword == Keyword::kSequenceDiagram;
  if (block.is_sequence) {
    refuse_c4(source, file);
    return block;
  }
  if (line[0] == '#' || line[0] == ';' || line[0] == '%') {
    fail_at(file, block.kind_at,
            fmt::format(
                "{} stands before the kind of the diagram, where Mermaid takes nothing but comments (%%); remove it",
                in_quotes(as_written(line))));
  }
  if (looks_like_sequence(line)) {
    fail_at(file, block.kind_at,
            fmt::format("{} begins no diagram that Mermaid knows; expected \"{}\", written so",
                        in_quotes(as_written(line)), kSequenceDiagram));
  }
  return block;
}

}  // namespace stalemate::model
