// Independence: where all that some sessions can do now commutes with all that the others may ever do, it is enough to
// let one of those go first. (Persistent sets; Godefroid, "Partial-Order Methods for the Verification of Concurrent
// Systems", LNCS 1032, 1996.)
//
// What a step touches: a key at a server, read or written, as the servers say (machine/server.hpp); the changes that a
// replica of a cache has yet to apply, which every change of that cache writes, whatever its key, and every step of the
// replica's own, and which a get from the replica reads; a budget of faults
// that it spends or could spend, as long as the budget lasts; and, where a property hears of events, their order (an
// operation invoked, acknowledged, ended, a value committed). Two steps of different actors commute, and neither
// enables or disables the other, unless both touch the same thing and one of them writes it; spending from one budget
// and events count as writing. So a loss at one server does not commute with a loss at another while one budget pays
// for both. What happens in a server of itself, or by a fault that strikes it, touches all its keys. A request that is
// late, copied or left by a crash is one that its session may still have handled. A crash touches the sessions of its
// app instance, so these are taken together where one may happen, and it is an event; and it touches what is in the
// process. A local cache stands in each app instance, and is touched by who is there alone; but what is on its way to
// any of them is one thing more, which who publishes writes, and whoever hears.
//
// Why it changes no verdict. Let T be actors, one of them a session with a message in flight, such that nothing that T
// can do now conflicts with anything that another actor may do from now on, operations not yet invoked included. A run
// to a state at rest completes what is in flight, so it has a first step of T; what comes before it is of others and
// commutes with it, so it may go first, and the run reaches the same state in as many steps. Hence the same states at
// rest are found. A run to a step that breaks a property: that step is an event. If its session is in T, the argument
// is the same. If not, no step that T can take now is an event (it would conflict), so the run goes on being one when
// such a step goes first. There are no cycles: every step uses up a part of a script or of a budget, or an entry or
// a change that a script has put there, so nothing is put off forever.
//
// A failover does not fit: what it rolls back is the last command, whichever key it changed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "machine/machine.hpp"

namespace stalemate::model {

class Independence {
 public:
  explicit Independence(const Machine& machine);

  // Bit a: the enabled actions of actor a are needed. Of all such sets that start with a message in flight, a smallest
  // one, the first in the order of sessions.
  std::uint64_t needed(const std::uint64_t* words) const;

 private:
  // What is touched, a column each: by store, which is one of the entries that a server keeps of each row, the keys
  // read and the keys written; the budgets that may pay; whether it is an event. In the tables, where the key is known
  // only in a state, it is all keys or none.
  using Row = std::vector<std::uint64_t>;
  static std::size_t reads(std::size_t store) { return 2 * store; }
  static std::size_t writes(std::size_t store) { return 2 * store + 1; }
  std::size_t budgets() const { return 2 * stores_; }
  std::size_t events() const { return 2 * stores_ + 1; }

  void tabulate_requests();
  void tabulate_replies();
  void tabulate_scripts();
  Row row_of(const Instruction& instruction) const;
  void add_crash(Row& row) const;
  bool is_event(const Transition& transition) const;
  void add_way(Row& row, const Transition& transition) const;
  void add(std::uint64_t* to, const Row& from, std::uint64_t keys) const;
  void add_unawaited(std::uint64_t* to, const std::uint64_t* words, std::size_t session) const;
  void look_at(const std::uint64_t* words, std::size_t session, std::uint64_t* present, std::uint64_t* future) const;
  void look_at_server(std::size_t actor, std::uint64_t budgets_left, std::uint64_t* row) const;
  // `one_app`: of actors in one app instance, who alone touch what is in its process.
  bool conflict(const std::uint64_t* a, const std::uint64_t* b, bool one_app, std::uint64_t budgets_left) const;

  const Machine& machine_;
  std::vector<std::size_t> first_;  // by Program::servers: its first store
  std::vector<std::size_t>
      on_their_way_;           // by Program::servers: the column of what it is told, where it is told anything
  std::size_t unapplied_ = 0;  // the column of what a replica has yet to apply; 0 (a cache's) where there is none
  std::vector<int> app_of_;    // by actor: the app instance that it is or is in; 0: it is a server that all share
  std::size_t shared_ = 0;     // stores before this are not in the process of an app instance, one in each
  std::size_t stores_ = 0;
  std::size_t columns_ = 0;
  bool may_crash_ = false;
  bool may_start_again_ = false;  // an app instance, also while nothing of it is under way: not once one is
  Row of_restart_;                // what that touches
  bool may_break_off_ = false;    // an operation may end where it stands
  bool events_matter_ = false;
  bool has_unawaited_ = false;                 // requests that nobody awaits may be in flight
  std::vector<std::uint64_t> together_;        // by session: those that a crash takes along, itself included
  std::vector<std::uint64_t> server_budgets_;  // by actor behind the sessions: what its faults are paid from
  std::vector<Row> handling_;                  // by instruction: it is handled, received or lost
  std::vector<Row> onwards_;                   // by instruction: that, and all that may follow in its operation
  std::vector<Row> received_;                  // by location of a reply: it is received or lost
  std::vector<Row> after_;                     // by location of a reply: that, and all that may follow in its operation
  std::vector<std::vector<Row>> to_come_;      // by session, by operations invoked: those still to be invoked
};

}  // namespace stalemate::model
