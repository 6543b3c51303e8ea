// Two passes: which kinds of text say each word, then those that only one kind says.
#include "words.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "directives.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Of a text: what it asks of whom, that it answers, or that it names a server. Kind {} is any other.
struct Kind {
  enum class Of { kOther, kRequest, kReply, kName };  // kName: of a server
  Of of = Of::kOther;
  Role server = Role::kApp;
  Verb verb = Verb::kGet;
  friend bool operator<(const Kind& a, const Kind& b) {
    return std::tie(a.of, a.server, a.verb) < std::tie(b.of, b.server, b.verb);
  }
};

struct Label {
  Position at;
  Kind kind;
  std::vector<std::string> words;  // that nothing of the vocabulary reads
  std::string text;                // all of it
};

Kind kind_of(const Message& message, const RolesOfDiagram& roles) {
  const Role from = roles.at(message.from);
  const Role to = roles.at(message.to);
  const RequestWords words = request_words(message.text);
  const bool asks = words.kind == RequestWords::Kind::kVerb;
  if (is_server(to) && asks) return {Kind::Of::kRequest, to, words.verb};
  if (is_server(from) && message.arrow.head == ArrowHead::kBoth && asks) return {Kind::Of::kRequest, from, words.verb};
  if (is_server(from) && !is_server(to)) return {Kind::Of::kReply, from, Verb::kGet};
  return {};
}

std::vector<Label> labels_of(const Diagram& diagram, const RolesOfDiagram& roles, bool markers) {
  std::vector<Label> labels;
  for (const Participant& participant : diagram.participants) {
    const std::string& name = participant.alias.empty() ? participant.id : participant.alias;
    if (is_server(roles.at(participant.id)))
      labels.push_back({participant.at, {Kind::Of::kName}, own_words_of_server(name), name});
  }
  bool said = false;  // by a directive before it, what the next arrow means
  visit_statements(diagram.statements, [&](const Statement& statement) {
    if (const auto* directive = std::get_if<Directive>(&statement.node)) {
      said = said || read_directive("", statement.at, directive->text).kind == Override::Kind::kMeans;
    } else if (const auto* message = std::get_if<Message>(&statement.node)) {
      const Kind kind = said ? Kind() : kind_of(*message, roles);
      const bool of_marker = markers && kind.of == Kind::Of::kReply && says_only_of_markers(message->text, true);
      if (message->from != message->to && !of_marker)
        labels.push_back({statement.at, kind, words_left(message->text, kind.of == Kind::Of::kReply), message->text});
      said = false;
    }
  });
  return labels;
}

// Each word, in the singular, with the kinds of text that say it; replies name what was asked for, and make nothing
// known.
using Kinds = std::map<std::string, std::set<Kind>>;
Kinds gather(const Document& document, const std::vector<std::vector<Label>>& labels) {
  Kinds kinds;
  const auto add = [&](const std::vector<std::string>& words, const Kind& kind) {
    for (const std::string& word : words) kinds[singular(word)].insert(kind);
  };
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const Document::Entry& entry = document.diagrams[i];
    add(words_left(entry.diagram.title, false), {});
    for (const Context& context : entry.context) {
      if (context.is_heading) add(words_left(context.text, false), {});
    }
    for (const Label& label : labels[i]) {
      if (label.kind.of != Kind::Of::kRequest && label.kind.of != Kind::Of::kOther) continue;
      add(label.words, label.kind);
      for (const std::string& word : split_words(label.text)) {
        if (is_digit(word.front())) kinds[word].insert(label.kind);  // "id = 42" knows "product 42"
      }
    }
  }
  return kinds;
}

bool is_unread(const std::string& word, const Kind& kind, const Kinds& kinds) {
  const auto known = kinds.find(singular(word));
  if (known == kinds.end()) return true;
  return kind.of == Kind::Of::kRequest && known->second.size() == 1;
}

}  // namespace

void tell_unread_words(const Document& document, const std::vector<RolesOfDiagram>& roles, Reading& reading) {
  std::vector<std::vector<Label>> labels;
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const bool passed_over = roles[i].empty();
    labels.push_back(passed_over ? std::vector<Label>()
                                 : labels_of(document.diagrams[i].diagram, roles[i], reading.speaks_of_markers()));
  }
  const Kinds kinds = gather(document, labels);
  for (const std::vector<Label>& of_diagram : labels) {
    std::string told;
    Position first;
    for (const Label& label : of_diagram) {
      if (label.kind.of == Kind::Of::kOther) continue;
      std::string words;
      for (const std::string& word : label.words) {
        if (is_unread(word, label.kind, kinds)) words += (words.empty() ? "" : ", ") + in_quotes(word);
      }
      if (words.empty()) continue;
      if (first.line == 0) first = label.at;
      told += (told.empty() ? "" : "; ") + words + " in line " + std::to_string(label.at.line);
    }
    if (!told.empty()) {
      reading.also_assumed(reading.line_at(first),
                           "words that are not understood, and taken to change nothing: " + told);
    }
  }
}

}  // namespace stalemate::model
