// See translate.hpp.
#include "languages/translate.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/error.hpp"
#include "directives.hpp"

namespace stalemate::model {
namespace {

// Calls `visit` with every text of statements that somebody wrote for people, to read or to change.
template <typename Statements, typename Visit>
void visit_texts(Statements& statements, const Visit& visit) {
  for (auto& statement : statements) {
    if (auto* message = std::get_if<Message>(&statement.node)) {
      visit(message->text);
    } else if (auto* note = std::get_if<Note>(&statement.node)) {
      visit(note->text);
    } else if (auto* decoration = std::get_if<Decoration>(&statement.node)) {
      visit(decoration->text);
    } else if (auto* block = std::get_if<Block>(&statement.node)) {
      for (auto& section : block->sections) {
        visit(section.label);
        visit_texts(section.body, visit);
      }
    }
  }
}

template <typename Documented, typename Visit>
void visit_texts_of(Documented& document, const Visit& visit) {
  for (auto& entry : document.diagrams) {
    for (auto& context : entry.context) visit(context.text);
    visit(entry.diagram.title);
    for (auto& participant : entry.diagram.participants) {
      if (participant.alias != participant.id) visit(participant.alias);
      visit(participant.box);
    }
    visit_texts(entry.diagram.statements, visit);
  }
}

template <typename Statements, typename Visit>
void visit_directives(Statements& statements, const Visit& visit) {
  for (auto& statement : statements) {
    if (auto* directive = std::get_if<Directive>(&statement.node)) visit(statement.at, *directive);
    if (auto* block = std::get_if<Block>(&statement.node)) {
      for (auto& section : block->sections) visit_directives(section.body, visit);
    }
  }
}

// What the file says its language is; none where it says nothing.
std::optional<const Language*> language_said(const Document& document) {
  std::optional<const Language*> said;
  for (const Document::Entry& entry : document.diagrams) {
    visit_directives(entry.diagram.statements, [&](Position at, const Directive& directive) {
      const Override read = read_directive(document.name, at, directive.text);
      if (read.kind == Override::Kind::kLanguage) said = read.language;
    });
  }
  return said;
}

}  // namespace

const std::string& Translated::as_written(const std::string& english) const {
  const auto found = written.find(english);
  return found == written.end() ? english : found->second;
}

Translated translate(const Document& document) {
  Translated result;
  result.document = document;
  if (const auto said = language_said(document)) {
    result.language = *said;
    result.said = true;
  } else {
    std::vector<std::string_view> texts;
    visit_texts_of(document, [&](const std::string& text) { texts.push_back(text); });
    for (const Document::Entry& entry : document.diagrams) {
      for (const Participant& participant : entry.diagram.participants) texts.push_back(participant.id);
    }
    result.language = language_of(texts);
  }
  if (result.language == nullptr) return result;
  visit_texts_of(result.document, [&](std::string& text) {
    std::string english = result.in_english(text);
    if (english != text) result.written.try_emplace(english, text);
    text = std::move(english);
  });
  for (Document::Entry& entry : result.document.diagrams) {
    visit_directives(entry.diagram.statements, [&](Position at, Directive& directive) {
      if (read_directive(document.name, at, directive.text).kind == Override::Kind::kSame)
        directive.text = result.in_english(directive.text);
    });
  }
  return result;
}

}  // namespace stalemate::model
