// A protocol: what an application does to Read and to Write, as understood from its diagrams. Meaning only: roles,
// verbs, guards and choices; no arrows' looks. model/program.hpp compiles it into a table of steps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/diagram.hpp"
#include "model/mapping.hpp"

namespace stalemate::model {

enum class Role { kApp, kCache, kDatabase, kReplica, kQueue, kWorker, kOutside };
std::string_view to_string(Role role);  // "app", "cache", "database", "replica", "queue", "worker", "outside"

// What a request asks of a server. kAdd stores only if the key is absent (SET NX, memcached add).
enum class Verb { kGet, kSet, kAdd, kDelete };
std::string_view to_string(Verb verb);  // "get", "set", "add", "delete"

// How a request turns out for the session that sent it. kConflict: an add found the key there. kError and kTimeout are
// what faults make of it.
enum class Outcome { kOk, kValue, kMiss, kConflict, kError, kTimeout };
inline constexpr int kOutcomeCount = 6;
std::string_view to_string(Outcome outcome);  // "ok", "value", "miss", "conflict", "error", "timeout"

// Outcomes a server of this role may answer to a verb, without faults.
std::vector<Outcome> possible_outcomes(Role to, Verb verb);

// A set of outcomes.
class Outcomes {
 public:
  constexpr Outcomes() = default;
  constexpr Outcomes(std::initializer_list<Outcome> list) {
    for (Outcome o : list) add(o);
  }
  constexpr void add(Outcome o) { bits_ |= 1U << static_cast<unsigned>(o); }
  constexpr bool has(Outcome o) const { return (bits_ >> static_cast<unsigned>(o) & 1U) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Outcomes operator|(Outcomes other) const {
    Outcomes both;
    both.bits_ = bits_ | other.bits_;
    return both;
  }
  bool operator==(const Outcomes&) const = default;

 private:
  unsigned bits_ = 0;
};

// The app asks a server. I1: `to` is kCache or kDatabase. I2: a database is only asked to get or to set.
struct Request {
  Position at;
  Role to = Role::kCache;
  Verb verb = Verb::kGet;
  bool awaited = true;      // false: sent and forgotten (-) arrows)
  bool drawn_lost = false;  // -x: the diagram itself says that it never arrives; the session times out at once
  int ttl = 0;              // of a set or add to the cache: seconds after which the entry may expire; 0: never
  int arrow = 0;            // ordinal among the arrows of its operation, from 1: Message::number, where the diagram
                            // holds one operation
  std::string label;
};

// A reply line outside alt that is a guard: what follows happens only if the latest request turned out this way;
// otherwise the operation ends (with the value, if one was received). `arrow` is the reply line's own number.
struct Guard {
  Position at;
  Outcomes outcomes;
  int arrow = 0;
};

// The reply to an outside participant: acknowledges the operation, a Write no sooner than its database write was
// answered (a Read returns its value); what follows still runs.
struct Acknowledge {
  Position at;
  int arrow = 0;
};

struct Act;

// alt, opt, break. A branch tests the latest reply, or (tests empty and not is_else) is free: explored both ways.
// I3: in one Choice either every branch is free, or none is. I4: at most one is_else, the last.
struct Branch {
  Position at;
  std::string label;
  Outcomes tests;
  bool is_else = false;         // taken where no other branch is
  bool ends_operation = false;  // break: when the branch is done, the operation ends
  std::vector<Act> body;
};
// Outcomes that no branch of a testing Choice takes pass it by. A free opt or break has an implied second way: not
// taken.
struct Choice {
  Position at;
  BlockKind kind = BlockKind::kAlt;
  bool free = false;
  std::vector<Branch> branches;
};

struct Act {
  std::variant<Request, Guard, Acknowledge, Choice> node;
};

enum class OperationKind { kRead, kWrite };
std::string_view to_string(OperationKind kind);  // "read", "write"

struct Operation {
  Position at;
  OperationKind kind = OperationKind::kRead;
  std::string name;  // "Read", "Write", or its own name where there are several of a kind
  std::vector<Act> body;
  // Every arrow of the operation by ordinal (arrows[n-1] is arrow n): for aims such as lost-reply@write:2. A request's
  // entry is its own ordinal, a reply line's that of the request it answers, any other's 0.
  std::vector<int> arrows;
};

// One line of `stalemate read`: what a line of the file was taken to mean.
struct ReadingLine {
  Position at;
  std::string source;   // the statement, as written, trimmed; empty: the line above introduces a participant
  std::string meaning;  // "arrow 1: the app asks the cache to get the key"
  std::string assumed;  // what was guessed, and how to say it otherwise; empty where nothing was
};

struct Protocol {
  std::string name;                   // file name without folders
  std::string text;                   // the whole file, for traces
  std::vector<std::string> roles;     // role overrides given from outside, "X=cache"
  std::vector<Operation> operations;  // in the file's order; at least one
  std::vector<ReadingLine> reading;
  Mapping mapping;         // statements of a team's own, for replays
  bool has_cache() const;  // whether any operation asks a cache
  // What a mapping lacks for these operations: one line, "" if nothing.
  std::string missing_in(const Mapping& given) const;
};

// Reads a parsed document. `roles`: overrides "participant=role" from the command line, stronger than the diagram's own
// `%% stalemate: role X = cache`. Throws traces::InputError "name:line:column: ..." where something cannot be told or
// is not yet modelled; the line says what would have been understood and how to say it.
Protocol understand(const Document& document, const std::vector<std::string>& roles);

// parse_document, then understand.
Protocol read_protocol(std::string_view text, const std::string& name, const std::vector<std::string>& roles);

// The reading as `stalemate read` prints it: diagrams, participants with roles, then line by line.
std::string describe_reading(const Protocol& protocol);

// The catalogue (model/protocols/*.md, compiled in). `name` without ".md".
struct CataloguePage {
  std::string_view name;
  std::string_view text;
};
std::vector<CataloguePage> catalogue();

// The page of this name, read with these roles; none where there is no such page.
std::optional<Protocol> read_page(std::string_view name, const std::vector<std::string>& roles = {});

}  // namespace stalemate::model
