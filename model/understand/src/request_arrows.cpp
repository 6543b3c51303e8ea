// What an arrow asks of a server, and what it changes there.
#include <algorithm>
#include <array>
#include <utility>

#include "answers.hpp"
#include "base/text.hpp"
#include "leases.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Words with which the label of a request says that it stores another value than was read before.
constexpr std::string_view kNewWords[] = {"new", "updated", "modified", "changed"};

bool says_new(const std::string& label) {
  const std::vector<std::string> words = split_words(label);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kNewWords, word); });
}

// "app -->> cache: SET k (async)": drawn like a reply, and nothing that is waited for. What is assumed then.
std::string take_as_sent_off(Message& message, Verb verb) {
  const bool dotted = message.arrow.dotted && message.arrow.head == ArrowHead::kFilled;
  if (!changes(verb) || !dotted || !says_nobody_waits(message.text)) return {};
  message.arrow.head = ArrowHead::kOpen;
  return "its arrow is dotted, and its label says that nobody waits for it";
}

// Several texts, those that are empty left out.
std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
  }
  return all;
}

// What is said and assumed of a request of the cache that names several rows.
std::string note_rows_at_once(const Request& asks, const std::string& label, std::string& meaning) {
  if (asks.to != Role::kCache || !names_several_rows(label)) return {};
  meaning += ", and those of other rows at once";
  const std::string alone = "each row is looked at by itself";
  return !asks.finds.beside_others ? alone
                                   : alone +
                                         "; where it is found, another may be missing, and then what happens on a "
                                         "miss happens to it, too";
}

// Whether statement `at` stands in a branch whose label speaks of a miss.
bool in_branch_on_miss(const std::vector<Statement>& list, Position at, bool on_miss) {
  for (const Statement& statement : list) {
    if (statement.at == at) return on_miss;
    const auto* block = std::get_if<Block>(&statement.node);
    if (block == nullptr) continue;
    for (const Section& section : block->sections) {
      const bool says_miss = reply_words(section.label, Verb::kGet).outcomes == Outcomes{Outcome::kMiss};
      if (in_branch_on_miss(section.body, at, on_miss || says_miss)) return true;
    }
  }
  return false;
}

}  // namespace

// What a label says beside its verb, where no directive says what the arrow asks.
void StepWalk::ask_about_doubts(Position at, const Message& message, Role server, Verb verb, Scope& scope) {
  const std::vector<Act>& body = body_of(scope);
  const bool guarded = std::any_of(body.begin(), body.end(), [](const Act& act) {
    const auto* guard = std::get_if<Guard>(&act.node);
    return guard != nullptr && guard->outcomes == Outcomes{Outcome::kMiss};
  });
  const DrawnRequest drawn = {verb, message.arrow.head != ArrowHead::kOpen, is_crossed(message),
                              guarded || in_branch_on_miss(diagram_.statements, at, false)};
  if (const std::string doubt = doubt_about(message.text, drawn); !doubt.empty())
    ask_at(name(), at, "request-says-more", reading_.quoted(message.text) + " " + doubt);
  const Flow so_far = flow_of(current().operation.body);
  const bool is_read = server == Role::kCache && so_far.has(Role::kDatabase, Verb::kGet) && !so_far.writes_row();
  // Without a row, "null" is what was received.
  const std::string stored =
      stores(verb) && !scope.without_row ? doubt_about_stored(message.text, server, is_read) : "";
  if (!stored.empty()) ask_at(name(), at, "stores-something-else", reading_.quoted(message.text) + " " + stored);
}

bool StepWalk::is_memcached(const std::string& id) const {
  return std::any_of(diagram_.participants.begin(), diagram_.participants.end(), [&](const Participant& participant) {
    return participant.id == id && (lower(participant.alias).find("memcache") != std::string::npos ||
                                    lower(participant.id).find("memcache") != std::string::npos);
  });
}

// What it asks: as a directive says, or by its label; `assumed` is what had to be taken for granted.
Verb StepWalk::verb_asked(const Place& place, const Message& message, const RequestWords& words, const Scope& scope,
                          std::string& assumed) {
  const Position at = place.at;
  const Role server = is_server(role(message.to)) ? role(message.to) : role(message.from);
  assumed = words.assumed;
  if (!means_ && words.is_command_add && is_memcached(is_server(role(message.to)) ? message.to : message.from)) {
    assumed.clear();
    return Verb::kAdd;
  }
  if (const auto said = take_means()) {
    if (!said->verb)
      fail_at(name(), means_at_, "the next arrow asks a server; say get, set, add, delete or local of it");
    assumed.clear();
    return *said->verb;
  }
  if (is_filled_by_hand(place, message)) {
    assumed =
        "the branches behind it say what it found, and fill the cache, so it only looks; write %% stalemate: means "
        "set before it if it stores something itself";
    return Verb::kGet;
  }
  if (words.kind == RequestWords::Kind::kNotModelled) {
    refuse_not_modelled(name(), at, words.not_modelled,
                        "by " + in_quotes(words.word) +
                            (words.certain ? ""
                                           : "; if that is the name of something of yours, say what the arrow asks: "
                                             "%% stalemate: means get (set, add, delete) before it"));
  }
  if (words.kind == RequestWords::Kind::kAmbiguous) {
    ask_at(name(), at, "request-ambiguous", reading_.quoted(message.text) + " " + words.question);
  }
  if (words.kind == RequestWords::Kind::kNothing && is_look_before_fill(place, message, scope)) {
    assumed = reading_.quoted(message.text) +
              " is taken as a read: the cache had missed, this is answered, and the cache is filled with it; write %% "
              "stalemate: means set before it if it changes something";
    return Verb::kGet;
  }
  const bool changed_after_all = words.of_row && !changes(words.verb) && is_answered_as_change(place, message);
  if (words.kind == RequestWords::Kind::kNothing || changed_after_all) {
    ask_at(name(), at, "request-unknown",
           "cannot tell what " + reading_.quoted(message.text) + " asks of " + the(server) +
               "; understood would be: " + std::string(kKnownRequests) +
               "; or write %% stalemate: means get (set, add, delete) before it, or means local if it asks for nothing "
               "and changes nothing there",
           answers_request(at));
  }
  if (!words.is_exec || !current().watches_key) return words.verb;
  if (words.verb == Verb::kDelete) refuse_not_modelled(name(), at, "delete something only if it is unchanged");
  return Verb::kSetIfUnchanged;
}

// Where the request stands beside a commit that is spoken of.
void StepWalk::note_commit(Position at, bool writes, bool after_commit, Scope& scope) {
  if (after_commit) {
    happens_after_commit(at, scope);
  } else if (writes && scope.since_write.after_commit != 0) {
    refuse_not_modelled(name(), at, "work in a transaction",
                        "line " + std::to_string(scope.since_write.after_commit) +
                            " happens after the commit, and this write stands behind it");
  } else if (writes) {
    scope.since_write = {at.line, 0, 0};
  } else if (scope.since_write.write != 0 && scope.since_write.request == 0) {
    scope.since_write.request = at.line;
  }
}

// The request as it is drawn; its time to live is not in it yet.
Request StepWalk::drawn_request(Position at, const Message& message, const std::string& server, Verb verb) {
  Request asks;
  asks.at = at;
  asks.to = role(server);
  if (asks.to == Role::kCache) asks.cache = roles_.cache_at(server);
  asks.verb = verb;
  asks.arrow = static_cast<int>(current().operation.arrows.size());
  asks.label = message.text;
  asks.drawn_lost = is_crossed(message);
  asks.awaited = message.arrow.head != ArrowHead::kOpen || !changes(verb);
  asks.stores_new = says_new(message.text);
  return asks;
}

// What the label says beside the verb, where no directive says what the arrow asks.
void StepWalk::take_from_label(const RequestWords& words, Request& asks) {
  asks.named = words.key;
  asks.other_named = words.other;
  asks.adds = words.adds && stores(asks.verb);
  if (words.commits && asks.to == Role::kDatabase) current().commits.push_back(asks.at);
}

// What of the request the operation is known by, and where its reading stands.
void StepWalk::note_request(const Request& asks, std::size_t line) {
  Segment& segment = current();
  if (std::exchange(begins_with_next_, false)) {
    segment.heading_line = line;
    reading_.also_assumed(line,
                          "another operation begins here; write %% stalemate: operation continues before it if "
                          "none does");
  }
  segment.asks = true;
  segment.asked.insert({asks.to, asks.verb});
  segment.changes_database = segment.changes_database || writes_row(asks);
  segment.operation.arrows.back() = asks.arrow;
  segment.line_of_arrow[asks.arrow] = line;
  if (asks.to == Role::kCache && asks.verb == Verb::kGet && !asks.drawn_lost) segment.silent_gets.insert(asks.arrow);
}

// Several entries at once, and a condition that nothing before it can meet.
void StepWalk::ask_what_is_meant(Position at, const Message& message, Role server, Verb verb,
                                 const RequestWords& words) {
  if (verb == Verb::kSetIfUnchanged && words.watch == Watch::kLease && !current().takes_lease)
    ask_at(name(), at, "lease-without-get",
           reading_.quoted(message.text) +
               " stores with a lease, and no get before it in this operation takes one; draw that get");
  if (verb == Verb::kSetIfVersion && current().asked.count({Role::kDatabase, Verb::kGet}) == 0)
    ask_at(name(), at, "condition-without-get",
           reading_.quoted(message.text) +
               " stores only if the row is as it was read, and no get of the row stands before it; draw that get, or "
               "write %% stalemate: means set before it if it stores in any case",
           {{at.line, "%% stalemate: means set", "it stores in any case", false}});
  if (verb == Verb::kGetVersion && server == Role::kCache)
    refuse_not_modelled(name(), at, "the version of an entry alone");
  const bool other_keys = verb == Verb::kGet && entries_named(message.text, verb).size() > 1;
  if (other_keys || (words.watch != Watch::kNothing && names_several_rows(message.text)))
    refuse_not_modelled(name(), at, "several entries in one request");
  if (server == Role::kCache && verb == Verb::kSetIfUnchanged && current().asked.count({server, Verb::kGet}) == 0)
    ask_at(
        name(), at, "condition-without-get",
        reading_.quoted(message.text) +
            " asks for something to be unchanged, but no get of the cache stands before it; draw the get since which "
            "it is to be unchanged, or write %% stalemate: means set (add) before it",
        {{at.line, "%% stalemate: means set", "it stores in any case", false},
         {at.line, "%% stalemate: means add", "it stores only where nothing is", false}});
}

void StepWalk::refuse_of_cache(const Request& asks) const {
  if (asks.to != Role::kCache) return;
  if (asks.verb == Verb::kSetIfVersion)
    refuse_not_modelled(name(), asks.at, "compare and set by version", "in a cache");
  const bool local = reading_.caches()[asks.cache].local;
  const bool beside = reading_.caches().size() > 1;
  const traces::VerbFacts& verb = traces::facts_of(asks.verb);
  const bool by_number = verb.compares != traces::Number::kNone || verb.counts || asks.verb == Verb::kGetVersion ||
                         asks.verb == Verb::kGetGeneration || asks.verb == Verb::kIncreaseIfThere;
  if (beside && by_number)
    refuse_not_modelled(name(), asks.at, "a condition by version, generation or amount at a cache beside another");
  if (beside && local && is_conditional(asks))
    refuse_not_modelled(name(), asks.at,
                        "a condition, a lock or a mark at a cache in the app's process beside another");
  if (!local) return;
  if (asks.drawn_lost) refuse_not_modelled(name(), asks.at, "a lost call of a cache in the app's own process");
  if (!asks.awaited)
    refuse_not_modelled(name(), asks.at, "a call of a cache in the app's own process that nobody waits for",
                        "draw it with a closed arrow head where it is done before the app goes on");
}

void StepWalk::refuse_of_database(Position at, Role server, Verb verb) const {
  const VerbWords& told = words_of(verb);
  if (server == Role::kDatabase && !told.of_database.empty())
    refuse_not_modelled(name(), at, std::string(told.of_database),
                        "so no verdict is given; where it changes something behind the row that is read, which is "
                        "there before and afterwards, say so: %% stalemate: means set before it",
                        {{at.line, "%% stalemate: means set", "it changes what is read", false},
                         {at.line, "%% stalemate: means local", "it changes nothing of what is read", false}});
}

Finds StepWalk::what_it_may_find(const Message& message, Role server, Verb verb, const RequestWords& words) const {
  Finds finds;
  if (server != Role::kCache || verb != Verb::kGet) return finds;
  finds.lease = words.watch == Watch::kLease;
  finds.stale = finds.lease && reading_.marks_stale();
  finds.marker = reading_.may_hold_marker(entry_named(message.text));
  finds.beside_others = names_several_rows(message.text);
  return finds;
}

// What a label asks of a server, whose name in it says nothing more.
RequestWords StepWalk::words_for(const std::string& id, const std::string& label) const {
  const RequestWords words =
      leading_request(without_name(label, role(id), role(id) == Role::kCache ? roles_.cache_at(id) : 0));
  return words.of_row && role(id) != Role::kDatabase ? RequestWords{} : words;
}

void StepWalk::Scope::note_get(Position at, Role of) {
  get_line = at.line;
  if (of == Role::kDatabase) ++gets_of_rows;
}

// How long what is put lives, or a lease; what is assumed of it.
std::string StepWalk::note_life(const RequestWords& words, Request& asks, std::string& meaning) {
  if (words.ttl == 0 || asks.to != Role::kCache) return {};
  if (asks.watch == Watch::kLease) {
    asks.ttl = words.ttl;
    asks.of_placeholder = words.of_placeholder;
    return {};
  }
  if (!traces::facts_of(asks.verb).puts()) return {};
  asks.ttl = words.ttl;
  current().lives = current().lives || stores(asks.verb);
  meaning += stores(asks.verb) ? ", which may expire at any later moment"
                               : ", which may be gone before it is taken away (--fault expire)";
  return words.assumed_ttl;
}

void StepWalk::request(const Place& place, const Message& written, Role server, Scope& scope) {
  const Position at = place.at;
  ask_about_whose(at, written.text);
  asked_by(at, is_server(role(written.from)) ? written.to : written.from, scope);
  const bool means_said = means_.has_value();
  const AskedAndAnswered label = means_ ? AskedAndAnswered{written.text, {}} : asked_and_answered(written.text);
  Message message = written;
  message.text = label.request;
  const std::string& id = is_server(role(message.to)) ? message.to : message.from;
  const RequestWords words = words_for(id, message.text);
  std::string assumed;
  const Verb verb = verb_at(server, verb_asked(place, message, words, scope, assumed));
  if (!words.inner.empty()) message.text = words.inner;
  assumed = joined({assumed, take_as_sent_off(message, verb)});
  ask_what_is_meant(at, message, server, verb, words);
  ask_about_doubts(at, message, server, verb, scope);
  note_commit(at, server == Role::kDatabase && stores(verb), words.after_commit, scope);
  refuse_of_database(at, server, verb);

  Request asks = drawn_request(at, message, id, verb);
  asks.label = written.text;
  if (!means_said) take_from_label(words, asks);
  asks.finds = what_it_may_find(message, server, verb, words);
  refuse_of_cache(asks);
  std::string meaning = "arrow " + std::to_string(asks.arrow) + ": the app asks " + called(asks) + " " +
                        std::string(words_of(verb).asked);
  const std::size_t value_offset = meaning.size();
  if (!changes(verb) && message.arrow.head == ArrowHead::kOpen)
    assumed = joined({assumed,
                      "what a get finds is used, so its reply is awaited although the arrow is drawn as sent and "
                      "forgotten"});
  if (!asks.awaited) meaning += ", without waiting for the reply";
  if (asks.drawn_lost) meaning += "; drawn as lost: it never arrives and the app times out";
  if (message.arrow.head == ArrowHead::kBoth) meaning += ", and is answered";
  if (verb == Verb::kGet && server == Role::kCache) {
    asks.watch = words.watch;
    current().watches_key = current().watches_key || words.watch == Watch::kKey;
    current().takes_lease = current().takes_lease || words.watch == Watch::kLease;
  }
  assumed = joined({assumed, note_life(words, asks, meaning)});
  if (is_server(role(message.from)))
    assumed = joined({assumed, "a two-headed arrow is taken as a request of the app with its reply"});
  if (words.after_commit) meaning += ", after the commit of the write before it";
  assumed = joined({assumed, note_rows_at_once(asks, message.text, meaning)});
  if (server == Role::kCache && verb == Verb::kIncrease)
    assumed = joined({assumed,
                      "what is not there is counted up from 0, and the row is taken to start from 0, too; where it may "
                      "start from another number, say \"only if it exists\""});
  const std::size_t line = reading_.add(at, std::move(meaning), std::move(assumed));
  note_request(asks, line);
  if (verb == Verb::kGet) scope.note_get(at, server);
  if (stores(verb) && verb != Verb::kRemove && !traces::facts_of(verb).increases())
    current().value_places.push_back({line, value_offset, asks.arrow});
  std::vector<Act>& body = body_of(scope);
  note_before_local(asks, scope);
  body.push_back({std::move(asks)});
  scope.lost = false;
  scope.latest = {&body, body.size() - 1, line, message.arrow.head == ArrowHead::kBoth, false};
  if (scope.latest.request().awaited) scope.awaited = scope.latest;
  if (!label.reply.empty()) answered_in_label(place, std::string(label.reply), line, scope);
}

// The label says how the request turned out: as if a reply were drawn right behind it.
void StepWalk::answered_in_label(const Place& place, const std::string& reply, std::size_t line, Scope& scope) {
  const Latest latest = scope.latest;
  const Request asks = latest.request();
  const Outcomes says = reply_words(reply, asks.verb, asks.finds).outcomes;
  note_outcome_drawn(latest, scope, true);
  if (asks.drawn_lost || tested_next(place.siblings, place.index, says, latest)) return;
  reading_.also(line, "; what follows happens on " + in_words(says, asks));
  reading_.also_assumed(line, "its label says how it turned out; on " +
                                  in_words(without(normal_outcomes(asks), says), asks) +
                                  " the operation ends; draw alt … else … end to say otherwise");
  body_of(scope).push_back({Guard{place.at, says, asks.arrow, asks.arrow}});
}

}  // namespace stalemate::model
