// Roles, as they are told, beside what is drawn: what contradicts itself is asked about: a server taken for the app, or
// two taken for one, would be another protocol.
#include "roles.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "answers.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "directives.hpp"
#include "read/statements.hpp"
#include "telling.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

void refuse_other_kinds_of_cache(const Participant& participant, const Reading& reading) {
  const std::string& name = reading.name();
  RoleWords words = role_words(participant.alias);
  if (!words.role) words = role_words(reading.in_english(participant.id));
  if (words.cache_kind == CacheKind::kLocal) {
    refuse_not_modelled(name, participant.at, "a local cache, one in each app instance",
                        "where all app instances share " + reading.quoted(participant.alias) +
                            ", say so: " + say_role(participant.id, "cache"));
  }
  if (words.cache_kind == CacheKind::kEdge) {
    refuse_not_modelled(name, participant.at, "a cache that answers before the app is asked",
                        "where the app itself asks " + reading.quoted(participant.alias) +
                            " and nobody else does, say so: " + say_role(participant.id, "cache"));
  }
  if (words.cache_kind == CacheKind::kWritesLater) {
    refuse_not_modelled(name, participant.at, "a cache that writes to the database by itself, later",
                        "by " + in_quotes(words.cache_word) + "; where only the arrows of the app write, call it " +
                            "without these words");
  }
}

// How a participant takes part in one diagram, as far as its name may be contradicted by it.
struct Shown {
  bool asks = false;      // sends something that is no answer
  bool is_asked = false;  // is sent more than answers
  std::string asked_for;  // the first label by which an app asks it for something
};
Shown shown_in(const Diagram& diagram, const std::string& id, const RolesOfDiagram& roles) {
  Shown shown;
  std::set<std::string> askers;
  visit_messages(diagram.statements, [&](const Message& message) {
    if (message.from == message.to) return;
    if (message.from == id) shown.asks = shown.asks || askers.count(message.to) == 0;
    if (message.to != id) return;
    askers.insert(message.from);
    shown.is_asked = shown.is_asked || !message.arrow.dotted;
    const bool wants = !message.arrow.dotted && roles.at(message.from) == Role::kApp &&
                       request_words(message.text).kind != RequestWords::Kind::kNothing;
    if (shown.asked_for.empty() && wants) shown.asked_for = message.text;
  });
  return shown;
}

// What a participant does can contradict what it is called.
void ask_about_contradiction(const Participant& participant, const Told& told, const Shown& shown,
                             const Reading& reading) {
  if (told.given || told.by_position) return;
  if (is_server(told.role) && shown.asks && !shown.is_asked) {
    ask_at(reading.name(), participant.at, "role-contradicted",
           in_quotes(participant.id) + " is called a " + std::string(to_string(told.role)) + " (" + told.why +
               "), but here it only asks others and nobody asks it; say what it is: " +
               say_role(participant.id, "outside") + " (roles: " + std::string(kRoleNames) + ")",
           {answer_role(participant, Role::kOutside, "only starts operations"),
            answer_role(participant, Role::kApp, "is the app")});
  }
  if (told.role == Role::kApp && !shown.asks && !shown.asked_for.empty()) {
    ask_at(reading.name(), participant.at, "role-contradicted",
           in_quotes(participant.id) + " is called an app (" + told.why + "), but it is asked " +
               reading.quoted(shown.asked_for) + " and asks no cache or database itself; say " +
               say_role(participant.id, "database") +
               " if it keeps what is read and written here, or third-party if that has nothing to do with it",
           {answer_role(participant, Role::kDatabase, "keeps what is read and written here"),
            answer_role(participant, Role::kThirdParty, "has nothing to do with what is read and written here")});
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
    ask_at(name, participant.at, "cache-in-box",
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
  explicit Servers(const Reading& reading) : reading_(reading), name_(reading.name()) {}

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
    ask_at(name_, participant.at, "second-server",
           reading_.quoted(participant.alias) + " and " + reading_.quoted(before.alias) + in_line(before.at) +
               " read as two " + std::string(to_string(role)) +
               "s, and a second one is not modelled yet; if they are one, call them alike: " + "participant " +
               participant.id + " as " + reading_.as_written(before.alias));
  }

  const Reading& reading_;
  const std::string& name_;
  std::vector<std::pair<const Participant*, Role>> known_;
  std::size_t first_here_ = 0;  // of the diagram at hand
};

}  // namespace

std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading) {
  std::vector<bool> passed_over;
  for (const Document::Entry& entry : document.diagrams)
    passed_over.push_back(ignored_at(document.name, entry.diagram).line != 0);
  std::vector<ToldRoles> told_of_diagrams = tell_roles(document, options, passed_over, reading);
  std::vector<RolesOfDiagram> all;
  Servers servers(reading);
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const Diagram& diagram = document.diagrams[i].diagram;
    all.emplace_back();
    if (passed_over[i]) continue;
    RolesOfDiagram& roles = all.back();
    ToldRoles& told = told_of_diagrams[i];
    for (const auto& [id, said] : told) roles[id] = said.role;
    for (const Participant& participant : diagram.participants) {
      reading.attempt([&] {
        ask_about_contradiction(participant, told.at(participant.id), shown_in(diagram, participant.id, roles),
                                reading);
      });
    }
    reading.attempt([&] { ask_about_boxes(document.name, diagram, told); });
    servers.next_diagram();
    for (const Participant& participant : diagram.participants) {
      Told& said = told.at(participant.id);
      if (said.role == Role::kCache && !said.given)
        reading.attempt([&] { refuse_other_kinds_of_cache(participant, reading); });
      if (is_server(said.role)) {
        reading.attempt([&] {
          const std::string same = servers.assumed_of(participant, said.role);
          if (!same.empty()) said.assumed += (said.assumed.empty() ? "" : "; ") + same;
        });
      }
      const std::string meaning = described(said.role) + ", " + said.why;
      std::vector<Edit> edits;
      if (said.by_position) edits = {answer_role(participant, said.role, "is " + words_of_role(said.role), true)};
      if (participant.declared) {
        reading.add(participant.at, meaning, said.assumed, std::move(edits));
      } else {
        reading.add_beneath(participant.at, participant.id + " is " + meaning, said.assumed, std::move(edits));
      }
    }
  }
  return all;
}

}  // namespace stalemate::model
