// See mermaid_names.hpp.
#include "mermaid_names.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "mermaid_text.hpp"
#include "mermaid_yaml.hpp"

namespace stalemate::model {

namespace {

// What Mermaid takes for part of the name, and hardly anybody means so.
void refuse_ambiguous(const TokenReader& in, const Token& name) {
  const std::string text = in.raw(name);
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '#' && (text[i - 1] == ' ' || text[i - 1] == '\t')) {
      in.fail_unsupported(in.place(name, i),
                          "Mermaid takes this \"#\" for part of the name; put the comment (%%) on a line of its own");
    }
    if (text[i - 1] != ' ' && text[i - 1] != '\t') continue;
    const std::string_view word = std::string_view(text).substr(i);
    if (starts_ignoring_case(word, "as") && space_length(word.substr(2)) > 0) {
      in.fail_unsupported(
          in.place(name, i),
          fmt::format("a name of several words can have no alias: Mermaid takes {} for the name; declare "
                      "one word with this alias",
                      in_quotes(as_written(text))));
    }
  }
}

std::string take_declared_name(TokenReader& in) {
  const Token& name = in.take();
  if (name.kind == TokenKind::kName) {
    refuse_ambiguous(in, name);
    return in.raw(name);
  }
  const std::string rest = in.text_of(name);
  const std::size_t sign = rest.find_first_of("<>:,@");
  if (sign == 0 || sign == std::string_view::npos || name.kind != TokenKind::kNoName)
    in.fail(in.place(name), "expected a participant's name");
  in.fail(
      in.place(name, sign),
      fmt::format("a participant's name cannot contain \"{}\"; expected the name, then \"as\" and an alias or the end "
                  "of the line",
                  rest[sign]));
}

// @{ "type": "database", "alias": "The database" }, on one line. Other keys only change the looks.
void take_config(TokenReader& in, Declaration& declaration) {
  const Position at = in.place(in.take());
  if (in.is(TokenKind::kConfigEnd)) in.fail(at, "\"@{\" says nothing; expected \"type\": \"database\"");
  const Token& content = in.take();
  if (content.kind != TokenKind::kConfig || !in.is(TokenKind::kConfigEnd))
    in.fail(at, "\"@{\" is never closed; expected \"}\"");
  in.take();
  const std::string text = in.raw(content);
  if (text.find('\n') != std::string::npos)
    in.fail_unsupported(at, "what stands in \"@{\" must stand on one line; write @{ \"type\": \"database\" }");
  const YamlResult yaml = read_yaml_flow(text);
  if (!yaml.problem.empty())
    in.fail_unsupported(at, fmt::format("in \"@{{\": {} (such as \"type\": \"database\")", yaml.problem));
  for (const YamlEntry& entry : yaml.entries) {
    const std::string value = plain_text(as_written(entry.value));
    if (entry.key == "type" && (entry.has_parts || value.empty()))
      in.fail_unsupported(at, "\"type\" in \"@{\" has no value; expected \"type\": \"database\"");
    if (entry.key == "type") declaration.type = value;
    if (entry.key == "alias") declaration.alias = value;
  }
}

}  // namespace

void take_declaration(TokenReader& in, Declaration& declaration) {
  declaration.name = take_declared_name(in);
  if (in.is(TokenKind::kConfigBegin)) take_config(in, declaration);
  if (in.is(TokenKind::kAs)) {
    in.take();
    const std::string alias = label_text(in.text_of(in.take()));
    if (!alias.empty()) declaration.alias = alias;
  }
  in.take_line_end("the participant's name; expected \"as\" and an alias, or the end of the line");
}

std::string take_lone_name(TokenReader& in) {
  std::string name = take_declared_name(in);
  in.take_line_end("the participant's name; expected the end of the line");
  return name;
}

const Token& take_mentioned_name(TokenReader& in) {
  const Token& name = in.take();
  // The word "link" before a name is one, too, for Mermaid's grammar.
  if (name.kind == TokenKind::kName || (name.kind == TokenKind::kKeyword && name.keyword == Keyword::kLink))
    return name;
  if (name.kind == TokenKind::kKeyword) fail_keyword(in, name);
  if (name.kind == TokenKind::kNumber) {
    in.fail(in.place(name),
            fmt::format("a name cannot be a number with a space behind it; write {}: without", in.text_of(name)));
  }
  const bool is_end = name.kind == TokenKind::kNewline || name.kind == TokenKind::kEnd;
  in.fail(in.place(name), fmt::format("expected a participant's name, got {}",
                                      is_end ? "the end of the line" : in_quotes(in.line_from(name))));
}

void fail_keyword(const TokenReader& in, const Token& keyword) {
  const std::string text = in.text_of(keyword);
  in.fail(in.place(keyword),
          fmt::format("{} is a keyword of Mermaid and cannot begin a participant's name here; choose "
                      "another name",
                      in_quotes(text.substr(0, text.find_first_of(" \t\n:")))));
}

}  // namespace stalemate::model
