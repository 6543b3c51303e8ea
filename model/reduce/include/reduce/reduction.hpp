// Reductions of the state space: which are wanted, which the scenario and the properties allow, and why not the others.
// A reduction never changes a verdict; counts are those of the space searched.
//
// Fusing: a reply is received in the step that makes it (Granularity::kFused). Why it changes no verdict: let a run
// receive a reply later than it was sent. What happens in between belongs to other sessions, or handles requests that
// this one sent before: neither reads nor writes what the receipt does (the session's own program counter and values,
// and the tail of its requests), so the receipt commutes to just behind the handling. The run ends in the same state,
// and a reply that is lost is lost at once for the same reason. Acknowledgements then come earlier, invocations stay
// where they are (an invoke is never fused), so a read invoked after an acknowledged write is so still: freshness is
// judged at least as strictly, and the fused run is itself a run. It needs app instances of one session with nothing
// else inbound (no subscription, no cache in the process): an invalidation that reached the app between a reply's
// sending and its receipt would not commute; and a crash, once there is one, must be able to take the next request with
// it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "machine/machine.hpp"
#include "reduce/independence.hpp"
#include "reduce/symmetry.hpp"

namespace stalemate::model {

struct Reductions {
  bool fusing = false;
  bool symmetry = false;
  bool independence = false;
  std::uint64_t orders_max = Symmetry::kOrdersMax;  // that symmetry tries of one state

  static constexpr Reductions all() { return {true, true, true, Symmetry::kOrdersMax}; }
  bool any() const { return fusing || symmetry || independence; }
};

// A reduction that was asked for and is not used.
struct ReductionOff {
  std::string name;
  std::string why;
};

// A machine and what its search may leave out.
struct ReducedMachine {
  std::vector<std::string> used;  // "fusing", "symmetry", "independence"
  std::vector<ReductionOff> off;
  Machine machine;
  std::optional<Symmetry> symmetry;
  std::optional<Independence> independence;
  std::size_t table_bytes_max = kTableBytesMax;  // of the compiled steps of each thread

  // Symmetry and independence refer to the machine.
  ReducedMachine(const ReducedMachine&) = delete;
  ReducedMachine& operator=(const ReducedMachine&) = delete;
  ReducedMachine(const Protocol& protocol, const traces::Scenario& words, const std::vector<std::string>& properties,
                 Reductions wanted);
};

}  // namespace stalemate::model
