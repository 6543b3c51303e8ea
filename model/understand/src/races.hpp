// A race drawn as one: a diagram in which several app instances ask the servers in turn. Each of them is a column, read
// as a diagram of its own; what the columns show in common order is kept beside the operations (DrawnRace). Instances
// that do the same are instances of one operation.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "roles.hpp"
#include "steps.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct Column {
  std::string app;       // as it is shown, in English: of the participant that asks first
  Diagram diagram;       // with the statements of that instance alone, at its first message
  RolesOfDiagram roles;  // as seen from it: what hands out work to several is outside
};

struct Columns {
  std::vector<Column> all;
  std::vector<Statement> aside;  // notes over somebody outside, and messages among such: of no column
};

// One for each app instance, in the order in which they first ask a server; none where the diagram shows no race.
// It is one where instances that do not call one another take turns, and each asks both a cache and a database or is
// called an instance, a thread, a reader, ...; or where %% stalemate: race says so. Throws InputError for a block that
// several of them stand in.
Columns columns_of(const Diagram& diagram, const RolesOfDiagram& roles, const Reading& reading);

// Notes in the segments of a race what its messages are, in the order drawn. `columns`: the segments of each.
// Returns them one behind the other.
std::vector<Segment> note_race(const Diagram& diagram, const std::vector<Column>& columns,
                               std::vector<std::vector<Segment>> segments, const Reading& reading);

// The arrows of a run's requests, each with that of the operation that it is one way through; none where it is no run.
// A run that only looks may be drawn as far as it matters; one that changes something is drawn to its end.
std::optional<std::map<int, int>> arrows_as_run(const std::vector<Act>& run, const std::vector<Act>& whole);

// Of the operations that a race shows, leaves out those that are a run of another one of the page. Asks where a race
// shows what no other diagram of the page does: then it is the race of another protocol.
void join_runs(std::vector<std::vector<Segment>>& segments, Reading& reading);

// The races of the page; `segments` in the order of the protocol's operations.
std::vector<DrawnRace> races_of(const std::vector<std::vector<Segment>>& segments);

}  // namespace stalemate::model
