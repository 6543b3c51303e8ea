// The walk through a diagram, statement by statement: what begins an operation, and what the other parts share. Arrows
// are read in arrows.cpp, blocks in choices.cpp.
#include "steps.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/invariant.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

std::string the(Role role) {
  if (role == Role::kOutside) return "outside";
  return (role == Role::kThirdParty ? "a " : "the ") + std::string(to_string(role));
}

std::string StepWalk::called(const std::string& server) const {
  if (role(server) != Role::kCache) return the(role(server));
  return "the " + reading_.caches()[roles_.cache_at(server)].name;
}

std::string StepWalk::called(const Request& asks) const {
  if (asks.to == Role::kQueue) return "the channel";
  return asks.to == Role::kCache ? "the " + reading_.caches()[asks.cache].name : the(asks.to);
}

std::string StepWalk::without_name(const std::string& text, Role to, std::size_t cache) const {
  const std::vector<DrawnCache>& caches = reading_.caches();
  const auto is_local = [](const DrawnCache& drawn) { return drawn.local; };
  if (to != Role::kCache || std::none_of(caches.begin(), caches.end(), is_local)) return text;
  return without_name_of_cache(text, caches[cache].local);
}

std::string in_words(Outcomes outcomes, const Request& request) {
  const bool at_cache = request.to == Role::kCache;
  std::string text;
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (!outcomes.has(outcome)) continue;
    if (!text.empty()) text += " or ";
    switch (outcome) {
      case Outcome::kOk:
        text += answers_of(request.verb) == Answers::kIfAbsent ? "ok (it was absent)" : "ok";
        break;
      case Outcome::kValue:
        text += at_cache ? "a hit" : "a value";
        break;
      case Outcome::kMiss:
        text += at_cache ? "a miss" : "no value";
        break;
      case Outcome::kConflict:
        text += answers_of(request.verb) == Answers::kIfUnchanged ? "a conflict (it has changed)"
                                                                  : "a conflict (it was there)";
        break;
      case Outcome::kMarker:
        text += "a marker";
        break;
      case Outcome::kGranted:
        text += "a miss with the lease";
        break;
      case Outcome::kDenied:
        text += "a miss while somebody else has the lease";
        break;
      case Outcome::kStale:
        text += "a stale value while somebody else has the lease";
        break;
      case Outcome::kWon:
        text += "a stale value with the lease";
        break;
      case Outcome::kNoRow:
        text += "no row";
        break;
      case Outcome::kLoaded:
        text += "a miss, after which the cache asks the database itself";
        break;
      case Outcome::kError:
        text += "an error";
        break;
      case Outcome::kTimeout:
        text += "a timeout";
        break;
    }
  }
  return text;
}

bool says_only_marker(const std::string& label, const Request& asks) {
  const bool about =
      asks.finds.marker || asks.finds.lease || asks.verb == Verb::kExists || traces::facts_of(asks.verb).marks;
  return about && says_only_of_markers(label, asks.finds.lease);
}

std::vector<Segment> read_steps(const Diagram& diagram, const RolesOfDiagram& roles,
                                std::optional<OperationKind> said_above, Reading& reading) {
  return StepWalk(diagram, roles, said_above, reading).walk();
}

std::vector<Segment> read_column(const Diagram& column, const RolesOfDiagram& roles, Reading& reading) {
  return StepWalk(column, roles, std::nullopt, reading).walk_column();
}

StepWalk::StepWalk(const Diagram& diagram, const RolesOfDiagram& roles, std::optional<OperationKind> said_above,
                   Reading& reading)
    : diagram_(diagram), roles_(roles), said_above_(said_above), reading_(reading) {
  visit_messages(diagram.statements, [&](const Message& message) {
    if (message.from != message.to && !message.arrow.dotted) called_.insert(message.to);
  });
}

bool StepWalk::draws_server() const {
  return std::any_of(roles_.begin(), roles_.end(), [](const auto& entry) { return is_server(entry.second); });
}

std::vector<Segment> StepWalk::walk() {
  segments_.emplace_back();
  current().heading_line = reading_.add(diagram_.at, "");
  read_all();
  return finish();
}

std::vector<Segment> StepWalk::walk_column() {
  column_ = true;
  segments_.emplace_back();
  read_all();
  if (!reading_.any_found() && segments_.front().heading_line == 0)
    segments_.front().heading_line = reading_.line_at(diagram_.at);
  return finish();
}

void StepWalk::read_all() {
  current().operation.at = diagram_.at;
  Scope top;
  statements(diagram_.statements, top);
}

std::vector<Segment> StepWalk::finish() {
  if (reading_.any_found()) return std::move(segments_);
  const auto asks_nothing = [&](const Segment& segment) {
    const bool named =
        !(segment.note + segment.given_name).empty() || (said_above_ && segments_.size() == 1 && draws_server());
    if (!segment.asks && named) {
      fail_at(name(), segment.operation.at,
              "no arrow here goes from the app to a cache or a database, so there is no such operation; draw one, such "
              "as app->>cache: Get value",
              "operation-empty");
    }
    if (!segment.asks) {
      reading_.introduce(segment.heading_line, "asks neither a cache nor a database: no operation");
      for (const auto& [arrow, line] : segment.line_of_arrow)
        reading_.also(line, "answers outside, and ends no operation");
    }
    return !segment.asks;
  };
  segments_.erase(std::remove_if(segments_.begin(), segments_.end(), asks_nothing), segments_.end());
  for (std::size_t i = 1; i < segments_.size(); ++i) ask_about_late_part(segments_[i - 1], segments_[i]);
  for (Segment& segment : segments_) {
    settle_passed_on(segment);
    remark_on(segment, segment.operation.body, false);
    remark_on_failures(segment, segment.operation.body, {});
    ask_about_ends(segment);
    refuse_commit_of_writes(segment);
    ask_about_conditional_answers(segment);
  }
  return std::move(segments_);
}

// What is called a commit is a write where it is the only one; else the end of a transaction.
void StepWalk::refuse_commit_of_writes(const Segment& segment) const {
  if (segment.commits.empty()) return;
  std::size_t writes = 0;
  visit_requests(segment.operation.body, [&](const Request& request) {
    if (writes_row(request)) ++writes;
  });
  if (writes > 1)
    refuse_not_modelled(name(), segment.commits.front(), "commit a transaction",
                        "the operation writes to the database in another line, too; call it a write if it is one");
}

// A caller that is answered in some runs only, while the operation goes on in the others.
void StepWalk::ask_about_conditional_answers(const Segment& segment) const {
  for (const Remark& answer : segment.answers_on_condition) {
    bool goes_on = false;
    visit_requests(segment.operation.body, [&](const Request& request) {
      goes_on = goes_on || std::tie(request.at.line, request.at.column) > std::tie(answer.at.line, answer.at.column);
    });
    if (goes_on)
      ask_at(name(), answer.at, "answer-on-condition",
             reading_.quoted(answer.text) +
                 " answers the caller on a condition, and the operation goes on; draw break … end around it where the "
                 "operation ends with it, opt … end where it goes on, or leave the condition out");
  }
}

void StepWalk::statements(const std::vector<Statement>& list, Scope& scope) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto read = [&] { statement(list, i, scope); };
    if (!(hangs_on_unsettled(list[i]) ? reading_.attempt_unsaid(read) : reading_.attempt(read)))
      not_understood(list[i], scope);
    // Several directives may begin a branch.
    if (!std::holds_alternative<Directive>(list[i].node)) scope.at_branch_start = false;
  }
  reading_.attempt([&] { no_means_left(); });
  means_.reset();
}

void StepWalk::statement(const std::vector<Statement>& list, std::size_t i, Scope& scope) {
  const Position at = list[i].at;
  if (scope.at_top()) part(list, i, scope);
  if (const auto* arrow = std::get_if<Message>(&list[i].node)) {
    message({at, list, i}, *arrow, scope);
    may_turn_out(at, *arrow, scope);
    if (arrow->from == arrow->to) may_end(at, arrow->text, scope);
    scope.row = {};
  } else if (const auto* inner = std::get_if<Block>(&list[i].node)) {
    no_means_left();
    const std::optional<Block> shorter = ask_before(*inner, scope);
    block(at, shorter ? *shorter : *inner, scope);
  } else if (const auto* said_aside = std::get_if<Note>(&list[i].node)) {
    note(list, i, scope);
    const auto is_store = [&](const std::string& id) { return is_server(role(id)); };
    const auto& over = said_aside->participants;  // "returns a row" is no end where it is said of a server
    if (!std::all_of(over.begin(), over.end(), is_store)) may_end(at, said_aside->text, scope);
  } else if (const auto* said = std::get_if<Directive>(&list[i].node)) {
    directive(at, *said, scope);
  } else {
    refuse_unmodelled(name(), at, std::get<Decoration>(list[i].node).text, true);
    reading_.add(at, "how the diagram looks: no meaning");
  }
}

// Whether who takes part in it is asked for: then nothing else can be said of it.
bool StepWalk::hangs_on_unsettled(const Statement& statement) const {
  const auto* arrow = std::get_if<Message>(&statement.node);
  return arrow != nullptr && (reading_.is_unsettled(arrow->from) || reading_.is_unsettled(arrow->to));
}

// What is wrong or open at a statement has been noted: what follows is read as far as it does not hang on that.
void StepWalk::not_understood(const Statement& statement, Scope& scope) {
  means_.reset();
  // Said once of what follows.
  continues_ = continues_ || reading_.latest_is("operation-begins");
  const bool is_message = std::holds_alternative<Message>(statement.node);
  if (!is_message && !std::holds_alternative<Block>(statement.node)) return;
  scope.lost = true;
  scope.latest = {};
  scope.before_local = {};
  scope.awaited = {};
  scope.row = {};
  current().asks = true;
  const auto* inner = std::get_if<Block>(&statement.node);
  if (inner == nullptr) return;
  for (const Section& section : inner->sections) {
    std::vector<Act> unused;
    Scope inside = scope;
    inside.body = &unused;
    inside.at_branch_start = true;
    statements(section.body, inside);
  }
}

// A segment in which nothing happened yet is the one that begins here.
void StepWalk::begin_segment(Position at, Scope& scope) {
  continues_ = false;
  if (current().operation.body.empty()) return;
  segments_.emplace_back();
  current().operation.at = at;
  scope.lost = false;
  scope.latest = {};
  scope.before_local = {};
  scope.awaited = {};
  scope.row = {};
  scope.get_line = 0;
  scope.since_write = {};
  scope.between = {};
  scope.returned.clear();
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
    case Override::Kind::kIgnore:
      fail_at(name(), at,
              "\"ignore\" passes over a whole diagram and stands first in it, before or right below sequenceDiagram");
    case Override::Kind::kRace:
      fail_at(name(), at, "\"race\" stands first in a diagram, before or right below sequenceDiagram");
    case Override::Kind::kLanguage:
      reading_.add(at, "says what language the file is written in");
      return;
    case Override::Kind::kSame:
      reading_.add(at, "says that these names are of one thing");
      return;
    case Override::Kind::kEntries:
      reading_.add(at, "says that these names are of entries made of one row");
      return;
    case Override::Kind::kMapping:
      reading_.add(at, "a statement of your own, for replays on real servers");
      return;
    case Override::Kind::kScenario:
      reading_.add(at, "says what is checked");
      return;
    case Override::Kind::kExpect:
      reading_.add(at, "says what is expected of a check");
      return;
    case Override::Kind::kContinues:
      if (!scope.at_top()) fail_at(name(), at, "this is said at the top of a diagram; move it out of the block");
      continues_ = true;
      reading_.add(at, "the operation goes on: as said");
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
  if (means_)
    fail_at(name(), means_at_, "this says what the next arrow means, but no arrow follows; put it before one");
}

}  // namespace stalemate::model
