#include "leases.hpp"

#include <algorithm>
#include <set>

#include "answers.hpp"

namespace stalemate::model {

void settle_leases(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::set<std::size_t> leased;
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    if (request.watch == Watch::kLease) leased.insert(request.entry);
  });
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    const bool is_leased = leased.count(request.entry) != 0;
    if (request.verb == Verb::kMarkStale && !is_leased)
      ask_at(reading.name(), request.at, "stale-without-lease",
             reading.quoted(request.label) +
                 " marks something as stale, and no get on this page takes its lease to refill it; draw that get, or "
                 "a delete");
    if (leased.empty()) return;
    if (request.watch != Watch::kNothing && request.watch != Watch::kLease)
      refuse_not_modelled(reading.name(), request.at, "a lease and a watch on one page");
    const bool plain = request.verb == Verb::kGet || request.verb == Verb::kSet || request.verb == Verb::kDelete ||
                       request.verb == Verb::kSetIfUnchanged || request.verb == Verb::kMarkStale;
    if (is_leased && !plain)
      refuse_not_modelled(reading.name(), request.at, "another condition on an entry that has a lease");
  });
}

}  // namespace stalemate::model
