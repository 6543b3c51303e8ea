// What one step did, as the machine reports it at the place where it happens. Whoever tells a step, draws it or
// compares it with real servers reads the record; nobody concludes it from the states before and after. A search asks
// for none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "machine/program.hpp"

namespace stalemate::model {

// A value as states keep it: 0 nothing, else value + 1.
using CodedValue = unsigned;

// A request of a session, awaited or not.
struct RequestRecord {
  InstructionId instruction = kNoInstruction;
  std::size_t operation = 0;  // the ordinal of the one that sent it, from 1. (A loop's iteration will stand behind it.)
  std::size_t key = 0;
  CodedValue carried = 0;
  bool unchanged = false;  // what its session watched when it was sent has not changed since
  unsigned kept = 0;    // bit n: it would be so after a failover that misses the last n + 1 commands: leases are data
  bool cut = false;     // its connection was given up after it: what is sent later goes over another
  unsigned number = 0;  // what its verb compares (traces::Number): a version or a generation
  bool operator==(const RequestRecord&) const = default;
};

struct ReplyRecord {
  Outcome outcome = Outcome::kOk;
  CodedValue value = 0;  // of kValue
  unsigned number = 0;   // Instruction::gives: a version or a generation
};

// The operation was acknowledged and goes on, or ended.
struct EndingRecord {
  enum class Kind : std::uint8_t { kAcknowledged, kReturned, kFailed };
  Kind kind = Kind::kReturned;
  CodedValue value = 0;  // what a Read returned
};

// What a server has in one place.
struct Held {
  CodedValue value = 0;
  bool expires = false;     // it has a time to live
  bool marker = false;      // what is there is no value; then `value` is 0
  unsigned version = 0;     // where things are stored by version: of how many commits of the row it is the last
  unsigned generation = 0;  // how often it was counted up; 0: it has none
  bool stale = false;       // the value is marked so
  bool lease = false;       // somebody was given it
  bool is_there() const { return value != 0 || marker || generation != 0 || lease; }
  bool operator==(const Held&) const = default;
};

struct StoreChange {
  std::size_t server = 0;  // its place (machine/server.hpp)
  std::size_t cell = 0;    // likewise
  Held before;
  Held after;
};

struct StepRecord {
  std::uint16_t operation = 0;  // of the program: the one invoked, or of the message
  std::size_t ordinal = 0;      // of that operation within its session, from 1; 0: no session took part
  std::size_t key = 0;          // that operation's
  // The message that the step took, as it was in flight; at an invoke there is none. A reply is that to `request`.
  std::optional<RequestRecord> request;
  bool was_reply = false;
  bool gave_up = false;              // who awaits that request learns that no reply comes
  bool was_ghost = false;            // a request that nobody knew of any more
  std::optional<ReplyRecord> reply;  // which the step made or took; none is made for who does not await it
  int answered = 0;                  // which request that is the reply to, its arrow; 0: `request`
  // How many ways the session, or a crash, could go on, which one it went, and what the diagram calls it.
  std::size_t choices = 0;
  std::size_t choice = 0;
  std::string chosen;
  std::size_t missed = 0;           // of a failover: how many of the last commands
  std::vector<RequestRecord> sent;  // in order; at most one that is awaited, the last
  std::vector<EndingRecord> endings;
  std::vector<StoreChange> changes;  // what a server had and has
};

}  // namespace stalemate::model
