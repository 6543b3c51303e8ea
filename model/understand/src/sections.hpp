// Where one operation ends and the next begins within a diagram, as far as nothing from outside says so: by notes, by
// comments, by rectangles, and by arrows that start over. Pure questions about what an operation has done so far and
// what is drawn next; understand_steps.hpp walks.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "roles.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// What the arrows of an operation, or of a part of one, ask for.
struct Flow {
  struct Ask {
    Role to = Role::kCache;
    Verb verb = Verb::kGet;
    std::size_t cache = 0;  // Request::cache
    bool adds = false;      // Request::adds
    bool operator==(const Ask&) const = default;
  };
  std::vector<Ask> asks;      // in order, all branches one after another
  bool from_outside = false;  // begins with a message from outside to the app
  bool acknowledges = false;  // who started the operation has been answered, on every way
  bool found = false;         // what a get of the cache found is all that is drawn of it
  bool empty() const { return asks.empty(); }
  bool has(Role to, Verb verb) const;
  bool writes_row() const;
  bool changes_cache() const;    // sets, adds or deletes there
  bool changes() const;          // anything
  bool is_caching_read() const;  // gets and then fills the cache, without a change of the database
};
Flow flow_of(const std::vector<Act>& body);
// Of what is drawn from statement `index` of `list` on, up to what may begin another operation.
Flow flow_from(const std::vector<Statement>& list, std::size_t index, const RolesOfDiagram& roles);

// Whether what comes next does again, or first of all, what an operation begins with.
bool starts_over(const Flow& so_far, const Flow& next);
// The same where nothing is drawn between the two: only what hardly any single operation does.
// may_start_over_unsaid() looks at the first request alone, before it is worth while to look at what follows.
bool may_start_over_unsaid(const Flow& so_far, const Flow::Ask& next, std::optional<OperationKind> said_above);
bool starts_over_unsaid(const Flow& so_far, const Flow& next, std::optional<OperationKind> said_above);

// What a text between arrows does to the operation at hand.
enum class Parting { kNone, kSeparates, kAsk };
struct PartingText {
  std::string text;                         // of the note or comment; empty for a rectangle
  std::string before;                       // the text that the operation at hand began with, if it did
  std::optional<OperationKind> said_above;  // by the heading or title of the diagram
};
Parting parting_by(const PartingText& text, const Flow& so_far, const Flow& next);

// Whether a branch that its label calls this does what an operation of this kind does, from the beginning.
bool is_operation_of(OperationKind kind, const Flow& so_far, const Flow& next);

}  // namespace stalemate::model
