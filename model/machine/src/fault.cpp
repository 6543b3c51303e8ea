// The table of faults.
#include "machine/fault.hpp"

#include "faults/faults.hpp"

namespace stalemate::model {
namespace {

const FaultKind kKinds[] = {lost_request(), lost_reply(), late_request(),  duplicate(),
                            crash(),        evict(),      cache_restart(), cache_failover()};

constexpr std::string_view kPlanned[] = {"abort"};

}  // namespace

std::span<const FaultKind> fault_kinds() { return kKinds; }

std::vector<FaultAlias> fault_aliases() {
  std::vector<std::string_view> any;
  for (const FaultKind& kind : kKinds) any.push_back(kind.name);
  return {{"lost-message", {"lost-request", "lost-reply"}}, {"any", std::move(any)}};
}

std::span<const std::string_view> planned_faults() { return kPlanned; }

}  // namespace stalemate::model
