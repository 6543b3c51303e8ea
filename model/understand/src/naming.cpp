// Names operations by the text nearest to them. The heading decides over the message from outside only where it speaks
// of one operation: over several, each has to speak for itself. A text that speaks of a change in passing ("after the
// change: view the stock") makes no Write of an operation that only reads: a Read too many is checked for more, while
// what a Write returns is checked for nothing.
#include "naming.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "values.hpp"
#include "vocabulary/vocabulary.hpp"
#include "watches.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kShortLineWordsMax = 8;  // a longer line is prose, in which a word may be said in passing

struct Decision {
  OperationKind kind = OperationKind::kRead;
  std::string text;  // what it was taken from; empty where from the arrows
  std::string why;
  std::string assumed;
};

std::string in_line(Position at) { return " in line " + std::to_string(at.line); }

// What is known where an act stands.
struct Before {
  bool missed = false;  // the cache did not have it
  bool asked_cache = false;
  bool asked_database = false;
  // A line without a branch draws the miss alone.
  bool may_fill() const { return missed || (asked_cache && asked_database); }
};

bool only_reads(const std::vector<Act>& body, Before before);

bool only_reads(const Choice& choice, const Before& before) {
  Outcomes others;
  for (const Branch& branch : choice.branches) {
    const bool misses = branch.is_else ? others.has(Outcome::kValue)
                                       : branch.tests.has(Outcome::kMiss) && !branch.tests.has(Outcome::kValue);
    Before inside = before;
    inside.missed = before.missed || misses;
    if (!only_reads(branch.body, inside)) return false;
    others = others | branch.tests;
  }
  return true;
}

// Whether nothing is changed but that the cache is filled after a miss.
bool only_reads(const std::vector<Act>& body, Before before) {
  for (const Act& act : body) {
    if (const auto* guard = std::get_if<Guard>(&act.node)) {
      before.missed = before.missed || guard->outcomes == Outcomes{Outcome::kMiss};
    } else if (const auto* choice = std::get_if<Choice>(&act.node)) {
      if (!only_reads(*choice, before)) return false;
      before.missed =
          before.missed || std::any_of(choice->branches.begin(), choice->branches.end(), [](const Branch& branch) {
            return branch.ends_operation && branch.tests == Outcomes{Outcome::kValue};
          });
    } else if (const auto* request = std::get_if<Request>(&act.node)) {
      const bool fills = request->to == Role::kCache && stores(request->verb) && !request->stores_new;
      if (changes(request->verb) && !(fills && before.may_fill())) return false;
      before.asked_cache = before.asked_cache || request->to == Role::kCache;
      before.asked_database = before.asked_database || request->to == Role::kDatabase;
    }
  }
  return true;
}

// How a text is looked at for the kind of an operation.
enum class Texts {
  kAll,
  kOfRead,  // of an operation that only reads: one that speaks of a change must say nothing else ("Write path"), and
            // not that it is over ("change, then")
};
Texts texts_for(const Segment& segment) {
  return segment.asks && only_reads(segment.operation.body, {}) ? Texts::kOfRead : Texts::kAll;
}

std::optional<Decision> by_text(const std::string& text, const std::string& what, Texts texts) {
  const OperationWords words = operation_words(text);
  const auto kind = words.kind();
  if (!kind) return std::nullopt;
  const bool plainly = words.only && split_words(text).back() != "then";
  if (*kind == OperationKind::kWrite && texts == Texts::kOfRead && !plainly) return std::nullopt;
  return Decision{*kind, text, "by " + what + " " + in_quotes(text), ""};
}

// "PUT /stock", "change the price"; a POST may well ask for something ("POST /search").
bool leads_with_change(const std::string& message) {
  const std::vector<std::string> words = split_words(message);
  return !words.empty() && words.front() != "post" && operation_words(words.front()).kind() == OperationKind::kWrite;
}

std::optional<Decision> by_context(const Context& context, Texts texts) {
  auto decision = by_text(context.text, context.is_heading ? "the heading" : "the line", texts);
  if (!decision) return decision;
  decision->why += in_line(context.at);
  if (!context.is_heading && split_words(context.text).size() > kShortLineWordsMax) {
    decision->assumed = "the line above is taken to say so; a heading that says read or write is clearer";
  }
  return decision;
}

// Headings and lines above diagram `index`: its own, and where no heading is among them, the headings before.
std::optional<Decision> by_text_above(const Document& document, std::size_t index, Texts texts) {
  const std::vector<Context>& own = document.diagrams[index].context;
  bool has_heading = false;
  for (auto context = own.rbegin(); context != own.rend(); ++context) {
    if (auto decision = by_context(*context, texts)) return decision;
    has_heading = has_heading || context->is_heading;
  }
  for (std::size_t before = index; before-- > 0 && !has_heading;) {
    const std::vector<Context>& earlier = document.diagrams[before].context;
    for (auto context = earlier.rbegin(); context != earlier.rend(); ++context) {
      if (!context->is_heading) continue;
      has_heading = true;
      if (auto decision = by_context(*context, texts)) return decision;
    }
  }
  return std::nullopt;
}

// The title before what stands above the diagram.
std::optional<Decision> by_title_or_above(const Document& document, std::size_t index, Texts texts) {
  if (auto decision = by_text(document.diagrams[index].diagram.title, "the title", texts)) return decision;
  return by_text_above(document, index, texts);
}

// By a text that the operation begins with, where it does what that says.
std::optional<Decision> by_first_text(const Segment& segment) {
  auto decision = by_text(segment.title, "the text it begins with,", Texts::kAll);
  const bool fits = decision && (decision->kind == OperationKind::kWrite) == segment.changes_database;
  return fits ? decision : std::nullopt;
}

// Likewise, by what the instance of a race is called: "Reader 1".
std::optional<Decision> by_instance(const Segment& segment) {
  auto decision = by_text(segment.drawn_by, "the app instance", Texts::kAll);
  const bool fits = decision && (decision->kind == OperationKind::kWrite) == segment.changes_database;
  return fits ? decision : std::nullopt;
}

// By what it is called, the directive's name aside.
std::optional<Decision> by_words(const Document& document, std::size_t index, const Segment& segment, bool only_one,
                                 Texts texts) {
  if (auto decision = by_text(segment.note, "the note", texts)) return decision;
  if (only_one) {
    if (auto decision = by_title_or_above(document, index, texts)) return decision;
  }
  const bool asks_for_change = texts == Texts::kOfRead && leads_with_change(segment.message);
  return by_text(segment.message, "the message from outside", asks_for_change ? Texts::kAll : texts);
}

Decision decide(const Document& document, std::size_t index, const Segment& segment, bool only_one) {
  if (segment.given_kind) return {*segment.given_kind, segment.given_name, "as said", ""};
  if (auto decision = by_text(segment.given_name, "its name", Texts::kAll)) return *decision;
  const Texts texts = texts_for(segment);
  if (auto decision = by_words(document, index, segment, only_one, texts)) return *decision;
  if (auto decision = by_first_text(segment)) return *decision;
  if (auto decision = by_instance(segment)) return *decision;
  if (segment.changes_database) {
    return {OperationKind::kWrite, "", "it changes the database",
            "nothing above it says read or write; say %% stalemate: operation NAME is read if it is none"};
  }
  if (texts == Texts::kOfRead && by_words(document, index, segment, only_one, Texts::kAll)) {
    return {OperationKind::kRead, "", "it changes nothing",
            "what it is called speaks of a change, but it makes none; say %% stalemate: operation NAME is write if it "
            "is one"};
  }
  return {OperationKind::kRead, "", "it does not change the database",
          "nothing above it says read or write; say %% stalemate: operation NAME is write if it is none"};
}

// A text to tell an operation from others of its kind by.
std::string own_name(const Document& document, std::size_t index, const Segment& segment, const Decision& decision,
                     bool only_one) {
  for (const std::string& text : {segment.given_name, decision.text, segment.note, segment.drawn_by}) {
    if (!text.empty()) return text;
  }
  const Document::Entry& entry = document.diagrams[index];
  if (only_one && !entry.diagram.title.empty()) return entry.diagram.title;
  if (only_one && !entry.context.empty()) return entry.context.back().text;
  return segment.message;
}

std::string without_colon(std::string text) {
  while (!text.empty() && (text.back() == ':' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string lower_case(std::string text) {
  for (char& c : text) c = lower(c);
  return text;
}

// Asks where an operation has no name, or that of one before it.
void ask_about_name(const Operation& operation, const std::vector<const Operation*>& named, bool only_one,
                    const Reading& reading) {
  const std::string remedy = "; write %% stalemate: operation = NAME " +
                             std::string(only_one ? "first in each of the diagrams" : "before each");
  if (operation.name.empty()) {
    ask_at(reading.name(), operation.at, "operation-unnamed",
           "there are several " + std::string(to_string(operation.kind)) + " operations, and this one has no name" +
               remedy);
  }
  for (const Operation* other : named) {
    if (lower_case(other->name) != lower_case(operation.name)) continue;
    ask_at(reading.name(), operation.at, "operation-named-twice",
           "a second operation is called " + in_quotes(operation.name) + ", as the one" + in_line(other->at) +
               "; they need names of their own" + remedy);
  }
}

// What is assumed of a Read that sets the database. "Fetch the next job" may well take it; who says "read" means it.
std::string assumed_of_read_that_sets(const Segment& segment, const Decision& decision, const Reading& reading) {
  const std::vector<std::string> said = split_words(decision.why);
  const bool says_read = is_in(said, "read") || is_in(said, "reads") || is_in(said, "reading");
  if (says_read) return "it is a read although it sets the database";
  ask_at(reading.name(), segment.operation.at, "operation-kind",
         "it would be a Read " + decision.why +
             ", but it sets the database: is it a Write? Write %% stalemate: operation NAME is write (or read) before "
             "it");
}

void tell_operation(const Segment& segment, const Decision& decision, Reading& reading) {
  const bool read = decision.kind == OperationKind::kRead;
  std::string assumed = decision.assumed;
  // What it was taken from is told as it was written.
  std::string why = decision.why;
  if (const std::size_t at = decision.text.empty() ? std::string::npos : why.find(in_quotes(decision.text));
      at != std::string::npos)
    why.replace(at, in_quotes(decision.text).size(), reading.quoted(decision.text));
  if (read && segment.changes_database && !segment.given_kind)
    assumed += (assumed.empty() ? "" : "; ") + assumed_of_read_that_sets(segment, decision, reading);
  reading.introduce(segment.heading_line, "operation " + segment.operation.name + ", a " +
                                              std::string(to_string(decision.kind)) + ": " + why);
  if (!assumed.empty()) reading.also_assumed(segment.heading_line, assumed);
  for (const Answer& answer : segment.answers) {
    reading.also(answer.line, answer.fails ? "answers outside that it failed, so nothing is acknowledged"
                              : read       ? "answers outside with the value it received, if any"
                                           : "answers outside: the operation is acknowledged, unless a database write "
                                             "that it awaited got no answer");
    if (answer.followed) reading.also(answer.line, "; what follows still runs");
  }
}

// What a Read refuses for a reason it refuses by what it has read: an answer like others.
void take_refusals_as_answers(Segment& segment, Reading& reading, std::vector<Act>& body) {
  for (Act& act : body) {
    if (auto* answer = std::get_if<Acknowledge>(&act.node);
        answer != nullptr && segment.refusals.count(answer->arrow)) {
      answer->fails = false;
      const std::size_t line = segment.line_of_arrow.at(answer->arrow);
      for (Answer& told : segment.answers)
        if (told.line == line) told.fails = false;
      reading.also_assumed(line, "a Read that refuses is taken to do so by what it has read");
    }
    if (auto* choice = std::get_if<Choice>(&act.node))
      for (Branch& branch : choice->branches) take_refusals_as_answers(segment, reading, branch.body);
  }
}

}  // namespace

std::optional<OperationKind> kind_said_above(const Document& document, std::size_t index) {
  const auto decision = by_title_or_above(document, index, Texts::kAll);
  return decision ? std::optional(decision->kind) : std::nullopt;
}

void name_operations(const Document& document, std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::vector<Decision> decisions;
  std::array<int, 2> count_of_kind{};
  for (std::size_t i = 0; i < segments.size(); ++i) {
    for (const Segment& segment : segments[i]) {
      decisions.push_back(decide(document, i, segment, segments[i].size() == 1));
      ++count_of_kind.at(static_cast<std::size_t>(decisions.back().kind));
    }
  }
  std::vector<const Operation*> named;
  std::size_t next = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const bool only_one = segments[i].size() == 1;
    for (Segment& segment : segments[i]) {
      const Decision& decision = decisions[next++];
      Operation& operation = segment.operation;
      operation.kind = decision.kind;
      operation.name = segment.given_name;
      if (operation.name.empty()) {
        const bool alone = count_of_kind.at(static_cast<std::size_t>(decision.kind)) == 1;
        operation.name = alone ? (decision.kind == OperationKind::kRead ? "Read" : "Write")
                               : without_colon(reading.as_written(own_name(document, i, segment, decision, only_one)));
      }
      ask_about_name(operation, named, only_one, reading);
      named.push_back(&operation);
      say_values(segment, reading);  // before its lines are told: the first of them may begin with what operation it is
      reading.attempt([&] { settle_watches(segment, reading); });
      if (operation.kind == OperationKind::kRead && !segment.refusals.empty())
        take_refusals_as_answers(segment, reading, operation.body);
      tell_operation(segment, decision, reading);
    }
  }
}

}  // namespace stalemate::model
