// See races.hpp.
#include "races.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.hpp"
#include "directives.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Words that say of a name that it is one of several that do the same thing at the same time.
constexpr std::string_view kInstanceWords[] = {
    "instance",  "thread", "process", "reader", "writer", "transaction", "session", "request", "pod",  "goroutine",
    "coroutine", "fiber",  "replica", "client", "user",   "caller",      "server",  "node",    "host", "app"};

// "Reader 1", "App B", "thread-2": what is left without the number; empty where there is none.
std::string without_number(const std::string& name) {
  std::vector<std::string> words = split_words(name);
  const auto is_number = [](const std::string& word) {
    const bool digits = std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    return digits || word.size() == 1;
  };
  const auto number = std::find_if(words.begin(), words.end(), is_number);
  if (number != words.end()) {
    words.erase(number);
  } else if (!words.empty()) {  // "app1"
    std::string& last = words.back();
    const std::size_t letters = last.find_last_not_of("0123456789") + 1;
    if (letters == last.size() || letters == 0) return {};
    last.resize(letters);
  } else {
    return {};
  }
  std::string rest;
  for (const std::string& word : words) rest += word + " ";
  return rest;
}

bool names_instance(const std::string& name) {
  const std::vector<std::string> words = split_words(name);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kInstanceWords, word); });
}

class Columns {
 public:
  Columns(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading)
      : diagram_(diagram), roles_(roles), reading_(reading), said_at_(race_at(reading.name(), diagram)) {
    for (const Participant& participant : diagram.participants) {
      if (roles.at(participant.id) == Role::kApp) instance_of_[participant.id] = participant.id;
    }
    visit_messages(diagram.statements, [&](const Message& message) {
      if (is_app(message.from) && is_app(message.to)) join(instance_of_[message.from], instance_of_[message.to]);
    });
    visit_messages(diagram.statements, [&](const Message& message) { note_ask(message); });
  }

  std::vector<Column> columns() {
    if (asking_.size() < 2) {
      if (said_at_.line != 0)
        fail_at(
            reading_.name(), said_at_,
            "\"race\" is said of a diagram in which one app instance alone asks the servers; draw a participant for "
            "each, which do not call one another, or leave the line out");
      return {};
    }
    if (said_at_.line == 0 && !(takes_turns_ && each_is_an_instance())) return {};
    columns_.resize(asking_.size());
    for (std::size_t i = 0; i < asking_.size(); ++i) {
      columns_[i].app = alias(asking_[i]);
      columns_[i].diagram.participants = diagram_.participants;
    }
    deal(diagram_.statements);
    for (Column& column : columns_) column.diagram.at = first_message(column.diagram.statements);
    return std::move(columns_);
  }

 private:
  bool is_app(const std::string& id) const { return instance_of_.count(id) != 0; }

  void join(const std::string& one, const std::string& other) {
    const std::string gone = other;
    const std::string kept = one;
    for (auto& [id, instance] : instance_of_) {
      if (instance == gone) instance = kept;
    }
  }

  void note_ask(const Message& message) {
    const bool asks = is_app(message.from) && is_server(roles_.at(message.to));
    const bool both =
        message.arrow.head == ArrowHead::kBoth && is_server(roles_.at(message.from)) && is_app(message.to);
    if (!asks && !both) return;
    const std::string& app = asks ? message.from : message.to;
    const std::string& instance = instance_of_.at(app);
    asked_[instance].insert(roles_.at(asks ? message.to : message.from));
    const auto known = std::find_if(asking_.begin(), asking_.end(),
                                    [&](const std::string& one) { return instance_of_.at(one) == instance; });
    if (known == asking_.end())
      asking_.push_back(app);
    else if (instance != latest_)
      takes_turns_ = true;
    latest_ = instance;
  }

  const std::string& alias(const std::string& id) const {
    const auto found = std::find_if(diagram_.participants.begin(), diagram_.participants.end(),
                                    [&](const Participant& participant) { return participant.id == id; });
    return found->alias;
  }

  // Parts of one instance whose calls are not drawn take turns, too: a service asks the cache, its repository the
  // database. An instance does its work by itself, or is called one.
  bool each_is_an_instance() const {
    std::set<std::string> stems;
    bool numbered = true;
    for (const std::string& id : asking_) {
      stems.insert(without_number(alias(id)));
      numbered = numbered && !without_number(alias(id)).empty();
    }
    if (numbered && stems.size() == 1) return true;
    return std::all_of(asking_.begin(), asking_.end(), [&](const std::string& id) {
      return asked_.at(instance_of_.at(id)).size() > 1 || names_instance(alias(id));
    });
  }

  // The column of an app, if it is of one that asks.
  std::optional<std::size_t> column_of(const std::string& id) const {
    const auto instance = instance_of_.find(id);
    if (instance == instance_of_.end()) return std::nullopt;
    for (std::size_t i = 0; i < asking_.size(); ++i) {
      if (instance_of_.at(asking_[i]) == instance->second) return i;
    }
    return std::nullopt;
  }

  std::set<std::size_t> columns_in(const Statement& statement) const {
    std::set<std::size_t> found;
    const auto add = [&](const std::string& id) {
      if (const auto column = column_of(id)) found.insert(*column);
    };
    if (const auto* message = std::get_if<Message>(&statement.node)) {
      add(message->from);
      add(message->to);
    } else if (const auto* note = std::get_if<Note>(&statement.node)) {
      for (const std::string& id : note->participants) add(id);
    } else if (const auto* block = std::get_if<Block>(&statement.node)) {
      for (const Section& section : block->sections) {
        for (const Statement& inner : section.body) found.merge(columns_in(inner));
      }
    }
    return found;
  }

  // Gives each statement to the column that it is of. What is of none, or of several, belongs to the message before it;
  // a directive, to the one behind it.
  void deal(const std::vector<Statement>& statements) {
    std::vector<Statement> waiting;
    for (const Statement& statement : statements) {
      const bool is_directive = std::holds_alternative<Directive>(statement.node);
      if (is_directive) {
        const auto kind = read_directive(reading_.name(), statement.at, std::get<Directive>(statement.node).text).kind;
        if (kind != Override::Kind::kRace || statement.at != said_at_) waiting.push_back(statement);
        continue;
      }
      const std::set<std::size_t> of = columns_in(statement);
      const auto* block = std::get_if<Block>(&statement.node);
      if (block != nullptr && of.size() > 1) {
        if (block->kind != BlockKind::kRect) {
          ask_at(reading_.name(), statement.at, "race-block",
                 fmt::format("{} and {} take turns in this diagram, which shows one order of theirs, and both stand in "
                             "this {}: draw the way that is taken, or what each does in a diagram of its own",
                             reading_.quoted(columns_[*of.begin()].app), reading_.quoted(columns_[*of.rbegin()].app),
                             to_string(block->kind)));
        }
        deal(block->sections.front().body);
        continue;
      }
      if (of.size() == 1) latest_column_ = *of.begin();
      std::vector<Statement>& column = columns_[latest_column_].diagram.statements;
      std::move(waiting.begin(), waiting.end(), std::back_inserter(column));
      waiting.clear();
      column.push_back(statement);
    }
    std::vector<Statement>& column = columns_[latest_column_].diagram.statements;
    std::move(waiting.begin(), waiting.end(), std::back_inserter(column));
  }

  static Position first_message(const std::vector<Statement>& statements) {
    Position first;
    visit_statements(statements, [&](const Statement& statement) {
      if (first.line == 0 && std::holds_alternative<Message>(statement.node)) first = statement.at;
    });
    return first;
  }

  const Diagram& diagram_;
  const RolesOfDiagram& roles_;
  const Reading& reading_;
  Position said_at_;
  std::map<std::string, std::string> instance_of_;  // apps that call one another have one
  std::vector<std::string> asking_;                 // the first app of each instance that asks
  std::map<std::string, std::set<Role>> asked_;     // by instance
  std::string latest_;
  bool takes_turns_ = false;
  std::vector<Column> columns_;
  std::size_t latest_column_ = 0;
};

// The replies of a run that the acts speak of, by where they are drawn.
void gather_said(const std::vector<Act>& body, std::map<std::pair<int, int>, Outcomes>& said, Position& choice) {
  for (const Act& act : body) {
    if (const auto* guard = std::get_if<Guard>(&act.node)) said[{guard->at.line, guard->at.column}] = guard->outcomes;
    if (const auto* chosen = std::get_if<Choice>(&act.node)) {
      if (choice.line == 0) choice = chosen->at;
      for (const Branch& branch : chosen->branches) gather_said(branch.body, said, choice);
    }
  }
}

class RunOfSegment {
 public:
  RunOfSegment(const Diagram& diagram, const Segment& segment) : segment_(segment) {
    visit_statements(diagram.statements, [&](const Statement& statement) {
      if (const auto* message = std::get_if<Message>(&statement.node))
        messages_[{statement.at.line, statement.at.column}] = message;
    });
    visit_requests(segment.operation.body, [&](const Request& request) { requests_[request.arrow] = &request; });
  }

  Run run(std::size_t instance, std::size_t ordinal) {
    Run run{{}, {}, instance, ordinal, {}, {}};
    std::map<std::pair<int, int>, Outcomes> said;
    gather_said(segment_.operation.body, said, run.choice);
    const std::vector<int>& arrows = segment_.operation.arrows;
    run.messages.push_back({segment_.message_at.front(), DrawnMessage::Kind::kBegins, instance, ordinal, 0, {}});
    for (std::size_t i = 0; i < arrows.size(); ++i) {
      const auto request = requests_.find(arrows[i]);
      if (request == requests_.end()) continue;
      const Position at = segment_.message_at[i];
      const auto guard = said.find({at.line, at.column});
      DrawnMessage message{at, DrawnMessage::Kind::kAsks, instance, ordinal, arrows[i], {}};
      const bool asks = arrows[i] == static_cast<int>(i) + 1;
      if (asks && !request->second->drawn_lost) run.messages.push_back(message);
      if (asks && guard == said.end()) continue;
      message.kind = DrawnMessage::Kind::kIsAnswered;
      message.says = guard != said.end() ? guard->second : outcomes_of(at, *request->second);
      run.messages.push_back(message);
    }
    return run;
  }

 private:
  Outcomes outcomes_of(Position at, const Request& request) const {
    const auto found = messages_.find({at.line, at.column});
    return found == messages_.end() ? Outcomes() : reply_words(found->second->text, request.verb).outcomes;
  }

  const Segment& segment_;
  std::map<std::pair<int, int>, const Message*> messages_;
  std::map<int, const Request*> requests_;
};

// Whether what one operation is drawn to do is one way through another.
class RunOf {
 public:
  RunOf(const std::vector<Act>& run, const std::vector<Act>& whole) : run_(run), whole_(whole) {
    visit_requests(run, [&](const Request& request) { changes_ = changes_ || changes(request.verb); });
    for (const Act& act : run) branches_ = branches_ || std::holds_alternative<Choice>(act.node);
  }

  // The arrows of the run's requests, each with that of the other; none where it is no run.
  std::optional<std::map<int, int>> arrows() {
    if (branches_ || !matches({{&whole_, 0}}, 0)) return std::nullopt;
    return arrows_;
  }

 private:
  struct Frame {
    const std::vector<Act>* body = nullptr;
    std::size_t next = 0;
    bool ends_operation = false;
  };
  using Frames = std::vector<Frame>;

  bool asks_from(std::size_t j) const {
    return std::any_of(run_.begin() + static_cast<std::ptrdiff_t>(j), run_.end(),
                       [](const Act& act) { return std::holds_alternative<Request>(act.node); });
  }
  bool answers_from(std::size_t j) const {
    return std::any_of(run_.begin() + static_cast<std::ptrdiff_t>(j), run_.end(),
                       [](const Act& act) { return std::holds_alternative<Acknowledge>(act.node); });
  }

  // A run that only looks may be drawn as far as it matters; one that changes something is drawn to its end.
  bool may_end_at(const Frames& frames) const {
    if (!changes_) return true;
    for (const Frame& frame : frames) {
      for (std::size_t i = frame.next; i < frame.body->size(); ++i) {
        bool asks = false;
        visit_requests({(*frame.body)[i]}, [&](const Request&) { asks = true; });
        if (asks) return false;
      }
    }
    return true;
  }

  static bool names_other_entry(const Request& a, const Request& b) {
    if (a.to == Role::kDatabase) {
      const std::vector<std::string> one = keys_named(a.label), other = keys_named(b.label);
      return !one.empty() && !other.empty() && one != other;
    }
    for (const EntryName& one : entries_named(a.label, a.verb)) {
      for (const EntryName& other : entries_named(b.label, b.verb)) {
        if (!one.shown.empty() && !other.shown.empty() && are_other_entries(one, other)) return true;
      }
    }
    return false;
  }

  static bool ask_alike(const Request& a, const Request& b) {
    return a.to == b.to && a.verb == b.verb && a.awaited == b.awaited && a.drawn_lost == b.drawn_lost &&
           a.ttl == b.ttl && a.stores_new == b.stores_new && !names_other_entry(a, b);
  }

  bool matches(Frames frames, std::size_t j) {
    while (!frames.empty() && frames.back().next == frames.back().body->size()) {
      const bool ends = frames.back().ends_operation;
      frames.pop_back();
      if (ends) frames.clear();
    }
    if (j == run_.size()) return may_end_at(frames);
    if (frames.empty()) return !asks_from(j);
    const Act& does = run_[j];
    const Act& drawn = (*frames.back().body)[frames.back().next];
    if (const auto* choice = std::get_if<Choice>(&drawn.node)) return matches_choice(*choice, frames, j);
    Frames after = frames;
    ++after.back().next;
    if (std::holds_alternative<Acknowledge>(drawn.node)) {
      if (std::holds_alternative<Acknowledge>(does.node)) return matches(after, j + 1);
      return !answers_from(j) && matches(after, j);
    }
    if (std::holds_alternative<Acknowledge>(does.node)) return !asks_from(j) && matches(frames, j + 1);
    if (const auto* guard = std::get_if<Guard>(&drawn.node)) {
      const auto* says = std::get_if<Guard>(&does.node);
      if (says == nullptr || !is_about(says->about, guard->about)) return matches(after, j);
      if (common(says->outcomes, guard->outcomes).empty()) return !asks_from(j);
      return matches(after, j + 1);
    }
    if (std::holds_alternative<Guard>(does.node)) return matches(frames, j + 1);
    const auto& asked = std::get<Request>(drawn.node);
    const auto& asks = std::get<Request>(does.node);
    if (!ask_alike(asked, asks)) return false;
    arrows_[asks.arrow] = asked.arrow;
    return matches(after, j + 1);
  }

  bool matches_choice(const Choice& choice, Frames frames, std::size_t j) {
    const auto* says = std::get_if<Guard>(&run_[j].node);
    if (choice.free || says == nullptr || !is_about(says->about, choice.about)) says = nullptr;
    ++frames.back().next;
    bool taken = false;
    for (const Branch& branch : choice.branches) {
      if (says != nullptr && !branch.is_else && common(branch.tests, says->outcomes).empty()) continue;
      if (says != nullptr && branch.is_else && taken) continue;
      taken = true;
      Frames inside = frames;
      inside.push_back({&branch.body, 0, branch.ends_operation});
      if (matches(inside, says != nullptr ? j + 1 : j)) return true;
    }
    if (says != nullptr && taken) return false;
    return (!choice.free || choice.may_take_none) && matches(frames, says != nullptr ? j + 1 : j);
  }

  bool is_about(int run_arrow, int arrow) const {
    const auto found = arrows_.find(run_arrow);
    return found != arrows_.end() && found->second == arrow;
  }

  const std::vector<Act>& run_;
  const std::vector<Act>& whole_;
  bool changes_ = false;
  bool branches_ = false;
  std::map<int, int> arrows_;
};

// An operation that the page draws, among those that are left.
struct Drawn {
  std::size_t diagram = 0;
  std::size_t index = 0;
};

// Another one of which it is a run. Of two that are runs of one another the earlier one stays, unless it is the one
// that a race shows.
std::optional<std::pair<Drawn, std::map<int, int>>> whole_of(const std::vector<std::vector<Segment>>& segments,
                                                             const Drawn& of) {
  const Segment& run = segments[of.diagram][of.index];
  const auto is_before = [](const Drawn& a, const Drawn& b) {
    return std::pair(a.diagram, a.index) < std::pair(b.diagram, b.index);
  };
  for (std::size_t d = 0; d < segments.size(); ++d) {
    for (std::size_t i = 0; i < segments[d].size(); ++i) {
      const Drawn other{d, i};
      if (d == of.diagram && i == of.index) continue;
      const Segment& whole = segments[d][i];
      auto arrows = RunOf(run.operation.body, whole.operation.body).arrows();
      if (!arrows) continue;
      const bool mutual = RunOf(whole.operation.body, run.operation.body).arrows().has_value();
      if (mutual && !whole.drawn_by.empty() && is_before(of, other)) continue;
      return std::pair(other, std::move(*arrows));
    }
  }
  return std::nullopt;
}

void join(Segment& whole, Segment& run, const std::map<int, int>& arrows, Reading& reading) {
  reading.introduce(run.heading_line, fmt::format("an instance of the operation in line {}", whole.operation.at.line));
  for (const Answer& answer : run.answers) reading.also(answer.line, "answers outside");
  for (Run& each : run.runs) {
    for (DrawnMessage& message : each.messages) {
      if (message.arrow != 0) message.arrow = arrows.at(message.arrow);
    }
    whole.runs.push_back(std::move(each));
  }
}

bool shows_race(const std::vector<Segment>& segments) {
  return std::any_of(segments.begin(), segments.end(), [](const Segment& one) { return !one.drawn_by.empty(); });
}

}  // namespace

std::vector<Column> columns_of(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading) {
  return Columns(diagram, roles, reading).columns();
}

std::vector<Segment> note_race(const Diagram& diagram, const std::vector<Column>& columns,
                               std::vector<std::vector<Segment>> segments, const Reading& reading) {
  std::vector<Segment> all;
  for (std::size_t instance = 0; instance < segments.size(); ++instance) {
    for (std::size_t ordinal = 0; ordinal < segments[instance].size(); ++ordinal) {
      Segment& segment = segments[instance][ordinal];
      segment.drawn_by = columns[instance].app;
      segment.runs.push_back(RunOfSegment(columns[instance].diagram, segment).run(instance, ordinal));
      segment.runs.back().race = diagram.at;
      segment.runs.back().shown_as = reading.as_written(columns[instance].app);
      all.push_back(std::move(segment));
    }
  }
  return all;
}

void join_runs(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  for (std::size_t d = 0; d < segments.size(); ++d) {
    for (std::size_t i = 0; i < segments[d].size();) {
      const auto whole = segments[d][i].drawn_by.empty() ? std::nullopt : whole_of(segments, {d, i});
      if (!whole) {
        ++i;
        continue;
      }
      join(segments[whole->first.diagram][whole->first.index], segments[d][i], whole->second, reading);
      segments[d].erase(segments[d].begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  std::vector<std::vector<std::size_t>> features;
  std::vector<std::size_t> rest;
  for (std::size_t d = 0; d < segments.size(); ++d) {
    if (shows_race(segments[d]))
      features.push_back({d});
    else if (!segments[d].empty())
      rest.push_back(d);
  }
  if (!rest.empty()) features.push_back(rest);
  if (features.size() < 2) return;
  const Segment& race = segments[features.front().front()].front();
  reading.note_features(features);
  ask_at(
      reading.name(), race.runs.front().race, "two-features",
      fmt::format("this diagram shows a race of operations that no other diagram of the page draws ({} in line {}): "
                  "is it a race of another protocol? Then check each alone, by its line: {}:{}; or write %% "
                  "stalemate: ignore first in a diagram, which passes over it",
                  reading.quoted(race.drawn_by), race.operation.at.line, reading.name(), race.runs.front().race.line),
      {{race.runs.front().race.line + 1, "%% stalemate: ignore", "this diagram is passed over", false}});
}

std::vector<DrawnRace> races_of(const std::vector<std::vector<Segment>>& segments) {
  std::map<int, DrawnRace> races;  // by line
  std::size_t operation = 0;
  for (const std::vector<Segment>& of_diagram : segments) {
    for (const Segment& segment : of_diagram) {
      for (const Run& run : segment.runs) {
        DrawnRace& race = races[run.race.line];
        race.at = run.race;
        if (race.choice.line == 0) race.choice = run.choice;
        if (race.instances.size() <= run.instance) race.instances.resize(run.instance + 1);
        DrawnRace::Instance& instance = race.instances[run.instance];
        instance.name = run.shown_as;
        if (instance.operations.size() <= run.ordinal) instance.operations.resize(run.ordinal + 1);
        instance.operations[run.ordinal] = operation;
        race.messages.insert(race.messages.end(), run.messages.begin(), run.messages.end());
      }
      ++operation;
    }
  }
  std::vector<DrawnRace> all;
  for (auto& [line, race] : races) {
    std::stable_sort(race.messages.begin(), race.messages.end(), [](const DrawnMessage& a, const DrawnMessage& b) {
      return std::pair(a.at.line, a.at.column) < std::pair(b.at.line, b.at.column);
    });
    all.push_back(std::move(race));
  }
  return all;
}

}  // namespace stalemate::model
