#include "given_roles.hpp"

#include <set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "directives.hpp"
#include "read/statements.hpp"

namespace stalemate::model {
namespace {

bool has_participant(const Document& document, const std::string& id) {
  for (const Document::Entry& entry : document.diagrams) {
    for (const Participant& participant : entry.diagram.participants) {
      if (participant.id == id) return true;
    }
  }
  return false;
}

std::string all_participants(const Document& document) {
  std::set<std::string> ids;
  for (const Document::Entry& entry : document.diagrams) {
    for (const Participant& participant : entry.diagram.participants) ids.insert(participant.id);
  }
  std::string text;
  for (const std::string& id : ids) text += (text.empty() ? "" : ", ") + id;
  return text;
}

void gather_role_directives(const Document& document, const std::vector<Statement>& statements, GivenRoles& given) {
  visit_statements(statements, [&](const Statement& statement) {
    const auto* directive = std::get_if<Directive>(&statement.node);
    if (directive == nullptr) return;
    const Override said = read_directive(document.name, statement.at, directive->text);
    if (said.kind != Override::Kind::kRole) return;
    if (!has_participant(document, said.participant)) {
      fail_at(document.name, statement.at,
              "no participant is called " + in_quotes(said.participant) + "; there are: " + all_participants(document));
    }
    const auto [found, is_new] =
        given.try_emplace(said.participant, Given{said.role, said.local_cache, said.cache_replica, statement.at});
    const bool agrees = found->second.role == said.role && found->second.is_local == said.local_cache &&
                        found->second.is_replica == said.cache_replica;
    if (!is_new && !agrees) {
      fail_at(document.name, statement.at,
              in_quotes(said.participant) + " is the " + std::string(found->second.word()) + " since line " +
                  std::to_string(found->second.at.line) + "; leave one of the two out");
    }
  });
}

}  // namespace

GivenRoles gather_given(const Document& document, const std::vector<std::string>& options) {
  GivenRoles given;
  for (const Document::Entry& entry : document.diagrams) {
    gather_role_directives(document, entry.diagram.statements, given);
  }
  for (const std::string& option : options) {
    const Override said = read_role_option(option);
    if (!has_participant(document, said.participant)) {
      throw InputError("--role " + option + ": no participant of " + document.name + " is called " +
                       in_quotes(said.participant) + "; there are: " + all_participants(document));
    }
    given[said.participant] = Given{said.role, said.local_cache, said.cache_replica, {}};
  }
  return given;
}

const Given* given_for(const Document& document, const Participant& participant, const GivenRoles& given) {
  if (const auto found = given.find(participant.id); found != given.end()) return &found->second;
  if (!has_alias(participant)) return nullptr;
  for (const Document::Entry& entry : document.diagrams) {
    for (const Participant& other : entry.diagram.participants) {
      if (!has_alias(other) || other.alias != participant.alias) continue;
      if (const auto found = given.find(other.id); found != given.end()) return &found->second;
    }
  }
  return nullptr;
}

}  // namespace stalemate::model
