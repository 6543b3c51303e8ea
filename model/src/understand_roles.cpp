// Tells roles. A guess that a person could see differently is said in the reading; what cannot be told is asked for.
#include "understand_roles.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "traces/error.hpp"
#include "understand_directives.hpp"
#include "vocabulary.hpp"

namespace stalemate::model {
namespace {

struct Given {
  Role role = Role::kApp;
  Position at;  // {0, 0}: from the command line
};
using GivenRoles = std::map<std::string, Given>;

struct Told {
  Role role = Role::kApp;
  std::string why;
  std::string assumed;
  bool given = false;  // said outright, not guessed
};

bool is_server(Role role) { return role == Role::kCache || role == Role::kDatabase; }

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
  for (const Statement& statement : statements) {
    if (const auto* block = std::get_if<Block>(&statement.node)) {
      for (const Section& section : block->sections) gather_role_directives(document, section.body, given);
    }
    const auto* directive = std::get_if<Directive>(&statement.node);
    if (directive == nullptr) continue;
    const Override said = read_directive(document.name, statement.at, directive->text);
    if (said.kind != Override::Kind::kRole) continue;
    if (!has_participant(document, said.participant)) {
      fail_at(document.name, statement.at,
              "no participant is called " + excerpt(said.participant) + "; there are: " + all_participants(document));
    }
    const auto [found, is_new] = given.try_emplace(said.participant, Given{said.role, statement.at});
    if (!is_new && found->second.role != said.role) {
      fail_at(document.name, statement.at,
              excerpt(said.participant) + " is the " + std::string(to_string(found->second.role)) + " since line " +
                  std::to_string(found->second.at.line) + "; leave one of the two out");
    }
  }
}

GivenRoles gather_given(const Document& document, const std::vector<std::string>& options) {
  GivenRoles given;
  for (const Document::Entry& entry : document.diagrams) {
    gather_role_directives(document, entry.diagram.statements, given);
  }
  for (const std::string& option : options) {
    const Override said = read_role_option(option);
    if (!has_participant(document, said.participant)) {
      throw traces::InputError("--role " + option + ": no participant of " + document.name + " is called " +
                               excerpt(said.participant) + "; there are: " + all_participants(document));
    }
    given[said.participant] = Given{said.role, {}};
  }
  return given;
}

std::optional<Told> told_by_words(const std::string& text, const std::string& which) {
  const RoleWords words = role_words(text);
  if (!words.role) return std::nullopt;
  std::string assumed = words.assumed;
  return Told{*words.role, "by " + excerpt(words.word) + " in its " + which, std::move(assumed), false};
}

Told tell(const std::string& name, const Participant& participant, const GivenRoles& given, bool several_diagrams) {
  if (const auto found = given.find(participant.id); found != given.end()) {
    const Given& said = found->second;
    return {said.role, said.at.line == 0 ? "said by --role" : "said in line " + std::to_string(said.at.line), "", true};
  }
  if (auto told = told_by_words(participant.id, "name")) return *told;
  if (auto told = told_by_words(participant.alias, "alias")) return *told;
  const RoleWords type = role_words(participant.type);
  if (type.role && (*type.role == Role::kDatabase || *type.role == Role::kQueue)) {
    return {*type.role, "by its type " + excerpt(participant.type), "", false};
  }
  if (participant.is_actor || participant.type == "actor") {
    return {Role::kOutside, "drawn as an actor",
            "a stick figure is taken to be outside; say role " + participant.id + " = app if it is not", false};
  }
  fail_at(name, participant.at,
          "cannot tell what " + excerpt(participant.id) + " is; say --role " + participant.id +
              "=cache, or write %% stalemate: role " + participant.id + " = cache (roles: " + std::string(kRoleNames) +
              ")" + (several_diagrams ? "; %% stalemate: ignore first in a diagram passes over it" : ""));
}

// Whether `id` exchanges messages with a cache or database.
bool talks_to_server(const std::vector<Statement>& statements, const std::string& id,
                     const std::map<std::string, Told>& roles) {
  for (const Statement& statement : statements) {
    if (const auto* block = std::get_if<Block>(&statement.node)) {
      for (const Section& section : block->sections) {
        if (talks_to_server(section.body, id, roles)) return true;
      }
    }
    const auto* message = std::get_if<Message>(&statement.node);
    if (message == nullptr || (message->from != id && message->to != id)) continue;
    const auto other = roles.find(message->from == id ? message->to : message->from);
    if (other != roles.end() && is_server(other->second.role)) return true;
  }
  return false;
}

// Where no app is drawn, whoever talks to the servers is the app: "client ->> cache".
void promote_outside(const Diagram& diagram, std::map<std::string, Told>& roles) {
  for (const auto& [id, told] : roles) {
    if (told.role == Role::kApp) return;
  }
  for (auto& [id, told] : roles) {
    if (told.role != Role::kOutside || told.given || !talks_to_server(diagram.statements, id, roles)) continue;
    told.role = Role::kApp;
    told.assumed = "no app is drawn and " + excerpt(id) + " asks the servers itself, so it is the app; say role " + id +
                   " = outside if it is not";
  }
}

std::string described(Role role) {
  if (role == Role::kOutside) return "outside: it starts operations and is told when they end";
  return "the " + std::string(to_string(role));
}

}  // namespace

std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading) {
  const GivenRoles given = gather_given(document, options);
  std::vector<RolesOfDiagram> all;
  std::map<Role, const Participant*> first_of;  // in the whole file
  for (const Document::Entry& entry : document.diagrams) {
    if (ignored_at(document.name, entry.diagram).line != 0) {
      all.emplace_back();
      continue;
    }
    std::map<std::string, Told> told;
    for (const Participant& participant : entry.diagram.participants) {
      told[participant.id] = tell(document.name, participant, given, document.diagrams.size() > 1);
    }
    promote_outside(entry.diagram, told);

    RolesOfDiagram roles;
    std::map<Role, const Participant*> first_here;
    for (const Participant& participant : entry.diagram.participants) {
      const Told& said = told.at(participant.id);
      roles[participant.id] = said.role;
      std::string assumed = said.assumed;
      if (is_server(said.role)) {
        const auto here = first_here.try_emplace(said.role, &participant).first->second;
        if (here->id != participant.id) {
          refuse_not_modelled(document.name, participant.at,
                              "a second " + std::string(to_string(said.role)) + " beside " + here->id,
                              "draw one only, or say what it is: %% stalemate: role " + participant.id + " = app");
        }
        const Participant& before = *first_of.try_emplace(said.role, &participant).first->second;
        if (before.id != participant.id && assumed.empty()) {
          assumed = "the same " + std::string(to_string(said.role)) + " as " + excerpt(before.id) + " in line " +
                    std::to_string(before.at.line);
        }
      }
      const std::string meaning = described(said.role) + ", " + said.why;
      if (participant.declared) {
        reading.add(participant.at, meaning, std::move(assumed));
      } else {
        reading.add_beneath(participant.at, participant.id + " is " + meaning, std::move(assumed));
      }
    }
    all.push_back(std::move(roles));
  }
  return all;
}

}  // namespace stalemate::model
