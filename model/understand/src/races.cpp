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
    run.messages.push_back({segment_.message_at.front(), DrawnMessage::Kind::kBegins, instance, ordinal, 0, {}, ""});
    for (std::size_t i = 0; i < arrows.size(); ++i) {
      const auto request = requests_.find(arrows[i]);
      if (request == requests_.end()) continue;
      const Position at = segment_.message_at[i];
      const auto guard = said.find({at.line, at.column});
      DrawnMessage message{at, DrawnMessage::Kind::kAsks, instance, ordinal, arrows[i], {}, ""};
      const bool asks = arrows[i] == static_cast<int>(i) + 1;
      const AskedAndAnswered label = asks ? asked_and_answered(text_at(at)) : AskedAndAnswered{{}, text_at(at)};
      if (asks && stores(request->second->verb)) message.value = literal_in(label.request);
      if (asks && !request->second->drawn_lost) run.messages.push_back(message);
      if (asks && guard == said.end()) continue;
      message.kind = DrawnMessage::Kind::kIsAnswered;
      message.value = request->second->verb == Verb::kGet ? literal_in(label.reply) : "";
      message.says = guard != said.end() ? guard->second : reply_words(label.reply, request->second->verb).outcomes;
      if (message.says.empty() && !message.value.empty()) message.says.add(Outcome::kValue);
      run.messages.push_back(message);
    }
    return run;
  }

 private:
  std::string_view text_at(Position at) const {
    const auto found = messages_.find({at.line, at.column});
    return found == messages_.end() ? std::string_view() : std::string_view(found->second->text);
  }

  const Segment& segment_;
  std::map<std::pair<int, int>, const Message*> messages_;
  std::map<int, const Request*> requests_;
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
      auto arrows = arrows_as_run(run.operation.body, whole.operation.body);
      if (!arrows) continue;
      const bool mutual = arrows_as_run(whole.operation.body, run.operation.body).has_value();
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

// Two drawings of one call, as on a miss and on a hit: another operation that is started by the same message, and of
// which what is drawn here is one way.
std::optional<std::size_t> drawn_whole(const std::vector<Segment>& segments, std::size_t index) {
  const Segment& way = segments[index];
  const auto drawn_as = [](const Segment& segment) {
    return outcome_of_way(segment.note.empty() ? segment.title : segment.note);
  };
  if (!way.given_name.empty()) return std::nullopt;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const Segment& whole = segments[i];
    const bool same_call = i != index && whole.given_name.empty() && lower(whole.message) == lower(way.message);
    const bool other_way = !drawn_as(way).empty() && !drawn_as(whole).empty() && !(drawn_as(way) == drawn_as(whole));
    if (!same_call || (way.message.empty() && !other_way) || !arrows_as_run(way.operation.body, whole.operation.body))
      continue;
    if (!arrows_as_run(whole.operation.body, way.operation.body)) return i;  // else both are drawn alike
  }
  return std::nullopt;
}

void join_ways(std::vector<Segment>& segments, Reading& reading) {
  for (std::size_t i = 0; i < segments.size();) {
    const auto whole = segments[i].drawn_by.empty() ? drawn_whole(segments, i) : std::nullopt;
    if (!whole) {
      ++i;
      continue;
    }
    const Segment& way = segments[i];
    reading.introduce(way.heading_line, fmt::format("one way through the operation in line {}",
                                                    segments[*whole].message_at.front().line));
    reading.also_assumed(way.heading_line,
                         "it is started alike and does nothing else, so it is no operation of its own; write %% "
                         "stalemate: operation = NAME before it if it is");
    for (const Answer& answer : way.answers) reading.also(answer.line, "answers outside");
    segments.erase(segments.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

bool shows_race(const std::vector<Segment>& segments) {
  return std::any_of(segments.begin(), segments.end(), [](const Segment& one) { return !one.drawn_by.empty(); });
}

}  // namespace

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
  for (std::vector<Segment>& of_diagram : segments) join_ways(of_diagram, reading);
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
