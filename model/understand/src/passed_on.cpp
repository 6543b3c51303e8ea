// What a cache asks of the database itself (understand/protocol.hpp, R6): read-through, write-through, write-behind.
#include <algorithm>
#include <array>

#include "answers.hpp"
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Of a get, a plain one.
bool may_be_passed_on(const Request& asks) {
  const bool plain = asks.watch == Watch::kNothing && asks.finds == Finds{} && !asks.adds && !asks.drawn_lost;
  return plain && (asks.verb == Verb::kGet || asks.verb == Verb::kSet);
}

void replace_misses(std::vector<Act>& body, int about) {
  const auto replace = [](Outcomes& outcomes) {
    if (!outcomes.has(Outcome::kMiss)) return;
    outcomes = without(outcomes, {Outcome::kMiss});
    outcomes.add(Outcome::kLoaded);
  };
  for (Act& act : body) {
    if (auto* guard = std::get_if<Guard>(&act.node); guard != nullptr && guard->about == about)
      replace(guard->outcomes);
    auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (Branch& branch : choice->branches) {
      if (!choice->free && choice->about == about) replace(branch.tests);
      replace_misses(branch.body, about);
    }
  }
}

}  // namespace

// Whether what is drawn here can be nothing but what a cache does for whoever asked it last.
bool StepWalk::is_passed_on(const Message& message, const Scope& scope) const {
  const Latest& latest = scope.latest;
  if (role(message.from) != Role::kCache || role(message.to) != Role::kDatabase || !latest.known()) return false;
  const Request& asks = latest.request();
  return is_asked(asks, message.from) && !reading_.caches()[asks.cache].local && may_be_passed_on(asks) &&
         asks.passes_on.empty();
}

// The line of the reading.
std::size_t StepWalk::tell_passed_on(const Request& asks, const Request& next, bool in_line, std::string assumed) {
  const auto assume = [&](std::string_view what) { assumed += (assumed.empty() ? "" : "; ") + std::string(what); };
  const bool gets = next.verb == Verb::kGet;
  std::string meaning = "arrow " + std::to_string(next.arrow) + ": " + called(asks) + " itself asks the database " +
                        std::string(words_of(next.verb).asked);
  if (gets) {
    meaning += ", where it has nothing (read-through)";
    if (in_line) assume("what it has it answers with at once");
  } else if (next.awaited) {
    meaning += ", and answers once that is done (write-through)";
    assume(
        "it keeps the value as soon as it is asked; draw what it keeps behind the database's answer, as a message to "
        "itself, where it does so only then");
  } else {
    meaning += ", and has answered before (write-behind)";
    assume("each set is passed on by itself, and one may overtake another");
  }
  return reading_.add(next.at, std::move(meaning), std::move(assumed));
}

void StepWalk::pass_on(const Place& place, const Message& message, Scope& scope) {
  const Position at = place.at;
  Request& asks = scope.latest.request();
  const bool gets = asks.verb == Verb::kGet;
  if (is_crossed(message))
    refuse_not_modelled(name(), at, "a lost message from the cache to the database",
                        "draw it as it is meant and let stalemate lose it: --fault lost-request");
  const RequestWords words = words_for(message.to, message.text);
  std::string assumed;
  const bool hands_on = !gets && !means_ && words.kind != RequestWords::Kind::kVerb &&
                        words.kind != RequestWords::Kind::kNotModelled && says_handing_on(message.text);
  const Verb verb = hands_on ? Verb::kSet : verb_at(Role::kDatabase, verb_asked(place, message, words, scope, assumed));
  if (verb != asks.verb || words.adds)
    refuse_not_modelled(
        name(), at, "a message from the cache to the database that asks for something else than the cache was asked",
        "what a cache asks itself is the get or the set that it was asked");
  ask_about_doubts(at, message, Role::kDatabase, verb, scope);
  if (gets && scope.latest.answered)
    refuse_not_modelled(name(), at, "a cache that asks the database after it has answered a get",
                        "draw what it answers behind what it asks, where it waits for that");
  const bool in_line = scope.latest.body == &body_of(scope);
  const bool on_miss = scope.tested.same_request(scope.latest) && scope.tests_miss;
  if (!in_line && !(gets && on_miss))
    refuse_not_modelled(name(), at, "a message from the cache to the database on a condition",
                        gets ? "draw it in the branch in which the cache has nothing" : "");
  const bool awaited = gets || (message.arrow.head != ArrowHead::kOpen && !scope.latest.answered);

  Request next;
  next.at = at;
  next.to = Role::kDatabase;
  next.verb = verb;
  next.awaited = awaited;
  next.arrow = static_cast<int>(current().operation.arrows.size());
  next.label = message.text;
  next.fills = gets;
  next.answer_arrow = next.arrow;
  const std::size_t line = tell_passed_on(asks, next, in_line, std::move(assumed));
  Segment& segment = current();
  segment.asked.insert({Role::kDatabase, verb});
  if (gets) segment.asked.insert({Role::kCache, Verb::kSet});
  segment.changes_database = segment.changes_database || writes_row(next);
  segment.operation.arrows.back() = next.arrow;
  segment.line_of_arrow[next.arrow] = line;
  segment.silent_gets.erase(asks.arrow);
  if (gets) {
    asks.finds.loads = true;
    if (!asks.awaited) await_after_all(scope.latest);
    segment.loads.push_back(asks.arrow);
  }
  asks.passes_on.push_back(std::move(next));
  scope.works_for = awaited ? asks.arrow : 0;
}

void StepWalk::refuse_branch_of_server(Position at, const Scope& scope) const {
  if (scope.works_for == 0) return;
  refuse_not_modelled(name(), at, "a branch on what the database answers a cache that asks it itself",
                      "draw what the cache answers the app, and the block behind that");
}

// What the database answers a cache; false where that asked nothing.
bool StepWalk::answers_cache(const Place& place, const Message& message, Scope& scope) {
  const Latest& latest = scope.latest;
  if (role(message.from) != Role::kDatabase || role(message.to) != Role::kCache || !latest.known()) return false;
  Request& asks = latest.request();
  if (!is_asked(asks, message.to) || asks.passes_on.empty() || is_crossed(message)) return false;
  Request& next = asks.passes_on.front();
  const ReplyWords words = words_of_reply(message, next);
  if (!common(words.outcomes, kFailures | Outcomes{Outcome::kMiss, Outcome::kConflict}).empty())
    refuse_not_modelled(name(), place.at,
                        "a cache that is told by the database that there is no such row, or of a failure");
  refuse_unmodelled(name(), place.at, message.text, true);
  current().operation.arrows.back() = next.arrow;
  next.answer_arrow = static_cast<int>(current().operation.arrows.size());
  if (next.fills) current().operation.arrows.back() = next.answer_arrow;
  reading_.add(place.at, "answer to arrow " + std::to_string(next.arrow) +
                             (next.fills ? ", which " + called(asks) + " keeps" : ""));
  return true;
}

// What a cache says to itself while it works for somebody: that it keeps the value, and for how long.
bool StepWalk::keeps_for_caller(Position at, const Message& message, Scope& scope) {
  if (role(message.from) != Role::kCache || !scope.latest.known()) return false;
  Request& asks = scope.latest.request();
  if (!is_asked(asks, message.from) || asks.passes_on.empty()) return false;
  const RequestWords words = words_for(message.from, message.text);
  if (words.kind != RequestWords::Kind::kVerb || !stores(words.verb)) return false;
  if (words.verb != Verb::kSet || words.adds)
    refuse_not_modelled(name(), at, "a cache that keeps on a condition what the database answers it");
  if (!asks.passes_on.front().awaited) return false;
  Request& next = asks.passes_on.front();
  std::string assumed;
  if (words.ttl != 0) {
    next.ttl = words.ttl;
    current().lives = true;
    assumed = words.assumed_ttl;
  }
  const bool waits = asks.verb == Verb::kSet;
  next.fills = true;
  current().operation.arrows[static_cast<std::size_t>(next.answer_arrow) - 1] = next.answer_arrow;
  reading_.add(at,
               waits ? "what it is asked to set it keeps only once the database has it"
                     : "it keeps what the database answers" +
                           std::string(words.ttl == 0 ? "" : ", which may expire at any later moment"),
               std::move(assumed));
  return true;
}

void StepWalk::settle_passed_on(Segment& segment) {
  for (const int arrow : segment.loads) replace_misses(segment.operation.body, arrow);
}

// What is not modelled beside a cache that asks the database itself.
void refuse_beside_passed_on(const std::vector<std::vector<Segment>>& segments, const std::string& name) {
  constexpr std::array kPlain = {Verb::kGet, Verb::kSet, Verb::kAdd, Verb::kDelete};
  const Request* passes_on = nullptr;
  const Request* other = nullptr;
  for (const std::vector<Segment>& of_diagram : segments)
    for (const Segment& segment : of_diagram)
      visit_requests(segment.operation.body, [&](const Request& request) {
        const bool reads = segment.operation.kind == OperationKind::kRead;
        if (!request.passes_on.empty() && stores(request.verb) && (reads || request.carries_received))
          refuse_not_modelled(name, request.passes_on.front().at,
                              reads ? "a Read whose fill the cache passes on to the database"
                                    : "a Write that sets what it has read, which the cache passes on to the database");
        if (!request.passes_on.empty() && passes_on == nullptr) passes_on = &request;
        Finds finds = request.finds;
        finds.loads = false;
        const bool plain = std::find(kPlain.begin(), kPlain.end(), request.verb) != kPlain.end() &&
                           request.watch == Watch::kNothing && finds == Finds{} && !request.adds && !request.tells;
        if (!plain && other == nullptr) other = &request;
      });
  if (passes_on == nullptr || other == nullptr) return;
  refuse_not_modelled(
      name, other->at,
      "a condition, a change of what is there, a row that may be absent or a publish on a page with a cache "
      "that asks the database itself",
      "as in line " + std::to_string(passes_on->passes_on.front().at.line));
}

}  // namespace stalemate::model
