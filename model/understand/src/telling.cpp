// See telling.hpp. A guess that a person could see differently is told as an assumption.
#include "telling.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "answers.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "given_roles.hpp"
#include "positions.hpp"
#include "read/statements.hpp"
#include "roles.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// By the words of its alias or its id.
std::optional<Told> told_by_words(const Participant& participant, const std::string& text, const std::string& which,
                                  const Reading& reading) {
  const RoleWords words = role_words(text);
  if (words.ambiguous) {
    Told told{words.either.front(), words.word + " contradict each other", "", false};
    told.either = words.either;
    return told;
  }
  if (!words.role) return std::nullopt;
  Told told{*words.role, "by " + reading.quoted(words.word) + " in its " + which, words.assumed, false,
            words.may_be_app};
  told.is_vague = words.vague;
  told.channel = words.channel;
  told.may_be_outside = words.may_be_outside;
  if (const std::size_t at = told.assumed.find("role X"); at != std::string::npos)
    told.assumed.replace(at + 5, 1, participant.id);
  return told;
}

// What its name says, or a directive; nothing where neither does.
std::optional<Told> tell(const Document& document, const Participant& participant, const GivenRoles& given,
                         const Reading& reading) {
  if (const Given* said = given_for(document, participant, given)) {
    Told told{said->role, said->at.line == 0 ? "said by --role" : "said in line " + std::to_string(said->at.line), "",
              true};
    told.is_local = said->is_local;
    told.is_replica = said->is_replica;
    return told;
  }
  if (has_alias(participant)) {
    if (auto told = told_by_words(participant, participant.alias, "alias", reading)) {
      // Of two that it may be by its alias, its name may say one.
      const RoleWords name = role_words(reading.in_english(participant.id));
      const bool one = told->either.size() > 1 && name.role && !name.ambiguous &&
                       std::find(told->either.begin(), told->either.end(), *name.role) != told->either.end();
      if (!one) return told;
      Told by_name{*name.role, "by " + reading.quoted(name.word) + " in its name",
                   "its alias says two things; say role " + participant.id + " = what it is otherwise"};
      return by_name;
    }
  }
  if (auto told = told_by_words(participant, reading.in_english(participant.id), "name", reading)) {
    if (has_alias(participant) && told->assumed.empty())
      told->assumed = "its alias says nothing that is known; say role " + participant.id + " = what it is otherwise";
    return told;
  }
  const RoleWords type = role_words(participant.type);
  if (type.role && (*type.role == Role::kDatabase || *type.role == Role::kQueue)) {
    return Told{*type.role, "by its type " + in_quotes(participant.type), "", false};
  }
  if (participant.is_actor || participant.type == "actor") {
    Told told{Role::kOutside, "drawn as an actor",
              "a stick figure is taken to be outside; say role " + participant.id + " = app if it is not", false};
    told.by_shape = true;
    return told;
  }
  return std::nullopt;
}

// The roles of all participants of the document, by who_is(): by what they are called, and where that says nothing or
// cannot be, by what they do.
class Telling {
 public:
  Telling(const Document& document, const GivenRoles& given, const std::vector<bool>& passed_over, Reading& reading)
      : document_(document), reading_(reading), parts_(parts_of(document, passed_over)) {
    for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
      if (passed_over[i]) continue;
      for (const Participant& participant : document.diagrams[i].diagram.participants) {
        const std::string who = who_is(participant);
        known_.try_emplace(who);
        Known& known = known_.at(who);
        if (known.told) continue;
        known.told = tell(document, participant, given, reading);
        if (known.told || known.participant == nullptr) known.participant = &participant;
      }
    }
    for (auto& [who, known] : known_) correct(who, known);
    while (place_some()) {
    }
    for (auto& [who, known] : known_) {
      if (known.told && known.told->role == Role::kQueue) nobody_takes_from(who, known);
    }
  }

  // What it is; where that is open, asked for, and what it would likeliest be.
  Told told(const Participant& participant) {
    const Known& known = known_.at(who_is(participant));
    if (known.told) return *known.told;
    const Role likeliest = likeliest_of(who_is(participant));
    reading_.leave_unsettled(participant.id);
    if (asked_.insert(who_is(participant)).second)
      reading_.attempt([&] { ask_what_it_is(participant, likeliest, known.either); });
    Told seems{likeliest, "as it seems", "", false};
    seems.by_position = true;
    return seems;
  }

 private:
  struct Known {
    std::optional<Told> told;
    const Participant* participant = nullptr;
    std::vector<Role> either;  // what its name may mean, where that is open
    std::string contradiction;
  };

  const Part& part(const std::string& who) const { return parts_.at(who); }
  std::optional<Role> role(const std::string& who) const {
    const auto& told = known_.at(who).told;
    return told ? std::optional(told->role) : std::nullopt;
  }
  bool is(const std::string& who, Role which) const { return role(who) == which; }
  bool any_is(const std::set<std::string>& all, Role which) const {
    return std::any_of(all.begin(), all.end(), [&](const std::string& who) { return is(who, which); });
  }
  bool all_are(const std::set<std::string>& all, Role which) const {
    return std::all_of(all.begin(), all.end(), [&](const std::string& who) { return is(who, which); });
  }
  bool any_server(const std::set<std::string>& all) const {
    return any_is(all, Role::kCache) || any_is(all, Role::kDatabase);
  }
  int count(Role which) const {
    return static_cast<int>(
        std::count_if(known_.begin(), known_.end(), [&](const auto& entry) { return is(entry.first, which); }));
  }

  // A name that cannot be meant so, by what is drawn.
  void correct(const std::string& who, Known& known) {
    if (known.told && known.told->either.size() > 1) {
      known.either = known.told->either;
      known.contradiction = known.told->why;
      known.told.reset();
      return;
    }
    if (!known.told || known.told->given) return;
    const Part& does = part(who);
    if (known.told->is_vague && does.starts && does.asked_by.empty()) known.told.reset();
    // Nobody outside is asked for what is kept and asks for nothing.
    if (known.told && known.told->by_shape && does.asks.empty() && does.is_asked_for_something_kept())
      known.told.reset();
  }

  void place(Known& known, Role role, const std::string& why) {
    const std::string& id = known.participant->id;
    const bool was_store = known.told && is_server(known.told->role);
    known.told = Told{role, "by what it does", "", false};
    const std::string otherwise =
        role == Role::kApp && !was_store ? " = outside if it is not" : " = what it is if it is not";
    known.told->assumed = reading_.quoted(known.participant->alias) + " " + why + ", so it is " +
                          (role == Role::kApp ? "the app" : words_of_role(role)) + "; say role " + id + otherwise;
    known.told->by_position = true;
  }

  // Places who can be told now; whether anybody was.
  bool place_some() {
    bool any = false;
    for (auto& [who, known] : known_) any = place_one(who, known) || any;
    return any;
  }

  bool place_one(const std::string& who, Known& known) {
    const Part& does = part(who);
    if (!known.told) return known.either.empty() ? place_open(who, known) : place_ambiguous(known, does);
    if (known.told->given) return false;
    const Role role = known.told->role;
    const bool asks_servers = any_server(does.asks);
    const bool asks_both = any_is(does.asks, Role::kCache) && any_is(does.asks, Role::kDatabase);
    const bool may_be_app =
        role == Role::kOutside || (role == Role::kThirdParty && (known.told->may_be_app || asks_both));
    if (asks_servers && may_be_app) {
      place(known, Role::kApp, "asks the servers itself");
    } else if (role == Role::kApp && !does.asked_by.empty() && all_are(does.asked_by, Role::kQueue)) {
      place(known, Role::kWorker, "takes what a queue delivers");
    } else if (role == Role::kApp && does.asks.empty() && does.asked_between && count(Role::kDatabase) == 0 &&
               any_is(does.asked_by, Role::kApp)) {
      place(known, Role::kDatabase, "has what the cache is filled with, and asks nobody");
    } else if (role == Role::kDatabase && known.told->is_vague && !does.works_itself &&
               any_is(does.asks, Role::kDatabase) && any_is(does.asked_by, Role::kApp)) {
      place(known, Role::kApp, "asks the database for whoever asks it");
    } else if (role == Role::kApp && only_works_out(does) && any_is(does.asked_by, Role::kApp) && both_stores_drawn()) {
      place(known, Role::kThirdParty, "is asked to work something out, and keeps nothing that is read here");
    } else if (role == Role::kCache && !known.told->is_local && wraps_cache(known) && !does.works_itself &&
               any_is(does.asks, Role::kCache) && !does.asked_by.empty()) {
      place(known, Role::kApp, "asks the cache for whoever asks it");
    } else if (known.told->may_be_outside && does.asked_by.empty() && all_are(does.asks, Role::kApp)) {
      place(known, Role::kOutside, "only asks the app");
    } else if (role == Role::kThirdParty && does.starts && !known.told->by_position) {
      place(known, Role::kOutside, "starts something");
    } else {
      return false;
    }
    return true;
  }

  bool both_stores_drawn() const { return count(Role::kCache) >= 1 && count(Role::kDatabase) >= 1; }
  static bool only_works_out(const Part& does) {
    return does.asks.empty() && does.asked_for_work && !does.asked_otherwise;
  }
  // "In-memory cache service": whoever asks others besides keeps something itself.
  static bool keeps_something(const Known& known) {
    constexpr std::string_view kKeeping[] = {"memory", "inmemory", "local",  "l1",     "near",
                                             "hybrid", "heap",     "static", "tiered", "multilevel"};
    const std::vector<std::string> words = split_words(known.participant->alias);
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kKeeping, word); });
  }
  // "CacheService", "Cache library": what stands between the app and a cache, and keeps nothing by its name.
  static bool wraps_cache(const Known& known) {
    constexpr std::string_view kWrapping[] = {"service", "manager", "library", "lib",     "client",   "helper",
                                              "wrapper", "facade",  "adapter", "adaptor", "provider", "interceptor",
                                              "aspect",  "gateway", "module",  "utils",   "util",     "port"};
    const std::vector<std::string> words = split_words(known.participant->alias);
    return !keeps_something(known) &&
           std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kWrapping, word); });
  }

  // Of a name that may mean two roles, position decides only where it does not matter which.
  bool place_ambiguous(Known& known, const Part& does) {
    const bool may_be_app = may_be(known, Role::kApp);
    const bool of_queue = std::all_of(known.either.begin(), known.either.end(),
                                      [](Role role) { return role == Role::kQueue || role == Role::kWorker; });
    if (!does.takes_part()) {
      place(known, Role::kOutside, "takes part in nothing");
    } else if (of_queue && !does.sends && !does.hears_of_cache) {
      place(known, Role::kThirdParty, "is told, and nobody is drawn who takes from it");
    } else if (may_be_app && any_is(does.asks, Role::kCache) && !keeps_something(known)) {
      place(known, Role::kApp, "asks a cache itself");
    } else if (may_be_app && asks_for_others(known, does)) {
      place(known, Role::kCache, "is asked for what it asks the database, and no other cache is drawn");
    } else {
      return false;
    }
    return true;
  }

  // "CachedRepository" without a cache beside it: what it asks the database it asks for whoever asked it.
  bool asks_for_others(const Known& known, const Part& does) const {
    return may_be(known, Role::kCache) && count(Role::kCache) == 0 && !does.asks.empty() &&
           all_are(does.asks, Role::kDatabase) && any_is(does.asked_by, Role::kApp) && does.asked_to_get;
  }

  bool place_open(const std::string& who, Known& known) {
    const Part& does = part(who);
    if (!does.takes_part()) {
      place(known, Role::kOutside, "takes part in nothing");
    } else if (any_server(does.asks)) {
      place(known, Role::kApp, "asks the servers itself");
    } else if (does.asks.empty()) {
      return place_answering(known, does);
    } else if (any_is(does.asks, Role::kApp) && does.asked_by.empty()) {
      place(known, Role::kOutside, "only asks the app");
    } else if (any_is(does.asks, Role::kApp)) {
      place(known, Role::kApp, "passes on to the app what it is asked");
    } else if (does.asked_by.empty() && all_are(does.asks, Role::kThirdParty)) {
      place(known, Role::kOutside, "asks neither the app nor a server");
    } else if (any_is(does.asked_by, Role::kApp) && all_are(does.asks, Role::kThirdParty)) {
      place(known, Role::kThirdParty, "asks neither a cache nor a database");
    } else {
      return false;
    }
    return true;
  }

  // Who asks nobody anything: it keeps something, or it has nothing to do with what is kept.
  bool place_answering(Known& known, const Part& does) {
    const bool kept = does.is_asked_for_something_kept();
    const bool searched = count(Role::kDatabase) >= 1 && count(Role::kCache) >= 1 && is_search(known) &&
                          !does.asked_between && any_is(does.asked_by, Role::kApp);
    if (searched) {
      place(known, Role::kThirdParty, "is a search index beside the database");
    } else if (does.filled_after_get && count(Role::kCache) == 0) {
      place(known, Role::kCache, "is asked first, and filled with what another server had");
    } else if (count(Role::kDatabase) == 0 && (does.asked_between || (kept && count(Role::kCache) == 1))) {
      place(known, Role::kDatabase,
            does.asked_between ? "has what the cache is filled with" : "is the server beside the cache");
    } else if (kept && count(Role::kDatabase) == 1 && count(Role::kCache) == 0 && !may_be(known, Role::kDatabase) &&
               !does.asked_between) {
      place(known, Role::kCache, "is the server beside the database");
    } else if (!kept && count(Role::kDatabase) >= 1 && !any_is(does.asked_by, Role::kOutside) &&
               !any_server(does.asked_by)) {
      place(known, Role::kThirdParty, "is told and asked, but keeps nothing that is read here");
    } else {
      return false;
    }
    return true;
  }

  static bool is_search(const Known& known) {
    constexpr std::string_view kSearch[] = {"search",  "meilisearch", "elasticsearch", "elastic", "opensearch",
                                            "algolia", "typesense",   "solr",          "lucene",  "es"};
    const std::vector<std::string> words = split_words(known.participant->alias);
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kSearch, word); });
  }

  // Whether its name may mean that, among others.
  static bool may_be(const Known& known, Role role) {
    return std::find(known.either.begin(), known.either.end(), role) != known.either.end();
  }

  // A queue from which nothing is drawn to come is told, and that is all.
  void nobody_takes_from(const std::string& who, Known& known) {
    if (known.told->given || part(who).sends || part(who).hears_of_cache) return;
    place(known, Role::kThirdParty, "is told, and nobody is drawn who takes from it");
  }

  Role likeliest_of(const std::string& who) const {
    const Known& known = known_.at(who);
    const Part& does = part(who);
    if (!known.either.empty()) {
      const auto kept = std::find_if(known.either.begin(), known.either.end(), is_server);
      const bool keeps = does.asks.empty() && does.is_asked_for_something_kept() && kept != known.either.end();
      return keeps ? *kept : known.either.front();
    }
    if (!does.asks.empty()) return does.asked_by.empty() ? Role::kOutside : Role::kApp;
    if (count(Role::kDatabase) == 0) return Role::kDatabase;
    if (count(Role::kCache) == 0 && does.is_asked_for_something_kept()) return Role::kCache;
    return Role::kThirdParty;
  }

  [[noreturn]] void ask_what_it_is(const Participant& participant, Role likeliest,
                                   const std::vector<Role>& either) const {
    const Known& known = known_.at(who_is(participant));
    std::vector<Role> roles = {likeliest};
    const std::vector<Role> more =
        either.empty() ? std::vector<Role>{Role::kApp, Role::kCache, Role::kDatabase, Role::kOutside, Role::kThirdParty}
                       : either;
    for (const Role role : more) {
      if (std::find(roles.begin(), roles.end(), role) == roles.end()) roles.push_back(role);
    }
    std::vector<Edit> edits;
    for (const Role role : roles) edits.push_back(answer_role(participant, role, "is " + words_of_role(role)));
    const std::string name = reading_.quoted(either.empty() ? participant.id : participant.alias);
    ask_at(reading_.name(), participant.at, either.empty() ? "role-unknown" : "role-ambiguous",
           "cannot tell what " + name + " is" + (either.empty() ? "" : ", for " + known.contradiction) +
               "; likeliest " + words_of_role(likeliest) + ": say " + say_role(participant.id, to_string(likeliest)) +
               " (" + (either.empty() ? std::string() : "or " + std::string(to_string(roles.back())) + "; ") +
               "roles: " + std::string(kRoleNames) + ")" +
               (document_.diagrams.size() > 1 ? "; %% stalemate: ignore first in a diagram passes over it" : ""),
           std::move(edits));
  }

  const Document& document_;
  Reading& reading_;
  std::map<std::string, Part> parts_;
  std::map<std::string, Known> known_;
  std::set<std::string> asked_;
};

}  // namespace

std::string say_role(const std::string& id, std::string_view role) {
  return "--role " + id + "=" + std::string(role) + ", or write %% stalemate: role " + id + " = " + std::string(role);
}

std::string words_of_role(Role role) {
  if (role == Role::kOutside) return "outside";
  if (role == Role::kThirdParty) return "a third party";
  return (role == Role::kApp ? "an " : "a ") + std::string(to_string(role));
}

std::vector<ToldRoles> tell_roles(const Document& document, const std::vector<std::string>& options,
                                  const std::vector<bool>& passed_over, Reading& reading) {
  const GivenRoles given = gather_given(document, options);
  Telling telling(document, given, passed_over, reading);
  std::vector<ToldRoles> all;
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    all.emplace_back();
    if (passed_over[i]) continue;
    for (const Participant& participant : document.diagrams[i].diagram.participants)
      all.back()[participant.id] = telling.told(participant);
  }
  return all;
}

}  // namespace stalemate::model
