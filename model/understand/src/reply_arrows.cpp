// Which reply answers which request, and what it says. The latest request is the one a reply answers: requests are
// awaited one at a time, so a reply to any other cannot be what was meant; but for a change that a server confirms only
// behind calls in the app's own process, which no message is drawn to answer.
#include <algorithm>
#include <utility>

#include "answers.hpp"
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Outcomes on which it depends what follows.
constexpr Outcomes kDeciding = {Outcome::kValue,   Outcome::kMiss,   Outcome::kConflict, Outcome::kMarker,
                                Outcome::kGranted, Outcome::kDenied, Outcome::kStale,    Outcome::kWon};

// Why a reply that names no outcome of its request lets everything go on.
std::string assumed_of_unclear_reply(const Message& message, const Request& asks, const ReplyWords& words,
                                     const Reading& reading) {
  const std::string text = message.text.empty() ? "a reply without words" : reading.quoted(message.text);
  const std::string verb(to_string(asks.verb));
  if (!words.impossible_what.empty()) {
    return text + " is taken as ok: a " + verb + " cannot turn out as " + words.impossible_what;
  }
  const Outcomes normal = normal_outcomes(asks);
  if (normal == Outcomes{Outcome::kOk}) return message.text.empty() ? "" : text + " is taken as ok";
  return text + " does not say whether it is " + in_words(normal, asks) + ": what follows happens either way";
}

// "committed", "COMMIT ok".
bool says_commit_alone(const std::string& text) {
  constexpr std::string_view kSaid[] = {"commit",    "committed", "ok",          "done", "row",
                                        "is",        "success",   "transaction", "tx",   "successful",
                                        "succeeded", "completed", "successfully"};
  const std::vector<std::string> words = split_words(text);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kSaid, word); });
}

}  // namespace

// A reply or a branch looks at how the request turned out, so somebody waits for it.
void StepWalk::await_after_all(const Latest& latest) {
  if (latest.request().awaited) return;
  latest.request().awaited = true;
  reading_.also_assumed(latest.line,
                        "a reply to it is drawn, so the app is taken to wait for it; leave the reply out if it "
                        "does not");
}

bool StepWalk::is_local_call(const Request& asks) const {
  return asks.to == Role::kCache && reading_.caches()[asks.cache].local;
}

// Before `asks` joins the operation.
void StepWalk::note_before_local(const Request& asks, Scope& scope) {
  const bool local = is_local_call(asks);
  if (!local || (scope.latest.known() && !is_local_call(scope.latest.request()))) scope.before_local = {};
  const bool here = scope.latest.known() && scope.latest.body == &body_of(scope);
  if (local && here && !is_local_call(scope.latest.request())) scope.before_local = scope.latest;
}

// A change that is confirmed behind calls of the app's own cache: "DB: update", "local cache: drop", "DB: ok". The
// answer decides nothing, and the app is taken to have waited for it, as it does where no answer is drawn at all.
bool StepWalk::answers_late(const Message& message, const Scope& scope) const {
  if (!scope.before_local.known() || scope.before_local.answered || means_) return false;
  if (is_asked(scope.latest.request(), message.from)) return false;
  const Request& asks = scope.before_local.request();
  if (!is_asked(asks, message.from) || !asks.awaited || !changes(asks.verb)) return false;
  const ReplyWords words = reply_words(message.text, asks.verb, asks.finds);
  const bool ok_or_unsaid = words.outcomes.empty() || words.outcomes == Outcomes{Outcome::kOk};
  return normal_outcomes(asks) == Outcomes{Outcome::kOk} && ok_or_unsaid && !words.impossible && !words.unclear;
}

// The latest request from which `message` may come; one that nobody waits for gives way to an awaited get or add of the
// same server that has no reply yet and of whose outcome the reply speaks.
Latest StepWalk::answered_in_line(const Message& message, const Scope& scope) const {
  const Latest& awaited = scope.awaited;
  if (answers_late(message, scope)) return scope.before_local;
  if (!scope.latest.known() || scope.latest.request().awaited || !awaited.known() || awaited.answered) {
    return scope.latest;
  }
  if (!is_asked(awaited.request(), message.from)) return scope.latest;
  const bool to_other = !is_asked(scope.latest.request(), message.from);
  const Request& asks = awaited.request();
  const Outcomes says = reply_words(message.text, asks.verb, asks.finds).outcomes;
  const bool decides =
      !common(says, kDeciding).empty() && !(common(says, normal_outcomes(asks)) == normal_outcomes(asks));
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
const Request& StepWalk::answered_by(Position at, const std::string& server, const Latest& latest,
                                     bool begins_branch) const {
  if (latest.depends_on_branch) {
    ask_at(name(), at, "reply-of-branch",
           "cannot tell which request this answers: it depends on the branch taken before; move it into the "
           "branches");
  }
  if (!latest.known()) {
    ask_at(name(), at, "reply-to-nothing",
           "a reply from " + called(server) + ", but nothing was asked of it here; draw the request first");
  }
  const Request& asks = latest.request();
  const std::string line = std::to_string(asks.at.line);
  if (!is_asked(asks, server)) {
    ask_at(name(), at, "reply-of-other-server",
           "a reply from " + called(server) + ", but the latest request (line " + line + ") went to " + called(asks) +
               "; a reply comes before the next request");
  }
  if (asks.drawn_lost) {
    ask_at(name(), at, "reply-to-lost",
           "a reply to a request that is drawn as lost in line " + line + "; leave one of the two out");
  }
  if (latest.answered && !begins_branch) {
    ask_at(name(), at, "reply-twice",
           "the latest request (line " + line + ") has its reply already; draw one reply a request");
  }
  return asks;
}

// What the reply says, or what a directive says of it.
ReplyWords StepWalk::words_of_reply(const Message& message, const Request& asks) {
  const auto said = take_means();
  if (!said) {
    ReplyWords words = reply_words(message.text, asks.verb, asks.finds);
    // It has a value either way, whatever is written on the arrow.
    if (asks.finds.loads && common(words.outcomes, kFailures | Outcomes{Outcome::kMiss}).empty()) {
      words.outcomes = {Outcome::kValue, Outcome::kLoaded};
      words.unclear = false;
    }
    return words;
  }
  if (!said->outcome) {
    fail_at(name(), means_at_, "the next arrow is a reply; say ok, value, miss, conflict, error or timeout of it");
  }
  ReplyWords words;
  words.outcomes.add(*said->outcome);
  const Outcomes possible = normal_outcomes(asks) | Outcomes{Outcome::kOk, Outcome::kError, Outcome::kTimeout};
  if (common(words.outcomes, possible).empty()) {
    fail_at(name(), means_at_,
            "a " + std::string(to_string(asks.verb)) + " cannot turn out as " + list_of(words.outcomes) + ", but as " +
                list_of(normal_outcomes(asks)));
  }
  return words;
}

// Under "Cache hit", what answers the first look-up is a hit, whatever its words.
void StepWalk::take_from_part(const Request& asks, ReplyWords& words, std::string& assumed) const {
  const Segment& segment = segments_.back();
  const Outcomes way = outcome_of_way(segment.note.empty() ? segment.title : segment.note);
  const bool first = asks.to == Role::kCache && asks.verb == Verb::kGet && segment.asked.size() == 1;
  if (!first || way.empty() || !(words.outcomes.empty() || words.unclear)) return;
  words = {};
  words.outcomes = way;
  assumed = "it is taken as " + in_words(way, asks) + ", as the text says that stands above it";
}

// Asks where what follows depends on what the reply says, and the reply does not say it clearly.
void StepWalk::ask_about_reply(const Place& place, const Message& message, const Latest& latest,
                               const ReplyWords& words, bool said) const {
  const Request& asks = latest.request();
  const Outcomes normal = normal_outcomes(asks);
  const bool matters =
      asks.to == Role::kCache && !(normal == Outcomes{Outcome::kOk}) && asks_server(place.siblings, place.index);
  if (!matters) return;
  const bool unclear = words.unclear || (words.outcomes.empty() && !message.text.empty());
  if (unclear && !tested_next(place.siblings, place.index, {}, latest)) {
    ask_at(name(), place.at, "reply-unclear",
           "cannot tell whether " + reading_.quoted(message.text) + " is " + in_words(normal, asks) +
               ", and what follows depends on it; draw alt … else … end, or write %% stalemate: means value (miss, ok, "
               "conflict) before it",
           answers_reply(place.at, normal));
  }
  if (said || !(common(words.outcomes, normal) == Outcomes{Outcome::kMiss})) return;
  const BesideOutcome beside = beside_outcome(message.text, asks.verb, names_of(asks));
  if (beside.aged || beside.alternative) {
    ask_at(name(), place.at, "reply-unclear",
           "cannot tell whether " + reading_.quoted(message.text) +
               " is a miss alone: what follows may happen although a value is there, too; draw alt … else … end, or "
               "write %% stalemate: means miss before it if it is",
           answers_reply(place.at, {Outcome::kMiss}));
  }
}

// In straight lines: a guard where it says miss, value or conflict; otherwise what follows happens anyway.
void StepWalk::reply_in_line(const Place& place, const Latest& latest, const ReplyWords& words, Scope& scope) {
  const Position at = place.at;
  const Request& asks = latest.request();
  const std::string answers = "reply to arrow " + std::to_string(asks.arrow);
  const Outcomes normal = normal_outcomes(asks);
  const Outcomes says = common(words.outcomes, normal);
  if (says.empty() && !words.outcomes.has(Outcome::kOk)) {
    refuse_not_modelled(name(), at, "a failure outside alt", "draw it as a branch: alt error … end");
  }
  const bool decides = !common(says, kDeciding).empty() && !(says == normal);
  if (!decides) {
    reading_.add(at, answers + ": " + in_words(words.outcomes, asks));
    return;
  }
  if (tested_next(place.siblings, place.index, says, latest)) {
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

void StepWalk::reply(const Place& place, const Message& message, Scope& scope) {
  const Position at = place.at;
  const bool begins_branch = scope.tested_reply == &message;
  if (is_crossed(message)) {
    refuse_not_modelled(name(), at, "a lost reply", "draw the reply and let stalemate lose it: --fault lost-reply");
  }
  if (scope.lost && !begins_branch) return;
  Latest latest = begins_branch ? scope.tested : answered_in_line(message, scope);
  const Request& asks = answered_by(at, message.from, latest, begins_branch);
  const bool late = !begins_branch && latest.same_request(scope.before_local);
  if (!begins_branch) take_lease_as_said({message.text}, latest);
  note_outcome_drawn(latest, scope, true);
  scope.works_for = 0;
  scope.between = {};
  current().operation.arrows.back() = asks.arrow;
  const bool said = means_.has_value();
  ReplyWords words = words_of_reply(message, asks);
  std::string told_by_part;
  if (!begins_branch && !said) take_from_part(asks, words, told_by_part);
  // "committed" says of a lone write what is so anyway.
  const bool confirms = writes_row(asks) && says_commit_alone(message.text);
  if (!said && !confirms && !says_only_marker(message.text, asks))
    refuse_unmodelled(name(), at, without_name(message.text, asks.to, asks.cache), true);
  const std::string answers = "reply to arrow " + std::to_string(asks.arrow);
  if (begins_branch) {
    reading_.add(at, answers + ", which the branch is about");
    return;
  }
  ask_about_reply(place, message, latest, words, said);
  if (words.outcomes.empty()) {
    reading_.add(at, answers, assumed_of_unclear_reply(message, asks, words, reading_));
  } else {
    reply_in_line(place, latest, words, scope);
  }
  if (!told_by_part.empty()) reading_.also_assumed(reading_.line_at(at), told_by_part);
  if (!late) return;
  scope.before_local = {};
  reading_.also_assumed(reading_.line_at(at),
                        "it is drawn behind the call of the app's own cache in line " +
                            std::to_string(scope.latest.request().at.line) +
                            ", and the app is taken to have waited for it before that; draw line " +
                            std::to_string(asks.at.line) + " with -) if it does not wait");
}

}  // namespace stalemate::model
