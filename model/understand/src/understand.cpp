// From a parsed file to its protocol: roles first, then each diagram's steps, then the operations' kinds and names.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absent_rows.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "changes.hpp"
#include "directives.hpp"
#include "levels.hpp"
#include "naming.hpp"
#include "races.hpp"
#include "read/statements.hpp"
#include "reading.hpp"
#include "replicas.hpp"
#include "roles.hpp"
#include "steps.hpp"
#include "things.hpp"
#include "understand/protocol.hpp"
#include "understand/understanding.hpp"
#include "undrawn.hpp"
#include "vocabulary/vocabulary.hpp"
#include "words.hpp"

namespace stalemate::model {
namespace {

// Adds the mapping's lines among the statements; the position of the last one.
Position gather_mapping(const std::string& name, const std::vector<Statement>& statements, Mapping& mapping) {
  Position last;
  visit_statements(statements, [&](const Statement& statement) {
    const auto* directive = std::get_if<Directive>(&statement.node);
    if (directive == nullptr || !is_mapping_line(directive->text)) return;
    mapping.add(name, statement.at, directive->text);
    last = statement.at;
  });
  return last;
}

// What the page says is to be checked, and what is expected of that.
Wanted gather_wanted(const Document& document) {
  Wanted wanted;
  for (const Document::Entry& entry : document.diagrams) {
    visit_statements(entry.diagram.statements, [&](const Statement& statement) {
      const auto* directive = std::get_if<Directive>(&statement.node);
      if (directive == nullptr) return;
      const Override said = read_directive(document.name, statement.at, directive->text);
      try {
        if (said.kind == Override::Kind::kScenario) wanted.scenario.add(directive->text);
      } catch (const InputError& error) {
        fail_at(document.name, statement.at, error.what());
      }
      if (said.kind != Override::Kind::kExpect) return;
      Expectation expected = read_expectation(directive->text.substr(directive->text.find("expect") + 6));
      expected.at = statement.at;
      for (const Expectation& before : wanted.expected) {
        if (before.property == expected.property)
          fail_at(document.name, statement.at,
                  expected.property + " is spoken of in line " + std::to_string(before.at.line) +
                      ", too; leave one of the two out");
      }
      wanted.expected.push_back(std::move(expected));
    });
  }
  return wanted;
}

}  // namespace

std::string Protocol::missing_in(const Mapping& given) const {
  std::vector<std::string> of_databases;  // as a mapping names it
  std::vector<std::string> of_caches;
  for (const Operation& operation : operations) {
    visit_requests(operation.body, [&](const Request& request) {
      if (request.to == Role::kDatabase) of_databases.emplace_back(to_string(request.verb));
      if (request.to != Role::kCache) return;
      std::string asked(to_string(request.verb));
      if (request.ttl != 0 && traces::facts_of(request.verb).takes_ttl()) asked += "-ttl";
      if (request.watch == Watch::kLease) asked += " with its lease";
      if (!request.also.empty()) asked += " of several entries";
      of_caches.push_back(std::move(asked));
    });
  }
  return given.missing(of_databases, of_caches);
}

bool Protocol::has_cache() const {
  bool asked = false;
  for (const Operation& operation : operations)
    visit_requests(operation.body, [&](const Request& request) { asked = asked || request.to == Role::kCache; });
  return asked;
}

namespace {

// Every label and name as it was written.
void restore(std::vector<Act>& body, const Reading& reading) {
  for (Act& act : body) {
    if (auto* request = std::get_if<Request>(&act.node)) request->label = reading.as_written(request->label);
    auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (Branch& branch : choice->branches) {
      branch.label = reading.as_written(branch.label);
      restore(branch.body, reading);
    }
  }
}

// The operations of a diagram that shows a race.
std::vector<Segment> read_race(const Document& document, const Diagram& diagram, const RolesOfDiagram& roles,
                               const Columns& columns, Reading& reading) {
  const Position said = race_at(document.name, diagram);
  if (said.line != 0) reading.add(said, "says that the diagram shows a race");
  std::string names;
  for (const Column& column : columns.all) names += (names.empty() ? "" : ", ") + reading.quoted(column.app);
  reading.add(diagram.at, fmt::format("a race: {} app instances, and one order of what they do", columns.all.size()),
              said.line != 0 ? ""
                             : fmt::format("each of {} is taken as an app instance with an operation of its own, since "
                                           "they take turns and do not call one another",
                                           names));
  std::vector<std::vector<Segment>> segments;
  for (const Statement& aside : columns.aside) {
    const auto* note = std::get_if<Note>(&aside.node);
    if (const auto* message = std::get_if<Message>(&aside.node))
      for (const std::string& id : {message->from, message->to})
        refuse_role_not_modelled(document.name, aside.at, roles.at(id));
    refuse_unmodelled(document.name, aside.at, note != nullptr ? note->text : std::get<Message>(aside.node).text,
                      note == nullptr);
    reading.add(aside.at, note != nullptr ? "a note: no meaning" : "local work, no effect: both are outside");
  }
  for (const Column& column : columns.all) segments.push_back(read_column(column.diagram, column.roles, reading));
  return note_race(diagram, columns.all, std::move(segments), reading);
}

// The operations of diagram `index`, as far as they can be told.
std::vector<Segment> read_diagram(const Document& document, std::size_t index, const RolesOfDiagram& roles,
                                  Reading& reading) {
  std::vector<Segment> segments;
  const Document::Entry& entry = document.diagrams[index];
  reading.attempt([&] { refuse_unmodelled_titles(entry, reading); });
  reading.attempt([&] {
    const Columns columns = columns_of(entry.diagram, roles, reading);
    segments = columns.all.empty() ? read_steps(entry.diagram, roles, kind_said_above(document, index), reading)
                                   : read_race(document, entry.diagram, roles, columns, reading);
  });
  return segments;
}

// Whether a diagram beside others is about something else: who takes part is known, and none of them keeps or hands on
// anything.
bool has_nothing_to_do_with_servers(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading) {
  const auto keeps = [](Role role) { return is_server(role) || role == Role::kReplica || role == Role::kQueue; };
  for (const Participant& participant : diagram.participants) {
    if (keeps(roles.at(participant.id)) || reading.is_unsettled(participant.id)) return false;
  }
  const auto speaks_of_server = [&](const std::string& text) {
    const std::set<Role> spoken_of = roles_spoken_of(text);
    return std::any_of(spoken_of.begin(), spoken_of.end(), keeps);
  };
  bool spoken_of = speaks_of_server(diagram.title);
  const auto look = [&](const std::string& text) { spoken_of = spoken_of || speaks_of_server(text); };
  visit_statements(diagram.statements, [&](const Statement& statement) {
    if (const auto* message = std::get_if<Message>(&statement.node)) look(message->text);
    if (const auto* note = std::get_if<Note>(&statement.node)) look(note->text);
  });
  return !spoken_of;
}

void note_markers(const Document& document, Reading& reading) {
  for (const Document::Entry& entry : document.diagrams) {
    visit_statements(entry.diagram.statements, [&](const Statement& statement) {
      const auto* message = std::get_if<Message>(&statement.node);
      if (message == nullptr) return;
      if (const auto asks = marker_request(message->text)) reading.note_marker(*asks);
    });
  }
}

// What a page's operations are, before they are a protocol.
struct OperationsRead {
  std::vector<std::vector<Segment>> segments;  // by diagram
  std::vector<CacheEntry> entries;
  bool rows_start_absent = false;
};

// The operations of all diagrams, with names and kinds. Throws what was found in the way of that.
OperationsRead read_operations(const Document& document, const std::vector<RolesOfDiagram>& roles, Reading& reading) {
  OperationsRead read;
  std::vector<std::vector<Segment>>& segments = read.segments;
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const Diagram& diagram = document.diagrams[i].diagram;
    if (const Position said = ignored_at(document.name, diagram); said.line != 0) {
      segments.emplace_back();
      reading.add(said, "says that the diagram is passed over");
      reading.pass_over(diagram.at, "as said in line " + std::to_string(said.line));
      continue;
    }
    if (document.diagrams.size() > 1 && has_nothing_to_do_with_servers(diagram, roles[i], reading)) {
      segments.emplace_back();
      reading.pass_over(diagram.at, "neither a cache nor a database is drawn, and no label speaks of one");
      continue;
    }
    segments.push_back(read_diagram(document, i, roles[i], reading));
  }
  // What is compared across operations is compared only where each was understood.
  reading.fail_if_any();
  if (std::all_of(segments.begin(), segments.end(), [](const auto& of_diagram) { return of_diagram.empty(); })) {
    fail_at(document.name, document.diagrams.front().diagram.at,
            "no arrow here goes from the app to a cache or a database, so there is nothing to check; draw one, such as "
            "app->>cache: Get value, or take %% stalemate: ignore out of a diagram that has one",
            "nothing-to-check");
  }
  reading.attempt([&] { join_runs(segments, reading); });
  reading.fail_if_any();
  reading.attempt([&] { refuse_of_replicas(segments, reading); });  // before it is settled what is watched
  reading.attempt([&] { name_operations(document, segments, reading); });
  reading.attempt([&] { read.entries = ask_about_things(document, segments, reading); });
  reading.attempt([&] { ask_about_levels(segments, reading); });
  reading.attempt([&] { refuse_mixed_changes(segments, reading); });
  reading.attempt([&] { read.rows_start_absent = settle_absent_rows(segments, reading); });
  reading.attempt([&] { refuse_beside_passed_on(segments, reading.name()); });
  reading.attempt([&] { judge_remarks(segments, reading); });
  reading.fail_if_any();
  return read;
}

std::vector<ParticipantRead> participants_of(const Document& written, const std::vector<RolesOfDiagram>& roles) {
  std::vector<ParticipantRead> participants;
  for (std::size_t i = 0; i < roles.size(); ++i) {
    for (const Participant& participant : written.diagrams[i].diagram.participants) {
      const Role* const found = roles[i].find(participant.id);
      if (found != nullptr) participants.push_back({participant.at, participant.id, participant.alias, *found});
    }
  }
  return participants;
}

Protocol protocol_of(const Document& document, OperationsRead read, const std::vector<std::string>& roles,
                     Reading& reading) {
  Protocol protocol;
  protocol.name = base_name(document.name);
  protocol.file = document.name;
  protocol.text = document.text;
  protocol.roles = roles;
  protocol.entries = std::move(read.entries);
  protocol.rows_start_absent = read.rows_start_absent;
  protocol.caches = reading.caches();
  protocol.races = races_of(read.segments);
  for (std::vector<Segment>& of_diagram : read.segments) {
    for (Segment& segment : of_diagram) {
      restore(segment.operation.body, reading);
      protocol.operations.push_back(std::move(segment.operation));
    }
  }
  protocol.wanted = gather_wanted(document);
  protocol.reading = reading.finish();
  Position last;
  for (const Document::Entry& entry : document.diagrams) {
    const Position here = gather_mapping(document.name, entry.diagram.statements, protocol.mapping);
    if (here.line != 0) last = here;
  }
  if (const std::string missing = protocol.missing_in(protocol.mapping); !missing.empty())
    fail_at(document.name, last, missing, "mapping-incomplete");
  return protocol;
}

}  // namespace

Understanding try_to_understand(const Document& written, const std::vector<std::string>& roles) {
  Understanding result;
  result.file = written.name;
  try {
    Translated translated = translate(written);
    const auto left_out = draw_what_is_spoken_of(translated.document);
    const Document& document = translated.document;
    if (translated.language != nullptr) result.language = translated.language->code;
    Reading reading(translated);
    const std::vector<RolesOfDiagram> roles_of_diagrams = read_roles(document, roles, reading);
    result.participants = participants_of(written, roles_of_diagrams);
    note_markers(document, reading);
    for (const auto& [at, meaning] : left_out) reading.add(at, meaning);
    OperationsRead read;
    try {
      read = read_operations(document, roles_of_diagrams, reading);
    } catch (const InputError&) {
      result.features = reading.features();
      throw;
    }
    tell_unread_words(document, roles_of_diagrams, reading);
    result.protocol = protocol_of(document, std::move(read), roles, reading);
    for (const ReadingLine& line : result.protocol->reading) {
      if (line.assumed.empty()) continue;
      result.findings.push_back(
          {"assumed", Severity::kAssumption, document.name, line.at, line.assumed, {}, line.edits});
    }
  } catch (const InputError& error) {
    if (error.findings().empty()) throw;
    result.findings = error.findings();
  }
  return result;
}

Understanding try_to_read(std::string_view text, const std::string& name, const std::vector<std::string>& roles) {
  try {
    return try_to_understand(parse_document(text, name), roles);
  } catch (const InputError& error) {
    if (error.findings().empty()) throw;
    Understanding result;
    result.file = name;
    result.findings = error.findings();
    return result;
  }
}

Protocol understand(const Document& document, const std::vector<std::string>& roles) {
  Understanding result = try_to_understand(document, roles);
  if (!result.protocol) fail_with(std::move(result.findings));
  return std::move(*result.protocol);
}

Protocol read_protocol(std::string_view text, const std::string& name, const std::vector<std::string>& roles) {
  return understand(parse_document(text, name), roles);
}

}  // namespace stalemate::model
