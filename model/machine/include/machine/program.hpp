// A protocol compiled to a small program for each operation. Every decision a diagram makes (guards, alt, opt, break,
// what a timeout counts as) is resolved here, once; the transition function (machine/machine.hpp) only follows the
// program.
//
// The words, by an example. Of a Read that is drawn as
//
//   1  app->>cache: get          instruction 0: ask the cache to get, and await it
//   2  cache-->>app: miss                       on a value: the Read returns it; on a miss or a timeout: goes on
//   3  app->>database: get       instruction 1: ask the database to get, and await it
//   4  app->>cache: set          instruction 2: ask the cache to set, and await it
//
// - act: what the diagram says (understand/protocol.hpp): a request, a guard (line 2), a choice, an acknowledgement.
// - instruction: one request in one situation (what who started the operation was told, whether a value was received,
//   what is stored, and how earlier requests turned out that are looked at later): so the program says what a session
//   would otherwise have to remember.
// - transition: one way on from an instruction, by its outcome: what is sent and not awaited, and which instruction is
//   awaited next, or how the operation ends. Several by one outcome: a free choice. Here instruction 0 has `returns` on
//   a value and `next 1` on a miss or a timeout; instruction 1 has `next 2` on a value and `fails` on a timeout.
// - program counter: where a session stands. Location 0: between operations; for each instruction one location while
//   its request is in flight, and one while its reply is, by outcome: here 1 (request of 0), 2 (a value comes back), 3
//   (a miss comes back), 4 (request of 1), 5, 6 (request of 2), 7.
// - mark: something drawn that a search has to reach, or it is told that it never did.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

using InstructionId = std::uint16_t;
using ServerId = std::uint8_t;  // in Program::servers
using ProgramCounter = std::uint16_t;
inline constexpr InstructionId kNoInstruction = 0xFFFF;
inline constexpr ProgramCounter kIdle = 0;  // of a session between operations

// What happens on the way from one reply (or invoke) to the next awaited request, in order.
enum class EffectKind : std::uint8_t { kSendAsync, kSendLost, kAcknowledge };
struct Effect {
  EffectKind kind = EffectKind::kAcknowledge;
  InstructionId instruction =
      kNoInstruction;  // which request is sent; kSendLost: one that the diagram draws as lost, so it changes nothing
  bool write_stands_behind = false;  // kAcknowledge: a database set may follow (understand/protocol.hpp, R3)
};

// I1: next != kNoInstruction, or the operation ends (failed or not).
struct Transition {
  std::vector<Effect> effects;
  InstructionId next = kNoInstruction;  // the request that is sent and awaited last
  bool failed = false;                  // the operation ends without success: nothing is acknowledged or returned
  std::vector<std::uint32_t> marks;     // branches, guards and arrows that it passes
  std::string choice;                   // the branches a free choice took, for people; empty where there was none
};

// The server's side of it is (server, verb); the session's is after[].
struct Instruction {
  std::uint16_t operation = 0;
  ServerId server = 0;
  Verb verb = Verb::kGet;
  bool awaited = true;
  bool drawn_lost = false;
  Watch watch = Watch::kNothing;  // of a get
  std::size_t entry = 0;          // of a cache: in Program::entries
  std::size_t other = 0;          // Request::other
  std::uint64_t also = 0;         // Request::also: bit e where it is done to entry e, too
  Finds finds;                    // of a get
  int ttl = 0;                    // Request::ttl
  // Of a get: the session keeps the value it is answered. Of what stores: it is such a value, not the Write's own.
  bool keeps_value = false;
  bool carries_received = false;
  bool adds = false;  // Request::adds
  traces::Number gives =
      traces::Number::kNone;  // its answer, where it is one, has such a number, which the session keeps
  bool commits = false;       // it changes a row of the database
  // R6 (understand/protocol.hpp). What the server that has handled it sends next, itself: of a get from a cache, where
  // it misses; kNoInstruction: nothing. And of such a message:
  InstructionId passes_on = kNoInstruction;
  std::optional<ServerId> by;         // who sends it; none: a session does
  bool is_answer = false;             // it is the answer of the database, that the cache keeps
  std::optional<std::uint32_t> mark;  // what a search has reached once it is sent
  bool waits = false;                 // of a session's: its answer waits for the end of that
  bool keeps_later = false;           // of such a set: what is stored is kept only then
  bool awaits_commit = false;         // it commits, or waits for what does
  // Request::Tells
  struct Tells {
    ServerId server = 0;
    std::size_t entry = 0;
    bool its_own = false;
  };
  std::optional<Tells> tells;
  bool acknowledged = false;  // who started the operation was told before that it is done
  InstructionId alike =
      kNoInstruction;  // the first instruction of the same request that looks the same in flight, once nobody awaits it
  int arrow = 0;
  std::string label;
  Position at;
  // Locations of a session that awaits it: the request in flight, and the reply by outcome (kIdle: cannot happen).
  ProgramCounter request_location = kIdle;
  ProgramCounter waits_location = kIdle;  // where it waits: it was handled, and is not answered yet
  std::array<ProgramCounter, kOutcomeCount> reply_locations{};
  // By outcome, kTimeout included; several where a free choice follows.
  std::array<std::vector<Transition>, kOutcomeCount> after;
};

// What a program counter means. Index 0 is kIdle.
struct Location {
  InstructionId instruction = kNoInstruction;
  bool is_reply = false;
  Outcome outcome = Outcome::kOk;  // of the reply
  bool waits = false;              // neither: the server has it, and asks others first
};

struct ProgramOperation {
  std::string name;
  OperationKind kind = OperationKind::kRead;
  std::vector<Transition> start;  // what invoking sends
  std::vector<int> arrows;        // Operation::arrows
  std::size_t watched = 0;        // the entry that its gets watch, if one does, and
  ServerId watched_in = 0;        // where
};

// A server as the diagrams draw it. A local one, which is a cache, stands in the process of each app instance.
struct DrawnServer {
  std::string name;
  Role kind = Role::kDatabase;
  bool local = false;
  std::uint64_t entries = 0;  // of a cache: bit e where some request to it is about entry e
  std::uint64_t told = 0;     // of a local cache: bit e where it may be told that entry e has changed
  // Of a cache: bit e where every fill of entry e gives a time to live, or only some do. What Reads store there are the
  // fills, or Writes where no Read does.
  std::uint64_t fills_expire = 0, some_fills_expire = 0;
  // Of a cache: bit e where leases of entry e may run out, of what is not there and of what is marked as stale.
  std::uint64_t leases_run_out = 0, stale_leases_run_out = 0;
  std::optional<ServerId> follows = std::nullopt;  // of a replica of a cache: which cache
};

inline constexpr std::size_t kServersMax = 8;
static_assert(kCachesMax < kServersMax, "a database stands behind the caches");

struct Program {
  std::vector<DrawnServer> servers;  // caches first, then a replica of one, if any, then the channel, if any; the
                                     // database last, drawn or not
  std::vector<CacheEntry> entries;   // Protocol::entries
  std::vector<ProgramOperation> operations;
  std::vector<Instruction> instructions;
  std::vector<Location> locations;
  std::vector<std::string> marks;  // what each mark means, for "never reached"
  // Whether a request to it is drawn, be it where no run comes.
  bool has_cache = false;
  bool has_database = false;
  bool has_async = false;
  bool passes_on = false;  // some cache asks the database itself
  // Whether a Write may be acknowledged before its database write has an answer, or go on writing afterwards.
  bool may_tell_early = false;
  // Whether something is stored by version.
  bool versions = false;
  // Whether a generation is counted up or compared.
  bool generations = false;
  // Whether a marker, a generation or a lease is given a time to live.
  bool markers_expire = false;
  // Whether a get watches, or a set asks for what is watched to be unchanged.
  bool watches = false;
  // Whether a get may take a lease.
  bool leases = false;
  // Whether Writes change what is there, or what they read of it; whether an entry may be counted up from nothing.
  bool changes_values = false;
  bool counts_from_nothing = false;
  // Whether Writes remove rows; whether no row is there at first.
  bool removes_rows = false;
  bool rows_start_absent = false;
  // Whether a get may be asked while a value is already held: then a reply in flight needs room of its own.
  bool get_while_holding = false;
};

// The kind of server that an instruction's request goes to.
inline Role kind_of_server(const Program& program, const Instruction& instruction) {
  return program.servers[instruction.server].kind;
}

// Whether it is asked in the session's own process, in one step for call and return.
inline bool is_call(const Program& program, const Instruction& instruction) {
  return program.servers[instruction.server].local;
}

// Whether a reply brings a value: that of a get, or what an increase has made of it, where somebody stores that.
inline bool answers_value(const Instruction& instruction, Outcome outcome) {
  return brings_value(outcome) ||
         (outcome == Outcome::kOk && instruction.keeps_value && instruction.verb == Verb::kIncrease);
}

// Whether what an instruction's request leaves has the change of its Write once more in it than what it is made of.
inline bool makes_change(const Instruction& instruction) {
  return instruction.adds || traces::facts_of(instruction.verb).increases();
}

// Whether an instruction's request carries the value, or the change, that is its Write's alone.
inline bool carries_own(const Program& program, const Instruction& instruction) {
  return stores(instruction.verb) && !instruction.carries_received &&
         program.operations[instruction.operation].kind == OperationKind::kWrite;
}

struct CompileOptions {
  bool continue_on_database_timeout = false;
  bool fail_on_cache_timeout = false;
};

// Throws InputError with the position where the diagram asks for something that cannot be executed.
Program compile(const Protocol& protocol, const CompileOptions& options);

}  // namespace stalemate::model
