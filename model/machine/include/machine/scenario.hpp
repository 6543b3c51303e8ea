// A scenario resolved against a program: who runs what, on which keys, and which faults are allowed. Made from the
// words of traces::Scenario, which is what the command line and a trace file hold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "machine/amounts.hpp"
#include "machine/program.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

enum class FaultEffect : std::uint8_t;

inline constexpr int kAnyKey = -1;
// What a scenario may have at most. Each is refused one past it, in one line that says which.
inline constexpr int kActorsMax = 64;  // sessions, and servers in which something may happen: the bits of a word
inline constexpr int kSessionsMax = 63;
inline constexpr int kKeysMax = 64;
inline constexpr unsigned kWritesMax = 63;          // with the initial value, a set of values fits a word
inline constexpr std::size_t kOperationsMax = 255;  // of a session
inline constexpr int kBudgetMax = 1000;
inline constexpr std::size_t kBudgetsMax = 64;      // a set of budgets fits a word
inline constexpr std::size_t kTargetsMax = 1000;    // of a budget
inline constexpr std::size_t kChoicesMax = 65'536;  // transitions that one step may take
inline constexpr int kMissedMax = 16;               // changes that a replica may miss which takes over

// One operation of a script. `candidates` are operations of the program, all of one kind; several: invoking chooses.
struct ScriptedOperation {
  OperationKind kind = OperationKind::kRead;
  std::vector<std::uint16_t> candidates;
  int key = kAnyKey;   // from 0; kAnyKey: invoking chooses
  unsigned value = 0;  // the number of a Write, from 1, and what it writes if that is a value of its own; 0 for a Read
  int again = 0;       // which retry it is of the one before, from 1: it is run only if that failed
};

struct Session {
  int app = 1;      // from 1
  int session = 1;  // within its app instance, from 1
  std::vector<ScriptedOperation> operations;
};

// One kind of fault that a budget may be spent on, anywhere or where it is aimed at.
struct FaultTarget {
  std::size_t kind = 0;                   // index in fault_kinds()
  std::string aim;                        // "write:2", "read", "cache"; empty: anywhere
  std::vector<std::uint16_t> operations;  // of the program; empty: any
  int arrow = 0;                          // a request's number; 0: any
  std::vector<ServerId> servers;          // of the program; empty: any
  std::size_t missed = 1;                 // of a failover: how many of the last changes the replica misses, at most

  bool may_be_at(ServerId server) const;  // as far as `servers` says
};

struct FaultBudget {
  std::vector<FaultTarget> targets;
  unsigned budget = 1;
  bool unlimited = false;  // as often as it can happen: `budget` says nothing
  std::string text;        // as given, normalised: "lost-message=1"

  bool includes(FaultEffect effect) const;  // some target has it
  // How many of the last changes a replica may miss that takes over, of that server or of any; 0: none takes over.
  std::size_t missed(std::optional<ServerId> server = std::nullopt) const;
};

struct Scenario {
  traces::Scenario words;  // as given, with faults normalised
  std::vector<Session> sessions;
  int keys = 1;
  unsigned values = 1;             // different values a key can have: 0 (initial) to values - 1
  Amounts amounts;                 // what they say where Writes change what is there
  std::optional<unsigned> no_row;  // the value of a row that is not there
  bool cached = false;
  bool all_invoked = false;
  bool pooled = false;  // a session takes a connection for each request
  std::vector<FaultBudget> budgets;

  bool allows(FaultEffect effect) const;     // some budget includes it
  std::size_t missed() const;                // as a budget's, the most that one allows
  std::int64_t shown(unsigned value) const;  // as people see it: Amounts::shown(); 0 where no row is there
};

// The faults that could strike something of the program and that no budget allows, each by its name, in their order.
std::vector<std::string_view> faults_left_out(const Scenario& scenario, const Program& program);

// "cache-failover:3@redis"
std::string text_of(const FaultTarget& target);

// Throws InputError for scripts, keys and faults that do not fit the program or make no sense.
Scenario resolve(const traces::Scenario& words, const Program& program);

// The compile options that a scenario's words ask for. Throws InputError.
CompileOptions compile_options(const traces::Scenario& words);

// The scenario in one line for people: "1 reader, 1 writer, 1 key, faults: lost-message=1".
std::string describe(const traces::Scenario& words);

}  // namespace stalemate::model
