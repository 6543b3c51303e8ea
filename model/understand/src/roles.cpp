// Tells roles. A guess that a person could see differently is said in the reading; what cannot be told, and what
// contradicts itself, is asked for: a server taken for the app, or two taken for one, would be another protocol.
#include "roles.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "directives.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

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
  bool may_be_app = false;
};
using ToldRoles = std::map<std::string, Told>;

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
    const auto [found, is_new] = given.try_emplace(said.participant, Given{said.role, statement.at});
    if (!is_new && found->second.role != said.role) {
      fail_at(document.name, statement.at,
              in_quotes(said.participant) + " is the " + std::string(to_string(found->second.role)) + " since line " +
                  std::to_string(found->second.at.line) + "; leave one of the two out");
    }
  });
}

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
    given[said.participant] = Given{said.role, {}};
  }
  return given;
}

bool has_alias(const Participant& participant) { return participant.alias != participant.id; }

// What is said of this participant, or of one with the same alias in another diagram: they are one.
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

// How to say what `id` is.
std::string say_role(const std::string& id, std::string_view role) {
  return "--role " + id + "=" + std::string(role) + ", or write %% stalemate: role " + id + " = " + std::string(role);
}

void refuse_other_kinds_of_cache(const std::string& name, const Participant& participant, const RoleWords& words) {
  if (words.cache_kind == CacheKind::kLocal) {
    refuse_not_modelled(name, participant.at, "a local cache, one in each app instance",
                        "where all app instances share " + in_quotes(participant.alias) +
                            ", say so: " + say_role(participant.id, "cache"));
  }
  if (words.cache_kind == CacheKind::kEdge) {
    refuse_not_modelled(name, participant.at, "a cache that answers before the app is asked",
                        "where the app itself asks " + in_quotes(participant.alias) +
                            " and nobody else does, say so: " + say_role(participant.id, "cache"));
  }
  if (words.cache_kind == CacheKind::kWritesLater) {
    refuse_not_modelled(name, participant.at, "a cache that writes to the database by itself, later",
                        "by " + in_quotes(words.cache_word) + "; where only the arrows of the app write, call it " +
                            "without these words");
  }
}

// By the words of its alias or its id; refuses those that contradict each other.
std::optional<Told> told_by_words(const std::string& name, const Participant& participant, const std::string& text,
                                  const std::string& which) {
  const RoleWords words = role_words(text);
  if (words.ambiguous) {
    const auto as = [](Role role) { return std::string(to_string(role)); };
    ask_at(name, participant.at,
           "cannot tell what " + in_quotes(text) + " is, for " + words.word + " contradict each other; say " +
               say_role(participant.id, as(words.either.front())) + " (or " + as(words.either.back()) +
               "; roles: " + std::string(kRoleNames) + ")");
  }
  if (!words.role) return std::nullopt;
  refuse_other_kinds_of_cache(name, participant, words);
  Told told{*words.role, "by " + in_quotes(words.word) + " in its " + which, words.assumed, false, words.may_be_app};
  if (const std::size_t at = told.assumed.find("role X"); at != std::string::npos)
    told.assumed.replace(at + 5, 1, participant.id);
  return told;
}

Told tell(const Document& document, const Participant& participant, const GivenRoles& given) {
  const std::string& name = document.name;
  if (const Given* said = given_for(document, participant, given)) {
    return {said->role, said->at.line == 0 ? "said by --role" : "said in line " + std::to_string(said->at.line), "",
            true};
  }
  if (has_alias(participant)) {
    if (auto told = told_by_words(name, participant, participant.alias, "alias")) return *told;
  }
  if (auto told = told_by_words(name, participant, participant.id, "name")) {
    if (has_alias(participant) && told->assumed.empty())
      told->assumed = "its alias says nothing that is known; say role " + participant.id + " = what it is otherwise";
    return *told;
  }
  const RoleWords type = role_words(participant.type);
  if (type.role && (*type.role == Role::kDatabase || *type.role == Role::kQueue)) {
    return {*type.role, "by its type " + in_quotes(participant.type), "", false};
  }
  if (participant.is_actor || participant.type == "actor") {
    return {Role::kOutside, "drawn as an actor",
            "a stick figure is taken to be outside; say role " + participant.id + " = app if it is not", false};
  }
  ask_at(name, participant.at,
         "cannot tell what " + in_quotes(participant.id) + " is; say " + say_role(participant.id, "cache") +
             " (roles: " + std::string(kRoleNames) + ")" +
             (document.diagrams.size() > 1 ? "; %% stalemate: ignore first in a diagram passes over it" : ""));
}

// How a participant takes part in a diagram.
struct Part {
  bool asks_server = false;  // exchanges messages with a cache or database
  bool starts = false;       // its first message is one it sends, and no answer
  bool asked = false;        // is sent more than answers
  bool only_answers = true;  // sends nothing but to those who had sent it something before
  std::string asked_for;     // the label by which an app asks it to get or change something
};

Part part_of(const Diagram& diagram, const std::string& id, const ToldRoles& roles) {
  Part part;
  std::set<std::string> askers;
  bool any = false;
  visit_messages(diagram.statements, [&](const Message& message) {
    if (message.from == message.to || (message.from != id && message.to != id)) return;
    const bool sends = message.from == id;
    const std::string& other = sends ? message.to : message.from;
    const Role role_of_other = roles.at(other).role;
    part.asks_server = part.asks_server || is_server(role_of_other);
    if (sends) {
      part.starts = part.starts || (!any && !message.arrow.dotted);
      part.only_answers = part.only_answers && askers.count(other) > 0;
    } else {
      askers.insert(other);
      part.asked = part.asked || !message.arrow.dotted;
      const bool wants = request_words(message.text).kind != RequestWords::Kind::kNothing;
      if (part.asked_for.empty() && !message.arrow.dotted && role_of_other == Role::kApp && wants)
        part.asked_for = message.text;
    }
    any = true;
  });
  return part;
}

// Where no app is drawn, whoever talks to the servers is the app: "client ->> cache".
void promote_outside(const Diagram& diagram, ToldRoles& roles) {
  for (const auto& [id, told] : roles) {
    if (told.role == Role::kApp) return;
  }
  for (auto& [id, told] : roles) {
    if (told.role != Role::kOutside || told.given || !part_of(diagram, id, roles).asks_server) continue;
    told.role = Role::kApp;
    told.assumed = "no app is drawn and " + in_quotes(id) + " asks the servers itself, so it is the app; say role " +
                   id + " = outside if it is not";
  }
}

// Who is a third party by name is one where it is told and asked; where it asks servers it is the app, where it starts
// something it is outside.
void place_third_parties(const Diagram& diagram, ToldRoles& roles) {
  for (auto& [id, told] : roles) {
    if (told.role != Role::kThirdParty || told.given) continue;
    const Part part = part_of(diagram, id, roles);
    if (told.may_be_app && part.asks_server) {
      told.role = Role::kApp;
      told.assumed = in_quotes(id) + " asks the servers, so it is the app; say role " + id + " = third-party if not";
    } else if (part.starts) {
      told.role = Role::kOutside;
      told.assumed = in_quotes(id) + " starts something, so it is outside; say role " + id + " = third-party if not";
    }
  }
}

// What a participant does can contradict what it is called.
void ask_about_contradictions(const std::string& name, const Diagram& diagram, const ToldRoles& roles) {
  for (const Participant& participant : diagram.participants) {
    const Told& told = roles.at(participant.id);
    if (told.given) continue;
    const Part part = part_of(diagram, participant.id, roles);
    if (is_server(told.role) && part.starts && !part.asked) {
      ask_at(name, participant.at,
             in_quotes(participant.id) + " is called a " + std::string(to_string(told.role)) + " (" + told.why +
                 "), but here it only asks others and nobody asks it; say what it is: " +
                 say_role(participant.id, "outside") + " (roles: " + std::string(kRoleNames) + ")");
    }
    if (told.role == Role::kApp && !part.asks_server && part.only_answers && !part.asked_for.empty()) {
      ask_at(name, participant.at,
             in_quotes(participant.id) + " is called an app (" + told.why + "), but it is asked " +
                 in_quotes(part.asked_for) + " and asks no cache or database itself; say " +
                 say_role(participant.id, "database") +
                 " if it keeps what is read and written here, or third-party if that has nothing to do with it");
    }
  }
}

// A box around an app and its cache alone, of which there are several, shows a cache in each of them.
void ask_about_boxes(const std::string& name, const Diagram& diagram, const ToldRoles& roles) {
  const auto holds = [&](const std::string& box, Role role) {
    return std::any_of(diagram.participants.begin(), diagram.participants.end(), [&](const Participant& participant) {
      return participant.box == box && roles.at(participant.id).role == role;
    });
  };
  for (const Participant& participant : diagram.participants) {
    const std::string& box = participant.box;
    const Told& told = roles.at(participant.id);
    if (told.role != Role::kCache || told.given || box.empty() || !says_one_of_many(box)) continue;
    if (!holds(box, Role::kApp) || holds(box, Role::kDatabase)) continue;
    ask_at(name, participant.at,
           in_quotes(participant.id) + " stands in one box with the app, " + in_quotes(box) +
               ": has each app instance a cache of its own? That is not modelled yet; where all share it, draw it "
               "outside of the box, or say " +
               say_role(participant.id, "cache"));
  }
}

std::string described(Role role) {
  if (role == Role::kOutside) return "outside: it starts operations and is told when they end";
  if (role == Role::kThirdParty) return "a third party: what it is told or asked is local work";
  return "the " + std::string(to_string(role));
}

// The caches and databases of the whole file: one of each.
class Servers {
 public:
  Servers(const std::string& name) : name_(name) {}

  void next_diagram() { first_here_ = known_.size(); }

  // What is assumed where `participant` is a server: that it is the one known by another name.
  std::string assumed_of(const Participant& participant, Role role) {
    const Participant* same = nullptr;
    bool other_name = false;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const auto& [before, role_before] = known_[i];
      if (role_before != role) continue;
      if (i >= first_here_) refuse_second(participant, *before, role);
      const SameServer are_same = same_server(participant.alias, before->alias);
      if (are_same == SameServer::kNo) ask_whether_same(participant, *before, role);
      if (same == nullptr) same = before;
      other_name = other_name || are_same == SameServer::kMaybe;
    }
    known_.emplace_back(&participant, role);
    if (!other_name) return {};
    return "the same " + std::string(to_string(role)) + " as " + in_quotes(same->id) + in_line(same->at);
  }

 private:
  static std::string in_line(Position at) { return " in line " + std::to_string(at.line); }

  [[noreturn]] void refuse_second(const Participant& participant, const Participant& before, Role role) const {
    refuse_not_modelled(name_, participant.at, "a second " + std::string(to_string(role)) + " beside " + before.id,
                        "a page with two is not checked, for without one of them it would mean something else");
  }

  [[noreturn]] void ask_whether_same(const Participant& participant, const Participant& before, Role role) const {
    ask_at(name_, participant.at,
           in_quotes(participant.alias) + " and " + in_quotes(before.alias) + in_line(before.at) + " read as two " +
               std::string(to_string(role)) +
               "s, and a second one is not modelled yet; if they are one, call them alike: " + "participant " +
               participant.id + " as " + before.alias);
  }

  const std::string& name_;
  std::vector<std::pair<const Participant*, Role>> known_;
  std::size_t first_here_ = 0;  // of the diagram at hand
};

}  // namespace

std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading) {
  const GivenRoles given = gather_given(document, options);
  std::vector<RolesOfDiagram> all;
  Servers servers(document.name);
  for (const Document::Entry& entry : document.diagrams) {
    if (ignored_at(document.name, entry.diagram).line != 0) {
      all.emplace_back();
      continue;
    }
    ToldRoles told;
    for (const Participant& participant : entry.diagram.participants) {
      told[participant.id] = tell(document, participant, given);
    }
    promote_outside(entry.diagram, told);
    place_third_parties(entry.diagram, told);
    ask_about_contradictions(document.name, entry.diagram, told);
    ask_about_boxes(document.name, entry.diagram, told);

    RolesOfDiagram roles;
    servers.next_diagram();
    for (const Participant& participant : entry.diagram.participants) {
      const Told& said = told.at(participant.id);
      roles[participant.id] = said.role;
      std::string assumed = said.assumed;
      if (is_server(said.role)) {
        const std::string same = servers.assumed_of(participant, said.role);
        if (!same.empty()) assumed += (assumed.empty() ? "" : "; ") + same;
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
