// Test helper: a diagram's tree without its positions, as text that a person can write down as an expectation, and as
// Mermaid source that reads back to the same tree.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "read/diagram.hpp"

namespace stalemate::model {

inline std::string arrow_text(const Arrow& arrow) {
  switch (arrow.head) {
    case ArrowHead::kNone:
      return arrow.dotted ? "-->" : "->";
    case ArrowHead::kFilled:
      return arrow.dotted ? "-->>" : "->>";
    case ArrowHead::kBoth:
      return arrow.dotted ? "<<-->>" : "<<->>";
    case ArrowHead::kCross:
      return arrow.dotted ? "--x" : "-x";
    case ArrowHead::kOpen:
      return arrow.dotted ? "--)" : "-)";
  }
  return "?";
}

inline std::string placement_text(NotePlacement placement) {
  switch (placement) {
    case NotePlacement::kOver:
      return "over";
    case NotePlacement::kLeftOf:
      return "left of";
    case NotePlacement::kRightOf:
      return "right of";
  }
  return "?";
}

inline std::string section_word(BlockKind kind) {
  switch (kind) {
    case BlockKind::kAlt:
      return "else";
    case BlockKind::kPar:
      return "and";
    case BlockKind::kCritical:
      return "option";
    default:
      return "?";
  }
}

inline void append_statements(std::string& text, const std::vector<Statement>& statements, const std::string& indent);

struct StatementPrinter {
  std::string& text;
  const std::string& indent;

  void operator()(const Message& m) const {
    text += m.from + " " + arrow_text(m.arrow) +
            (m.activates     ? "+"
             : m.deactivates ? "-"
                             : "") +
            " " + m.to + ": " + m.text;
  }
  void operator()(const Note& n) const {
    text += "note " + placement_text(n.placement) + " " + n.participants.at(0);
    if (n.participants.size() > 1) text += "," + n.participants[1];
    text += ": " + n.text;
  }
  void operator()(const Directive& d) const { text += "%% stalemate: " + d.text; }
  void operator()(const Decoration& d) const { text += d.what + " " + d.text; }
  void operator()(const Block& b) const {
    std::string word(to_string(b.kind));
    for (const Section& section : b.sections) {
      text += word + " " + section.label + "\n";
      append_statements(text, section.body, indent + "  ");
      text += indent;
      word = section_word(b.kind);
    }
    text += "end";
  }
};

inline void append_statements(std::string& text, const std::vector<Statement>& statements, const std::string& indent) {
  for (const Statement& statement : statements) {
    text += indent;
    std::visit(StatementPrinter{text, indent}, statement.node);
    text += "\n";
  }
}

// The statements alone, one a line, blocks indented by two spaces.
inline std::string outline(const Diagram& diagram) {
  std::string text;
  append_statements(text, diagram.statements, "");
  return text;
}

// The participants, one a line: "id | alias | type", then " (actor)" and " (mentioned)" where that is so.
inline std::string participants_text(const Diagram& diagram) {
  std::string text;
  for (const Participant& p : diagram.participants) {
    text += p.id + " | " + p.alias + " | " + p.type + (p.is_actor ? " (actor)" : "") +
            (p.declared ? "" : " (mentioned)") + "\n";
  }
  return text;
}

}  // namespace stalemate::model
