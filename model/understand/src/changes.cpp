// See changes.hpp. A value either is one that its Write alone writes, or says which changes are in it
// (machine/amounts.hpp): never both on one page.
#include "changes.hpp"

#include <set>

namespace stalemate::model {

namespace {

// What else an operation may not do that removes the row.
void refuse_beside_removal(const Segment& segment, const Reading& reading) {
  visit_requests(segment.operation.body, [&](const Request& request) {
    if (segment.operation.kind == OperationKind::kRead)
      refuse_not_modelled(reading.name(), request.at, "a Read that removes a row");
    if (request.verb == Verb::kRemove && !request.awaited)
      refuse_not_modelled(reading.name(), request.at, "the removal of a row that nobody waits for");
    if (request.to == Role::kCache && stores(request.verb) && request.carries_own)
      refuse_not_modelled(reading.name(), request.at, "a value that is stored where the row is removed");
  });
}

}  // namespace

void refuse_mixed_changes(std::vector<std::vector<Segment>>& segments, const Reading& reading) {
  std::set<std::size_t> counted;  // entries of the cache
  bool changes = false;
  visit_all_requests(segments, [&](const Segment& segment, const Request& request) {
    if (request.verb == Verb::kRemove) refuse_beside_removal(segment, reading);
    if (!makes_change(request)) return;
    changes = true;
    if (segment.operation.kind == OperationKind::kRead)
      refuse_not_modelled(reading.name(), request.at, "a Read that changes what is there");
    if (request.to == Role::kCache && !request.adds) counted.insert(request.entry);
  });
  if (!changes) return;
  visit_all_requests(segments, [&](const Segment& segment, const Request& request) {
    if (segment.operation.kind == OperationKind::kWrite && !makes_change(request) && request.carries_own)
      refuse_not_modelled(reading.name(), request.at,
                          "a new value that a Write stores, where one changes what is there (\"n = n + 1\")",
                          "on one page every Write does the one or the other");
    if (request.to != Role::kCache || counted.count(request.entry) == 0) return;
    const traces::VerbFacts& verb = traces::facts_of(request.verb);
    if (verb.marks || verb.counts || verb.compares != traces::Number::kNone || request.watch != Watch::kNothing ||
        verb.names_other() || request.verb == Verb::kSetIfUnchanged || request.verb == Verb::kMarkStale)
      refuse_not_modelled(reading.name(), request.at, "a condition, a lock or a mark at an entry that is counted up");
  });
}

}  // namespace stalemate::model
