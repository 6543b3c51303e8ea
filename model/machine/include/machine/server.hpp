// Servers: what the requests of a protocol go to. Each kind is one file in src/servers/ and one line in the table in
// src/server.cpp: what it keeps in a state, what it answers, what happens to it of itself and by faults. The machine
// knows of no kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "machine/fault.hpp"
#include "machine/layout.hpp"
#include "machine/program.hpp"
#include "machine/scenario.hpp"
#include "machine/step_record.hpp"

namespace stalemate::model {

// (A server that makes a request wait, as for a lock, will answer that it is blocked.)
struct Answer {
  Outcome outcome = Outcome::kOk;
  CodedValue value = 0;  // of kValue
  unsigned number = 0;   // the version of a row that was read or written, or an entry that was found; a generation
};

// A request as it reaches a server.
struct Query {
  const Instruction& instruction;
  std::size_t key = 0;  // of the row
  CodedValue carried = 0;
  bool unchanged = false;  // what its session watches has not changed
  unsigned number = 0;     // what its verb compares: a version or a generation
  CodedValue held = 0;     // what its session has received, where its verb compares that
};

// What a step does to what a failover would bring back.
enum class Kept : std::uint8_t {
  kAsItWas,
  kOneMore,   // what is there before the step is what comes back where the last command is missed
  kAllAsNow,  // nothing would be missed
};

// Where the changes of a step go.
struct ServerStep {
  StateRef words;
  StepRecord* record = nullptr;
  bool may_fail_over = false;        // a fault may still roll back what a command changes
  std::uint64_t* touched = nullptr;  // gathers the cells of which nobody may say any more that they are unchanged
  Kept* kept = nullptr;              // what becomes of what a failover would bring back, set where that changes
};

inline constexpr std::uint64_t kEveryCell = ~std::uint64_t{0};
// Changes that a replica may be behind, at most: one that is to miss more applies the oldest first.
inline constexpr std::size_t kBehindMax = 8;
inline constexpr std::size_t kCellsMax = 64;  // a set of them fits a word

// What handling a request touches of the entries about the row of its key: bit e is entry e.
struct Touches {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};

class Server;

// Where a server stands, `number` among all of them: a local one in the process of an app instance (from 1), one that
// all share in none (0).
struct Place {
  std::size_t number = 0;
  ServerId drawn = 0;  // in Program::servers
  int app = 0;
  const Server* follows = nullptr;  // of a replica: what it is one of
};

// What a server keeps stands in cells: one for each key, and where it has several entries of a row, one for each of
// them. Cell `entry * keys + key`.
class Server {
 public:
  Server(const Place& place, std::size_t keys, std::size_t entries) : place_(place), keys_(keys), entries_(entries) {}
  virtual ~Server() = default;

  const Place& place() const { return place_; }

  std::size_t cells() const { return keys_ * entries_; }
  std::size_t entries() const { return entries_; }
  std::size_t cell_of(std::size_t entry, std::size_t key) const { return entry * keys_ + key; }
  std::size_t entry_of(std::size_t cell) const { return cell / keys_; }

  virtual Held held(StateView words, std::size_t cell) const = 0;
  std::vector<Held> contents(StateView words) const;  // by cell
  // Whether what it keeps as this entry has a version.
  virtual bool has_versions(std::size_t entry) const = 0;

  // Before the first step every key has its initial value, where the scenario says so, with the time to live that a
  // fill gives it. REQUIRES: `words` are zero.
  virtual void fill(StateRef words) const;

  // What it answers, in a state; and what it does then, where that is to be done. REQUIRES: the verb is one of its own.
  virtual Answer peek(StateView words, const Query& query) const = 0;
  virtual void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const = 0;
  virtual Touches touches(const Instruction& instruction) const;

  // Whether anything may ever happen in it of itself; what may in this state, as choices, and what each does.
  virtual bool acts_freely() const;
  virtual void free_steps(StateView words, std::vector<std::uint16_t>& choices) const;
  virtual void happen(const ServerStep& step, std::uint16_t choice) const;
  // What it is told has changed, a cell: it hears of it at any later moment, if it is not lost. Those that it may hear
  // of now, and to do so. `busy()`: fields that are zero where nothing is on its way to it.
  virtual void expect(StateRef words, std::size_t cell) const;
  virtual unsigned expected(StateView words, std::size_t cell) const;
  virtual void hear(const ServerStep& step, std::size_t cell) const;
  virtual std::vector<Field> busy() const;

  // Of a replica. What it follows has changed, from `before`; or was asked to wait until it has everything.
  virtual void fall_behind(const ServerStep& step, const std::vector<Held>& before) const;
  virtual void catch_up(const ServerStep& step) const;
  virtual unsigned unapplied(StateView words) const;  // changes that it has yet to apply

  // What a fault that strikes servers of its kind may do here, as choices; what would change nothing is none. And what
  // it does. Choice n of a failover: the replica misses the last n + 1 commands; the machine offers these.
  // `watched`: some session watches a key here.
  virtual void strikes(StateView words, FaultEffect effect, bool watched, std::vector<std::uint16_t>& choices) const;
  virtual void strike(const ServerStep& step, FaultEffect effect, std::uint16_t choice) const;
  // Whether its cells would be the same where a replica takes over that misses `fewer` of the last commands (0: none
  // takes over) as where it misses `more`. REQUIRES: fewer < more.
  virtual bool is_same_where_missed(StateView words, std::size_t fewer, std::size_t more) const;
  // No fault can roll anything back any more: what was kept for it is forgotten.
  virtual void forget(StateRef words) const;

 protected:
  static void touch(const ServerStep& step, std::uint64_t cells) {
    if (step.touched != nullptr) *step.touched |= cells;
  }
  // Every change of a cell is told here: before it is made, or with what was there before.
  void tell_change(const ServerStep& step, std::size_t cell, const Held& after) const;
  void tell_change(const ServerStep& step, std::size_t cell, const Held& before, const Held& after) const;

 private:
  Place place_;
  std::size_t keys_, entries_;
};

struct ServerSetting {
  const Program& program;
  const Scenario& scenario;
  LayoutBuilder& layout;     // for its fields
  StoreFields& fields;       // where its entries stand, for whoever watches
  unsigned versions = 1;     // of a row, at most, from 0; 1 where nothing is stored by one
  unsigned generations = 1;  // of an entry, likewise
  unsigned deliveries = 1;   // on their way to a cell, likewise
  unsigned behind = 0;       // changes that a replica may be behind, at most
};

// What the protocol's servers are in a scenario, by place: in the order of Program::servers, and a local one once for
// each app instance, in their order; a replica behind what it follows.
std::vector<std::unique_ptr<const Server>> make_servers(const ServerSetting& setting);

}  // namespace stalemate::model
