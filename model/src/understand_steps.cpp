// The walk through a diagram, arrow by arrow. Branches are read in understand_choices.cpp. The latest request is the one
// a reply answers: requests are awaited one at a time, so a reply to any other cannot be what was meant.
#include "understand_steps.hpp"

#include <algorithm>
#include <utility>

#include "vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kOrLocal = "leave it out, or write %% stalemate: means local before it";

bool is_server(Role role) { return role == Role::kCache || role == Role::kDatabase; }

bool is_crossed(const Message& message) { return message.arrow.head == ArrowHead::kCross; }

std::string asked(Verb verb) {
  switch (verb) {
    case Verb::kGet: return "to get the key";
    case Verb::kSet: return "to set the key";
    case Verb::kAdd: return "to set the key, only if it is absent,";
    case Verb::kDelete: return "to delete the key";
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

}  // namespace

std::string the(Role role) { return role == Role::kOutside ? "outside" : "the " + std::string(to_string(role)); }

std::string in_words(Outcomes outcomes, const Request& request) {
  const bool at_cache = request.to == Role::kCache;
  std::string text;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (!outcomes.has(outcome)) continue;
    if (!text.empty()) text += " or ";
    switch (outcome) {
      case Outcome::kOk: text += request.verb == Verb::kAdd ? "ok (it was absent)" : "ok"; break;
      case Outcome::kValue: text += at_cache ? "a hit" : "a value"; break;
      case Outcome::kMiss: text += at_cache ? "a miss" : "no value"; break;
      case Outcome::kConflict: text += "a conflict (it was there)"; break;
      case Outcome::kError: text += "an error"; break;
      case Outcome::kTimeout: text += "a timeout"; break;
    }
  }
  return text;
}

Outcomes normal_outcomes(Verb verb) {
  switch (verb) {
    case Verb::kGet: return {Outcome::kValue, Outcome::kMiss};
    case Verb::kAdd: return {Outcome::kOk, Outcome::kConflict};
    case Verb::kSet:
    case Verb::kDelete: return {Outcome::kOk};
  }
  return {};
}

Outcomes common(Outcomes a, Outcomes b) {
  Outcomes both;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (a.has(outcome) && b.has(outcome)) both.add(outcome);
  }
  return both;
}

Outcomes without(Outcomes a, Outcomes b) {
  Outcomes rest;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (a.has(outcome) && !b.has(outcome)) rest.add(outcome);
  }
  return rest;
}

std::vector<Segment> read_steps(const Diagram& diagram, const RolesOfDiagram& roles, Reading& reading) {
  return StepWalk(diagram, roles, reading).walk();
}

StepWalk::StepWalk(const Diagram& diagram, const RolesOfDiagram& roles, Reading& reading)
    : diagram_(diagram), roles_(roles), reading_(reading) {}

std::vector<Segment> StepWalk::walk() {
  segments_.emplace_back();
  current().operation.at = diagram_.at;
  current().heading_line = reading_.add(diagram_.at, "");
  Scope top;
  statements(diagram_.statements, top);
  for (const Segment& segment : segments_) {
    if (!segment.asks) {
      fail_at(name(), segment.operation.at,
              "no arrow here goes from the app to a cache or a database, so there is nothing to check; draw one, such as "
              "app->>cache: Get value");
    }
  }
  return std::move(segments_);
}

void StepWalk::statements(const std::vector<Statement>& list, Scope& scope) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Position at = list[i].at;
    if (const auto* arrow = std::get_if<Message>(&list[i].node)) {
      message(at, *arrow, scope, list, i);
    } else if (const auto* inner = std::get_if<Block>(&list[i].node)) {
      no_means_left();
      block(at, *inner, scope);
    } else if (const auto* text = std::get_if<Note>(&list[i].node)) {
      note(at, *text, scope);
    } else if (const auto* said = std::get_if<Directive>(&list[i].node)) {
      directive(at, *said, scope);
      continue;  // several directives may begin a branch
    } else {
      reading_.add(at, "how the diagram looks: no meaning");
    }
    scope.at_branch_start = false;
  }
  no_means_left();
}

// A segment in which nothing happened yet is the one that begins here.
void StepWalk::begin_segment(Position at, Scope& scope) {
  if (current().operation.body.empty()) return;
  segments_.emplace_back();
  current().operation.at = at;
  scope.latest = {};
}

void StepWalk::note(Position at, const Note& note, Scope& scope) {
  const OperationWords words = operation_words(note.text);
  if (!scope.at_top() || !words.only || !words.kind()) {
    reading_.add(at, "a note: no meaning");
    return;
  }
  begin_segment(at, scope);
  current().note = note.text;
  const std::size_t line = reading_.add(at, "");
  if (segments_.size() > 1) current().heading_line = line;
  reading_.also(line, "the note names the operation that follows");
}

void StepWalk::directive(Position at, const Directive& directive, Scope& scope) {
  const Override said = read_directive(name(), at, directive.text);
  switch (said.kind) {
    case Override::Kind::kRole:
      reading_.add(at, said.participant + " is " + the(said.role) + ": as said");
      return;
    case Override::Kind::kBranch:
      if (scope.at_branch_start) {
        reading_.add(at, "says what the branch tests");
        return;
      }
      fail_at(name(), at, "this says what a branch tests, but does not stand first in a branch of alt, opt or break");
    case Override::Kind::kMeans:
      no_means_left();
      means_ = said;
      means_at_ = at;
      reading_.add(at, "says what the next arrow means");
      return;
    case Override::Kind::kOperation:
      break;
  }
  if (!scope.at_top()) fail_at(name(), at, "an operation cannot begin inside a block; move this line out of it");
  begin_segment(at, scope);
  current().given_name = said.operation;
  current().given_kind = said.operation_kind;
  const std::size_t line = reading_.add(at, "says which operation follows");
  if (segments_.size() > 1) current().heading_line = line;
}

std::optional<Override> StepWalk::take_means() { return std::exchange(means_, std::nullopt); }

void StepWalk::no_means_left() const {
  if (means_) fail_at(name(), means_at_, "this says what the next arrow means, but no arrow follows; put it before one");
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
  if (message.from == message.to) {
    const std::vector<std::string> words = split_words(message.text);
    const auto says = [&](std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); };
    if (says("wait") || says("waits") || says("sleep") || says("sleeps") || says("delay")) {
      local(at, "a wait takes no time in this model: whatever others can do meanwhile is explored");
    } else if (from == Role::kApp && request_words(message.text).kind == RequestWords::Kind::kVerb) {
      local(at, "an arrow from the app to itself asks no server");
    } else {
      local(at, "");
    }
    return;
  }
  for (const Role other : {from, to}) {
    if (other == Role::kReplica || other == Role::kQueue || other == Role::kWorker) {
      refuse_not_modelled(name(), at, "a message of a " + std::string(to_string(other)), std::string(kOrLocal));
    }
  }
  if (!is_server(from) && !is_server(to)) {
    if (from == Role::kOutside && to == Role::kApp) return from_outside(at, message, scope);
    if (from == Role::kApp && to == Role::kOutside) return to_outside(at, message, scope);
    local(at, from == Role::kApp ? "both are the app" : "both are outside");
    return;
  }
  if (is_server(from) && is_server(to)) {
    refuse_not_modelled(name(), at, "a message from " + the(from) + " to " + the(to), std::string(kOrLocal));
  }
  if (from == Role::kOutside || to == Role::kOutside) {
    refuse_not_modelled(name(), at, "a message between " + the(is_server(from) ? from : to) + " and outside, past the app",
                        "draw it through the app, or say that its other end is the app: %% stalemate: role " +
                            (from == Role::kOutside ? message.from : message.to) + " = app");
  }
  if (is_server(to) || message.arrow.head == ArrowHead::kBoth) return request(at, message, is_server(to) ? to : from, scope);
  reply(at, message, from, scope, siblings, index);
}

void StepWalk::local(Position at, const std::string& why) {
  reading_.add(at, "local work, no effect" + (why.empty() ? "" : ": " + why));
}

void StepWalk::from_outside(Position at, const Message& message, Scope& scope) {
  if (is_crossed(message)) refuse_not_modelled(name(), at, "a lost message from outside", "draw it as ->>");
  if (means_) fail_at(name(), means_at_, "the next arrow comes from outside: it asks no server; only \"means local\" fits it");
  const bool answers = message.arrow.dotted && !current().operation.body.empty();
  if (answers) return local(at, "an answer from outside");
  if (!scope.at_top()) {
    fail_at(name(), at, "an operation cannot begin inside a block; draw each operation on its own, one after another");
  }
  const bool begins = !current().operation.body.empty();
  if (begins) {
    current().operation.arrows.pop_back();  // the arrow belongs to the operation it starts
    begin_segment(at, scope);
    current().operation.arrows.push_back(0);
  }
  if (current().message.empty()) current().message = message.text;
  const std::size_t line = reading_.add(at, "");
  if (begins) current().heading_line = line;
  reading_.also(line, begins ? "the next operation starts" : "the operation starts");
}

void StepWalk::to_outside(Position at, const Message& message, Scope& scope) {
  if (is_crossed(message)) refuse_not_modelled(name(), at, "a lost message to outside", "draw it as -->>");
  if (means_) fail_at(name(), means_at_, "the next arrow goes outside: it asks no server; only \"means local\" fits it");
  body_of(scope).push_back({Acknowledge{at, static_cast<int>(current().operation.arrows.size())}});
  reading_.add(at, "acknowledges the operation; what follows still runs");
}

void StepWalk::request(Position at, const Message& message, Role server, Scope& scope) {
  const RequestWords words = request_words(message.text);
  Verb verb = words.verb;
  std::string assumed = words.assumed;
  if (const auto said = take_means()) {
    if (!said->verb) fail_at(name(), means_at_, "the next arrow asks a server; say get, set, add, delete or local of it");
    verb = *said->verb;
    assumed.clear();
  } else if (words.kind == RequestWords::Kind::kNotModelled) {
    refuse_not_modelled(name(), at, words.not_modelled,
                        "leave it out, or say what to take it for: %% stalemate: means " +
                            std::string(server == Role::kCache ? "get (set, add, delete, local)" : "get (set, local)") +
                            " before it");
  } else if (words.kind == RequestWords::Kind::kNothing) {
    fail_at(name(), at, "cannot tell what " + excerpt(message.text) + " asks of " + the(server) +
                            "; understood would be: " + std::string(kKnownRequests) +
                            "; or write %% stalemate: means get (set, add, delete, local) before it");
  }
  if (server == Role::kDatabase && verb == Verb::kDelete) {
    refuse_not_modelled(name(), at, "delete from the database", std::string(kOrLocal));
  }
  if (server == Role::kDatabase && verb == Verb::kAdd) {
    refuse_not_modelled(name(), at, "insert into the database only if absent", std::string(kOrLocal));
  }

  Request asks;
  asks.at = at;
  asks.to = server;
  asks.verb = verb;
  asks.arrow = static_cast<int>(current().operation.arrows.size());
  asks.label = message.text;
  asks.drawn_lost = is_crossed(message);
  asks.awaited = message.arrow.head != ArrowHead::kOpen;
  std::string meaning = "arrow " + std::to_string(asks.arrow) + ": the app asks " + the(server) + " " + asked(verb);
  const std::size_t value_offset = meaning.size();
  if (!asks.awaited && verb == Verb::kGet) {
    asks.awaited = true;
    assumed = joined({assumed, "what a get finds is used, so its reply is awaited although the arrow is drawn as sent and "
                               "forgotten"});
  }
  if (!asks.awaited) meaning += ", without waiting for the reply";
  if (asks.drawn_lost) meaning += "; drawn as lost: it never arrives and the app times out";
  if (message.arrow.head == ArrowHead::kBoth) meaning += ", and is answered";
  if (words.expires && verb != Verb::kGet && verb != Verb::kDelete) {
    assumed = joined({assumed, "the expiry is not modelled yet: the entry stays until it is deleted or overwritten"});
  }
  if (is_server(role(message.from))) {
    assumed = joined({assumed, "a two-headed arrow is taken as a request of the app with its reply"});
  }

  current().asks = true;
  current().changes_database = current().changes_database || (server == Role::kDatabase && verb == Verb::kSet);
  current().operation.arrows.back() = asks.arrow;
  const std::size_t line = reading_.add(at, std::move(meaning), std::move(assumed));
  if (verb == Verb::kSet || verb == Verb::kAdd) current().value_places.push_back({line, value_offset});
  std::vector<Act>& body = body_of(scope);
  body.push_back({std::move(asks)});
  scope.latest = {&body, body.size() - 1, line, message.arrow.head == ArrowHead::kBoth, false};
}

// A reply or a branch looks at how the request turned out, so somebody waits for it.
void StepWalk::await_after_all(const Latest& latest) {
  if (latest.request().awaited) return;
  latest.request().awaited = true;
  reading_.also_assumed(latest.line, "a reply to it is drawn, so the app is taken to wait for it; leave the reply out if it "
                                     "does not");
}

void StepWalk::reply(Position at, const Message& message, Role server, Scope& scope,
                     const std::vector<Statement>& siblings, std::size_t index) {
  const bool begins_branch = scope.tested_reply == &message;
  Latest& latest = scope.latest;
  if (is_crossed(message)) {
    refuse_not_modelled(name(), at, "a lost reply", "draw the reply and let stalemate lose it: --fault lost-reply");
  }
  if (latest.depends_on_branch) {
    fail_at(name(), at, "cannot tell which request this answers: it depends on the branch taken before; move it into the "
                        "branches");
  }
  if (!latest.known()) {
    fail_at(name(), at, "a reply from " + the(server) + ", but nothing was asked of it here; draw the request first");
  }
  const Request& asks = latest.request();
  if (asks.to != server) {
    fail_at(name(), at, "a reply from " + the(server) + ", but the latest request (line " + std::to_string(asks.at.line) +
                            ") went to " + the(asks.to) + "; a reply comes before the next request");
  }
  if (asks.drawn_lost) {
    fail_at(name(), at, "a reply to a request that is drawn as lost in line " + std::to_string(asks.at.line) +
                            "; leave one of the two out");
  }
  if (latest.answered && !begins_branch) {
    fail_at(name(), at, "the latest request (line " + std::to_string(asks.at.line) + ") has its reply already; draw one "
                        "reply a request");
  }
  latest.answered = true;
  current().operation.arrows.back() = asks.arrow;
  const std::string answers = "reply to arrow " + std::to_string(asks.arrow);

  ReplyWords words = reply_words(message.text, asks.verb);
  if (const auto said = take_means()) {
    if (!said->outcome) fail_at(name(), means_at_, "the next arrow is a reply; say ok, value, miss, conflict, error or timeout "
                                                   "of it");
    words = {};
    words.outcomes.add(*said->outcome);
    if (common(words.outcomes, normal_outcomes(asks.verb) | Outcomes{Outcome::kError, Outcome::kTimeout, Outcome::kOk})
            .empty()) {
      fail_at(name(), means_at_, "a " + std::string(to_string(asks.verb)) + " cannot turn out as " +
                                     list_of(words.outcomes) + ", but as " + list_of(normal_outcomes(asks.verb)));
    }
  }
  if (begins_branch) {
    reading_.add(at, answers + ", which the branch is about");
    return;
  }
  await_after_all(latest);
  const Outcomes normal = normal_outcomes(asks.verb);
  const Outcomes says = common(words.outcomes, normal);
  if (words.outcomes.empty()) {
    std::string assumed;
    if (words.impossible || !words.impossible_what.empty()) {
      assumed = excerpt(message.text) + " is taken as ok: a " + std::string(to_string(asks.verb)) +
                " cannot turn out as " + words.impossible_what;
    } else if (!message.text.empty() || asks.verb == Verb::kGet) {
      assumed = (message.text.empty() ? std::string("a reply without words") : excerpt(message.text)) +
                " says neither " + in_words(normal, asks) + ": what follows happens whatever the answer";
      if (normal == Outcomes{Outcome::kOk}) assumed = excerpt(message.text) + " is taken as ok";
    }
    reading_.add(at, answers, std::move(assumed));
    return;
  }
  const Outcomes failures = without(words.outcomes, normal | Outcomes{Outcome::kOk});
  if (says.empty() && !failures.empty()) {
    refuse_not_modelled(name(), at, "a failure outside alt", "draw it as a branch: alt error … end");
  }
  const bool decides = !common(says, {Outcome::kValue, Outcome::kMiss, Outcome::kConflict}).empty() && !(says == normal);
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
  otherwise += others.has(Outcome::kValue) ? " with that value" : asks.verb == Verb::kGet ? " without a value" : "";
  reading_.add(at, answers + " and a guard: what follows happens on " + in_words(says, asks),
               otherwise + "; draw alt … else … end to say otherwise");
  body_of(scope).push_back({Guard{at, words.outcomes, static_cast<int>(current().operation.arrows.size())}});
}

}  // namespace stalemate::model
