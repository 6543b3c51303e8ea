// Independence: where all that some sessions can do now commutes with all that the others may ever do, it is enough to
// let one of those go first. (Persistent sets; Godefroid, "Partial-Order Methods for the Verification of Concurrent
// Systems", LNCS 1032, 1996.)
//
// What a step touches: a key at a server, read or written; a budget of faults that it spends or could spend, as long as
// the budget lasts; and, where a property hears of events, their order (an operation invoked, acknowledged, ended, a
// value committed). Two steps of different sessions commute, and neither enables or disables the other, unless both
// touch the same thing and one of them writes it; spending from one budget and events count as writing. So a loss at
// one server does not commute with a loss at another while one budget pays for both.
//
// Why it changes no verdict. Let T be sessions, one of them with a message in flight, such that nothing that T can do
// now conflicts with anything that another session may do from now on, operations not yet invoked included. A run to a
// state at rest completes what is in flight, so it has a first step of T; what comes before it is of others and
// commutes with it, so it may go first, and the run reaches the same state in as many steps. Hence the same states at
// rest are found. A run to a step that breaks a property: that step is an event. If its session is in T, the argument
// is the same. If not, no step that T can take now is an event (it would conflict), so the run goes on being one when
// such a step goes first. There are no cycles: every step uses up a part of a script or of a budget, so nothing is put
// off forever.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "machine/machine.hpp"

namespace stalemate::model {

class Independence {
 public:
  explicit Independence(const Machine& machine);

  // Bit s: the enabled actions of session s are needed. Of all such sets that start with a message in flight, a
  // smallest one, the first in the order of sessions.
  std::uint64_t needed(const std::uint64_t* words) const;

 private:
  // By server, the keys touched; bit b of budgets: budget b pays.
  struct Accesses {
    std::array<std::uint64_t, kServersMax> reads{};
    std::array<std::uint64_t, kServersMax> writes{};
    std::uint64_t budgets = 0;
    bool events = false;

    void add(const Accesses& other);
  };
  // The same for a request whose key is known only in a state.
  struct Touch {
    std::array<bool, kServersMax> reads{};
    std::array<bool, kServersMax> writes{};
    std::uint64_t budgets = 0;
    bool events = false;

    void add(const Touch& other);
    Accesses at(std::uint64_t keys) const;
  };

  Touch touch_of(const Instruction& instruction) const;
  Touch touch_of(const Transition& transition) const;
  Accesses in_slots(const std::uint64_t* words, std::size_t session) const;
  Accesses present(const std::uint64_t* words, std::size_t session) const;
  Accesses future(const std::uint64_t* words, std::size_t session) const;
  static bool conflict(const Accesses& a, const Accesses& b, std::uint64_t budgets);

  const Machine& machine_;
  bool events_matter_ = false;
  std::vector<Touch> handling_;  // by instruction: it is handled, received or lost
  std::vector<Touch> onwards_;   // by instruction: that, and all that may follow in its operation
  std::vector<Touch> received_;  // by location of a reply: it is received or lost
  std::vector<Touch> after_;     // by location of a reply: that, and all that may follow in its operation
  std::vector<std::vector<Accesses>> to_come_;  // by session, by operations invoked: those still to be invoked
};

}  // namespace stalemate::model
