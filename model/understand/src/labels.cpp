// What the label of a branch says beside the outcome that it names, and whether it is that of the request: a branch
// that a further condition leads to is taken less often than its outcome comes, and one about something else is about
// no outcome at all. Asked wherever it may be so.
#include <algorithm>

#include "answers.hpp"
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Work that turns out in no way that a branch looks at.
constexpr std::string_view kTellings[] = {
    "log",     "logs",   "logging",  "count",  "counts", "measure",   "wait",   "waits", "sleep",    "sleeps",
    "delay",   "notify", "notifies", "send",   "sends",  "emit",      "track",  "audit", "metrics",  "metric",
    "report",  "trace",  "record",   "render", "think",  "time",      "tell",   "mail",  "email",    "timer",
    "publish", "build",  "format",   "use",    "return", "serialize", "update", "note",  "remember", "start"};

std::string arrow(const Request& asks) { return "arrow " + std::to_string(asks.arrow); }

std::string say_outcome(const Request& asks) {
  return "%% stalemate: branch = " + std::string(to_string(possible_outcomes(Role::kCache, asks.verb).front())) + " (" +
         list_of(without(normal_outcomes(asks) | kFailures, {possible_outcomes(Role::kCache, asks.verb).front()})) +
         ")";
}

// The dotted arrow drawn right behind the statement at `at`; null where there is none.
const Message* reply_behind(const std::vector<Statement>& list, Position at) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const auto* block = std::get_if<Block>(&list[i].node)) {
      for (const Section& section : block->sections)
        if (const Message* reply = reply_behind(section.body, at)) return reply;
    }
    if (!(list[i].at == at)) continue;
    const auto* asks = std::get_if<Message>(&list[i].node);
    const auto* next = i + 1 < list.size() ? std::get_if<Message>(&list[i + 1].node) : nullptr;
    const bool replies = asks != nullptr && next != nullptr && next->arrow.dotted && next->from == asks->to;
    return replies ? next : nullptr;
  }
  return nullptr;
}

}  // namespace

// Where its label names nothing in particular, what the operation is called counts. What the reply drawn right behind
// it calls what was found is a name of that ("profile or empty"), where it calls it one.
std::vector<std::string> StepWalk::names_of(const Request& asks) const {
  std::vector<std::string> names = things_in(asks.label);
  const Segment& segment = segments_.back();
  if (names.empty()) {
    for (const std::string& text : {segment.message, segment.note, segment.title, diagram_.title})
      for (std::string& thing : things_in(text)) names.push_back(std::move(thing));
  }
  for (const Participant& participant : diagram_.participants) {
    if (role(participant.id) != asks.to) continue;
    for (const std::string& text : {participant.id, participant.alias}) {
      const std::vector<std::string> words = split_words(text);
      if (words.size() == 1) names.push_back(singular(words.front()));
    }
  }
  if (const Message* reply = reply_behind(diagram_.statements, asks.at); asks.verb == Verb::kGet && reply != nullptr) {
    const std::vector<std::string> words = split_words(reply->text);
    const bool plain = words.size() == 1 || (words.size() == 3 && words[1] == "or");
    const std::vector<std::string> found = words_left(reply->text, true);
    if (plain && found.size() == 1) names.push_back(singular(found.front()));
  }
  return names;
}

std::string StepWalk::calling_it_cache(const std::string& label, const Request& asks) const {
  if (asks.to != Role::kCache || names_server(label, Role::kCache)) return label;
  for (const Participant& participant : diagram_.participants) {
    if (!is_asked(asks, participant.id)) continue;
    for (const std::string& word : split_words(participant.alias)) {
      for (const std::string& in : {"in " + word, "in the " + word}) {
        const std::size_t at = lower(label).find(in);
        const bool ends_there = at != std::string::npos && at + in.size() == label.size();
        const bool begins = ends_there && (at == 0 || label[at - 1] == ' ');
        if (begins && word.size() > 1) return label.substr(0, at) + "in cache";
      }
    }
  }
  return label;
}

BesideOutcome StepWalk::beside_of(const Section& section, const Request& asks) const {
  if (says_only_marker(section.label, asks)) return {};
  return beside_outcome(section.label, asks.verb, names_of(asks));
}

// How old an entry is decides, although it is there. Where other rows are asked for, too, what is there counts as
// missing anyway at times (R7).
void StepWalk::ask_about_age(const Section& section, const Request& asks, const BesideOutcome& beside,
                             const ReplyWords& label) const {
  if (asks.verb != Verb::kGet || asks.finds.beside_others) return;
  const bool fresh = beside.fresh && beside.none() && asks.to == Role::kCache;
  if (!fresh && !(beside.aged && !label.outcomes.empty())) return;
  ask_at(name(), section.at, "outcome-unclear",
         "cannot tell whether " + reading_.quoted(section.label) +
             " is a hit or a miss: it may be said of an entry that is there; write %% stalemate: branch = value (miss, "
             "else, free) in the branch",
         answers_branch(section, normal_outcomes(asks)));
}

std::string StepWalk::ask_about_rest(const Section& section, const Request& asks, const BesideOutcome& beside) const {
  if (!beside.condition.empty()) {
    ask_at(name(), section.at, "outcome-and-more",
           reading_.quoted(section.label) + " names an outcome of " + arrow(asks) + " and, with " +
               in_quotes(beside.condition) +
               ", something else; draw what happens only then as an opt in a branch of its outcome alone, or write " +
               say_outcome(asks) + " in the branch if the outcome alone decides",
           answers_branch(section, normal_outcomes(asks)));
  }
  const bool of_change = asks.verb != Verb::kGet && (beside.aged || beside.fresh);
  const bool of_row = asks.to == Role::kDatabase && beside.fresh;
  if (beside.other.empty() && !of_change && !of_row) return "";
  const std::string about = beside.other.empty() ? section.label : beside.other;
  if (asks.verb == Verb::kGet && things_in(asks.label).empty() && !of_row) {
    return reading_.quoted(section.label) + " is taken to be about " + arrow(asks) +
           "; say %% stalemate: branch = free in the branch if it is not";
  }
  ask_at(name(), section.at, "outcome-or-other",
         "cannot tell whether " + reading_.quoted(section.label) + " is about how " + arrow(asks) +
             " turned out: " + reading_.quoted(about) + " may be something else; write " + say_outcome(asks) +
             " in the branch if it is, or branch = free if it is not",
         answers_branch(section, normal_outcomes(asks) | kFailures));
}

// Of "expired" above a reply with the old value: that is there, and somebody may be served it.
void StepWalk::ask_about_old_value(const Section& section, const Request& asks, const Message* reply,
                                   Outcomes label) const {
  constexpr std::string_view kOld[] = {"old", "stale", "outdated"};
  const bool miss = asks.to == Role::kCache && asks.verb == Verb::kGet && label == Outcomes{Outcome::kMiss};
  if (!miss || reply == nullptr || asks.finds.lease || asks.finds.stale) return;
  const std::vector<std::string> words = split_words(reply->text);
  if (std::none_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kOld, word); })) return;
  ask_at(name(), section.at, "outcome-contradicts-reply",
         "the label says a miss, but the reply the branch begins with, " + reading_.quoted(reply->text) +
             ", tells of a value that is there; make them agree, or write %% stalemate: branch = miss in the branch",
         answers_branch(section, normal_outcomes(asks)));
}

void StepWalk::ask_about_label_of_reply(const Section& section, const Request& asks, const BesideOutcome& beside,
                                        Outcomes reply) const {
  const bool is_name = beside.none() && !beside.aged && !beside.fresh;
  if (may_say_miss(section.label) && reply == Outcomes{Outcome::kMiss}) return;
  if (is_name || reply == normal_outcomes(Verb::kGet)) return;
  // A change that a server has confirmed has reached it.
  const bool reached = reply == Outcomes{Outcome::kOk} && normal_outcomes(asks) == reply;
  if (reached && says_reachable(section.label)) return;
  ask_at(name(), section.at, "outcome-and-reply",
         reading_.quoted(section.label) + " is no outcome of " + arrow(asks) +
             ", but the reply the branch begins with says " + in_words(reply, asks) +
             ": cannot tell whether that alone decides; draw a block about the reply and, inside of it, one for the "
             "label if that is another condition, or write " +
             say_outcome(asks) + " in the branch if it is the same",
         answers_branch(section, normal_outcomes(asks)));
}

// The answer of somebody else that a branch begins with.
const Message* StepWalk::first_answer_of_others(const std::vector<Statement>& body) const {
  for (const Statement& statement : body) {
    if (std::holds_alternative<Block>(statement.node)) return nullptr;
    const auto* message = std::get_if<Message>(&statement.node);
    if (message == nullptr || message->from == message->to) continue;
    const Role from = role(message->from);
    const bool of_layer = from == Role::kApp && message->from != segments_.back().asking;
    const bool answers = message->arrow.dotted && role(message->to) == Role::kApp;
    return answers && (from == Role::kThirdParty || of_layer) ? message : nullptr;
  }
  return nullptr;
}

bool StepWalk::is_about_others(const Block& block) const {
  return block.sections.size() > 1 &&
         std::all_of(block.sections.begin(), block.sections.end(), [&](const Section& section) {
           return first_answer_of_others(section.body) != nullptr && !branch_override(name(), section) &&
                  !names_server(section.label, Role::kCache) && !names_server(section.label, Role::kDatabase);
         });
}

void StepWalk::ask_about_between(const Section& section, const BranchTest& test, const Latest& latest,
                                 const Between& between) const {
  if (test.outcomes.empty() || test.why != "by its label" || test.reply != nullptr) return;
  const Request& asks = latest.request();
  if (beside_of(section, asks).names_request) return;
  const bool is_behind = !between.text.empty() && between.at.line > asks.at.line;
  const bool of_work =
      is_behind && !between.is_answer && asks.verb != Verb::kGet && !(test.outcomes == Outcomes{Outcome::kTimeout});
  const bool of_answer = is_behind && between.is_answer;
  const Message* first = first_answer_of_others(section.body);
  if (!of_work && !of_answer && first == nullptr) return;
  ask_at(name(), section.at, "outcome-or-between",
         "cannot tell whether " + reading_.quoted(section.label) + " is about " + arrow(asks) + " or about " +
             reading_.quoted(first != nullptr ? first->text : between.text) + ", which is drawn behind it; write " +
             say_outcome(asks) + " in the branch if it is about the arrow, or branch = free if it is not",
         answers_branch(section, normal_outcomes(asks) | kFailures));
}

// A call between layers of the app passes on what is asked, and the answer of the one that asks the servers how that
// turned out.
void StepWalk::may_turn_out(Position at, const Message& message, Scope& scope) const {
  const Role from = role(message.from);
  const Role to = role(message.to);
  if (is_server(from) || from == Role::kOutside || (to != Role::kApp && to != Role::kThirdParty)) return;
  const bool to_itself = message.from == message.to;
  const bool is_answer = !to_itself && to == Role::kApp && (message.arrow.dotted || from == Role::kThirdParty);
  const bool of_layer = from == Role::kApp && to == Role::kApp && !to_itself;
  if (of_layer && (!is_answer || message.from == segments_.back().asking)) return;
  const std::vector<std::string> words = split_words(message.text);
  const bool tells =
      std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kTellings, word); });
  if (is_answer || !tells) scope.between = {at, is_answer || to == Role::kThirdParty, message.text};
}

}  // namespace stalemate::model
