// See mermaid_participants.hpp.
#include "mermaid_participants.hpp"

#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"
#include "mermaid_source.hpp"
#include "mermaid_text.hpp"

namespace stalemate::model {

std::string ParticipantList::declare(const Declaration& declaration) {
  const std::string& name = declaration.name;
  if (declaration.is_created) {
    if (names_.count(name) > 0) {
      fail(declaration.at, fmt::format("{} is there already and cannot be created; create one of another name",
                                       in_quotes(as_written(name))));
    }
    created_ = name;
  }
  if (declaration.box > 0) {
    const auto [found, is_new] = boxes_.emplace(name, declaration.box);
    if (!is_new && found->second != declaration.box) {
      fail(declaration.at,
           fmt::format("{} stands in another box already; declare it in one", in_quotes(as_written(name))));
    }
  }
  names_.insert(name);
  Participant& participant = find_or_add(name, declaration.at);
  if (!participant.declared) participant.at = declaration.at;
  participant.declared = true;
  participant.is_actor = declaration.is_actor;
  if (!declaration.box_label.empty()) participant.box = declaration.box_label;
  if (!declaration.type.empty()) {
    participant.type = declaration.type;
    participant.is_actor = participant.type == "actor";
  }
  if (!declaration.alias.empty()) participant.alias = declaration.alias;
  return participant.id;
}

std::string ParticipantList::mention(const std::string& name, Position at) {
  names_.insert(name);
  return find_or_add(name, at).id;
}

void ParticipantList::deactivate(const std::string& name, Position at) {
  if (activations_[name]-- > 0) return;
  fail(at, fmt::format("{} is not active here, so Mermaid refuses to deactivate it; take the sign or line away, or put "
                       "\"activate\" before it",
                       in_quotes(as_written(name))));
}

void ParticipantList::pass_message(const std::string& from, const std::string& to, Position at) {
  if (!created_.empty()) {
    if (to != created_) {
      fail(at, fmt::format("the message after \"create\" must go to {}, which it creates",
                           in_quotes(as_written(created_))));
    }
    created_.clear();
  } else if (!destroyed_.empty()) {
    if (to != destroyed_ && from != destroyed_) {
      fail(at, fmt::format("the message after \"destroy\" must come from or go to {}, which it destroys",
                           in_quotes(as_written(destroyed_))));
    }
    destroyed_.clear();
  }
}

Participant& ParticipantList::find_or_add(const std::string& name, Position at) {
  std::string id = plain_text(as_written(name));
  const auto [found, is_new] = index_.emplace(id, participants_.size());
  if (is_new) {
    Participant participant;
    participant.at = at;
    participant.id = id;
    participant.alias = std::move(id);
    participants_.push_back(std::move(participant));
  }
  return participants_[found->second];
}

void ParticipantList::fail(Position at, std::string_view what) const { fail_at(file_, at, what); }

}  // namespace stalemate::model
