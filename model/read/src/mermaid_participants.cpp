// Names of participants; see mermaid_participants.hpp.
#include "mermaid_participants.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "mermaid_keywords.hpp"
#include "mermaid_text.hpp"

namespace stalemate::model {

namespace {

// Length of the word "as" with the space before and after it at the start of `text`, 0 if it is not there.
std::size_t as_length(std::string_view text) {
  const std::string_view word = trim_left(text);
  if (word.size() == text.size() || !starts_ignoring_case(word, "as")) return 0;
  if (word.size() > 2 && space_length(word.substr(2)) == 0) return 0;
  return text.size() - word.size() + 2;
}

// Whether "#" begins a comment after `before`: attached to a name it is part of the name.
bool begins_comment(std::string_view before) { return before.empty() || before.back() == ' ' || before.back() == '\t'; }

// Takes an optionally quoted item off the front of `text`, up to one of `ends` outside the quotation marks.
std::string_view take_item(std::string_view& text, std::string_view ends) {
  text = trim_left(text);
  std::size_t length = 0;
  if (!text.empty() && (text[0] == '"' || text[0] == '\'')) {
    const std::size_t close = text.find(text[0], 1);
    length = close == std::string_view::npos ? 0 : close + 1;
  }
  length = std::min(text.find_first_of(ends, length), text.size());
  std::string_view item = trim(text.substr(0, length));
  text.remove_prefix(length);
  if (item.size() >= 2 && (item[0] == '"' || item[0] == '\'') && item.back() == item[0]) {
    item = item.substr(1, item.size() - 2);
  }
  return item;
}

bool contains_arrow(std::string_view name) {
  for (std::size_t i = name.find('-'); i != std::string_view::npos; i = name.find('-', i + 1)) {
    if (arrow_at(name.substr(i))) return true;
  }
  return false;
}

}  // namespace

std::string ParticipantList::declare(Position at, bool is_actor, const std::string& box) {
  const std::string_view raw = take_declared_name(true);
  std::string id = plain_text(raw);
  Participant& participant = find_or_add(id, at);
  if (!participant.declared) participant.at = at;
  participant.declared = true;
  participant.is_actor = is_actor;
  if (!box.empty()) participant.box = box;
  if (contains_arrow(id)) arrow_names_.insert(id);
  if (cursor_.rest().substr(0, 2) == "@{") parse_config(participant);
  if (const std::size_t length = as_length(cursor_.rest())) {
    cursor_.advance(length);
    const std::string alias = label_text(cursor_.take_text());
    if (!alias.empty()) participant.alias = alias;
  }
  if (!cursor_.at_statement_end()) {
    cursor_.fail(fmt::format("{} after the participant's name; expected \"as\" and an alias, or the end of the line",
                             in_quotes(cursor_.peek_text())));
  }
  return id;
}

std::string ParticipantList::parse_name(NameRole role) {
  cursor_.skip_spaces();
  const Position at = cursor_.position();
  const std::string_view text = cursor_.rest();
  const std::size_t length = name_length(text, role, arrow_names_);
  std::string id = plain_text(text.substr(0, length));
  if (id.empty())
    cursor_.fail(
        fmt::format("expected a participant's name, got {}", text.empty() ? "the end of the line" : in_quotes(text)));
  if (is_reserved(text)) {
    cursor_.fail(
        fmt::format("{} is a keyword of Mermaid and cannot begin a participant's name here; choose another name",
                    in_quotes(cursor_.word())));
  }
  cursor_.advance(length);
  find_or_add(id, at);
  return id;
}

std::string ParticipantList::parse_lone_name() {
  std::string id = plain_text(take_declared_name(false));
  if (!cursor_.at_statement_end()) {
    cursor_.fail(
        fmt::format("{} after the participant's name; expected the end of the line", in_quotes(cursor_.peek_text())));
  }
  return id;
}

Participant& ParticipantList::find_or_add(const std::string& id, Position at) {
  const auto [found, is_new] = index_.emplace(id, participants_.size());
  if (is_new) {
    Participant participant;
    participant.at = at;
    participant.id = id;
    participant.alias = id;
    participants_.push_back(std::move(participant));
  }
  return participants_[found->second];
}

// The name up to the end of the statement, or before " as " and "@{" where `before_alias`.
std::string_view ParticipantList::take_declared_name(bool before_alias) {
  cursor_.skip_spaces();
  const std::string_view text = cursor_.rest();
  std::size_t at = 0;
  while (at < text.size() && text[at] != ';') {
    const std::string_view rest = text.substr(at);
    if (const std::size_t entity = entity_length(rest)) {
      at += entity;
      continue;
    }
    if (rest[0] == '#' && begins_comment(text.substr(0, at))) break;
    const std::size_t spaces = rest.size() - trim_left(rest).size();
    if (before_alias && spaces > 0 && as_length(rest) > 0) break;
    if (before_alias && rest.substr(0, 2) == "@{") break;
    if (rest[0] == '<' || rest[0] == '>' || rest[0] == ':' || rest[0] == ',' || rest[0] == '@') {
      cursor_.advance(at);
      cursor_.fail(
          fmt::format("a participant's name cannot contain \"{}\"; expected the name, then \"as\" and an alias "
                      "or the end of the line",
                      rest[0]));
    }
    at += spaces > 0 ? spaces : 1;
  }
  const std::string_view name = trim(text.substr(0, at));
  if (name.empty()) cursor_.fail("expected a participant's name");
  cursor_.advance(at);
  return name;
}

// @{ "type": "database", "alias": "The database" }, on one line or several. Other keys only change the looks.
void ParticipantList::parse_config(Participant& participant) {
  const Position at = cursor_.position();
  cursor_.advance(2);
  const std::string content = cursor_.take_until("}", at, "\"@{\"");
  std::string_view text = content;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\n,");
    if (begin == std::string_view::npos) return;
    text.remove_prefix(begin);
    const std::string_view key = take_item(text, ":,\n");
    if (text.substr(0, 1) != ":") {
      cursor_.fail(at, fmt::format("{} in \"@{{\" has no value; expected \"type\": \"database\"", in_quotes(key)));
    }
    text.remove_prefix(1);
    set_config(participant, key, take_item(text, ",\n"));
  }
}

void ParticipantList::set_config(Participant& participant, std::string_view key, std::string_view value) {
  if (key == "type") {
    participant.type = plain_text(value);
    participant.is_actor = participant.type == "actor";
  } else if (key == "alias" && !trim(value).empty()) {
    participant.alias = plain_text(value);
  }
}

}  // namespace stalemate::model
