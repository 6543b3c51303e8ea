#include "watches.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// `locks`: adds of a marker, which is one's own to replace.
void gather(std::vector<Act>& body, std::vector<Request*>& gets, std::vector<Request*>& sets,
            std::vector<Request*>& locks) {
  for (Act& act : body) {
    if (auto* request = std::get_if<Request>(&act.node); request != nullptr && request->to == Role::kCache) {
      if (request->verb == Verb::kGet) gets.push_back(request);
      if (request->verb == Verb::kSetIfUnchanged) sets.push_back(request);
      if (request->verb == Verb::kMarkIfAbsent) locks.push_back(request);
    }
    auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (Branch& branch : choice->branches) gather(branch.body, gets, sets, locks);
  }
}

// A compare-and-set names what a get found; a condition in words counts as well that nothing was there.
bool names_what_was_found(const Request& set) {
  const std::string label = lower(trim(set.label));
  return label.starts_with("cas") || label.starts_with("compare") || label.starts_with("check");
}

// What another cache has is nothing that sets of this one ask about.
void leave_out_other_caches(std::size_t cache, std::vector<Request*>& gets, std::vector<Request*>& locks) {
  const auto elsewhere = [&](Request* request) {
    if (request->cache != cache && request->watch != Watch::kLease) request->watch = Watch::kNothing;
    return request->cache != cache;
  };
  std::erase_if(gets, elsewhere);
  std::erase_if(locks, elsewhere);
}

}  // namespace

void settle_watches(Segment& segment, Reading& reading) {
  std::vector<Request*> gets;
  std::vector<Request*> sets;
  std::vector<Request*> locks;
  gather(segment.operation.body, gets, sets, locks);
  if (!sets.empty()) leave_out_other_caches(sets.front()->cache, gets, locks);
  const auto leases = [](const Request* get) { return get->watch == Watch::kLease; };
  for (Request* get : gets)
    if (leases(get))
      reading.also(segment.line_of_arrow.at(get->arrow),
                   std::string(", and its lease where it is not there, or stale: one session at a time has that") +
                       (get->ttl != 0 ? ", and it may run out (--fault expire)" : ""));
  if (std::count_if(gets.begin(), gets.end(), leases) > 1)
    refuse_not_modelled(reading.name(), (*std::find_if(gets.rbegin(), gets.rend(), leases))->at,
                        "a second lease in one operation");
  if (sets.empty()) {
    for (Request* get : gets)
      if (!leases(get)) get->watch = Watch::kNothing;
    return;
  }
  if (std::any_of(gets.begin(), gets.end(), leases)) {
    const auto watches = std::find_if(
        gets.begin(), gets.end(), [&](const Request* get) { return get->watch != Watch::kNothing && !leases(get); });
    if (watches != gets.end())
      refuse_not_modelled(reading.name(), (*watches)->at, "a lease and a watch in one operation");
    return;
  }
  const auto says = [](const Request* get) { return get->watch != Watch::kNothing; };
  const auto watches_key = [](const Request* get) { return get->watch == Watch::kKey; };
  if (std::count_if(gets.begin(), gets.end(), watches_key) > 1)
    refuse_not_modelled(reading.name(), (*std::find_if(gets.rbegin(), gets.rend(), watches_key))->at,
                        "a second WATCH in one operation");
  const bool said = std::any_of(gets.begin(), gets.end(), says);
  const bool found_alone =
      std::any_of(sets.begin(), sets.end(), [](const Request* set) { return names_what_was_found(*set); });
  const auto is_replaced = [&](const Request* lock) {
    return std::any_of(sets.begin(), sets.end(), [&](const Request* set) {
      return !are_other_entries(entry_of_key(lock->named), entry_named(set->label));
    });
  };
  for (Request* lock : locks) {
    if (!is_replaced(lock) || !found_alone) continue;
    lock->watch = Watch::kEntry;
    reading.also(segment.line_of_arrow.at(lock->arrow), "; whether that changes from then on is watched");
  }
  for (Request* get : gets) {
    if (!said) get->watch = found_alone ? Watch::kEntry : Watch::kKey;
    if (!says(get)) continue;
    const std::size_t line = segment.line_of_arrow.at(get->arrow);
    reading.also(line, get->watch == Watch::kKey ? "; whether it changes from then on is watched"
                                                 : "; whether what it finds changes from then on is watched");
    if (!said && get->watch == Watch::kKey)
      reading.also_assumed(line, "that nothing was there counts, too: what is there later has changed");
  }
}

}  // namespace stalemate::model
