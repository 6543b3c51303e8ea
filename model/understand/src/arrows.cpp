// One arrow at a time: whom it goes to; what comes from outside and goes there. What a server is asked:
// request_arrows.cpp; what it answers: reply_arrows.cpp.
#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "read/statements.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kTwoAtOnce =
    ": two operations at once in one app, and whose each arrow is, is not drawn; draw a participant for each app "
    "instance, or the operations one after the other";

// Whether the request stands in a block that chooses: then another one may have been made in its stead.
bool in_a_branch(const std::vector<Act>& body, const Request& request) {
  return std::none_of(body.begin(), body.end(), [&](const Act& act) {
    const auto* one = std::get_if<Request>(&act.node);
    return one != nullptr && one->arrow == request.arrow;
  });
}

bool is_answered(const std::vector<Act>& body) {
  return std::any_of(body.begin(), body.end(), [](const Act& act) {
    const auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) return std::holds_alternative<Acknowledge>(act.node);
    return std::any_of(choice->branches.begin(), choice->branches.end(),
                       [](const Branch& branch) { return is_answered(branch.body); });
  });
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

void StepWalk::count_message(Position at) {
  current().operation.arrows.push_back(0);
  current().message_at.push_back(at);
}

void StepWalk::message(const Place& place, const Message& message, Scope& scope) {
  const Position at = place.at;
  count_message(at);
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
  if (publishes_or_delivers(place, message, scope)) return;
  for (const Role other : {from, to}) refuse_role_not_modelled(name(), at, other);
  if (!is_server(from) && !is_server(to)) {
    if (to != Role::kOutside) refuse_unmodelled(name(), at, message.text, true);
    if (from == Role::kOutside && to == Role::kApp) return from_outside(at, message, scope);
    if (from == Role::kApp && to == Role::kOutside) return to_outside(at, message, scope);
    if (from == Role::kApp) return between_apps(at, message, scope);
    local(at, "both are outside");
    return;
  }
  if (is_server(from) && is_server(to)) {
    if (is_passed_on(message, scope)) return pass_on(place, message, scope);
    if (answers_cache(place, message, scope)) return;
    refuse_between_servers(at, message, from, to);
  }
  if ((from != Role::kApp && !is_server(from)) || (to != Role::kApp && !is_server(to))) {
    refuse_not_modelled(name(), at,
                        "a message between " + the(is_server(from) ? from : to) + " and outside, past the app",
                        "draw it through the app");
  }
  if (is_server(to) || message.arrow.head == ArrowHead::kBoth)
    return request(place, message, is_server(to) ? to : from, scope);
  reply(place, message, scope);
}

// A server that does something by itself.
void StepWalk::refuse_between_servers(Position at, const Message& message, Role from, Role to) const {
  std::string what = "a message from " + the(from) + " to " + the(to);
  if (from == Role::kCache && to == Role::kDatabase) {
    const RequestWords words = request_words(message.text);
    const bool reads = words.kind == RequestWords::Kind::kVerb && words.verb == Verb::kGet;
    what += reads ? " (read-through cache)" : " (write-through or write-behind by the cache itself)";
  } else if (from == Role::kDatabase && !message.arrow.dotted) {
    what += " (change capture)";
  }
  refuse_not_modelled(name(), at, what);
}

std::size_t StepWalk::local(Position at, const std::string& why) {
  return reading_.add(at, "local work, no effect" + (why.empty() ? "" : ": " + why));
}

// An app that nobody calls starts what it calls another for. A second one starts another operation.
void StepWalk::ask_about_second_root(Position at, const Message& message) {
  if (message.arrow.dotted || called_.count(message.from) != 0) return;
  std::string& root = current().root;
  if (root.empty()) root = message.from;
  if (root == message.from || !current().asks) return;
  ask_at(name(), at, "callers-take-turns",
         in_quotes(message.from) + " starts something here, as " + in_quotes(root) +
             " did, and both are taken for the app" + std::string(kTwoAtOnce));
}

// Apps that only call one another are one app instance; that each call is waited for is what makes it local work.
void StepWalk::between_apps(Position at, const Message& message, Scope& scope) {
  if (message.arrow.head == ArrowHead::kOpen || is_crossed(message)) {
    refuse_not_modelled(
        name(), at,
        is_crossed(message) ? "a lost message between two apps" : "a message between two apps that nobody waits for");
  }
  ask_about_second_root(at, message);
  scope.returned.erase(message.to);
  if (message.arrow.dotted) scope.returned[message.from] = at.line;
  const bool is_new = current().partners.insert(std::minmax(message.from, message.to)).second;
  reading_.add(at, "local work, no effect: both are the app",
               is_new ? message.from + " and " + message.to + " are taken as one app instance" : "");
}

// Whether an app and the one that asked the servers before are layers of one app instance: one called the other, or
// both are called by others that did, in this operation.
bool StepWalk::are_layers(const Segment& segment, const std::string& app) {
  std::set<std::string> reached = {segment.asking};
  for (bool more = true; more;) {
    more = false;
    for (const auto& [one, other] : segment.partners) {
      if (reached.count(one) == reached.count(other)) continue;
      reached.insert({one, other});
      more = true;
    }
  }
  return reached.count(app) != 0;
}

// One operation shows what one app instance does.
void StepWalk::asked_by(Position at, const std::string& app, const Scope& scope) {
  if (const auto returned = scope.returned.find(app); returned != scope.returned.end()) {
    ask_at(name(), at, "asks-after-answer",
           in_quotes(app) + " has answered in line " + std::to_string(returned->second) +
               " already: who called it may go on while it still asks the servers; draw the answer behind this arrow, "
               "or, where the operation ends with the answer, draw break around what leads to it");
  }
  Segment& segment = current();
  if (segment.asking.empty()) {
    segment.asking = app;
    segment.asking_line = at.line;
  }
  if (segment.asking == app || are_layers(segment, app)) return;
  if (!segment.asking_besides.insert(app).second) return;
  ask_at(
      name(), at, "two-apps",
      in_quotes(app) + " also asks the servers, as " + in_quotes(segment.asking) + " did in line " +
          std::to_string(segment.asking_line) +
          ": are they two app instances, of which the diagram shows one order, or one? Say %% stalemate: race first "
          "in the diagram, draw Read and Write each in a diagram of its own, or one participant where both are one",
      {{diagram_.at.line + 1, "%% stalemate: race", "each app is an instance, with an operation of its own", false}});
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
    ask_at(name(), at, "operation-in-block",
           "an operation cannot begin inside a block; draw each operation on its own, one after another");
  }
  const bool begins = !current().operation.body.empty();
  if (begins) {
    current().operation.arrows.pop_back();  // the arrow belongs to the operation it starts
    current().message_at.pop_back();
    begin_segment(at, scope);
    count_message(at);
  }
  const auto kind = operation_words(message.text).kind();
  if (!begins && !current().callers.empty() &&
      (current().callers.count(message.from) == 0 || kind != operation_words(current().message).kind()))
    ask_at(name(), at, "callers-take-turns",
           "this starts an operation before anything is done of the one that " + in_quotes(*current().callers.begin()) +
               " started" + std::string(kTwoAtOnce));
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
    ask_about_turns(at, message);
    current().asked_outside.insert(message.to);
    local(at, message.to + " did not start the operation, so telling it acknowledges nothing");
    return;
  }
  scope.before_local = {};
  const int arrow = static_cast<int>(current().operation.arrows.size());
  const bool fails = says_failure(message.text);
  if (scope.at_top() && says_condition(message.text))
    current().answers_on_condition.push_back({at, 0, message.text, {}});
  if (fails && says_refusal(message.text)) current().refusals.insert(arrow);
  body_of(scope).push_back({Acknowledge{at, arrow, fails}});
  current().line_of_arrow[arrow] = reading_.add(at, "", std::move(assumed));
}

// Who started an operation before this one is answered only now: then both were under way at once, and whose the arrows
// between are is not drawn.
void StepWalk::ask_about_turns(Position at, const Message& message) const {
  for (std::size_t i = 0; i + 1 < segments_.size(); ++i) {
    const Segment& before = segments_[i];
    if (before.callers.count(message.to) == 0 || !message.arrow.dotted || is_answered(before.operation.body)) continue;
    ask_at(name(), at, "callers-take-turns",
           in_quotes(message.to) + " is answered here, after the operation in line " +
               std::to_string(segments_.back().operation.at.line) + " has begun" + std::string(kTwoAtOnce));
  }
}

// Likewise where nobody is answered: an operation never changes the cache, though it found nothing there or changed the
// database; and one behind it changes it once more than it would by itself.
void StepWalk::ask_about_late_part(const Segment& before, const Segment& segment) const {
  if (is_answered(before.operation.body)) return;
  const Flow flow = flow_of(before.operation.body);
  const bool writes = flow.writes_row();
  const bool missed = !writes && flow.has(Role::kCache, Verb::kGet) && !flow.found;
  if (flow.changes_cache() || (!writes && !missed)) return;
  int changed = 0;
  visit_requests(segment.operation.body, [&](const Request& request) {
    if (request.to != Role::kCache || !changes(request.verb)) return;
    const bool fits = writes || stores(request.verb);
    const bool is_one_more = segment.changes_database ? changed > 0 : writes && request.verb == Verb::kDelete;
    if (fits && is_one_more && !in_a_branch(segment.operation.body, request))
      ask_at(name(), request.at, "callers-take-turns",
             "this may be what the operation in line " + std::to_string(before.operation.at.line) + " does, which " +
                 (writes ? "changed the database" : "found nothing in the cache") +
                 " and has not touched the cache since, while the one in line " +
                 std::to_string(segment.operation.at.line) + " is under way" + std::string(kTwoAtOnce));
    ++changed;
  });
}

// Labels and notes say whose work they are: "[T1] GET k", "DEL k (thread 2)", "Request 1 continues".
void StepWalk::ask_about_whose(Position at, const std::string& text) {
  const std::string name_said = whose(text);
  if (name_said.empty()) return;
  const std::size_t segment = segments_.size() - 1;
  const bool is_other = !latest_whose_.first.empty() && latest_whose_.first != name_said;
  const bool returns = !whose_.insert(name_said).second && is_other;
  const bool says_two = is_other && name_said.find(' ') != std::string::npos && latest_whose_.second == segment &&
                        !current().operation.body.empty();
  latest_whose_ = {name_said, segment};
  if (!returns && !says_two) return;
  ask_at(name(), at, "callers-take-turns",
         "by " + reading_.quoted(text) + " this is of another one than what stands above it" + std::string(kTwoAtOnce));
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

}  // namespace stalemate::model
