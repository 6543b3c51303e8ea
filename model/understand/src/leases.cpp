#include "leases.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "answers.hpp"

namespace stalemate::model {

bool is_conditional(const Request& request) {
  constexpr std::array kPlain = {Verb::kGet, Verb::kSet, Verb::kAdd, Verb::kDelete, Verb::kIncrease, Verb::kWait};
  return std::find(kPlain.begin(), kPlain.end(), request.verb) == kPlain.end() || request.watch != Watch::kNothing ||
         request.finds.lease;
}

namespace {

// Whose state is asked about by who stores there: a session remembers that of one cache.
void refuse_conditions_at_two_caches(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::optional<std::size_t> cache;
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    if (!is_conditional(request)) return;
    if (cache && *cache != request.cache)
      refuse_not_modelled(reading.name(), request.at, "a condition, a lock or a mark at two caches");
    cache = request.cache;
  });
}

// One cache gives leases of one entry alike: for a time, or until they are given up.
void refuse_unlike_leases(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::map<std::pair<std::size_t, std::size_t>, std::pair<bool, bool>> first;  // cache and entry: how they run out
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    if (request.watch != Watch::kLease) return;
    const std::pair<bool, bool> runs_out = {request.ttl != 0, request.of_placeholder};
    if (first.try_emplace({request.cache, request.entry}, runs_out).first->second != runs_out)
      refuse_not_modelled(reading.name(), request.at, "leases of one entry of which only some run out");
  });
}

}  // namespace

void settle_leases(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  refuse_conditions_at_two_caches(segments, reading);
  refuse_unlike_leases(segments, reading);
  std::set<std::pair<std::size_t, std::size_t>> leased;  // cache and entry
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    if (request.watch == Watch::kLease) leased.emplace(request.cache, request.entry);
  });
  visit_cache_requests(segments, [&](const Segment&, const Request& request) {
    const bool is_leased = leased.contains({request.cache, request.entry});
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
