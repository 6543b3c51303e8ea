// Roles, as they are told, beside what is drawn: what contradicts itself is asked about: a server taken for the app, or
// two taken for one, would be another protocol. A long file: one look after another.
#include "roles.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "answers.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "directives.hpp"
#include "read/statements.hpp"
#include "replicas.hpp"
#include "telling.hpp"
#include "undrawn.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// What kind of cache its name speaks of; one that is a cache by what it does may say that, too: "in-process map".
RoleWords words_of_cache(const Participant& participant, const Reading& reading) {
  RoleWords words = role_words(participant.alias);
  if (words.role) return words;
  RoleWords named = role_words(reading.in_english(participant.id));
  return named.role ? named : role_words("cache " + participant.alias);
}

void refuse_other_kinds_of_cache(const Participant& participant, const Reading& reading) {
  const std::string& name = reading.name();
  const RoleWords words = words_of_cache(participant, reading);
  if (words.cache_kind == CacheKind::kOfLess) {
    refuse_not_modelled(name, participant.at, "a cache of less than an app instance, or beside one",
                        "by " + in_quotes(words.cache_word) + "; where each app instance has one in its process, say " +
                            say_role(participant.id, kLocalCacheName) + "; where all share it, say " +
                            say_role(participant.id, "cache"));
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
    if (told.role != Role::kCache || told.given || told.is_local || box.empty() || !says_one_of_many(box)) continue;
    if (!holds(box, Role::kApp) || holds(box, Role::kDatabase)) continue;
    ask_at(name, participant.at, "cache-in-box",
           in_quotes(participant.id) + " stands in one box with the app, " + in_quotes(box) +
               ": has each app instance a cache of its own? Then say " + say_role(participant.id, kLocalCacheName) +
               "; where all share it, draw it outside of the box, or say " + say_role(participant.id, "cache"));
  }
}

std::string described(Role role) {
  if (role == Role::kOutside) return "outside: it starts operations and is told when they end";
  if (role == Role::kThirdParty) return "a third party: what it is told or asked is local work";
  return "the " + std::string(to_string(role));
}

std::string in_line(Position at) { return " in line " + std::to_string(at.line); }

std::string same_as(Role role, const Participant& known) {
  return "the same " + std::string(to_string(role)) + " as " + in_quotes(known.id) + in_line(known.at);
}

[[noreturn]] void ask_whether_same(const Participant& participant, const Participant& before, Role role,
                                   const std::string& otherwise, const Reading& reading) {
  ask_at(reading.name(), participant.at, "second-server",
         reading.quoted(participant.alias) + " and " + reading.quoted(before.alias) + in_line(before.at) +
             " read as two " + std::string(to_string(role)) + "s; if they are one, call them alike: participant " +
             participant.id + " as " + reading.as_written(before.alias) + "; " + otherwise);
}

// The databases of the whole file: there is one.
class Databases {
 public:
  explicit Databases(const Reading& reading) : reading_(reading) {}

  void next_diagram() { first_here_ = known_.size(); }

  // What is assumed: that it is the one known by another name.
  std::string assumed_of(const Participant& participant) {
    bool other_name = false;
    for (std::size_t i = 0; i < known_.size(); ++i) {
      const Participant& before = *known_[i];
      if (i >= first_here_)
        refuse_not_modelled(reading_.name(), participant.at, "a second database beside " + before.id,
                            "a page with two is not checked, for without one of them it would mean something else");
      const SameServer are_same = same_server(participant.alias, before.alias);
      if (are_same == SameServer::kNo)
        ask_whether_same(participant, before, Role::kDatabase, "a second one is not modelled yet", reading_);
      other_name = other_name || are_same == SameServer::kMaybe;
    }
    known_.push_back(&participant);
    return other_name ? same_as(Role::kDatabase, *known_.front()) : "";
  }

 private:
  const Reading& reading_;
  std::vector<const Participant*> known_;
  std::size_t first_here_ = 0;  // of the diagram at hand
};

// The caches of the whole file. Those that stand beside each other in one diagram are several; one of another diagram
// is one of them, if it may be by its name.
class Caches {
 public:
  explicit Caches(Reading& reading) : reading_(reading) {}

  struct Drawn {
    const Participant& participant;
    bool is_local = false;
    bool is_replica = false;
    bool of_others = false;  // it is that of all other app instances
  };
  // Tells `roles` which caches those of a diagram are; what is assumed of each, by id.
  std::map<std::string, std::string> meet(const std::vector<Drawn>& drawn, RolesOfDiagram& roles) {
    std::map<std::string, std::string> assumed;
    here_.clear();
    const auto known_as = [&](const Drawn& one, std::size_t cache) {
      roles.set_cache(one.participant.id, cache);
      known_[cache].participants.push_back(&one.participant);
      here_.insert(cache);
    };
    std::vector<Drawn> unknown;
    for (const Drawn& one : drawn) {
      roles.set_cache(one.participant.id, 0);
      if (one.of_others) continue;
      if (const auto cache = certainly(one))
        known_as(one, *cache);
      else
        unknown.push_back(one);
    }
    for (const Drawn& one : unknown) {
      reading_.attempt([&] {
        const auto same = certainly(one);  // of this very diagram, by its alias
        const auto cache = same ? same : perhaps(one);
        if (cache && !same) assumed[one.participant.id] = same_as(Role::kCache, known_[*cache].first());
        if (cache) return known_as(one, *cache);
        known_.push_back({{}, one.is_local, one.is_replica});
        known_as(one, known_.size() - 1);
        if (known_.size() > kCachesMax)
          refuse_not_modelled(reading_.name(), one.participant.at,
                              "more than " + std::to_string(kCachesMax) + " caches");
      });
    }
    for (const Drawn& one : drawn)
      if (one.of_others) reading_.attempt([&] { meet_others(one, roles); });
    return assumed;
  }

  std::vector<DrawnCache> all() const {
    if (known_.empty()) return {DrawnCache{}};
    std::vector<DrawnCache> caches;
    for (const Known& known : known_) {
      const auto alike =
          std::count_if(known_.begin(), known_.end(), [&](auto& other) { return is_of_kind(other, known); });
      std::string name = known.is_local ? "local cache" : known.is_replica ? "cache replica" : "cache";
      if (alike > 1) name += " " + reading_.as_written(known.first().alias);
      caches.push_back({std::move(name), known.is_local, known.is_replica});
    }
    return caches;
  }

 private:
  struct Known {
    std::vector<const Participant*> participants;  // of all diagrams so far
    bool is_local = false;
    bool is_replica = false;
    const Participant& first() const { return *participants.front(); }
  };

  template <class One>
  static bool is_of_kind(const One& one, const Known& known) {
    return known.is_local == one.is_local && known.is_replica == one.is_replica;
  }
  static SameServer same(const Drawn& one, const Known& known) {
    SameServer least = SameServer::kYes;
    for (const Participant* const other : known.participants)
      least = std::max(least, same_server(one.participant.alias, other->alias));
    return least;
  }

  // The local cache of other app instances is that of this one, in them.
  void meet_others(const Drawn& one, RolesOfDiagram& roles) const {
    std::vector<std::size_t> local;
    for (const bool everywhere : {false, true})
      for (std::size_t cache = 0; cache < known_.size() && (!everywhere || local.empty()); ++cache)
        if (known_[cache].is_local && (everywhere || here_.count(cache) != 0)) local.push_back(cache);
    if (local.size() != 1)
      ask_at(reading_.name(), one.participant.at, "cache-of-others",
             reading_.quoted(one.participant.alias) + " is a cache of other app instances, and " +
                 (local.empty() ? "none" : "more than one") + " of this one is drawn; draw that one, too, once");
    roles.set_cache(one.participant.id, local.front());
    roles.set_of_others(one.participant.id);
  }

  // The cache that it certainly is.
  std::optional<std::size_t> certainly(const Drawn& one) const {
    for (std::size_t cache = 0; cache < known_.size(); ++cache) {
      const Known& known = known_[cache];
      if (!is_of_kind(one, known)) continue;
      const bool alike =
          std::any_of(known.participants.begin(), known.participants.end(),
                      [&](const Participant* const other) { return other->alias == one.participant.alias; });
      if (alike || (here_.count(cache) == 0 && same(one, known) == SameServer::kYes)) return cache;
    }
    return std::nullopt;
  }

  // The only one of another diagram that it may be; asks where it may be several, or none of them by its name.
  std::optional<std::size_t> perhaps(const Drawn& one) const {
    std::vector<std::size_t> may_be;
    std::optional<std::size_t> others;
    for (std::size_t cache = 0; cache < known_.size(); ++cache) {
      if (here_.count(cache) != 0 || one.is_replica != known_[cache].is_replica) continue;
      if (known_[cache].is_local == one.is_local && same(one, known_[cache]) == SameServer::kMaybe)
        may_be.push_back(cache);
      else
        others = cache;
    }
    if (may_be.size() == 1) return may_be.front();
    const bool open = !may_be.empty() || (others && here_.empty());
    if (open)
      ask_whether_same(one.participant, unlike(one, known_[may_be.empty() ? *others : may_be.front()]), Role::kCache,
                       "if they are two, draw them beside each other in one diagram", reading_);
    return std::nullopt;
  }

  // Of the names of a cache, the first that tells it from this one.
  static const Participant& unlike(const Drawn& one, const Known& known) {
    const auto found =
        std::find_if(known.participants.begin(), known.participants.end(), [&](const Participant* const other) {
          return same_server(one.participant.alias, other->alias) == SameServer::kNo;
        });
    return found == known.participants.end() ? known.first() : **found;
  }

  Reading& reading_;
  std::vector<Known> known_;
  std::set<std::size_t> here_;  // those of the diagram at hand
};

// Whether a cache stands in each app instance, as said or by its name; and what is assumed then, or of a replica.
bool stands_in_each_app(const Participant& participant, Told& told, const Reading& reading) {
  if (told.role != Role::kCache || told.given) return told.is_local;
  const RoleWords words = words_of_cache(participant, reading);
  told.is_local = words.cache_kind == CacheKind::kLocal;
  told.is_replica = words.cache_kind == CacheKind::kReplica;
  if (told.is_replica)
    told.assumed +=
        (told.assumed.empty() ? "" : "; ") + ("by " + reading.quoted(words.cache_word)) +
        " it is a read replica of the cache, which lags behind it; where it is the cache itself, say role " +
        participant.id + " = cache";
  told.of_others = words.of_others && told.is_local;
  if (told.is_local && !participant.declared && participant.id == kOwnCache)
    told.assumed =
        "it is not drawn, and each app instance is taken to have one of its own; where all share it, draw it";
  else if (told.is_local && !told.of_others)
    told.assumed += (told.assumed.empty() ? "" : "; ") + std::string("by ") + reading.quoted(words.cache_word) +
                    " each app instance has one of its own; where all share it, say role " + participant.id +
                    " = cache";
  return told.is_local;
}

void tell_participants(const Diagram& diagram, const RolesOfDiagram& roles, const ToldRoles& told, Reading& reading) {
  for (const Participant& participant : diagram.participants) {
    const Told& said = told.at(participant.id);
    const bool is_cache = said.role == Role::kCache;
    const std::string is =
        is_cache ? "the " + reading.caches()[roles.cache_at(participant.id)].name : described(said.role);
    const std::string where = said.of_others  ? " of every other app instance"
                              : said.is_local ? ", one in each app instance"
                                              : "";
    const std::string meaning =
        (said.channel ? "a channel, of which every app instance hears" : is) + where + ", " + said.why;
    std::vector<Edit> edits;
    if (said.by_position) edits = {answer_role(participant, said.role, "is " + words_of_role(said.role), true)};
    if (participant.declared) {
      reading.add(participant.at, meaning, said.assumed, std::move(edits));
    } else {
      reading.add_beneath(participant.at, participant.id + " is " + meaning, said.assumed, std::move(edits));
    }
  }
}

}  // namespace

std::vector<RolesOfDiagram> read_roles(const Document& document, const std::vector<std::string>& options,
                                       Reading& reading) {
  std::vector<bool> passed_over;
  for (const Document::Entry& entry : document.diagrams)
    passed_over.push_back(ignored_at(document.name, entry.diagram).line != 0);
  std::vector<ToldRoles> told_of_diagrams = tell_roles(document, options, passed_over, reading);
  std::vector<RolesOfDiagram> all(document.diagrams.size());
  Databases databases(reading);
  Caches caches(reading);
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const Diagram& diagram = document.diagrams[i].diagram;
    if (passed_over[i]) continue;
    RolesOfDiagram& roles = all[i];
    ToldRoles& told = told_of_diagrams[i];
    for (const auto& [id, said] : told) roles.set(id, said.role);
    for (const Participant& participant : diagram.participants) {
      reading.attempt([&] {
        ask_about_contradiction(participant, told.at(participant.id), shown_in(diagram, participant.id, roles),
                                reading);
      });
    }
    databases.next_diagram();
    std::vector<Caches::Drawn> drawn;
    const auto assume = [&](const std::string& id, const std::string& what) {
      std::string& assumed = told.at(id).assumed;
      if (!what.empty()) assumed += (assumed.empty() ? "" : "; ") + what;
    };
    for (const Participant& participant : diagram.participants) {
      Told& said = told.at(participant.id);
      if (said.role == Role::kCache) {
        const bool is_local = stands_in_each_app(participant, said, reading);
        drawn.push_back({participant, is_local, said.is_replica, said.of_others});
      }
      if (said.role == Role::kQueue && said.channel) roles.set_channel(participant.id);
      if (said.role == Role::kCache && !said.given)
        reading.attempt([&] { refuse_other_kinds_of_cache(participant, reading); });
      if (said.role == Role::kDatabase)
        reading.attempt([&] { assume(participant.id, databases.assumed_of(participant)); });
    }
    reading.attempt([&] { ask_about_boxes(document.name, diagram, told); });
    for (const auto& [id, what] : caches.meet(drawn, roles)) assume(id, what);
  }
  reading.note_caches(caches.all());
  reading.attempt([&] { refuse_other_replicas(document, all, reading); });
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    if (!passed_over[i]) tell_participants(document.diagrams[i].diagram, all[i], told_of_diagrams[i], reading);
  }
  return all;
}

}  // namespace stalemate::model
