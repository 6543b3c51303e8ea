// A protocol compiled to a table of steps. Every decision a diagram makes (guards, alt, opt, break, what a timeout
// counts as) is resolved here, once, into "ways": after this request turned out so, these things are sent, and this
// request is awaited next or the operation ends. The transition function (machine/machine.hpp) only follows the table.
//
// A row stands for one request arrow in one situation (what who started the operation was told, whether a value was
// received, what is stored, and how earlier requests turned out that are looked at later), so the table carries what a
// session would otherwise have to remember.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

using RowId = std::uint16_t;
using PointId = std::uint16_t;
inline constexpr RowId kNoRow = 0xFFFF;
inline constexpr PointId kIdle = 0;  // the point of a session between operations

// What happens on the way from one reply (or invoke) to the next awaited request, in order.
enum class EffectKind : std::uint8_t { kSendAsync, kSendLost, kAcknowledge };
struct Effect {
  EffectKind kind = EffectKind::kAcknowledge;
  RowId row = kNoRow;  // which request is sent; kSendLost: one that the diagram draws as lost, so it changes nothing
  bool write_stands_behind = false;  // kAcknowledge: a database set may follow (understand/protocol.hpp, R3)
};

// One way on. I1: next != kNoRow, or the operation ends (failed or not).
struct Way {
  std::vector<Effect> effects;
  RowId next = kNoRow;               // the request that is sent and awaited last
  bool failed = false;               // the operation ends without success: nothing is acknowledged or returned
  std::vector<std::uint32_t> marks;  // branches, guards and arrows this way passes
  std::string choice;                // the branches a free choice took, for people; empty where there was none
};

// The server's side of a row is (to, verb); the session's is after[].
struct Row {
  std::uint16_t operation = 0;
  Role to = Role::kCache;
  Verb verb = Verb::kGet;
  bool awaited = true;
  bool drawn_lost = false;
  int ttl = 0;  // seconds after which what is stored may expire; 0: never
  // Of a get: the session keeps the value it is answered. Of what stores: it is such a value, not the Write's own.
  bool keeps_value = false;
  bool carries_received = false;
  bool acknowledged = false;  // who started the operation was told before that it is done
  RowId alike = kNoRow;       // the first row of the same request that looks the same in flight, once nobody awaits it
  int arrow = 0;
  std::string label;
  Position at;
  // Points of a session that awaits this row: the request in flight, and the reply by outcome (kIdle: cannot happen).
  PointId request_point = kIdle;
  std::array<PointId, kOutcomeCount> reply_points{};
  // Ways on, by outcome, kTimeout included; several where a free choice follows.
  std::array<std::vector<Way>, kOutcomeCount> after;
};

// Where a session stands. Index 0 is kIdle.
struct Point {
  RowId row = kNoRow;
  bool is_reply = false;
  Outcome outcome = Outcome::kOk;  // of the reply
};

struct ProgramOperation {
  std::string name;
  OperationKind kind = OperationKind::kRead;
  std::vector<Way> start;   // what invoking sends
  std::vector<int> arrows;  // Operation::arrows
};

struct Program {
  std::vector<ProgramOperation> operations;
  std::vector<Row> rows;
  std::vector<Point> points;
  std::vector<std::string> marks;  // what each mark means, for "never reached"
  // Whether a request to it is drawn, be it where no run comes.
  bool has_cache = false;
  bool has_database = false;
  bool has_async = false;
  // Whether every fill of the cache gives a time to live: what Reads store there, or Writes where no Read does.
  bool fills_expire = false;
  // Whether a Write may be acknowledged before its database write has an answer, or go on writing afterwards.
  bool may_tell_early = false;
  // Whether a get may be asked while a value is already held: then a reply in flight needs room of its own.
  bool get_while_holding = false;
};

inline bool stores(Verb verb) { return verb == Verb::kSet || verb == Verb::kAdd; }

inline bool is_database_set(const Row& row) { return row.to == Role::kDatabase && row.verb == Verb::kSet; }

// Whether a row's request carries the value that its Write alone writes.
inline bool carries_own(const Program& program, const Row& row) {
  return stores(row.verb) && !row.carries_received && program.operations[row.operation].kind == OperationKind::kWrite;
}

struct CompileOptions {
  bool continue_on_database_timeout = false;
};

// Throws InputError with the position where the diagram asks for something that cannot be executed.
Program compile(const Protocol& protocol, const CompileOptions& options);

}  // namespace stalemate::model
