// One arrow at a time: who asks whom for what, which reply answers which request, what comes from outside and goes
// there. The latest request is the one a reply answers: requests are awaited one at a time, so a reply to any other
// cannot be what was meant.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
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

bool is_crossed(const Message& message) { return message.arrow.head == ArrowHead::kCross; }

std::string asked(Verb verb) {
  switch (verb) {
    case Verb::kGet:
      return "to get the key";
    case Verb::kSet:
      return "to set the key";
    case Verb::kAdd:
      return "to set the key, only if it is absent,";
    case Verb::kDelete:
      return "to delete the key";
  }
  return "";
}

// Several texts, those that are empty left out.
std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) {
    if (!text.empty()) all += (all.empty() ? "" : "; ") + text;
  }
  return all;
}

// Why a reply that names no outcome of its request lets everything go on.
std::string assumed_of_unclear_reply(const Message& message, const Request& asks, const ReplyWords& words) {
  const std::string text = message.text.empty() ? "a reply without words" : in_quotes(message.text);
  const std::string verb(to_string(asks.verb));
  if (!words.impossible_what.empty()) {
    return text + " is taken as ok: a " + verb + " cannot turn out as " + words.impossible_what;
  }
  const Outcomes normal = normal_outcomes(asks.verb);
  if (normal == Outcomes{Outcome::kOk}) return message.text.empty() ? "" : text + " is taken as ok";
  return text + " does not say whether it is " + in_words(normal, asks) + ": what follows happens either way";
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

// "committed", "COMMIT ok".
bool says_commit_alone(const std::string& text) {
  constexpr std::string_view kSaid[] = {"commit", "committed", "ok", "done", "row", "is", "success"};
  const std::vector<std::string> words = split_words(text);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kSaid, word); });
}

}  // namespace

// Whether anything that the operation does behind statement `index` asks a server.
bool StepWalk::asks_server(const std::vector<Statement>& siblings, std::size_t index) const {
  for (std::size_t i = index + 1; i < siblings.size(); ++i) {
    if (const auto* message = std::get_if<Message>(&siblings[i].node)) {
      const bool begins = role(message->from) == Role::kOutside && role(message->to) == Role::kApp;
      if (begins && !message->arrow.dotted) return false;  // the next operation
      if (is_server(role(message->to)) && message->from != message->to) return true;
    } else if (const auto* block = std::get_if<Block>(&siblings[i].node)) {
      for (const Section& section : block->sections) {
        if (asks_server(section.body, static_cast<std::size_t>(-1))) return true;
      }
    }
  }
  return false;
}

void StepWalk::message(Position at, const Message& message, Scope& scope, const std::vector<Statement>& siblings,
                       std::size_t index) {
  current().operation.arrows.push_back(0);
  const Role from = role(message.from);
  const Role to = role(message.to);
  if (means_ && means_->local) {
    take_means();
    local(at, "as said");
    return;
  }
  if (message.from == message.to) return to_itself(at, message, scope);
  if ((from == Role::kThirdParty || to == Role::kThirdParty) && !is_server(from) && !is_server(to)) {
    if (means_)
      fail_at(name(), means_at_, "the next arrow asks neither a cache nor a database; only \"means local\" fits it");
    local(at, "neither a cache nor a database is asked");
    return;
  }
  for (const Role other : {from, to}) {
    if (other == Role::kReplica || other == Role::kQueue || other == Role::kWorker) {
      refuse_not_modelled(name(), at, "a message of a " + std::string(to_string(other)));
    }
  }
  if (!is_server(from) && !is_server(to)) {
    if (to != Role::kOutside) refuse_unmodelled(name(), at, message.text, true);
    if (from == Role::kOutside && to == Role::kApp) return from_outside(at, message, scope);
    if (from == Role::kApp && to == Role::kOutside) return to_outside(at, message, scope);
    if (from == Role::kApp) return between_apps(at, message, scope);
    local(at, "both are outside");
    return;
  }
  if (is_server(from) && is_server(to)) {
    refuse_not_modelled(name(), at, "a message from " + the(from) + " to " + the(to));
  }
  if ((from != Role::kApp && !is_server(from)) || (to != Role::kApp && !is_server(to))) {
    refuse_not_modelled(name(), at,
                        "a message between " + the(is_server(from) ? from : to) + " and outside, past the app",
                        "draw it through the app");
  }
  if (is_server(to) || message.arrow.head == ArrowHead::kBoth)
    return request(at, message, is_server(to) ? to : from, scope);
  reply(at, message, from, scope, siblings, index);
}

std::size_t StepWalk::local(Position at, const std::string& why) {
  return reading_.add(at, "local work, no effect" + (why.empty() ? "" : ": " + why));
}

// Apps that only call one another are one app instance; that each call is waited for is what makes it local work.
void StepWalk::between_apps(Position at, const Message& message, Scope& scope) {
  if (message.arrow.head == ArrowHead::kOpen || is_crossed(message)) {
    refuse_not_modelled(
        name(), at,
        is_crossed(message) ? "a lost message between two apps" : "a message between two apps that nobody waits for");
  }
  scope.returned.erase(message.to);
  if (message.arrow.dotted) scope.returned[message.from] = at.line;
  const bool is_new = current().partners.insert(std::minmax(message.from, message.to)).second;
  reading_.add(at, "local work, no effect: both are the app",
               is_new ? message.from + " and " + message.to + " are taken as one app instance" : "");
}

// One operation shows what one app instance does.
void StepWalk::asked_by(Position at, const std::string& app, const Scope& scope) {
  if (const auto returned = scope.returned.find(app); returned != scope.returned.end()) {
    ask_at(name(), at,
           in_quotes(app) + " has answered in line " + std::to_string(returned->second) +
               " already: who called it may go on while it still asks the servers; draw the answer behind this arrow, "
               "or, where the operation ends with the answer, draw break around what leads to it");
  }
  Segment& segment = current();
  if (segment.asking.empty()) {
    segment.asking = app;
    segment.asking_line = at.line;
  }
  if (segment.asking == app) return;
  ask_at(name(), at,
         in_quotes(app) + " also asks the servers, as " + in_quotes(segment.asking) + " did in line " +
             std::to_string(segment.asking_line) +
             ": two app instances in one diagram show one order of theirs, not what each does; draw Read and Write "
             "each in a diagram of its own, or one participant where both are one app instance");
}

void StepWalk::from_outside(Position at, const Message& message, Scope& scope) {
  if (is_crossed(message)) refuse_not_modelled(name(), at, "a lost message from outside");
  if (means_)
    fail_at(name(), means_at_, "the next arrow comes from outside: it asks no server; only \"means local\" fits it");
  const auto asked = current().asked_outside.find(message.from);
  const bool answers = asked != current().asked_outside.end();
  if (answers) current().asked_outside.erase(asked);
  if (answers || (message.arrow.dotted && !current().operation.body.empty())) {
    local(at, "an answer from outside");
    return;
  }
  if (!scope.at_top()) {
    ask_at(name(), at, "an operation cannot begin inside a block; draw each operation on its own, one after another");
  }
  const bool begins = !current().operation.body.empty();
  if (begins) {
    current().operation.arrows.pop_back();  // the arrow belongs to the operation it starts
    begin_segment(at, scope);
    current().operation.arrows.push_back(0);
  }
  if (current().message.empty()) current().message = message.text;
  current().callers.insert(message.from);
  const std::size_t line = reading_.add(at, "");
  if (begins) current().heading_line = line;
  reading_.also(line, begins ? "the next operation starts" : "the operation starts");
}

void StepWalk::to_outside(Position at, const Message& message, Scope& scope) {
  if (is_crossed(message)) refuse_not_modelled(name(), at, "a lost message to outside");
  if (means_)
    fail_at(name(), means_at_, "the next arrow goes outside: it asks no server; only \"means local\" fits it");
  std::string assumed;
  if (!is_caller(message, assumed)) {
    current().asked_outside.insert(message.to);
    local(at, message.to + " did not start the operation, so telling it acknowledges nothing");
    return;
  }
  const int arrow = static_cast<int>(current().operation.arrows.size());
  const bool fails = says_failure(message.text);
  body_of(scope).push_back({Acknowledge{at, arrow, fails}});
  current().line_of_arrow[arrow] = reading_.add(at, "", std::move(assumed));
}

// Whether a message outward goes to who started the operation, or the one before it. Where nobody is drawn to have
// started any, a reply arrow goes there, and so does any arrow to the only one outside.
bool StepWalk::is_caller(const Message& message, std::string& assumed) const {
  const auto started = std::find_if(segments_.rbegin(), segments_.rend(),
                                    [](const Segment& segment) { return !segment.callers.empty(); });
  if (started != segments_.rend()) return started->callers.count(message.to) != 0;
  const auto outside =
      std::count_if(roles_.begin(), roles_.end(), [](const auto& entry) { return entry.second == Role::kOutside; });
  if (!message.arrow.dotted && outside > 1) return false;
  assumed = "nobody is drawn to start the operation, so " + message.to + " is taken to have; draw " + message.to +
            "->>" + message.from + " first to say so";
  return true;
}

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
    ask_at(name(), at, in_quotes(message.text) + " " + doubt);
  const bool stores = verb == Verb::kSet || verb == Verb::kAdd;
  const std::string stored = stores ? doubt_about_stored(message.text, server) : "";
  if (!stored.empty()) ask_at(name(), at, in_quotes(message.text) + " " + stored);
}

void StepWalk::request(Position at, const Message& message, Role server, Scope& scope) {
  asked_by(at, is_server(role(message.from)) ? message.to : message.from, scope);
  const RequestWords words = request_words(message.text);
  Verb verb = words.verb;
  std::string assumed = words.assumed;
  if (const auto said = take_means()) {
    if (!said->verb)
      fail_at(name(), means_at_, "the next arrow asks a server; say get, set, add, delete or local of it");
    verb = *said->verb;
    assumed.clear();
  } else if (words.kind == RequestWords::Kind::kNotModelled) {
    refuse_not_modelled(name(), at, words.not_modelled,
                        "by " + in_quotes(words.word) +
                            (words.certain ? ""
                                           : "; if that is the name of something of yours, say what the arrow asks: "
                                             "%% stalemate: means get (set, add, delete) before it"));
  } else if (words.kind == RequestWords::Kind::kAmbiguous) {
    ask_at(name(), at, in_quotes(message.text) + " " + words.question);
  } else if (words.kind == RequestWords::Kind::kNothing) {
    ask_at(name(), at,
           "cannot tell what " + in_quotes(message.text) + " asks of " + the(server) +
               "; understood would be: " + std::string(kKnownRequests) +
               "; or write %% stalemate: means get (set, add, delete) before it, or means local if it asks for nothing "
               "and changes nothing there");
  }
  ask_about_doubts(at, message, server, verb, scope);
  const bool writes = server == Role::kDatabase && verb == Verb::kSet;
  if (words.after_commit) {
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
  if (server == Role::kDatabase && verb == Verb::kDelete) {
    refuse_not_modelled(name(), at, "delete from the database");
  }
  if (server == Role::kDatabase && verb == Verb::kAdd) {
    refuse_not_modelled(name(), at, "insert into the database only if absent");
  }

  Request asks;
  asks.at = at;
  asks.to = server;
  asks.verb = verb;
  asks.arrow = static_cast<int>(current().operation.arrows.size());
  asks.label = message.text;
  asks.drawn_lost = is_crossed(message);
  asks.awaited = message.arrow.head != ArrowHead::kOpen;
  asks.stores_new = says_new(message.text);
  std::string meaning = "arrow " + std::to_string(asks.arrow) + ": the app asks " + the(server) + " " + asked(verb);
  const std::size_t value_offset = meaning.size();
  if (!asks.awaited && verb == Verb::kGet) {
    asks.awaited = true;
    assumed = joined({assumed,
                      "what a get finds is used, so its reply is awaited although the arrow is drawn as sent and "
                      "forgotten"});
  }
  if (!asks.awaited) meaning += ", without waiting for the reply";
  if (asks.drawn_lost) meaning += "; drawn as lost: it never arrives and the app times out";
  if (message.arrow.head == ArrowHead::kBoth) meaning += ", and is answered";
  if (words.ttl != 0 && server == Role::kCache && verb != Verb::kGet && verb != Verb::kDelete) {
    asks.ttl = words.ttl;
    current().lives = true;
    assumed = joined({assumed, words.assumed_ttl});
    meaning += ", which may expire at any later moment";
  }
  if (is_server(role(message.from))) {
    assumed = joined({assumed, "a two-headed arrow is taken as a request of the app with its reply"});
  }

  if (words.after_commit) meaning += ", after the commit of the write before it";
  current().asks = true;
  current().asked.insert({server, verb});
  current().changes_database = current().changes_database || (server == Role::kDatabase && verb == Verb::kSet);
  current().operation.arrows.back() = asks.arrow;
  const std::size_t line = reading_.add(at, std::move(meaning), std::move(assumed));
  current().line_of_arrow[asks.arrow] = line;
  if (server == Role::kCache) {
    if (verb == Verb::kGet && !asks.drawn_lost) current().silent_gets.insert(asks.arrow);
  }
  if (verb == Verb::kGet) scope.get_line = at.line;
  if (verb == Verb::kSet || verb == Verb::kAdd) current().value_places.push_back({line, value_offset, asks.arrow});
  std::vector<Act>& body = body_of(scope);
  body.push_back({std::move(asks)});
  scope.latest = {&body, body.size() - 1, line, message.arrow.head == ArrowHead::kBoth, false};
  if (scope.latest.request().awaited) scope.awaited = scope.latest;
}

// A reply or a branch looks at how the request turned out, so somebody waits for it.
void StepWalk::await_after_all(const Latest& latest) {
  if (latest.request().awaited) return;
  latest.request().awaited = true;
  reading_.also_assumed(latest.line,
                        "a reply to it is drawn, so the app is taken to wait for it; leave the reply out if it "
                        "does not");
}

// The latest request from which `message` may come; one that nobody waits for gives way to an awaited get or add of the
// same server that has no reply yet and of whose outcome the reply speaks.
Latest StepWalk::answered_in_line(const Message& message, Role server, const Scope& scope) const {
  const Latest& awaited = scope.awaited;
  if (!scope.latest.known() || scope.latest.request().awaited || !awaited.known() || awaited.answered) {
    return scope.latest;
  }
  if (awaited.request().to != server) return scope.latest;
  const bool to_other = scope.latest.request().to != server;
  const Verb verb = awaited.request().verb;
  const Outcomes says = reply_words(message.text, verb).outcomes;
  const bool decides = !common(says, {Outcome::kValue, Outcome::kMiss, Outcome::kConflict}).empty() &&
                       !(common(says, normal_outcomes(verb)) == normal_outcomes(verb));
  return to_other || decides ? awaited : scope.latest;
}

// Something drawn says how a request turned out, or that it was answered.
void StepWalk::note_outcome_drawn(const Latest& latest, Scope& scope, bool by_reply) {
  current().silent_gets.erase(latest.request().arrow);
  if (!latest.request().awaited) await_after_all(latest);
  if (!by_reply) return;
  if (scope.latest.same_request(latest)) scope.latest.answered = true;
  if (scope.awaited.same_request(latest)) scope.awaited.answered = true;
}

// The request that a reply from `server` answers; refuses a reply that answers none.
const Request& StepWalk::answered_by(Position at, Role server, const Latest& latest, bool begins_branch) const {
  if (latest.depends_on_branch) {
    ask_at(name(), at,
           "cannot tell which request this answers: it depends on the branch taken before; move it into the "
           "branches");
  }
  if (!latest.known()) {
    ask_at(name(), at, "a reply from " + the(server) + ", but nothing was asked of it here; draw the request first");
  }
  const Request& asks = latest.request();
  const std::string line = std::to_string(asks.at.line);
  if (asks.to != server) {
    ask_at(name(), at,
           "a reply from " + the(server) + ", but the latest request (line " + line + ") went to " + the(asks.to) +
               "; a reply comes before the next request");
  }
  if (asks.drawn_lost) {
    ask_at(name(), at, "a reply to a request that is drawn as lost in line " + line + "; leave one of the two out");
  }
  if (latest.answered && !begins_branch) {
    ask_at(name(), at, "the latest request (line " + line + ") has its reply already; draw one reply a request");
  }
  return asks;
}

// What the reply says, or what a directive says of it.
ReplyWords StepWalk::words_of_reply(const Message& message, Verb verb) {
  const auto said = take_means();
  if (!said) return reply_words(message.text, verb);
  if (!said->outcome) {
    fail_at(name(), means_at_, "the next arrow is a reply; say ok, value, miss, conflict, error or timeout of it");
  }
  ReplyWords words;
  words.outcomes.add(*said->outcome);
  const Outcomes possible = normal_outcomes(verb) | Outcomes{Outcome::kOk, Outcome::kError, Outcome::kTimeout};
  if (common(words.outcomes, possible).empty()) {
    fail_at(name(), means_at_,
            "a " + std::string(to_string(verb)) + " cannot turn out as " + list_of(words.outcomes) + ", but as " +
                list_of(normal_outcomes(verb)));
  }
  return words;
}

// A reply in straight lines is a guard where it says miss, value or conflict; otherwise what follows happens anyway.
void StepWalk::reply(Position at, const Message& message, Role server, Scope& scope,
                     const std::vector<Statement>& siblings, std::size_t index) {
  const bool begins_branch = scope.tested_reply == &message;
  if (is_crossed(message)) {
    refuse_not_modelled(name(), at, "a lost reply", "draw the reply and let stalemate lose it: --fault lost-reply");
  }
  const Latest latest = begins_branch ? scope.tested : answered_in_line(message, server, scope);
  const Request& asks = answered_by(at, server, latest, begins_branch);
  note_outcome_drawn(latest, scope, true);
  scope.between = {};
  current().operation.arrows.back() = asks.arrow;
  const std::string answers = "reply to arrow " + std::to_string(asks.arrow);
  const bool said = means_.has_value();
  const ReplyWords words = words_of_reply(message, asks.verb);
  // "committed" says of a lone write what is so anyway.
  const bool confirms = asks.to == Role::kDatabase && asks.verb == Verb::kSet && says_commit_alone(message.text);
  if (!said && !confirms) refuse_unmodelled(name(), at, message.text, true);
  if (begins_branch) {
    reading_.add(at, answers + ", which the branch is about");
    return;
  }

  const Outcomes normal = normal_outcomes(asks.verb);
  const Outcomes says = common(words.outcomes, normal);
  const bool unclear = words.unclear || (words.outcomes.empty() && !message.text.empty());
  const bool matters = asks.to == Role::kCache && !(normal == Outcomes{Outcome::kOk}) && asks_server(siblings, index);
  if (unclear && matters && !tested_next(siblings, index, {}, latest)) {
    ask_at(name(), at,
           "cannot tell whether " + in_quotes(message.text) + " is " + in_words(normal, asks) +
               ", and what follows depends on it; draw alt … else … end, or write %% stalemate: means value (miss, ok, "
               "conflict) before it");
  }
  if (matters && !said && says == Outcomes{Outcome::kMiss}) {
    const BesideOutcome beside = beside_outcome(message.text, asks.verb, names_of(asks));
    if (beside.aged || beside.alternative) {
      ask_at(name(), at,
             "cannot tell whether " + in_quotes(message.text) +
                 " is a miss alone: what follows may happen although a value is there, too; draw alt … else … end, or "
                 "write %% stalemate: means miss before it if it is");
    }
  }
  if (words.outcomes.empty()) {
    reading_.add(at, answers, assumed_of_unclear_reply(message, asks, words));
    return;
  }
  if (says.empty() && !words.outcomes.has(Outcome::kOk)) {
    refuse_not_modelled(name(), at, "a failure outside alt", "draw it as a branch: alt error … end");
  }
  const bool decides =
      !common(says, {Outcome::kValue, Outcome::kMiss, Outcome::kConflict}).empty() && !(says == normal);
  if (!decides) {
    reading_.add(at, answers + ": " + in_words(words.outcomes, asks));
    return;
  }
  if (tested_next(siblings, index, says, latest)) {
    reading_.add(at, answers, "what it turned out as is left to the block below, which looks at other answers, too");
    return;
  }
  const Outcomes others = without(normal, says);
  std::string otherwise = "on " + in_words(others, asks) + " the operation ends";
  if (asks.verb == Verb::kGet) otherwise += others.has(Outcome::kValue) ? " with that value" : " without one";
  reading_.add(at, answers + " and a guard: what follows happens on " + in_words(says, asks),
               otherwise + "; draw alt … else … end to say otherwise");
  const int arrow = static_cast<int>(current().operation.arrows.size());
  body_of(scope).push_back({Guard{at, words.outcomes, arrow, asks.arrow}});
}

}  // namespace stalemate::model
